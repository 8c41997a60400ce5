"""A parts list: rows, sums by hand, shortages and the workbook."""

import json
import re
from types import SimpleNamespace

import pytest
from magnetkit.errors import InputError
from openpyxl import load_workbook

import magnetkit as mk
from magnetkit.run._part import Amount, sum_amounts
from magnetkit.run._shortage_plan import _nearest_way
from magnetkit.run.parts import (
    _balance_light,
    _fill_temperatures,
    _grade_and_temperature,
    _heavy_spread,
    _kg_year,
    _load_shortages,
    _mass_of_size,
    _question,
    _stated_heavy,
    devices,
    element_shares,
    recommended_way,
    replace_parts,
    shares_today,
)
from magnetkit.supply.shortage import shortages

LIST = [
    {
        "Part no.": "A1",
        "Grade": "N42SH",
        "kg/year": 1200,
        "Max temp C": 150,
        "Colour": "red",
    },
    {
        "Part no.": "A2",
        "Grade": "N48XX",
        "kg/year": 300,
        "Max temp C": 170,
        "Colour": "",
    },
    {
        "Part no.": "A3",
        "Grade": "N42SH",
        "kg/year": 100,
        "Max temp C": 150,
        "Colour": "blue",
    },
]
RINGS = [
    {
        "part": "ring",
        "number": 10,
        "mass_kg": 0.05,
        "recipe": "Sm36Gd1Co63",
        "basis": "weight",
    }
]


@pytest.fixture(scope="module")
def answer():
    return replace_parts(LIST)


def test_kilograms_of_a_recipe_by_hand():
    # 100 devices of 10 rings of 50 g are 50 kg: 36 wt.% Sm, 1 wt.% Gd and 63 wt.% Co.
    table = replace_parts(RINGS, per_year=100).totals.set_index("Element")
    assert table.loc["Sm", "today, kg a year"] == pytest.approx(18.0)
    assert table.loc["Gd", "today, kg a year"] == pytest.approx(0.5)
    assert table.loc["Co", "then, kg a year"] == pytest.approx(31.5)
    assert table.loc["heavy rare earth", "today, kg a year"] == pytest.approx(
        0.5
    )


def test_lists_an_unreadable_row_and_reads_the_rest(answer):
    assert answer.frame["Part"].tolist() == ["A1", "A3"]
    assert answer.refused["Row"].tolist() == [2]
    assert "N48XX" in answer.refused["Why"].iloc[0]
    assert answer.frame["Colour"].tolist() == ["red", "blue"]


@pytest.fixture(scope="module")
def alone():
    return mk.replace("N42SH", "150C")


def test_kilograms_follow_the_answer_of_the_grade(answer, alone):
    row = answer.frame.iloc[0]
    share = alone.reference["heavy_rare_earth_wt_pct"]
    assert row["Verdict"] == alone.verdict
    assert row["Heavy rare earth today, kg a year"] == pytest.approx(
        12.0 * share
    )
    assert row["Today, low"] == pytest.approx(
        12.0 * alone.reference["heavy_rare_earth_wt_pct_lo"]
    )


def test_answers_no_question_twice(answer):
    assert answer.parts[0].answer is answer.parts[1].answer


def test_shares_today_add_up_to_the_magnet(alone):
    shares = shares_today(alone)
    assert sum(share.mean for share in shares.values()) == pytest.approx(
        100.0, abs=1e-6
    )
    assert all(
        share.low <= share.mean <= share.high for share in shares.values()
    )
    assert "Sm" not in shares
    heavy = sum(shares[e].mean for e in ("Dy", "Tb") if e in shares)
    assert heavy == pytest.approx(alone.reference["heavy_rare_earth_wt_pct"])


