"""Snapshots of phases: one scheme of formation energies, frozen with its manifest.

A snapshot is a folder::

    entries.parquet      one row an entry, columns below
    structures.parquet   optional: material_id, structure (pymatgen's JSON)
    manifest.json        format, scheme, licence, where it comes from, SHA-256 of the files

Formation energies of one snapshot share one scheme (one set of corrections and element
references), with the elements at zero; `Snapshot.completed` alone takes energies of another scheme.

Crystals of a snapshot as CIF or POSCAR files, for the programs that read those.
"""

import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock

from .._core import datasets
from .._core._arguments import check_arguments, path
from .._core._types import FloatArray
from .._core.elements import INDEX
from .._core.errors import DataError, InputError
from .._core.settings import get_settings
from ._entries import REQUIRED, STRUCTURES, Entries, element_symbols
from .completion import complete
from .hull import measure_distances
from .interchange import phase_diagram, read_entries, to_entries

if TYPE_CHECKING:
    import pandas as pd
    from pymatgen.analysis.phase_diagram import PhaseDiagram
    from pymatgen.core import Structure
    from pymatgen.entries.computed_entries import ComputedEntry


FORMAT = "magnetkit phases 1"
MANIFEST = "manifest.json"
ENTRIES = "entries.parquet"
EMBEDDED = "materials_project"


