"""A temperature-compensated magnet with and without its gadolinium and erbium.

Here the heavy rare earth serves alpha(B_r), not coercivity: the moments of gadolinium and erbium
oppose those of the transition metals and fall faster with temperature, which compensates.
"""

from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from .._core._arguments import check_arguments
from .._core._constants import DEVIATIONS_90
from .._core.elements import INDEX, RARE_EARTHS
from .._core.errors import InputError
from .._core.units import celsius_range, parse_temperature
from ..alloy.notation import Basis
from ..alloy.table import CompositionTable
from ..choose._request import KNEE, REMANENCE, given_recipe
from ..magnetism._composition_estimate import (
    COMPENSATED,
    CompositionEstimate,
    alpha_range,
    calibrate_on_grade,
    charge,
    estimate_composition,
    read_recipe,
    usual_magnets,
)
from ..magnetism._measured import ALPHA, COERCIVITY

if TYPE_CHECKING:
    import pandas as pd

    from ..magnetism._measured import Producer


_Range = tuple[float, float]
_PUT_IN = ("Gd", "Er")
_ENDS = ("", "_lo", "_hi")
_GRID_GD = np.arange(0.0, 15.0, 1.0)
_GRID_ER = np.arange(0.0, 9.0, 1.0)
# A third of what uncompensated 2:17 has, -0.03 to -0.035 %/K (magnetsales.com).
_STEADY_ALPHA = 0.01


@check_arguments
def compensation(
    reference: str,
    temperature: tuple[float | str, float | str] | str | None = None,
    *,
    recipe: str | None = None,
    basis: Basis = "auto",
    circuit: float = 0.0,
) -> "pd.DataFrame":
    """Compare a compensated grade with variants without Gd or Er, and with the least that suffices.

    Predictions are conditional on the grade's own printed alpha, B_r and H_cJ.

    Parameters
    ----------
    reference : str
        A compensated grade, as `magnetkit.grades` takes it.
    temperature : pair of float or str, or str, optional
        Coldest and hottest of use, K or texts such as ``"-50C"``, or one text
        ``"-50C:150C"``, at least 20 K apart; the range that the maker prints
        alpha for otherwise.
    recipe : str, optional
        What the grade is made of, where it is known, such as
        ``"Sm20Gd6Co50Fe15Cu6Zr3 wt.%"``; an estimate otherwise.
    basis : {"auto", "atomic", "weight"}
        Of `recipe`; "auto" reads a formula as atomic and needs "wt.%" or "at.%"
        in a text with a balance or one that sums to 100.
    circuit : float
        What pole pieces and gap add to alpha of the magnet, %/K, between -1 and
        1: the field's own coefficient is the sum. ``remanence_coefficient_pct_K``
        is without it.

    Returns
    -------
    pandas.DataFrame
        A row for the reference, for it without Er, without Gd, without both
        (samarium in their place; left out where it does not hold all that is
        replaced), and, where there is one, for the magnet of its family with
        the least Gd and Er whose field is steady: ``what`` ("as it is",
        "without Er", "without Gd", "without Gd and Er", "least Gd and Er that
        does it"), ``composition`` (wt.%), ``gadolinium_erbium_wt_pct``;
        ``remanence_coefficient_pct_K`` over the range, ``remanence_T`` at the
        coldest, ``coercivity_kA_m`` and ``knee_field_kA_m`` at the hottest
        temperature, ``field_change_pct`` from the coldest to the hottest,
        negative where it falls, each with ``_lo`` and ``_hi``, ends of 90 %;
        and ``probability_steady``, that the field's coefficient is below 0.01
        %/K in size. ``.attrs`` has ``range`` (K), ``grade`` and ``circuit``.

    Raises
    ------
    InputError
        If the grade is unknown or not compensated, the range is none,
        `circuit` is too large, or `recipe` cannot be read or is no magnet by
        the model.

    Examples
    --------
    >>> frame = compensation("2:17TC-16", "-50C:150C")
    >>> frame["what"].tolist()[0]
    'as it is'
    """
    from ..magnetism.grades import grades

    room = grades(reference).iloc[0]
    if not abs(float(room[ALPHA])) <= COMPENSATED:
        raise InputError(
            f"{room['grade']} is not compensated: its maker prints alpha of {room[ALPHA]:g} %/K; "
            "`magnetkit replace` answers for it"
        )
    if not abs(circuit) < 1.0:
        raise InputError(
            f"circuit must be a coefficient in %/K such as 0.01, got {circuit}"
        )
    low, high = _range(temperature, str(room["grade"]))
    hot_sheet = grades(
        reference, min(high, float(room["max_working_temperature_K"]))
    ).iloc[0]
    own_estimate = (
        None
        if recipe is None
        else given_recipe(read_recipe(recipe, basis), None)
    )
    estimate = own_estimate or estimate_composition(room)
    producer = calibrate_on_grade(hot_sheet, estimate)
    if recipe is not None and not producer.magnets:
        raise InputError(
            f"{recipe!r:.80} is no magnet at {float(hot_sheet['temperature_K']):g} K by the model; "
            f"give the recipe of {hot_sheet['grade']}, or leave it out"
        )
    frame = _describe_magnet(
        _variants(estimate), (low, high), producer, circuit
    )
    least_heavy = _choose_least_heavy(
        str(room["host"]), estimate, (low, high), producer, circuit
    )
    if least_heavy is not None:
        frame.loc[len(frame)] = {
            **least_heavy,
            "what": "least Gd and Er that does it",
        }
    frame.attrs.update(
        range=(low, high), grade=str(room["grade"]), circuit=circuit
    )
    return frame


