"""``magnetkit.replace``: a grade in, the magnets that can replace it out."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np

from .._core._arguments import finite, named, renamed, whole
from .._core.errors import InputError
from .._core.units import parse_temperature
from ..calibration._composition_estimate import COMPENSATED, alpha_range, grade_at
from ..composition.notation import Basis
from ..magnetism._measured import ALPHA, Mill
from ..prediction.conditions import NO_CALIBRATION, Conditions, SupplyKeywords, with_conditions
from ..ranking.result import REPORT
from ._request import Wish, anchor, candidates, profile, reference_of
from .answer import Question, answers

if TYPE_CHECKING:
    import pandas as pd

    from ..ranking.applications import Profile
    from ..run.screen import ScreenResult


MASS_KG = 1.0
PER_YEAR = 1000
"""Mass of a magnet, kg, and magnets a year that savings are stated for."""


@dataclass(frozen=True, repr=False)
class Replacement:
    """What replaces a magnet.

    Attributes
    ----------
    reference : dict
        The magnet: ``grade host makers temperature_K``, its values there, and ``made_of``.
    answers : list of dict
        The ten lines as records: ``kind``, ``text``, and of a magnet ``candidate shell host
        probability_meets_requirements`` and its differences to the reference.
    candidates : pandas.DataFrame
        What was screened, in order of rank, with the result columns.
    result : ScreenResult
        The screening itself, for its report.
    """

    reference: dict[str, Any]
    answers: list[dict[str, Any]]
    candidates: "pd.DataFrame"
    result: "ScreenResult"

    def _repr_html_(self) -> str:
        from html import escape

        said = "".join(f"<li>{escape(line)}</li>" for line in self.lines())
        return f"<ul>{said}</ul>{self.result._repr_html_()}"

    def lines(self) -> list[str]:
        """Return the answer in about ten lines."""
        return [answer["text"] for answer in self.answers]

    def to_json(self) -> str:
        """Return ``reference``, ``answers`` and ``candidates`` as one JSON object."""
        import json

        rows = self.candidates.to_json(orient="records", force_ascii=False)
        whole = {"reference": self.reference, "answers": self.answers}
        text = json.dumps(_finite(whole), ensure_ascii=False, allow_nan=False)
        return f'{text[:-1]}, "candidates": {rows}}}'

    def __repr__(self) -> str:
        """Return the lines as one text."""
        return "\n".join(self.lines())


@renamed(price="prices", number="per_year")
@named
@with_conditions("process", "calibration", "supply", "add")
def replace(
    grade: str,
    temperature: float | str | None = None,
    *,
    load_line: float | None = None,
    recipe: str | None = None,
    basis: Basis = "auto",
    shell: str | None = None,
    measured: Any = None,
    require: Sequence[str] = (),
    mass_kg: float = MASS_KG,
    per_year: int = PER_YEAR,
    out: str | Path | None = None,
    force: bool = False,
    **keywords: Unpack[SupplyKeywords],
) -> Replacement:
    """Find replacements of a commercial grade, or of a magnet that was measured.

    The grade's printed values at temperature anchor the model: candidates of its host are
    predicted conditional on it, so that what all of them have in common cancels.

    Parameters
    ----------
    grade : str
        A grade, as `magnetkit.grades` takes it.
    temperature : float or str, optional
        Temperature of use, K or a text such as ``"150C"``; the grade's highest otherwise, of a
        compensated one that up to which its maker prints alpha.
    load_line : float, optional
        Permeance coefficient -B / (mu_0 H); with it the knee must lie beyond the working point.
    recipe : str, optional
        What the grade is made of, where it is known; an estimate otherwise.
    basis : {"auto", "atomic", "weight"}
        Of `recipe`, and of the compositions of `measured` that name none.
    shell : str, optional
        What is diffused into `recipe`.
    measured : frame or path, optional
        The user's own magnets of this grade, as `magnetkit.calibrate` takes them: they anchor the
        model in place of the catalogue, and the first is the recipe.
    require : sequence of str
        More requirements, or other ones, such as ``"remanence_T>=0.95*reference"``.
    mass_kg : float
        Mass of one magnet, kg.
    per_year : int
        Magnets a year that savings are stated for.
    out : path, optional
        Folder for the screening and its report, or its URL in a store.
    force : bool
        Replace a finished result in `out`, which is refused otherwise.
    **keywords
        Conditions, as of `magnetkit.predict`; ``process`` or ``calibration`` name who would make
        the candidates: that producer's magnets anchor the model in place of the catalogue.

    Returns
    -------
    Replacement

    Raises
    ------
    InputError
        If the grade is unknown (with the nearest names) or an argument cannot be used.
    """
    from ..calibration.grades import grades

    room = grades(grade).iloc[0]
    compensated = abs(float(room[ALPHA])) <= COMPENSATED
    between = alpha_range(str(room["grade"])) if compensated else None
    if temperature is None and between is not None:
        temperature = between[1]
    if shell is not None and recipe is measured is None:
        raise InputError("shell says what is diffused into the recipe: give recipe or measured too")
    kelvin = _use_temperature(room, temperature)
    if keywords.get("calibration") == NO_CALIBRATION:
        raise InputError("a replacement rests on the grade, or on a calibration: leave none out")
    conditions = Conditions.of(temperature=kelvin, **keywords)
    wish = _checked(conditions, load_line, require, mass_kg, per_year)
    wish = dataclasses.replace(wish, between=between)
    here = grade_at(grade, wish.temperature)
    made, producer = anchor(here, room, wish, recipe, basis, shell, measured)
    frame = candidates(str(here["host"]), made, wish.temperature, compensated)
    reference = reference_of(here, wish, made, producer)
    device = profile(here["grade"], reference, made, wish)
    result, table = _screened(frame, device, wish, producer, out, force)
    question = Question(reference, made, device, table, producer, wish)
    found = answers(question)
    replacement = Replacement(reference, found, table, result)
    result.tell(replacement.lines(), out)
    if out is not None:
        result.report(f"{out}/{REPORT}")
    return replacement


def _use_temperature(room: "pd.Series", temperature: float | str | None) -> float:
    """Return the temperature of use, K: the grade's highest where none is given."""
    if temperature is None:
        kelvin = float(room["max_working_temperature_K"])
    else:
        kelvin = parse_temperature(temperature)
    if not 4.0 <= kelvin <= 1000.0:
        raise InputError(f"a magnet is used between 4 and 1000 K (700 °C), got {kelvin:g} K")
    return kelvin


