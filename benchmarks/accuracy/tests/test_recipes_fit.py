"""The script that fits the recipes anew."""

import runpy

import pytest

from benchmarks.accuracy.stored import ROOT

SCRIPT = ROOT / "datasets/recipes/calibrate.py"


def test_a_stopped_fit_leaves_the_parameters(tmp_path):
    file = tmp_path / "recipes/parameters.toml"
    file.parent.mkdir()
    file.write_text("as they were")
    script = runpy.run_path(str(SCRIPT))
    (tmp_path / "magnets").mkdir()
    (tmp_path / "magnets/families.toml").write_text("")

    def stop_after_first_values():
        file.write_text("starting values")
        raise KeyboardInterrupt

    script["main"].__globals__.update(
        HERE=file.parent,
        _fit=stop_after_first_values,
        _check_table=lambda: None,
    )
    with pytest.raises(KeyboardInterrupt):
        script["main"]()
    assert file.read_text() == "as they were"


def test_names_what_moved_the_largest_change_first():
    script = runpy.run_path(str(SCRIPT))
    before = script["read_numbers"](
        '[family."1:5"]\nn_eff = 0.8\nsource = "one"\npinning_kA_m = 0.0\n'
        "process = { alignment = 0.92 }\n",
        '[family."1:5".remanence_T]\noffset = 0.01\nhalf_width = 0.3\n',
    )
    after = {
        **before,
        "1:5 n_eff": 0.84,
        "1:5 process alignment": 0.93,
        "1:5 pinning_kA_m": 5.0,
        "1:5 remanence_T offset": 0.03,
        "1:5 decay": 3.0,
    }
    assert script["list_changes"](before, after) == [
        "1:5 decay: new",
        "1:5 pinning_kA_m: 0 to 5",
        "1:5 n_eff: 0.8 to 0.84 (+5 %)",
        "1:5 remanence_T offset: 0.01 to 0.03",
        "1:5 process alignment: 0.92 to 0.93 (+1.1 %)",
    ]
    *_, last = script["list_changes"](before, after, most=3)
    assert last == "and 3 more, which moved by less"
    assert script["list_changes"](before, before) == []
