"""Downloads of the public data sets of ``datasets/registry.toml``.

A set comes from the mirror folder (setting ``MAGNETKIT_MIRROR``), else from the user's cache, else
over the network. A file whose SHA-256 is not that of the registry is never returned.
"""

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import datasets
from .errors import DataError, InputError, NetworkError
from .settings import get_settings

if TYPE_CHECKING:
    from rich.progress import Progress

# Timeouts, s, of the connection and of each part of the answer; further attempts after an
# interrupted or corrupted download.
_TIMEOUT = (10.0, 60.0)
_RETRIES = 2
_MOST_BYTES = 256 << 20
"""Size above which a download is refused, far above every set of the registry."""


def names() -> tuple[str, ...]:
    """Return the names of the sets that `fetch` knows.

    They are sorted: "curie" and "curie-by-paper".
    """
    return tuple(sorted(datasets.registry().get("remote", {})))


def parts(name: str) -> tuple[str, ...]:
    """List a data set and the sets that belong to it.

    ``magnetkit data fetch NAME`` fetches these. The named set is first, the others follow by name.
    InputError if no set has this name.

    >>> parts("curie")
    ('curie', 'curie-by-paper')

    The result holds names of `names`.
    """
    _entry(name)
    remote = datasets.registry()["remote"]
    return (
        name,
        *sorted(key for key in remote if remote[key].get("part_of") == name),
    )


def cached_path(name: str) -> Path:
    """Return the path of the set `name` in the user's cache, whether it exists or not.

    InputError if there is no such set.
    """
    return get_settings().cache_dir / "fetched" / _entry(name)["file"]


def fetch(name: str, *, progress: bool = False) -> Path:
    """Return the path of a public data set; it is downloaded at first use.

    The file's SHA-256 is that of the registry; read the file, do not write to
    it. It comes from the folder of the setting ``mirror`` if it is there, else
    from the cache, else from its server; a download is kept in the cache. A
    file in the cache with another hash is downloaded anew. The sets that
    belong to this one (`parts`) are not fetched with it.

    Parameters
    ----------
    name : str
        One of `names()`: "curie" or "curie-by-paper".
    progress : bool
        Show a bar on stderr.

    Returns
    -------
    pathlib.Path
        The file in the mirror or in the cache, a CSV table.

    Raises
    ------
    InputError
        If no set has this name.
    DataError
        If the mirror's file, or what the server sends, is not the file of the registry, or the
        cache cannot be written.
    NetworkError
        If the set could not be downloaded.
    """
    entry = _entry(name)
    mirror = get_settings().mirror
    if mirror is not None:
        mirror_file = mirror / entry["file"]
        if mirror_file.is_file():
            if (digest := datasets.sha256(mirror_file)) != entry["sha256"]:
                raise DataError(
                    f"{mirror_file} in the mirror folder is not {entry['title']!r}: expected SHA-256 "
                    f"{entry['sha256']}, got {digest}; replace that file or unset MAGNETKIT_MIRROR"
                )
            return mirror_file
    target = cached_path(name)
    if target.is_file() and datasets.sha256(target) == entry["sha256"]:
        return target
    _download(name, entry, target, progress)
    return target


def _entry(name: str) -> dict[str, Any]:
    """Return the registry's entry of a data set.

    Parameters
    ----------
    name : str
        Name of the set, such as "curie".

    Returns
    -------
    dict
        Keys such as ``title``, ``file``, ``url`` and ``sha256``; ``part_of``,
        the name of another set, only where the set belongs to one. It is the
        registry's own object, not to be changed.

    Raises
    ------
    InputError
        If there is no such set; the message names those that can be fetched.
    """
    try:
        return datasets.registry()["remote"][name]
    except KeyError:
        choices = ", ".join(names()) or "none"
        raise InputError(
            f"no data set is called {name!r}; those that can be fetched: {choices}"
        ) from None


def _download(
    name: str, entry: dict[str, Any], target: Path, progress: bool
) -> None:
    """Download a data set to a path, checked by its hash.

    The file appears at `target` only once its hash is right; folders are created.

    Parameters
    ----------
    name : str
        Name of the set, for messages.
    entry : dict
        Its entry in the registry: ``url``, ``sha256``, ``title`` and ``file``.
    target : Path
        File to write.
    progress : bool
        Show a bar on stderr.

    Raises
    ------
    DataError
        If the download is damaged or cannot be written.
    NetworkError
        If the server cannot be reached.
    """
    import pooch
    from rich.progress import DownloadColumn

    from ._progress import bars

    # pooch announces each download in its own log; the bar and the errors here say enough.
    pooch.get_logger().setLevel(logging.WARNING)
    # Every attempt writes to a temporary file that is renamed only once its hash is right.
    store = pooch.create(
        path=target.parent,
        base_url="",
        registry={target.name: f"sha256:{entry['sha256']}"},
        urls={target.name: entry["url"]},
        retry_if_failed=_RETRIES,
    )
    way_out = (
        f"try again, or download {entry['url']} yourself as {entry['file']} into a folder and "
        "name that folder in MAGNETKIT_MIRROR"
    )
    try:
        with bars(DownloadColumn(), shown=progress) as progress_bars:
            bar = _Bar(entry["title"], progress_bars)
            loader = pooch.HTTPDownloader(
                progressbar=bar, chunk_size=1 << 16, timeout=_TIMEOUT
            )
            store.fetch(target.name, downloader=loader)
    except ValueError as error:
        raise DataError(
            f"the download of {name!r} is damaged or another file than the registry's "
            f"(SHA-256 {entry['sha256']}), after {_RETRIES + 1} attempts; {way_out}"
        ) from error
    except OSError as error:
        # Errors of the download carry their request; errors of the disk do not.
        if hasattr(error, "request"):
            raise NetworkError(
                f"could not download {name!r} after {_RETRIES + 1} attempts "
                f"({_reason(error)}); {way_out}"
            ) from error
        raise DataError(
            f"cannot write {target} ({error}); set MAGNETKIT_CACHE_DIR to a folder you may write to"
        ) from error


def _reason(error: Exception) -> str:
    """Say in a phrase why a download failed: the answer of the server, or the class and text of the error."""
    response = getattr(error, "response", None)
    if response is not None:
        return f"the server answered {response.status_code} {response.reason}"
    return f"{type(error).__name__}: {error}"


class _Bar:
    """A progress bar of pooch, drawn by rich."""

    def __init__(self, title: str, drawn: "Progress") -> None:
        self._rich = drawn
        self._task = drawn.add_task(title, total=None)

    @property
    def total(self) -> float | None:
        """Bytes to come; 0 or None where the server does not say."""
        return self._rich.tasks[self._task].total

    @total.setter
    def total(self, value: float) -> None:
        self._rich.update(self._task, total=value or None)

    def update(self, count: float) -> None:
        """Advance the bar by `count` bytes; DataError if the download is larger than any set.

        That is more than 256 MiB in all.
        """
        self._rich.update(self._task, advance=count)
        done = self._rich.tasks[self._task].completed
        if done > _MOST_BYTES:
            raise DataError(
                f"the server sends more than {_MOST_BYTES >> 20} MiB, which is no set of the "
                "registry; nothing was kept"
            )

    def reset(self) -> None:
        """Begin again at zero."""
        self._rich.reset(self._task)

    def close(self) -> None:
        """Do nothing: the context manager ends the bar."""
