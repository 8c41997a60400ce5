"""``magnetkit.replace``: a magnet in, what can take its place out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np

from .._core._arguments import finite, named, whole
from .._core.errors import InputError
from .._core.units import parse_temperature
from ..alloy.notation import Basis
from ..choose._candidates import CHANCE, HEAVY
from ..choose._request import (
    BETA,
    KNEE,
    LIMIT,
    PRODUCT,
    REMANENCE,
    SAFETY,
    Held,
    Wish,
    held_grade,
    held_measured,
    held_values,
    profile,
    requirements,
    with_recipe,
)
from ..choose.answer import Answer, Way, answers, duty_alone, duty_line, record
from ..choose.result import REPORT
from ..magnetism._measured import ALPHA, COERCIVITY, Producer
from ..magnetism._stages import GUARANTEED
from ..magnetism.conditions import NO_CALIBRATION, Conditions, SupplyKeywords, with_conditions
from ..magnetism.measured_curve import is_curve
from ._lines import lines as in_words

if TYPE_CHECKING:
    import pandas as pd

    from ..choose._profile_parts import Requirement


MASS_KG = 1.0
PER_YEAR = 1000
"""Mass of a magnet, kg, and magnets a year that savings are stated for."""


@dataclass(frozen=True, repr=False, eq=False)
class Replacement:
    """What replaces a magnet.

    Attributes
    ----------
    reference : dict
        The magnet in use: ``grade host makers temperature_K``, its guaranteed ``remanence_T`` and
        ``coercivity_kA_m`` there, what else is known, and ``made_of``.
    answers : tuple of Answer
        One for each kind that the magnet in use is of with a probability of 0.2 or more, the
        likeliest first.
    limits : dict of str to Requirement
        What a replacement has to meet, by column; `basis` says whether that is the drawing or a
        duty.
    duty_line : str
        What a duty would allow, where the magnet is used far below its rating.
    spread, evidence : str
        What lots vary by, and what the values of the magnet in use rest on.
    estimate : bool
        Whether what it is made of is estimated.
    """

    reference: dict[str, Any]
    answers: tuple[Answer, ...]
    limits: "dict[str, Requirement]"
    basis: str
    evidence: str
    wish: Wish
    duty_line: str = ""
    spread: str = ""
    estimate: bool = True
    typical_T: float = float("nan")

    @property
    def verdict(self) -> str:
        """``"keep"`` or ``"replace"``, for the likeliest kind."""
        return self.answers[0].verdict

    @property
    def own_probability(self) -> float:
        """Probability that the recipe in use meets the limits."""
        return self.answers[0].own_probability

    @property
    def ways(self) -> tuple[Way, ...]:
        """At most four ways, the recommended one first."""
        return self.answers[0].ways

    @property
    def recommended(self) -> Way | None:
        """The way that is recommended."""
        return self.answers[0].recommended

    @property
    def candidates(self) -> "pd.DataFrame":
        """All that was judged, in order, with result columns."""
        return self.answers[0].candidates

    def lines(self, units: str = "si", *, everything: bool = False) -> list[str]:
        """Return the answer in lines.

        Parameters
        ----------
        units : {"si", "cgs"}
            T and kA/m, or kG and kOe.
        everything : bool
            With the ways of every kind, risk by scenario, and the charge.
        """
        return in_words(self, units, everything)

    def to_json(self) -> str:
        """Return verdict, ways, limits, evidence and candidates as one JSON object."""
        import json

        names = ("verdict", "own_probability", "reference", "basis", "duty_line")
        whole: dict[str, Any] = {name: getattr(self, name) for name in names}
        whole["limits"] = [
            {"column": c, "text": str(r), "value": r.limit, "source": r.source}
            for c, r in self.limits.items()
        ]
        evidence = {"values": self.evidence, "lots": self.spread, "estimate": self.estimate}
        whole |= {"evidence": evidence, "ways": [vars(way) for way in self.ways]}
        whole |= {"lines": self.lines(), "answers": [record(one) for one in self.answers]}
        rows = self.candidates.to_json(orient="records", force_ascii=False)
        text = json.dumps(_finite(whole), ensure_ascii=False, allow_nan=False)
        return f'{text[:-1]}, "candidates": {rows}}}'

    def __repr__(self) -> str:
        """Return the lines as one text."""
        return "\n".join(self.lines())

    def _repr_html_(self) -> str:
        from html import escape

        return "".join(f"<div>{escape(line)}</div>" for line in self.lines())


@named
@with_conditions("outside_field_kA_m", "hours", "process", "calibration", "supply", "add")
def replace(
    grade: str | None = None,
    temperature: float | str | None = None,
    *,
    load_line: float | None = None,
    recipe: str | None = None,
    basis: Basis = "auto",
    shell: str | None = None,
    measured: Any = None,
    values: Mapping[str, float] | None = None,
    require: Sequence[str] = (),
    spread: Mapping[str, float] | None = None,
    mass_kg: float = MASS_KG,
    per_year: int = PER_YEAR,
    out: str | Path | None = None,
    force: bool = False,
    **keywords: Unpack[SupplyKeywords],
) -> Replacement:
    """Find what takes the place of a magnet with less heavy rare earth, and how likely it does.

    The probability is that the producer in use can supply the candidate against the same drawing:
    the level of an unknown producer cancels. Another family is a purchase, compared by what makers
    guarantee at temperature; another route is a trial.

    Parameters
    ----------
    grade : str, optional
        A grade, as `magnetkit.grades` takes it; a class and number stand in for one that no table
        has. Without it `values`, or a duty: a load line and the least B_r in `require`.
    temperature : float or str, optional
        Temperature of use, K or a text such as ``"150C"``; the grade's highest otherwise, of a
        compensated one that up to which its maker prints alpha.
    load_line : float, optional
        Permeance coefficient -B / (mu_0 H).
    recipe : str, optional
        What the magnet is made of, where it is known; an estimate otherwise.
    basis : {"auto", "atomic", "weight"}
        Of `recipe`, and of the compositions of `measured` that name none.
    shell : str, optional
        What is diffused into `recipe`.
    measured : frame or path, optional
        The user's own magnets of this grade, as `magnetkit.calibrate` takes them: they are the
        level in place of the catalogue, and the first is the recipe. Or the CSV of a measured
        curve J(H) or B(H).
    values : mapping of str to float, optional
        Measured ``B_r`` (T) and ``H_cJ`` (kA/m), and where known ``alpha``, ``beta`` (%/K) and
        ``T``, the temperature of the measurement.
    require : sequence of str
        More requirements, or other ones, such as ``"remanence_T>=0.95*reference"``.
    spread : mapping of str to float, optional
        Standard deviation of one lot, %: ``{"B_r": 1.5, "H_cJ": 6.0}``.
    mass_kg : float
        Mass of one magnet, kg.
    per_year : int
        Magnets a year that savings are stated for.
    out : path, optional
        Folder for a screening of the candidates and its report, or its URL in a store.
    force : bool
        Replace a finished result in `out`, which is refused otherwise.
    **keywords
        Conditions, as of `magnetkit.predict`. A load line, an opposing field or a time of use ask
        by the duty in place of the drawing: the knee has to lie 1.1 times beyond the field against
        the magnet. ``process`` or ``calibration`` name who would make the candidates.

    Returns
    -------
    Replacement

    Raises
    ------
    InputError
        If the grade is unknown (with the nearest names) or an argument cannot be used.

    Examples
    --------
    >>> found = replace("N38UH", "180C")
    >>> found.verdict, round(found.own_probability, 2)
    ('replace', 1.0)
    """
    if grade is None and values is None and measured is None and not _on_duty(load_line, keywords):
        raise InputError(
            "give a grade, measured values (--values B_r=1.29,H_cJ=1650), or a duty: a load line "
            "and the least B_r (--load-line 2 --require 'remanence_T>=1.15')"
        )
    if shell is not None and recipe is measured is None:
        raise InputError("shell says what is diffused into the recipe: give recipe or measured too")
    if keywords.get("calibration") == NO_CALIBRATION:
        # Measured magnets of nobody: candidates are those of the bare model.
        keywords |= {
            "calibration": None,
            "process": {"producer": Producer(NO_CALIBRATION, ()).record()},
        }
    kelvin = _use_temperature(grade, temperature)
    wish = Wish(
        Conditions.of(temperature=kelvin, load_line=load_line, **keywords),
        _on_duty(load_line, keywords),
        keywords.get("hours") is not None,
        (require,) if isinstance(require, str) else tuple(require),
        finite("mass_kg", mass_kg, 0.0, above=True),
        whole("per_year", per_year),
        dict(spread or {}),
        recipe,
        basis,
        shell,
    )
    held = _held(grade, wish, measured, values)
    if held is None:
        return _for_a_duty(wish)
    reference, estimate = _reference(held, wish), held.made is None or held.made.estimate
    limits = {} if held.made is None else requirements(reference, wish)
    found = answers(held, wish, limits)
    own = found[0].recipe
    line = "" if own is None else duty_line(held, own, wish, limits)
    rest = _basis(wish, held), held.source, wish, line, str(held.spread), estimate
    replacement = Replacement(reference, found, limits, *rest, held.typical(REMANENCE))
    if out is not None:
        _screened(replacement, held, wish, out, force)
    return replacement


def _on_duty(load_line: float | None, keywords: Mapping[str, Any]) -> bool:
    """Return whether a magnet is asked for by what it stands."""
    given = (load_line, keywords.get("outside_field_kA_m"), keywords.get("hours"))
    return any(one is not None for one in given)


def _held(
    grade: str | None, wish: Wish, measured: Any, values: Mapping[str, float] | None
) -> Held | None:
    """Return the magnet in use, None where there is none."""
    if values is not None and measured is not None:
        raise InputError("measured and values both say what was measured: give one")
    if values is None and grade is None and is_curve(measured):
        values, measured = measured, None
    if values is not None:
        return with_recipe(held_values(values, wish, grade), wish)
    if grade is None:
        if measured is not None or wish.recipe is not None:
            raise InputError("give the grade too; measured and recipe say what is known of it")
        return None
    if measured is not None:
        return held_measured(measured, grade, wish)
    return with_recipe(held_grade(grade, wish), wish)


def _use_temperature(grade: str | None, temperature: float | str | None) -> float:
    """Return the temperature of use, K: the grade's highest where none is given."""
    from ..magnetism._composition_estimate import COMPENSATED, alpha_range
    from ..magnetism.grades import grades

    if temperature is not None:
        kelvin = parse_temperature(temperature)
    elif grade is None:
        raise InputError("give the temperature of use, e.g. 150C")
    else:
        room = grades(grade).iloc[0]
        kelvin = float(room["max_working_temperature_K"])
        if abs(float(room[ALPHA])) <= COMPENSATED:
            kelvin = alpha_range(str(room["grade"]))[1]
    if not 4.0 <= kelvin <= 1000.0:
        raise InputError(f"a magnet is used between 4 and 1000 K (700 °C), got {kelvin:g} K")
    return kelvin


