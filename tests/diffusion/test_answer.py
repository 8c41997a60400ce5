"""Sentences and choices of an answer, from rows whose figures are plain."""

import sys
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from magnetkit.errors import InputError

from magnetkit.diffusion import Diffusion, needed_by_temperature
from magnetkit.diffusion._local import Case, Circuit, Target
from magnetkit.diffusion._profile import Anneal, Patch, Spreading
from magnetkit.diffusion._shapes import cut, read_shape
from magnetkit.diffusion.diffuse import (
    Bare,
    _alloy_text,
    _anneals,
    _coating_text,
    _refuse_too_much,
    _shortfall,
    _target_text,
)
from tests.diffusion.test_local import make_magnet

ROW = {
    "element": "Tb",
    "meets": True,
    "probability": 0.876,
    "put_on_g": 0.5,
    "amount_wt_pct": 1.234,
    "mg_cm2": 4.56,
    "hours": 8.0,
    "anneal_C": 900.0,
    "flux_lost_pct": 1.25,
    "cost_USD": 2.0,
    "kg_year": 5e-4,
}


def test_a_coating_in_a_sentence():
    assert _coating_text(ROW, "z+") == (
        "Tb on z+: 0.5 g per magnet (1.23 wt.%), 4.6 mg/cm2 at most, 8 h at "
        "900 C; flux -1.2 %, 2.00 USD, probability 0.88"
    )
    some = _coating_text(ROW | {"kg_year": 0.05}, "z+")
    assert "2.00 USD, 50 g a year for 100 magnets, prob" in some
    many = _coating_text(ROW | {"kg_year": 500.0}, "z+")
    assert ", 500 kg a year for 1,000,000 magnets, prob" in many
    edge = _coating_text(ROW | {"kg_year": 0.1}, "z+")
    assert ", 0.1 kg a year for 200 magnets, prob" in edge
    two = _coating_text(ROW | {"kg_year": 1e-3}, "z+")
    assert ", 1 g a year for 2 magnets, prob" in two
    none = _coating_text(ROW | {"put_on_g": 0.0}, "")
    assert "a year" not in none
    missed = _coating_text(ROW | {"meets": False}, "z+")
    assert missed == "Tb on the faces: does not do it, probability 0.88"


def test_alloys_in_a_sentence():
    rows = [ROW, ROW | {"element": "Dy", "meets": False}]
    assert _alloy_text(rows) == (
        "Alloyed throughout instead: Tb 0.5 g (1.23 wt.%), flux -1.2 %, "
        "probability 0.88; Dy does not do it, probability 0.88"
    )


@pytest.mark.parametrize(
    ("target", "circuit", "mapped", "text"),
    [
        (
            Target(3.0),
            Circuit("z", 2.0),
            False,
            "irreversible_loss_pct <= 3 with probability 0.8 at 423 K (150 °C) "
            "at load line 2",
        ),
        (
            Target(None, 5e4),
            Circuit("z", None, 40.0),
            False,
            "H_cJ 50 kA/m above the reverse field everywhere with probability "
            "0.8 at 423 K (150 °C) in open circuit and 40 kA/m from outside",
        ),
        (
            Target(safety=1.1),
            Circuit("z", 2.0),
            True,
            "H_k 1.1 times the reverse field everywhere with probability 0.8 "
            "at 423 K (150 °C) in the field of the map",
        ),
    ],
)
def test_the_question_names_target_and_duty(target, circuit, mapped, text):
    said = _target_text(target, circuit, 423.15, 0.8, mapped)
    assert said == text


def test_the_best_element_is_the_cheapest_that_meets_or_the_likeliest():
    rows = pd.DataFrame([ROW, ROW | {"element": "Dy", "cost_USD": 1.5}])
    alloy = rows.assign(way="bulk alloy", cost_USD=0.1)
    rows = pd.concat([rows.assign(way="faces"), alloy], ignore_index=True)

    def find_best():
        return Diffusion.best.fget(SimpleNamespace(designs=rows))

    assert find_best() == "Dy"
    rows.loc[1, "meets"] = False
    assert find_best() == "Tb"
    rows["meets"] = False
    rows.loc[1, "probability"] = 0.9
    assert find_best() == "Dy"


