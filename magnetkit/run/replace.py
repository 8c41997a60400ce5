"""``magnetkit.replace``: a magnet in, what can take its place out."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import replace as with_fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Unpack, get_args

import numpy as np

from .._core._arguments import (
    as_texts,
    check_arguments,
    parse_finite_number,
    parse_whole_number,
    warn,
)
from .._core._shown import shorten_lines
from .._core.errors import InputError
from .._core.units import parse_temperature
from ..alloy.notation import Basis
from ..choose._candidates import (
    HEAVY,
    SAVED,
    TRIALS,
    as_candidates,
    judge_grades,
    judge_melts,
)
from ..choose._profile_parts import CHANCE
from ..choose._request import (
    BETA,
    KNEE,
    LIMIT,
    MARGIN_OF_DUTY,
    PRODUCT,
    REMANENCE,
    Incumbent,
    Request,
    build_profile,
    find_limits,
    given_recipe,
    incumbent_of_grade,
    incumbent_of_magnets,
    incumbent_of_values,
    route_of_candidates,
    with_makeup,
)
from ..choose.answer import (
    Answer,
    Way,
    answer_duty,
    duty_line,
    duty_text,
    find_answers,
    make_way,
    record,
    short_name,
)
from ..choose.result import DECISIONS, REPLACEMENT, REPORT
from ..choose.thresholds import SAFETY
from ..magnetism._composition_estimate import read_recipe
from ..magnetism._measured import ALPHA, COERCIVITY, Producer
from ..magnetism._stages import GUARANTEED
from ..magnetism.conditions import (
    NO_CALIBRATION,
    Conditions,
    SupplyKeywords,
    with_conditions,
)
from ..magnetism.measured_curve import is_curve
from ..phases.records import HOSTS
from ._diffused import estimate_shell
from ._lines import HEADS, PAIR_NAMES, lines_below, table_cells
from ._lines import lines as answer_lines

if TYPE_CHECKING:
    import pandas as pd

    from ..choose._profile_parts import Requirement
    from .screen import ScreenResult


Family = Literal["own", "any"]
AS_SOLD = "as sold: "

_NOTHING_ASKED = (
    "give a grade, measured values (--values B_r=1.29,H_cJ=1650), or a duty: a load line and the "
    "least B_r (--load-line 2 --require 'remanence_T>=1.15')"
)
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
        One for each kind that the magnet in use may well be of, the likeliest first.
    limits : dict of str to Requirement
        What a replacement has to meet, by column.
    basis : str
        Whether that is the drawing or a duty, in words.
    duty_line : str
        What a duty would allow, where the magnet is used far below its rating.
    spread, evidence : str
        What lots vary by, and what the values of the magnet in use rest on.
    request : Request
        What was asked: temperature, duty and conditions of use, and the user's limits.
    incumbent : Incumbent or None
        The magnet in use.
    estimate : bool
        Whether what it is made of is estimated.
    offer : Offer or None
        What is to be said of an offer, where one was given.
    """

    reference: dict[str, Any]
    answers: tuple[Answer, ...]
    limits: "dict[str, Requirement]"
    basis: str
    evidence: str
    request: Request
    incumbent: Incumbent | None = None
    duty_line: str = ""
    spread: str = ""
    estimate: bool = True
    offer: Any = None

    @property
    def verdict(self) -> str:
        """``"keep"``, ``"replace"`` or ``"reach"``, for the likeliest kind.

        ``"reach"``: the magnet in use does not meet what is asked; the ways are those that do.
        """
        return self.answers[0].verdict

    @property
    def own_probability(self) -> float:
        """Probability that the recipe in use meets the limits; 0 where nobody can tell."""
        return self.answers[0].own_probability

    @property
    def ways(self) -> tuple[Way, ...]:
        """The ways, the recommended one first; way n is ``DIR:n`` of a folder."""
        return self.answers[0].ways

    @property
    def recommended(self) -> Way | None:
        """The way that is recommended."""
        return self.answers[0].recommended

    @property
    def candidates(self) -> "pd.DataFrame":
        """All that was judged, in order, with result columns."""
        return self.answers[0].candidates

    def judge(
        self, what: str, shell: str | None = None, basis: Basis = "auto"
    ) -> Way:
        """Judge a recipe or a grade that is named against the same limits.

        Parameters
        ----------
        what : str
            A recipe, or the name of a grade as `magnetkit.grades` takes it.
        shell : str, optional
            What is diffused into the recipe, such as "Tb 0.5 wt%"; it does not
            count for a grade.
        basis : {"auto", "atomic", "weight"}
            What the amounts of the recipe are; "auto" reads a formula as atomic
            and needs "wt.%" or "at.%" in a text with a balance or one that sums
            to 100.

        Returns
        -------
        Way
            Among others ``probability_meets_requirements``,
            ``remanence_guaranteed_T`` and ``coercivity_guaranteed_kA_m`` at
            the temperature of use, ``heavy_rare_earth_wt_pct`` and
            ``failed_requirements``, a text. Its ``number`` is 0 and it is not
            recommended; ``kind`` is "bulk", "diffused", "lower-class" or
            "other-family". A recipe of another family has a probability of 0,
            and NaN for its values.

        Raises
        ------
        InputError
            If there is no magnet in use with a recipe; for a text that looks
            like a grade that no table has ("N48UH"), a grade that is not sold
            for the temperature, and a shell that cannot be read.
        CompositionError
            An InputError: if any other text cannot be read as a recipe.
        """
        return _judge(self, what, shell, basis)

    def lines(
        self, units: str = "si", *, everything: bool = False
    ) -> list[str]:
        """Return the answer in lines.

        Parameters
        ----------
        units : {"si", "cgs"}
            "si": T and kA/m; "cgs": kG and kOe. Anything but "cgs" is SI.
        everything : bool
            With the ways of every kind, risk by scenario, and the charge.

        Returns
        -------
        list of str
            Verdict, table of the ways, and what it rests on; some are empty.
            An offer is not among them.
        """
        return answer_lines(self, units, everything=everything)

    def to_json(self) -> str:
        """Return verdict, ways, limits, evidence and candidates as one JSON object.

        Missing numbers are null.

        The keys are ``verdict``, ``own_probability``, ``reference``, ``basis``,
        ``duty_line``, ``limits`` (a list of objects of ``column``, ``text``,
        ``value``, ``source``), ``evidence`` (``values``, ``lots``,
        ``estimate``), ``ways`` (a list with the fields of `Way`), ``lines``,
        ``answers`` and ``candidates``, a list of rows. An offer is not among
        them.
        """
        import json

        names = (
            "verdict",
            "own_probability",
            "reference",
            "basis",
            "duty_line",
        )
        whole: dict[str, Any] = {name: getattr(self, name) for name in names}
        whole["limits"] = []
        for column, limit in self.limits.items():
            whole["limits"].append(
                {
                    "column": column,
                    "text": str(limit),
                    "value": limit.limit,
                    "source": limit.source,
                }
            )
        evidence = {
            "values": self.evidence,
            "lots": self.spread,
            "estimate": self.estimate,
        }
        whole |= {"evidence": evidence, "ways": list(map(vars, self.ways))}
        whole |= {
            "lines": self.lines(),
            "answers": [record(one) for one in self.answers],
        }
        rows = self.candidates.to_json(orient="records", force_ascii=False)
        text = json.dumps(
            _drop_missing(whole), ensure_ascii=False, allow_nan=False
        )
        return f'{text[:-1]}, "candidates": {rows}}}'

    def __str__(self) -> str:
        """Return the lines as one text."""
        return "\n".join(self.lines())

    def __repr__(self) -> str:
        """Return the first lines; `print` shows all."""
        return shorten_lines(str(self))

    def _repr_html_(self) -> str:
        from html import escape

        return "".join(f"<div>{escape(line)}</div>" for line in self.lines())


