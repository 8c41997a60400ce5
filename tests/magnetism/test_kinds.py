"""Magnets by what they are, with what errors that they share act by."""

from dataclasses import replace

import numpy as np
import pytest

from magnetkit.alloy import CompositionTable
from magnetkit.magnetism import sintered
from magnetkit.magnetism._figures import kinds
from magnetkit.magnetism._magnets import alloys
from tests.recipes import make_table


def test_share_compares_a_magnet_with_its_shell():
    table = CompositionTable.from_strings(["Nd2Fe14B", "Nd2Fe14B", "SmCo5"])
    error_kinds = kinds(
        table, ["2:14:1", "2:14:1", "1:5"], ["", "Dy 0.6 wt%", ""]
    )
    bare, with_shell = sintered(
        ["Nd2Fe14B"] * 2, 293.15, shell=["", "Dy 0.6 wt%"]
    )["coercivity_kA_m"]
    assert error_kinds.effects[:, 0] == pytest.approx(
        [0.0, 1.0 - bare / with_shell, 0.0], rel=1e-9
    )
    assert (error_kinds.effects[:, 1] == 0.0).all()
    assert error_kinds.hosts.texts() == ["2:14:1", "2:14:1", "1:5"]
    assert list(error_kinds.shells) == ["", "Dy 0.6 wt%", ""]


def test_fine_grains_have_a_common_error():
    table = make_table("Nd30.5Co1Cu0.1B1Fe bal.", basis="weight")
    for kelvin in (293.15, 423.15):
        # What the slope would do, tried: N_eff is straight in the logarithm of grain size.
        magnets = alloys(table, {"grain_size_um": 2.0})
        away = float(magnets.rows["grain_deviation"][0])
        size_slope = magnets.rows["grain_slope"]
        base = replace(
            magnets, rows=magnets.rows | {"grain_slope": size_slope + 0.0}
        ).at(np.array([kelvin]))
        steeper = replace(
            magnets,
            rows=magnets.rows | {"grain_slope": size_slope + 0.01 * away},
        ).at(np.array([kelvin]))
        slope = np.log(steeper.coercivity() / base.coercivity())[0, 0] / 0.01
        effect = kinds(
            table, ["2:14:1"], [""], {"grain_size_um": 2.0}, kelvin
        ).effects[0, 1]
        assert effect == pytest.approx(np.expm1(slope), rel=0.1)
        assert effect > 0.0
    usual = kinds(table, ["2:14:1"], [""], {"grain_size_um": 5.0}, 423.15)
    assert usual.effects[0, 1] == 0.0