def test_errors_of_one_maker_add_up():
    one = Amount(7.0, 10.0, 14.0)
    same = sum_amounts([("X", one), ("X", one), ("X", None)])
    assert (same.low, same.mean, same.high) == (14.0, 20.0, 28.0)
    other = sum_amounts([("X", one), ("Y", Amount(6.0, 10.0, 13.0))])
    # 3 and 4 below, 4 and 3 above.
    assert (other.low, other.mean, other.high) == (15.0, 20.0, 25.0)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"number": 0}, "number: 0 pcs? lies outside|lies outside"),
        ({"mass_kg": None, "size": "big"}, "40x15x5mm"),
        ({"grade": "N42SU", "recipe": None}, "nearest names"),
        ({"recipe": "Xx2"}, "no chemical element"),
        ({"recipe": None}, "no grade and no recipe"),
    ],
)
def test_names_a_bad_part(change, says):
    row = {
        "part": "ring",
        "number": 1,
        "mass_kg": 0.1,
        "grade": None,
        "recipe": "SmCo5",
    }
    with pytest.raises(InputError, match=f"(?s)row 1.*({says})"):
        replace_parts([{**row, **change}])


def test_the_embedded_devices_weigh_what_their_profiles_say():
    masses = {"patriot": 4.0, "f22-engine": 1.0}
    assert set(devices()) == set(masses)
    answer = replace_parts("f22-engine")
    assert answer.frame["kg a year"].sum() == pytest.approx(
        masses["f22-engine"]
    )


def test_shortage_of_dysprosium_and_terbium_stops_parts(answer):
    rows = answer.changes[
        answer.changes["Shortage"] == "Dysprosium and terbium stop"
    ]
    assert set(rows["Part"]) == {"A1", "A3"}
    assert rows["Part"].iloc[0] == "A1"  # It frees twelve times as much
    for _, row in rows[rows["What to do"] == "change"].iterrows():
        assert " Tb " not in row["Change to"]
        assert " Dy " not in row["Change to"]
    need = rows["Needed, kg a year"].sum()
    table = answer.totals.set_index("Element")["today, kg a year"]
    assert need == pytest.approx(table["Dy"] + table["Tb"])


def test_stopped_part_names_its_likeliest_magnet_without_the_element():
    recipes = {
        "Nd30.0Fe69.0B1.0": 0.3,
        "Nd31.0Fe68.0B1.0": 0.62,
        "Nd29.0Dy1.0Fe69.0B1.0": 0.75,
    }
    ways = [
        SimpleNamespace(
            name=recipe,
            candidate=recipe,
            shell="",
            probability_meets_requirements=probability,
        )
        for recipe, probability in recipes.items()
    ]
    part = SimpleNamespace(answer=SimpleNamespace(ways=ways))
    text = _nearest_way(SimpleNamespace(part=part), {"Dy": 1.0})
    assert text == "nearest Nd31.0Fe68.0B1.0, P 0.62"


def test_triple_price_adds_twice_the_price(answer):
    rows = answer.changes[
        answer.changes["Shortage"].str.contains("three times")
    ]
    table = answer.totals.set_index("Element")["today, kg a year"]
    price = mk.supply.element_table().set_index("element")["price_USD_kg"]
    increase = 2.0 * sum(
        table[element] * price[element] for element in ("Dy", "Tb")
    )
    assert rows["Dearer, USD a year"].sum() == pytest.approx(
        increase, rel=1e-6
    )


def test_workbook_sorts_and_sums(answer, tmp_path):
    book = load_workbook(answer.to_excel(tmp_path / "answer.xlsx"))
    sheet = book["Answer"]
    headers = [cell.value for cell in sheet[1]]
    column = headers.index("Heavy rare earth today, kg a year")
    assert [type(sheet.cell(row, column + 1).value) for row in (2, 3)] == [
        float,
        float,
    ]
    assert "Colour" in headers
    ways = book[book.sheetnames[6]]
    assert ways.max_row == 1 + len(answer.parts[0].answer.ways)


