"""What may take the place of a magnet: melts of the same producer, and grades as sold.

A melt is compared with the magnet in use by the model, whose errors the two share; what is sold, by
what makers guarantee.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .._core._columnar import Columns
from .._core._constants import DEVIATIONS_90, ROOM_K
from .._core._types import BoolArray, FloatArray, IntArray
from .._core.columns import COLUMNS
from .._core.errors import InputError
from .._core.settings import get_settings
from .._core.units import MU_0
from ..alloy.shell_rows import read_shells
from ..alloy.table import CompositionTable
from ..magnetism._composition_estimate import (
    MELTED,
    CompositionEstimate,
    Recipe,
    estimate_composition,
    printed_alpha,
    recipes,
    usual_magnets,
)
from ..magnetism._evidence import DISTANCE, cap_probability, coordinates
from ..magnetism._magnets import Alloys, alloys
from ..magnetism._measured import ALPHA, COERCIVITY, Producer, StatedLevel
from ..magnetism._reference import KnownValue, calibrate_on_reference
from ..magnetism._stages import GUARANTEED, cost_per_flux
from ..magnetism.grades import (
    curve_shapes,
    grades_at_room_temperature,
    guaranteed_minima,
    hot_squareness,
    secondhand,
)
from ..magnetism.levels import Level, find_level, state_level
from ..magnetism.process import routes
from ..magnetism.sintered import Use, figure_columns
from ..magnetism.spread import constants
from ..phases.records import HOSTS, root_host
from ..supply.scenario import Scenario
from ._profile_parts import CHANCE, COST_PER_FLUX
from ._request import (
    KNEE,
    LIMIT,
    MARGIN_OF_DUTY,
    PRODUCT,
    REMANENCE,
    Incumbent,
    Limits,
    Request,
)
from .exposure import HeavyToday, heavy_exposure
from .probability import (
    SAME_RECIPE,
    least_likely,
    limit_deviation,
    limit_half_width,
    probability_of_limits,
    producer_deviations,
)
from .thresholds import MEETS, UNLIKELY

if TYPE_CHECKING:
    import pandas as pd

    from ..surrogates._curie import CurieModel


HEAVY = "heavy_rare_earth_wt_pct"
SAVED = "heavy_rare_earth_saved_wt_pct"
COST = "cost_USD_kg"
EXPOSURE = "exposure_USD_kg"
COST_RATIO = "cost_per_flux_ratio"
GUARANTEED_KNEE = "knee_guaranteed_kA_m"
TRIALS = ("low-boron", "fine-grained", "hot-deformed", "other-route")
"""Kinds of ways that no producer of today's magnet makes."""
LOWER_CLASS = 0.9
"""Share of today's guaranteed H_cJ from which down a class is a lower one: one sheet differs from
another by less."""

# Standard deviation of the difference of two alphas, %/K: that of `alpha_floor` of the parameters.
_ALPHA_DEVIATION = 0.006 / DEVIATIONS_90
_LEDGER = (
    HEAVY,
    "rare_earth_wt_pct",
    "cobalt_wt_pct",
    "supply_risk",
    "import_reliance",
    COST,
)
_HARDNESS = (COERCIVITY, KNEE, MARGIN_OF_DUTY)
SUPPORTED_LIMITS = (
    REMANENCE,
    PRODUCT,
    *_HARDNESS,
    ALPHA,
    "density_kg_m3",
    *_LEDGER,
)
"""Columns that a replacement can be asked for."""
NOT_KNOWN = " (not known)"
"""Behind the name of a limit of which a candidate has no value."""
AMPLE = 10.0
"""ln of a ratio where nothing is asked."""
# Grades of one kind whose recipes are estimated.
_MOST_SOLD = 12


class Judged(NamedTuple):
    """Candidates for one recipe of the magnet in use.

    Attributes
    ----------
    table : pandas.DataFrame
        One row a candidate, the magnet in use first; columns as of `judge_melts`.
    level : Level or None
        That of the producer of the magnet in use; None where another producer
        makes the candidates.
    """

    table: "pd.DataFrame"
    level: Level | None


def list_melts(
    incumbent: Incumbent, own: Recipe, request: Request
) -> "pd.DataFrame":
    """List the melts to judge for the place of a magnet in use, its own recipe first.

    Parameters
    ----------
    incumbent : Incumbent
        The magnet in use, as of `incumbent_of_grade`. Melts are listed for
        the root of its host, which must be sold (KeyError otherwise); one
        with ``between`` counts as compensated.
    own : Recipe
        Its recipe, such as ``incumbent.makeup.best`` of `with_makeup`:
        ``text`` (wt.%), ``shell`` and ``route`` are read.
    request : Request
        With ``request.route``, a name of `magnetism.process.routes` (KeyError otherwise), all melts
        but the first are made by that route.

    Returns
    -------
    pandas.DataFrame
        ``composition`` (a text such as "Nd24.64Pr6.16Co1Cu0.15B0.96Fe bal.",
        wt.% though it does not say so: to read it name the basis "weight"),
        ``shell`` (a text such as "Tb 0.5 wt%", empty for none), ``way`` ("own"
        for the first row, else a kind of ways such as "bulk" or "diffused")
        and ``route`` (a name; missing, None or NaN, for the usual one; of the
        first row ``own.route``), rows numbered from 0. A melt that occurs
        twice by composition, shell and route is listed where it comes first.

    Raises
    ------
    InputError
        If that route makes magnets of another host.
    """
    import pandas as pd

    host = root_host(incumbent.host)
    other_recipes = _other_melts(
        host, compensated=incumbent.between is not None
    )
    if request.route is not None:
        other_recipes = tuple(_by_route(other_recipes, request.route, host))
    rows = [(own.text, own.shell, "own", own.route), *other_recipes]
    frame = pd.DataFrame(
        rows, columns=["composition", "shell", "way", "route"]
    )
    return frame.drop_duplicates(
        ["composition", "shell", "route"]
    ).reset_index(drop=True)


_Melt = tuple[str, str, str, str | None]
"""Composition in wt.%, shell, way and route of a melt."""


@lru_cache(maxsize=32)
def _other_melts(host: str, *, compensated: bool) -> tuple[_Melt, ...]:
    """List the melts that may replace a magnet of a host.

    `host` is a root that is sold, such as "2:14:1" (KeyError otherwise). `compensated` adds those
    that serve magnets with a flat B_r(T). What a device alone asks for is left out.

    Returns
    -------
    tuple of (str, str, str, str or None)
        Recipe, such as "Nd24.64Pr6.16Co1Cu0.15B0.96Fe bal.", in wt.% though
        it does not say so (to read it name the basis "weight"); shell (a text
        such as "Tb 0.5 wt%", "" for none); kind of way such as "diffused" (a
        key of `magnetkit.choose.answer.WAYS`); and route (None for the usual
        one). Kept and shared.
    """
    rows: list[_Melt] = []
    for grid in usual_magnets()[host].candidates:
        if grid.beside == "device" or (
            grid.beside == "compensated" and not compensated
        ):
            continue
        for text, shell in recipes(host, grid):
            rows.append((text, shell, grid.kind, grid.route))
    return tuple(rows)


def _by_route(rows: Sequence[Any], route: str, host: str) -> list[_Melt]:
    """Keep the recipes made by one route.

    If none is, the recipes of kind "bulk" are returned as made by it, each
    with the shell "", the kind "other-route" and this route. A recipe of route
    None is made by no named route. The list may be empty.

    Parameters
    ----------
    rows : sequence of (str, str, str, str or None)
        Recipes, shells, kinds and routes, as `_other_melts` returns them.
    route : str
        Name of a route of `magnetism.process.routes`, such as "hot-deformed" (KeyError
        otherwise).
    host : str
        Root of the host of the magnet in use, such as "2:14:1".

    Returns
    -------
    list of (str, str, str, str or None)
        Of the same form.

    Raises
    ------
    InputError
        If the route makes magnets of another host.
    """
    if routes()[route].host != host:
        raise InputError(
            f"the route {route} makes magnets of {routes()[route].host}; the magnet in use is of "
            f"{host}"
        )
    same = [melt for melt in rows if melt[3] == route]
    if same:
        return same
    other: list[_Melt] = []
    for text, _, way, _ in rows:
        if way == "bulk":
            other.append((text, "", "other-route", route))
    return other


