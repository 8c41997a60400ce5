"""What grades are thought to be made of, against what the trade says of the classes."""

import re
from importlib import import_module

import numpy as np
import pandas as pd
import pytest
from magnetkit.errors import CompositionError, DataError, InputError
from numpy.testing import assert_allclose
from scipy.stats import norm

import magnetkit as mk
from magnetkit import datasets
from magnetkit.magnetism._composition_estimate import (
    MAKEUP,
    CompositionEstimate,
    GradeMagnet,
    Recipe,
    _classes,
    _level_log,
    _log_likelihood,
    _trade,
    alpha_range,
    charge,
    estimate_composition,
    given_composition,
    likeliest_recipe,
    read_recipe,
    shell_text,
    usual_magnets,
)
from magnetkit.magnetism._reference import typical_over_minimum
from magnetkit.magnetism.grades import ladder
from magnetkit.supply import ledger
from magnetkit.surrogates._curie_training import load
from tests.recipes import make_table

H = "coercivity_kA_m"


def _estimate(name):
    return estimate_composition(mk.grades(name).iloc[0])


def test_weights_are_probabilities_and_recipes_are_recipes():
    makeup = _estimate("N42SH")
    assert sum(r.weight for r in makeup.recipes) == pytest.approx(1.0)
    assert makeup.recipes[0].weight == max(r.weight for r in makeup.recipes)
    low, high = makeup.heavy_wt_pct[1:]
    assert low <= makeup.heavy_wt_pct[0] <= high
    for recipe in makeup.recipes:
        table = make_table(recipe.text, basis="weight")
        content = ledger(table, shell=recipe.shell or None)[
            "heavy_rare_earth_wt_pct"
        ].iloc[0]
        assert content == pytest.approx(recipe.heavy_wt_pct)


def test_heavy_rare_earth_rises_with_the_class():
    # dysprosium_classes.csv, alloyed: N 0, SH 2 to 4, UH 4 to 6, EH 6 to 9 wt.%; diffusion needs
    # a third of that.
    classes = {
        "N35": (0.0, 1.0),
        "N42SH": (0.7, 4.0),
        "N38UH": (1.3, 6.0),
        "N35EH": (2.0, 9.0),
    }
    means = []
    for name, (low, high) in classes.items():
        mean = _estimate(name).heavy_wt_pct[0]
        assert low <= mean <= high, name
        means.append(mean)
    assert means == sorted(means)


def test_only_compensated_samarium_cobalt_holds_heavy_rare_earth():
    assert _estimate("YXG28H").heavy_wt_pct[0] < 0.3
    assert _estimate("Recoma 20").heavy_wt_pct[0] < 0.3
    # Gadolinium and erbium of compensated 2:17: order of a third of the rare earth.
    assert 5.0 < _estimate("2:17TC-16").heavy_wt_pct[0] < 18.0


def test_small_alpha_marks_compensation():
    # Ordinary 2:17 has 0.03 %/K and more.
    grade = mk.grades("2:17TC-16").iloc[0].copy()
    heavy = {}
    for alpha in (-0.0262, -0.0248):
        grade["remanence_coefficient_pct_K"] = alpha
        heavy[alpha] = estimate_composition(grade).heavy_wt_pct[0]
    assert heavy[-0.0262] < 0.3
    assert heavy[-0.0248] > 1.0


def amounts(text):
    return {
        e: float(x) for e, x in re.findall(r"([A-Z][a-z]?)(\d[\d.]*)", text)
    }


def test_charges_are_those_of_the_trade():
    # Total rare earth 30.8 wt.% with a fifth of the light part Pr, 0.96 B (2:14:1 needs 1.0 of B
    # with all its iron); Sm 36.3 wt.% for SmCo5 (33.8 is the formula, the rest burns off).
    iron = amounts(charge("2:14:1", Dy=2.0))
    assert iron["Nd"] + iron["Pr"] + iron["Dy"] == pytest.approx(
        30.8, abs=0.01
    )
    assert iron["Nd"] / iron["Pr"] == pytest.approx(4.0, abs=0.01)
    assert iron["B"] == 0.96
    assert iron["Co"] == 1.0
    assert amounts(charge("1:5", Pr=5.0, Gd=4.0)) == {
        "Sm": 27.3,
        "Pr": 5.0,
        "Gd": 4.0,
    }
    with_gadolinium = charge("2:17", Fe=14.0, Cu=6.0, Gd=8.0)
    assert amounts(with_gadolinium) == {
        "Sm": 17.8,
        "Gd": 8.0,
        "Fe": 14.0,
        "Cu": 6.0,
        "Zr": 2.8,
    }


