"""Phases of chemical systems pulled live from the Materials Project.

One pull fetches summary, thermo and magnetism documents of the systems *and of all their
subsystems*, so that it serves hull, features and magnetism alike, and keeps them as a phase
snapshot in the user's cache; the same pull again makes no request.
"""

import os
import re
import warnings
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ..._version import __version__
from ...arguments import named
from ...elements import INDEX
from ...errors import DataError, InputError
from ..snapshot import SCHEMES, Snapshot, write_snapshot
from .cache import Cache
from .session import KEY_HELP, Limits

if TYPE_CHECKING:
    import pandas as pd

    from .client import Client

ENDPOINT = "https://api.materialsproject.org/"
THERMO_TYPES = SCHEMES
"""The schemes of energies, in the order taken where none is asked for.

GGA comes first: r2SCAN gives itinerant ferromagnets such as iron too large a moment.
"""
MOST_ELEMENTS = 12

# Long lists are cut so that an address stays well below the usual 8 kB.
_LIST_LETTERS = 1800


@named
def pull(
    systems: str | Iterable[str],
    api_key: str | None = None,
    endpoint: str | None = None,
    *,
    thermo_type: str | None = None,
    refresh: bool = False,
    progress: bool = False,
    limits: Limits | None = None,
) -> "pd.DataFrame":
    """Return the phases of chemical systems and all their subsystems.

    Parameters
    ----------
    systems : str or iterable of str
        Chemical systems such as ``"Sm-Co"`` or ``["Sm-Co", "Nd-Fe-B"]``.
    api_key : str, optional
        Materials Project key; read from ``MP_API_KEY`` at the call without it. Not kept. A pull
        that is in the cache needs none.
    endpoint : str, optional
        Address of the server; ``MP_API_ENDPOINT``, else the Materials Project's own.
    thermo_type : str, optional
        Scheme of the energies, one of `THERMO_TYPES`. Without it the first of them for which the
        server knows the most elements asked for.
    refresh : bool
        Ask the server even if this pull is in the cache.
    progress : bool
        Show a progress bar on stderr.
    limits : Limits, optional
        Times, tries and sizes to put up with.

    Returns
    -------
    pandas.DataFrame
        One row a phase, as `magnetkit.phases.load` returns it: ``formula``, ``cell``,
        ``formation_energy_eV_atom``, ``energy_above_hull_eV_atom``, ``material_id``,
        ``energy_eV_atom``, ``uncorrected_energy_eV_atom``, ``theoretical``, ``space_group``,
        ``space_group_number``, ``sites``, ``volume_A3``, ``density_g_cm3``, ``ordering``,
        ``magnetic_moment_muB_atom``, ``magnetic_moment_muB_fu``, ``magnetic_sites``,
        ``moments_muB`` (of each atom of the structure; missing where the server tells those of a
        smaller cell), ``source``. Moments leave out the 4f shell of most rare earths.

    Raises
    ------
    InputError
        If a system, the key or the endpoint cannot be used as given.
    NetworkError
        If the server cannot be reached, refuses, or does not answer whole and as agreed.
        Nothing is stored then.
    """
    return pull_snapshot(
        systems,
        api_key,
        endpoint,
        thermo_type=thermo_type,
        refresh=refresh,
        progress=progress,
        limits=limits,
    ).entries.copy()


@named
def pull_snapshot(
    systems: str | Iterable[str],
    api_key: str | None = None,
    endpoint: str | None = None,
    *,
    thermo_type: str | None = None,
    refresh: bool = False,
    progress: bool = False,
    limits: Limits | None = None,
) -> Snapshot:
    """Return a pull as a snapshot with structures and manifest; see `pull`.

    Parameters
    ----------
    systems : str or iterable of str
        Chemical systems such as ``"Sm-Co"``.
    api_key, endpoint, thermo_type, refresh, progress, limits : optional
        As for `pull`.

    Returns
    -------
    Snapshot

    Raises
    ------
    InputError
        If a system or `thermo_type` is unknown.
    NetworkError
        If the server does not answer as it should.
    """
    wanted = chemical_systems(systems)
    address = _endpoint(endpoint)
    if thermo_type is not None and thermo_type not in THERMO_TYPES:
        raise InputError(
            f"thermo_type must be one of {', '.join(THERMO_TYPES)}, got {thermo_type!r}"
        )
    question = {"systems": wanted, "endpoint": address, "thermo_type": thermo_type}
    with Cache("pulls", "_".join(wanted), question) as cache:
        if not refresh:
            try:
                found = cache.read()
            except DataError as error:
                warnings.warn(f"{error}; pulling it anew", stacklevel=2)
                found = None
            if found is not None:
                return found
        key = _key(api_key)
        entries, structures, facts = _ask(
            wanted, key, address, thermo_type, progress, limits or Limits()
        )
        manifest = {
            "scheme": f"Materials Project {facts['thermo_type']}",
            "source": f"Materials Project, {address}",
            "licence": "CC BY 4.0",
            "query": {"systems": wanted, "subsystems": len(subsystems(wanted))},
            "date": datetime.now(UTC).isoformat(timespec="seconds"),
            "magnetkit": __version__,
            **facts,
        }
        return cache.write(lambda folder: write_snapshot(folder, entries, manifest, structures))