def test_lines_and_json(answer):
    assert answer.lines()[0].startswith("2 parts:")
    assert repr(answer) == "\n".join(answer.lines())
    plain = json.loads(answer.to_json())
    assert plain["notes"] == answer.notes
    for name in ("frame", "totals", "ways", "shortages", "changes"):
        table = getattr(answer, name)
        assert [list(row) for row in plain[name]] == [list(table)] * len(table)
    (refused,) = plain["refused"]
    assert refused["Row"] == 2


@pytest.mark.parametrize("size", ["0x0x0 mm", "99999x99999x99999"])
def test_refuses_an_impossible_size(size):
    row = {
        "part": "a",
        "grade": "N42SH",
        "pieces/year": 10,
        "size": size,
        "Max temp C": 150,
    }
    with pytest.raises(InputError, match="kg lies outside"):
        replace_parts([row])


@pytest.mark.parametrize(
    "name",
    "offer out grade recipe mass_kg basis shell measured values diffused kinds "
    "force".split(),
)
def test_refuses_single_magnet_options_for_a_list(name):
    with pytest.raises(InputError, match=f"{name} is of one magnet"):
        replace_parts(LIST, **{name: "x"})


def test_refuses_shortages_and_prices_before_it_reads_the_list():
    with pytest.raises(InputError, match="no shortage 'war'"):
        replace_parts("missing.csv", shortage="war")
    with pytest.raises(InputError, match="price Tb=3: expected a factor"):
        replace_parts("missing.csv", prices={"Tb": "3"})


def test_finds_one_shortage_by_name_and_refuses_two(tmp_path):
    shortages = replace_parts(RINGS, shortage="embargo").shortages
    assert len(shortages) == 4
    assert {"embargo", "dy-tb-stop"} <= set(shortages["Name"])
    text = 'title="t"\ndescription="d"\n[[delays]]\nelements=["Dy"]\nweeks=3\n'
    text += 'source="s"\nstatus="assumption"\n'
    file = tmp_path / "mine.toml"
    file.write_text(f'name="dy-tb-stop"\n{text}')
    with pytest.raises(InputError, match="two shortages are called"):
        replace_parts(RINGS, shortage=[str(file)])


def test_unreadable_headers_name_the_encoding_to_save(tmp_path):
    file = tmp_path / "parts.csv"
    file.write_text("牌号,年用量kg\nN42SH,10\n", encoding="gb18030")
    with pytest.raises(InputError, match="CSV UTF-8"):
        replace_parts(file)


def test_groups_many_questions_by_grade(monkeypatch):
    from magnetkit.run import parts

    questions = []

    def answer_at_once(question, keywords):
        questions.append(dict(question)["grade"])
        return InputError("not asked here")

    monkeypatch.setattr(parts, "_ask_question", answer_at_once)
    grades = ["N42SH", "N40UH", "N42SH", "N40UH"]
    rows = [{"grade": g, "Max temp C": 100 + i} for i, g in enumerate(grades)]
    with pytest.raises(InputError, match="not asked here"):
        replace_parts(rows)
    assert questions == ["N40UH", "N40UH", "N42SH", "N42SH"]


def test_saving_is_the_difference_for_each_element(answer):
    row = answer.frame.iloc[0]
    today = row["Heavy rare earth today, kg a year"]
    then = row["Heavy rare earth then, kg a year"]
    assert row["Saved, kg a year"] == pytest.approx(today - then)
    line = next(
        text for text in answer.lines() if text.startswith("By element")
    )
    elements = re.findall(r"([A-Z][a-z]?) [\d,]+ \(", line)
    assert elements == answer.totals["Element"].tolist()[1:]


