"""The composition of a commercial grade, estimated: makers print none.

A grid of usual recipes (``makeup.toml`` of each host) is weighed by what makers print: B_r and H_cJ
at 20 degrees C, alpha, and for sintered Nd-Fe-B the usual heavy rare earth of each class of
coercivity and how B_r falls with the classes of the maker. Bulk and diffused ones are equally
likely before, and so are the recipes of one kind. With its likeliest recipe a grade can stand where
a recipe is expected, and the model is calibrated on its printed values.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from pydantic import BaseModel, Field, ValidationError

from .._core import datasets
from .._core._arguments import check_arguments
from .._core._types import FloatArray
from .._core.elements import N_ELEMENTS, RARE_EARTHS, mask
from .._core.errors import CompositionError, DataError, InputError
from .._core.settings import get_settings
from .._core.units import BETWEEN, ROOM_K, ZERO_CELSIUS
from ..alloy.notation import Basis
from ..alloy.shell_rows import mean_over_mass
from ..alloy.shells import read_shell
from ..alloy.table import CompositionTable
from ..phases.records import HOSTS, host_file
from ._measured import ALPHA, COERCIVITY, Producer
from ._reference import (
    GUARANTEE,
    KnownValue,
    calibrate_on_reference,
    typical_over_minimum,
)
from .grades import (
    grades,
    grades_at_room_temperature,
    guaranteed_values,
    ladder,
)
from .laws import law
from .levels import find_level, state_level
from .sintered import sintered_at
from .spread import lots

if TYPE_CHECKING:
    import pandas as pd

    from ..surrogates._curie import CurieModel


MELTED = ("sintered", "hot-deformed")
"""Kinds of magnets whose composition is estimated."""
COMPENSATED = 0.015
"""Below this |alpha|, %/K, a grade is temperature compensated."""

MAKEUP = law("makeup")
# Standard deviations of ln B_r and ln H_cJ of the model for a magnet of unknown make.
_DEVIATION = {
    "remanence_T": MAKEUP.unknown_remanence,
    "coercivity_kA_m": MAKEUP.unknown_coercivity,
}
# What is read of a grade to estimate what it is made of.
_ESTIMATED_BY = (
    "remanence_T",
    "coercivity_kA_m",
    "remanence_coefficient_pct_K",
)
# Probability from which a kind is named.
_LIKELY = 0.2


@dataclass(frozen=True)
class Recipe:
    """A usual recipe of a grade.

    Fields are ``text`` (composition, wt.%), ``shell`` (what is diffused in,
    empty for none), ``heavy_wt_pct`` (heavy rare earth in all, wt.%),
    ``weight`` (probability of its kind), ``kind`` ("bulk", "diffused",
    "fine-grained" or "hot-deformed"), ``route`` (None for the usual one) and
    ``spread`` (standard deviation of ln H_cJ that not knowing the recipe adds).
    """

    text: str  # composition in wt.%
    shell: str  # what is diffused in, empty for none
    heavy_wt_pct: float  # heavy rare earth in all, wt.%
    weight: float  # share of the probability that its kind has
    kind: str = "bulk"  # or "diffused", "fine-grained", "hot-deformed"
    route: str | None = (
        None  # by which it is made, where that is not the usual one of its host
    )
    spread: float = (
        0.0  # standard deviation of ln H_cJ that not knowing the recipe adds
    )


@dataclass(frozen=True)
class CompositionEstimate:
    """The estimated composition of a grade.

    Attributes
    ----------
    recipes : tuple of Recipe
        The most likely one of each kind, likeliest first; weights sum to one.
    heavy_wt_pct : (float, float, float)
        Heavy rare earth, wt.%: mean and the ends of the 90 % range.
    diffused : float
        Probability that heavy rare earth is diffused in.
    log_spread : float
        Standard deviation of ln H_cJ that not knowing the recipe adds.
    estimate : bool
        False where the user gave the recipe.
    """

    recipes: tuple[Recipe, ...]
    heavy_wt_pct: tuple[float, float, float]
    diffused: float
    log_spread: float
    estimate: bool = True

    @property
    def best(self) -> Recipe:
        """The likeliest recipe."""
        return self.recipes[0]

    @property
    def words(self) -> str:
        """Text of the likeliest recipe and of what is diffused into it."""
        best = self.best
        if best.shell:
            return f"{best.text} with {best.shell} diffused in"
        return best.text

    def sentence(self) -> str:
        """Return the estimate as a sentence without a subject, such as "2.1 wt.% heavy rare earth (...)".

        It has no full stop. The sentence names the mean and the 90 % range of
        heavy rare earth and the likely kinds of recipe. Where the user gave
        the recipe it says "made of ..., as you say".
        """
        if not self.estimate:
            return f"made of {self.words}, as you say"
        mean, low, high = self.heavy_wt_pct
        text = f"{mean:.1f} wt.% heavy rare earth ({low:.1f} to {high:.1f}), an estimate since "
        text += "makers print no composition (--recipe overrides it); "
        likely = [one for one in self.recipes if one.weight >= _LIKELY] or [
            self.best
        ]
        return text + " or ".join(map(_kind_words, likely))


def _kind_words(one: Recipe) -> str:
    """Write a recipe of one kind in words: ``bulk (0.62): Nd24Pr6Dy3Fe bal., 3.0 wt.%``.

    `one` is the recipe: ``kind``, ``weight``, ``text``, ``shell`` and
    ``heavy_wt_pct`` are read. The number in brackets is its weight, that in
    wt.% its heavy rare earth. With a shell it is ``diffused (0.62): Nd24Pr6Fe
    bal. with Tb 0.4 wt% diffused in, 0.4 wt.%``.
    """
    recipe_text = (
        f"{one.text} with {one.shell} diffused in" if one.shell else one.text
    )
    return f"{one.kind} ({one.weight:.2f}): {recipe_text}, {one.heavy_wt_pct:.1f} wt.%"


@check_arguments
def estimate_composition(
    grade: "pd.Series | Mapping[str, Any]", curie: "CurieModel | None" = None
) -> CompositionEstimate:
    """Return the estimated composition of a grade.

    Parameters
    ----------
    grade : pandas.Series or mapping
        A row of `magnetkit.grades` at 20 degrees C, such as
        ``magnetkit.grades("N42SH").iloc[0]``; a name is not accepted.
        ``host``, ``remanence_T``, ``coercivity_kA_m`` and
        ``remanence_coefficient_pct_K`` must be there (NaN for what is not
        printed, but not the H_cJ of 2:14:1, which says how much heavy rare
        earth is in); ``kind`` ("sintered" otherwise) and ``makers`` may.
    curie : CurieModel, optional
        Model of the Curie temperature; the shipped one otherwise.

    Returns
    -------
    CompositionEstimate
        Its ``recipes`` are one `Recipe` of each kind, the likeliest first,
        which is also ``best``; a `Recipe` has ``text``, in wt.% that the text
        does not name (read it with ``basis="weight"``), ``shell`` (empty for
        none), ``heavy_wt_pct``, ``weight`` (probability), ``kind``, ``route``
        (None for the usual one) and ``spread`` (standard deviation of ln H_cJ
        over the recipes of the kind). ``heavy_wt_pct`` of the estimate is
        mean, lower and upper end, wt.%; ``diffused`` a probability, 0 to 1.

    Raises
    ------
    InputError
        If it is not such a row, the grade is bonded, no usual recipes of its host are known, or
        the H_cJ that its heavy rare earth goes by is NaN, infinite or not above 0.
    KeyError
        If one of the three figures has no entry.
    """
    try:
        host = str(grade["host"])
        made_as = str(grade.get("kind", "sintered"))
        usual = usual_magnets().get(host)
    except (AttributeError, LookupError, TypeError, ValueError):
        raise InputError(
            f"expected a row of grades, as magnetkit.grades('N42SH').iloc[0], got {grade!r:.60}"
        ) from None
    if usual is None or made_as == "bonded":
        raise InputError(
            f"what {grade.get('grade', 'it')} is made of is not estimated: that is done of "
            f"sintered magnets of {', '.join(usual_magnets())}; give its recipe"
        )
    values = tuple(float(grade[name]) for name in _ESTIMATED_BY)
    h_cj = float(grade[COERCIVITY])
    if usual.heavy == "by_class" and not 0.0 < h_cj < np.inf:
        raise InputError(
            f"the heavy rare earth of {host} is estimated from the guaranteed H_cJ: expected "
            f"{COERCIVITY} above 0, got {h_cj:g}; give it, or the recipe"
        )
    return _estimate(
        host, made_as, str(grade.get("makers", "")), values, curie
    )


@lru_cache(maxsize=512)
def _estimate(
    host: str,
    made_as: str,
    makers: str,
    values: tuple[float, ...],
    curie: "CurieModel | None",
) -> CompositionEstimate:
    """Estimate the composition of one grade of a host.

    Parameters
    ----------
    host : str
        Name of the host, such as "2:14:1", of `usual_magnets` (KeyError otherwise).
    made_as : str
        Kind of the grade; for ``"sintered"`` recipes of the kind "hot-deformed" are left out, any
        other takes all.
    makers : str
        Names of its makers, separated by ", "; an empty text for none.
    values : tuple of float
        Printed figures of the grade: B_r (T), guaranteed H_cJ (kA/m) and alpha (%/K), in this
        order; NaN for what is not printed.
    curie : CurieModel or None
        Model of the Curie temperature; None takes the shipped one.

    Returns
    -------
    CompositionEstimate
        Its ``recipes`` are those of each kind, the likeliest kind first; their
        ``weight`` sum to one.
    """
    usual = usual_magnets()[host]
    grade = {"host": host, **dict(zip(_ESTIMATED_BY, values, strict=True))}
    ladders = {grid.kind: grid.ladder for grid in usual.grades}
    ladder_slope = None
    if ladders.get("bulk") is not None:
        ladder_slope = ladder(makers)
    kinds: list[Recipe] = []
    parts: list[FloatArray] = []
    logs = []
    for grid in usual.grades:
        if grid.kind == "hot-deformed" and made_as == "sintered":
            continue
        heavy, hardness, log = _weigh_recipes(host, grid, grade, curie)
        if ladder_slope is not None and grid.ladder is not None:
            log -= 0.5 * ((ladder_slope - grid.ladder) / MAKEUP.ladder) ** 2
        best = int(np.argmax(log + _level_log(hardness, grade)))
        text, shell = recipes(host, grid)[best]
        kinds.append(
            Recipe(text, shell, float(heavy[best]), 0.0, grid.kind, grid.route)
        )
        parts.append(np.column_stack([heavy, hardness]))
        logs.append(log + np.log(grid.share / len(log)))
    joint = np.concatenate(logs)
    joint = np.exp(joint - joint.max())
    joint /= joint.sum()
    ends = np.cumsum(list(map(len, logs)))[:-1]
    weights = np.split(joint, ends)
    heavy, hardness = np.concatenate(parts).T
    likely_recipes = [
        replace(one, weight=float(w.sum()), spread=_deviation(w, part[:, 1]))
        for one, w, part in zip(kinds, weights, parts, strict=True)
    ]
    order = np.argsort(heavy)
    steps = np.cumsum(joint[order])
    low, high = (
        float(heavy[order][np.searchsorted(steps, q)]) for q in (0.05, 0.95)
    )
    put_in = sum(one.weight for one in likely_recipes if one.shell)
    likely_recipes.sort(key=lambda one: -one.weight)
    ends_of = float((joint * heavy).sum()), low, high
    return CompositionEstimate(
        tuple(likely_recipes), ends_of, put_in, _deviation(joint, hardness)
    )


@lru_cache(maxsize=512)
def find_makeup(
    grade: str, curie: "CurieModel | None" = None
) -> CompositionEstimate:
    """Return what a sold grade is made of: the one estimate that everything rests on.

    Parameters
    ----------
    grade : str
        A name that `magnetkit.grades` knows, such as "N42SH".
    curie : CurieModel, optional
        As of `magnetkit.magnetism.sintered_at`.

    Returns
    -------
    CompositionEstimate
        ``best`` is one recipe of the likeliest kind, with ``text``, in wt.%
        that the text does not name (read it with ``basis="weight"``),
        ``shell`` (empty for none), ``kind`` and ``weight``; ``heavy_wt_pct``,
        mean, lower and upper end, wt.%, is of all kinds.

    Raises
    ------
    InputError
        If no such grade is known, or its composition is not estimated.

    Examples
    --------
    >>> makeup = find_makeup("N52")
    >>> makeup.heavy_wt_pct[0] < 1.0
    True
    """
    return estimate_composition(grades(grade).iloc[0], curie)


@lru_cache(maxsize=512)
def likeliest_recipe(
    grade: str, kind: str | None, curie: "CurieModel"
) -> Recipe | None:
    """Return the likeliest recipe of a commercial grade, or the likeliest one of a given kind.

    Parameters
    ----------
    grade : str
        A name of `magnetkit.grades`, exactly as its column ``grade`` has it, such as "N42SH".
    kind : str or None
        "bulk", "diffused", "fine-grained" or "hot-deformed". Where no recipe has that kind, or it
        is None, the likeliest one of all is returned.
    curie : CurieModel
        Model of the Curie temperature.

    Returns
    -------
    Recipe or None
        With ``text``, in wt.% that the text does not name (read it with
        ``basis="weight"``), ``shell`` (empty for none), ``kind``, ``route``
        (None for the usual one) and ``weight``. None if the recipe of the
        grade is not estimated.

    Raises
    ------
    KeyError
        If there is no such grade.
    """
    row: Any = (
        grades_at_room_temperature().set_index("grade", drop=False).loc[grade]
    )
    if row["kind"] not in MELTED or row["host"] not in HOSTS:
        return None
    makeup = find_makeup(grade, curie)
    return next((r for r in makeup.recipes if r.kind == kind), makeup.best)


def _deviation(weight: FloatArray, values: FloatArray) -> float:
    """Compute the standard deviation of `values` with weights `weight`, (n,) each, of any sum.

    Weights are 0 or more; the result is 0 where all are 0.
    """
    share = weight / max(weight.sum(), 1e-300)
    centre = (share * values).sum()
    return float(np.sqrt((share * (values - centre) ** 2).sum()))


def _weigh_recipes(
    host: str,
    grid: "_Grid",
    grade: "pd.Series | Mapping[str, Any]",
    curie: "CurieModel | None",
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Weigh the n recipes of one kind against the printed figures of a grade.

    Parameters
    ----------
    host : str
        Host of the grade, such as "2:14:1", of `usual_magnets`.
    grid : _Grid
        The recipes of the kind: all combinations of amounts, wt.%, and shells, as of `recipes`;
        ``route`` and ``worth`` are read too.
    grade : Series or mapping
        Printed figures by column, as of `magnetkit.grades`: ``host``,
        ``remanence_T``, ``coercivity_kA_m`` and
        ``remanence_coefficient_pct_K``. NaN, a figure that is not printed,
        does not count; where the host's heavy rare earth goes by class, H_cJ
        must be a number.
    curie : CurieModel or None
        Model of the Curie temperature; None takes that of all that is known.

    Returns
    -------
    heavy : ndarray, shape (n,)
        Heavy rare earth, wt.%. It is shared: do not change it.
    hardness : ndarray, shape (n,)
        ln of the modelled H_cJ in kA/m; 0 where there is none.
    log : ndarray, shape (n,)
        Log-likelihood (natural, without its constant) with its prior; -1e9 for
        a recipe that makes no magnet.
    """
    heavy, frame = _model_recipes(
        tuple(recipes(host, grid)), grid.route, curie
    )
    log = _log_likelihood(frame, grade)
    if usual_magnets()[host].heavy == "by_class":
        log += _trade(float(grade["coercivity_kA_m"]), heavy, grid.worth)
    elif (
        not abs(float(grade["remanence_coefficient_pct_K"]))
        <= MAKEUP.compensated_from
    ):
        # Gadolinium and erbium cost flux: they are added for the coefficient alone, which is then
        # printed.
        log -= 0.5 * (heavy / MAKEUP.idle_heavy) ** 2
    log = np.where(
        np.isfinite(log) & (frame["status"] == "ok").to_numpy(), log, -1e9
    )
    hardness = np.log(
        np.maximum(
            np.nan_to_num(frame["coercivity_kA_m"].to_numpy(float)), 1.0
        )
    )
    return heavy, hardness, log


