"""Phases of chemical systems pulled from the Materials Project, kept in the user's cache.

One pull fetches summary, thermo and magnetism documents of the systems *and of all their
subsystems*, so that it serves hull, features and magnetism alike; the same pull again makes no
request. What is kept is a phase snapshot in a folder of its own; the file ``current`` beside it
names the folder and the hash of its manifest, which names the hashes of its files.
"""

import contextlib
import hashlib
import json
import os
import re
import shutil
import uuid
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from importlib.util import find_spec
from itertools import combinations
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from filelock import FileLock

from .._core import datasets
from .._core._arguments import check_arguments, warn
from .._core._files import replace_file
from .._core._version import __version__
from .._core.elements import INDEX
from .._core.errors import DataError, InputError
from .._core.settings import get_settings
from ._documents import make_tables
from ._entries import SCHEMES
from ._transport import KEY_HELP, fetch_records
from .snapshot import MANIFEST, Snapshot, read_snapshot, write_snapshot

ENDPOINT = "https://api.materialsproject.org/"
MOST_ELEMENTS = 12
MOST_TOGETHER = 4
"""Elements of the largest systems that are pulled; hardly an intermetallic entry has more."""


@check_arguments
def pull(
    systems: str | Iterable[str],
    api_key: str | None = None,
    endpoint: str | None = None,
    *,
    substitutes: Mapping[str, Iterable[str]] | None = None,
    thermo_type: str | None = None,
    refresh: bool = False,
    progress: bool = False,
) -> Snapshot:
    """Pull the phases of chemical systems and all their subsystems.

    Parameters
    ----------
    systems : str or iterable of str
        Chemical systems such as ``"Sm-Co"`` or ``["Sm-Co", "Nd-Fe-B"]``, symbols joined by hyphens
        in any order, at most 12 elements each.
    api_key : str, optional
        Materials Project key, 32 characters; read from ``MP_API_KEY`` at the call without it. Not
        kept. A pull that is in the cache needs none.
    endpoint : str, optional
        Address of the server; ``MP_API_ENDPOINT``, else the Materials Project's own.
    substitutes : mapping of str to iterable of str, optional
        Substitutions to come, such as ``{"Nd": ["Pr", "Ce"]}``: the systems of what replaces an
        element are pulled too, see `systems_of_substitutes`.
    thermo_type : str, optional
        Scheme of the energies: ``GGA_GGA+U``, ``GGA_GGA+U_R2SCAN`` or ``R2SCAN``. Without it the
        first of them for which the server knows the most elements asked for: r2SCAN gives
        itinerant ferromagnets such as iron too large a moment.
    refresh : bool
        Ask the server even if this pull is in the cache, and replace it.
    progress : bool
        Show progress bars on stderr.

    Returns
    -------
    Snapshot
        Its ``entries`` are a frame of one row a phase: ``formula``, ``cell``
        (formula of the cell, such as "Sm2Co10"), ``formation_energy_eV_atom``,
        ``energy_above_hull_eV_atom``, ``material_id``, ``energy_eV_atom``,
        ``uncorrected_energy_eV_atom``, ``theoretical``, ``space_group``,
        ``space_group_number``, ``sites``, ``volume_A3``, ``density_g_cm3``,
        ``ordering``, ``magnetic_moment_muB_atom``, ``magnetic_moment_muB_fu``,
        ``magnetic_sites``, ``moments_muB`` (of each atom of the structure;
        missing where the server tells those of a smaller cell), ``source``.
        Moments leave out the 4f shell of most rare earths. A UserWarning names elements of which
        the server has no energy.

    Raises
    ------
    InputError
        If a system, the key, the endpoint or the scheme cannot be used, the client mp-api is not
        installed, or the server has no energies of the scheme.
    DataError
        If the cache cannot be written.
    NetworkError
        If the server cannot be reached, refuses, or does not answer whole, as agreed and in time.
        Nothing is stored then.
    """
    systems_to_pull = chemical_systems(systems)
    if substitutes:
        systems_to_pull = systems_of_substitutes(systems_to_pull, substitutes)
    address = check_endpoint(endpoint)
    if thermo_type is not None and thermo_type not in SCHEMES:
        raise InputError(
            f"thermo_type must be one of {', '.join(SCHEMES)}, got {thermo_type!r}"
        )
    question = {
        "systems": systems_to_pull,
        "endpoint": address,
        "thermo_type": thermo_type,
    }
    with Cache("pulls", "_".join(systems_to_pull), question) as cache:
        if not refresh:
            try:
                cached_pull = cache.read()
            except DataError as error:
                warn(f"{error}; pulling it anew")
                cached_pull = None
            if cached_pull is not None:
                return cached_pull
        _need_client()
        parts = subsystems(systems_to_pull)
        version, records = fetch_records(
            parts, _key(api_key, address), address, progress
        )
        schemes = (thermo_type,) if thermo_type else SCHEMES
        entries, structures, facts = make_tables(parts, schemes, records)
        absent = sorted(
            set("-".join(systems_to_pull).split("-")) - set(entries["formula"])
        )
        if absent:
            warn(
                f"the server has no energy of the element(s) {', '.join(absent)}, so the hull of "
                "these systems stays open there"
            )
        manifest = {
            "scheme": f"Materials Project {facts['thermo_type']}",
            "source": f"Materials Project, {address}",
            "licence": "CC BY 4.0",
            "query": {"systems": systems_to_pull, "subsystems": len(parts)},
            "date": datetime.now(UTC).isoformat(timespec="seconds"),
            "magnetkit": __version__,
            "database_version": version,
            **facts,
        }
        return cache.write(
            lambda folder: write_snapshot(
                folder, entries, manifest, structures
            )
        )