@dataclass(frozen=True, eq=False, repr=False)
class Snapshot(Entries):
    """Phases of one scheme.

    Attributes
    ----------
    name : str
        Name to print: the folder's, or ``"embedded"``.
    entries : DataFrame
        One row an entry; see `REQUIRED`.
    manifest : dict
        ``format``, ``scheme``, ``elements``, ``licence``, ``source``, ``files`` and what the
        source adds (database version, thermo type, query, date).
    folder : Path or None
        Where it lies on disk.
    crystals : DataFrame or None
        ``material_id`` and ``structure`` of a snapshot that lies nowhere on disk.
    """

    def distances(self) -> "FloatArray":
        """Return the distance of each entry to the hull of the snapshot at 0 K.

        They are in the order of ``entries``. This snapshot is not changed.

        Returns
        -------
        ndarray of float64, shape (n,)
            eV/atom, not below zero; NaN where an entry has no energy.
        """
        return measure_distances(self)

    def completed(self) -> "Snapshot":
        """Return the snapshot with what it lacks taken over from the embedded one.

        Taken over are entries of chemical systems that it does not cover, and
        compositions whose lowest entry was calculated without its moment.
        Their energies are corrected to the scheme of this snapshot by the
        compounds that both share; the column ``energy_error_eV_atom`` is the
        error of that, which widens every range; it is NaN in rows of its own
        that had none. This snapshot itself is not changed.

        Returns
        -------
        Snapshot
            A new one without a folder. ``manifest["completed"]`` has ``entries`` (how many were
            taken over), ``doubtful`` (formulas), ``shared_compounds``, ``error_eV_atom`` and
            ``source``. ``energy_above_hull_eV_atom`` of all entries is computed anew.

        Raises
        ------
        DataError
            If the two share fewer than 8 compounds to correct one to the other.
        """
        return complete(self, open_snapshot())

    def to_entries(self, *, structures: bool = False) -> "list[ComputedEntry]":
        """Return the entries as those of pymatgen, for its phase diagrams.

        Parameters
        ----------
        structures : bool
            Give entries that have a crystal as ``ComputedStructureEntry``.

        Returns
        -------
        list of ComputedEntry
            In the order of `entries`. The ``entry_id`` is the material id, or
            else formula and row from 0, "SmCo5-3". Energies are of the cell (of a formula unit
            without one), eV: total ones where all entries have
            ``energy_eV_atom``, else formation energies. In the latter case
            elements that the source has no entry of follow, at zero, with ids
            such as "Sm-at-zero".

        Raises
        ------
        DataError
            If `structures` is set and the snapshot has none.
        """
        return to_entries(self, structures)

    @staticmethod
    def from_entries(
        entries: "Iterable[ComputedEntry]", name: str = "entries"
    ) -> "Snapshot":
        """Return a snapshot of pymatgen's entries.

        Parameters
        ----------
        entries : ComputedEntry or iterable of them
            Of one scheme, such as `MPRester.get_entries_in_chemsys` of mp-api returns them. Their
            lowest elements stand at zero.
        name : str
            Name to print.

        Returns
        -------
        Snapshot
            In memory alone, one row an entry in their order; see `save`. Columns are ``formula``,
            ``cell``, ``formation_energy_eV_atom``, ``material_id``, ``energy_eV_atom``,
            ``uncorrected_energy_eV_atom``, ``magnetic_moment_muB_atom``, ``thermo_type`` where an
            entry has it, and ``energy_above_hull_eV_atom``, which is computed.

        Raises
        ------
        InputError
            If there are no entries, one is no entry of pymatgen, or an element of a compound has no
            entry of its own.
        """
        plain_entries = read_entries(entries)
        return Snapshot(
            name,
            plain_entries.entries,
            plain_entries.manifest,
            crystals=plain_entries.crystals,
        )

    def phase_diagram(self, system: "str | Iterable[str]") -> "PhaseDiagram":
        """Return pymatgen's phase diagram of a chemical system, with the hull used here.

        Parameters
        ----------
        system : str or iterable of str
            Such as ``"Sm-Co"``, symbols joined by hyphens without spaces, or ``["Sm", "Co"]``.

        Returns
        -------
        PhaseDiagram
            Of the entries that hold no other element. Energies are formation energies of the cell,
            eV; entries without a usable energy, or calculated without their moment, are left out.

        Raises
        ------
        InputError
            If the snapshot has no phases of an element, or `system` is no text and no iterable.
        ValueError
            Of pymatgen, if all entries have a total energy and an element has no entry of its own.
        """
        return phase_diagram(self, system)

    def save(self, folder: str | Path | None = None) -> Path:
        """Write the snapshot to a folder, which `snapshot=` and ``--snapshot`` take.

        Parameters
        ----------
        folder : str or Path, optional
            Folder to make; an existing snapshot there is replaced. Without it a snapshot that
            lies on disk stays where it is, and another one is written to a folder in the cache,
            ``snapshots/HASH``, named by entries, manifest and crystals, unless it is there
            undamaged.

        Returns
        -------
        Path
            The folder, which holds ``entries.parquet``, ``manifest.json`` and, with crystals,
            ``structures.parquet``.

        Raises
        ------
        InputError
            If the folder holds something else, or cannot be written.
        """
        structures = self.structures() if self.has_structures else None
        if folder is not None:
            return write_snapshot(
                folder, self.entries, self.manifest, structures
            )
        if self.folder is not None:
            return self.folder
        content = self.entries.to_json() + json.dumps(
            self.manifest, sort_keys=True
        )
        if structures is not None:
            content += structures.to_json()
        digest = hashlib.sha256(content.encode()).hexdigest()[:16]
        place = get_settings().cache_dir / "snapshots" / digest
        with suppress(DataError):
            read_snapshot(place)
            return place
        return write_snapshot(place, self.entries, self.manifest, structures)


@check_arguments
def read_snapshot(folder: str | Path) -> Snapshot:
    """Read a snapshot folder and check its hashes.

    A snapshot that was read before comes from a cache of eight; its frame is shared, so copy it
    before a change. One whose writer was stopped is put back first.

    Parameters
    ----------
    folder : str or Path
        The snapshot; a link is followed.

    Returns
    -------
    Snapshot
        Named by its folder, with ``entries`` (a frame, one row an entry, with
        ``formula``, ``formation_energy_eV_atom``,
        ``energy_above_hull_eV_atom``, ``material_id`` and others),
        ``manifest`` (a dict) and ``folder``. Crystals are not read yet.

    Raises
    ------
    InputError
        If `folder` is empty or no path.
    DataError
        If the folder is no snapshot, or one of its files is damaged.
    """
    place = Path(os.path.realpath(path("snapshot", folder)))
    if not place.exists() and _beside(place, "old").is_dir():
        with _sole_writer(place):
            _restore(place)
    return _read(place)