def test_totals_add_up_without_elements():
    rows = [{"part": "A", "Grade": "N52", "kg/year": 600, "Max temp C": 70}]
    table = replace_parts(rows).totals.set_index("Element")
    heavy = [
        name
        for name in table.index
        if name in ("Dy", "Tb", "heavy, not known which")
    ]
    for column in ("today, kg a year", "then, kg a year"):
        assert table.loc["heavy rare earth", column] > 1.0
        parts = table.loc[heavy, column].sum()
        assert parts == pytest.approx(table.loc["heavy rare earth", column])


def test_lists_a_row_verbatim_and_names_a_repeated_part():
    row = {"part": "A", "Grade": "N42SH", "kg/year": 5, "Max temp C": 150}
    answer = replace_parts(
        [
            row,
            row,
            {**row, "Grade": "N42HS"},
            {**row, "Grade": "N42SH / N45SH"},
        ]
    )
    assert answer.refused["Text"].tolist() == [
        "A, N42HS, 5, 150",
        "A, N42SH / N45SH, 5, 150",
    ]
    assert "two grades in one cell" in answer.refused["Why"].iloc[1]
    assert any(
        "A in rows 1, 2: each row is counted" in note for note in answer.notes
    )


@pytest.mark.parametrize(
    ("row", "kilograms"),
    [
        ({"mass_kg_year": 7, "number": 5, "mass_kg": 1}, 7.0),
        ({"number_year": 300, "number": 5, "mass_kg": 0.02}, 6.0),
        ({"number": 5, "mass_kg": 0.02}, 10.0),
        # 40 x 15 x 5 mm of 7,500 kg/m3 are 22.5 g.
        ({"number": 5, "size": "40x15x5mm"}, 11.25),
        ({"number_year": 2, "mass_kg": 3, "size": "40x15x5mm"}, 6.0),
        ({"number": 5}, None),
        ({"mass_kg": 5}, None),
    ],
)
def test_kilograms_a_year_of_what_a_row_states(row, kilograms):
    answer = SimpleNamespace(reference={"density_kg_m3": 7500.0})
    mass = _kg_year(row, answer, 100)
    if kilograms is None:
        assert mass != mass
    else:
        assert mass == pytest.approx(kilograms)


def test_a_size_is_a_block_of_a_known_grade():
    answer = SimpleNamespace(reference={"density_kg_m3": 7500.0})
    assert _mass_of_size("40 x 15,5 x 5 mm", answer) == pytest.approx(0.02325)
    with pytest.raises(InputError, match="expected a block such as 40x15x5mm"):
        _mass_of_size("disc", answer)
    with pytest.raises(InputError, match="a recipe needs a mass"):
        _mass_of_size("40x15x5mm", None)


def test_rows_without_a_temperature_are_filled_and_named():
    rows = [{"grade": "N35", "temperature": 300.0}, {"recipe": "SmCo5"}]
    rows += [{"grade": "N35"} for _ in range(11)]
    table = SimpleNamespace(lines=list(range(2, 15)), rows=rows)
    ten = ", ".join(map(str, range(4, 14)))
    assert _fill_temperatures(table, None) == [
        f"No temperature in 11 rows ({ten}, ...): the highest of each grade "
        "is taken."
    ]
    assert "temperature" not in rows[2]
    (text,) = _fill_temperatures(table, "80C")
    assert text.endswith(", ...): 80C is taken.")
    assert rows[0]["temperature"] == 300.0
    assert rows[2]["temperature"] == pytest.approx(353.15)
    assert "temperature" not in rows[1]
    assert _fill_temperatures(table, "80C") == []


def test_rows_that_ask_alike_share_a_question():
    row = {"grade": "N35", "temperature": 300.0, "basis": "weight", "part": 5}
    assert _question(row) == (("grade", "N35"), ("temperature", 300.0))
    recipe = row | {"recipe": "SmCo5", "hours": None}
    assert _question(recipe) == (
        ("grade", "N35"),
        ("temperature", 300.0),
        ("recipe", "SmCo5"),
        ("basis", "weight"),
    )
    assert _grade_and_temperature(_question(row)) == ("N35", 300.0)
    assert _grade_and_temperature(()) == ("", 0.0)


