"""The level of a producer: one number at 20 C, of one route, that no grade stretches."""

import numpy as np
import pytest
from magnetkit.errors import InputError, StoreError

import magnetkit as mk
from magnetkit.magnetism import levels
from magnetkit.magnetism._composition_estimate import (
    find_makeup,
    read_recipe,
    usual_values,
)
from magnetkit.magnetism._magnets import alloys
from magnetkit.magnetism._measured import Producer, fall_deviation
from magnetkit.magnetism.grades import most_without_heavy_rare_earth
from magnetkit.magnetism.levels import (
    _find_fall,
    _range_reason,
    _without_heavy_rare_earth,
    equivalent_level,
    find_level,
    lever,
    log_coercivity,
    state_level,
)
from tests.recipes import make_table

H = "coercivity_kA_m"
PLAIN = "Nd24.6Pr6.2Co1Cu0.15B0.96Fe bal."
# Ten grades of one maker (Arnold), of all classes.
GRADES = [
    "N52",
    "N50",
    "N42",
    "N42M",
    "N50M",
    "N42H",
    "N42SH",
    "N38UH",
    "N35EH",
    "N33AH",
]


def table(recipe):
    return make_table(recipe, basis="weight")


def coercivity(recipe, kelvin, process=None, shell=None):
    return mk.magnetism.sintered(table(recipe), kelvin, process, shell)[H][0]


def find_level_of_grade(grade):
    recipe = find_makeup(grade).best
    row = mk.grades(grade).iloc[0]
    usual = usual_values(row)[H]
    return find_level(
        read_recipe(recipe.text, "weight"),
        usual,
        shell=recipe.shell or None,
        route=recipe.route,
        makers=str(row["makers"]),
    )


def test_one_recipe_under_ten_grades_is_one_magnet():
    levels = [find_level_of_grade(grade) for grade in GRADES]
    hot = np.array(
        [coercivity(PLAIN, 373.15, {"level": level.value}) for level in levels]
    )
    assert np.abs(hot / hot.mean() - 1.0).max() < 0.1
    assert all(level.is_sound for level in levels)


def test_level_reproduces_its_own_magnet():
    for shell in (None, "Tb 0.5 wt%"):
        level = find_level(table(PLAIN), 1500.0, shell=shell)
        assert coercivity(
            PLAIN, 293.15, {"level": level.value}, shell
        ) == pytest.approx(1500.0, rel=1e-6)


def test_plain_alloy_cannot_reach_high_coercivity():
    # 1,592 kA/m guaranteed is class SH; the hardest that is sold without is class H.
    assert 1353.0 < most_without_heavy_rare_earth("Arnold") < 1592.0
    result = find_level(table(PLAIN), 1592.0 / 0.911)
    assert not result.is_sound
    assert "without" in result.reason or "times" in result.reason
    assert find_level(table(PLAIN), 1222.0).is_sound


@pytest.mark.parametrize("share", [0.6, 1.6])
def test_a_level_that_no_producer_has_says_so(share):
    result = find_level(table(PLAIN), share * coercivity(PLAIN, 293.15))
    assert result.value == pytest.approx(share, rel=1e-6)
    assert "times the model's" in result.reason


def test_another_route_is_a_trial():
    level = find_level(table(PLAIN), 1.1 * coercivity(PLAIN, 293.15))
    typical = {"remanence_T": 1.3, H: 1.1 * coercivity(PLAIN, 293.15)}
    statement = state_level(table(PLAIN), level, 293.15, typical)
    producer = {"producer": Producer("", (), (statement,)).record()}
    assert not level.is_trial("sintered-axial")
    for route in (
        "sintered-axial",
        "sintered-fine-grained",
        "hot-deformed",
        "sintered-low-boron",
    ):
        ratio = coercivity(PLAIN, 293.15, {"route": route, **producer})
        ratio /= coercivity(PLAIN, 293.15, {"route": route})
        assert ratio == pytest.approx(
            1.0 if level.is_trial(route) else 1.1, rel=1e-6
        )
    assert level.is_trial("bonded-isotropic")
    fine = find_level(table(PLAIN), 1700.0, route="sintered-fine-grained")
    assert fine.is_trial(None)
    assert not fine.is_trial("sintered-fine-grained")