def _read_manifest(file: Path) -> dict[str, Any]:
    """Read the manifest of a snapshot; DataError if it is missing, damaged or of another format.

    `file` is the path of the manifest. The dict is its JSON object, with ``format`` ("magnetkit
    phases 1") and whatever else is in it; other keys are not asked for. Its hashes are not checked.
    """
    if not file.is_file():
        raise DataError(
            f"{file.parent} is no phase snapshot (it has no {MANIFEST}); "
            "`magnetkit data pull --out` writes one"
        )
    try:
        manifest = json.loads(file.read_text(encoding="utf-8"))
        if not isinstance(manifest, dict):
            raise ValueError("not a JSON object")
    except ValueError as error:
        raise DataError(
            f"{file} cannot be read ({error}); freeze the pull again"
        ) from None
    if manifest.get("format") != FORMAT:
        raise DataError(
            f"{file} says format {manifest.get('format')!r}, expected {FORMAT!r}; "
            "freeze the pull again with this version"
        )
    return manifest


def _check_files(manifest_file: Path, files: Any) -> None:
    """Raise DataError unless a manifest names files of a snapshot, and they are undamaged.

    `files` is a dict of names of files beside the manifest to their SHA-256 in hexadecimal digits;
    anything else is an error. `manifest_file` is the path of the manifest. Only "entries.parquet"
    and "structures.parquet" may be named, and the former must be. Nothing is returned.
    """
    if not isinstance(files, dict) or ENTRIES not in files:
        raise DataError(
            f"{manifest_file} names no {ENTRIES}; freeze the pull again"
        )
    for name, digest in files.items():
        if name not in (ENTRIES, STRUCTURES):
            raise DataError(
                f"{manifest_file} names {name!r}, which is no file of a snapshot"
            )
        part = manifest_file.parent / name
        if not part.is_file() or datasets.sha256(part) != digest:
            raise DataError(
                f"{part} is missing or damaged (its hash differs); freeze it again"
            )


@lru_cache(maxsize=8)
def _read(folder: Path) -> Snapshot:
    """Read a snapshot from its folder, after a check of its files; DataError if anything is wrong.

    `folder` is its path, as `os.path.realpath` gives it. Checked are hashes,
    the columns of `REQUIRED` (``formula``, ``formation_energy_eV_atom``,
    ``energy_above_hull_eV_atom``, ``material_id``) and that energies and
    distances are of a numeric type; NaN among them passes. The snapshot has
    the last part of the path as its ``name``, the frame ``entries``,
    ``manifest`` and ``folder``. Eight are kept by path, so that the frame must
    not be changed, and a file that another program changes later is not seen.
    """
    import pandas as pd
    from pyarrow import ArrowException

    file = folder / MANIFEST
    manifest = _read_manifest(file)
    _check_files(file, manifest.get("files"))
    try:
        entries = pd.read_parquet(folder / ENTRIES)
    except (OSError, ValueError, ArrowException) as error:
        reason = str(error).splitlines()[0]
        raise DataError(
            f"{folder / ENTRIES} cannot be read ({reason})"
        ) from None
    missing = [c for c in REQUIRED if c not in entries.columns]
    if missing:
        raise DataError(
            f"{folder / ENTRIES} lacks the columns {', '.join(missing)}"
        )
    for name in ("formation_energy_eV_atom", "energy_above_hull_eV_atom"):
        if not pd.api.types.is_numeric_dtype(entries[name]):
            raise DataError(f"{folder / ENTRIES}: {name} holds no numbers")
    return Snapshot(folder.name, entries, manifest, folder)


@lru_cache(maxsize=1)
def _embedded_snapshot() -> Snapshot:
    folder = datasets.path(f"{EMBEDDED}/{MANIFEST}").parent
    snapshot = _read(folder)
    return Snapshot("embedded", snapshot.entries, snapshot.manifest, folder)


