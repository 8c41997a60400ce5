"""Pictures under the variable of reproducible builds."""

import pytest
from magnetkit.errors import InputError

import magnetkit as mk


def test_names_a_source_date_that_is_no_number(tmp_path, monkeypatch):
    figure = mk.plots.overlay([mk.curve("N42SH")])
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "xyz")
    with pytest.raises(
        InputError, match=r"SOURCE_DATE_EPOCH must be whole seconds.*'xyz'"
    ):
        figure.save(tmp_path / "a.svg")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    figure.save(tmp_path / "a.svg")
    assert (tmp_path / "a.svg").stat().st_size > 5000
