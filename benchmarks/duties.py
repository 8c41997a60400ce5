"""Answers of `magnetkit.replace` over a grid of duties, held against what must be true of them.

``python -m benchmarks.duties [SHARE]``: 40 grades at their rating, 30 and 60 K below, load lines of
0.5, 1 and 2, outside fields of 0, 150 and 400 kA/m. Of each answer:

1. no recommended magnet has a guaranteed knee of less than 1.1 times the field against it, by its
   own remanence, by the curve that `magnetkit.curve` draws of what is sold;
2. the magnet in use has P 1 where its sheet says that it stands the duty, and the first line says
   so where it does not;
3. what is sold is not used above its rating;
4. a larger field or a lower load line raises no probability.
"""

import sys
from collections import Counter
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import numpy as np
from magnetkit.units import MU_0

import magnetkit as mk

GRADES = (
    "N35", "N42", "N50", "N52", "N35M", "N42M", "N48M", "N50M", "N30H", "N38H", "N42H", "N45H",
    "N48H", "N30SH", "N35SH", "N38SH", "N40SH", "N42SH", "N45SH", "N28UH", "N33UH", "N35UH",
    "N38UH", "N40UH", "N28EH", "N30EH", "N33EH", "N35EH", "N38EH", "N28AH", "N30AH", "N33AH",
    "N42EH", "N45UH", "N52M", "N44H", "N46H", "N35EH", "VACODYM 677 HR", "VACODYM 238 TP",
)  # fmt: skip
BELOW_K, LOAD_LINES, FIELDS = (0.0, 30.0, 60.0), (2.0, 1.0, 0.5), (0.0, 150.0, 400.0)
_ROUNDING = 1e-6


@dataclass
class Check:
    """Counts of answers and what they violate."""

    answers: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)

    def require(self, holds: bool, text: str) -> None:
        """Note a violation."""
        if not holds:
            self.violations.append(text)


def duties(grade: str) -> list[dict[str, Any]]:
    """Return the duties of a grade, the easiest of each temperature first."""
    rating = float(mk.grades(grade).iloc[0]["max_working_temperature_K"])
    return [
        {"temperature": rating - below, "load_line": line, "outside_field_kA_m": outside}
        for below, line, outside in product(BELOW_K, LOAD_LINES, FIELDS)
    ]


def check_answer(check: Check, grade: str, duty: dict[str, Any]) -> Any:
    """Hold the answer to one duty against what must be true; return it."""
    answer = mk.replace(grade, **duty)
    where = f"{grade} {duty}"
    check.answers[answer.verdict] += 1
    for one in answer.answers:
        best = one.recommended
        if best is not None:
            _check_way(check, best, duty, where)
    stands = _margin(grade, duty) >= 1.1
    own = answer.own_probability
    check.require(own == (1.0 if stands else 0.0), f"{where}: own P {own}, stands {stands}")
    first = answer.lines()[0]
    said = "does not stand" in first or "too little margin" in first
    check.require(said == (not stands), f"{where}: {answer.lines()[0]}")
    return answer


def _check_way(check: Check, way: Any, duty: dict[str, Any], where: str) -> None:
    """Hold a recommended way against its own field."""
    remanence, knee, recoil = way.remanence_guaranteed_T, 1e3 * way.knee_guaranteed_kA_m, 1.05
    if way.grade:
        curve = mk.curve(way.grade, duty["temperature"], bound="guaranteed").curves
        remanence, knee = float(curve.remanence[0, 0]), float(curve.knee_field[0, 0])
        recoil = float(curve.recoil[0, 0])
        rating = float(mk.grades(way.grade).iloc[0]["max_working_temperature_K"])
        check.require(rating >= duty["temperature"] - 0.01, f"{where}: {way.grade} above rating")
    against = remanence / (MU_0 * (duty["load_line"] + recoil))
    against += 1e3 * duty["outside_field_kA_m"]
    margin = knee / against
    check.require(margin >= 1.1 - 1e-4, f"{where}: {way.name} has {margin:.3f}")
    check.require(
        abs(margin / way.demagnetization_safety - 1.0) < 0.01,
        f"{where}: {way.name} says {way.demagnetization_safety:.3f}, has {margin:.3f}",
    )


def _margin(grade: str, duty: dict[str, Any]) -> float:
    """Return the guaranteed margin of a grade by its curve."""
    curve = mk.curve(grade, duty["temperature"], bound="guaranteed").curves
    against = curve.remanence[0, 0] / (MU_0 * (duty["load_line"] + curve.recoil[0, 0]))
    return float(curve.knee_field[0, 0] / (against + 1e3 * duty["outside_field_kA_m"]))


def check_order(check: Check, easier: Any, harder: Any, where: str) -> None:
    """Require that no candidate is likelier at the harder of two duties."""
    keys = ["candidate", "shell", "route", "grade"]
    chance = "probability_meets_requirements"
    melts = [a.candidates[a.candidates["grade"] == ""] for a in (easier, harder)]
    tables = [m.assign(route=m["route"].fillna("")).set_index(keys)[chance] for m in melts]
    if not len(tables[0]) or not len(tables[1]):
        return
    both = tables[0].to_frame("easier").join(tables[1].to_frame("harder"), how="inner")
    rises = (both["harder"] > both["easier"] + _ROUNDING).sum()
    check.require(not rises, f"{where}: {rises} candidates are likelier at the harder duty")


def check_grade(check: Check, grade: str) -> None:
    """Hold all answers to the duties of a grade against what must be true."""
    answers = {tuple(duty.values()): check_answer(check, grade, duty) for duty in duties(grade)}
    for (kelvin, line, outside), answer in answers.items():
        for other in ((kelvin, line / 2.0, outside), (kelvin, line, _next_field(outside))):
            if other in answers:
                where = f"{grade} {kelvin:.0f} K {line} {outside} to {other[1]} {other[2]}"
                check_order(check, answer, answers[other], where)


def _next_field(outside: float) -> float:
    later = [one for one in FIELDS if one > outside]
    return later[0] if later else np.nan


def main() -> None:
    """Print the counts and every violation over a share of the grades."""
    share = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    grades = GRADES[:: max(round(1.0 / share), 1)]
    check = Check()
    for grade in grades:
        check_grade(check, grade)
        print(grade, sum(check.answers.values()), len(check.violations), flush=True)
    print(dict(check.answers))
    print(*check.violations, sep="\n")


if __name__ == "__main__":
    main()
