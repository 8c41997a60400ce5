"""Leave-one-out validation of substituted phases."""

import gzip
import json

import numpy as np
import pandas as pd
import pytest
from magnetkit.errors import DataError

from benchmarks.accuracy.phases import leave_one_out as module
from magnetkit.phases._mixing import mixing_model
from magnetkit.phases.snapshot import open_snapshot


def test_embedded_validation(monkeypatch):
    monkeypatch.setattr(
        module, "get_settings", lambda: type("S", (), {"mirror": None})
    )
    table = module.leave_one_out().set_index("host")
    assert list(table.index) == [*module.VALIDATED, "all"]
    assert table["data"].str.contains("embedded").all()
    assert (
        table.loc["all", "entries"] == table["entries"].iloc[:-1].sum() > 500
    )
    assert table["interpolation_mae_eV_atom"].max() < 0.025
    whole = table.loc["all"]
    assert (
        whole["interpolation_mae_there_eV_atom"] < whole["linear_mae_eV_atom"]
    )


def test_linear_mixing_needs_every_end_member():
    model = mixing_model(open_snapshot(), "2:14:1")
    linear = pd.Series(module.linear_mixing(model), index=model.formulas)
    energy = pd.Series(model.energy, index=model.formulas)
    expected = (energy["Nd2Fe14B"] + energy["Dy2Fe14B"]) / 2
    assert linear["NdDyFe14B"] == pytest.approx(expected)
    assert linear["Nd2Fe14B"] == energy["Nd2Fe14B"]
    assert np.isnan(linear["Dy2Fe6Co8B"])  # Dy2Co14B is missing


def test_structures_distinguish_prototypes(tmp_path):
    cell = module._prototypes("1:5")[0]
    site = {"La": "Sm", "Fe": "Co"}
    good = {
        "material_id": "a",
        "lattice": [*cell.lattice.abc, *cell.lattice.angles],
        "species": [site[s.specie.symbol] for s in cell],
        "frac_coords": cell.frac_coords.tolist(),
    }
    bad = {
        **good,
        "material_id": "b",
        "species": ["Co", "Sm", "Co", "Co", "Co", "Co"],
    }
    file = tmp_path / "structures.jsonl.gz"
    with gzip.open(file, "wt") as stream:
        stream.write(json.dumps(good) + "\n" + json.dumps(bad) + "\n")
    entries = pd.DataFrame(
        {
            "material_id": ["a", "b", "c", "d"],
            "formula": ["SmCo5", "SmCo5", "SmCo5", "SmCo3"],
        }
    )
    # No structure counts as another one; SmCo3 has no validated host's ratio.
    assert module.foreign_structures(entries, file) == {"b", "c"}
    file.write_bytes(gzip.compress(b"broken\n"))
    with pytest.raises(DataError, match="damaged"):
        module.foreign_structures(entries, file)


@pytest.mark.parametrize("host", module.VALIDATED)
def test_prototypes_have_the_atoms_of_their_formula(host):
    for cell in module._prototypes(host):
        counts = cell.composition.get_el_amt_dict()
        entry = module.HOSTS[host]
        assert (
            counts["Fe"] / counts["La"]
            == entry.transition_metal / entry.rare_earth
        )
        assert (
            counts.get("B", 0) / counts["La"]
            == entry.interstitial / entry.rare_earth
        )