@lru_cache(maxsize=64)
def _model_recipes(
    melts: tuple[tuple[str, str], ...],
    route: str | None,
    curie: "CurieModel | None",
) -> "tuple[FloatArray, pd.DataFrame]":
    """Predict n recipes with shells at 20 degrees C.

    Parameters
    ----------
    melts : tuple of (str, str)
        Recipe, which is read in wt.%, and text of its shell, empty without
        one. A recipe that cannot be read is an InputError; no melts at all are
        a ValueError.
    route : str or None
        Name of the route that all are made by, such as "hot-deformed"; None for the usual one.
    curie : CurieModel or None
        Model of the Curie temperature.

    Returns
    -------
    heavy : ndarray, shape (n,)
        Heavy rare earth, wt.%, shells included.
    frame : pandas.DataFrame
        The columns of `sintered_at`, one row a recipe. Both results are
        shared: do not change them.
    """
    texts, shells = map(list, zip(*melts, strict=True))
    table = CompositionTable.from_strings(texts, basis="weight")
    (frame,) = sintered_at(
        table, [ROOM_K], route, shells, between=BETWEEN, curie=curie
    )
    return _heavy_wt_pct(table, shells), frame


def _log_likelihood(
    frame: "pd.DataFrame", grade: "pd.Series | Mapping[str, Any]"
) -> FloatArray:
    """Compute the log-likelihood of a grade's printed figures for each recipe, shape (n,).

    It is natural, without its constant.

    `frame` has the modelled figures, one row a recipe, with ``remanence_T``,
    ``coercivity_kA_m`` and ``remanence_coefficient_pct_K``. `grade` maps the
    same names to printed values, the coercivity being the guaranteed one (it
    is compared as that of a usual lot), and ``host`` to the name of its host.
    Figures that are not printed (NaN) do not count; a modelled one that is 0
    or NaN makes the result infinite or NaN.
    """
    log = np.zeros(len(frame))
    for quantity, value in usual_values(grade).items():
        if np.isfinite(value):
            with np.errstate(divide="ignore", invalid="ignore"):
                off = (
                    np.log(frame[quantity].to_numpy(float) / value)
                    / _DEVIATION[quantity]
                )
            log -= 0.5 * off**2
    alpha = float(grade["remanence_coefficient_pct_K"])
    if np.isfinite(alpha):
        off = (
            frame["remanence_coefficient_pct_K"].to_numpy(float) - alpha
        ) / MAKEUP.unknown_alpha
        log -= 0.5 * np.minimum(off**2, 25.0)
    return log