_SENTENCE = (
    "{what}: Gd + Er {gadolinium_erbium_wt_pct:.1f} wt.%; alpha(B_r) "
    "{remanence_coefficient_pct_K:+.4f} ({remanence_coefficient_pct_K_lo:+.4f} to "
    "{remanence_coefficient_pct_K_hi:+.4f}) %/K; B_r {remanence_T:.3f} T at the coldest; H_k "
    "{knee_field_kA_m:.0f} ({knee_field_kA_m_lo:.0f} to {knee_field_kA_m_hi:.0f}) kA/m at the "
    "hottest; the field changes by {field_change_pct:+.2f} ({field_change_pct_lo:+.2f} to "
    "{field_change_pct_hi:+.2f}) %"
)
"""What is said of a row of `compensation`."""


def sentences(frame: "pd.DataFrame") -> list[str]:
    """Write the frame of `compensation` in words: a heading, then one sentence a magnet.

    `frame` is one of `compensation`; its columns ``what``,
    ``gadolinium_erbium_wt_pct``, ``remanence_coefficient_pct_K``,
    ``knee_field_kA_m`` and ``field_change_pct`` with ``_lo`` and ``_hi``, and
    ``remanence_T`` are said. Its ``attrs`` must have the ``range`` (two
    temperatures, K) and the ``grade``. If no row's ``what`` is "least Gd and Er
    that does it", a last line says that there is no such magnet.
    """
    low, high = frame.attrs["range"]
    texts = [f"{frame.attrs['grade']} from {celsius_range((low, high))}:"]
    texts += [_SENTENCE.format_map(row) for row in frame.to_dict("records")]
    if not (frame["what"] == "least Gd and Er that does it").any():
        texts.append(
            "no magnet of its family with less Gd and Er is as stable"
        )
    return texts


