"""Answers of `magnetkit.replace` over a grid of duties, held against what must be true of them.

``python -m benchmarks.duties [SHARE]``: 40 grades at their rating, 30 and 60 K below, load lines of
0.5, 1 and 2, outside fields of 0, 150 and 400 kA/m. The rules, of which violations are counted:

1. no recommended magnet has a guaranteed knee of less than 1.1 times the field against it, by its
   own remanence and by the curve that `magnetkit.curve` draws of what is sold; none that is sold is
   used above its rating;
2. `replace`, `curve`, `diffuse` (a thin magnet) and `screen` of one duty agree: field, knee and
   margin to 1 %, probability to 0.02;
3. no melt without heavy rare earth, by the route of today's magnet, has a probability of 0.05 at
   the rating of UH, EH or AH, and one recipe under the grades of one maker has one H_cJ at 100
   degrees C, to 10 %; a route of its own (hot-deformed, fine grains) is a trial whose range is wide;
4. a larger field, a lower load line, a higher temperature or more hours raise no probability (the
   remanence that is asked falls with temperature: there the knee alone is asked for);
5. the magnet in use has P 1 where its sheet says that it stands the duty, and the first line says
   so where it does not.
"""

import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise, product
from typing import Any

import numpy as np
from magnetkit.units import MU_0

import magnetkit as mk
from magnetkit.choose.thresholds import SAFETY

GRADES = (
    "N35",
    "N42",
    "N50",
    "N52",
    "N35M",
    "N42M",
    "N48M",
    "N50M",
    "N30H",
    "N38H",
    "N42H",
    "N45H",
    "N48H",
    "N30SH",
    "N35SH",
    "N38SH",
    "N40SH",
    "N42SH",
    "N45SH",
    "N28UH",
    "N33UH",
    "N35UH",
    "N38UH",
    "N40UH",
    "N28EH",
    "N30EH",
    "N33EH",
    "N35EH",
    "N38EH",
    "N28AH",
    "N30AH",
    "N33AH",
    "N42EH",
    "N45UH",
    "N52M",
    "N44H",
    "N46H",
    "N40H",
    "VACODYM 677 HR",
    "VACODYM 238 TP",
)
BELOW_K = (0.0, 30.0, 60.0)
LOAD_LINES = (2.0, 1.0, 0.5)
FIELDS = (0.0, 150.0, 400.0)
ONE_RECIPE = "Nd23.9Pr6Dy0.5Co1Cu0.15Ga0.1B0.96Fe bal."
"""A recipe that a maker could sell under many grades, wt.%."""
AT_100_C = 373.15
_HOURS = 10_000.0
_HEAVY_CLASS = re.compile(r"(UH|EH|AH)$")
_CHANCE = "probability_meets_requirements"
_SAFETY_COLUMN = "demagnetization_safety"
_KNEE_ALONE = "remanence_T>=0.05"
_ROUNDING = 1e-6


@dataclass
class Check:
    """Counts of answers and of what was tried, and violations, each by its rule."""

    answers: Counter[str] = field(default_factory=Counter)
    tried: Counter[int] = field(default_factory=Counter)
    violated: Counter[int] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)

    def require(self, rule: int, holds: bool, text: str) -> None:
        """Count what was tried by a rule, and note a violation."""
        self.tried[rule] += 1
        if not holds:
            self.violated[rule] += 1
            self.violations.append(f"{rule}: {text}")

    def require_close(
        self, rule: int, value: float, other: float, text: str
    ) -> None:
        """Require two values within 1 %."""
        self.require(
            rule,
            abs(value / other - 1.0) < 0.01,
            f"{text}: {value:.5g}, {other:.5g}",
        )


def duties(grade: str) -> Iterator[dict[str, Any]]:
    """Yield the duties of a grade, the easiest of each temperature first."""
    rating = rated_temperature(grade)
    for below, line, outside in product(BELOW_K, LOAD_LINES, FIELDS):
        yield duty_keywords(rating - below, line, outside)