def _reference(held: Held, wish: Wish) -> dict[str, Any]:
    """Return the magnet in use as plain values."""
    made, use = held.made, wish.conditions
    found: dict[str, Any] = {"grade": held.name}
    found |= {name: getattr(held, name) for name in ("host", "kind", "makers")}
    found |= {"temperature_K": wish.temperature, **held.least}
    found["knee_field_kA_m"] = held.square * held.least[COERCIVITY]
    for name in (ALPHA, BETA, PRODUCT, LIMIT, "density_kg_m3"):
        found[name] = float(held.room[name])
    for name in ("load_line", "outside_field_kA_m"):
        found[name] = getattr(use, name) if wish.on_duty else None
    found["provenance"] = held.source
    heavy = (0.0, 0.0, 0.0) if made is None else made.heavy_wt_pct
    found |= {f"{HEAVY}{end}": x for end, x in zip(("", "_lo", "_hi"), heavy, strict=True)}
    found["made_of"] = []
    for one in made.recipes if made else ():
        own = {"composition": one.text, "shell": one.shell, "weight": round(one.weight, 4)}
        found["made_of"].append({**own, "kind": one.kind, HEAVY: one.heavy_wt_pct})
    return {**found, "made_of_is_estimate": made is None or made.estimate}


def _basis(wish: Wish, held: Held | None) -> str:
    """Return in words which limits a replacement has to meet."""
    if not wish.on_duty:
        assert held is not None
        return f"the drawing: {held.source}"
    use = wish.conditions
    field = f" and {use.outside_field_kA_m:g} kA/m against it" if use.outside_field_kA_m else ""
    hours = f" for {use.hours:g} h" if wish.lasting else ""
    return f"the duty: knee {SAFETY:g} times beyond load line {use.load_line:g}{field}{hours}"