def _need_client() -> None:
    """Raise InputError if the Materials Project's client, mp-api, is not installed."""
    if find_spec("mp_api") is None:
        raise InputError(
            "a pull needs the Materials Project's client: pip install 'magnetkit[pull]'"
        )


def chemical_systems(systems: str | Iterable[str]) -> list[str]:
    """Write chemical systems with their elements in alphabetical order, sorted, each once.

    `systems` is one text such as "Nd-Fe-B", or an iterable of them. Spaces about a symbol, and
    symbols that stand twice, do not matter. InputError if there are none, or one has unknown
    elements or more than `MOST_ELEMENTS` (12).

    >>> chemical_systems(["Sm-Co", "Nd-Fe-B", "Co-Sm"])
    ['B-Fe-Nd', 'Co-Sm']
    """
    texts = [systems] if isinstance(systems, str) else list(systems)
    if not texts:
        raise InputError("no chemical system given; give one such as 'Sm-Co'")
    systems_by_name = set()
    for text in texts:
        symbols = (
            {s.strip() for s in text.split("-")}
            if isinstance(text, str)
            else set()
        )
        if not symbols or not symbols <= set(INDEX):
            raise InputError(
                f"{text!r} is no chemical system; expected element symbols joined by hyphens, "
                "such as 'Sm-Co' or 'Nd-Fe-B'"
            )
        if len(symbols) > MOST_ELEMENTS:
            raise InputError(
                f"{text!r} has {len(symbols)} elements and so too many subsystems; "
                f"pull systems of at most {MOST_ELEMENTS}"
            )
        systems_by_name.add("-".join(sorted(symbols)))
    return sorted(systems_by_name)


@check_arguments
def systems_of_substitutes(
    systems: str | Iterable[str], substitutes: Mapping[str, Iterable[str]]
) -> list[str]:
    """Return chemical systems with those of what replaces their elements.

    Parameters
    ----------
    systems : str or iterable of str
        Chemical systems such as ``"Nd-Fe-B"``.
    substitutes : mapping of str to iterable of str
        Element to what replaces it, such as ``{"Nd": ["Pr", "Ce"]}``; one symbol may be a text.

    Returns
    -------
    list of str
        Sorted, each once, elements in alphabetical order. A system of which no element is replaced
        stays. In place of any other stand all systems of `MOST_TOGETHER` (4) of its elements and
        their substitutes, or one of all of them if there are no more; the system itself is a
        subsystem of these, see `subsystems`.

    Raises
    ------
    InputError
        If a replaced element is in no system, or a symbol is no element.

    Examples
    --------
    >>> systems_of_substitutes("Nd-Fe-B", {"Nd": ["Pr"]})
    ['B-Fe-Nd-Pr']
    """
    plain = chemical_systems(systems)
    present = set("-".join(plain).split("-"))
    for element in substitutes:
        if element not in present:
            raise InputError(
                f"{element} is replaced but in none of the systems {', '.join(plain)}; name one "
                "that has it"
            )
    chemical_sets = set()
    for system in plain:
        symbols = set(system.split("-"))
        larger = set(symbols)
        for element, substitutes_of_element in substitutes.items():
            if element in symbols:
                larger.update(
                    [substitutes_of_element]
                    if isinstance(substitutes_of_element, str)
                    else substitutes_of_element
                )
        chemical_sets.update(
            [system] if larger == symbols else largest_systems(larger)
        )
    return chemical_systems(chemical_sets)


