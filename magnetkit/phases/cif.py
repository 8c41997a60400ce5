"""Crystals of a snapshot as CIF files, for the programs that read those."""

import json
import re
from pathlib import Path

from ..errors import DataError
from .snapshot import Snapshot


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
    from pymatgen.core import Structure
    from pymatgen.io.cif import CifWriter

    folder = Path(folder)
    written = []
    table = snapshot.structures()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in zip(table["material_id"], table["structure"], strict=True):
            crystal = Structure.from_dict(json.loads(text))
            safe = re.sub(r"[^A-Za-z0-9.-]", "_", str(name))
            file = folder / f"{crystal.composition.reduced_formula}_{safe}.cif"
            CifWriter(crystal).write_file(file)
            written.append(file)
    except OSError as error:
        raise DataError(f"cannot write CIF files to {folder} ({error})") from error
    return written
