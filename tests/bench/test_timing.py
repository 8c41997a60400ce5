"""The benchmarks run, on few rows, and print their table."""

import gzip
import io
import json

import pytest
from rich.console import Console

from magnetkit.bench import on_crystals, run, show
from magnetkit.bench.cases import CASES
from magnetkit.bench.material import compositions, formulas, nd2fe14b
from magnetkit.bench.measure import best_seconds, fill_rate, first_call_seconds
from magnetkit.bench.peers import PEERS
from magnetkit.composition import CompositionTable
from magnetkit.errors import DataError


def test_material_is_what_it_says():
    table = compositions(3000)
    assert len(set(formulas(3000))) == 3000
    again = CompositionTable.from_strings(formulas(3000)[:50], basis="atomic")
    assert abs(again.to_array() - table[:50].to_array()).max() < 1e-4
    assert len(nd2fe14b()) == 68


def test_every_peer_belongs_to_a_case():
    assert {p.case for p in PEERS} <= {c.name for c in CASES}


@pytest.mark.filterwarnings("ignore")
def test_run_and_show():
    table, curve = run(rows=2000, first_calls=False, peers=False, curve=False)
    names = [c.name for c in CASES]
    assert table["name"][: len(names)].tolist() == names
    assert (table["rows_per_second_1"].dropna() > 0).all()
    assert table["share_of_fill"].notna().sum() == 4
    stream = io.StringIO()
    show(table, curve, Console(file=stream, width=200))
    assert "composition statistics" in stream.getvalue()
    assert "fill fresh memory" in stream.getvalue()


@pytest.mark.slow
def test_first_call_is_quicker_from_the_cache():
    cold, warm = first_call_seconds("rare-earth descriptors")
    assert warm < cold


def test_clocks():
    calls = []
    assert best_seconds(lambda: calls.append(1), budget=0.0, least=4) >= 0
    assert len(calls) == 4
    assert fill_rate((1000, 8), 1, fresh=True) > 0


@pytest.mark.filterwarnings("ignore")
def test_crystals_from_a_file(tmp_path, monkeypatch):
    monkeypatch.setattr("magnetkit.bench.crystals.PEERS", ())
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
