"""Figures of a diffusion design hold what they say."""

import numpy as np
import pytest
from magnetkit.errors import InputError

import magnetkit as mk

matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("Agg")
from magnetkit.show import plots  # noqa: E402

BASE = "Nd30.5Co0.9Cu0.1B1.0Fe bal."
ASK = {"basis": "weight", "load_line": 2, "anneal": 900, "anneal_hours": 8, "cells": 1000}


@pytest.fixture(scope="module")
def found():
    return mk.diffuse(BASE, "20x10x3mm", temperature="150C", element="Tb", **ASK)


def test_the_profile_is_richest_at_the_faces(found):
    ax = plots.depth_profile(found).draw()
    content = ax.get_lines()[0].get_ydata()
    assert content[0] > content[len(content) // 2]
    assert content[-1] > content[len(content) // 2]
    assert ax.get_ylabel() == "Tb (wt.%)"


def test_the_map_has_the_margins_of_its_layer(found):
    margins = found.margins()
    for when in ("before", "after"):
        drawn = plots.margin_map(found, when).draw().collections[0].get_array()
        assert np.min(drawn) == pytest.approx(margins[f"{when}_kA_m"].min(), rel=1e-3)
    with pytest.raises(InputError, match="before or after"):
        plots.margin_map(found, "later")


def test_hotter_and_thicker_take_more():
    table = mk.diffusion.needed_by_temperature(BASE, "20x10x3mm", [2, 3], "130C,140C", **ASK)
    ax = plots.terbium_against_temperature(table).draw()
    by = table.set_index(["thickness_mm", "temperature_K"])["amount_wt_pct"]
    assert by[3.0, 413.15] > by[3.0, 403.15] > 0.0
    assert by[3.0, 413.15] > by[2.0, 413.15]
    assert len(ax.get_legend().get_texts()) == 2
    with pytest.raises(InputError, match="thickness"):
        mk.diffusion.needed_by_temperature(BASE, "20x10x3mm", [], "140C", **ASK)