@check_arguments
def largest_systems(
    elements: Iterable[str], most: int = MOST_TOGETHER
) -> list[str]:
    """Return the largest chemical systems to pull for compounds of some elements.

    Parameters
    ----------
    elements : iterable of str
        Their symbols, such as ``["Sm", "Co"]``; a text such as "Sm-Co" is not split. They are not
        checked.
    most : int
        Elements of a system, 1 or more; with their subsystems these hold every compound of as many
        elements.

    Returns
    -------
    list of str
        All systems of `most` elements, or the one of all elements if there are no more, such as
        "Co-Fe-Sm": elements and systems in alphabetical order.

    Examples
    --------
    >>> largest_systems(["Sm", "Co", "Fe"])
    ['Co-Fe-Sm']
    >>> len(largest_systems(["Nd", "Pr", "Fe", "Co", "B"]))
    5
    """
    symbols = sorted(set(elements))
    return [
        "-".join(system)
        for system in combinations(symbols, min(most, len(symbols)))
    ]


@check_arguments
def subsystems(systems: str | Iterable[str]) -> list[str]:
    """Return chemical systems and all that can be made from fewer of their elements.

    Parameters
    ----------
    systems : str or iterable of str
        Chemical systems such as ``"Sm-Co"``, one text or several, elements in any order.

    Returns
    -------
    list of str
        The systems themselves and all their parts down to single elements, each once, those of few
        elements first, then by name. Elements are in alphabetical order.

    Raises
    ------
    InputError
        If a part of one is no element, or one has too many elements.

    Examples
    --------
    >>> subsystems(["Co-Sm"])
    ['Co', 'Sm', 'Co-Sm']
    """
    names: set[str] = set()
    for system in chemical_systems(systems):
        symbols = system.split("-")
        for n in range(1, len(symbols) + 1):
            names.update(map("-".join, combinations(symbols, n)))
    return sorted(names, key=lambda s: (s.count("-"), s))


def _key(api_key: str | None, address: str) -> str:
    """Return the API key that is given or in the environment; InputError if it cannot be one.

    `api_key` goes before ``MP_API_KEY`` of the environment; None and an empty text stand for that.
    Spaces around it are dropped. It must have 32 printable ASCII characters without spaces. A
    warning is issued if it would go unencrypted (http) to `address`, a URL, of another machine than
    this one.
    """
    key = (api_key or os.environ.get("MP_API_KEY") or "").strip()
    if not key:
        raise InputError(f"no Materials Project key; {KEY_HELP}")
    if not re.fullmatch(r"[!-~]{32}", key):
        raise InputError(
            f"a Materials Project key has 32 characters, the one given has {len(key)} or strange "
            f"ones (keys of 16 belong to the old interface); {KEY_HELP}"
        )
    parts = urlsplit(address)
    if parts.scheme == "http" and parts.hostname not in (
        "127.0.0.1",
        "::1",
        "localhost",
    ):
        warn(
            f"the key goes unencrypted to {parts.hostname}; use an https address"
        )
    return key


def check_endpoint(endpoint: str | None) -> str:
    """Return the address of the server with a final slash.

    It is `endpoint` or, where that is None or empty, ``MP_API_ENDPOINT`` of the environment or,
    without it, the public address, "https://api.materialsproject.org/". InputError if it is no
    plain address, such as "https://host:8080/path": http or https with a host, without user name
    and query, the port not 0. The server is not asked.
    """
    address = endpoint or os.environ.get("MP_API_ENDPOINT") or ENDPOINT
    try:
        parts = urlsplit(address)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname)
        sound = (
            sound
            and parts.username is None
            and not parts.query
            and parts.port != 0
        )
    except ValueError:
        sound = False
    if not sound:
        raise InputError(
            "the endpoint must be an address such as https://host:port/ without user name or "
            "query; check MP_API_ENDPOINT or endpoint="
        )
    if address.endswith("/"):
        return address
    return address + "/"


def _check_files(folder: Path, files: dict[str, str]) -> None:
    """Raise DataError unless the files of a cached snapshot are there and undamaged.

    `folder` holds them, and `files` maps their names, such as "manifest.json", to their SHA-256 in
    hexadecimal digits. No files pass. Nothing is returned.
    """
    for name, digest in files.items():
        if (
            not (folder / name).is_file()
            or datasets.sha256(folder / name) != digest
        ):
            raise DataError(
                f"the cached file {folder / name} is missing or damaged"
            )


