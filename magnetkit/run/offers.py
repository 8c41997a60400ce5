"""A supplier's offer, judged beside the magnet in use: take, ask or refuse, and what to ask for.

An offer is a recipe, a grade, or values of a data sheet. Recipe and grade are judged as ways are
(`Replacement.judge`); values of a sheet against the same limits.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from dataclasses import replace as with_fields
from typing import Any

from .._core._books import choice
from .._core.errors import CompositionError, InputError
from .._core.plausible import limits
from .._core.units import ROOM_K, ZERO_CELSIUS, parse_temperature
from ..alloy._grade_names import is_grade
from ..alloy.notation import Basis
from ..choose._candidates import NOT_KNOWN, is_unknown, judge_sheet
from ..choose.thresholds import MEETS, SAVING_WT_PCT, UNLIKELY
from ..magnetism._measured import ALPHA
from ..magnetism.grades import grades
from ..magnetism.spread import constants

_REMANENCE = "remanence_T"
_COERCIVITY = "coercivity_kA_m"
_KNEE = "knee_field_kA_m"
_MARGIN = "demagnetization_safety"
_HEAVY = "heavy_rare_earth_wt_pct"
_SHEET = {
    "B_r": _REMANENCE,
    "H_cJ": _COERCIVITY,
    "H_k": _KNEE,
    "alpha": "alpha",
    "beta": "beta",
}
_SHEET |= {"T": "T", "Dy": "Dy", "Tb": "Tb"}
_PAIR = re.compile(r"\s*([A-Za-z_]+)\s*=\s*([^,;]+?)\s*(?:[,;]|$)")
_PLUS = re.compile(r"\s\+\s(?=[A-Z][a-z]?\s*\d)")
_OFFERS = choice("offers")
# Standard deviation of ln of a sheet's values carried to another temperature by its chords.
_CARRIED = {
    _REMANENCE: _OFFERS.carried_remanence,
    _COERCIVITY: _OFFERS.carried_coercivity,
}
_MAY_DO = "it may do what is asked: values at temperature decide"
# What arithmetic may take from a value that is equal to its limit, as a share.
_LIMIT_ROUNDING = 1e-9
# From so far away, K, a value is carried.
_NEAR_K = 5.0


@dataclass(frozen=True)
class Offer:
    """What is to be said of an offer.

    Attributes
    ----------
    text, kind : str
        The offer, and whether it is a ``recipe``, a ``grade`` or a ``sheet``.
    verdict : {"take", "ask", "refuse"}
        Take it, ask the supplier first, or refuse it.
    probability_meets_requirements : float
        Probability that what is delivered meets the limits; NaN where it cannot be judged.
    demagnetization_safety : float
        Knee field over the field against the magnet, NaN where there is no duty.
    remanence_guaranteed_T, coercivity_guaranteed_kA_m : float
        At the temperature of use.
    heavy_rare_earth_wt_pct, heavy_rare_earth_today_wt_pct : float
        Of the offer (NaN where it does not say) and of the magnet in use.
    reasons, questions : tuple of str
        Why, and what to ask the supplier for.
    way : Way or None
        The offer as a way, of a recipe or a grade.
    """

    text: str
    kind: str
    verdict: str = ""
    probability_meets_requirements: float = math.nan
    demagnetization_safety: float = math.nan
    remanence_guaranteed_T: float = math.nan
    coercivity_guaranteed_kA_m: float = math.nan
    heavy_rare_earth_wt_pct: float = math.nan
    heavy_rare_earth_today_wt_pct: float = math.nan
    reasons: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    way: Any = field(default=None, repr=False)

    def lines(self) -> list[str]:
        """Write the judgement in four lines: verdict with figures, today's magnet, reasons and questions.

        The second is left out without a magnet in use. A text of the offer of
        more than 120 characters is cut, figures of the offer that are NaN are
        left out. B_r is in T, H_cJ in kA/m.
        """
        chance = self.probability_meets_requirements
        chance_text = f"P {chance:.2f}"
        if chance != chance:
            chance_text = "cannot be judged"
        values = []
        for value, form in (
            (self.remanence_guaranteed_T, "B_r {:.3f} T"),
            (self.coercivity_guaranteed_kA_m, "H_cJ {:.0f} kA/m"),
            (self.demagnetization_safety, "H_k / H {:.2f}"),
            (self.heavy_rare_earth_wt_pct, "heavy rare earth {:.1f} wt.%"),
        ):
            if value == value:
                values.append(form.format(value))
        verdict = self.verdict.capitalize()
        short_text = self.text
        if len(short_text) > 120:
            short_text = f"{short_text[:117]}..."
        texts = [
            f"{verdict} the offer {short_text}: {chance_text}; {', '.join(values) or 'no values'}."
        ]
        today = self.heavy_rare_earth_today_wt_pct
        if today == today:
            texts.append(f"Today's magnet holds {today:.1f} wt.%.")
        texts += [
            f"Why: {'; '.join(self.reasons)}.",
            f"Ask for: {'; '.join(self.questions)}.",
        ]
        return texts


def judge_offer(replacement: Any, offer: Any) -> Offer:
    """Judge an offer beside the magnet in use of a replacement.

    Such as ``judge_offer(magnetkit.replace("N42SH", "150C"), "N40UH")``.

    Parameters
    ----------
    replacement : Replacement
        The answer for the magnet in use: its ``reference``, ``limits`` and
        ``request`` count.
    offer : str or mapping
        A recipe (``"Nd23.6Pr5.9Dy1.2B0.96Fe bal."``, ``"... + Tb 0.4 wt%"``
        with its shell), a grade, or values of a sheet:
        ``"B_r=1.31,H_cJ=1600,T=20C,Dy=1.2"`` or a mapping of these names to
        numbers. The names are ``B_r`` (T) and ``H_cJ`` (kA/m), which are
        needed, ``H_k`` (kA/m), ``alpha``, ``beta`` (%/K, negative where the
        value falls), ``T`` (a text such as "20C", in a mapping K too; 20
        degrees C without it), ``Dy`` and ``Tb`` (wt.%). Numbers but for ``T``
        have no unit. The recipe is read by the request's basis; if that is
        "auto" and cannot read it, in wt.%.

    Returns
    -------
    Offer
        ``verdict`` is "take", "ask" or "refuse";
        ``probability_meets_requirements``, ``demagnetization_safety``,
        ``remanence_guaranteed_T``, ``coercivity_guaranteed_kA_m`` and
        ``heavy_rare_earth_wt_pct`` are its figures at the temperature of use,
        ``reasons`` and ``questions`` tuples of texts. Without a magnet in use
        a recipe or grade cannot be judged: "ask", with NaN for its figures;
        values are then refused.

    Raises
    ------
    InputError
        If it is no text or mapping, or empty; for a text that looks like a
        grade that no table has; for values without B_r or H_cJ, of other
        names, or that no magnet has; for values without a magnet in use.
    CompositionError
        An InputError: if a text without "=" that is no grade cannot be read as
        a recipe. Without a magnet in use a recipe is not read.
    """
    if isinstance(offer, Mapping):
        return _judge_sheet(replacement, dict(offer), str(dict(offer)))
    if not isinstance(offer, str):
        raise InputError(
            f"an offer is a text or a mapping of values, got a {type(offer).__name__}"
        )
    text = offer.strip()
    if "=" in text:
        return _judge_sheet(replacement, _read_pairs(text), text)
    if not text:
        raise InputError(
            "the offer is empty; give a recipe, a grade, or values as B_r=1.3,H_cJ=1600"
        )
    if is_grade(text):
        why = _rated_below(replacement, text)
        if why:
            return _make_unjudged_offer(
                replacement, text, "grade", "refuse", why
            )
        return _judge_offer(replacement, text, "grade", None, "auto")
    recipe, *shells = _PLUS.split(text)
    shell = shells[0] if shells else None
    basis = replacement.request.basis
    if basis == "auto":
        basis = _offer_basis(recipe)
    return _judge_offer(replacement, text, "recipe", (recipe, shell), basis)


def _read_pairs(text: str) -> dict[str, str]:
    """Read `text`, such as ``B_r=1.31,H_cJ=1600``, into a dict of texts of numbers by name.

    Pairs are separated by commas or semicolons, of which one may end the text;
    names are letters and underscores, and neither names nor numbers are
    checked: "T=20C" gives "20C". Blanks around them are dropped. An empty text
    gives an empty dict. InputError for anything else, such as what a decimal
    comma leaves, or a name given twice.

    >>> _read_pairs("B_r=1.31, T=20C")
    {'B_r': '1.31', 'T': '20C'}
    """
    pairs: dict[str, str] = {}
    place = 0
    while place < len(text):
        match = _PAIR.match(text, place)
        if match is None:
            raise InputError(
                f"{text[place:]!r:.40} is no NAME=NUMBER; write values with a decimal point, "
                "B_r=1.31,H_cJ=1600,T=20C"
            )
        if match[1] in pairs:
            raise InputError(f"{match[1]} is given twice in {text!r:.60}")
        pairs[match[1]] = match[2]
        place = match.end()
    return pairs


def _offer_basis(recipe: str) -> Basis:
    """Choose the basis to read a supplier's recipe in: "auto", or "weight" if that alone can be read.

    A recipe that cannot be read at all gives "auto", so that reading it raises
    the error.

    "atomic" is never returned.
    """
    from ..alloy.notation import parse_composition

    for basis in ("auto", "weight"):
        try:
            parse_composition(recipe, basis)
        except CompositionError:
            continue
        return basis
    return "auto"


def _rated_below(replacement: Any, grade: str) -> str:
    """Say why a grade is not for the temperature of use; empty where it is, or has no rating.

    `replacement` is the `Replacement` beside which it is judged, `grade` a name
    of `magnetkit.grades` (InputError otherwise).

    The text is such as "it is rated to 80 °C, used at 150 °C".
    """
    rating = float(grades(grade).iloc[0]["max_working_temperature_K"])
    use = float(replacement.reference["temperature_K"])
    if rating >= use - 1e-6 or rating != rating:
        return ""
    return f"it is rated to {rating - ZERO_CELSIUS:.0f} °C, used at {use - ZERO_CELSIUS:.0f} °C"


def _judge_offer(
    replacement: Any,
    text: str,
    kind: str,
    recipe: tuple[str, str | None] | None,
    basis: Any,
) -> Offer:
    """Judge an offer of a recipe or a grade as ways of a replacement are judged.

    Parameters
    ----------
    replacement : Replacement
        What is asked and today's magnet, by whose ``judge`` it is judged.
    text : str
        The offer as the user wrote it.
    kind : str
        "grade" or "recipe"; entered as it is.
    recipe : tuple of str and str or None, optional
        Recipe and shell, such as ("Nd30B1Fe bal.", "Tb 0.4 wt%") with the basis
        "weight", the shell None without one; None for a grade, which `text`
        names.
    basis : str
        Basis of the recipe: "auto", "atomic" or "weight".

    Returns
    -------
    Offer
        With ``verdict`` ("take", "ask" or "refuse"), its figures, ``way``, and
        ``reasons`` and ``questions``, tuples of texts. One that cannot be
        judged gets the verdict "ask", figures NaN, and why as its one reason.

    Raises
    ------
    CompositionError
        If the recipe cannot be read.
    """
    what, shell = recipe or (text, None)
    try:
        way = replacement.judge(what, shell, basis)
    except CompositionError:
        raise
    except InputError as error:
        return _make_unjudged_offer(replacement, text, kind, "ask", str(error))
    chance, reasons = _read_verdict(way)
    if kind == "recipe" and way.kind == "other-family":
        chance = math.nan
        reasons = [
            "a recipe of another family is not compared: offer its grade, or its sheet"
        ]
    if basis == "weight" and replacement.request.basis == "auto":
        reasons.append("amounts read as wt.%")
    judged = Offer(
        text=text,
        kind=kind,
        probability_meets_requirements=chance,
        demagnetization_safety=float(way.demagnetization_safety),
        remanence_guaranteed_T=float(way.remanence_guaranteed_T),
        coercivity_guaranteed_kA_m=float(way.coercivity_guaranteed_kA_m),
        heavy_rare_earth_wt_pct=float(way.heavy_rare_earth_wt_pct),
        heavy_rare_earth_today_wt_pct=_today(replacement),
        reasons=tuple(reasons),
        way=way,
    )
    return _decide(replacement, judged)


def _make_unjudged_offer(
    replacement: Any, text: str, kind: str, verdict: str, why: str
) -> Offer:
    """Build an offer without a probability, for the reason `why`.

    `replacement` is the `Replacement` beside which it stands; today's heavy
    rare earth is read from its ``reference``, NaN if it is not there. `text` is
    the offer as written, `kind` "recipe", "grade" or "sheet", `verdict` "take",
    "ask" or "refuse". Figures of the offer itself, its
    ``probability_meets_requirements`` among them, are NaN and ``way`` is None;
    `why` is the one of its ``reasons``; ``questions`` are those for a sheet.
    """
    return Offer(
        text=text,
        kind=kind,
        verdict=verdict,
        heavy_rare_earth_today_wt_pct=_today(replacement),
        reasons=(why,),
        questions=_questions(
            replacement, "sheet", way=None, carried=True, heavy=math.nan
        ),
    )


def _today(replacement: Any) -> float:
    return float(replacement.reference.get(_HEAVY, math.nan))


def _judge_sheet(replacement: Any, values: dict[str, Any], text: str) -> Offer:
    """Judge the guaranteed values of a data sheet, converted to the temperature of use if need be.

    Parameters
    ----------
    replacement : Replacement
        What is asked and today's magnet.
    values : dict
        Numbers or texts by the names ``B_r`` (T), ``H_cJ``, ``H_k`` (kA/m),
        ``alpha``, ``beta`` (%/K), ``T``, ``Dy`` and ``Tb`` (wt.%). B_r and H_cJ
        are needed. Without H_k, and for values at more than 5 K from the
        temperature of use, today's squareness is taken; without alpha or beta
        today's is; T is K or a text such as "20C", 20 degrees C without it;
        without Dy and Tb the content is not known, with one of them the other
        is 0.
    text : str
        The offer as written.

    Returns
    -------
    Offer
        With ``verdict`` ("take", "ask" or "refuse"), ``reasons`` and
        ``questions`` (tuples of texts); ``remanence_guaranteed_T`` and
        ``coercivity_guaranteed_kA_m`` are at the temperature of use, ``way`` is
        None, ``heavy_rare_earth_wt_pct`` the sum of Dy and Tb or NaN.

    Raises
    ------
    InputError
        For unknown names or implausible values, and where the replacement is of
        a duty alone, without a magnet in use.
    """
    numbers, measured_at = _read_sheet(values, text)
    reference = replacement.reference
    if ALPHA not in reference:
        raise InputError(
            f"offer {text!r}: a sheet is judged by alpha, beta and recoil permeability of the magnet "
            "in use, and there is none: offer a grade, or name the magnet in use"
        )
    carried = abs(measured_at - reference["temperature_K"]) > _NEAR_K
    b_r, h_cj = _carry(replacement, numbers, measured_at)
    knee = math.nan if carried else numbers.get(_KNEE, math.nan)
    if knee != knee:
        square = reference.get(_KNEE, math.nan) / reference[_COERCIVITY]
        knee = h_cj * square
    heavy = math.nan
    if "Dy" in numbers or "Tb" in numbers:
        heavy = numbers.get("Dy", 0.0) + numbers.get("Tb", 0.0)
    row = _judge_values(
        replacement,
        {
            _REMANENCE: b_r,
            _COERCIVITY: h_cj,
            _KNEE: knee,
            _HEAVY: heavy,
            ALPHA: numbers.get("alpha", math.nan),
        },
        carried=carried,
    )
    chance, reasons = _read_verdict(row)
    margin = math.nan
    if replacement.request.on_duty:
        margin = float(row[_MARGIN])
    if carried:
        reasons.append(
            f"its values at {measured_at - ZERO_CELSIUS:.0f} °C are converted to "
            f"{reference['temperature_K'] - ZERO_CELSIUS:.0f} °C by {_name_coefficients(numbers)}"
        )
    judged = Offer(
        text=text,
        kind="sheet",
        probability_meets_requirements=chance,
        demagnetization_safety=margin,
        remanence_guaranteed_T=b_r,
        coercivity_guaranteed_kA_m=h_cj,
        heavy_rare_earth_wt_pct=heavy,
        heavy_rare_earth_today_wt_pct=_today(replacement),
        reasons=tuple(reasons),
    )
    offer = _decide(replacement, judged, carried=carried)
    if chance == chance:
        return offer
    lacking = row["failed_requirements"].replace(NOT_KNOWN, "")
    return with_fields(offer, questions=(lacking, *offer.questions))


def _name_coefficients(numbers: Mapping[str, float]) -> str:
    """Say whose alpha and beta convert the values of a sheet, as `_carry` does; `numbers` are its values.

    Such as "its own alpha and the beta of today's magnet".
    """
    own = [name for name in ("alpha", "beta") if name in numbers]
    if not own:
        return "alpha and beta of today's magnet, since it names none"
    if len(own) == 2:
        return "its own alpha and beta"
    missing = "beta" if own == ["alpha"] else "alpha"
    return f"its own {own[0]} and the {missing} of today's magnet"


def _read_verdict(row: Any) -> tuple[float, list[str]]:
    """Return probability and reasons of what was judged, a `Way` or a row of `judge_sheet`.

    The probability is NaN where nothing is missed but a limited value is not
    known. The list has one text, "misses ..." or "nobody can tell: ...", which
    names all that is missed or not known; it is empty where nothing is.
    """
    misses = row.failed_requirements
    if is_unknown(misses):
        return math.nan, [f"nobody can tell: {misses}"]
    reasons = [f"misses {misses}"] if misses else []
    return float(row.probability_meets_requirements), reasons


def _read_sheet(
    values: dict[str, Any], text: str
) -> tuple[dict[str, float], float]:
    """Convert the values of a sheet to numbers by column of results, and read its temperature, K.

    `values` maps ``B_r`` (T), ``H_cJ``, ``H_k`` (kA/m), ``alpha``, ``beta``
    (%/K), ``T`` (K or a text such as "20C"), ``Dy`` and ``Tb`` (wt.%) to
    numbers or texts of plain numbers, without a unit but for ``T``, and is not
    changed; `text` is the offer as it was written, for messages. InputError
    for other names, without B_r or H_cJ, and for what no magnet has.

    Returns
    -------
    numbers : dict of float
        ``remanence_T``, ``coercivity_kA_m``, and, where given,
        ``knee_field_kA_m``, ``alpha``, ``beta``, ``Dy`` and ``Tb``.
    temperature : float
        K; 20 degrees C without ``T``.
    """
    if stray := sorted(set(values) - set(_SHEET)):
        raise InputError(
            f"an offer's values are {', '.join(_SHEET)}; got {stray[0]!r}"
        )
    sheet = {_SHEET[name]: value for name, value in values.items()}
    measured_at = _read_temperature(sheet.pop("T", ROOM_K))
    try:
        if any(isinstance(value, bool) for value in sheet.values()):
            raise TypeError
        numbers = {name: float(value) for name, value in sheet.items()}
    except (TypeError, ValueError):
        raise InputError(
            f"an offer's values are numbers, e.g. B_r=1.31,H_cJ=1600; got {text!r:.60}"
        ) from None
    if _REMANENCE not in numbers or _COERCIVITY not in numbers:
        raise InputError(
            "an offer's sheet needs B_r (T) and H_cJ (kA/m), e.g. B_r=1.31,H_cJ=1600,T=20C"
        )
    if not (
        0.02 < numbers[_REMANENCE] < 2.0
        and 1.0 < numbers[_COERCIVITY] < 6000.0
    ):
        raise InputError(
            f"B_r {numbers[_REMANENCE]:g} T and H_cJ {numbers[_COERCIVITY]:g} kA/m are no "
            "magnet's; write T and kA/m (1 kG = 0.1 T, 1 kOe = 79.6 kA/m)"
        )
    _check_sheet(numbers)
    return numbers, measured_at


def _read_temperature(value: Any) -> float:
    """Read `value`, the temperature of a sheet, K as a number or a text such as "20C", in K.

    "20C", "293K" and 293.15 are read. InputError for a text without a unit,
    such as "20", and for what is no temperature.
    """
    if isinstance(value, str) and re.fullmatch(r"[-+]?[\d.]+", value.strip()):
        raise InputError(
            f"T={value.strip()}: {value.strip()}C or {value.strip()}K?"
        )
    return parse_temperature(value)


def _check_sheet(numbers: Mapping[str, float]) -> None:
    """Raise InputError for a value of a sheet that no magnet has; the message suggests a sign.

    `numbers` has ``coercivity_kA_m``, kA/m, and maybe ``remanence_T``,
    ``knee_field_kA_m``, ``alpha``, ``beta``, ``Dy`` and ``Tb``; what is missing
    is not checked. The bounds are `magnetkit._core.plausible.limits` of
    "sheets", inclusive; H_k must lie between 1 kA/m and H_cJ.
    """
    for name, believed in limits("sheets").items():
        low = believed.low
        high = believed.high
        value = numbers.get(name, low)
        if low <= value <= high:
            continue
        sign = f"; {-value:g}?" if low <= -value <= high else ""
        raise InputError(
            f"{name}={value:g} lies outside {low:g} to {high:g}{sign}"
        )
    if not 1.0 <= numbers.get(_KNEE, 1.0) <= numbers[_COERCIVITY]:
        raise InputError(
            f"H_k {numbers[_KNEE]:g} kA/m lies outside 1 to H_cJ, "
            f"{numbers[_COERCIVITY]:g} kA/m"
        )


def _carry(
    replacement: Any, numbers: Mapping[str, float], measured_at: float
) -> tuple[float, float]:
    """Convert B_r and H_cJ of a sheet to the temperature of use of a replacement.

    Alpha and beta are those of the sheet, or else of today's magnet; both count
    from 20 degrees C.

    Parameters
    ----------
    replacement : Replacement
        Its ``reference`` is today's magnet: ``temperature_K`` of use,
        ``remanence_coefficient_pct_K`` and ``coercivity_coefficient_pct_K``.
    numbers : mapping
        ``remanence_T`` and ``coercivity_kA_m``, and ``alpha`` and ``beta``,
        %/K, if the sheet names them.
    measured_at : float
        Temperature of the values, K.

    Returns
    -------
    remanence, coercivity : float
        T and kA/m, not below 0; NaN where neither the sheet nor today's magnet
        has the coefficient.
    """
    use = float(replacement.reference["temperature_K"])
    values = []
    for name, chord in ((_REMANENCE, "alpha"), (_COERCIVITY, "beta")):
        like = f"{name.split('_')[0]}_coefficient_pct_K"
        slope = numbers.get(chord, float(replacement.reference[like])) / 100.0
        cold = numbers[name] / (1.0 + slope * (measured_at - ROOM_K))
        values.append(cold * max(1.0 + slope * (use - ROOM_K), 0.0))
    return values[0], values[1]


def _judge_values(
    replacement: Any, values: Mapping[str, float], *, carried: bool
) -> Any:
    """Judge the values of a sheet at the temperature of use, a Series as of `judge_sheet`.

    Parameters
    ----------
    replacement : Replacement
        Its ``limits``, its duty and the recoil permeability of today's magnet count.
    values : mapping of str to float
        ``remanence_T``, ``coercivity_kA_m``, ``knee_field_kA_m`` (KeyError
        without one), and by column what else the sheet says, such as
        ``heavy_rare_earth_wt_pct``; NaN where it does not.
    carried : bool
        Values were converted from another temperature, which adds uncertainty.

    Returns
    -------
    pandas.Series
        The values, ``probability_meets_requirements`` (0 where a limited value
        is not known), ``failed_requirements`` (a text) and
        ``demagnetization_safety``, among others.
    """
    deviations = dict(constants()["sold"])
    if carried:
        deviations = {
            name: math.hypot(deviations[name], _CARRIED[name])
            for name in _CARRIED
        }
    recoil = float(replacement.reference.get("recoil_permeability", 1.05))
    return judge_sheet(
        {"recoil": recoil, **values},
        replacement.request,
        replacement.limits,
        deviations,
    )


def _decide(
    replacement: Any, judged: Offer, *, carried: bool = False
) -> Offer:
    """Add verdict, the reason for it and questions to an offer whose figures are known.

    `replacement` is the `Replacement` beside which it is judged; `judged`, an
    `Offer` with ``kind``, ``way`` (None for a sheet) and the figures that
    `_find_verdict` reads, is not changed. In the new `Offer` ``verdict`` is
    "take", "ask" or "refuse", the reason is the last of its ``reasons``, and
    ``questions`` are set. With `carried` the values of a sheet were converted
    from another temperature.
    """
    verdict, reason = _find_verdict(replacement, judged)
    heavy = judged.heavy_rare_earth_wt_pct
    questions = _questions(
        replacement, judged.kind, way=judged.way, carried=carried, heavy=heavy
    )
    return with_fields(
        judged,
        verdict=verdict,
        reasons=(*judged.reasons, reason),
        questions=questions,
    )


def _find_verdict(replacement: Any, judged: Offer) -> tuple[str, str]:
    """Choose the verdict on an offer, ``refuse``, ``take`` or ``ask``, and give the reason for it.

    `replacement` is the `Replacement` beside which it stands, `judged` the
    `Offer` with ``probability_meets_requirements`` (P),
    ``heavy_rare_earth_wt_pct``, ``heavy_rare_earth_today_wt_pct``, ``way``,
    and what `_is_near_miss` reads. Refused is P below 0.3; or heavy rare earth
    of more than 0.3 wt.% above what today's magnet can hold by its range
    (``heavy_rare_earth_wt_pct_hi`` of the reference). If P is below 0.3 since
    B_r alone falls short, by up to 2 %, or no value does, the supplier is
    asked all the same, whatever the heavy rare earth. A P that is not known (NaN) counts as neither
    low nor high, a content that is not known as not too much. Taken is P of 0.8
    or more, of the family in use, with heavy rare earth known and at most 0.3
    wt.% more than today's. Otherwise the supplier is asked.
    """
    chance = judged.probability_meets_requirements
    heavy = judged.heavy_rare_earth_wt_pct
    today = judged.heavy_rare_earth_today_wt_pct
    largest_wt_pct = float(replacement.reference.get(f"{_HEAVY}_hi", today))
    if chance < UNLIKELY and _is_near_miss(replacement, judged):
        least = replacement.limits.get(_REMANENCE)
        if least is None or judged.remanence_guaranteed_T >= least.limit * (
            1.0 - _LIMIT_ROUNDING
        ):
            return "ask", _MAY_DO
        return (
            "ask",
            "only B_r falls short, by little: ask whether the drawing or a sorted lot takes it",
        )
    if chance < UNLIKELY:
        return "refuse", "it is unlikely to do what is asked"
    if heavy > largest_wt_pct + SAVING_WT_PCT:
        return "refuse", "it holds more heavy rare earth than today's magnet"
    if chance < MEETS:
        return "ask", _MAY_DO
    if judged.way is not None and judged.way.kind == "other-family":
        return (
            "ask",
            "it is of another family: price, mass and brittleness decide",
        )
    if chance != chance:
        return "ask", "what is not known decides"
    if heavy != heavy:
        return (
            "ask",
            "it does what is asked; its content of Dy and Tb is not said",
        )
    if heavy > today + SAVING_WT_PCT:
        return (
            "ask",
            "it does what is asked, with no less heavy rare earth than today's is likely to hold",
        )
    if today - heavy < SAVING_WT_PCT:
        return "take", "it does what is asked and saves nothing to speak of"
    return "take", f"it does what is asked and saves {today - heavy:.1f} wt.%"


def _is_near_miss(replacement: Any, judged: Offer) -> bool:
    """Say whether B_r alone falls short of its limit, by no more than is a question.

    ``remanence_guaranteed_T``, which may fall short by 2 %,
    ``coercivity_guaranteed_kA_m`` and ``demagnetization_safety`` of the offer
    `judged` are compared with ``replacement.limits`` on ``remanence_T``,
    ``coercivity_kA_m`` and ``demagnetization_safety``; one with a ``maximum``
    may not be exceeded at all. True too where nothing falls short; a limit on
    any other column, the knee field among them, and a value that is NaN count
    as missed.
    """
    values = {
        _REMANENCE: judged.remanence_guaranteed_T,
        _COERCIVITY: judged.coercivity_guaranteed_kA_m,
        _MARGIN: judged.demagnetization_safety,
    }
    for column, limit in replacement.limits.items():
        slack = _OFFERS.near_miss if column == _REMANENCE else _LIMIT_ROUNDING
        value = values.get(column, math.nan)
        if limit.maximum is not None and not value <= limit.limit:
            return False
        if limit.maximum is None and not value >= (1.0 - slack) * limit.limit:
            return False
    return True


def _questions(
    replacement: Any, kind: str, *, way: Any, carried: bool, heavy: float
) -> tuple[str, ...]:
    """List what to ask the supplier for, by what the offer leaves open.

    The result has two to four texts: values at temperature, analysis, diffusion
    and price.

    Parameters
    ----------
    replacement : Replacement
        What the offer is to replace; ``reference["temperature_K"]`` is named.
    kind : str
        "recipe", "grade" or "sheet": what the offer gives.
    way : Way or None
        The way that the offer is, if it was judged as one; its ``shell`` and
        ``kind`` count.
    carried : bool
        The values of a sheet were converted to the temperature of use.
    heavy : float
        Heavy rare earth of the offer, wt.%; NaN if it is not known.
    """
    celsius = replacement.reference["temperature_K"] - ZERO_CELSIUS
    questions = []
    if kind != "sheet" or carried:
        questions.append(
            f"least B_r, H_cJ and H_k at {celsius:.0f} °C, with J(H) curve of three lots"
        )
    if kind != "recipe" or heavy != heavy:
        questions.append("analysis of Dy and Tb (ICP) of every lot")
    else:
        questions.append(
            "that the recipe is of the whole magnet, analysed (ICP) in every lot"
        )
    if way is not None and (way.shell or way.kind == "diffused"):
        questions.append(
            "thickness up to which diffusion holds, and H_cJ at mid-thickness"
        )
    elif kind == "recipe":
        questions.append("whether anything is diffused in")
    if way is not None and way.kind == "other-family":
        questions.append("price of finished magnets, density and machining")
    else:
        questions.append("price of finished magnets")
    return tuple(questions)
