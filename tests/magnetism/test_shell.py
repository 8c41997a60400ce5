from dataclasses import replace

import numpy as np
import pytest
from magnetkit.elements import INDEX
from magnetkit.errors import InputError
from numpy.testing import assert_allclose

from magnetkit.alloy.shell_rows import read_shells, with_shell
from magnetkit.alloy.shells import Shell, read_shell
from magnetkit.magnetism import sintered
from magnetkit.magnetism.shells import (
    arriving_share,
    carrier_volume,
    enrich_surface,
    objection,
)
from tests.recipes import make_table

CHARGE = "Nd30.5Co1Cu0.15Al0.15B1Fe bal."
BASE = make_table("Nd2Fe14B")
TB = INDEX["Tb"]


@pytest.mark.parametrize(
    ("value", "shell"),
    [
        (None, None),
        ("", None),
        (float("nan"), None),
        ("Tb 0.5 wt.%", Shell("Tb", amount_wt_pct=0.5)),
        ({"R": "Tb", "amount_wt_pct": "0.5"}, Shell("Tb", amount_wt_pct=0.5)),
        ({"R": "Tb", "fraction": 0.1, "content": 0.3}, Shell("Tb", 0.1, 0.3)),
    ],
)
def test_a_shell_is_a_text_a_dictionary_or_nothing(value, shell):
    assert read_shell(value) == shell


@pytest.mark.parametrize(
    "bad",
    [
        "Tb",
        "Tb 0 wt%",
        "Tb 0.5",
        "Fe 0.3 @ 0.1",
        "Fe 1 wt%",
        "Tb 0.3 @ 0.9",
        "Tb 1.3 @ 0.1",
        "Tb -0.3 @ 0.1",
        "Tb 0.2 wt% + Dy 0.2 wt%",
        "Tb 0.2 wt% from faces 0 mm apart",
        {"R": "Tb"},
        3,
    ],
)
def test_bad_shells_say_the_way_out(bad):
    with pytest.raises(InputError, match=r"shell|faces"):
        read_shell(bad)


@pytest.mark.parametrize("amount", ["much", None, [0.5]])
def test_amount_of_a_shell_is_a_number(amount):
    with pytest.raises(InputError, match="amounts are numbers"):
        read_shell({"R": "Tb", "amount_wt_pct": amount})


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"fraction": 0.1},
        {"content": 0.3},
        {"amount_wt_pct": 0.5, "fraction": 0.1},
        {"amount_wt_pct": 0.5, "content": 0.3},
    ],
)
def test_shell_takes_amount_or_fraction_with_content(fields):
    says = "amount_wt_pct alone, or fraction and content together"
    with pytest.raises(InputError, match=says):
        Shell("Tb", **fields)


def test_boundaries_take_shell_without_effect():
    rows = read_shells("Tb 0.5 wt%", 1)
    fraction, content = rows.resolve_amounts(BASE)
    cost = with_shell(BASE, "Tb 0.5 wt%").weight_fractions()[0, TB]
    assert cost == pytest.approx(0.005, rel=1e-9)
    core = fraction[0] * content[0] * 2 * 158.925 / 1081
    assert core == pytest.approx(0.6 * 0.005, rel=0.01)


def gain(shell, formula="Nd2Fe14B", kelvin=423.15):
    """Return by how much a shell raises H_cJ, kA/m."""
    base = make_table(formula)
    with_it, without = (
        sintered(base, kelvin, shell=s)["coercivity_kA_m"].iloc[0]
        for s in (shell, None)
    )
    return with_it - without


@pytest.mark.filterwarnings("ignore:no furnace")
def test_a_shell_of_no_thickness_gains_nothing():
    whole = gain("Tb 0.30 @ 0.15")
    assert abs(gain(Shell("Tb", 1e-6, 0.3))) < 1e-3 * whole
    # 0.8 nm of shell hold a fifth of its gain at most.
    assert 0.0 < gain("Tb 0.30 @ 0.001") < 0.2 * whole
    assert abs(gain(Shell("Tb", amount_wt_pct=1e-7))) < 1e-3 * whole


def test_the_gain_of_diffused_magnets():
    # Published: Tb 342 to 788 kA/m of amounts not printed, which are 0.2 to 0.8 wt.%; none gained
    # more than 875 kA/m. Dy 410 kA/m, amount not printed, and 255 kA/m of 0.79 wt.%.
    assert 342 < gain("Tb 0.5 wt%", kelvin=293.15) < 788
    assert gain("Tb 0.8 wt%", kelvin=293.15) < 875
    assert 255 < gain("Dy 0.5 wt%", kelvin=293.15) < 410


def test_neodymium_about_a_cerium_core_gains():
    assert gain("Nd 3 wt%", "Nd1.2Ce0.8Fe14B", 293.15) > 30.0
    # Nobody diffuses cerium into neodymium magnets: not known.
    assert np.isnan(gain("Ce 3 wt%", "Nd2Fe14B", 293.15))
    assert abs(gain("Nd 3 wt%", "Nd2Fe14B", 293.15)) < 1e-6


@pytest.mark.parametrize(
    ("formula", "shell"),
    [
        ("SmCo5", "Cu 0.2 wt%"),
        ("Sm(Co0.7Fe0.2Cu0.07Zr0.03)7.5", "Tb 0.5 wt%"),
        ("Sm2Fe17N3", "Tb 0.5 wt%"),
    ],
)
def test_shells_about_other_grains_are_unknown(formula, shell):
    row = sintered(formula, shell=shell).iloc[0]
    assert row["status"] == "outside the model"
    assert np.isnan(row["coercivity_kA_m"])


