"""Structure kernels beside their peers on crystals from a file."""

import gzip
import json

import pytest
from magnetkit.errors import DataError

from benchmarks.features.crystals import on_crystals
from benchmarks.features.material import nd2fe14b


@pytest.mark.filterwarnings("ignore")
def test_crystals_from_a_file(tmp_path, monkeypatch):
    monkeypatch.setattr("benchmarks.features.crystals.PEERS", ())
    crystal = nd2fe14b()
    row = {
        "lattice": crystal.lattice.parameters,
        "species": [e.symbol for e in crystal.species],
        "frac_coords": crystal.frac_coords.tolist(),
    }
    file = tmp_path / "crystals.jsonl.gz"
    with gzip.open(file, "wt") as stream:
        stream.write(json.dumps(row) + "\n")
    table = on_crystals(file)
    assert len(table) == 4
    assert (table["rows_per_second_1"] > 0).all()
    bad = tmp_path / "bad.gz"
    bad.write_text("none")
    with pytest.raises(DataError, match="no gzipped JSON-lines file"):
        on_crystals(bad)