def _model_figures(
    frame: "pd.DataFrame",
    incumbent: Incumbent,
    request: Request,
    leveled: Producer | None,
) -> "pd.DataFrame":
    """Predict melts at the temperature of use.

    Parameters
    ----------
    frame : pandas.DataFrame
        n melts: ``composition`` (wt.%), ``shell`` (empty text for none) and ``route`` (None or
        another non-text for the usual one); the first row is the magnet in use.
    incumbent : Incumbent
        The magnet in use.
    request : Request
        Temperature, range of alpha (where `incumbent` has none) and model of the Curie
        temperature.
    leveled : Producer or None
        Producer at the level of the magnet in use, with exactly one stated
        level (`_producer_at_level`); None for the producer of `incumbent`.

    Returns
    -------
    pandas.DataFrame
        n rows, numbered from 0, as of `_figures_of_melts`: ``remanence_T`` and
        ``coercivity_kA_m`` with ``_lo`` and ``_hi``, ``knee_field_kA_m``,
        ``max_energy_product_kJ_m3``, ``bare`` (H_cJ without the shell, kA/m),
        ``host``, ``status`` and others. Shared: do not change it.
    """
    routes_of = [
        route if isinstance(route, str) else "" for route in frame["route"]
    ]
    melts = tuple(
        zip(frame["composition"], frame["shell"], routes_of, strict=True)
    )
    conditions = request.conditions
    between = incumbent.between or conditions.between
    if leveled is None:
        return _figures_of_melts(
            melts,
            request.temperature,
            between,
            conditions.curie,
            producer=incumbent.producer,
        )
    return _cached_figures(
        melts, request.temperature, between, conditions.curie, leveled
    )


@lru_cache(maxsize=64)
def _cached_figures(
    melts: tuple[tuple[str, str, str], ...],
    kelvin: float,
    between: tuple[float, float],
    curie: "CurieModel",
    leveled: Producer,
) -> "pd.DataFrame":
    """Return `_figures_of_melts` for a producer at a stated level, from a cache.

    No duty changes a magnet, so requests that differ in duty share the result.

    Parameters
    ----------
    melts : tuple of (str, str, str)
        Recipe in wt.%, shell and route of each, an empty text for none.
    kelvin : float
        Temperature, K.
    between : tuple of float
        Chord of alpha and beta, K, the lower temperature first.
    curie : CurieModel
        Model of the Curie temperature.
    leveled : Producer
        Producer with exactly one stated level.

    Returns
    -------
    pandas.DataFrame
        One row a melt, numbered from 0, with the columns of
        `_figures_of_melts`: ``remanence_T`` and ``coercivity_kA_m`` with
        ``_lo`` and ``_hi``, ``knee_field_kA_m``, ``bare``, ``host``,
        ``status`` and others. Shared: do not change it.
    """
    (stated_level,) = leveled.stated
    producer = None
    if leveled.magnets:
        producer = replace(leveled, stated=())
    return _figures_of_melts(
        melts, kelvin, between, curie, stated=stated_level, producer=producer
    )


def _figures_of_melts(
    melts: tuple[tuple[str, str, str], ...],
    kelvin: float,
    between: tuple[float, float],
    curie: "CurieModel",
    *,
    stated: StatedLevel | None = None,
    producer: Producer | None = None,
) -> "pd.DataFrame":
    """Predict melts with shells by their routes, in their order.

    The first melt is the magnet in use. It is made apart, so that the others, the same for many
    magnets in use, come from a cache.

    Parameters
    ----------
    melts : tuple of (str, str, str)
        Recipe in wt.%, shell and route of each, an empty text for none or the usual one.
    kelvin : float
        Temperature, K.
    between : tuple of float
        Chord of alpha and beta, K, the lower temperature first.
    curie : CurieModel
        Model of the Curie temperature.
    stated : StatedLevel, optional
        Level of the producer; None for that of the family.
    producer : Producer, optional
        Calibration: whose measured magnets the values are conditional on.

    Returns
    -------
    pandas.DataFrame
        One row a melt, numbered from 0. The columns `_FIGURES`:
        ``remanence_T`` and ``coercivity_kA_m`` with ``_lo`` and ``_hi``,
        ``knee_field_kA_m``, ``max_energy_product_kJ_m3``,
        ``remanence_coefficient_pct_K``, ``evidence_distance`` and
        ``density_kg_m3``; ``host`` and ``status`` (texts), and ``bare``, H_cJ
        without the shell, kA/m, which equals ``coercivity_kA_m`` where there
        is no shell. B_r and H_cJ are NaN where ``status`` is not "ok". A new
        frame.
    """
    import pandas as pd

    groups: dict[tuple[bool, str, bool], list[int]] = {}
    for row, (_, shell, route) in enumerate(melts):
        groups.setdefault((row == 0, route, bool(shell)), []).append(row)
    numbers = {name: np.empty(len(melts)) for name in (*_FIGURES, "bare")}
    words = {name: np.empty(len(melts), object) for name in ("host", "status")}
    for (_, route, has_shell), places in groups.items():
        texts = tuple(melts[row][0] for row in places)
        shells = None
        if has_shell:
            shells = tuple(melts[row][1] for row in places)
        magnets = _melt(texts, shells, route, curie, producer)
        columns = _figures_of_alloys(magnets, kelvin, between, stated)
        bare = columns
        if has_shell:
            magnets = _melt(texts, None, route, curie, producer)
            bare = _figures_of_alloys(magnets, kelvin, between, stated)
        for name in _FIGURES:
            numbers[name][places] = columns[name]
        numbers["bare"][places] = bare[COERCIVITY]
        for name, column in words.items():
            column[places] = columns[name].texts()
    return pd.DataFrame(words | numbers)


_FIGURES = (
    REMANENCE,
    f"{REMANENCE}_lo",
    f"{REMANENCE}_hi",
    COERCIVITY,
    f"{COERCIVITY}_lo",
    f"{COERCIVITY}_hi",
    KNEE,
    PRODUCT,
    ALPHA,
    DISTANCE,
    "density_kg_m3",
)


def _figures_of_alloys(
    magnets: Alloys,
    kelvin: float,
    between: tuple[float, float],
    stated: StatedLevel | None,
) -> Columns:
    """Compute figures, host and status of n magnets at the temperature `kelvin`, K.

    `magnets` are the alloys, of `_melt`; they are not changed. `between` is
    the chord of alpha and beta, K, the lower temperature first. With `stated`,
    a `StatedLevel` or None, the magnets are those of a producer of that level.
    The `Columns`, a dict by name, are ``host`` and ``status``, each a `Coded`,
    and as arrays (n,) ``remanence_T`` and ``coercivity_kA_m`` with ``_lo`` and
    ``_hi``, ``knee_field_kA_m``, ``max_energy_product_kJ_m3``,
    ``remanence_coefficient_pct_K``, ``evidence_distance`` and
    ``density_kg_m3``; others may be there. ``status`` is "ok" for a magnet.
    """
    if stated is not None:
        magnets = magnets.with_stated(stated)
    (columns,) = figure_columns(
        magnets,
        [kelvin],
        Use(between),
        {kelvin: {"host", "status", *_FIGURES}},
    )
    return columns


@lru_cache(maxsize=256)
def _melt(
    texts: tuple[str, ...],
    shells: tuple[str, ...] | None,
    route: str,
    curie: "CurieModel",
    producer: Producer | None,
) -> Alloys:
    """Make the alloys of recipes with shells, by one route, from a cache.

    Parameters
    ----------
    texts : tuple of str
        n recipes, wt.%, such as "Nd30Fe69B1", all readable.
    shells : tuple of str or None
        Shell of each, empty for none; None without any.
    route : str
        Name of a route; empty for the usual one of each host.
    curie : CurieModel
        Model of the Curie temperature.
    producer : Producer or None
        Whose measured magnets anchor them.

    Returns
    -------
    Alloys
        n alloys whose ranges are prepared. Shared: do not change it.
    """
    process: dict[str, Any] = {"route": route} if route else {}
    if producer is not None:
        process["producer"] = producer
    table = CompositionTable.from_strings(list(texts), basis="weight")
    shell_rows = read_shells(shells, len(table))
    return alloys(table, process or None, shell_rows, curie=curie, ranges=True)


@dataclass(frozen=True, eq=False)
class _Comparison:
    """Melts beside the magnet in use, arrays of n rows.

    Attributes
    ----------
    logs, deviations : dict of str to array
        ln of B_r and of H_cJ over those of a usual lot in use, by column, and their standard
        deviations.
    distance : array
        Sum of the differences of atomic fractions.
    is_magnet : array of bool
        Whether the melt is a magnet of the family in use.
    is_alike : array of bool
        Whether recipe, shell and route are those of the magnet in use.
    """

    logs: dict[str, FloatArray]
    deviations: dict[str, FloatArray]
    distance: FloatArray
    is_magnet: BoolArray
    is_alike: BoolArray