def test_warns_of_an_impossible_shell():
    says = "no furnace makes this shell .*asks for 3 wt.% Tb"
    with pytest.warns(UserWarning, match=says):
        row = sintered("Nd2Fe14B", shell="Tb 3 wt%").iloc[0]
    assert row["coercivity_kA_m"] > 0.0


def magnet_of_charge(shell, column="coercivity_kA_m", charge=CHARGE):
    frame = sintered(charge, 293.15, shell=shell, basis="weight")
    return frame[column].iloc[0]


def test_carriers_cost_remanence_by_volume():
    plain = magnet_of_charge(None)
    b = magnet_of_charge(None, "remanence_T")
    for shell in ("Al 0.2 wt%", "Pr70Cu30 1 wt%", "Pr85Al15 2 wt%"):
        assert plain < magnet_of_charge(shell) < 1.3 * plain
        less = magnet_of_charge(shell, "remanence_T")
        assert 0.94 * b < less < b
    # 2 wt.% of Pr85Al15: about 6.3 g/cm3 of source beside 7.55 of magnet.
    assert 1.0 - less / b == pytest.approx(0.02 * 7.55 / 6.3, rel=0.15)
    # A carrier adds to a rim, and as little of it as one likes adds as little.
    rim, both, hardly = map(
        magnet_of_charge,
        (
            "Dy 0.5 wt%",
            "Dy 0.5 wt% + Pr 0.7 wt%",
            "Dy 0.5 wt% + Pr 0.0001 wt%",
        ),
    )
    assert rim < both < rim + 0.1 * plain
    assert hardly == pytest.approx(rim, rel=1e-4)


def test_face_diffusion_reaches_only_thin_magnets():
    thin = magnet_of_charge("Tb 0.9 wt% from faces 2 mm apart")
    thick = magnet_of_charge("Tb 0.9 wt% from faces 10 mm apart")
    assert magnet_of_charge(None) < thick < thin


def test_mixed_powder_is_part_of_the_charge():
    mixture = magnet_of_charge("Dy 1 wt% between grains")
    weights = "Nd30.195Co0.99Cu0.1485Al0.1485B0.99Dy1Fe bal."
    same = magnet_of_charge(None, charge=weights)
    assert mixture == pytest.approx(same, rel=1e-6)
    assert magnet_of_charge(None) < mixture < magnet_of_charge("Dy 1 wt%")


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


def test_shell_is_at_most_half_the_grain():
    # Thirty times what anyone puts in: as rich as a shell becomes, and half of the grain.
    fraction, content = read_shells(
        Shell("Tb", amount_wt_pct=15.0), 1
    ).resolve_amounts(BASE)
    assert fraction[0] == 0.5
    assert content[0] == pytest.approx(0.5)


def test_an_objection_weighs_the_shell_in_grams():
    # Half of the grain with 0.38 of its rare earth Tb, and 0.4 of what is put in is lost: 0.317 of
    # the rare-earth sites of Nd2Fe14B, 100.6 of 1090 g/mol.
    assert "asks for 9.2 wt.% Tb" in objection(read_shell("Tb 0.50 @ 0.38"))
    # 0.05 of the sites: 15.9 of 1082.
    assert objection(read_shell("Tb 0.10 @ 0.30")) == ""


@pytest.mark.parametrize(
    ("shell", "says"),
    [
        # A thousandth of the volume of a ball of 5 um is 0.83 nm deep.
        (
            "0.30 @ 0.001",
            "a shell of 0.83 nm is thinner than any that is made",
        ),
        (
            "1.00 @ 0.02",
            "no more than 0.6 of a shell's rare earth is replaced",
        ),
        ("0.60 @ 0.02", ""),
        (
            "0.04 wt%",
            "asks for 0.04 wt.% Tb; diffusion puts in 0.05 to 1.5 wt.%",
        ),
        ("0.05 wt%", ""),
        ("1.5 wt%", ""),
        ("3.0 wt%", "asks for 3 wt.% Tb; diffusion puts in 0.05 to 1.5 wt.%"),
        ("3.0 wt% between grains", ""),
    ],
)
def test_objections_to_terbium_have_their_limits(shell, says):
    text = f"Tb {shell}"
    expected = f"{text}: {says}" if says else ""
    assert objection(read_shell(text)) == expected
    # Of light rare earths no amount is known that is too much.
    is_thin = "thinner" in says
    text = f"Nd {shell}"
    assert objection(read_shell(text)) == (
        f"{text}: {says}" if is_thin else ""
    )


def test_heavy_rare_earth_counts_more_at_the_surface():
    # A share x becomes e x / (1 + (e - 1) x); the rare earth keeps its amount.
    table = make_table("Nd1.5Dy0.5Fe14B", "NdDyFe14B", "Nd2Fe14B")
    surface = enrich_surface(table, np.array([2.8, 2.0, 2.8]))
    earths = surface.fraction("Nd", "Dy")
    assert_allclose(earths, 2 / 17)
    assert_allclose(
        surface.fraction("Dy") / earths, [2.8 * 0.25 / 1.45, 2 / 3, 0.0]
    )


def test_all_arrives_without_names_of_faces():
    share = arriving_share(np.array([np.inf, np.nan, 0.1]))
    assert share == pytest.approx([1.0] * 3)


def test_no_carrier_has_no_volume():
    rows = read_shells("Tb 0.5 wt%", 1)
    assert carrier_volume(BASE, rows).tolist() == [0.0]