@check_arguments
@with_conditions(
    "outside_field_kA_m", "hours", "process", "calibration", "supply", "add"
)
def replace(
    grade: str | None = None,
    temperature: float | str | None = None,
    *,
    load_line: float | None = None,
    recipe: str | None = None,
    basis: Basis = "auto",
    shell: str | None = None,
    measured: Any = None,
    values: Mapping[str, float | str] | None = None,
    require: Sequence[str] = (),
    spread: Mapping[str, float] | None = None,
    mass_kg: float = MASS_KG,
    per_year: int = PER_YEAR,
    family: Family = "own",
    most_cost: float | None = None,
    offer: Any = None,
    diffused: str | None = None,
    kinds: int | None = None,
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
        compensated one that up to which its maker prints alpha. A bare 150 is 150 K, with a
        warning.
    load_line : float, optional
        Permeance coefficient -B / (mu_0 H).
    recipe : str, optional
        What the magnet is made of, where it is known, such as
        ``"Nd29.5Dy1.5B1Fe bal."`` with ``basis="weight"``; an estimate
        otherwise. It needs a grade, or `values`.
    basis : {"auto", "atomic", "weight"}
        Of `recipe`, and of the compositions of `measured` that name none;
        "auto" reads a formula as atomic and needs "wt.%" or "at.%" in a text
        with a balance or one that sums to 100.
    shell : str, optional
        What is diffused into `recipe`, such as ``"Tb 0.5 wt%"``.
    measured : frame or path, optional
        The user's own magnets of this grade, as `magnetkit.calibrate` takes them: they are the
        level in place of the catalogue, and the first is the recipe. Or the CSV of a measured
        curve J(H) or B(H).
    values : mapping of str to float, optional
        Measured ``B_r`` (T) and ``H_cJ`` (kA/m), and where known ``alpha``,
        ``beta`` (%/K) and ``T``, the temperature of the measurement (K or a
        text, 20 degrees C without it).
    require : sequence of str
        More requirements, or other ones, such as
        ``"remanence_T>=0.95*reference"``, by columns of `magnetkit.columns`,
        all at the temperature of use; one text alone is accepted.
    spread : mapping of str to float, optional
        Standard deviation of one lot, %: ``{"B_r": 1.5, "H_cJ": 6.0}``; usual
        ones for what is not named.
    mass_kg : float
        Mass of one magnet, kg.
    per_year : int
        Magnets a year that savings are stated for.
    family : {"own", "any"}
        Whether a magnet of another family may be recommended; it is shown anyway.
    most_cost : float, optional
        Largest cost per flux over today's of what is recommended; 1.1 otherwise.
    offer : str or mapping, optional
        A supplier's offer to judge beside the magnet in use: a recipe, a
        grade, or values of a sheet, ``"B_r=1.31,H_cJ=1600,T=20C,Dy=1.2"`` or a
        mapping of such names; see `judge_offer`. InputError for a duty alone.
    diffused : {"Tb", "Dy"}, optional
        What is known to be diffused into the magnet in use, where its recipe is not.
    kinds : int, optional
        Largest number of kinds of the magnet in use (bulk, diffused) that are answered for, the
        likeliest first; all likely ones otherwise.
    out : path, optional
        Folder for a screening of the candidates and its report, or its URL in a
        store. InputError for a duty alone.
    force : bool
        Replace a finished result in `out`, which is refused otherwise.
    **keywords
        Conditions, as of `magnetkit.predict`. A load line, an outside field or a time of use ask
        by the duty in place of the drawing: the knee field of a candidate has to be 1.1 times the
        field against it. ``process`` names the route of the candidates, or, as ``calibration``
        does, who would make them.

    Returns
    -------
    Replacement
        ``verdict`` is "keep", "replace" or "reach" (the magnet in use does not
        meet what is asked), ``own_probability`` that it meets the limits, 0 to
        1, and 0 where nobody can tell; ``ways`` is a tuple of `Way`, ``recommended`` one of them or None,
        ``candidates`` a frame of all that was judged, ``offer`` an `Offer` or
        None. ``answers``, ``reference``, ``limits`` and more are as
        `Replacement` says.

    Raises
    ------
    InputError
        If the grade is unknown (with the nearest names) or an argument cannot be used.

    Examples
    --------
    >>> answer = replace("N38UH", "180C")
    >>> answer.verdict, round(answer.own_probability, 2)
    ('keep', 1.0)
    """
    on_duty = _is_on_duty(load_line, keywords)
    if grade is None and values is None and measured is None and not on_duty:
        raise InputError(_NOTHING_ASKED)
    _check_makeup(grade, recipe, shell, diffused, measured)
    if grade is not None and diffused is not None:
        recipe, shell = _estimate_diffused(grade, diffused)
        basis = "weight"
    if family not in get_args(Family):
        raise InputError(f"family must be own or any, got {family!r}")
    if most_cost is not None:
        most_cost = parse_finite_number(
            "most_cost", most_cost, 0.0, above=True
        )
    if kinds is not None:
        kinds = parse_whole_number("kinds", kinds)
    kelvin = _use_temperature(grade, temperature)
    conditions = _use_conditions(kelvin, load_line, keywords)
    request = Request(
        conditions,
        on_duty=on_duty,
        lasting=bool(conditions.hours),
        require=as_texts(require),
        mass_kg=parse_finite_number("mass_kg", mass_kg, 0.0, above=True),
        per_year=parse_whole_number("per_year", per_year),
        spread=dict(spread or {}),
        recipe=recipe,
        basis=basis,
        shell=shell,
        family=family,
        most_cost=most_cost,
        route=route_of_candidates(conditions.process),
        kinds=kinds,
    )
    incumbent = _find_incumbent(grade, request, measured, values)
    if incumbent is None:
        for name, value in (("out", out), ("offer", offer)):
            if value is not None:
                raise InputError(
                    f"{name} needs the magnet in use: give a grade, recipe or measured too"
                )
        return _answer_a_duty(request)
    replacement = _replace_incumbent(incumbent, request)
    if out is not None:
        _write_folder(replacement, out, force)
    if offer is not None:
        from .offers import judge_offer

        replacement = with_fields(
            replacement, offer=judge_offer(replacement, offer)
        )
    return replacement


def _check_makeup(
    grade: str | None,
    recipe: str | None,
    shell: str | None,
    diffused: str | None,
    measured: Any,
) -> None:
    """Raise InputError where what is known of the magnet in use contradicts itself.

    `shell` needs `recipe` or `measured`; `diffused`, an element, needs `grade`
    and neither `recipe` nor `measured`. Arguments are those of `replace`, None
    where not given.

    Nothing is read: whether the texts make sense is not checked.
    """
    if shell is not None and recipe is measured is None:
        raise InputError(
            "shell says what is diffused into the recipe: give recipe or measured too"
        )
    if diffused is None:
        return
    if grade is None or recipe is not None or measured is not None:
        raise InputError(
            "diffused is what is known of a grade whose recipe is not: give a grade"
        )


def _estimate_diffused(grade: str, element: str) -> tuple[str, str]:
    """Estimate recipe, wt.%, and shell of a grade into which `element`, Tb or Dy, is diffused; warn of it.

    `grade` is a name of `magnetkit.grades`. The result is recipe and shell,
    such as "Tb 0.4 wt%". InputError for another element, an unknown grade, or
    one of which no likely recipe is diffused.
    """
    recipe, shell = estimate_shell(grade, element)
    warn(
        f"{grade} is taken as {recipe} with {shell} diffused in; the amounts are an estimate "
        "(--recipe and --shell say them)"
    )
    return recipe, shell


def _use_conditions(
    kelvin: float, load_line: float | None, keywords: Mapping[str, Any]
) -> Conditions:
    """Build the conditions of use as `Conditions.of` does, but for ``calibration="none"``.

    `kelvin` is the temperature, K, `load_line` a permeance coefficient or
    None, the usual one. `keywords` are those of `Conditions.of`, such as
    ``outside_field_kA_m``, ``hours``, ``process``, ``calibration`` and
    ``scenario``, and are not changed. ``calibration="none"`` stands for the
    bare model: ``process`` becomes a producer without magnets, whatever it
    was. No ``calibration``, or None, changes nothing. InputError if one cannot
    be used, TypeError for an unknown name.
    """
    options = dict(keywords)
    if options.get("calibration") == NO_CALIBRATION:
        # Measured magnets of nobody: candidates are those of the bare model.
        options["calibration"] = None
        options["process"] = {
            "producer": Producer(NO_CALIBRATION, ()).record()
        }
    return Conditions.of(temperature=kelvin, load_line=load_line, **options)


def _is_on_duty(load_line: float | None, keywords: Mapping[str, Any]) -> bool:
    """Say whether a replacement is asked for by a duty rather than by the drawing's values.

    It is if `load_line` is not None, or `keywords` has ``outside_field_kA_m``
    or ``hours`` that is not None; 0 counts too.
    """
    duty = (
        load_line,
        keywords.get("outside_field_kA_m"),
        keywords.get("hours"),
    )
    return any(one is not None for one in duty)


def _find_incumbent(
    grade: str | None,
    request: Request,
    measured: Any,
    values: Mapping[str, float | str] | None,
) -> Incumbent | None:
    """Build the magnet in use from a grade, measured magnets, measured values or a curve.

    Parameters
    ----------
    grade : str or None
        Name of a grade as of `magnetkit.grades`; with values or magnets, what
        they were sold as.
    request : Request
        Temperature (``conditions``), duty, spread of lots, and the user's
        ``recipe``, ``basis`` and ``shell`` if there are any.
    measured : frame, path or None
        A table of magnets of the grade, as `magnetkit.calibrate` takes it, or
        the file of a curve J(H) or B(H), which alone needs no grade.
    values : mapping or None
        Measured ``B_r`` (T) and ``H_cJ`` (kA/m), and where known ``alpha``,
        ``beta`` (%/K) and ``T`` (K or a text such as "20C").

    Returns
    -------
    Incumbent or None
        With its composition as ``makeup``, estimated if it is not known. None
        if nothing is given.

    Raises
    ------
    InputError
        If the grade is unknown, both `values` and `measured` are given,
        measured magnets come without a grade, or a recipe without grade, curve
        and values.
    """
    if values is not None and measured is not None:
        raise InputError(
            "measured and values both say what was measured: give one"
        )
    if values is None and grade is None and is_curve(measured):
        values = measured
        measured = None
    if values is not None:
        return with_makeup(
            incumbent_of_values(values, request, grade), request
        )
    if grade is None:
        if measured is not None or request.recipe is not None:
            raise InputError(
                "give the grade too; measured and recipe say what is known of it"
            )
        return None
    if measured is not None:
        return incumbent_of_magnets(measured, grade, request)
    return with_makeup(incumbent_of_grade(grade, request), request)


def _use_temperature(
    grade: str | None, temperature: float | str | None
) -> float:
    """Choose the temperature of use, K.

    `temperature` is K or a text such as "150C". Without it, it is the highest
    of the grade, a name of `magnetkit.grades`, or the upper end of its alpha if
    that is compensated. InputError without both, or outside 4 to 1000 K.
    """
    from ..magnetism._composition_estimate import COMPENSATED, alpha_range
    from ..magnetism.grades import grades

    if temperature is not None:
        kelvin = parse_temperature(temperature)
    elif grade is None:
        raise InputError("give the temperature of use, e.g. 150C")
    else:
        sheet = grades(grade).iloc[0]
        kelvin = float(sheet["max_working_temperature_K"])
        if abs(float(sheet[ALPHA])) <= COMPENSATED:
            kelvin = alpha_range(str(sheet["grade"]))[1]
    if not 4.0 <= kelvin <= 1000.0:
        raise InputError(
            f"a magnet is used between 4 and 1000 K (700 °C), got {kelvin:g} K"
        )
    return kelvin


def _replace_incumbent(incumbent: Incumbent, request: Request) -> Replacement:
    """Find what replaces a magnet in use: its reference values, limits and answers.

    The composition of `incumbent` (``makeup``, None where it is not known) is
    taken as it is there; `request` has temperature and duty. The `Replacement`
    has ``reference`` as of `_describe_incumbent`, ``limits``, ``answers``,
    ``basis``, ``evidence``, ``request``, ``incumbent``, ``duty_line``,
    ``spread`` and ``estimate``; its ``offer`` is None.
    """
    reference = _describe_incumbent(incumbent, request)
    limits = find_limits(reference, request)
    answers = find_answers(incumbent, request, limits)
    line = ""
    own_recipe = answers[0].recipe
    if own_recipe is not None:
        line = duty_line(incumbent, own_recipe, request)
    return Replacement(
        reference,
        answers,
        limits,
        _describe_basis(request, incumbent),
        incumbent.source,
        request,
        incumbent,
        duty_line=line,
        spread=str(incumbent.spread),
        estimate=incumbent.makeup is None or incumbent.makeup.estimate,
    )


def _describe_incumbent(
    incumbent: Incumbent, request: Request
) -> dict[str, Any]:
    """Describe the magnet in use by plain values: grade, guaranteed figures, duty and composition.

    Parameters
    ----------
    incumbent : Incumbent
        The magnet in use.
    request : Request
        Temperature and duty.

    Returns
    -------
    dict
        ``grade``, ``host`` (such as "2:14:1"), ``kind``, ``makers``,
        ``provenance`` and ``temperature_K``; guaranteed ``remanence_T``,
        ``coercivity_kA_m`` and ``knee_field_kA_m`` there, ``field_kA_m`` and
        ``demagnetization_safety`` of the duty; ``remanence_coefficient_pct_K``,
        ``coercivity_coefficient_pct_K``, ``max_energy_product_kJ_m3`` (at 20
        degrees C), ``max_working_temperature_K`` and ``density_kg_m3`` of the
        sheet, NaN where not known; ``load_line`` and ``outside_field_kA_m``,
        None by the drawing; ``heavy_rare_earth_wt_pct`` with ``_lo`` and
        ``_hi``, 0 where the composition is not known; ``made_of``, a list of
        dicts of ``composition`` (wt.%), ``shell``, ``weight``, ``kind`` and
        ``heavy_rare_earth_wt_pct``, the likeliest first, empty where it is not
        known; and ``made_of_is_estimate``.
    """
    makeup = incumbent.makeup
    use = request.conditions
    plain: dict[str, Any] = {
        "grade": incumbent.name,
        "host": incumbent.host,
        "kind": incumbent.kind,
        "makers": incumbent.makers,
        "temperature_K": request.temperature,
        **incumbent.least,
        KNEE: incumbent.knee_kA_m,
        "field_kA_m": incumbent.field_kA_m(request),
        MARGIN_OF_DUTY: incumbent.margin(request),
    }
    for name in (ALPHA, BETA, PRODUCT, LIMIT, "density_kg_m3"):
        plain[name] = float(incumbent.sheet[name])
    for name in ("load_line", "outside_field_kA_m"):
        plain[name] = getattr(use, name) if request.on_duty else None
    plain["provenance"] = incumbent.source
    heavy = (0.0, 0.0, 0.0)
    if makeup is not None:
        heavy = makeup.heavy_wt_pct
    for end, amount in zip(("", "_lo", "_hi"), heavy, strict=True):
        plain[f"{HEAVY}{end}"] = amount
    plain["made_of"] = []
    for recipe in makeup.recipes if makeup else ():
        one = {
            "composition": recipe.text,
            "shell": recipe.shell,
            "weight": round(recipe.weight, 4),
            "kind": recipe.kind,
            HEAVY: recipe.heavy_wt_pct,
        }
        plain["made_of"].append(one)
    plain["made_of_is_estimate"] = makeup is None or makeup.estimate
    return plain


def _describe_basis(request: Request, incumbent: Incumbent | None) -> str:
    """Say in words which limits of `request` a replacement has to meet: the drawing's or the duty's.

    `incumbent`, the magnet in use, may be None with a duty.

    The text is "the drawing: ..." with the ``source`` of `incumbent`, or "the
    duty: ..." if ``request.on_duty``.
    """
    if not request.on_duty:
        assert incumbent is not None
        return f"the drawing: {incumbent.source}"
    return f"the duty: H_k {SAFETY:g} times the field against the magnet, {duty_text(request)}"


def _answer_a_duty(request: Request) -> Replacement:
    """Find what is sold for the duty of `request` without a magnet in use, as a `Replacement`.

    InputError if a limit is on another column than B_r, H_cJ, the knee or the
    margin.

    Its ``reference`` has ``grade`` (None), ``host`` (empty), ``made_of``
    (empty) and ``temperature_K`` alone, its ``incumbent`` is None.
    """
    limits = find_limits({}, request)
    if other := limits.keys() - {REMANENCE, COERCIVITY, KNEE, MARGIN_OF_DUTY}:
        raise InputError(
            f"a duty alone is asked for B_r, H_cJ, the knee and the margin, got {min(other)}"
        )
    reference: dict[str, Any] = {"grade": None, "host": "", "made_of": []}
    reference["temperature_K"] = request.temperature
    answers = answer_duty(request, limits)
    basis = _describe_basis(request, None)
    return Replacement(
        reference, answers, limits, basis, "what makers print", request
    )


def _judge(
    replacement: Replacement, what: str, shell: str | None, basis: Basis
) -> Way:
    """Judge one recipe or grade as a way, against the limits of a replacement.

    A recipe of another family than that in use is not compared: its
    ``probability_meets_requirements`` is 0, its ``remanence_T`` and
    ``coercivity_kA_m`` are NaN.

    Parameters
    ----------
    replacement : Replacement
        With a magnet in use whose recipe is known, InputError otherwise.
    what : str
        Recipe, or name of a grade. InputError for a text that looks like a
        grade that no table has ("N48UH"), and for a grade that no sheet sells
        for the temperature of use ("N35" at 150 degrees C). Any other text is
        read as a recipe, CompositionError if that fails.
    shell : str or None
        Shell of the recipe, such as "Tb 0.5 wt%"; it does not count for a
        grade.
    basis : {"auto", "atomic", "weight"}
        Of the recipe; "auto" reads a formula as atomic and needs "wt.%" or
        "at.%" in a text with a balance or one that sums to 100.

    Returns
    -------
    Way
        Compared with the magnet in use; its ``number`` is 0. Its ``kind`` is
        "other-family" of a grade of another family, and of a recipe of another
        known host, as SmCo5 for Nd-Fe-B. Otherwise it is "lower-class" of any
        grade, and of a recipe "diffused" with `shell` or "bulk" without, also
        where its host is unknown, as of SrFe12O19.
    """
    import pandas as pd

    from ..alloy._grade_names import is_grade
    from ..choose._candidates import enter_comparison, is_of_family

    incumbent = replacement.incumbent
    answer = replacement.answers[0]
    request = replacement.request
    if incumbent is None or answer.recipe is None or answer.today is None:
        raise InputError(
            "only beside a magnet in use with a recipe can another be judged"
        )
    own = answer.recipe
    melts = [(own.text, own.shell, "own", own.route)]
    grade = is_grade(what)
    if not grade:
        recipe = given_recipe(read_recipe(what, basis), shell).best
        melts.append((recipe.text, recipe.shell, "bulk", request.route))
    judged = judge_melts(
        incumbent,
        own,
        request,
        replacement.limits,
        pd.DataFrame(melts, columns=["composition", "shell", "way", "route"]),
    ).table
    kind = "diffused" if shell else "bulk"
    frame = judged.iloc[1:].copy()
    if grade:
        frame = _judge_grade(replacement, what)
        kind = "lower-class"
        if _is_magnet_in_use(frame.iloc[0], replacement.reference):
            # Limits that rest on its own sheet are not uncertain beside it.
            frame[CHANCE] = replacement.own_probability
    is_other = ~is_of_family(frame["host"], incumbent.host)
    if is_other[0] and (grade or frame["host"].iloc[0] in HOSTS):
        kind = "other-family"
    enter_comparison(frame, answer.today, judged.iloc[0])
    return make_way(kind, frame.iloc[0], answer.today)


def _is_magnet_in_use(sold: "pd.Series", reference: Mapping[str, Any]) -> bool:
    """Say whether a grade that is sold is that in use, known by the same values.

    Name, B_r and H_cJ at the temperature of use of `sold`, a row of
    `judge_grades`, and of `reference`, the magnet in use, are compared. A grade
    in use of which own values were measured or stated is another magnet.
    """
    return sold["grade"] == reference["grade"] and all(
        math.isclose(sold[GUARANTEED[name]], reference[name], rel_tol=1e-9)
        for name in (REMANENCE, COERCIVITY)
    )


def _judge_grade(replacement: Replacement, grade: str) -> "pd.DataFrame":
    """Judge `grade` as sold, against the limits of `replacement`: one row with result columns.

    InputError if it is unknown, no sheet sells it for the temperature of use,
    or what it is made of is not known.

    The row is a frame with the columns of `as_candidates`: those of
    `judge_grades`, ``candidate`` (recipe, wt.%), ``shell`` and ``way``,
    "lower-class" whatever the grade. The grade in use can be judged too.
    """
    request = replacement.request
    name = incumbent_of_grade(grade, request).name
    sold = judge_grades(None, request, replacement.limits)
    rows = sold[sold["grade"] == name].head(1)
    if not len(rows):
        raise InputError(
            f"{name} is not sold for {request.temperature - 273.15:.0f} °C by any sheet"
        )
    frame = as_candidates(
        rows, "lower-class", None, request, replacement.limits
    )
    if not len(frame):
        raise InputError(
            f"{name} cannot be judged: what it is made of is not known"
        )
    return frame


_SHOWN_IN_FOLDER = (
    CHANCE,
    *GUARANTEED.values(),
    REMANENCE,
    COERCIVITY,
    KNEE,
    MARGIN_OF_DUTY,
    HEAVY,
    SAVED,
    "failed_requirements",
    "nearest_grade",
    "status",
    "rank",
)


def _write_folder(
    replacement: Replacement, out: str | Path, force: bool
) -> None:
    """Screen the candidates of a replacement into the folder `out`; its report begins with the answer.

    The results folder (or its URL in a store) and in it ``report.html`` are
    written. The candidates are ``replacement.candidates``, those of the first
    answer. What was judged beside the magnet in use stands: the screening
    takes over those figures and ranks. With `force` a result there is
    replaced, without it a finished one is an InputError. Only candidates with
    the status "ok" are screened. InputError if there is no candidate to
    screen.
    """
    from ..magnetism._composition_estimate import calibrate_on_grade, grade_row
    from ._work import GIVEN
    from .screen import screen

    incumbent = replacement.incumbent
    request = replacement.request
    assert incumbent is not None
    if incumbent.makeup is None or not len(replacement.candidates):
        raise InputError(
            f"there is no melt in place of {incumbent.name} to screen; leave out out"
        )
    producer = incumbent.producer
    if producer is None:
        grade_sheet = grade_row(
            str(incumbent.sheet["grade"]), request.temperature
        )
        producer = calibrate_on_grade(
            grade_sheet, incumbent.makeup, request.conditions.curie
        )
    # What was judged beside the magnet in use stands: a screening judges each for itself.
    frame = replacement.candidates
    frame = frame[frame["status"] == "ok"]
    table = frame[["candidate", "shell"]].rename(
        columns={"candidate": "composition"}
    )
    for name in _SHOWN_IN_FOLDER:
        table[f"{GIVEN}{name}"] = frame[name]
    is_sold = frame["grade"].fillna("") != ""
    table[f"{GIVEN}route"] = (
        frame["route"].fillna("").where(~is_sold, AS_SOLD + frame["grade"])
    )
    table[f"{GIVEN}candidate"] = frame["candidate"].where(
        ~is_sold, frame["grade"]
    )
    use = request.conditions
    result = screen(
        table,
        build_profile(incumbent, list(replacement.limits.values()), request),
        request.temperature,
        basis="weight",
        process={"producer": producer.record()},
        hours=use.hours,
        scenario=use.scenario,
        recycled=use.recycled,
        prices=use.prices,
        add=use.add,
        out=out,
        force=force,
    )
    result.manifest[DECISIONS] = _decisions(replacement, result)
    result.manifest[REPLACEMENT] = _report_record(replacement)
    result.set_answer(replacement.lines(), out)
    result.report(f"{out}/{REPORT}")


def _report_record(replacement: Replacement) -> dict[str, Any]:
    """Collect what the head of a report shows as JSON values: verdict, pair, ways and margins.

    `replacement` must have a magnet in use that was judged (AssertionError
    otherwise).

    Returns
    -------
    dict
        ``headline``, ``duty``, ``today`` (name of the magnet in use) and
        ``new`` (that of the recommended way, empty if there is none) are
        texts; ``heads`` is `HEADS` as a list and
        ``rows`` a list of lists of texts, those of `table_cells` in SI units;
        ``notes`` is a list of lines. Lists of dicts: ``orders`` of the ways
        with P of 0.8 or more (``name``, ``text``); ``pair`` (``name``,
        ``today``, ``new``, texts), empty if no way is recommended; ``margins``
        of today's magnet and each way (``name``, ``margin``, the knee field
        over the field of the duty, a number or None).
    """
    first = replacement.answers[0]
    reference = replacement.reference
    assert first.own is not None
    best = first.recommended
    duty = duty_text(replacement.request)
    cells = table_cells(replacement, first, "si")
    orders = []
    margins = [
        {
            "name": f"today: {reference['grade']}",
            "margin": reference[MARGIN_OF_DUTY],
        }
    ]
    for way in first.ways:
        name = short_name(way)
        margins.append({"name": name, "margin": way.demagnetization_safety})
        if way.likely:
            orders.append(
                {"name": f"{way.number}. {name}", "text": way.order_line}
            )
    pair = []
    if best is not None:
        today = [*cells[0][2:3], *cells[0][4:]]
        new = [*cells[best.number][2:3], *cells[best.number][4:]]
        pair = [
            {"name": name, "today": was, "new": then}
            for name, was, then in zip(PAIR_NAMES, today, new, strict=True)
        ]
    return _drop_missing(
        {
            "headline": first.sentence + ".",
            "orders": orders,
            "today": reference["grade"],
            "new": "" if best is None else short_name(best),
            "pair": pair,
            "heads": list(HEADS),
            "rows": list(map(list, cells)),
            "notes": lines_below(replacement, first, "si"),
            "margins": margins,
            "duty": duty,
        }
    )


_STATUS_OF_KIND = {
    "lower-class": "buy",
    "higher-class": "buy",
    "other-family": "buy",
}


def _decisions(
    replacement: Replacement, result: "ScreenResult"
) -> list[dict[str, Any]]:
    """Build the records of a folder's decisions: today's magnet, then the ways, as `decide` has them.

    `replacement` has the ways; `result` is the screening of its candidates,
    whose ranks from 1 are the numbers of the ways (KeyError otherwise), with
    today's magnet first in ``manifest["decisions"]``.

    Returns
    -------
    list of dict
        Of today's magnet it is a copy of its record with the guaranteed values
        and the probability of ``replacement.answers[0].own``, which must be
        known. The other keys are those of today's record, columns of results;
        what does not apply is None. Of a way ``decision_status`` is "buy" for
        a sold grade, "ready", or "trial" for a trial and for P below 0.8;
        ``copies`` is 1, ``share_best`` 1 for the recommended way and 0
        otherwise, ``next_test`` a text.
    """
    today = result.manifest[DECISIONS][0]
    rows = result.select().to_pylist()
    by_rank = {row["rank"]: row for row in rows}
    own_way = replacement.answers[0].own
    assert own_way is not None
    of_own = {
        name: getattr(own_way, name)
        for name in (*GUARANTEED, *GUARANTEED.values(), CHANCE)
    }
    records = [today | of_own]
    for way in replacement.ways:
        status = _STATUS_OF_KIND.get(way.kind, "ready")
        if way.kind in TRIALS or not way.likely:
            status = "trial"
        decision_values = {
            "decision_status": status,
            "copies": 1,
            "share_best": float(way.recommended),
            "next_test": f"what nobody knows of it: {way.unknown}",
        }
        record_of_way = dict.fromkeys(today)
        for name, value in by_rank[way.number].items():
            if name in today:
                record_of_way[name] = value
        records.append(record_of_way | decision_values)
    return records


def _drop_missing(value: Any) -> Any:
    """Return a value of JSON, lists and dictionaries included, with None for NaN and infinity.

    Tuples become lists. `value` is not changed.

    A number of numpy that is no Python float is returned as it is.
    """
    if isinstance(value, dict):
        return {k: _drop_missing(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_drop_missing(v) for v in value]
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value