class Cache:
    """The place of one question in the cache, locked while the context manager is open.

    `kind` is the folder, `name` what a person may recognise the place by, `question` all that the
    answer depends on. A new answer counts from the moment ``current`` is replaced, which is one
    rename, so that there is a whole one whenever its writer is stopped.
    """

    def __init__(self, kind: str, name: str, question: dict[str, Any]) -> None:
        """Choose the folder of one question: ``KIND/NAME-HASH`` in the cache.

        Nothing is created. `kind` and `name` are texts for the path, such as "pulls" and "Co-Sm";
        `name` is cut at 60 characters. `question` is a dict that can be written as JSON; the first
        12 digits of its hash are part of the path, so that equal questions have the same folder,
        whatever the order of their keys. The attribute ``folder`` is the path.
        """
        digest = hashlib.sha256(
            json.dumps(question, sort_keys=True).encode()
        ).hexdigest()
        self.folder = (
            get_settings().cache_dir / kind / f"{name[:60]}-{digest[:12]}"
        )
        self._lock = FileLock(self.folder / "lock", thread_local=False)

    def __enter__(self) -> Self:
        """Create the folder and wait for its lock, however long; return this cache.

        DataError if the folder cannot be written.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            # The system drops the lock with the process, however that ends. Some network file
            # systems know none.
            with contextlib.suppress(NotImplementedError):
                self._lock.acquire()
        except OSError as error:
            raise self._unwritable(error) from error
        return self

    def __exit__(self, *_: object) -> None:
        self._lock.release()

    def read(self) -> Snapshot | None:
        """Read the cached snapshot; None if there is none yet, DataError if it is damaged.

        The file ``current`` in ``folder`` names it. Hashes of the manifest and of its files are
        checked. The lock must be held, that is, inside the ``with`` block.
        """
        pointer = self.folder / "current"
        if not pointer.is_file():
            return None
        try:
            current = json.loads(pointer.read_bytes())
            name = current["folder"]
            if not re.fullmatch("[0-9a-f]{32}", name):
                raise ValueError(name)
            folder = self.folder / name
            _check_files(folder, {MANIFEST: current["manifest_sha256"]})
        except (ValueError, KeyError, TypeError):
            raise DataError(f"the cached file {pointer} is damaged") from None
        _check_files(
            folder, json.loads((folder / MANIFEST).read_bytes())["files"]
        )
        return read_snapshot(folder)

    def write(self, make: Callable[[Path], object]) -> Snapshot:
        """Let `make` write a snapshot into a new folder, make it the current one and return it.

        `make` is called once with the path of a folder that does not exist
        yet, such as ``lambda folder: write_snapshot(folder, entries,
        manifest)``; what it returns is not used. Older folders are removed.
        DataError if the cache cannot be written; what else `make` raises
        passes, and the answer before stays. The lock must be held, that is,
        inside the ``with`` block.
        """
        name = uuid.uuid4().hex
        try:
            make(self.folder / name)
            digest = datasets.sha256(self.folder / name / MANIFEST)
            text = json.dumps({"folder": name, "manifest_sha256": digest})
            with replace_file(self.folder / "current") as draft:
                draft.write_text(text, encoding="utf-8")
        except OSError as error:
            raise self._unwritable(error) from error
        finally:
            self._tidy()
        return read_snapshot(self.folder / name)

    def _tidy(self) -> None:
        """Remove everything but the current answer and the lock.

        The lock must be held. What goes are all other files and folders in
        ``folder``: older answers and drafts of stopped pulls, and every answer
        if ``current`` is missing or cannot be read. What cannot be removed
        stays, without an error, and so may what comes after it.
        """
        keep = {"lock", "current"}
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            keep.add(
                json.loads((self.folder / "current").read_bytes())["folder"]
            )
        with contextlib.suppress(OSError):
            for file in self.folder.iterdir():
                if file.name in keep:
                    continue
                if file.is_dir():
                    shutil.rmtree(file)
                else:
                    file.unlink()

    def _unwritable(self, error: OSError) -> DataError:
        return DataError(
            f"cannot write the cache {self.folder} ({error}); set MAGNETKIT_CACHE_DIR to a folder "
            "with room that you may write to"
        )
