"""Ternary sections with candidates on them."""

import matplotlib as mpl
import numpy as np
import pytest
from magnetkit.errors import InputError

from magnetkit.show import plots

mpl.use("Agg")


def test_candidates_stand_where_their_composition_is():
    ax = plots.section("Sm-Co-Fe", ["SmCo5", "Sm2Fe17", "Nd2Fe14B"]).draw()
    names = [text.get_text() for text in ax.texts]
    assert "SmCo$_{3}$" in names
    points = next(c for c in ax.collections if len(c.get_offsets()) == 2)
    offsets = np.asarray(points.get_offsets())
    assert ((offsets >= 0) & (offsets <= 1)).all()
    assert abs(offsets[0] - offsets[1]).max() > 0.3
    low, high = points.get_array().min(), points.get_array().max()
    assert 0.5 < low <= high <= 1.0


@pytest.mark.parametrize("system", ["Sm-Co", "Sm-Co-Xx", "Sm-Co-Co"])
def test_a_section_takes_three_elements(system):
    with pytest.raises(InputError, match="three elements"):
        plots.section(system)


def test_an_element_without_phases_is_named():
    with pytest.raises(InputError, match="no phases of Eu"):
        plots.section("Eu-Co-Fe")