def judge_melts(
    incumbent: Incumbent,
    own: Recipe,
    request: Request,
    limits: Limits,
    frame: "pd.DataFrame | None" = None,
) -> Judged:
    """Judge melts for the place of the magnet in use.

    Values are those of a usual lot of the producer in use, beside them those that 99 % of its
    lots reach.

    Parameters
    ----------
    incumbent : Incumbent
        The magnet in use, as of `incumbent_of_grade`. With a ``producer`` the
        melts are that producer's.
    own : Recipe
        Its recipe, such as ``incumbent.makeup.best`` of `with_makeup`:
        ``text`` (wt.%), ``shell`` and ``route`` are read.
    request : Request
        What is asked: temperature, duty and conditions of use. Its ``require`` is not read: the
        limits are `limits`.
    limits : dict of str to Requirement
        What has to be met, by column, as of `find_limits`; columns of `SUPPORTED_LIMITS`.
    frame : pandas.DataFrame, optional
        Melts to judge, with the columns ``composition``, ``shell``, ``way`` and ``route`` of
        `list_melts` and an index from 0, the magnet in use first; not changed. Those of
        `list_melts` otherwise.

    Returns
    -------
    Judged
        ``table``, one row a melt in the same order, and ``level`` (None for
        another producer). The columns are ``candidate`` (the recipe, as
        ``composition`` of `list_melts`), ``shell``, ``way``, ``route``
        (missing for the usual one), ``host``, ``status``, ``grade`` and
        ``makers`` (empty texts), ``temperature_K``; ``remanence_T`` and
        ``coercivity_kA_m`` with ``_lo`` and ``_hi``, ``knee_field_kA_m``, the
        guaranteed values of all three (``remanence_guaranteed_T``,
        ``coercivity_guaranteed_kA_m``, ``knee_guaranteed_kA_m``), ``recoil``,
        ``max_energy_product_kJ_m3``, ``remanence_coefficient_pct_K`` and
        ``density_kg_m3``; ``field_kA_m`` and ``demagnetization_safety``; the
        columns of `_enter_supply`, such as ``heavy_rare_earth_wt_pct`` and
        ``cost_USD_kg``; ``evidence_distance``,
        ``probability_meets_requirements`` and ``failed_requirements`` (a text
        such as "margin by 12 %, Br by 3 %", empty for none). A melt that is
        no magnet of the family has probability 0 and NaN for B_r, H_cJ and
        what follows from them.

    Raises
    ------
    InputError
        If the recipe in use is no magnet at the temperature by the model, no
        level of a producer gives it its H_cJ, or a limit names a column that
        no replacement is asked for.
    """
    if frame is None:
        frame = list_melts(incumbent, own, request)
    frame = frame.copy()
    level = None
    leveled = None
    if incumbent.producer is None:
        level = producer_level(incumbent, own, request)
        leveled = _producer_at_level(incumbent, own, request, level)
    model = _model_figures(frame, incumbent, request, leveled)
    status = model["status"].iloc[0]
    if status != "ok":
        raise InputError(
            f"{own.text} is no magnet at {request.temperature - 273.15:.0f} °C by the model "
            f"({status}); give the recipe of {incumbent.name}, or leave it out"
        )
    table = CompositionTable.from_strings(
        frame["composition"].tolist(), basis="weight"
    )
    beside = _compare_melts(frame, model, table, incumbent, own, level)
    frame["temperature_K"] = request.temperature
    frame["status"] = model["status"].astype(str)
    frame["host"] = model["host"].astype(str)
    frame["density_kg_m3"] = model["density_kg_m3"]
    _enter_values(frame, model, beside, incumbent)
    _enter_margin(frame, request)
    frame[PRODUCT] = (
        model[PRODUCT] * (frame[REMANENCE] / model[REMANENCE]) ** 2
    )
    alpha = model[ALPHA].iloc[0]
    frame[ALPHA] = model[ALPHA] + float(incumbent.sheet[ALPHA]) - float(alpha)
    frame["grade"] = ""
    frame["makers"] = ""
    _enter_supply(frame, request)
    probability = np.zeros(len(frame))
    magnets = beside.is_magnet
    probability[magnets] = _probability(
        frame[magnets],
        limits,
        request,
        (
            beside.deviations[REMANENCE][magnets],
            beside.deviations[COERCIVITY][magnets],
        ),
        allowed_slack(incumbent, request),
        trade=not request.on_duty,
    )
    frame[DISTANCE] = _evidence_distance(
        model, incumbent, table, beside.is_alike
    )
    others = _other_limits(frame, limits, beside.distance)
    frame[CHANCE] = cap_probability(
        probability * others, frame[DISTANCE].to_numpy()
    )
    frame["failed_requirements"] = _failed_limits(frame, limits)
    return Judged(frame.rename(columns={"composition": "candidate"}), level)


def _compare_melts(
    frame: "pd.DataFrame",
    model: "pd.DataFrame",
    table: CompositionTable,
    incumbent: Incumbent,
    own: Recipe,
    level: Level | None,
) -> _Comparison:
    """Compare n melts with the first, the magnet in use, by the figures of the model.

    Parameters
    ----------
    frame : DataFrame
        The melts, as of `list_melts`: ``shell`` and ``route`` are read; the magnet in use first.
    model : DataFrame
        Their figures of the model: ``remanence_T``, ``coercivity_kA_m``,
        ``bare`` (H_cJ without the shell, kA/m), ``host`` and ``status`` ("ok"
        for a magnet); without `level` also ``_lo`` and ``_hi`` of the first
        two.
    table : CompositionTable
        Their recipes, in the same order.
    incumbent : Incumbent
        The magnet in use.
    own : Recipe
        Its recipe.
    level : Level or None
        Level of its producer; None where another producer makes the others.

    Returns
    -------
    _Comparison
        Arrays of n rows. ``logs`` and ``deviations`` are dicts with the keys
        "remanence_T" and "coercivity_kA_m": ln of the value over that of a
        usual lot in use, and its standard deviation. ``distance`` is the sum
        of the absolute differences of atomic fractions to the first row,
        shells left out. ``is_magnet`` (bool) says whether the melt is a magnet
        of the family in use, ``is_alike`` (bool) whether recipe, shell and
        route are those in use.
    """
    is_magnet = is_of_family(model["host"], incumbent.host)
    is_magnet &= (model["status"] == "ok").to_numpy(bool)
    is_magnet &= model[COERCIVITY].to_numpy(float) > 0.0
    distance = np.abs(table.to_array() - table.to_array()[0]).sum(axis=1)
    other_shell = np.array(
        [shell != own.shell for shell in frame["shell"].tolist()]
    )
    other_route = (frame["route"].fillna("") != (own.route or "")).to_numpy(
        bool
    )
    if level is None:
        logs, deviations = _compare_by_producer(model, incumbent)
    else:
        shares_level = [
            not level.is_trial(route if isinstance(route, str) else None)
            for route in frame["route"]
        ]
        logs, share = _compare_at_level(
            model, incumbent, np.array(shares_level)
        )
        pair = producer_deviations(
            incumbent.host,
            logs[REMANENCE],
            distance,
            share,
            other_shell,
            other_route,
        )
        deviations = dict(zip(logs, pair, strict=True))
    return _Comparison(
        logs,
        deviations,
        distance,
        is_magnet=is_magnet,
        is_alike=(distance <= SAME_RECIPE) & ~other_shell & ~other_route,
    )


def is_of_family(hosts: "pd.Series", host: str) -> BoolArray:
    """Say which of `hosts`, texts (n,), have the root that `host` has, bool (n,).

    Hosts are names such as "2:14:1"; a name of no host is its own root.
    """
    root = root_host(host)
    return np.array([root_host(str(one)) == root for one in hosts], bool)