def usual_values(grade: "pd.Series | Mapping[str, Any]") -> dict[str, float]:
    """Return B_r (T) as printed and H_cJ (kA/m) of a usual lot of a grade.

    H_cJ of a usual lot lies above the guaranteed one, which `grade` has.
    `grade` maps ``host``, ``remanence_T`` and ``coercivity_kA_m`` to its
    values; the latter two are the keys of the result. An unknown host counts
    as 2:14:1; NaN stays NaN.
    """
    h_cj = typical_over_minimum(str(grade["host"])) * float(grade[COERCIVITY])
    return {"remanence_T": float(grade["remanence_T"]), COERCIVITY: h_cj}


def _level_log(
    hardness: FloatArray, grade: "pd.Series | Mapping[str, Any]"
) -> FloatArray:
    """Compute the log-likelihood of the family's level for n recipes, shape (n,).

    `hardness`, (n,), is ln of the modelled H_cJ in kA/m; `grade` maps
    ``host``, ``remanence_T`` and ``coercivity_kA_m`` (kA/m, guaranteed) to its
    values; an unknown host counts as 2:14:1. The result is 0 or less, 0 where
    no H_cJ of the grade is printed.
    """
    usual = usual_values(grade)[COERCIVITY]
    if np.isnan(usual):
        return np.zeros(len(hardness))
    off = hardness - np.log(usual)
    return np.asarray(-0.5 * (off / MAKEUP.one_level) ** 2)


