"""What must be true of answers of `magnetkit.replace` to a duty.

1. no recommended magnet has a guaranteed knee of less than 1.1 times the field against it, by its
   own remanence and by the curve that `magnetkit.curve` draws of what is sold; none that is sold is
   used above its rating;
2. `replace` and `curve` of one duty agree: field, knee and margin to 1 %;
3. no melt without heavy rare earth, by the route of today's magnet, has a probability of 0.05 at
   the rating of UH, EH or AH; a route of its own (hot-deformed, fine grains) is a trial whose range
   is wide;
4. a larger field or a lower load line raises no probability;
5. the magnet in use has P 1 where its sheet says that it stands the duty, and the first line says
   so where it does not.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from magnetkit.units import MU_0

import magnetkit as mk
from magnetkit.choose.thresholds import SAFETY

ONE_RECIPE = "Nd23.9Pr6Dy0.5Co1Cu0.15Ga0.1B0.96Fe bal."
"""A recipe that a maker could sell under many grades, wt.%."""
AT_100_C = 373.15
_HEAVY_CLASS = re.compile(r"(UH|EH|AH)$")
_CHANCE = "probability_meets_requirements"
_SAFETY_COLUMN = "demagnetization_safety"
_ROUNDING = 1e-6


@dataclass
class Check:
    """Counts of answers, of what was tried by each rule, and violations."""

    answers: Counter[str] = field(default_factory=Counter)
    tried: Counter[int] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)

    def require(self, rule: int, holds: bool, text: str) -> None:
        """Count what was tried by a rule, and note a violation."""
        self.tried[rule] += 1
        if not holds:
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


def likeliest_heavy_free(answer: Any) -> float:
    """Return the largest probability of a melt without heavy rare earth, by the usual route."""
    table = answer.candidates
    melts = table[
        (table["grade"] == "") & (table["heavy_rare_earth_wt_pct"] < 0.05)
    ]
    melts = melts[melts["route"].fillna("") == ""]
    if len(melts):
        return float(melts[_CHANCE].max())
    return 0.0


def duty_text(duty: dict[str, Any]) -> str:
    """Return a duty in words."""
    return (
        f"{duty['temperature'] - 273.15:.0f} C, load line {duty['load_line']:g}, "
        f"{duty['outside_field_kA_m']:g} kA/m"
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
        check.require(
            1, is_rating_enough, f"{where}: {way.grade} above rating"
        )
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