def test_stated_level_holds_cold_and_hot():
    level = find_level(table(PLAIN), 1200.0)
    hot = {"remanence_T": 1.21, H: 480.0}
    statement = state_level(table(PLAIN), level, 393.15, hot)
    producer = {"producer": Producer("", (), (statement,)).record()}
    for kelvin, h_cj in ((293.15, 1200.0), (393.15, 480.0)):
        assert coercivity(PLAIN, kelvin, producer) == pytest.approx(
            h_cj, rel=1e-6
        )
    row = mk.magnetism.sintered(table(PLAIN), 393.15, process=producer).iloc[0]
    assert row["remanence_T"] == pytest.approx(1.21, rel=1e-9)
    # It holds whole for another composition of the host, and not for another host.
    ratio = coercivity("Nd24Pr6Dy3Co1Cu0.15B0.96Fe bal.", 293.15, producer)
    ratio /= coercivity("Nd24Pr6Dy3Co1Cu0.15B0.96Fe bal.", 293.15)
    assert ratio == pytest.approx(level.value, rel=1e-6)
    alone = mk.magnetism.sintered("SmCo5", 293.15).iloc[0]
    beside = mk.magnetism.sintered("SmCo5", 293.15, process=producer).iloc[0]
    assert beside[H] == alone[H]
    with pytest.raises(StoreError, match="level must lie"):
        Producer.from_record(
            producer["producer"]
            | {"stated": [vars(statement) | {"level": 0.0}]}
        )


@pytest.mark.parametrize(
    ("recipe", "b_r"),
    # Ce2Fe14B orders up to 424 K; N42 has twelve times 0.1 T.
    [("Ce31Co1Cu0.1B1Fe bal.", 1.0), (PLAIN, 0.1)],
)
def test_names_a_recipe_that_is_none_of_the_magnet(recipe, b_r):
    level = find_level(table(recipe), 500.0)
    hot = {"remanence_T": b_r, H: 300.0}
    with pytest.raises(InputError, match=f"at 170 °C .* {b_r:g} T; correct"):
        state_level(table(recipe), level, 443.15, hot)


def test_motor_magnet_lies_in_the_makeup_of_its_grade():
    """N35UH: the profile's magnet lies in the range of the makeup."""
    from magnetkit.applications import load

    reference = load("energy-traction-motor").reference
    content = 100.0 * reference.table().weight_fractions()[0, [65, 66]].sum()
    _, low, high = find_makeup("N35UH").heavy_wt_pct
    assert low <= content <= high


def test_charge_without_heavy_rare_earth_stays_a_charge():
    charge = make_table("Nd27Dy3B1Fe bal.", basis="weight")
    plain = _without_heavy_rare_earth(charge)
    assert plain.is_by_weight.tolist() == [True]
    # Neodymium takes the place of dysprosium and terbium, atom by atom.
    table = make_table("Nd1.6Dy0.3Tb0.1Fe14B", "SmCo5")
    bare = _without_heavy_rare_earth(table)
    assert bare.fraction("Nd").tolist() == pytest.approx([2 / 17, 0.0])
    assert bare.fraction("Dy", "Tb").tolist() == [0.0, 0.0]
    assert table.fraction("Dy")[0] > 0.0
    assert bare.fraction("Sm")[1] == pytest.approx(1 / 6)


@pytest.fixture(scope="module")
def plain():
    return alloys(table(PLAIN))


def test_a_level_is_a_factor_at_room_temperature(plain):
    room = log_coercivity(plain, 293.15)
    assert np.exp(room) == pytest.approx(coercivity(PLAIN, 293.15))
    result = equivalent_level(plain, 293.15, 1.2 * np.exp(room))
    assert result.level == pytest.approx(1.2)
    assert result.lever == pytest.approx(1.0, rel=1e-6)
    # At 20 degrees C no fall with temperature matters.
    assert result.slope == pytest.approx(0.0, abs=1e-6)


def test_a_hot_coercivity_says_less_of_the_level(plain):
    # alpha_K rises and the stray field stays, so that ln H_cJ rises by more than ln of the level.
    hot = np.exp(log_coercivity(plain, 393.15))
    result = equivalent_level(plain, 393.15, hot)
    assert result.level == pytest.approx(1.0)
    assert result.lever > 1.0
    # A magnet that falls by one deviation more has less when hot, and seems of a lower level.
    step = 1e-3 * fall_deviation()
    steeper = plain.with_level(1.0, fall=np.exp(step))
    lower = log_coercivity(steeper, 393.15) - np.log(hot)
    assert lower < 0.0
    expected = lower / 1e-3 / result.lever
    assert result.slope == pytest.approx(expected, rel=1e-2)
    rise = log_coercivity(plain.with_level(1.01), 393.15) - np.log(hot)
    assert lever(plain, 393.15) == pytest.approx(rise / np.log(1.01), rel=0.02)


