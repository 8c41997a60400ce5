"""What is tried in the place of a grade."""

import re
from types import SimpleNamespace

import numpy as np

from magnetkit.replacement._request import candidates

BEST = SimpleNamespace(text="Nd24.64Pr6.16Co1Cu0.15B0.96Fe bal.", shell="")


def amounts(rows, element):
    found = (re.search(rf"{element}(\d[\d.]*)", text) for text in rows["composition"])
    return np.unique([float(m[1]) if m else 0.0 for m in found])


def tried(host="2:14:1", kelvin=423.15, compensated=False):
    return candidates(host, SimpleNamespace(best=BEST), kelvin, compensated)


def test_neodymium_iron_is_tried_with_what_the_trade_charges():
    rows = tried()
    iron = rows[rows["composition"].str.contains("Fe bal")]
    np.testing.assert_allclose(
        amounts(iron, "Dy"), [0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0]
    )
    np.testing.assert_allclose(amounts(iron, "Ce"), [0.0, 3.0, 6.0])
    np.testing.assert_allclose(amounts(iron, "Ga"), [0.0, 0.4])
    np.testing.assert_allclose(amounts(iron, "Co"), [1.0, 3.0])
    # Shells about alloys of 3 wt.% Dy at most.
    diffused = iron[iron["shell"] != ""]
    assert amounts(diffused, "Dy").max() == 3.0
    assert set(diffused["route"]) == {"diffused"}
    assert set(diffused["shell"].str.split().str[0]) == {"Tb", "Dy"}
    # Ten amounts of Dy, three of Ce, two of Co and Ga; six of them with six shells.
    assert len(iron) == 10 * 12 + 6 * 12 * 6


def test_no_neodymium_iron_is_tried_where_none_is_sold():
    # Above 220 degrees C; the grade's own recipe stays.
    hot = tried("2:17", 493.25)
    assert hot["composition"].str.contains("Fe bal").sum() == 1
    assert tried("2:17", 493.05)["composition"].str.contains("Fe bal").sum() > 10
    # Beside a Sm-Co grade it is tried without cerium, gallium and more cobalt.
    plain = tried("2:17", 423.15)
    iron = plain[plain["composition"].str.contains("Fe bal")]
    np.testing.assert_allclose(amounts(iron, "Ce"), [0.0])
    np.testing.assert_allclose(amounts(iron, "Ga"), [0.0])
    np.testing.assert_allclose(amounts(iron, "Co"), [1.0])


def test_gadolinium_and_erbium_are_there_for_the_temperature_coefficient_alone():
    assert not tried()["composition"].str.contains("Gd|Er").any()
    flat = tried("2:17", 373.15, compensated=True)
    assert amounts(flat, "Gd").max() == 16.0
    assert set(amounts(flat, "Er")) == {0.0, 2.0, 4.0, 6.0}


def test_what_is_tried_is_a_recipe_its_shell_and_the_way_it_gets_its_heavy_rare_earth():
    rows = tried()
    assert list(rows.columns) == ["composition", "shell", "route"]
    assert rows.index.tolist() == list(range(len(rows)))
    assert (rows["route"] == "diffused").tolist() == rows["shell"].astype(bool).tolist()
    assert not rows.duplicated().any()
