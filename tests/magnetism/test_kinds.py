"""Magnets by what they are, with the share of coercivity that a shell gives."""

import pytest

from magnetkit.composition import CompositionTable
from magnetkit.magnetism import sintered
from magnetkit.magnetism.kinds import kinds


def test_the_share_is_that_of_a_magnet_with_and_without_its_shell():
    table = CompositionTable.from_strings(["Nd2Fe14B", "Nd2Fe14B", "SmCo5"])
    found = kinds(table, ["2:14:1", "2:14:1", "1:5"], ["", "Dy 0.6 wt%", ""])
    bare, treated = sintered(["Nd2Fe14B"] * 2, 293.15, shell=["", "Dy 0.6 wt%"])["coercivity_kA_m"]
    assert found.shares == pytest.approx([0.0, 1.0 - bare / treated, 0.0], rel=1e-9)
    assert list(found.hosts) == ["2:14:1", "2:14:1", "1:5"]
    assert list(found.shells) == ["", "Dy 0.6 wt%", ""]