def _trade(coercivity: float, heavy: FloatArray, worth: float) -> FloatArray:
    """Compute the log-prior of an amount of heavy rare earth in the class of a coercivity, shape (n,).

    `coercivity`, as printed, is in kA/m and `heavy`, (n,), in wt.%. `worth` is
    how many times more a wt.% serves than it would in the alloy, such as 2
    where it is diffused in: the usual amount is divided by it. The result is
    natural, without its constant. Below and above all classes the amount is
    that of the first or last; a NaN coercivity gives NaN.
    """
    classes = _classes()
    middle = (
        classes["heavy_rare_earth_min_wt_pct"]
        + classes["heavy_rare_earth_max_wt_pct"]
    ) / 2.0
    usual = (
        float(np.interp(coercivity, classes["coercivity_kA_m"], middle))
        / worth
    )
    return -0.5 * ((heavy - usual) / MAKEUP.trade_heavy) ** 2


@lru_cache(maxsize=1)
def _classes() -> "pd.DataFrame":
    """Read the amounts of dysprosium that alloyed classes of Nd-Fe-B are sold with.

    Returns
    -------
    pandas.DataFrame
        Rows of ``dysprosium_classes.csv`` of the route ``alloyed`` with a
        largest amount, by rising coercivity: ``class``, ``coercivity_kA_m``,
        ``max_temperature_K``, ``heavy_rare_earth_min_wt_pct``,
        ``heavy_rare_earth_max_wt_pct``, ``route``, ``source``,
        ``verification`` and ``confidence``. The index is that of the file. The
        least amount may be NaN. The frame is shared: do not change it.
    """
    import pandas as pd

    table = pd.read_csv(datasets.path("grades/dysprosium_classes.csv"))
    alloy_classes = table[
        (table["route"] == "alloyed")
        & table["heavy_rare_earth_max_wt_pct"].notna()
    ]
    return alloy_classes.sort_values("coercivity_kA_m")