@check_arguments
def open_snapshot(snapshot: Snapshot | str | Path | None = None) -> Snapshot:
    """Return a snapshot: the embedded one without an argument, else the given or the folder's.

    Parameters
    ----------
    snapshot : Snapshot, str, Path or None
        A snapshot, its folder, or None for the embedded one.

    Returns
    -------
    Snapshot
        A given one itself. The embedded one is named "embedded"; it and those of folders are kept,
        so that their frames must not be changed.

    Raises
    ------
    InputError
        If it is none of these.
    DataError
        If the folder is no snapshot, or damaged.
    """
    if snapshot is None:
        return _embedded_snapshot()
    if isinstance(snapshot, Snapshot):
        return snapshot
    if isinstance(snapshot, (str, Path)):
        return read_snapshot(snapshot)
    raise InputError(
        f"snapshot must be a folder, a Snapshot or None, got {type(snapshot).__name__}"
    )


def snapshot_folder(snapshot: Snapshot | str | Path | None) -> Path | None:
    """Return the folder of a snapshot; None, for the embedded snapshot, is returned as it is.

    A `Snapshot` that exists in memory alone is written into the cache first, see `Snapshot.save`;
    one of a folder gives that. A text or path is taken as the folder, which is not looked for;
    InputError if it is empty, or anything else was given.
    """
    if snapshot is None:
        return None
    if isinstance(snapshot, Snapshot):
        return snapshot.save()
    return path("snapshot", snapshot)


@check_arguments
def load(snapshot: Snapshot | str | Path | None = None) -> "pd.DataFrame":
    """Return the entries of a snapshot.

    Parameters
    ----------
    snapshot : str, Path or Snapshot, optional
        Folder of a snapshot; the embedded Materials Project snapshot without it.

    Returns
    -------
    DataFrame
        A copy, one row an entry: ``formula``, ``formation_energy_eV_atom``
        (elements at zero), ``energy_above_hull_eV_atom`` (against the same
        snapshot), ``material_id`` (a text, or a missing value) and what else
        the snapshot carries. Several rows may have one composition.

    Raises
    ------
    InputError
        If `snapshot` is an empty text, or none of these.
    DataError
        If the folder is no snapshot or damaged.
    """
    return open_snapshot(snapshot).entries.copy()


@check_arguments
def write_snapshot(
    folder: str | Path,
    entries: "pd.DataFrame",
    manifest: dict[str, Any],
    structures: "pd.DataFrame | None" = None,
) -> Path:
    """Write a snapshot folder in one step: whole, or not at all.

    Other writers of the folder wait. The cache of `read_snapshot` is emptied.

    Parameters
    ----------
    folder : str or Path
        Folder to make; an existing snapshot there is replaced.
    entries : DataFrame
        One row an entry, with ``formula``, ``formation_energy_eV_atom``,
        ``energy_above_hull_eV_atom`` and ``material_id``; others may follow. Row labels are not
        written.
    manifest : dict
        ``scheme``, ``source``, ``licence`` (texts) and what else says where the data come from, as
        JSON takes it. ``elements``, ``entries`` (their number) and ``files`` are filled in, and
        ``format`` where it is not given. The dict itself is not changed.
    structures : DataFrame, optional
        ``material_id`` and ``structure`` (JSON of a pymatgen structure). Without it an earlier
        snapshot's crystals are gone.

    Returns
    -------
    Path
        `folder` as a path.

    Raises
    ------
    InputError
        If a column or manifest key is missing, or the folder is there and is
        no snapshot, be it empty, or cannot be written.
    """
    folder = Path(folder)
    missing = [c for c in REQUIRED if c not in entries.columns]
    missing += [
        k for k in ("scheme", "source", "licence") if k not in manifest
    ]
    if missing:
        raise InputError(f"a snapshot needs {', '.join(missing)}")
    if folder.exists() and not (folder / MANIFEST).is_file():
        raise InputError(
            f"{folder} exists and is no snapshot; choose a new folder"
        )
    # A link stays, and what it points to is replaced.
    place = Path(os.path.realpath(folder))
    with _sole_writer(place):
        # What a writer that was stopped left.
        _restore(place)
        work = _beside(place, "new")
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir()
        try:
            _write_files(work, entries, manifest, structures)
            _put_in_place(work, place)
        finally:
            shutil.rmtree(work, ignore_errors=True)
    _read.cache_clear()
    return folder


