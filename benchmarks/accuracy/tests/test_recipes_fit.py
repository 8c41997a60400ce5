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
