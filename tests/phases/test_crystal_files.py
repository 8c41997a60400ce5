"""CIF and POSCAR files of a pull."""

from pathlib import Path

import pytest
from magnetkit.errors import DataError
from numpy.testing import assert_allclose
from pymatgen.core import Structure

from magnetkit.phases import open_snapshot
from magnetkit.phases.pull import pull
from magnetkit.phases.snapshot import crystals, write_cifs, write_poscars
from tests.phases.mp_server import Server

pytestmark = pytest.mark.usefixtures("own_cache")


# The numbers of a CIF file are rounded, and pymatgen says so.
@pytest.mark.filterwarnings("ignore:Issues encountered while parsing CIF")
def test_cifs_hold_the_crystals(mp_server: Server, tmp_path: Path):
    files = write_cifs(pull("Sm-Co"), str(tmp_path / "cif"))
    names = (
        "Co_mp-54.cif Sm2Co17_mp-1106140.cif SmCo5_mp-1429.cif Sm_mp-86.cif"
    )
    assert sorted(f.name for f in files) == names.split()
    crystal = Structure.from_file(tmp_path / "cif" / "SmCo5_mp-1429.cif")
    assert crystal.composition.reduced_formula == "SmCo5"


def test_poscars_hold_the_crystals_to_the_last_digit(
    mp_server: Server, tmp_path: Path
):
    entries = pull("Sm-Co")
    files = write_poscars(entries, str(tmp_path))
    for file, (_, crystal) in zip(files, crystals(entries), strict=True):
        structure = Structure.from_file(file)
        expected = crystal.get_sorted_structure()
        assert structure.species == expected.species
        assert_allclose(
            structure.lattice.matrix, expected.lattice.matrix, atol=1e-8
        )
        assert_allclose(structure.frac_coords, expected.frac_coords, atol=1e-8)
    assert files[0].name == "Co_mp-54.vasp"


def test_names_an_unwritable_folder(mp_server: Server, tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(DataError, match="cannot write crystals"):
        write_cifs(pull("Sm-Co"), tmp_path / "file")


def test_a_snapshot_without_crystals_says_so(tmp_path: Path):
    with pytest.raises(DataError, match="no structures"):
        write_cifs(open_snapshot(), tmp_path)