def _compare_at_level(
    model: "pd.DataFrame", incumbent: Incumbent, shares_level: BoolArray
) -> tuple[dict[str, FloatArray], FloatArray]:
    """Compare n melts of the producer of the magnet in use with that magnet.

    Parameters
    ----------
    model : pandas.DataFrame
        ``remanence_T``, ``coercivity_kA_m`` and ``bare`` (H_cJ without the shell) by the model, the
        magnet in use first.
    incumbent : Incumbent
        The magnet in use.
    shares_level : ndarray of bool, shape (n,)
        Whether the coercivity of a melt is of the producer's level; else it is the model's.

    Returns
    -------
    logs : dict of str to ndarray, shape (n,)
        By ``remanence_T`` and ``coercivity_kA_m``: ln of the value over that of a usual lot in use,
        0 for the first row (of H_cJ if it shares the level). NaN or -inf where
        the model has no B_r or H_cJ.
    share : ndarray, shape (n,)
        Share of H_cJ that the shell gives, less what the level already holds
        of it: less that of the first row for a melt that shares the level. 0
        before that where there is no H_cJ. It may be negative.
    """
    remanence = model[REMANENCE].to_numpy(float)
    by_model = model[COERCIVITY].to_numpy(float)
    typical = incumbent.typical(COERCIVITY)
    # What no fall with temperature makes of the level at 20 degrees C is left to all that share it.
    remaining = np.where(shares_level, typical / by_model[0], 1.0)
    coercivity = remaining * by_model
    gain = by_model - model["bare"].to_numpy(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(coercivity > 0.0, gain / by_model, 0.0)
        logs = {
            REMANENCE: np.log(remanence / remanence[0]),
            COERCIVITY: np.log(coercivity / typical),
        }
    # The level of a route of its own does not rest on what is diffused into today's magnet.
    return logs, share - np.where(shares_level, share[0], 0.0)


def _compare_by_producer(
    model: "pd.DataFrame", incumbent: Incumbent
) -> tuple[dict[str, FloatArray], dict[str, FloatArray]]:
    """Compare n melts that another producer makes with the magnet in use.

    The magnets of that producer say what the melts are, and no error cancels. `model` has
    ``remanence_T`` and ``coercivity_kA_m`` with ``_lo`` and ``_hi``; `incumbent` is the magnet in
    use.

    Returns
    -------
    logs, deviations : dict of str to ndarray, shape (n,)
        By these two columns: ln of the value over that of a usual lot in use (the first row too,
        which is therefore not 0), and its standard deviation, from a 90 % range.
    """
    logs = {}
    deviations = {}
    for quantity in (REMANENCE, COERCIVITY):
        value = model[quantity].to_numpy(float)
        logs[quantity] = np.log(value / incumbent.typical(quantity))
        ends = (model[f"{quantity}_hi"] / model[f"{quantity}_lo"]).to_numpy(
            float
        )
        deviations[quantity] = np.log(ends) / (2.0 * DEVIATIONS_90)
    return logs, deviations


def _enter_values(
    frame: "pd.DataFrame",
    model: "pd.DataFrame",
    beside: _Comparison,
    incumbent: Incumbent,
) -> None:
    """Write B_r, H_cJ and knee of n melts, those of a usual lot and guaranteed, into `frame`, in place.

    Written are ``remanence_T`` and ``coercivity_kA_m``, both with ``_lo`` and
    ``_hi``, ``remanence_guaranteed_T``, ``coercivity_guaranteed_kA_m``,
    ``knee_field_kA_m``, ``knee_guaranteed_kA_m`` and ``recoil``. All but
    ``recoil`` are NaN for a melt that is no magnet of the family in use.

    Parameters
    ----------
    frame : pandas.DataFrame
        n melts; changed. No column of it is read.
    model : pandas.DataFrame
        ``knee_field_kA_m`` and ``coercivity_kA_m`` by the model, in the same rows, the magnet in
        use first.
    beside : _Comparison
        Comparison with the magnet in use, of `_compare_melts`.
    incumbent : Incumbent
        The magnet in use: values of a usual lot, spread of lots, squareness and recoil.
    """
    for quantity, log in beside.logs.items():
        deviation = beside.deviations[quantity]
        typical = incumbent.typical(quantity)
        value = typical * np.exp(np.where(beside.is_magnet, log, np.nan))
        frame[quantity] = value
        frame[GUARANTEED[quantity]] = value * incumbent.spread.share(quantity)
        frame[f"{quantity}_lo"] = value * np.exp(-DEVIATIONS_90 * deviation)
        frame[f"{quantity}_hi"] = value * np.exp(DEVIATIONS_90 * deviation)
    squareness = (model[KNEE] / model[COERCIVITY]).to_numpy(float)
    if incumbent.squareness == incumbent.squareness:
        squareness = squareness * incumbent.squareness / squareness[0]
    squareness = np.minimum(squareness, 1.0)
    frame[KNEE] = frame[COERCIVITY] * squareness
    frame[GUARANTEED_KNEE] = frame[GUARANTEED[COERCIVITY]] * squareness
    frame["recoil"] = incumbent.recoil


def allowed_slack(
    incumbent: Incumbent | None, request: Request
) -> tuple[float, float]:
    """Return by how much ln of guaranteed B_r and of guaranteed H_cJ may miss the drawing's values.

    99 % of today's lots reach those values, while 95 % are enough. For a duty
    (``request.on_duty``), where the knee decides, the slack of H_cJ is zero; without an
    `incumbent` both are. Both are 0 or more; the pair is (of B_r, of H_cJ), without a unit.
    """
    if incumbent is None:
        return 0.0, 0.0
    remanence = incumbent.spread.slack(REMANENCE)
    if request.on_duty:
        return remanence, 0.0
    return remanence, incumbent.spread.slack(COERCIVITY)


def producer_level(
    incumbent: Incumbent, own: Recipe, request: Request
) -> Level:
    """Find the level at 20 degrees C of the producer of the magnet in use, from a cache.

    `incumbent` is that magnet: its ``sheet`` must have the guaranteed H_cJ at
    20 degrees C (``coercivity_kA_m``), and its ``makers`` are read. `own` is
    taken as its recipe: ``text`` (wt.%), ``shell`` and ``route`` are read.
    `request` names the model of the Curie temperature (``conditions.curie``).
    The `Level` is shared: ``value``, H_cJ over the model's, ``route`` and
    ``reason``, a text that is empty where recipe and model may be right.
    InputError if no level gives that H_cJ.
    """
    typical = float(incumbent.sheet[COERCIVITY]) / incumbent.spread.share(
        COERCIVITY
    )
    return _cached_level_at_room(
        own.text,
        own.shell,
        own.route,
        typical,
        incumbent.makers,
        request.conditions.curie,
    )


@lru_cache(maxsize=512)
def _cached_level_at_room(
    text: str,
    shell: str | None,
    route: str | None,
    typical: float,
    makers: str,
    curie: "CurieModel",
) -> Level:
    """Return `find_level` of a recipe, from a cache.

    Parameters
    ----------
    text : str
        Recipe, wt.%.
    shell : str or None
        Its shell, such as "Tb 0.5 wt%".
    route : str or None
        Name of a route; None for the usual one.
    typical : float
        H_cJ of a usual lot at 20 degrees C, kA/m.
    makers : str
        Names separated by a comma and a blank, as in the column ``makers`` of `grades`. Unknown
        ones do not count; all makers do where none is known.
    curie : CurieModel
        Model of the Curie temperature.

    Returns
    -------
    Level
        ``value``, H_cJ over the model's, ``route``, empty for the usual one,
        and ``reason``, a text, not empty where no producer has such a level.
        Shared.

    Raises
    ------
    InputError
        If the recipe makes no magnet in the model, no level gives that H_cJ,
        or there is no such route.
    """
    table = CompositionTable.from_strings([text], basis="weight")
    return find_level(
        table, typical, shell=shell, route=route, makers=makers, curie=curie
    )


def _producer_at_level(
    incumbent: Incumbent, own: Recipe, request: Request, level: Level
) -> Producer:
    """Build the producer with which the model gives the magnet in use the values it is sold with.

    Parameters
    ----------
    incumbent : Incumbent
        The magnet in use; with ``between`` it counts as compensated.
    own : Recipe
        Its recipe: ``text`` (wt.%) and ``shell`` are read.
    request : Request
        Temperature of use, range of alpha and model of the Curie temperature.
    level : Level
        Level of its producer at 20 degrees C, as of `producer_level`.

    Returns
    -------
    Producer
        It states a level (``stated``, a tuple of one `StatedLevel`) that gives
        B_r and H_cJ of a usual lot at the temperature of use, and is
        calibrated on the printed alpha of a compensated grade (``magnets``,
        else empty). From a cache.
    """
    typical = {
        quantity: incumbent.typical(quantity)
        for quantity in (REMANENCE, COERCIVITY)
    }
    alpha = None
    if incumbent.between:
        alpha = printed_alpha(incumbent.sheet)
    return _cached_producer(
        own.text,
        own.shell,
        level,
        request.temperature,
        tuple(typical.items()),
        alpha,
        incumbent.between or request.conditions.between,
        request.conditions.curie,
    )


@lru_cache(maxsize=256)
def _cached_producer(
    text: str,
    shell: str | None,
    level: Level,
    kelvin: float,
    typical: tuple[tuple[str, float], ...],
    alpha: KnownValue | None,
    between: tuple[float, float],
    curie: "CurieModel",
) -> Producer:
    """Build the producer of a recipe in wt.% at a level, from a cache.

    Parameters
    ----------
    text : str
        Recipe, wt.%.
    shell : str or None
        Its shell, such as "Tb 0.5 wt%".
    level : Level
        Level of the producer at 20 degrees C.
    kelvin : float
        Temperature of use, K.
    typical : tuple of (str, float)
        B_r (T) and H_cJ (kA/m) of a usual lot there, such as (("remanence_T",
        1.1), ("coercivity_kA_m", 900.0)).
    alpha : KnownValue or None
        Printed alpha, %/K.
    between : tuple of float
        Its chord, K, the lower temperature first.
    curie : CurieModel
        Model of the Curie temperature.

    Returns
    -------
    Producer
        Calibrated on alpha, with the stated level; its name is empty. Shared:
        do not change it.
    """
    table = CompositionTable.from_strings([text], basis="weight")
    alpha_values = [] if alpha is None else [alpha]
    producer = calibrate_on_reference(
        "", table, shell, alpha_values, between, curie
    )
    stated_level = state_level(
        table,
        level,
        kelvin,
        dict(typical),
        shell=shell,
        measured=producer,
        between=between,
        curie=curie,
    )
    return replace(producer, stated=(stated_level,))


def _enter_margin(frame: "pd.DataFrame", request: Request) -> None:
    """Write the demagnetizing field and the margin of each magnet into `frame`, in place.

    ``field_kA_m`` is the field against the magnet in the duty of `request`
    (``conditions.duty``), kA/m; ``demagnetization_safety`` is the guaranteed
    knee field divided by it. `frame` must have ``remanence_guaranteed_T``,
    ``knee_guaranteed_kA_m`` and ``recoil`` (KeyError); where one is NaN, so is
    the margin. It is infinite where no field acts.
    """
    duty = request.conditions.duty
    remanence = frame[GUARANTEED[REMANENCE]].to_numpy(float)
    recoil = frame["recoil"].to_numpy(float)
    knee = frame[GUARANTEED_KNEE].to_numpy(float)
    frame["field_kA_m"] = 1e-3 * duty.field(remanence, recoil)
    frame[MARGIN_OF_DUTY] = duty.safety(remanence, 1e3 * knee, recoil)


def _probability(
    frame: "pd.DataFrame",
    limits: Limits,
    request: Request,
    deviations: tuple[FloatArray, FloatArray],
    slack: tuple[float, float],
    *,
    trade: bool = False,
) -> FloatArray:
    """Compute the probability that magnets meet the limits on B_r, H_cJ and the margin, shape (n,).

    Parameters
    ----------
    frame : pandas.DataFrame
        n magnets. Each limited column is compared by its guaranteed value:
        ``remanence_guaranteed_T``, ``coercivity_guaranteed_kA_m`` or
        ``knee_guaranteed_kA_m``; (BH)max needs ``max_energy_product_kJ_m3``,
        ``remanence_T`` and ``remanence_guaranteed_T``; the margin
        ``demagnetization_safety``, ``remanence_guaranteed_T`` and ``recoil``.
    limits : dict of str to Requirement
        By column. Minima of ``remanence_T``, ``max_energy_product_kJ_m3``, ``coercivity_kA_m``,
        ``knee_field_kA_m`` and ``demagnetization_safety`` count; the others are ignored.
    request : Request
        Its duty decides how a larger B_r raises the field against a magnet.
    deviations : tuple of two ndarrays, shape (n,)
        Standard deviations of ln B_r and ln H_cJ.
    slack : tuple of two floats
        By how much ln of guaranteed B_r and H_cJ may fall short of their
        limits, 0 or more.
    trade : bool
        Let the maker trade coercivity for remanence.

    Returns
    -------
    ndarray of float64, shape (n,)
        0 to 1; near 1 without such limits, near 0 where a value that is limited is NaN.
    """
    flux, flux_limit = _least_ratio(
        frame, limits, {REMANENCE: 1.0, PRODUCT: 0.5}, deviations[0], slack[0]
    )
    hardness, hardness_limit = _least_ratio(
        frame, limits, dict.fromkeys(_HARDNESS, 1.0), deviations[1], slack[1]
    )
    pull: Any = 0.0
    if MARGIN_OF_DUTY in limits:
        duty = request.conditions.duty
        remanence = frame[GUARANTEED[REMANENCE]].to_numpy(float)
        recoil = frame["recoil"].to_numpy(float)
        pull = duty.own_field(remanence, recoil) / duty.field(
            remanence, recoil
        )
    return probability_of_limits(
        flux,
        hardness,
        deviations[0],
        deviations[1],
        pull=pull,
        trade=trade,
        flux_limit_deviation=flux_limit,
        hardness_limit_deviation=hardness_limit,
    )


def _least_ratio(
    frame: "pd.DataFrame",
    limits: Limits,
    powers: Mapping[str, float],
    deviation: FloatArray,
    slack: float,
) -> tuple[FloatArray, FloatArray]:
    """Compare guaranteed values with the limit that each magnet is least likely to meet.

    Parameters
    ----------
    frame : pandas.DataFrame
        n magnets, with the columns that `_guaranteed_values` reads for the
        limited ones, such as ``remanence_guaranteed_T``.
    limits : dict of str to Requirement
        By column; those that are no minimum are ignored. A minimum is above 0.
    powers : dict of str to float
        Columns to compare, each with the power p by which the quantity is its value to the p; 0.5
        for (BH)max, since B_r goes with its root.
    deviation : ndarray, shape (n,)
        Standard deviation of ln of the quantity.
    slack : float
        By how much ln of the quantity may fall short; it is added to the
        ratio.

    Returns
    -------
    ratio : ndarray, shape (n,)
        ln of the quantity, guaranteed, over its limit, slack included: at most
        `AMPLE`, 10, which stands without a limit too, and -`AMPLE` for NaN or
        a value of 0.
    limit_deviation : ndarray, shape (n,)
        Standard deviation of ln of that limit, from its range (``limit_lo`` to
        ``limit_hi``); 0 where it has none.
    """
    ratios = [np.full(len(frame), AMPLE)]
    widths = [np.zeros(len(frame))]
    for column, power in powers.items():
        limit = limits.get(column)
        if limit is None or limit.minimum is None:
            continue
        value = _guaranteed_values(frame, column)
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = power * np.log(value / limit.minimum) + slack
        ratio = np.nan_to_num(ratio, nan=-AMPLE, neginf=-AMPLE)
        ratios.append(np.minimum(ratio, AMPLE))
        width = limit_deviation(value, limit.minimum, limit.limit_range)
        widths.append(power * width)
    return least_likely(ratios, widths, deviation)


def _guaranteed_values(frame: "pd.DataFrame", column: str) -> FloatArray:
    """Return the guaranteed values of a column of `frame`, (n,), in its unit.

    `column` is such as "remanence_T". One without a guaranteed value, such as "cost_USD_kg", gives
    the value itself. Read are ``remanence_guaranteed_T``, ``coercivity_guaranteed_kA_m`` and
    ``knee_guaranteed_kA_m`` for the three columns that have them; (BH)max is computed of
    ``max_energy_product_kJ_m3``, ``remanence_T`` and ``remanence_guaranteed_T``. They must be in
    `frame` (KeyError).
    """
    if column == KNEE:
        return frame[GUARANTEED_KNEE].to_numpy(float)
    if column == PRODUCT:
        # (BH)max goes with B_r squared.
        share = (frame[GUARANTEED[REMANENCE]] / frame[REMANENCE]).to_numpy(
            float
        )
        return frame[PRODUCT].to_numpy(float) * share**2
    return frame[GUARANTEED.get(column, column)].to_numpy(float)


def _evidence_distance(
    model: "pd.DataFrame",
    incumbent: Incumbent,
    table: CompositionTable,
    is_same: Any,
) -> FloatArray:
    """Compute how far candidates are from measured magnets, shape (n,), without a unit.

    The magnet in use counts as measured, since it is sold: its own distance is
    0. If the user gave its recipe (``incumbent.makeup`` whose ``estimate`` is
    False), candidates near it are near a measured magnet.

    Parameters
    ----------
    model : pandas.DataFrame
        ``evidence_distance`` by the model, n rows; NaN counts as 0.
    incumbent : Incumbent
        The magnet in use.
    table : CompositionTable
        The n recipes, that of the magnet in use first.
    is_same : ndarray of bool, shape (n,)
        True for rows of that recipe, shell and route; their distance is 0.

    Returns
    -------
    ndarray of float64, shape (n,)
        0 or more; a new array.
    """
    distance = np.nan_to_num(model[DISTANCE].to_numpy(float))
    if incumbent.makeup is not None and not incumbent.makeup.estimate:
        places = coordinates(table, root_host(incumbent.host))
        distance = np.fmin(
            distance, np.linalg.norm(places - places[0], axis=1)
        )
    distance[is_same] = 0.0
    return distance


def _other_limits(
    frame: "pd.DataFrame", limits: Limits, distance: FloatArray
) -> FloatArray:
    """Compute the probability that the limits other than those on flux and coercivity are met, (n,).

    Minima of B_r, (BH)max, H_cJ, knee field and margin are left to `_probability`.

    Parameters
    ----------
    frame : pandas.DataFrame
        n candidates with the columns of the limits. A value of NaN gives 0: nobody can tell.
    limits : dict of str to Requirement
        By column such as "cost_USD_kg". Maxima of B_r and the like count here.
    distance : ndarray of float64, shape (n,)
        Distance to the recipe in use, the sum of differences of atomic
        fractions; alpha is uncertain where it is above 0.

    Returns
    -------
    ndarray, shape (n,)
        0 to 1, the product over these limits; 1 without any.

    Raises
    ------
    InputError
        If a limit names a column that `frame` does not have.
    """
    from scipy.special import ndtr

    whole = np.ones(len(frame))
    for column, limit in limits.items():
        if limit.minimum is not None and column in (
            REMANENCE,
            PRODUCT,
            *_HARDNESS,
        ):
            continue
        if column not in frame:
            raise InputError(
                f"a replacement is asked for {', '.join(SUPPORTED_LIMITS)}, got {column}; "
                "`magnetkit screen --require` takes every column"
            )
        value = frame[column].to_numpy(float)
        margin = limit.margin(value) * abs(limit.limit or 1.0)
        # What is at its limit meets it.
        margin = margin + 1e-8
        deviation = np.full(len(frame), 1e-9)
        if column == ALPHA:
            deviation[distance > 1e-9] = _ALPHA_DEVIATION
        if limit.absolute_maximum is not None:
            value = np.abs(value)
        of_limit = limit_half_width(value, limit.limit, limit.limit_range)
        deviation = np.hypot(deviation, of_limit / DEVIATIONS_90)
        whole *= np.nan_to_num(ndtr(margin / deviation))
    return whole


def _failed_limits(frame: "pd.DataFrame", limits: Limits) -> list[str]:
    """List for each row the limits that its guaranteed values miss, the largest miss first.

    A text is such as "margin by 12 %, Br by 0.3 %, Cost (not known)", each miss in % of the limit;
    it is empty where none is missed. A value of NaN is not known (`NOT_KNOWN`), but in a row whose
    ``status`` is not "ok", which says enough. `limits` maps columns to `Requirement`; `frame` must
    have these columns, and the guaranteed ones where there are any (KeyError).
    """
    is_magnet = (frame["status"] == "ok").to_numpy(bool)
    misses_by_row: list[list[tuple[float, str]]] = [
        [] for _ in range(len(frame))
    ]
    for column, limit in limits.items():
        margin = limit.margin(_guaranteed_values(frame, column))
        name = "margin" if column == MARGIN_OF_DUTY else COLUMNS[column].short
        for row in np.flatnonzero(margin < -1e-9):
            text = f"{name} by {_write_shortfall(-100 * margin[row])}"
            misses_by_row[row].append((float(margin[row]), text))
        for row in np.flatnonzero(np.isnan(margin) & is_magnet):
            misses_by_row[row].append((0.0, f"{name}{NOT_KNOWN}"))
    return [
        ", ".join(text for _, text in sorted(row)) for row in misses_by_row
    ]


def _write_shortfall(percent: float) -> str:
    """Write a shortfall above 0, in %, as "12 %" or "0.3 %", or as "less than 0.1 %"; never as "0 %"."""
    if percent < 0.1:
        return "less than 0.1 %"
    text = f"{percent:.0f}"
    if text == "0":
        text = f"{percent:.1f}"
    return f"{text} %"


def is_unknown(failed: str) -> bool:
    """Say whether a text of ``failed_requirements`` names values that are not known, and no miss.

    Nobody can tell then whether the limits are met. An empty `failed` is False.
    """
    return all(part.endswith(NOT_KNOWN) for part in failed.split(", "))


def _enter_supply(frame: "pd.DataFrame", request: Request) -> None:
    """Write heavy rare earth, exposure, risk and cost of each recipe into `frame`, in place.

    `frame` must have ``composition`` (wt.%) or else ``candidate`` (wt.%), ``shell`` (empty for
    none), ``density_kg_m3`` and ``remanence_T``. Every recipe must be readable. Written are
    ``heavy_rare_earth_wt_pct``, ``rare_earth_wt_pct``, ``cobalt_wt_pct``, ``supply_risk``,
    ``import_reliance``, ``cost_USD_kg``, ``exposure_USD_kg`` and ``cost_per_flux_USD_m3_T``.
    Scenario, prices and recycled shares are those of `request`.
    """
    name = "composition" if "composition" in frame else "candidate"
    texts = frame[name].tolist()
    shells = frame["shell"].tolist()
    use = request.conditions
    figures = _supply_figures(
        tuple(texts),
        tuple(shells),
        use.supply_scenario.model_dump_json(),
        tuple(sorted(use.recycled.items())),
        tuple(get_settings().heavy_rare_earths),
    )
    for column, values in figures.items():
        frame[column] = values
    frame[COST_PER_FLUX] = cost_per_flux(
        frame["density_kg_m3"].to_numpy(float),
        frame[COST].to_numpy(float),
        frame[REMANENCE].to_numpy(float),
    )


@lru_cache(maxsize=256)
def _supply_figures(
    texts: tuple[str, ...],
    shells: tuple[str, ...],
    scenario: str,
    recycled: tuple[tuple[str, float], ...],
    heavy: tuple[str, ...],
) -> dict[str, FloatArray]:
    """Compute heavy rare earth, risk, cost and exposure of recipes in wt.%, from a cache.

    Parameters
    ----------
    texts, shells : tuple of str
        n recipes and their shells, empty for none.
    scenario : str
        Supply scenario as JSON, of ``Scenario.model_dump_json()``.
    recycled : tuple of (str, float)
        Pairs of element and recycled share, 0 to 1, such as (("Co", 0.25),);
        () for none.
    heavy : tuple of str
        Elements that count as heavy rare earth, such as ("Dy", "Tb").

    Returns
    -------
    dict of str to ndarray, shape (n,)
        ``heavy_rare_earth_wt_pct``, ``rare_earth_wt_pct``, ``cobalt_wt_pct``,
        ``supply_risk``, ``import_reliance`` (0 to 1), ``cost_USD_kg`` and
        ``exposure_USD_kg``, the shells included. Shared: do not change it.
    """
    from ..supply.ledger import ledger_columns

    state = Scenario.model_validate_json(scenario)
    table = CompositionTable.from_strings(list(texts), basis="weight")
    supply = ledger_columns(
        table,
        state,
        dict(recycled),
        heavy_rare_earths=heavy,
        shell=shells,
    )
    figures = {column: np.asarray(supply[column], float) for column in _LEDGER}
    figures[EXPOSURE] = heavy_exposure(table, shells, state)
    return figures


def heavy_today(makeup: CompositionEstimate, request: Request) -> HeavyToday:
    """Compute the heavy rare earth of a magnet: the mean over the recipes it may be of.

    `makeup` has ``recipes``, each with ``text`` (wt.%), ``shell``, ``weight`` and
    ``heavy_wt_pct``, and the mean ``heavy_wt_pct[0]``; the supply scenario is that of `request`.

    Returns
    -------
    HeavyToday
        ``wt_pct``, that mean, and ``exposure_USD_kg``, USD per kg of magnet, at that mean; 0 where
        no recipe holds heavy rare earth.
    """
    table = CompositionTable.from_strings(
        [recipe.text for recipe in makeup.recipes], basis="weight"
    )
    shells = [recipe.shell for recipe in makeup.recipes]
    exposure_per_row = heavy_exposure(
        table, shells, request.conditions.supply_scenario
    )
    exposures = 0.0
    amounts = 0.0
    for recipe, exposure in zip(
        makeup.recipes, exposure_per_row.tolist(), strict=True
    ):
        exposures += recipe.weight * exposure
        amounts += recipe.weight * recipe.heavy_wt_pct
    mean = makeup.heavy_wt_pct[0]
    if amounts <= 0.0:
        return HeavyToday(mean, 0.0)
    return HeavyToday(mean, exposures * mean / amounts)


def judge_sheet(
    values: Mapping[str, float],
    request: Request,
    limits: Limits,
    deviations: Mapping[str, float],
) -> "pd.Series":
    """Judge the guaranteed values of a data sheet as grades are judged that are sold.

    Parameters
    ----------
    values : mapping of str to float
        At the temperature of use, by column: ``remanence_T``,
        ``coercivity_kA_m``, ``knee_field_kA_m`` and ``recoil`` (KeyError
        without one), and what else the sheet says, such as
        ``remanence_coefficient_pct_K``; NaN where it does not.
    request : Request
        Its duty counts.
    limits : dict of str to Requirement
        What has to be met, by column. A column that the sheet says nothing of is not known.
    deviations : mapping of str to float
        Standard deviations of ln B_r and ln H_cJ, by ``remanence_T`` and ``coercivity_kA_m``.

    Returns
    -------
    pandas.Series
        The values, and ``field_kA_m``, ``demagnetization_safety``, ``max_energy_product_kJ_m3``
        of a straight line, which replaces one given, ``probability_meets_requirements`` (0 where a
        limited value is not known) and ``failed_requirements``.
    """
    import pandas as pd

    frame = pd.DataFrame([{**dict.fromkeys(limits, np.nan), **values}])
    for quantity, name in GUARANTEED.items():
        frame[name] = frame[quantity]
    frame[GUARANTEED_KNEE] = frame[KNEE]
    frame[PRODUCT] = _straight_product(frame)
    frame["status"] = "ok"
    _enter_margin(frame, request)
    widths = (
        np.array([deviations[REMANENCE]]),
        np.array([deviations[COERCIVITY]]),
    )
    return _with_verdict(frame, request, limits, widths).iloc[0]


def _straight_product(frame: "pd.DataFrame") -> FloatArray:
    """Return (BH)max, kJ/m3, of magnets whose B(H) is straight: B_r^2 / (4 mu_0 mu_rec), (n,).

    `frame` has ``remanence_T`` and ``recoil``.
    """
    remanence = frame[REMANENCE].to_numpy(float)
    return 1e-3 * remanence**2 / (4.0 * MU_0 * frame["recoil"].to_numpy(float))


def _with_verdict(
    frame: "pd.DataFrame",
    request: Request,
    limits: Limits,
    deviations: tuple[FloatArray, FloatArray],
    slack: tuple[float, float] = (0.0, 0.0),
) -> "pd.DataFrame":
    """Return what is sold with ``probability_meets_requirements`` and ``failed_requirements``.

    Parameters
    ----------
    frame : pandas.DataFrame
        n magnets with ``status``, the columns of the limits and those that
        `_probability` reads; not changed.
    request, limits, deviations, slack
        As of `_probability`. All limits count; InputError for one on a column
        that `frame` does not have.
    """
    chance = _probability(frame, limits, request, deviations, slack)
    chance = chance * _other_limits(frame, limits, np.zeros(len(frame)))
    verdict: dict[str, Any] = {
        CHANCE: chance,
        "failed_requirements": _failed_limits(frame, limits),
    }
    return frame.assign(**verdict)


def judge_grades(
    incumbent: Incumbent | None, request: Request, limits: Limits
) -> "pd.DataFrame":
    """Judge the grades as they are sold, the likeliest first.

    The values are the median of what makers guarantee, as `magnetkit.curve` draws a grade. Left
    out are grades used above their rating or without one, and the grade in use.

    Parameters
    ----------
    incumbent : Incumbent or None
        The magnet in use, as of `incumbent_of_grade`; None where there is
        none, then no slack is allowed.
    request : Request
        Temperature and duty.
    limits : dict of str to Requirement
        What has to be met, by column. Those on columns that the result does not have, such as
        "cost_USD_kg", are left to `as_candidates`.

    Returns
    -------
    pandas.DataFrame
        One row a grade: columns of `sold_figures`, among them ``grade``,
        ``host``, ``kind``, ``remanence_T``, ``coercivity_kA_m`` and
        ``knee_field_kA_m``; ``temperature_K``, ``status`` ("ok"), ``route``
        (None), ``shell`` (empty), ``field_kA_m``, ``demagnetization_safety``,
        ``probability_meets_requirements`` and ``failed_requirements`` (a text
        such as "margin by 12 %, Br by 3 %"). A new frame, whose index is not
        in order; of equally likely grades those of makers' own sheets come
        first, of these the least ``remanence_T``. There is no recipe, heavy
        rare earth or cost: see `as_candidates`.
    """
    rows = sold_figures(request.temperature)
    rows = rows[rows[LIMIT].fillna(0.0) >= request.temperature - 1e-6]
    if incumbent is not None:
        rows = rows[rows["grade"] != incumbent.name]
    rows = rows.reset_index(drop=True)
    frame = rows.assign(
        temperature_K=request.temperature, status="ok", route=None, shell=""
    )
    _enter_margin(frame, request)
    sale_rule = constants()["sold"]
    deviations = (
        np.full(len(frame), sale_rule[REMANENCE]),
        np.full(len(frame), sale_rule[COERCIVITY]),
    )
    slack = allowed_slack(incumbent, request)
    limits_in_frame = {
        column: limit for column, limit in limits.items() if column in frame
    }
    frame = _with_verdict(frame, request, limits_in_frame, deviations, slack)
    return frame.sort_values(
        [CHANCE, "copied", REMANENCE],
        ascending=[False, True, True],
        kind="stable",
    )


@lru_cache(maxsize=64)
def sold_figures(kelvin: float) -> "pd.DataFrame":
    """Return the guaranteed values of every grade that is sold at a temperature, `kelvin`, K.

    The frame is shared: do not change it.

    Returns
    -------
    pandas.DataFrame
        One row a grade, ``grade``, numbered from 0: median over makers of
        ``remanence_T`` and ``coercivity_kA_m``, both also as
        ``remanence_guaranteed_T`` and ``coercivity_guaranteed_kA_m``;
        ``knee_field_kA_m``, also as ``knee_guaranteed_kA_m``, and
        ``max_energy_product_kJ_m3``; ``copied`` (bool), whether only copies of
        its maker's tables were read; and ``makers``, ``host``, ``kind``,
        ``density_kg_m3``, ``max_working_temperature_K``, ``recoil``,
        ``remanence_coefficient_pct_K`` and ``coercivity_20C_kA_m`` of
        `_cold_sold_figures`. Grades of which no maker guarantees both B_r and
        H_cJ are left out.
    """
    rows = guaranteed_minima(kelvin)
    guaranteed_medians = rows.groupby("grade", sort=False)[
        [REMANENCE, COERCIVITY]
    ].median()
    cold = _cold_sold_figures().loc[guaranteed_medians.index]
    frame = guaranteed_medians.join(cold)
    for quantity, name in GUARANTEED.items():
        frame[name] = frame[quantity]
    frame[GUARANTEED_KNEE] = frame[KNEE] = frame[COERCIVITY] * hot_squareness(
        kelvin
    )
    frame[PRODUCT] = _straight_product(frame)
    frame["copied"] = frame.index.isin(secondhand())
    return frame.reset_index()


@lru_cache(maxsize=1)
def _cold_sold_figures() -> "pd.DataFrame":
    """Return the figures of sold grades that do not depend on temperature, indexed by grade.

    Returns
    -------
    pandas.DataFrame
        ``makers`` (names separated by ", "), ``host`` (such as "2:14:1"),
        ``kind`` (such as "sintered"), ``density_kg_m3``,
        ``max_working_temperature_K``, ``recoil`` permeability,
        ``remanence_coefficient_pct_K`` (%/K) and ``coercivity_20C_kA_m``, the
        median over makers. What is not known is NaN. Shared: do not change it.
    """
    rows = guaranteed_minima(ROOM_K)
    groups = rows.groupby("grade")
    makers = groups["maker"].agg(lambda names: ", ".join(dict.fromkeys(names)))
    frame = makers.rename("makers").to_frame()
    cold = grades_at_room_temperature().set_index("grade").loc[frame.index]
    for column in ("host", "kind", "density_kg_m3", LIMIT):
        frame[column] = cold[column]
    frame["recoil"] = curve_shapes(cold.reset_index()).set_index(cold.index)[
        "recoil"
    ]
    frame[ALPHA] = cold[ALPHA]
    frame["coercivity_20C_kA_m"] = groups[COERCIVITY].median()
    return frame


# What magnets hold whose recipes are not estimated, wt.%: no heavy rare earth, as is usual.
_WITHOUT_ESTIMATE = {
    "bonded": "Nd23.8Pr5.9Fe69.3B1",
    "ferrite": "Sr8.25Fe63.2O28.55",
}


@lru_cache(maxsize=512)
def grade_makeup(
    grade: str, kind: str | None, curie: "CurieModel | None"
) -> CompositionEstimate | None:
    """Estimate the composition of a sold grade, from a cache.

    Parameters
    ----------
    grade : str
        A name of `magnetkit.grades`, such as "N42SH" (KeyError otherwise).
    kind : str or None
        Kind of recipe, "bulk", "diffused", "fine-grained" or "hot-deformed": the result holds the
        recipe of that kind alone, its heavy rare earth without a range; ``weight`` and ``diffused``
        stay those of all recipes. None, or a kind that the grade cannot be of, keeps all recipes.
    curie : CurieModel or None
        Model of the Curie temperature; None for the usual one.

    Returns
    -------
    CompositionEstimate or None
        Its ``recipes`` (the likeliest first, each with ``text`` in wt.%, such
        as "Nd23.84Pr5.96Dy1Co1Cu0.15B0.96Fe bal.", ``shell``, empty for none,
        ``weight``, a probability, and ``kind``), ``heavy_wt_pct`` (mean and
        both ends of the 90 % range, wt.%) and ``diffused``, the probability
        that heavy rare earth is diffused in. None if the grade is not melted or its host has
        no model.
    """
    sheet: Any = (
        grades_at_room_temperature().set_index("grade", drop=False).loc[grade]
    )
    if sheet["kind"] not in MELTED or sheet["host"] not in HOSTS:
        return None
    makeup = estimate_composition(sheet, curie)
    alike = [recipe for recipe in makeup.recipes if recipe.kind == kind]
    if not alike:
        return makeup
    heavy = alike[0].heavy_wt_pct
    return CompositionEstimate(
        (alike[0],), (heavy, heavy, heavy), makeup.diffused, 0.0
    )


def as_candidates(
    sold: "pd.DataFrame",
    way: str,
    kind: str | None,
    request: Request,
    limits: Limits,
) -> "pd.DataFrame":
    """Convert sold grades to rows of candidates with their estimated recipes.

    Bonded magnets and ferrites, whose recipes are not estimated, get a usual one without heavy
    rare earth.

    Parameters
    ----------
    sold : pandas.DataFrame
        Rows of `judge_grades`, each label of the index once; not changed.
    way : str
        Kind of way to enter, such as "lower-class" or "other-family".
    kind : str or None
        Kind of recipe to prefer, such as "diffused"; None for the likeliest.
    request : Request
        Its supply scenario and model of the Curie temperature count.
    limits : dict of str to Requirement
        By column. Those on columns of `_enter_supply`, which `judge_grades` does not have, are
        judged here by the recipe.

    Returns
    -------
    pandas.DataFrame
        Rows of `sold`, with its index and its verdict on all limits, with
        ``candidate`` (recipe, such as "Sm25.8Fe20Cu8Zr2.8Co bal.", wt.% though
        it does not say so), ``shell`` (empty for none), ``way`` and the
        columns of `_enter_supply`,
        such as ``cost_USD_kg`` and ``cost_per_flux_USD_m3_T``;
        ``heavy_rare_earth_wt_pct`` and ``exposure_USD_kg`` are means over the
        recipes that a grade may have, the others those of the likeliest.
        Grades without a recipe are left out; without any row there are no
        supply columns.
    """
    import pandas as pd

    texts = []
    shells = []
    means = []
    places = []
    for index, row in sold.iterrows():
        makeup = grade_makeup(
            str(row["grade"]), kind, request.conditions.curie
        )
        if makeup is not None:
            texts.append(makeup.best.text)
            shells.append(makeup.best.shell)
            means.append(heavy_today(makeup, request))
        elif row["kind"] in _WITHOUT_ESTIMATE:
            texts.append(_WITHOUT_ESTIMATE[str(row["kind"])])
            shells.append("")
            means.append(HeavyToday(0.0, 0.0))
        else:
            continue
        places.append(index)
    frame = pd.DataFrame(sold.loc[places]).assign(
        candidate=texts, shell=shells, way=way
    )
    if not len(frame):
        return frame
    _enter_supply(frame, request)
    frame[HEAVY] = [one.wt_pct for one in means]
    frame[EXPOSURE] = [one.exposure_USD_kg for one in means]
    of_recipe = {
        column: limit for column, limit in limits.items() if column in _LEDGER
    }
    frame[CHANCE] *= _other_limits(frame, of_recipe, np.zeros(len(frame)))
    both = zip(
        frame["failed_requirements"],
        _failed_limits(frame, of_recipe),
        strict=True,
    )
    frame["failed_requirements"] = [
        ", ".join(filter(None, misses)) for misses in both
    ]
    return frame


def select_grades(
    sold: "pd.DataFrame",
    incumbent: Incumbent,
    request: Request,
    limits: Limits,
    kind: str | None,
    *,
    reach: bool,
) -> "pd.DataFrame":
    """Select the sold grades to show beside melts: other classes of the family, and other families.

    Heavy rare earth rises with the class, so the least coercive grades that
    meet the limits hold least. Of either at most 12 (`_MOST_SOLD`) are
    returned. Bonded magnets of the same crystal count as another family.

    Parameters
    ----------
    sold : pandas.DataFrame
        Rows of `judge_grades`; not changed.
    incumbent : Incumbent
        The magnet in use: ``host`` and the H_cJ of ``sheet`` at 20 degrees C
        are read.
    request, limits
        As for `as_candidates`.
    kind : str or None
        Kind of recipe that other classes have, such as "diffused"; None or an empty text for the
        likeliest.
    reach : bool
        The magnet in use does not meet the limits, so higher classes count too.

    Returns
    -------
    pandas.DataFrame
        Rows as of `as_candidates`, numbered from 0, whose ``way`` is
        "lower-class", "higher-class" (from 0.9 (`LOWER_CLASS`) times today's
        H_cJ on, with `reach` alone) or "other-family". Grades less likely than
        `UNLIKELY`, 0.3, to meet the limits are left out. Other classes that
        meet them (`MEETS`, 0.8) come first, least coercive first, then the
        others, likeliest first; then other families in the order of `sold`.
        Where none is left the frame is empty and has the columns of `sold`,
        ``candidate`` and ``way``, but no supply columns.
    """
    import pandas as pd

    family = is_of_family(sold["host"], incumbent.host)
    family &= sold["kind"].isin(MELTED).to_numpy()
    today = float(incumbent.sheet[COERCIVITY])
    at_room_kA_m = sold["coercivity_20C_kA_m"].to_numpy(float)
    other_class = family & (at_room_kA_m < LOWER_CLASS * today)
    if reach:
        other_class = family
    possible = sold[CHANCE].to_numpy(float) >= UNLIKELY
    same_class_offers = sold[other_class & possible].sort_values(
        [CHANCE], ascending=False, kind="stable"
    )
    able = same_class_offers[same_class_offers[CHANCE] >= MEETS].sort_values(
        [COERCIVITY, REMANENCE], kind="stable"
    )
    same_class_offers = pd.concat(
        [able, same_class_offers[same_class_offers[CHANCE] < MEETS]]
    )
    other_family_offers = sold[~family & possible]
    parts = [
        as_candidates(
            same_class_offers.head(_MOST_SOLD),
            "lower-class",
            kind,
            request,
            limits,
        ),
        as_candidates(
            other_family_offers.head(_MOST_SOLD),
            "other-family",
            None,
            request,
            limits,
        ),
    ]
    parts = [part for part in parts if len(part)]
    if not parts:
        return sold.head(0).assign(candidate="", way="")
    frame = pd.concat(parts, ignore_index=True)
    higher = (frame["way"] == "lower-class") & (
        frame["coercivity_20C_kA_m"] >= LOWER_CLASS * today
    )
    frame.loc[higher, "way"] = "higher-class"
    return frame


def enter_comparison(
    frame: "pd.DataFrame", today: HeavyToday, own: "pd.Series"
) -> None:
    """Write savings, cost ratio and verdict of candidates into `frame`, in place.

    ``heavy_rare_earth_saved_wt_pct`` counts against `today`;
    ``cost_per_flux_ratio`` is the cost per flux divided by that of `own`, the
    row of the magnet in use; ``meets_requirements`` is whether the probability
    is at least `MEETS`, 0.8. `frame` must have ``heavy_rare_earth_wt_pct``,
    ``cost_per_flux_USD_m3_T`` and ``probability_meets_requirements``, `own`
    the second of them, and `today` ``wt_pct`` (wt.%). What is saved is
    negative where a candidate holds more; a probability of NaN does not meet.
    """
    frame[SAVED] = today.wt_pct - frame[HEAVY]
    ratio = frame[COST_PER_FLUX].to_numpy(float) / float(own[COST_PER_FLUX])
    frame[COST_RATIO] = ratio
    frame["meets_requirements"] = frame[CHANCE] >= MEETS


def order_candidates(frame: "pd.DataFrame") -> IntArray:
    """Sort candidates: those that meet the limits first, the others by probability.

    Those that meet, with a probability of `MEETS`, 0.8, or more, are sorted by
    exposure to heavy rare earth (to a cent), then by probability; of equals
    the cheapest per flux comes first. Probabilities count to 0.01. Trials
    (``way`` one of `TRIALS`) stand behind the other ways of either group.
    `frame` must have ``probability_meets_requirements``, ``way``,
    ``exposure_USD_kg`` and ``cost_per_flux_ratio``; it is not changed. The
    result holds row positions from 0, int64 (n,), the best first; equals keep
    their order.
    """
    chance = frame[CHANCE].to_numpy(float)
    meets = chance >= MEETS
    trial = frame["way"].isin(TRIALS).to_numpy(bool)
    exposure = np.where(meets, frame[EXPOSURE].to_numpy(float).round(2), 0.0)
    cost = frame[COST_RATIO].to_numpy(float)
    return np.lexsort((cost, -chance.round(2), exposure, trial, ~meets))
