"""The folder of the kernels' machine code, and what is damaged in it.

The folder is named by the source of all kernels and numba's version: numba alone would not see a
change in a kernel that is called. numba trusts what is in it, and an emptied or damaged file would
end every later command. So each kernel has a list of the SHA-256 of its files, written as it was
compiled: where one differs they are removed, and the kernel is compiled anew.
"""

import errno
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from . import _hooks

# Before numba: who hands the places over has checked what numba would end on.
_PLACES = tuple(_hooks.places())

import numba as numba  # noqa: E402

# Folders of other states of the source that no one has opened for so long are removed.
_STALE_S = 14 * 86400.0
# All kernels compiled take 20 MB.
_ROOM_BYTES = 50e6


def kernel_sources() -> list[Path]:
    """List the files whose text decides what is compiled, sorted.

    They are all kernels, and what kernels share, as absolute paths.
    """
    package = Path(__file__).parents[1]
    helpers = [
        Path(__file__).with_name(f"{name}.py")
        for name in ("_arrays", "_jit", "_linear")
    ]
    return sorted([*package.glob("*/*_kernels.py"), *helpers])


@lru_cache(maxsize=1)
def folder() -> Path | None:
    """Return the folder of the compiled kernels, which is created; None if there is none.

    None is returned if no place can be written to, with a message, or if the
    settings ask for none. The name of the folder is "kernels-" and 16 figures
    of the hash of numba's version and of all kernel sources. Folders of other
    versions that are not used any more are removed. The result is cached.
    """
    digest = hashlib.sha256(numba.__version__.encode())
    for source in kernel_sources():
        digest.update(source.name.encode() + source.read_bytes())
    name = f"kernels-{digest.hexdigest()[:16]}"
    failures = []
    earlier = None
    for place in _PLACES:
        try:
            _prepare_folder(place / name, earlier)
        except OSError as error:
            failures.append(f"{place} ({error.strerror or error})")
            with suppress(OSError):
                earlier = place / name if (place / name).is_dir() else earlier
            continue
        _remove_stale(place, name)
        return place / name
    if failures:
        _hooks.said(
            f"compiled kernels cannot be kept in {' or '.join(failures)}; each start compiles anew: "
            "free some space, or set MAGNETKIT_CACHE_DIR to a folder you may write to"
        )
    return None


def _prepare_folder(place: Path, earlier: Path | None) -> None:
    """Create a folder for compiled kernels and check that it can be written to.

    Parameters
    ----------
    place : Path
        Folder to use.
    earlier : Path or None
        A folder that can be read and not written to; its kernels are copied into a new `place`.

    Raises
    ------
    OSError
        If `place` cannot be written to, or the disk is nearly full.
    """
    is_new = not place.is_dir()
    place.mkdir(parents=True, exist_ok=True)
    # numba writes to a folder within, and to names as long as this.
    tempfile.NamedTemporaryFile(dir=place, prefix="x" * 128).close()
    if shutil.disk_usage(place).free < _ROOM_BYTES:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    if not is_new or earlier is None:
        return
    # What an administrator compiled serves every user.
    for file in (*earlier.glob("*/*.nb[ci]"), *earlier.glob("*.sha256")):
        copy = place / file.relative_to(earlier)
        copy.parent.mkdir(exist_ok=True)
        shutil.copyfile(file, copy)


def _remove_stale(place: Path, current: str) -> None:
    """Mark one folder of compiled kernels as used, and remove those unused for long.

    Parameters
    ----------
    place : Path
        Folder that holds the folders of all versions.
    current : str
        Name of the folder in use, such as "kernels-0123456789abcdef"; its time is set to now.
        Others of such a name go once they are older than `_STALE_S`; the user's own folders stay.
        Failures are ignored.
    """
    with suppress(OSError):
        os.utime(place / current)
        for other in place.glob("kernels-" + "[0-9a-f]" * 16):
            if (
                other.name != current
                and other.stat().st_mtime < time.time() - _STALE_S
            ):
                shutil.rmtree(other, ignore_errors=True)


class KernelFiles:
    """The files of one kernel in the folder, by module and function, and the list of them."""

    def __init__(self, place: Path, name: str) -> None:
        """Name the files of a kernel; nothing is read or written.

        `place` is the folder of compiled kernels and `name` the kernel, as ``MODULE.FUNCTION``.
        """
        self.place = place
        self.name = name
        self.list = place / f"{name}.sha256"
        self.lock = place / f"{name}.lock"
        self.is_checked = False

    def find(self) -> list[Path]:
        """Return the files that numba wrote."""
        return sorted(self.place.glob(f"*/{self.name}-*.nb[ci]"))

    def are_whole(self) -> bool:
        """Say whether there is a list (``list``) and all files have the SHA-256 that it says.

        An empty or unreadable list gives False. A file that the list does not name is not looked
        at.
        """
        try:
            lines = self.list.read_text("ascii", "replace").splitlines()
            return bool(lines) and all(
                line == self._describe(self.place / line.partition("  ")[2])
                for line in lines
            )
        except OSError:
            return False

    def write_list(self) -> None:
        """Write the list (``list``) of the files as they are now; a failure is ignored.

        A line is the SHA-256 of a file, two blanks and its path below the folder.
        """
        with suppress(OSError):
            lines = [self._describe(file) for file in self.find()]
            handle, work = tempfile.mkstemp(dir=self.place)
            with os.fdopen(handle, "w", encoding="ascii") as stream:
                stream.write("\n".join(lines))
            os.replace(work, self.list)

    def are_ready(self) -> bool:
        """Say whether the compiled kernel can be read; damaged files are removed, with a message.

        The files are compared with their list at the first call alone; that
        they are whole is recorded in ``is_checked``. Without a list, or after
        such a removal, the result is False.
        """
        if not self.list.exists():
            return False
        if not self.is_checked and not self.are_whole():
            self.remove()
            _hooks.said(
                f"compiled kernels in {self.place.parent} were damaged; compiling them anew"
            )
            return False
        self.is_checked = True
        return True

    def remove(self) -> None:
        """Remove the files, which numba may end on, and their list."""
        with suppress(OSError):
            for file in (self.list, *self.find()):
                file.unlink(missing_ok=True)

    def _describe(self, file: Path) -> str:
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        return f"{digest}  {file.relative_to(self.place).as_posix()}"


def list_kernels(place: Path) -> Iterator[KernelFiles]:
    """Yield the kernels that are listed in a folder."""
    for file in sorted(place.glob("*.sha256")):
        yield KernelFiles(place, file.stem)
