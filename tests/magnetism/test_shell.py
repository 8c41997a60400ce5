from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from magnetkit.errors import InputError
from numpy.testing import assert_allclose

from magnetkit.alloy import CompositionTable
from magnetkit.alloy.shell_rows import ShellRows, read_shells, with_shell
from magnetkit.alloy.shells import Shell, read_shell
from magnetkit.magnetism import sintered
from magnetkit.magnetism.laws import law
from magnetkit.magnetism.shells import (
    arriving_share,
    enrich_surface,
    objection,
)


@given(
    st.sampled_from(["Tb", "Dy", "Ho"]),
    st.integers(1, 50),
    st.integers(1, 100),
)
def test_text_round_trip(symbol, fraction, content):
    shell = Shell(symbol, fraction / 100, content / 100)
    assert read_shell(str(shell)) == shell


def test_dict_and_text_are_one():
    assert read_shell(
        {"R": "Tb", "fraction": 0.1, "content": 0.3}
    ) == read_shell("Tb 0.30 @ 0.10")


@pytest.mark.parametrize("empty", [None, "", float("nan")])
def test_empty_is_a_bulk_alloy(empty):
    assert read_shell(empty) is None


@pytest.mark.parametrize(
    "bad",
    [
        "Tb",
        "Tb 0 wt%",
        "Tb 0.5",
        "Fe 0.3 @ 0.1",
        "Tb 0.3 @ 0.9",
        "Tb 1.3 @ 0.1",
        "Tb -0.3 @ 0.1",
        {"R": "Tb"},
        3,
    ],
)
def test_bad_shells_say_the_way_out(bad):
    with pytest.raises(InputError, match="shell"):
        read_shell(bad)


def test_one_shell_a_row():
    rows = read_shells(["", "Dy 0.20 @ 0.05", None], 3)
    assert rows.text.tolist() == ["", "Dy 0.20 @ 0.05", ""]
    assert rows.fraction.tolist() == [0.0, 0.05, 0.0]
    assert read_shells(["", None], 2) is None
    with pytest.raises(InputError, match="shell 'None' not understood"):
        read_shells([None, "None"], 2)
    rim = Shell("Tb", fraction=0.1, content=0.3)
    rows = read_shells([rim, replace(rim, faces_mm=5.0)], 2)
    assert rows.faces_mm.tolist() == [float("inf"), 5.0]
    with pytest.raises(InputError, match="expected one shell or 2"):
        read_shells(["Dy 0.20 @ 0.05"], 2)


def test_only_the_shell_pays():
    table = CompositionTable.from_strings(["Nd2Fe14B", "Nd2Fe14B"])
    whole = with_shell(table, ["Tb 0.30 @ 0.10", ""])
    # Boundaries keep 40 % of what was put in.
    assert_allclose(whole.fraction("Tb"), [0.3 * 0.1 / 0.6 * 2 / 17, 0.0])
    assert_allclose(whole.to_array().sum(axis=1), 1.0)
    bulk = CompositionTable.from_strings(["Nd1.4Tb0.6Fe14B"])
    tb = 64
    ratio = whole.weight_fractions()[0, tb] / bulk.weight_fractions()[0, tb]
    assert ratio == pytest.approx(0.1 / 0.6, rel=0.02)


@given(st.sampled_from(["Tb", "Dy", "Nd"]), st.integers(1, 200))
def test_amounts_round_trip(symbol, amount):
    shell = Shell(symbol, amount_wt_pct=amount / 100)
    assert read_shell(str(shell)) == shell
    assert read_shell(f"{symbol} {amount / 100} wt.%") == shell


def _gain(shell, formula="Nd2Fe14B", kelvin=423.15):
    base = CompositionTable.from_strings([formula])
    frames = (
        sintered(base, kelvin, shell=s)["coercivity_kA_m"].iloc[0]
        for s in (shell, None)
    )
    with_it, without = frames
    return with_it - without


@pytest.mark.filterwarnings("ignore:no furnace")
def test_a_shell_of_no_thickness_gains_nothing():
    whole = _gain("Tb 0.30 @ 0.15")
    assert abs(_gain(Shell("Tb", 1e-6, 0.3))) < 1e-3 * whole
    # 0.8 nm of shell hold a fifth of its gain at most.
    assert 0.0 < _gain("Tb 0.30 @ 0.001") < 0.2 * whole
    assert abs(_gain(Shell("Tb", amount_wt_pct=1e-7))) < 1e-3 * whole