def given_composition(
    recipe: str, shell: str, heavy: float
) -> CompositionEstimate:
    """Build the estimate that stands for a composition that the user gave.

    `recipe` is a text in wt.%, which it need not name, `shell` what is
    diffused in, an empty text for nothing, and `heavy` the heavy rare earth of
    both, wt.%; nothing is checked. ``estimate`` of the result is False; its
    one recipe, ``best``, has ``weight`` 1 and the ``kind`` "diffused" with a
    shell, else "bulk". ``heavy_wt_pct`` is `heavy` three times, ``diffused`` 1
    or 0 and ``log_spread`` 0.
    """
    only = Recipe(recipe, shell, heavy, 1.0, "diffused" if shell else "bulk")
    ends = (heavy, heavy, heavy)
    put_in = float(bool(shell))
    return CompositionEstimate((only,), ends, put_in, 0.0, estimate=False)


def _heavy_wt_pct(
    table: CompositionTable, shell: list[str] | None
) -> FloatArray:
    """Compute the heavy rare earth of n magnets with their shells, wt.%, shape (n,).

    `table` holds the recipes; `shell` has a text for each, such as "Tb 0.5 wt%", empty without a
    shell, or is None. Which elements count is the setting ``heavy_rare_earths``.
    """
    weights = np.column_stack(
        [np.ones(N_ELEMENTS), mask(get_settings().heavy_rare_earths)]
    )
    return 100.0 * mean_over_mass(table, weights, shell)[:, 1]


class _Charge(BaseModel, extra="forbid", frozen=True):
    """The usual charge of a host's magnets, wt.%.

    ``elements`` in the order of a recipe; ``rare_earth`` is the total, of which the `light` ones
    share what the others leave; ``usual`` amounts; ``balance``, the element that takes the rest.
    """

    elements: tuple[str, ...]
    rare_earth: float
    light: dict[str, float]
    usual: dict[str, float] = {}
    balance: str


class _Grid(BaseModel, extra="forbid", frozen=True):
    """Recipes: all combinations of amounts, wt.%, and shells.

    ``no_more`` maps an element to another whose amount is an upper bound of its own; ``kind`` and
    ``route`` say how such magnets are made, ``ladder`` how ln B_r goes with ln H_cJ over the
    classes of a maker of such, ``worth`` how much more its heavy rare earth serves, and ``share``
    how likely the kind is before, over the others.
    """

    amounts: dict[str, list[float]]
    shells: list[str] = [""]
    no_more: dict[str, str] = {}
    kind: str = "bulk"
    route: str | None = None
    ladder: float | None = None
    worth: float = 1.0
    share: float = 1.0


class _Candidates(_Grid, extra="forbid", frozen=True):
    """Recipes to screen, and for which magnets of the host: all, compensated ones, or devices."""

    beside: Literal["own", "compensated", "device"] = Field("own", alias="for")