def duty_keywords(
    kelvin: float, load_line: float, outside: float
) -> dict[str, Any]:
    """Return a duty as keywords of `magnetkit.replace`."""
    return {
        "temperature": kelvin,
        "load_line": load_line,
        "outside_field_kA_m": outside,
    }


def rated_temperature(grade: str) -> float:
    """Return the highest temperature that the sheet of a grade names, K."""
    return float(mk.grades(grade).iloc[0]["max_working_temperature_K"])


def check_answer(check: Check, grade: str, duty: dict[str, Any]) -> Any:
    """Hold the answer to one duty against rules 1, 2, 3 and 5; return it."""
    answer = mk.replace(grade, **duty)
    where = f"{grade} {duty_text(duty)}"
    check.answers[answer.verdict] += 1
    for one in answer.answers:
        best = one.recommended
        if best is not None:
            _check_way(check, best, duty, where, answer.incumbent.recoil)
    margin, knee, against = own_margin(grade, duty)
    check.require_close(
        2, answer.reference["knee_field_kA_m"], knee, f"{where}: own H_k"
    )
    check.require_close(
        2, answer.reference["field_kA_m"], against, f"{where}: own field"
    )
    check.require_close(
        2, answer.reference[_SAFETY_COLUMN], margin, f"{where}: own margin"
    )
    stands = margin >= SAFETY
    probability = answer.own_probability
    check.require(
        5,
        probability == (1.0 if stands else 0.0),
        f"{where}: own P {probability}, stands {stands}",
    )
    first = answer.lines()[0]
    says_so = "does not stand" in first or "too little margin" in first
    check.require(5, says_so == (not stands), f"{where}: {first}")
    if (
        _HEAVY_CLASS.search(grade)
        and duty["temperature"] >= rated_temperature(grade) - 0.01
    ):
        likeliest = likeliest_heavy_free(answer)
        check.require(
            3, likeliest < 0.05, f"{where}: heavy-free P {likeliest:.3f}"
        )
    return answer


def likeliest_heavy_free(answer: Any, *, trials: bool = False) -> float:
    """Return the largest probability of a melt without heavy rare earth, or of a trial."""
    table = answer.candidates
    melts = table[
        (table["grade"] == "") & (table["heavy_rare_earth_wt_pct"] < 0.05)
    ]
    melts = melts[(melts["route"].fillna("") != "") == trials]
    if len(melts):
        return float(melts[_CHANCE].max())
    return 0.0


def duty_text(duty: dict[str, Any]) -> str:
    """Return a duty in words."""
    hours = f" {duty['hours']:g} h" if "hours" in duty else ""
    return (
        f"{duty['temperature'] - 273.15:.0f} C, load line {duty['load_line']:g}, "
        f"{duty['outside_field_kA_m']:g} kA/m{hours}"
    )


def _check_way(
    check: Check, way: Any, duty: dict[str, Any], where: str, recoil: float
) -> None:
    """Hold a recommended way against its own field; a melt has the recoil of today's magnet."""
    remanence = way.remanence_guaranteed_T
    knee = 1e3 * way.knee_guaranteed_kA_m
    if way.grade:
        curve = mk.curve(
            way.grade, duty["temperature"], bound="guaranteed"
        ).curves
        remanence = float(curve.remanence[0, 0])
        knee = float(curve.knee_field[0, 0])
        recoil = float(curve.recoil[0, 0])
        is_rating_enough = (
            rated_temperature(way.grade) >= duty["temperature"] - 0.01
        )
        check.require(1, is_rating_enough, f"{where}: {way.grade} above rating")
    against = remanence / (MU_0 * (duty["load_line"] + recoil))
    against += 1e3 * duty["outside_field_kA_m"]
    margin = knee / against
    check.require(
        1, margin >= SAFETY - 1e-4, f"{where}: {way.name} has {margin:.3f}"
    )
    check.require_close(
        2, way.demagnetization_safety, margin, f"{where}: {way.name} margin"
    )