def test_the_bare_magnet_counts_where_its_margin_is_least():
    magnet = make_magnet()
    cells = np.array([1.0, 3.0])
    zeros = np.zeros(2)
    cases = [
        Case(400.0, np.array([1e5, 2e5]), zeros),
        Case(400.0, np.array([3e5, 2e5]), zeros),
        Case(400.0, np.array([-1e5, -2e5]), zeros),
    ]

    def find_bare(some):
        each = [(magnet, case) for case in some]
        return Bare.of(SimpleNamespace(each=each, cells=cells))

    bare = find_bare(cases)
    # The knee is 0.92 of 400 kA/m; the mean field (300 + 3 200) / 4.
    assert bare.knee_kA_m == pytest.approx(368.0)
    assert bare.field_kA_m == pytest.approx(225.0)
    assert bare.worst_kA_m == pytest.approx(300.0)
    assert bare.margin == pytest.approx(368.0 / 225.0)
    assert bare.remanence_T == 1.2
    helped = find_bare(cases[2:])
    assert helped.margin == np.inf
    assert bare.sentence() == (
        "As it is: H_k 368 kA/m, mean field 225 (worst 300), margin 1.64, "
        f"P {bare.probability:.2f} of 1.1 times"
    )


def test_usual_anneals_are_tried_where_none_is_given():
    usual = _anneals(None, None, None)
    assert list(usual) == ["Tb", "Dy"]
    assert usual["Dy"] == [
        Anneal("Dy", celsius, hours)
        for celsius in (850.0, 900.0)
        for hours in (4.0, 8.0, 16.0, 24.0)
    ]
    assert _anneals("Dy", 10, 875) == {"Dy": [Anneal("Dy", 875.0, 10.0)]}
    assert len(_anneals("Tb", None, 875)["Tb"]) == 4
    assert len(_anneals("Tb", 10, None)["Tb"]) == 2


def test_refuses_a_margin_that_no_shell_gives():
    fields = np.array([1e5, 6.5e5])
    each = [(make_magnet(), Case(400.0, fields, np.zeros(2)))]

    def refuse(target):
        _refuse_too_much(SimpleNamespace(target=target, each=each))

    # The most coercive has 700 kA/m.
    refuse(Target(margin=5e4))
    with pytest.raises(
        InputError,
        match=r"no Tb shell gives 51 kA/m above a reverse field of 650 kA/m "
        r"at 400 K \(127 °C\): the most coercive has 700 kA/m",
    ):
        refuse(Target(margin=5.1e4))
    refuse(Target(3.0, margin=1e6))
    refuse(Target(margin=1e6, safety=1.1))


CELLS = cut(read_shape("20x10x3mm"), 300)


def test_a_shortfall_says_how_much_and_where(monkeypatch):
    spreading = Spreading(CELLS)
    x = CELLS.points[:, 0]
    field = np.where(x > 0.0, 4.2e5, 3e5)
    field[np.argmax(x)] = 4.5e5
    none = np.zeros(len(x))
    search = SimpleNamespace(
        spreading=spreading,
        each=[
            (make_magnet(), Case(400.0, none + 3.9e5, none)),
            (make_magnet(), Case(400.0, field, none)),
        ],
        cells=CELLS.volumes,
        probability=0.5,
        target=Target(),
    )
    groups = [
        [Patch(face, np.ones(spreading.grid(face), bool))]
        for face in ("z-", "z+")
    ]
    coated = SimpleNamespace(
        met=False,
        anneal=Anneal("Tb", 900.0, 8.0),
        groups=groups,
        amount=none,
        amounts=[none] * 3,
        probability=0.1,
    )
    (text,) = _shortfall(search, coated)
    # Five of eleven layers.
    assert CELLS.counts[0] == 11
    place = 1e3 * CELLS.points[np.argmax(x)]
    where = ", ".join(f"{at:.1f}" for at in place)
    start = "Tb from z-, z+ at 900 C for 8 h: probability 0.10 of 0.50"
    assert text == (
        f"{start}; with H_cJ at the low end that asks for, 45 % of the volume "
        f"lies below its reverse field at 127 C, most at ({where}) mm, by "
        "50 kA/m"
    )
    # From one pole 4 h reach 2.1 mm of the 3.
    coated.groups = groups[1:]
    coated.anneal = Anneal("Tb", 900.0, 4.0)
    (text,) = _shortfall(search, coated)
    assert "; diffusion reaches 2.1 mm and would have to reach 3.0" in text
    module = sys.modules["magnetkit.diffusion.diffuse"]
    monkeypatch.setattr(module, "_with_evidence", lambda *_: 0.5)
    (text,) = _shortfall(search, coated)
    assert "; it would be 0.50 were magnets like it measured more" in text
    coated.met = True
    assert _shortfall(search, coated) == []