def _checked(
    conditions: Conditions,
    load_line: float | None,
    require: Sequence[str],
    mass_kg: float,
    per_year: int,
) -> Wish:
    if load_line is not None and not 0.0 <= float(load_line) < 1e3:
        raise InputError(f"load_line must be a permeance coefficient of 0 or more, got {load_line}")
    required = (require,) if isinstance(require, str) else tuple(require)
    mass_kg, per_year = finite("mass_kg", mass_kg, 0.0, above=True), whole("per_year", per_year)
    return Wish(conditions, load_line, required, mass_kg, per_year)


def _screened(
    frame: "pd.DataFrame",
    device: "Profile",
    wish: Wish,
    producer: Mill,
    out: str | Path | None,
    force: bool,
) -> "tuple[ScreenResult, pd.DataFrame]":
    """Screen the candidates on the anchored model; return them in order of rank too."""
    from ..run.screen import screen

    process = {"mill": producer.record()}
    result = screen(
        frame,
        device,
        wish.temperature,
        basis="weight",
        process=process,
        scenario=wish.conditions.scenario,
        recycled=wish.conditions.recycled,
        prices=wish.conditions.prices,
        add=wish.conditions.add,
        out=out,
        force=force,
    )
    table = result.table.sort_values("rank", kind="stable", na_position="last")
    table = table.reset_index(drop=True)
    return result, table


def _finite(value: Any) -> Any:
    """Return a record with None where a number is missing."""
    if isinstance(value, dict):
        return {k: _finite(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(v) for v in value]
    return None if isinstance(value, float) and not np.isfinite(value) else value