def test_the_gain_of_diffused_magnets():
    # Published: Tb 342 to 788 kA/m of amounts not printed, which are 0.2 to 0.8 wt.%; none gained
    # more than 875 kA/m. Dy 410 kA/m, amount not printed, and 255 kA/m of 0.79 wt.%.
    assert 342 < _gain("Tb 0.5 wt%", kelvin=293.15) < 788
    assert _gain("Tb 0.8 wt%", kelvin=293.15) < 875
    assert 255 < _gain("Dy 0.5 wt%", kelvin=293.15) < 410


def test_boundaries_take_shell_without_effect():
    table = CompositionTable.from_strings(["Nd2Fe14B"])
    rows = read_shells("Tb 0.5 wt%", 1)
    assert isinstance(rows, ShellRows)
    fraction, content = rows.resolve_amounts(table)
    tb = 64
    cost = with_shell(table, "Tb 0.5 wt%").weight_fractions()[0, tb]
    assert cost == pytest.approx(0.005, rel=1e-9)
    core = fraction[0] * content[0] * 2 * 158.925 / 1081
    assert core == pytest.approx(0.6 * 0.005, rel=0.01)


def test_neodymium_about_a_cerium_core_gains():
    assert _gain("Nd 3 wt%", "Nd1.2Ce0.8Fe14B", 293.15) > 30.0
    # Nobody diffuses cerium into neodymium magnets: not known.
    assert np.isnan(_gain("Ce 3 wt%", "Nd2Fe14B", 293.15))
    assert abs(_gain("Nd 3 wt%", "Nd2Fe14B", 293.15)) < 1e-6


@pytest.mark.parametrize(
    "formula", ["SmCo5", "Sm(Co0.7Fe0.2Cu0.07Zr0.03)7.5", "Sm2Fe17N3"]
)
def test_shells_about_other_grains_are_unknown(formula):
    row = sintered(
        CompositionTable.from_strings([formula]), shell="Tb 0.5 wt%"
    ).iloc[0]
    assert row["status"] == "outside the model"
    assert np.isnan(row["coercivity_kA_m"])


@pytest.mark.parametrize(
    ("shell", "reason"),
    [
        ("Tb 0.30 @ 0.001", "thinner"),
        ("Tb 1.00 @ 0.02", "replaced"),
        ("Tb 3 wt%", "wt.%"),
    ],
)
def test_warns_of_an_impossible_shell(shell, reason):
    with pytest.warns(
        UserWarning, match=f"no furnace makes this shell .*{reason}"
    ):
        row = sintered(
            CompositionTable.from_strings(["Nd2Fe14B"]), shell=shell
        ).iloc[0]
    assert row["coercivity_kA_m"] > 0.0


def test_shell_is_at_most_half_the_grain():
    table = CompositionTable.from_strings(["Nd2Fe14B"])
    # Thirty times what anyone puts in: as rich as a shell becomes, and half of the grain.
    fraction, content = read_shells(
        Shell("Tb", amount_wt_pct=15.0), 1
    ).resolve_amounts(table)
    assert fraction[0] == 0.5
    assert content[0] == pytest.approx(0.5)


def test_an_objection_weighs_the_shell_in_grams():
    # Half of the grain with 0.38 of its rare earth Tb, and 0.4 of what is put in is lost: 0.317 of
    # the rare-earth sites of Nd2Fe14B, 100.6 of 1090 g/mol.
    assert "asks for 9.2 wt.% Tb" in objection(read_shell("Tb 0.50 @ 0.38"))
    # 0.05 of the sites: 15.9 of 1082.
    assert objection(read_shell("Tb 0.10 @ 0.30")) == ""


def test_heavy_rare_earth_counts_more_at_the_surface():
    # A share x becomes e x / (1 + (e - 1) x); the rare earth keeps its amount.
    table = CompositionTable.from_strings(
        ["Nd1.5Dy0.5Fe14B", "NdDyFe14B", "Nd2Fe14B"]
    )
    surface = enrich_surface(table, np.array([2.8, 2.0, 2.8]))
    earths = surface.fraction("Nd", "Dy")
    assert_allclose(earths, 2 / 17)
    assert_allclose(
        surface.fraction("Dy") / earths, [2.8 * 0.25 / 1.45, 2 / 3, 0.0]
    )


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"fraction": 0.1},
        {"content": 0.3},
        {"amount_wt_pct": 0.5, "fraction": 0.1},
        {"amount_wt_pct": 0.5, "content": 0.3},
        {"amount_wt_pct": 0.5, "fraction": 0.1, "content": 0.3},
    ],
)
def test_shell_takes_amount_or_fraction_with_content(fields):
    with pytest.raises(
        InputError,
        match="amount_wt_pct alone, or fraction and content together",
    ):
        Shell("Tb", **fields)