def _beside(folder: Path, kind: str) -> Path:
    """Return the hidden path of some kind beside a snapshot."""
    return folder.with_name(f".{folder.name}.{kind}")


@contextmanager
def _sole_writer(folder: Path) -> Iterator[None]:
    """Lock a snapshot's folder against other writers within the block; a context manager.

    `folder` is that of the snapshot, which need not exist; its parents are made. The lock file
    ``.NAME.lock`` lies beside it, and is removed at the end. Nothing is yielded. A lock that is
    taken is waited for, however long; the system releases that of a killed process. InputError if
    the folder cannot be written.
    """
    lock_file = _beside(folder, "lock")
    lock = FileLock(lock_file, thread_local=False)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        # Some network file systems have no locks.
        with suppress(NotImplementedError):
            lock.acquire()
    except OSError as error:
        raise InputError(
            f"{folder} cannot be written: {error.strerror}"
        ) from None
    try:
        yield
    finally:
        # While it is locked: a process that waits for the file makes a new one.
        with suppress(OSError):
            lock_file.unlink()
        lock.release()


def _put_in_place(work: Path, folder: Path) -> None:
    """Rename a finished snapshot `work` to `folder`, replacing an earlier one.

    InputError if that fails; the earlier one is then in its place or beside
    it. An earlier one is removed at the end. In between it stands beside as
    ``.NAME.old``, and what stood there before is removed first. `work` and
    `folder` are paths beside each other, of which `folder` need not exist and
    must be locked (`_sole_writer`).
    """
    old = _beside(folder, "old")
    shutil.rmtree(old, ignore_errors=True)
    try:
        if folder.exists():
            os.replace(folder, old)
        os.replace(work, folder)
    except OSError as error:
        raise InputError(
            f"{folder} cannot be written: {error.strerror}"
        ) from None
    shutil.rmtree(old, ignore_errors=True)


def _restore(folder: Path) -> None:
    """Rename the earlier snapshot back if its writer was stopped between two renames."""
    old = _beside(folder, "old")
    if old.is_dir() and not folder.exists():
        os.replace(old, folder)


def _write_files(
    work: Path,
    entries: "pd.DataFrame",
    manifest: dict[str, Any],
    structures: "pd.DataFrame | None",
) -> None:
    """Write the tables of a snapshot and the manifest that names them into `work`.

    `work` is a folder that exists. `entries` is a frame with ``formula``, `structures` one or None,
    for which no file is written. Files are "entries.parquet", "structures.parquet" and
    "manifest.json". In the last, ``elements`` (symbols by atomic number), ``entries`` (number of
    rows) and ``files`` (SHA-256 by name) replace those of `manifest`; ``format`` is that of
    `manifest`, or `FORMAT` without one. `manifest` itself is not changed.
    """
    files = {ENTRIES: _write_table(work / ENTRIES, entries)}
    if structures is not None:
        files[STRUCTURES] = _write_table(work / STRUCTURES, structures)
    whole = {
        "format": FORMAT,
        **manifest,
        "elements": sorted(
            element_symbols(*entries["formula"]), key=INDEX.__getitem__
        ),
        "entries": len(entries),
        "files": files,
    }
    text = json.dumps(whole, indent=2, ensure_ascii=False) + "\n"
    (work / MANIFEST).write_text(text, encoding="utf-8")


