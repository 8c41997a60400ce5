"""What the gadolinium and erbium of a compensated magnet do."""

from statistics import NormalDist

import pytest
from magnetkit.errors import InputError

import magnetkit as mk
from magnetkit.magnetism._composition_estimate import (
    alpha_range,
    given_composition,
)
from magnetkit.run import compensation
from magnetkit.run._lines import _effects_on_alpha
from magnetkit.run.compensation import _range, _variants, sentences

ALPHA = "remanence_coefficient_pct_K"


@pytest.fixture(scope="module")
def frame():
    return compensation("2:17TC-16", "-50C:150C")


@pytest.fixture(scope="module")
def table(frame):
    return frame.set_index("what")


def test_the_maker_prints_alpha_for_the_tubes_range():
    # Liu and Walmer: fully compensated from -50 to 150 C.
    assert alpha_range("2:17TC-16") == pytest.approx((223.15, 423.15))


def test_magnet_is_as_steady_as_its_sheet(table):
    row = table.loc["as it is"]
    assert row[f"{ALPHA}_lo"] < 0.0 < row[f"{ALPHA}_hi"]
    assert row["probability_steady"] > 0.9
    # 127 kJ/m3 is B_r of 0.82 T at 20 C.
    assert row["remanence_T"] == pytest.approx(0.82, rel=0.03)


def test_recipe_without_heavy_rare_earth_drifts(table):
    # Uncompensated 2:17: -0.030 to -0.035 %/K (magnetsales.com). Published compensated magnets have
    # 6.3 wt.% copper (compensated.csv).
    recipe = "Sm10.8Gd12Er3Fe14Cu6.3Zr2.8Co bal."
    by_recipe = compensation(
        "2:17TC-16", "-50C:150C", recipe=recipe, basis="weight"
    )
    bare = by_recipe.set_index("what").loc["without Gd and Er"]
    assert bare[f"{ALPHA}_lo"] < -0.035 < bare[f"{ALPHA}_hi"]
    assert bare[ALPHA] == pytest.approx(-0.0325, abs=0.006)
    assert bare["gadolinium_erbium_wt_pct"] == 0.0
    # So the estimate; whoever gives flux for flatness has less of it.
    assert table.loc["without Gd and Er", ALPHA] == pytest.approx(
        -0.0325, abs=0.006
    )
    order = table.loc[["without Gd and Er", "without Er", "as it is"]]
    assert order[ALPHA].is_monotonic_increasing
    assert order["remanence_T"].is_monotonic_decreasing


@pytest.mark.parametrize(
    ("recipe", "names"),
    [
        ("Sm22Gd4Fe14Cu6Zr3Co bal.", ["as it is", "without Gd"]),
        ("Sm22Er4Fe14Cu6Zr3Co bal.", ["as it is", "without Er"]),
        ("Sm26Fe14Cu6Zr3Co bal.", ["as it is"]),
    ],
)
def test_a_variant_without_what_is_not_in_is_left_out(recipe, names):
    estimate = given_composition(recipe, "", 0.0)
    assert list(_variants(estimate)) == names


def test_what_holds_neither_serves_nothing():
    reference = mk.grades("2:17TC-16").iloc[0]
    assert _effects_on_alpha(reference, "Sm26Fe14Cu6Zr3Co bal.") == []


def test_less_heavy_rare_earth_suffices(table):
    row = table.loc["least Gd and Er that does it"]
    assert (
        row["gadolinium_erbium_wt_pct"]
        < table.loc["as it is", "gadolinium_erbium_wt_pct"]
    )
    assert abs(row[ALPHA]) <= 0.003


def test_pole_pieces_add_their_own_coefficient(table):
    with_iron = compensation("2:17TC-16", "-50C:150C", circuit=0.01).set_index(
        "what"
    )
    difference = with_iron["field_change_pct"] - table["field_change_pct"]
    assert difference["as it is"] == pytest.approx(0.01 * 200.0)
    # They make up for a part of it, and so less gadolinium and erbium does.
    names = "least Gd and Er that does it", "gadolinium_erbium_wt_pct"
    assert with_iron.loc[names] < table.loc[names]


def test_refuses_other_grades_and_ranges():
    with pytest.raises(InputError, match="N42SH is not compensated"):
        compensation("N42SH")
    with pytest.raises(InputError, match="'He' is no magnet"):
        compensation("2:17TC-16", recipe="He")
    with pytest.raises(InputError, match="rise by 20 K"):
        compensation("2:17TC-16", "150C:150C")
    with pytest.raises(InputError, match="two temperatures"):
        compensation("2:17TC-16", "150C")


def test_replace_answers_in_alpha():
    answer = mk.replace("2:17TC-16")
    assert answer.reference["temperature_K"] == pytest.approx(423.15)
    # What is less compensated is no replacement: alpha of 0.01 %/K at most is asked for.
    assert answer.limits[ALPHA].absolute_maximum == pytest.approx(0.01)
    assert all("Gd" in way.candidate or way.grade for way in answer.ways)
    assert any(
        "its heavy rare earth serves alpha: without" in line
        for line in answer.lines()
    )


def test_the_sentences_name_the_range(frame):
    first, *magnets = sentences(frame)
    assert first == "EEC 2:17TC-16 from -50 to 150 °C:"
    assert len(magnets) == len(frame)
    assert [text.split(":")[0] for text in magnets] == frame["what"].tolist()
    # Without the least of all there is a last line that says so.
    last = frame["what"] == "least Gd and Er that does it"
    assert last.tolist()[-1]
    *_, text = sentences(frame[~last])
    assert text == "no magnet of its family with less Gd and Er is as stable"


def test_steady_is_a_hundredth_of_a_per_cent(frame):
    for _, row in frame.iterrows():
        # The ends hold 90 % of a normal distribution.
        width = (row[f"{ALPHA}_hi"] - row[f"{ALPHA}_lo"]) / (2.0 * 1.6448536)
        normal = NormalDist(row[ALPHA], width)
        expected = normal.cdf(0.01) - normal.cdf(-0.01)
        assert row["probability_steady"] == pytest.approx(expected, abs=1e-6)
        for end in ("", "_lo", "_hi"):
            change = 200.0 * row[f"{ALPHA}{end}"]
            assert row[f"field_change_pct{end}"] == pytest.approx(change)
    assert frame.attrs["range"] == pytest.approx((223.15, 423.15))
    assert (frame.attrs["grade"], frame.attrs["circuit"]) == (
        "EEC 2:17TC-16",
        0.0,
    )


def test_ranges_of_use_rise_by_twenty_kelvins():
    assert _range("20C:40C", "") == pytest.approx((293.15, 313.15))
    assert _range((300.0, "150C"), "") == pytest.approx((300.0, 423.15))
    assert _range(None, "2:17TC-16") == pytest.approx((223.15, 423.15))
    for text in ("300:319", "150C:20C"):
        with pytest.raises(InputError, match="rise by 20 K"):
            _range(text, "")
    for circuit in (1.0, -1.0):
        with pytest.raises(InputError, match="circuit must be a coefficient"):
            compensation("2:17TC-16", circuit=circuit)