def _range(temperature: Any, grade: str) -> _Range:
    """Read the range of use, K, from a text such as "-50C:150C" or a pair of temperatures.

    The result is a tuple (coldest, hottest). `temperature` None gives the
    range over which the maker prints alpha of `grade`. A number in the pair,
    and a text without a unit, is K. InputError if it rises by less than 20 K,
    or is no range of two ends; TypeError for a number alone.
    """
    if temperature is None:
        return alpha_range(grade)
    ends = (
        temperature.split(":")
        if isinstance(temperature, str)
        else list(temperature)
    )
    if len(ends) != 2:
        raise InputError(
            f"the range must be two temperatures such as -50C:150C, got {temperature}"
        )
    low, high = map(parse_temperature, ends)
    if not high - low >= 20.0:
        raise InputError(
            f"the range must rise by 20 K or more, got {low:g} to {high:g} K"
        )
    return low, high


def _variants(made: CompositionEstimate) -> dict[str, str]:
    """Write recipes as they are, and with samarium in place of Gd, of Er, and of both.

    `made` is the composition of the grade, of which the best recipe counts
    (``best.text``, wt.%, without its shell).

    Returns
    -------
    dict of str
        Recipes in wt.% by a name in words: "as it is", "without Er", "without
        Gd" and "without Gd and Er", in this order. One atom of samarium
        replaces one of these. A variant is left out if the recipe does not
        hold each of its elements: with Gd alone there is "without Gd".
    """
    table = CompositionTable.from_strings([made.best.text], basis="weight")
    recipe_text = given_recipe(table, None).best.text
    atoms = table.to_array()[0]
    variants = {"as it is": recipe_text}
    for absent_elements in (("Er",), ("Gd",), _PUT_IN):
        text = _replace_by_samarium(atoms, absent_elements)
        if text is not None:
            variants[f"without {' and '.join(absent_elements)}"] = text
    return variants


def _replace_by_samarium(atoms: Any, gone: tuple[str, ...]) -> str | None:
    """Write a recipe, wt.%, in which each atom of the elements `gone` is replaced by one of samarium.

    `atoms` are atomic fractions, shape (118,), by atomic number minus one, and
    are not changed; `gone` are symbols such as ("Gd", "Er"). The text is read
    with the basis "weight". None if they do not hold each of these elements.
    """
    columns = [INDEX[e] for e in gone]
    if not (atoms[columns] > 0.0).all():
        return None
    new_atoms = atoms.copy()
    new_atoms[INDEX["Sm"]] += new_atoms[columns].sum()
    new_atoms[columns] = 0.0
    return given_recipe(
        CompositionTable.from_array(new_atoms[None, :]), None
    ).best.text


def _describe_magnet(
    texts: dict[str, str],
    between: _Range,
    producer: "Producer",
    circuit: float,
) -> "pd.DataFrame":
    """Predict magnets over a range of use and how steady their field is.

    Parameters
    ----------
    texts : dict of str
        Recipes in wt.% by name, at least one.
    between : tuple of float
        Coldest and hottest temperature, K, in this order.
    producer : Producer
        Calibration on the grade.
    circuit : float
        Change of the circuit's own field, %/K, which is added to alpha.

    Returns
    -------
    pandas.DataFrame
        One row a recipe, in the order of `texts`: ``what`` (its name),
        ``composition``, ``gadolinium_erbium_wt_pct``;
        ``remanence_coefficient_pct_K`` (alpha) over the range, ``remanence_T``
        at the coldest, ``coercivity_kA_m`` and ``knee_field_kA_m`` at the
        hottest temperature, ``field_change_pct`` from the coldest to the
        hottest, each with ``_lo`` and ``_hi``; and ``probability_steady``, 0
        to 1, that alpha and circuit together are below 0.01 %/K in size. NaN
        where the model has no magnet.
    """
    import pandas as pd
    from scipy.special import ndtr

    from ..magnetism.sintered import sintered_at

    table = CompositionTable.from_strings(list(texts.values()), basis="weight")
    cold, hot = sintered_at(
        table,
        list(between),
        process={"producer": producer.record()},
        between=between,
        whole_range=True,
    )
    frame = pd.DataFrame(
        {"what": list(texts), "composition": list(texts.values())}
    )
    weight = 100.0 * table.weight_fractions()
    frame["gadolinium_erbium_wt_pct"] = weight[
        :, [INDEX[e] for e in _PUT_IN]
    ].sum(axis=1)
    for source, names in (
        (cold, (ALPHA, REMANENCE)),
        (hot, (COERCIVITY, KNEE)),
    ):
        for column in [f"{name}{end}" for name in names for end in _ENDS]:
            frame[column] = source[column].to_numpy(float)
    for end in _ENDS:
        change = (frame[f"{ALPHA}{end}"] + circuit) * (between[1] - between[0])
        frame[f"field_change_pct{end}"] = change
    middle = frame[ALPHA] + circuit
    wide = _deviation(frame)
    inside = ndtr((_STEADY_ALPHA - middle) / wide) - ndtr(
        (-_STEADY_ALPHA - middle) / wide
    )
    return frame.assign(probability_steady=inside)