@pytest.mark.parametrize(
    ("host", "recipe", "message"),
    [
        ("1:12", {}, "known of 2:14:1, 1:5, 2:17"),
        ("1:5", {"Cu": 2.0}, "got 'Cu'"),
    ],
)
def test_refuses_an_impossible_charge(host, recipe, message):
    with pytest.raises(InputError, match=message):
        charge(host, **recipe)


@pytest.mark.parametrize(
    "wrong", ['heavy = "much"', "[[grades]]\namount = {}"]
)
def test_names_faults_of_the_table_of_usual_values(
    wrong, tmp_path, monkeypatch
):
    for host in ("2-14-1", "1-5"):
        text = datasets.path(f"hosts/{host}/makeup.toml").read_text(
            encoding="utf-8"
        )
        folder = tmp_path / "hosts" / host
        folder.mkdir(parents=True)
        key = wrong.split()[0]
        lines = [
            wrong if line.split()[:1] == [key] else line
            for line in text.splitlines()
        ]
        folder.joinpath("makeup.toml").write_text(
            "\n".join(lines), encoding="utf-8"
        )
    monkeypatch.setattr(datasets, "root", lambda: tmp_path)
    with pytest.raises(DataError, match=r"2-14-1/makeup\.toml"):
        usual_magnets.__wrapped__()


def test_likelihood_of_a_recipe_is_normal():
    grade = {
        "remanence_T": 1.2,
        "coercivity_kA_m": 1000.0,
        "remanence_coefficient_pct_K": -0.11,
        "host": "2:14:1",
    }
    expected = {
        "remanence_T": 1.2,
        "coercivity_kA_m": typical_over_minimum("2:14:1") * 1000.0,
    }
    frame = pd.DataFrame([{**grade, **expected}] * 3)
    frame.loc[1, "remanence_T"] *= np.exp(0.055)
    frame.loc[2, "coercivity_kA_m"] *= np.exp(-2 * 0.18)
    likelihood = _log_likelihood(frame, grade)
    assert_allclose(likelihood - likelihood[0], [0.0, -0.5, -2.0], atol=1e-12)
    # Two deviations of alpha; beyond five it counts no more.
    frame = pd.DataFrame([{**grade, **expected}] * 3)
    frame["remanence_coefficient_pct_K"] += [0.0, 0.02, -1.0]
    likelihood = _log_likelihood(frame, grade)
    assert_allclose(likelihood - likelihood[0], [0.0, -2.0, -12.5], atol=1e-9)


# Recipes of a magnet of which B_r alone is printed, by how much of a deviation they miss it; the
# third is no magnet.
KINDS = pd.DataFrame(
    [
        ("bulk", "SmCo5", "", 0.5, 0.0, 1000.0, "ok"),
        ("bulk", "Sm0.9Pr0.1Co5", "", -1.0, 0.1, 800.0, "ok"),
        ("bulk", "Fe", "", 0.0, 9.0, 0.0, "planar"),
        (
            "diffused",
            "Sm0.8Pr0.2Co5",
            "Tb 0.2 wt%",
            1.5,
            0.25,
            1500.0,
            "ok",
        ),
    ],
    columns=["kind", "text", "shell", "off", "heavy", H, "status"],
)


def test_makeup_is_a_mean_over_likely_kinds(monkeypatch):
    rows = KINDS.copy()
    rows["remanence_T"] = 1.2 * np.exp(0.055 * rows["off"])
    rows["remanence_coefficient_pct_K"] = 0.0
    frames = dict(list(rows.groupby("kind")))
    module = import_module("magnetkit.magnetism._composition_estimate")
    usual = usual_magnets()["1:5"]
    kinds = [
        usual.grades[0].model_copy(update={"kind": kind}) for kind in frames
    ]
    family = usual.model_copy(update={"grades": tuple(kinds)})
    asked = []

    def list_recipes(host, grade):
        asked.append(frames[grade.kind])
        return tuple(zip(asked[-1]["text"], asked[-1]["shell"], strict=True))

    monkeypatch.setattr(module, "usual_magnets", lambda: {"1:5": family})
    monkeypatch.setattr(module, "recipes", list_recipes)

    def predict_kind(*arguments, **keywords):
        return [asked[-1].reset_index(drop=True)]

    def sum_heavy(*arguments):
        return asked[-1]["heavy"].to_numpy()

    monkeypatch.setattr(module, "sintered_at", predict_kind)
    monkeypatch.setattr(module, "_heavy_wt_pct", sum_heavy)
    nan = float("nan")
    grade = {"host": "1:5", "remanence_T": 1.2, H: nan}
    makeup = estimate_composition(grade | {"remanence_coefficient_pct_K": nan})
    # Kinds are equally likely before, and so are the recipes of each. Where no coefficient is
    # printed nobody puts heavy rare earth in: 0.3 wt.% is one deviation.
    good = rows[rows["status"] == "ok"]
    weight = norm.pdf(good["off"]) * norm.pdf(good["heavy"] / 0.3)
    weight /= rows.groupby("kind")["text"].transform("size")[good.index]
    weight = (weight / weight.sum()).to_numpy()
    assert makeup.heavy_wt_pct[0] == pytest.approx(weight @ good["heavy"])
    assert makeup.heavy_wt_pct[1:] == (0.0, 0.25)
    assert makeup.diffused == pytest.approx(weight[2])
    log = np.log(good[H])
    variance = weight @ (log - weight @ log) ** 2
    assert makeup.log_spread**2 == pytest.approx(variance)
    # One of each kind, with the weight of its kind.
    bulk, diffused = sorted(makeup.recipes, key=lambda r: r.kind)
    assert (bulk.text, bulk.shell, bulk.heavy_wt_pct) == ("SmCo5", "", 0.0)
    assert bulk.weight == pytest.approx(weight[:2].sum())
    names = (diffused.text, diffused.shell, diffused.heavy_wt_pct)
    assert names == ("Sm0.8Pr0.2Co5", "Tb 0.2 wt%", 0.25)