def own_margin(grade: str, duty: dict[str, Any]) -> tuple[float, float, float]:
    """Return guaranteed margin, knee and field, kA/m, of a grade by its curve."""
    curve = mk.curve(grade, duty["temperature"], bound="guaranteed").curves
    against = float(curve.remanence[0, 0]) / (
        MU_0 * (duty["load_line"] + float(curve.recoil[0, 0]))
    )
    against = 1e-3 * against + duty["outside_field_kA_m"]
    knee = 1e-3 * float(curve.knee_field[0, 0])
    return knee / against, knee, against


def check_order(check: Check, easier: Any, harder: Any, where: str) -> None:
    """Require that no candidate, melted or sold, is likelier at the harder of two duties."""
    keys = ["candidate", "shell", "route", "grade"]
    tables = []
    for answer in (easier, harder):
        table = answer.candidates
        tables.append(
            table.assign(route=table["route"].fillna("")).set_index(keys)[
                _CHANCE
            ]
        )
    both = (
        tables[0]
        .to_frame("easier")
        .join(tables[1].to_frame("harder"), how="inner")
    )
    rises = both[both["harder"] > both["easier"] + _ROUNDING]
    text = ""
    if len(rises):
        worst = rises.loc[(rises["harder"] - rises["easier"]).idxmax()]
        text = f"{worst.name} {worst['easier']:.4f} to {worst['harder']:.4f}"
    check.require(
        4,
        not len(rises),
        f"{where}: {len(rises)} of {len(both)} likelier, {text}",
    )


def check_agreement(check: Check, grade: str, duty: dict[str, Any]) -> None:
    """Hold `diffuse` of a thin magnet and `screen` of the first melt against `replace`."""
    where = f"{grade} {duty_text(duty)}"
    answer = mk.replace(grade, **duty)
    for way in answer.ways:
        if not way.grade and not way.route:
            _check_screen(check, answer, way, duty, where)
            break
    try:
        design = mk.diffuse(
            grade,
            "40x40x1mm",
            element="Tb",
            require=f"{_SAFETY_COLUMN}>={SAFETY}",
            cells=300,
            **duty,
        )
    except mk.errors.InputError as error:
        check.require(
            2,
            "Sm" in str(error) or "diffusion" in str(error),
            f"{where}: {error}",
        )
        return
    bare = design.bare
    for name, value in (
        ("knee_field_kA_m", bare.knee_kA_m),
        ("field_kA_m", bare.field_kA_m),
        (_SAFETY_COLUMN, bare.margin),
    ):
        check.require_close(
            2, value, answer.reference[name], f"{where}: diffuse {name}"
        )
    off = abs(bare.probability - answer.own_probability)
    check.require(2, off <= 0.02, f"{where}: diffuse P off by {off:.3f}")


def _check_screen(
    check: Check, answer: Any, way: Any, duty: dict[str, Any], where: str
) -> None:
    """Hold `screen` of a melt against the way that `replace` makes of it."""
    limit = answer.limits["remanence_T"].limit
    result = mk.screen(
        [way.candidate],
        None,
        shell=way.shell or None,
        reference=answer.incumbent.makeup.best.text,
        require=[f"{_SAFETY_COLUMN}>={SAFETY}", f"remanence_T>={limit:.10g}"],
        basis="weight",
        calibration=answer.reference["grade"],
        **duty,
    )
    row = result.table.iloc[0]
    check.require_close(
        2,
        row[_SAFETY_COLUMN],
        way.demagnetization_safety,
        f"{where}: screen {way.name}",
    )
    off = abs(row[_CHANCE] - way.chance)
    check.require(
        2, off <= 0.02, f"{where}: screen P of {way.name} off by {off:.3f}"
    )