class _Usual(BaseModel, extra="forbid", frozen=True):
    """Usual magnets of a host: ``makeup.toml`` of its folder in ``datasets/hosts``.

    ``heavy`` says why heavy rare earth is added: as is usual for the class of coercivity, or for
    the temperature coefficient alone.
    """

    heavy: Literal["by_class", "for_the_coefficient"]
    charge: _Charge
    grades: tuple[_Grid, ...]
    candidates: tuple[_Candidates, ...]


@lru_cache(maxsize=1)
def usual_magnets() -> dict[str, _Usual]:
    """Read the usual magnets of each host that is sold, by host name.

    The files are ``makeup.toml`` of the hosts' folders; hosts without one are left out. The
    dictionary is shared: do not change it.

    Returns
    -------
    dict of _Usual
        ``heavy`` ("by_class" or "for_the_coefficient"), why heavy rare earth
        is added; ``charge``, the usual charge, with ``elements`` in the order
        of a recipe, ``rare_earth`` (total, wt.%), ``light`` (element to its
        share of the light ones), ``usual`` (element to wt.%) and ``balance``
        (the element that takes the rest); ``grades``, a tuple of the grids of
        recipes, one a kind; ``candidates``, a tuple of the grids to screen. A
        grid has ``amounts`` (element, or "rare_earth" for the total, to a list
        of wt.%), ``shells``, ``no_more`` (element to another that it must not
        exceed), ``kind``, ``route``, ``ladder`` (d ln B_r / d ln H_cJ of a
        maker's classes, or None), ``worth`` (what its heavy rare earth serves
        over that of an alloy) and ``share`` (how likely the kind is before).
        `recipes` lists the recipes of a grid.

    Raises
    ------
    DataError
        If a file does not fit its schema.
    """
    magnets = {}
    for name in HOSTS:
        file = host_file(name, "makeup.toml")
        if (datasets.root() / file).is_file():
            try:
                magnets[name] = _Usual(**datasets.toml(file))
            except ValidationError as error:
                raise DataError(
                    f"{file}: {error}; hosts/SOURCE.md explains every key"
                ) from None
    return magnets


def recipes(host: str, grid: "_Grid") -> list[tuple[str, str]]:
    """List the recipes of one kind of grade with their shells.

    The recipes are all combinations of ``grid.amounts`` (element to a list of
    wt.%) that ``grid.no_more`` (element to another that it must not exceed)
    allows, in the order of `itertools.product`, each with each shell of
    ``grid.shells`` (texts such as "Tb 0.4", in wt.%, empty for none). `host`
    is one of `usual_magnets`, such as "2:14:1" (InputError otherwise), whose
    usual charge gives what the grid does not name.

    Returns
    -------
    list of (str, str)
        Recipe, such as "Nd24Pr6Dy1B1Fe bal.", in wt.%, which the text does not name, and text of
        its shell, such as "Tb 0.4 wt%", empty without one.
    """
    candidates = []
    for values in product(*grid.amounts.values()):
        amounts = dict(zip(grid.amounts, values, strict=True))
        if any(amounts[a] > amounts[b] for a, b in grid.no_more.items()):
            continue
        text = charge(host, **amounts)
        for shell in grid.shells:
            candidates.append((text, shell and shell_text(*shell.split())))
    return candidates


def charge(host: str, **amounts: float) -> str:
    """Write the usual charge of a host's magnets, wt.%, such as ``"Sm36.3Co bal."``.

    Parameters
    ----------
    host : str
        Host that is sold, such as "2:14:1", of `usual_magnets`.
    **amounts : float
        By symbol, wt.% that replaces the usual amount of that element, such as
        ``Dy=2.0``; ``rare_earth`` is the total of the rare earths. The light
        ones take what the others leave of that total, so that Dy replaces
        them, and an amount of a light one itself, such as ``Nd=20.0``, is
        ignored. The balance (Fe or Co) cannot be given. An element of the
        charge whose usual amount is 0 may be given too.

    Returns
    -------
    str
        Elements in the usual order with wt.% to two decimals, those of 0 left
        out; the balance last. The text does not name wt.%: read it with the
        basis "weight". That the amounts leave something of the total and of
        the whole is not checked: light rare earths of less than 0 are left out
        too.

    Raises
    ------
    InputError
        If no charge of the host is known, or the charge has no such element.

    Examples
    --------
    >>> charge("2:14:1", Dy=2.0)
    'Nd23.04Pr5.76Dy2Co1Cu0.15B0.96Fe bal.'
    """
    if host not in usual_magnets():
        raise InputError(
            f"charges are known of {', '.join(usual_magnets())}, got {host!r}"
        )
    usual_charge = usual_magnets()[host].charge
    if unknown := sorted(
        amounts.keys() - {*usual_charge.elements, "rare_earth"}
    ):
        raise InputError(
            f"a charge of {host} has {', '.join(usual_charge.elements)}, got {unknown[0]!r}"
        )
    put_in = {**usual_charge.usual, **amounts}
    rest = put_in.get("rare_earth", usual_charge.rare_earth)
    for element in usual_charge.elements:
        if element in RARE_EARTHS and element not in usual_charge.light:
            rest -= put_in.get(element, 0.0)
    light = {
        element: share * rest for element, share in usual_charge.light.items()
    }
    parts = {
        element: light.get(element, put_in.get(element, 0.0))
        for element in usual_charge.elements
    }
    text = ""
    for element, part in parts.items():
        if part > 0:
            text += f"{element}{round(part, 2):g}"
    return f"{text}{usual_charge.balance} bal."