def test_ladder_of_a_maker_tells_alloying_from_diffusion():
    # Arnold's best B_r by class falls as dysprosium in the alloy makes it, HGT's hardly.
    assert ladder("Arnold") == pytest.approx(-0.25, abs=0.04)
    assert ladder("HGT") == pytest.approx(-0.05, abs=0.03)
    assert ladder("nobody") is None
    row = mk.grades("N42SH").iloc[0]

    def diffused_share(makers):
        recipes = estimate_composition({**row, "makers": makers}).recipes
        return next(
            recipe.weight for recipe in recipes if recipe.kind == "diffused"
        )

    assert diffused_share("Arnold") < diffused_share("HGT")


def test_the_likeliest_recipe_may_be_of_a_kind():
    curie = load()
    recipes = _estimate("N42SH").recipes
    kinds = {recipe.kind for recipe in recipes}
    assert kinds >= {"bulk", "diffused"}
    for kind in (None, "pressed", *kinds):
        likeliest = max(
            recipes,
            key=lambda recipe, kind=kind: (recipe.kind == kind, recipe.weight),
        )
        assert likeliest_recipe("N42SH", kind, curie) == likeliest
    for name in ("BNP-8", "Y30"):
        assert likeliest_recipe(name, None, curie) is None


@pytest.mark.parametrize("name", ["BNP-8", "Y30", "Alnico 5"])
def test_other_magnets_get_no_recipe(name):
    with pytest.raises(InputError, match="is not estimated"):
        _estimate(name)
    with pytest.raises(InputError, match="expected a row of grades"):
        estimate_composition(np.array(3.0))


@pytest.mark.parametrize("value", [np.nan, np.inf, 0])
def test_heavy_rare_earth_by_class_needs_the_coercivity(value):
    grade = mk.grades("N42SH").iloc[0].to_dict() | {"coercivity_kA_m": value}
    with pytest.raises(InputError, match=f"above 0, got {value}; give it"):
        estimate_composition(grade)


def test_without_coercivity_the_remanence_decides():
    grade = mk.grades("YXG28H").iloc[0].copy()
    grade["coercivity_kA_m"] = np.nan
    # Iron carries the remanence of 2:17.
    iron = {}
    for b_r in (0.95, 1.1):
        grade["remanence_T"] = b_r
        text = estimate_composition(grade).best.text
        iron[b_r] = float(re.search(r"Fe([\d.]+)", text)[1])
    assert iron[0.95] + 5.0 < iron[1.1]


def test_what_else_is_not_printed_does_not_count():
    grade = mk.grades("N42SH").iloc[0].copy()
    grade[["remanence_T", "remanence_coefficient_pct_K"]] = np.nan
    # Of class SH, dysprosium_classes.csv: 2 to 4 wt.%, diffused a third of it.
    assert 0.5 < estimate_composition(grade).heavy_wt_pct[0] < 4.0


def test_writes_an_odd_shell_as_an_order():
    assert shell_text("Tb", 0.4) == "Tb 0.4 wt%"
    # Of rare earth a magnet has 30 wt.%, of which a shell of 40 % is amount / 12 of the volume.
    assert shell_text("Tb", 24.0) == "Tb 0.40 @ 2.000"


def test_a_given_recipe_is_no_estimate():
    for shell, kind, share in (
        ("", "bulk", 0.0),
        ("Tb 1 wt%", "diffused", 1.0),
    ):
        made = given_composition("Nd31Fe68B1", shell, 1.5)
        assert made.best == Recipe("Nd31Fe68B1", shell, 1.5, 1.0, kind)
        assert made.heavy_wt_pct == (1.5, 1.5, 1.5)
        assert (made.diffused, made.log_spread) == (share, 0.0)
        words = f"Nd31Fe68B1{' with Tb 1 wt% diffused in' if shell else ''}"
        assert made.sentence() == f"made of {words}, as you say"