def _write_table(file: Path, table: "pd.DataFrame") -> str:
    """Write a parquet file whose bytes depend on the values alone; return its SHA-256.

    Row labels are not written. `file` is a path, and a file there is replaced. `table` is a frame
    of any columns that Arrow takes; pandas' own metadata are left out. The hash is in hexadecimal
    digits.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    arrow = pa.Table.from_pandas(
        table, preserve_index=False
    ).replace_schema_metadata(None)
    # pandas 2 and 3 name their text types differently; the file does not.
    fields = []
    for field in arrow.schema:
        if pa.types.is_large_string(field.type):
            field = pa.field(field.name, pa.string())
        fields.append(field)
    pq.write_table(arrow.cast(pa.schema(fields)), file, compression="zstd")
    return datasets.sha256(file)


def crystals(snapshot: Snapshot) -> "Iterator[tuple[str, Structure]]":
    """Yield material id and pymatgen structure of each crystal of a snapshot.

    `snapshot` must hold structures (``snapshot.has_structures``), which the
    embedded one does not: DataError otherwise, when the first one is taken.
    Pairs are (id, Structure), in the order of ``snapshot.structures()``; the
    id is a text such as "mp-1429".
    """
    from pymatgen.core import Structure

    table = snapshot.structures()
    for name, text in zip(
        table["material_id"], table["structure"], strict=True
    ):
        yield str(name), Structure.from_dict(json.loads(text))


@check_arguments
def write_cifs(snapshot: Snapshot, folder: str | Path) -> list[Path]:
    """Write each crystal of a snapshot as ``FORMULA_MATERIAL-ID.cif``, such as "SmCo5_mp-1429.cif".

    Parameters
    ----------
    snapshot : Snapshot
        One that holds structures, such as `magnetkit.phases.pull` returns.
    folder : str or Path
        Made if it is not there; files of the same name are replaced.

    Returns
    -------
    list of pathlib.Path
        The files, in the order of the snapshot.

    Raises
    ------
    DataError
        If the snapshot holds no structures (the folder is made nevertheless),
        or the folder cannot be written.
    """
    from pymatgen.io.cif import CifWriter

    return _write(
        snapshot, Path(folder), "cif", lambda crystal: str(CifWriter(crystal))
    )


@check_arguments
def write_poscars(snapshot: Snapshot, folder: str | Path) -> list[Path]:
    """Write each crystal of a snapshot as ``FORMULA_MATERIAL-ID.vasp``, such as "SmCo5_mp-1429.vasp".

    Unlike CIF files, these carry coordinates to ten digits and no symmetry.

    Parameters
    ----------
    snapshot : Snapshot
        One that holds structures, such as `magnetkit.phases.pull` returns.
    folder : str or Path
        Made if it is not there; files of the same name are replaced.

    Returns
    -------
    list of pathlib.Path
        The files, in the order of the snapshot.

    Raises
    ------
    DataError
        If the snapshot holds no structures, or the folder cannot be written.
    """
    from pymatgen.io.vasp import Poscar

    return _write(
        snapshot,
        Path(folder),
        "vasp",
        # The format keeps the atoms of an element together.
        lambda crystal: Poscar(crystal.get_sorted_structure()).get_str(
            significant_figures=10
        ),
    )


def _write(
    snapshot: Snapshot,
    folder: Path,
    suffix: str,
    text: "Callable[[Structure], str]",
) -> list[Path]:
    """Write each crystal of a snapshot to a file of its own; return the paths.

    `text` is called with each pymatgen Structure and returns the file's
    content. A file is named "FORMULA_MATERIAL-ID.SUFFIX", with the reduced
    formula and `suffix` without a point, such as "cif"; characters of the id
    other than letters, digits, points and hyphens become underscores, and a
    file of that name is replaced. The `folder` is made if it is not there.
    Paths are in the order of the crystals. DataError if the folder cannot be
    written, or the snapshot holds no structures.
    """
    files = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, crystal in crystals(snapshot):
            safe = re.sub(r"[^A-Za-z0-9.-]", "_", name)
            file = (
                folder
                / f"{crystal.composition.reduced_formula}_{safe}.{suffix}"
            )
            file.write_text(text(crystal), encoding="utf-8")
            files.append(file)
    except OSError as error:
        raise DataError(
            f"cannot write crystals to {folder} ({error})"
        ) from error
    return files