def check_grade(check: Check, grade: str) -> None:
    """Hold all answers to the duties of a grade against what must be true."""
    answers = {
        tuple(duty.values()): check_answer(check, grade, duty)
        for duty in duties(grade)
    }
    for (kelvin, line, outside), answer in answers.items():
        for harder in harder_duties(kelvin, line, outside):
            if harder in answers:
                where = f"{grade} {duty_text(duty_keywords(kelvin, line, outside))} to {harder}"
                check_order(check, answer, answers[harder], where)
    rating = rated_temperature(grade)
    for outside in FIELDS[:2]:
        by_temperature = [
            mk.replace(
                grade,
                require=[_KNEE_ALONE],
                **duty_keywords(rating - below, 1.0, outside),
            )
            for below in BELOW_K
        ]
        for below, (hotter, colder) in zip(
            BELOW_K, pairwise(by_temperature), strict=False
        ):
            where = f"{grade} {below:g} K below the rating, from 30 K colder, {outside:g} kA/m"
            check_order(check, colder, hotter, where)
    kelvin = rating - BELOW_K[1]
    lasting = {**duty_keywords(kelvin, 1.0, 0.0), "hours": _HOURS}
    later = mk.replace(grade, **lasting)
    check_order(
        check, answers[kelvin, 1.0, 0.0], later, f"{grade} {duty_text(lasting)}"
    )


def harder_duties(
    kelvin: float, line: float, outside: float
) -> Iterator[tuple[float, float, float]]:
    """Yield the duties that are one step harder."""
    later = [one for one in FIELDS if one > outside]
    if later:
        yield kelvin, line, later[0]
    yield kelvin, line / 2.0, outside


def coercivities_of_one_recipe(
    grades: Sequence[str], recipe: str = ONE_RECIPE, kelvin: float = AT_100_C
) -> list[float]:
    """Return H_cJ, kA/m, of a recipe of a maker at the level that each of its grades tells.

    Grades whose level is no producer's are left out.
    """
    values = []
    for grade in grades:
        answer = mk.replace(grade, kelvin)
        if not answer.answers[0].is_level_sound:
            continue
        way = answer.judge(recipe, basis="weight")
        values.append(way.coercivity_kA_m)
    return values


def check_makers(check: Check) -> None:
    """Hold one recipe under ten grades of each maker that prints so many."""
    table = mk.grades()
    table = table[
        (table["host"] == "2:14:1") & table["grade"].str.match(r"^N\d+")
    ]
    by_maker = table.assign(maker=table["makers"].str.split(", ")).explode(
        "maker"
    )
    for maker, grades in by_maker.groupby("maker")["grade"]:
        if len(grades) < 10:
            continue
        sample = list(grades)[:: len(grades) // 10][:10]
        values = np.array(coercivities_of_one_recipe(sample))
        off = float(np.abs(values / values.mean() - 1.0).max())
        print(
            f"{maker}: {len(values)} of 10 grades, {values.round(0)}",
            flush=True,
        )
        check.require(
            3, off < 0.1, f"{maker}: one recipe is off by {100 * off:.0f} %"
        )


def main() -> None:
    """Print the counts and every violation over a share of the grades."""
    share = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    grades = GRADES[:: max(round(1.0 / share), 1)]
    check = Check()
    for grade in grades:
        before = len(check.violations)
        check_grade(check, grade)
        check_agreement(
            check,
            grade,
            duty_keywords(rated_temperature(grade) - 30.0, 1.0, 150.0),
        )
        print(
            grade, sum(check.answers.values()), dict(check.violated), flush=True
        )
        for text in check.violations[before:]:
            print("   ", text, flush=True)
    check_makers(check)
    print(dict(check.answers))
    for rule in sorted(check.tried):
        print(
            f"rule {rule}: {check.tried[rule]} tried, {check.violated[rule]} violated"
        )


if __name__ == "__main__":
    main()