def _for_a_duty(wish: Wish) -> Replacement:
    """Return what is sold for a duty without a magnet in use."""
    limits = requirements({}, wish)
    if other := limits.keys() - {REMANENCE, COERCIVITY, KNEE}:
        raise InputError(f"a duty alone is asked for B_r, H_cJ and the knee, got {min(other)}")
    reference: dict[str, Any] = {"grade": None, "host": "", "made_of": []}
    reference["temperature_K"] = wish.temperature
    rest = _basis(wish, None), "what makers print", wish
    return Replacement(reference, duty_alone(wish, limits), limits, *rest)


def _screened(found: Replacement, held: Held, wish: Wish, out: str | Path, force: bool) -> None:
    """Screen the candidates into a folder, whose report begins with the answer."""
    from ..magnetism._composition_estimate import calibrate_on_grade, grade_at
    from ._work import GIVEN
    from .screen import screen

    if held.made is None or not len(found.candidates):
        raise InputError(f"there is no melt in place of {held.name} to screen; leave out out")
    producer = held.producer
    if producer is None:
        here = grade_at(str(held.room["grade"]), wish.temperature)
        producer = calibrate_on_grade(here, held.made, wish.conditions.curie)
    # What was judged beside the magnet in use stands: a screening judges each for itself.
    given = {c: f"{GIVEN}{c}" for c in (CHANCE, *GUARANTEED.values())}
    frame = found.candidates.rename(columns={"candidate": "composition", **given})
    columns = ["composition", "shell", *given.values()]
    frame = frame.loc[frame["route"].isna(), columns].drop_duplicates(["composition", "shell"])
    use = wish.conditions
    result = screen(
        frame,
        profile(held, list(found.limits.values()), wish),
        wish.temperature,
        basis="weight",
        process={"producer": producer.record()},
        scenario=use.scenario,
        recycled=use.recycled,
        prices=use.prices,
        add=use.add,
        out=out,
        force=force,
    )
    result.tell(found.lines(), out)
    result.report(f"{out}/{REPORT}")


def _finite(value: Any) -> Any:
    """Return a record with None where a number is missing."""
    if isinstance(value, dict):
        return {k: _finite(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(v) for v in value]
    return None if isinstance(value, float) and not np.isfinite(value) else value
