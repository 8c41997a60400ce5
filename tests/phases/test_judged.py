"""The phases that compositions stand for, and what competes with them."""

import numpy as np
import pytest
from magnetkit.elements import SYMBOLS
from magnetkit.errors import InputError

from magnetkit.alloy.table import CompositionTable
from magnetkit.phases._judged import (
    Judged,
    _formula,
    _hull_nodes,
    kinds,
    named_phases,
    rivals,
)
from magnetkit.phases.hull import stable_space
from magnetkit.phases.records import HOST_NAMES
from magnetkit.phases.snapshot import open_snapshot


def table(text):
    return CompositionTable.from_strings(text.split(), basis="atomic")


def test_ratio_names_a_phase_of_no_recipe():
    phases = named_phases(table("LaFe5 SmCo5 Sm2.2Co17 Sm2Fe17N3 Fe3C"))
    names = [HOST_NAMES[c] if c >= 0 else "" for c in phases.host]
    assert names == ["1:5", "1:5", "2:17", "2:17:3", ""]
    assert phases.named.tolist() == [True, True, False, True, False]
    # A user's word counts more than the ratio.
    told = named_phases(table("SmCo5 Sm2Co17"), "1:5")
    assert [HOST_NAMES[c] for c in told.host] == ["1:5", "1:5"]
    assert told.named.tolist() == [True, False]
    with pytest.raises(InputError, match="host '1:6' is not known"):
        named_phases(table("SmCo5"), "1:6")


def test_rivals_hold_no_phase_of_the_structure():
    source = open_snapshot()
    whole = stable_space(source).formulas
    rest = rivals(source, "2:17").formulas
    assert "Sm2Co17" in whole
    assert "Sm2Co17" not in rest
    assert "SmCo3" in rest


def test_cache_ignores_the_number_of_element_sets():
    # A search meets ever new ones, each of up to some megabytes.
    source = open_snapshot()
    elements = ("Pr", "Dy", "Tb", "Ce", "La", "Y")
    Judged(named_phases(table("Nd2Fe14B")), source)
    size = len(source._cache)
    for k in range(1, 1 << len(elements)):
        some = "".join(
            f"{e}0.1" for bit, e in enumerate(elements) if k >> bit & 1
        )
        Judged(named_phases(table(f"Nd1.4{some}Fe14B")), source)
    assert len(source._cache) == size
    assert _hull_nodes.cache_info().currsize == 32


def test_end_members_of_a_twentieth_are_missed():
    # The snapshot has no NdFe12; with a twentieth of cobalt NdCo12 counts as well.
    texts = "NdFe12 NdFe11.38Co0.62 NdFe11.42Co0.58 Nd2Fe14B Dy2Co14B"
    # Of two interstitials each makes an end member; that of carbon was left out as doubtful.
    texts += " Gd2Fe14B0.5C0.5"
    words = Judged(named_phases(table(texts)), open_snapshot()).missing()
    missing = ["NdFe12", "NdFe12, NdCo12", "NdFe12", "", "Dy2Co14B"]
    assert words.texts() == [*missing, "Gd2Fe14C"]


def test_interstitials_are_five_elements():
    places = kinds()
    names = [SYMBOLS[k] for k in np.flatnonzero(places == 2)]
    assert names == ["H", "B", "C", "N", "O"]
    earths = [SYMBOLS[k] for k in np.flatnonzero(places == 0)]
    assert len(earths) == 16
    assert {"Y", "La", "Lu"} < set(earths)
    assert "Sc" not in earths


def test_entries_of_no_host_have_their_own_energy():
    entries = Judged(named_phases(table("TbFe2 NdFe3")), open_snapshot())
    assert entries.deviation[0] == 0.0
    assert np.isnan(entries.energy[1])
    assert np.isnan(entries.deviation[1])
    assert entries.entropy.tolist() == [0.0, 0.0]
    assert entries.missing().texts() == ["", ""]


@pytest.mark.parametrize(
    ("parts", "formula"),
    [
        (("1:5", "Sm", "Co", ""), "SmCo5"),
        (("2:17:3", "Sm", "Fe", ""), "Sm2Fe17"),
        (("2:17:3", "Sm", "Fe", "N"), "Sm2Fe17N3"),
        (("2:14:1", "Nd", "Fe", "B"), "Nd2Fe14B"),
        (("1:5", "Sm", "Co", "N"), "SmCo5"),
    ],
)
def test_end_member_names_its_sites(parts, formula):
    assert _formula(*parts) == formula
