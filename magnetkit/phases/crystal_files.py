"""Crystals of a snapshot as CIF or POSCAR files, for the programs that read those."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ..arguments import named
from ..errors import DataError
from .snapshot import Snapshot

if TYPE_CHECKING:
    from pymatgen.core import Structure


def crystals(snapshot: Snapshot) -> "Iterator[tuple[str, Structure]]":
    """Yield material id and pymatgen structure of each entry of a snapshot that has one.

    Raises
    ------
    DataError
        If the snapshot holds no structures.
    """
    from pymatgen.core import Structure

    table = snapshot.structures()
    for name, text in zip(table["material_id"], table["structure"], strict=True):
        yield str(name), Structure.from_dict(json.loads(text))


@named
def write_cifs(snapshot: Snapshot, folder: str | Path) -> list[Path]:
    """Write each crystal of a snapshot as ``FORMULA_MATERIAL-ID.cif``.

    Parameters
    ----------
    snapshot : Snapshot
        One that holds structures, such as `magnetkit.phases.pull_snapshot` returns.
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
    from pymatgen.io.cif import CifWriter

    return _write(snapshot, Path(folder), "cif", lambda crystal: str(CifWriter(crystal)))


@named
def write_poscars(snapshot: Snapshot, folder: str | Path) -> list[Path]:
    """Write each crystal of a snapshot as ``FORMULA_MATERIAL-ID.vasp``; see `write_cifs`.

    Unlike CIF files, these carry coordinates to ten digits and no symmetry.

    Parameters
    ----------
    snapshot : Snapshot
        One that holds structures.
    folder : str or Path
        Made if it is not there.

    Returns
    -------
    list of pathlib.Path
        The files, in the order of the snapshot.

    Raises
    ------
    DataError
        As for `write_cifs`.
    """
    from pymatgen.io.vasp import Poscar

    return _write(
        snapshot,
        Path(folder),
        "vasp",
        # The format keeps the atoms of an element together.
        lambda crystal: Poscar(crystal.get_sorted_structure()).get_str(significant_figures=10),
    )


def _write(
    snapshot: Snapshot, folder: Path, suffix: str, text: "Callable[[Structure], str]"
) -> list[Path]:
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, crystal in crystals(snapshot):
            safe = re.sub(r"[^A-Za-z0-9.-]", "_", name)
            file = folder / f"{crystal.composition.reduced_formula}_{safe}.{suffix}"
            file.write_text(text(crystal), encoding="utf-8")
            written.append(file)
    except OSError as error:
        raise DataError(f"cannot write crystals to {folder} ({error})") from error
    return written