def make_design(mass, **changes):
    spreading = Spreading(CELLS)
    half = np.zeros(spreading.grid("z+"), bool)
    half[: len(half) // 2] = True
    whole = np.ones(spreading.grid("x-"), bool)
    groups = [[Patch("z+", half)], [Patch("x-", whole), Patch("z+", ~half)]]
    none = np.zeros(len(CELLS.points))
    coated = SimpleNamespace(
        groups=groups, mass=np.array(mass), amount=none + 1.0
    )
    each = [
        (make_magnet(), Case(400.0, none + 1e5, none)),
        (make_magnet(), Case(400.0, none + 3e5, none)),
        (make_magnet(), Case(400.0, none + 2e5, none)),
    ]
    search = SimpleNamespace(
        spreading=spreading, each=each, cells=CELLS.volumes
    )
    values = {
        "best": "Tb",
        "coated": {"Tb": coated},
        "search": {"Tb": search},
        "none_needed": False,
    }
    return SimpleNamespace(**values | changes)


def test_margins_are_of_the_worst_operating_point():
    table = Diffusion.margins(make_design([0.0, 0.0]))
    assert table["reverse_kA_m"].tolist() == [300.0] * len(CELLS.points)
    assert table["before_kA_m"].tolist() == [100.0] * len(CELLS.points)
    # One per cent gives 600 kA/m.
    assert table["after_kA_m"].iloc[0] == pytest.approx(300.0)
    assert table["amount_wt_pct"].iloc[0] == 1.0
    axes = ["x_mm", "y_mm", "z_mm"]
    assert table[axes].to_numpy() == pytest.approx(1e3 * CELLS.points)


def test_a_coating_is_listed_by_parts_of_faces():
    table = Diffusion.coating(make_design([0.02, 0.03]))
    assert table["face"].tolist() == ["z+", "x-", "z+"]
    # 0.02 kg/m2 are 2 mg/cm2.
    assert table["mg_cm2"].tolist() == pytest.approx([2.0, 3.0, 3.0])
    first, second, third = table.to_dict("records")
    assert second["area_cm2"] == pytest.approx(0.3)
    assert first["area_cm2"] + third["area_cm2"] == pytest.approx(2.0)
    assert (first["from_1_mm"], third["to_1_mm"]) == pytest.approx((-10, 10))
    assert first["to_1_mm"] == pytest.approx(third["from_1_mm"])
    ends = [second[f"{end}_{i}_mm"] for i in (1, 2) for end in ("from", "to")]
    assert ends == pytest.approx([-5.0, 5.0, -1.5, 1.5])


@pytest.mark.parametrize(
    ("mass", "faces"),
    [([0.1, 0.0], "z+"), ([0.0, 0.1], "x-, z+"), ([0.0, 0.0], "")],
)
def test_names_faces_that_get_some(mass, faces):
    assert Diffusion._faces_text(make_design(mass), "Tb") == faces


def test_need_is_listed_by_thickness_and_temperature(monkeypatch):
    calls = []

    def design(composition, shape, *, temperature, element, **options):
        calls.append((composition, shape, temperature, element, options))
        rows = pd.DataFrame(
            {"way": ["bulk alloy", "faces"], "put_on_g": [9.0, 1.5]}
        )
        search = SimpleNamespace(each=[(SimpleNamespace(density=7500.0), 0)])
        return SimpleNamespace(designs=rows, search={element: search})

    module = sys.modules["magnetkit.diffusion.diffuse"]
    monkeypatch.setattr(module, "diffuse", design)
    table = needed_by_temperature(
        "N42", "20x10x3mm", [2.0, 4], "100C,150C", "Dy", load_line=2
    )
    shapes = ["20x10x2mm"] * 2 + ["20x10x4mm"] * 2
    assert [call[1] for call in calls] == shapes
    assert calls[0][0] == "N42"
    assert calls[0][3:] == ("Dy", {"load_line": 2})
    kelvins = [373.15, 423.15] * 2
    assert [call[2] for call in calls] == pytest.approx(kelvins)
    assert table["temperature_K"].tolist() == pytest.approx(kelvins)
    assert table["thickness_mm"].tolist() == [2.0, 2.0, 4.0, 4.0]
    assert table["put_on_g"].tolist() == [1.5] * 4
    # 0.4 cm3 and 0.8 cm3 of 7.5 g/cm3 are 3 g and 6 g.
    amounts = [50.0, 50.0, 25.0, 25.0]
    assert table["amount_wt_pct"].tolist() == pytest.approx(amounts)
    calls.clear()
    needed_by_temperature("N42", "disc:20x5mm", [3], 400.0)
    assert calls[0][1:4] == ("disc:20x3mm", 400.0, "Tb")
    with pytest.raises(InputError, match="one thickness or more, got none"):
        needed_by_temperature("N42", "disc:20x5mm", [], 400.0)