def test_light_rare_earths_take_what_heavy_ones_leave():
    amounts = {
        "Nd": Amount(20.0, 24.0, 26.0),
        "Pr": Amount(6.0, 6.0, 6.0),
        "Dy": Amount(1.0, 3.0, 4.0),
        "Fe": Amount(70.0, 70.0, 70.0),
    }
    balanced = _balance_light(amounts, {"Dy"})
    # Three of 30 wt.% are too much.
    assert balanced["Nd"].mean == pytest.approx(21.6)
    assert balanced["Nd"].low == pytest.approx(18.0)
    assert balanced["Pr"].high == pytest.approx(5.4)
    assert balanced["Dy"] is amounts["Dy"]
    assert sum(one.mean for one in balanced.values()) == pytest.approx(100.0)
    iron = {"Fe": Amount(50.0, 50.0, 50.0)}
    assert _balance_light(iron, set()) is iron


def test_heavy_rare_earths_are_scaled_to_the_estimate():
    name = "heavy_rare_earth_wt_pct"
    reference = {name: 3.0, f"{name}_lo": 0.5, f"{name}_hi": 6.0}
    kinds = [{"Dy": 1.0, "Tb": 1.0}, {"Dy": 4.0}]
    spread = _heavy_spread(reference, kinds, [0.5, 0.5], {"Dy", "Tb"})
    assert spread.low == pytest.approx(0.25)
    assert spread.mean == pytest.approx(1.0)
    assert spread.high == pytest.approx(1.5)
    narrow = reference | {f"{name}_lo": 2.5, f"{name}_hi": 3.5}
    spread = _heavy_spread(narrow, kinds, [0.5, 0.5], {"Dy", "Tb"})
    assert (spread.low, spread.high) == (1.0, 1.0)
    for nothing in ({}, {name: 3.0}):
        one = _heavy_spread(nothing, kinds, [0.5, 0.5], {"Dy"})
        assert (one.low, one.mean, one.high) == (1.0, 1.0, 1.0)
    bare = _heavy_spread(reference, [{"Fe": 1.0}], [1.0], {"Dy"})
    assert bare.mean == 1.0


def test_heavy_rare_earth_of_the_estimate_or_of_the_recipe():
    name = "heavy_rare_earth_wt_pct"
    reference = {name: 3.0, f"{name}_lo": 0.5, f"{name}_hi": 6.0}
    one = SimpleNamespace(reference=reference)
    today = {"Dy": Amount(1.0, 2.0, 3.0), "Fe": Amount(70.0, 70.0, 70.0)}
    assert _stated_heavy(one, today) == Amount(0.5, 3.0, 6.0)
    bare = SimpleNamespace(reference={})
    assert _stated_heavy(bare, today) == Amount(1.0, 2.0, 3.0)
    assert shares_today(bare) == {}


def test_the_recommended_way_and_its_elements():
    ways = [SimpleNamespace(recommended=x) for x in (False, True, True)]
    assert recommended_way(SimpleNamespace(ways=ways)) is ways[1]
    assert recommended_way(SimpleNamespace(ways=ways[:1])) is None
    way = SimpleNamespace(candidate="Nd30.0Fe69.0B1.0", shell=None)
    shares = element_shares(way)
    assert shares["Nd"].low == shares["Nd"].high == pytest.approx(30.0)
    assert sum(one.mean for one in shares.values()) == pytest.approx(100.0)


def test_shortages_are_the_embedded_ones_and_ones_own():
    names = [one.name for one in _load_shortages(())]
    assert names == list(shortages())
    assert [one.name for one in _load_shortages(names[0])] == names
    assert [one.name for one in _load_shortages("embargo")][-1] == "embargo"
    both = _load_shortages(["embargo", names[0]])
    assert len(both) == len(names) + 1
