"""The committed table of compounds is what the model says, beside what was measured."""

import pandas as pd
import pytest
from numpy.testing import assert_allclose

from benchmarks.accuracy.magnetism.compounds import (
    COMPOUNDS,
    compound_table,
    report,
)
from magnetkit import datasets


@pytest.fixture(scope="module")
def frame():
    return compound_table()


def test_the_committed_table_is_the_models(frame):
    table = pd.read_csv(datasets.path("magnetism/compounds.csv"))
    assert list(table) == list(frame)
    assert table["compound"].nunique() == len(COMPOUNDS) == 37
    for name in table.select_dtypes("number"):
        # Printed to four figures.
        assert_allclose(
            table[name], frame[name], rtol=1e-3, atol=1e-6, err_msg=name
        )


def test_measured_values_are_those_of_the_papers(frame):
    at = frame.set_index(["compound", "temperature_K"])
    # Hirosawa et al., J. Appl. Phys. 59 (1986) 873.
    assert at.loc[
        ("Nd2Fe14B", 295.0), "measured_saturation_polarization_T"
    ] == pytest.approx(1.60, abs=0.02)
    assert at.loc[("Y2Fe14B", 573.0), "status"] == "paramagnetic"


def test_the_page_names_what_misses(frame):
    page = report(frame)
    assert "Gd2Fe14B 0.67" in page
    assert "| saturation_polarization_T | 295 | 27 |" in page