def shell_text(element: str, amount: float | str) -> str:
    """Write the text of a shell that holds `amount` wt.% of a heavy rare earth, such as "Dy 0.4 wt%".

    An amount that `read_shell` refuses in such a text is written by content
    and fraction of the grain, such as "Dy 0.40 @ 0.033". `element` is its
    symbol; `amount` may be a text of a number, ValueError for another.
    """
    amount = float(amount)
    text = f"{element} {amount:g} wt%"
    try:
        read_shell(text)
    except InputError:
        # Rare earth is 30 % of the mass, and 40 % of the shell's is replaced.
        return f"{element} 0.40 @ {amount / (0.30 * 40.0):.3f}"
    return text


@dataclass(frozen=True)
class GradeMagnet:
    """A commercial grade in place of a recipe.

    ``here`` is its row of `magnetkit.grades` at the temperature of use,
    ``made`` its `CompositionEstimate`, ``producer`` the `Producer` that is
    calibrated on it.
    """

    here: (
        "pd.Series"  # its row of `magnetkit.grades` at the temperature of use
    )
    made: CompositionEstimate
    producer: Producer  # calibration on the grade: predictions are conditional on its printed values

    @property
    def grade(self) -> str:
        """Its name."""
        return str(self.here["grade"])

    @property
    def table(self) -> CompositionTable:
        """Its likeliest recipe, one row."""
        return read_recipe(self.made.best.text, "weight")

    @property
    def shell(self) -> str | None:
        """The likeliest shell."""
        return self.made.best.shell or None

    @property
    def process(self) -> dict[str, Any]:
        """The process of a prediction that is conditional on it."""
        return {"producer": self.producer.record()}

    def sentence(self) -> str:
        """Return a text, one sentence: which recipe stands for the grade, how its H_cJ anchors the model.

        It has no full stop. The H_cJ that it names is that at the temperature of ``here``, kA/m.
        """
        factor = typical_over_minimum(str(self.here["host"]))
        return (
            f"{self.grade} is taken to be {self.made.words}, its likeliest recipe (makers "
            f"print none), and anchors the model: {factor:.2f} times the H_cJ that is "
            f"guaranteed, {self.here['coercivity_kA_m']:.0f} kA/m, is taken as typical"
        )


def grade_magnet(grade: str, kelvin: float) -> GradeMagnet:
    """Return a grade as a magnet at a temperature of use, `kelvin`, K; see `grade_row`.

    `grade` is a name such as "N42SH". The magnet has ``grade`` (its name),
    ``table`` (its likeliest recipe, one row), ``shell`` (a text or None),
    ``process`` (a dict for predictions), ``made`` (a `CompositionEstimate`),
    ``producer`` and ``here`` (its row of `magnetkit.grades` at that
    temperature, a Series). InputError as of `grade_row` and `find_makeup`.
    """
    row = grade_row(grade, kelvin)
    makeup = find_makeup(grade)
    return GradeMagnet(row, makeup, calibrate_on_grade(row, makeup))


def grade_row(grade: str, kelvin: float) -> "pd.Series":
    """Return a grade's row of `magnetkit.grades` at a temperature, `kelvin`, K.

    `grade` is its name, with or without maker, such as "N42SH". The columns
    are those of `magnetkit.grades`, such as ``remanence_T`` and
    ``coercivity_kA_m``, hot values included. Of several rows the first counts.
    InputError if the grade is unknown, or has no B_r or H_cJ left there (0 or
    NaN).
    """
    row = grades(grade, kelvin).iloc[0]
    if not (row["remanence_T"] > 0 and row["coercivity_kA_m"] > 0):
        raise no_magnet_error(
            str(row["grade"]), kelvin, float(row["max_working_temperature_K"])
        )
    return row


def no_magnet_error(name: str, kelvin: float, limit: float) -> InputError:
    """Build, but do not raise, the error of a magnet without B_r or H_cJ at a temperature.

    `name` is that of the magnet, `kelvin` the temperature, K. `limit` is its
    highest temperature, K, or NaN if it is not known; the message names it.
    Temperatures of the message are in degrees C.
    """
    hint = (
        ""
        if np.isnan(limit)
        else f"; its highest temperature is {limit - ZERO_CELSIUS:.0f} °C"
    )
    return InputError(
        f"{name} has no B_r or H_cJ left at {kelvin - ZERO_CELSIUS:.0f} °C by its maker's "
        f"coefficients{hint}: choose a lower temperature, or a magnet that bears this one as the "
        "one in use"
    )