def _deviation(frame: "pd.DataFrame") -> "pd.Series":
    """Return the standard deviation of alpha, %/K, of 90 % ranges."""
    return (frame[f"{ALPHA}_hi"] - frame[f"{ALPHA}_lo"]) / (
        2.0 * DEVIATIONS_90
    )


def _choose_least_heavy(
    host: str,
    made: CompositionEstimate,
    between: _Range,
    producer: "Producer",
    circuit: float,
) -> dict[str, Any] | None:
    """Find the magnet with least Gd and Er whose alpha makes up for that of the circuit.

    Parameters
    ----------
    host : str
        Host of the grade, a name such as "2:17".
    made : CompositionEstimate
        Composition of the grade; rare earth and other elements stay as in its
        best recipe.
    between : tuple of float
        Range of use, K.
    producer : Producer
        The magnets that anchor the model.
    circuit : float
        Change of the circuit's own field, %/K, which is added to alpha: steady
        is a sum that lies within 0.01 %/K, with its standard deviation.

    Returns
    -------
    dict or None
        A row of `_describe_magnet` by column, whose ``what`` is the two
        amounts, wt.%, such as "4 2"; None if no mixture of the grid (Gd 0 to
        14, Er 0 to 8 wt.%, in steps of 1, not both 0) with less Gd and Er than
        the recipe is steady, or the recipe has no copper.
    """
    recipe = made.best
    table = CompositionTable.from_strings([recipe.text], basis="weight")
    usual_charge = usual_magnets()[host].charge
    free = [
        e
        for e in usual_charge.elements
        if e not in (*RARE_EARTHS, *usual_charge.usual)
    ]
    weight = dict(zip(free, _share(table, *free), strict=True))
    rare = float(sum(_share(table, "Sm", "Gd", "Er")))
    # Without copper there are no cells, whose charge this is.
    if not weight.get("Cu", 0.0) > 0.0:
        return None
    most = min(rare - 8.0, recipe.heavy_wt_pct - 0.25)
    texts = {}
    for gd, er in product(_GRID_GD, _GRID_ER):
        if 0.0 < gd + er < most:
            texts[f"{gd:g} {er:g}"] = charge(
                host, rare_earth=rare, **weight, Gd=gd, Er=er
            )
    if not texts:
        return None
    frame = _describe_magnet(texts, between, producer, circuit)
    # What is known of it counts: no more than a standard deviation may lie outside.
    good = frame[
        (frame[ALPHA] + circuit).abs() + _deviation(frame) <= _STEADY_ALPHA
    ]
    if good.empty:
        return None
    first = good.sort_values("gadolinium_erbium_wt_pct", kind="stable").iloc[0]
    return {str(name): value for name, value in first.items()}


def _share(table: CompositionTable, *names: str) -> list[float]:
    return [
        float(100.0 * table.weight_fractions()[0, INDEX[e]]) for e in names
    ]