CHARGE = "Nd30.5Co1Cu0.15Al0.15B1Fe bal."


def _magnet(shell, column="coercivity_kA_m", charge=CHARGE):
    return sintered(charge, 293.15, shell=shell, basis="weight")[column].iloc[
        0
    ]


@pytest.mark.parametrize(
    ("text", "rim", "amount", "carriers"),
    [
        ("Al 0.2 wt%", "", None, {"Al": 0.2}),
        ("Dy 0.5 wt% + Pr 0.7 wt%", "Dy", 0.5, {"Pr": 0.7}),
        # By atoms: 70 x 158.93 and 30 x 63.55.
        ("Tb70Cu30 1 wt%", "Tb", 0.8537, {"Cu": 0.1463}),
        ("Pr 0.3 wt%", "Pr", 0.3, {}),
    ],
)
def test_a_source_is_split_into_rim_and_carriers(text, rim, amount, carriers):
    shell = read_shell(text)
    assert (shell.R, shell.amount_wt_pct) == (
        rim,
        pytest.approx(amount, rel=1e-3) if rim else None,
    )
    assert dict(shell.carriers) == pytest.approx(carriers, rel=1e-3)
    assert read_shell(str(shell)) == shell


def test_refuses_unknown_sources():
    for text in (
        "Tb 0.2 wt% + Dy 0.2 wt%",
        "Fe 1 wt%",
        "Tb 0.2 wt% from faces 0 mm apart",
    ):
        with pytest.raises(InputError, match=r"shell|faces"):
            read_shell(text)


def test_carriers_cost_remanence_by_volume():
    plain = _magnet(None)
    b = _magnet(None, "remanence_T")
    for shell in ("Al 0.2 wt%", "Pr70Cu30 1 wt%", "Pr85Al15 2 wt%"):
        assert plain < _magnet(shell) < 1.3 * plain
        assert 0.94 * b < _magnet(shell, "remanence_T") < b
    # 2 wt.% of Pr85Al15: about 6.3 g/cm3 of source beside 7.55 of magnet.
    loss = 1.0 - _magnet("Pr85Al15 2 wt%", "remanence_T") / b
    assert loss == pytest.approx(0.02 * 7.55 / 6.3, rel=0.15)
    # A carrier adds to a rim, and as little of it as one likes adds as little.
    rim = _magnet("Dy 0.5 wt%")
    two_shells = _magnet("Dy 0.5 wt% + Pr 0.7 wt%")
    assert rim < two_shells < rim + 0.1 * plain
    assert _magnet("Dy 0.5 wt% + Pr 0.0001 wt%") == pytest.approx(
        rim, rel=1e-4
    )
    frame = sintered("SmCo5", 293.15, shell="Cu 0.2 wt%")
    assert frame["status"].iloc[0] == "outside the model"


def test_face_diffusion_reaches_only_thin_magnets():
    distance = np.array([1.0, 2.0, 5.0, 10.0, 20.0, np.inf])
    share = arriving_share(distance)
    assert (np.diff(share[:-1]) <= 0.0).all()
    assert share[0] == pytest.approx(1.0, abs=1e-9)
    assert share[-1] == 1.0
    # The series by its other form: sources mirrored at both faces.
    area = law("shell").diffusion_area
    length = 1e-3 * distance[3]
    images = (0.25 + np.arange(-20, 21)) * length
    terms = np.exp(-(images**2) / (4.0 * area))
    images_sum = terms.sum() * length / np.sqrt(4.0 * np.pi * area)
    assert share[3] == pytest.approx(images_sum, rel=1e-6)
    thin = _magnet("Tb 0.9 wt% from faces 2 mm apart")
    thick = _magnet("Tb 0.9 wt% from faces 10 mm apart")
    assert _magnet(None) < thick < thin


def test_mixed_powder_is_part_of_the_charge():
    mixture = _magnet("Dy 1 wt% between grains")
    weights = "Nd30.195Co0.99Cu0.1485Al0.1485B0.99Dy1Fe bal."
    assert mixture == pytest.approx(_magnet(None, charge=weights), rel=1e-6)
    assert _magnet(None) < mixture < _magnet("Dy 1 wt%")


def test_amount_of_a_shell_is_a_number():
    shell = read_shell({"R": "Tb", "amount_wt_pct": "0.5"})
    assert shell == read_shell("Tb 0.5 wt%")
    for amount in ("much", None, [0.5]):
        with pytest.raises(InputError, match="amounts are numbers"):
            read_shell({"R": "Tb", "amount_wt_pct": amount})