def calibrate_on_grade(
    here: "pd.Series",
    made: CompositionEstimate,
    curie: "CurieModel | None" = None,
) -> Producer:
    """Calibrate the model on one magnet: a grade with its likeliest recipe.

    The level holds at 20 degrees C, where grades are printed. The fall of coercivity and the
    remanence hold at the temperature of `here`. The level is stated, as in a replacement of the
    grade, unless it is that of no producer (`levels.Level.reason`). Two things widen the ranges of
    other alloys: that the recipe is uncertain, and that makers guarantee less than they sell.

    Parameters
    ----------
    here : pandas.Series
        Row of the grade at the temperature of use, of `grade_row`: ``grade``,
        ``temperature_K``, ``remanence_T`` with ``_lo`` and ``_hi``, and
        ``remanence_coefficient_pct_K`` are read. H_cJ is that of
        `magnetkit.grades` of that name at 20 degrees C.
    made : CompositionEstimate
        Its estimated composition: ``best`` and ``log_spread`` are read.
    curie : CurieModel, optional
        Model of the Curie temperature; the shipped one otherwise.

    Returns
    -------
    Producer
        ``name`` is that of the grade; ``magnets`` is empty if its recipe makes
        none in the model; ``stated`` holds the stated level or nothing.
    """
    apart = float(np.log(here["remanence_T_hi"] / here["remanence_T_lo"]))
    h_cj_deviation = float(np.hypot(GUARANTEE, made.log_spread))
    kelvin = float(here["temperature_K"])
    grade = str(here["grade"])
    room = grades(grade).iloc[0]
    b_r = float(here["remanence_T"])
    h_cj = usual_values(room)[COERCIVITY]
    values = [
        KnownValue(COERCIVITY, h_cj, ROOM_K, h_cj_deviation),
        KnownValue("remanence_T", b_r, kelvin, apart / 4.0 + 0.01),
    ]
    if abs(float(here[ALPHA])) <= COMPENSATED:
        values.append(printed_alpha(here))
    table = read_recipe(made.best.text, "weight")
    shell = made.best.shell
    between = alpha_range(grade)
    producer = calibrate_on_reference(
        grade, table, shell, values, between, curie
    )
    if not producer.magnets:
        return producer
    level = find_level(
        table,
        h_cj,
        shell=shell,
        route=made.best.route,
        makers=str(room["makers"]),
        curie=curie,
    )
    if not level.is_sound:
        return producer
    of_alpha = [
        magnet for magnet in producer.magnets if magnet["quantity"] == ALPHA
    ]
    stated_level = state_level(
        table,
        level,
        kelvin,
        typical_values(room, kelvin),
        shell=shell,
        measured=Producer("", tuple(of_alpha)),
        between=between,
        curie=curie,
    )
    return replace(producer, stated=(stated_level,))


def printed_alpha(sheet: "pd.Series") -> KnownValue:
    """Return the temperature coefficient of B_r of a sheet as a known value.

    `sheet` is a row of `magnetkit.grades`, such as
    ``grades("N42SH").iloc[0]``: ``remanence_coefficient_pct_K`` (%/K) and
    ``temperature_K`` are read. The `KnownValue` has ``quantity``
    ("remanence_coefficient_pct_K"), ``value`` (%/K, NaN where none is
    printed), ``kelvin`` (the temperature of the row) and ``deviation``, the
    standard deviation of all printed coefficients, %/K.
    """
    kelvin = float(sheet["temperature_K"])
    return KnownValue(ALPHA, float(sheet[ALPHA]), kelvin, MAKEUP.printed_alpha)


def typical_values(sheet: "pd.Series", kelvin: float) -> dict[str, float]:
    """Return B_r (T) and H_cJ (kA/m) of a usual lot of a grade at a temperature.

    `sheet` is a row of `grades` at 20 degrees C, such as
    ``grades("N42SH").iloc[0]``; `kelvin` is in K. The keys are ``remanence_T``
    and ``coercivity_kA_m``: the guaranteed value divided by the share of the
    usual value that makers guarantee. So they are larger than what is
    guaranteed. What is not printed is NaN.
    """
    lot_spread = lots(str(sheet["host"]))
    guaranteed = guaranteed_values(sheet, kelvin)
    return {
        quantity: value / lot_spread.share(quantity)
        for quantity, value in guaranteed.items()
    }


def alpha_range(grade: str) -> tuple[float, float]:
    """Return the ends of the chord over which a maker prints alpha of a grade: lower and upper, K.

    `grade` is a name of `magnetkit.grades`; of several sheets that name the
    ends the first counts. The pair is `BETWEEN` (20 and 100 degrees C) if no
    sheet names the ends. InputError if no such grade is known.
    """
    sheets = grades(grade, sheets=True)
    alpha_sheets = sheets[
        (sheets["quantity"] == ALPHA) & sheets["to_K"].notna()
    ]
    if not len(alpha_sheets):
        return BETWEEN
    return float(alpha_sheets["temperature_K"].iloc[0]), float(
        alpha_sheets["to_K"].iloc[0]
    )


def read_recipe(recipe: str, basis: Basis) -> CompositionTable:
    """Read one recipe into a table of one row; CompositionError if it cannot be read.

    `basis` says what the amounts of the text `recipe` are: "auto", "atomic" or "weight". With "auto"
    a text of amounts in per cent must name its own, "at.%" or "wt.%".
    """
    table = CompositionTable.from_strings([recipe], basis=basis)
    if table.errors:
        error = table.errors[0]
        raise CompositionError(error.reason, error.text, error.position)
    return table