@pytest.mark.parametrize("value", [0.0, 1e6, np.nan])
def test_no_level_makes_what_is_no_coercivity(plain, value):
    with (
        np.errstate(divide="ignore"),
        pytest.raises(InputError, match="no level of a producer makes H_cJ"),
    ):
        equivalent_level(plain, 293.15, value)


@pytest.mark.parametrize(
    ("level", "text"),
    [
        (0.72, ""),
        (1.39, ""),
        (1.0, ""),
        (0.7199, "0.72 times the model's (0.72 to 1.39 is usual)"),
        (1.391, "1.39 times the model's (0.72 to 1.39 is usual)"),
        (2.0, "2.00 times the model's (0.72 to 1.39 is usual)"),
        (np.nan, "nan times the model's (0.72 to 1.39 is usual)"),
    ],
)
def test_usual_levels_include_their_ends(level, text):
    expected = f"its H_cJ at 20 °C is {text}" if text else ""
    assert _range_reason(level) == expected


def test_a_fall_gives_the_hot_coercivity(plain):
    hot = np.exp(log_coercivity(plain, 393.15))
    fall = _find_fall(plain, 393.15, 0.8 * hot)
    assert fall > 1.0
    steeper = plain.with_level(1.0, fall=fall)
    assert np.exp(log_coercivity(steeper, 393.15)) == pytest.approx(0.8 * hot)
    assert _find_fall(plain, 393.15, hot) == pytest.approx(1.0)
    # e^1.5 is the most, and the least its inverse.
    assert _find_fall(plain, 393.15, 1e-3) == pytest.approx(np.exp(1.5))
    assert _find_fall(plain, 393.15, 1e5) == pytest.approx(np.exp(-1.5))
    # So is a value just beyond what the steepest fall leaves.
    steepest = plain.with_level(1.0, fall=np.exp(1.5))
    least = np.exp(log_coercivity(steepest, 393.15))
    for share, is_end in ((0.99, True), (1.01, False)):
        fall = _find_fall(plain, 393.15, share * least)
        assert (fall == pytest.approx(np.exp(1.5), rel=1e-9)) == is_end
    # Nearer than 5 K to 20 degrees C it cannot be told.
    assert _find_fall(plain, 298.1, 0.8 * hot) == 1.0
    assert _find_fall(plain, 288.2, 0.8 * hot) == 1.0
    assert _find_fall(plain, 298.2, 0.8 * hot) != 1.0


def test_plain_alloys_beat_the_best_by_five_percent(plain, monkeypatch):
    h_cj = float(np.exp(log_coercivity(plain, 293.15)))
    best = h_cj / 1.05
    makers = []

    def most_without_heavy_rare_earth(names):
        makers.append(names)
        return best

    monkeypatch.setattr(
        levels, "most_without_heavy_rare_earth", most_without_heavy_rare_earth
    )
    assert levels._ladder_reason(plain.with_level(0.999), "a, b") == ""
    text = levels._ladder_reason(plain.with_level(1.001), "a, b")
    assert text == (
        f"its alloy without heavy rare earth would have {1.001 * h_cj:.0f} "
        f"kA/m, the best that is sold without it {best:.0f}"
    )
    assert makers == ["a, b"] * 2
    # Other hosts have no such ladder.
    samarium = alloys(make_table("SmCo5")).with_level(50.0)
    assert levels._ladder_reason(samarium, "") == ""


def test_a_level_names_its_route():
    usual = coercivity(PLAIN, 293.15, {"route": "hot-deformed"})
    level = find_level(table(PLAIN), 1.3 * usual, route="hot-deformed")
    assert level.route == "hot-deformed"
    assert level.value == pytest.approx(1.3)
    # Makers' sintered grades bound no magnet of another route.
    assert 1.3 * usual > 1.05 * most_without_heavy_rare_earth()
    assert level.is_sound
    assert find_level(table(PLAIN), 1200.0).route == ""
    with pytest.raises(InputError, match="route"):
        find_level(table(PLAIN), 1200.0, route="by hand")