@named
def freeze(
    systems: str | Iterable[str],
    folder: str | Path,
    api_key: str | None = None,
    endpoint: str | None = None,
    **options: Any,
) -> Path:
    """Write a pull as a snapshot folder that `phases.load` and ``--phases`` read; see `pull`.

    Parameters
    ----------
    systems : str or iterable of str
        Chemical systems such as ``"Sm-Co"``.
    folder : str or Path
        Folder to make.
    api_key, endpoint : str, optional
        As for `pull`.
    **options
        As for `pull`: ``thermo_type``, ``refresh``, ``progress``, ``limits``.

    Returns
    -------
    Path
        The folder.
    """
    pulled = pull_snapshot(systems, api_key, endpoint, **options)
    return write_snapshot(folder, pulled.entries, pulled.manifest, pulled.structures())


def chemical_systems(systems: str | Iterable[str]) -> list[str]:
    """Return chemical systems with their elements in alphabetical order, sorted, each once.

    Examples
    --------
    >>> chemical_systems(["Sm-Co", "Nd-Fe-B", "Co-Sm"])
    ['B-Fe-Nd', 'Co-Sm']
    """
    given = [systems] if isinstance(systems, str) else list(systems)
    if not given:
        raise InputError("no chemical system given; give one such as 'Sm-Co'")
    found = set()
    for text in given:
        symbols = [s.strip() for s in text.split("-")] if isinstance(text, str) else []
        if not symbols or any(s not in INDEX for s in symbols):
            raise InputError(
                f"{text!r} is no chemical system; expected element symbols joined by hyphens, "
                "such as 'Sm-Co' or 'Nd-Fe-B'"
            )
        if len(set(symbols)) > MOST_ELEMENTS:
            raise InputError(
                f"{text!r} has {len(set(symbols))} elements and so too many subsystems; "
                f"pull systems of at most {MOST_ELEMENTS}"
            )
        found.add("-".join(sorted(set(symbols))))
    return sorted(found)


@named
def subsystems(systems: str | Iterable[str]) -> list[str]:
    """Return chemical systems and all that can be made from fewer of their elements.

    Parameters
    ----------
    systems : str or iterable of str
        Chemical systems such as ``"Sm-Co"``.

    Returns
    -------
    list of str
        Each once.

    Raises
    ------
    InputError
        If a part of one is no element.

    Examples
    --------
    >>> subsystems(["Co-Sm"])
    ['Co', 'Sm', 'Co-Sm']
    """
    found: set[str] = set()
    for system in chemical_systems(systems):
        symbols = system.split("-")
        for n in range(1, len(symbols) + 1):
            found.update("-".join(some) for some in combinations(symbols, n))
    return sorted(found, key=lambda s: (s.count("-"), s))


def _key(api_key: str | None) -> str:
    key = (api_key or os.environ.get("MP_API_KEY") or "").strip()
    if not key:
        raise InputError(f"no Materials Project key; {KEY_HELP}")
    if not re.fullmatch(r"[!-~]{32}", key):
        raise InputError(
            f"a Materials Project key has 32 characters, the one given has {len(key)} or strange "
            f"ones (keys of 16 belong to the old interface); {KEY_HELP}"
        )
    return key


def _endpoint(endpoint: str | None) -> str:
    address = endpoint or os.environ.get("MP_API_ENDPOINT") or ENDPOINT
    try:
        parts = urlsplit(address)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname)
        sound = sound and parts.username is None and not parts.query and parts.port != 0
    except ValueError:
        sound = False
    if not sound:
        raise InputError(
            "the endpoint must be an address such as https://host:port/ without user name or "
            "query; check MP_API_ENDPOINT or endpoint="
        )
    return address if address.endswith("/") else address + "/"


def _batches(items: list[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    for item in items:
        if batch and sum(map(len, batch)) + 3 * len(batch) + len(item) > _LIST_LETTERS:
            yield batch
            batch = []
        batch.append(item)
    if batch:
        yield batch


def _ask(
    systems: list[str],
    key: str,
    endpoint: str,
    thermo_type: str | None,
    progress: bool,
    limits: Limits,
) -> tuple["pd.DataFrame", "pd.DataFrame", dict[str, Any]]:
    from .client import Client
    from .documents import tables
    from .progress import Report

    parts = urlsplit(endpoint)
    if parts.scheme == "http" and parts.hostname not in ("127.0.0.1", "::1", "localhost"):
        warnings.warn(
            f"the key goes unencrypted to {parts.hostname}; use an https address", stacklevel=4
        )
    asked = subsystems(systems)
    with Report(progress) as report:
        client = Client(key, endpoint, limits, report)
        try:
            summary = _search(client, "summary", {"chemsys": asked}, deprecated=False)
            # All schemes, for mp-api and the server spell them differently; one is chosen below.
            thermo = _search(client, "thermo", {"chemsys": asked})
            ids = sorted({str(d.material_id) for d in summary})
            magnetism = _search(client, "magnetism", {"material_ids": ids})
        finally:
            client.close()
    order = (thermo_type,) if thermo_type else THERMO_TYPES
    entries, structures, facts = tables(asked, order, summary, thermo, magnetism)
    absent = sorted(set("-".join(systems).split("-")) - set(entries["formula"]))
    if absent:
        warnings.warn(
            f"the server has no energy of the element(s) {', '.join(absent)}, so the hull of "
            "these systems stays open there",
            stacklevel=4,
        )
    return entries, structures, {"database_version": client.database_version, **facts}


def _search(
    client: "Client", kind: str, criterion: dict[str, list[str]], **criteria: Any
) -> list[Any]:
    """Ask for the documents of a long list in several requests; validate them."""
    from .documents import FIELDS, validated

    found = []
    ((name, values),) = criterion.items()
    for batch in _batches(values):
        found += validated(kind, client.search(kind, FIELDS[kind], **{name: batch}, **criteria))
    return found