def test_an_estimate_names_its_likely_kinds():
    shares = ((0.5, ""), (0.4, "Tb 0.5 wt%"), (0.1, ""))
    one, two, three = (
        Recipe(f"R{k}", shell, 0.5 * k, weight, "bulk")
        for k, (weight, shell) in enumerate(shares, start=1)
    )
    made = CompositionEstimate((one, two, three), (1.04, 0.0, 2.0), 0.0, 0.1)
    start = (
        "1.0 wt.% heavy rare earth (0.0 to 2.0), an estimate since makers "
        "print no composition (--recipe overrides it); "
    )
    likely = (
        "bulk (0.50): R1, 0.5 wt.% or bulk (0.40): R2 with Tb 0.5 wt% "
        "diffused in, 1.0 wt.%"
    )
    assert made.sentence() == start + likely
    # Where none is likely the likeliest is named.
    unlikely = tuple(Recipe(f"R{k}", "", 0.0, 0.05) for k in range(20))
    made = CompositionEstimate(unlikely, (1.04, 0.0, 2.0), 0.0, 0.1)
    assert made.sentence() == f"{start}bulk (0.05): R0, 0.0 wt.%"


def test_a_grade_magnet_is_its_likeliest_recipe():
    row = mk.grades("N42SH", "150C").iloc[0]
    for shell in ("", "Tb 0.5 wt%"):
        made = given_composition("Nd31B1Fe bal.", shell, 0.0)
        magnet = GradeMagnet(row, made, None)
        assert magnet.grade == "N42SH"
        assert magnet.shell == (shell or None)
        weights = magnet.table.weight_fractions()[0]
        assert weights[59] == pytest.approx(0.31)
        assert magnet.sentence() == (
            f"N42SH is taken to be {made.words}, its likeliest recipe (makers "
            f"print none), and anchors the model: "
            f"{typical_over_minimum('2:14:1'):.2f} times the H_cJ that is "
            f"guaranteed, {row[H]:.0f} kA/m, is taken as typical"
        )


def test_the_level_of_the_family_is_one_normal():
    grade = {"host": "1:5", "remanence_T": 1.0, H: 1500.0}
    usual = np.log(1500.0 * typical_over_minimum("1:5"))
    off = MAKEUP.one_level * np.array([0.0, 1.0, -2.0])
    assert _level_log(usual + off, grade) == pytest.approx([0.0, -0.5, -2.0])
    none = _level_log(usual + off, grade | {H: np.nan})
    assert none.tolist() == [0.0] * 3


def test_the_trades_amount_lies_between_its_classes():
    classes = _classes()
    low, high = (
        classes[f"heavy_rare_earth_{end}_wt_pct"] for end in ("min", "max")
    )
    middle = dict(zip(classes["class"], (low + high) / 2.0, strict=True))
    at = dict(zip(classes["class"], classes[H], strict=True))
    assert middle["SH"] == 3.0
    heavy = 3.0 + MAKEUP.trade_heavy * np.array([0.0, 1.0, 2.0])
    expected = [0.0, -0.5, -2.0]
    assert _trade(at["SH"], heavy, 1.0) == pytest.approx(expected)
    # What is diffused in serves twice: half as much is usual.
    assert _trade(at["SH"], heavy - 1.5, 2.0) == pytest.approx(expected)
    half_way = (at["SH"] + at["UH"]) / 2.0
    usual = np.array([(middle["SH"] + middle["UH"]) / 2.0])
    assert _trade(half_way, usual, 1.0) == pytest.approx([0.0])
    assert _trade(0.0, np.zeros(1), 1.0) == pytest.approx([0.0])
    most = np.array([middle["AH"]])
    assert _trade(9e9, most, 1.0) == pytest.approx([0.0])


def test_alpha_is_printed_between_the_first_sheets_ends():
    for name in ("N42SH", "Recoma 26", "N42"):
        sheets = mk.grades(name, sheets=True)
        alpha = sheets["quantity"] == "remanence_coefficient_pct_K"
        known = sheets[alpha & sheets["to_K"].notna()]
        low, high = alpha_range(name)
        if len(known):
            first = known.iloc[0]
            assert (low, high) == (first["temperature_K"], first["to_K"])
        else:
            assert (low, high) == (293.15, 373.15)
        assert low < high


def test_a_recipe_names_its_own_fault():
    table = read_recipe("Nd31B1Fe bal.", "weight")
    assert len(table) == 1
    with pytest.raises(CompositionError, match="Xy") as error:
        read_recipe("Nd31Xy1Fe bal.", "weight")
    assert error.value.text == "Nd31Xy1Fe bal."
