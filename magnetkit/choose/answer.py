"""The answer of a replacement as records: its verdict, its ways, and what it rests on."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from .._core.elements import SYMBOLS
from ..alloy.shells import read_shell
from ..alloy.table import CompositionTable
from ..magnetism._composition_estimate import MELTED, Recipe
from ..magnetism._measured import COERCIVITY
from ..magnetism.grades import secondhand
from ..magnetism.sintered import Duty
from ..phases.records import HOSTS
from ._candidates import (
    COST,
    COST_RATIO,
    EXPOSURE,
    HEAVY,
    LOWER_CLASS,
    SAVED,
    TRIALS,
    Judged,
    as_candidates,
    enter_comparison,
    grade_makeup,
    heavy_today,
    is_unknown,
    judge_grades,
    judge_melts,
    order_candidates,
    select_grades,
    sold_figures,
)
from ._profile_parts import CHANCE, COST_PER_FLUX
from ._request import (
    KNEE,
    LIMIT,
    MARGIN_OF_DUTY,
    REMANENCE,
    Incumbent,
    Limits,
    Request,
)
from .exposure import HeavyToday
from .order_line import order_line
from .rule import recommend
from .thresholds import MEETS, NONE_WT_PCT, SAFETY, SAVING_WT_PCT, UNLIKELY

if TYPE_CHECKING:
    import pandas as pd

# A kind of the magnet in use is answered for from this weight on; so many ways are shown.
_ANOTHER_KIND = 0.2
_MOST_WAYS = 6
# So far below its rating, K, a grade is far below it; load lines that are tried then.
_COOL_K = 20.0
_LINES = np.arange(0.4, 10.05, 0.1)
_ROUND = 0.005
# Exposures that are as good as equal where nothing is in use, USD/kg, and grades of a family that
# stand before all others.
_EQUAL_USD_KG = 1.0
_OF_EACH = 2

WAYS = {
    "lower-class": (
        "Lower class, as sold",
        "the worst field, if not the one given",
    ),
    "higher-class": (
        "Higher class, as sold",
        "the worst field, if not the one given",
    ),
    "bulk": ("Another alloy", "this melt beside yours (H_cJ to 10 %)"),
    "low-boron": (
        "Low boron with gallium",
        "this melt, annealed, beside yours",
    ),
    "diffused": (
        "Diffused",
        "what the shell gives (to 44 %), or a carrier as Pr-Cu",
    ),
    "fine-grained": ("Trial, fine grains", "H_cJ when hot, never measured"),
    "hot-deformed": (
        "Trial, hot deformed",
        "its maker's level (H_cJ to 18 %)",
    ),
    "other-route": ("Trial, another route", "its maker's level"),
    "other-family": (
        "Other family, as sold",
        "price: ask; printed values were compared",
    ),
}
"""Kinds of ways: title, and what nobody measured of them."""

_NOT_ESTIMATED = {
    "bonded": (
        "rare earth but, as is usual of melt-spun powder, no heavy one",
        "Nd and Pr",
    ),
    "ferrite": ("no rare earth", "strontium or barium ferrite"),
    "alnico": ("no rare earth", "Al, Ni, Co and Cu"),
}


@dataclass(frozen=True)
class Way:
    """One way to save heavy rare earth, or to reach what is asked, of a `kind` of `WAYS`.

    Columns are those of results, at the temperature of use, with their unit in the name;
    ``candidate`` is the recipe in wt.%, ``shell`` a text such as "Tb 0.5 wt%" (empty for none),
    ``route`` None for the usual one. The recipe of a sold `grade` is an estimate; ``grade`` and
    ``makers`` are empty for a melt. ``cost_per_flux_ratio`` is over that of the magnet in use, by
    elements; ``saved_share`` of its content. Way `number`, from 1, of an answer is ``DIR:number``
    of its folder.
    """

    kind: str
    candidate: str
    shell: str
    route: str | None
    host: str
    heavy_rare_earth_wt_pct: float
    heavy_rare_earth_saved_wt_pct: float
    exposure_USD_kg: float
    probability_meets_requirements: float
    remanence_T: float
    remanence_guaranteed_T: float
    coercivity_kA_m: float
    coercivity_guaranteed_kA_m: float
    knee_guaranteed_kA_m: float
    field_kA_m: float
    demagnetization_safety: float
    cost_USD_kg: float
    cost_per_flux_ratio: float
    supply_risk: float
    density_kg_m3: float
    failed_requirements: str
    grade: str
    makers: str
    saved_share: float = float("nan")
    unknown: str = ""
    recommended: bool = False
    number: int = 0
    order_line: str = ""

    @property
    def name(self) -> str:
        """What to order: the grade, or the recipe, with " + " and the shell where it has one.

        A property. Makers are not named, nor that the recipe's amounts are
        wt.%: read ``candidate`` with ``basis="weight"``.
        """
        if self.grade:
            return self.grade
        if self.shell:
            return f"{self.candidate} + {self.shell}"
        return self.candidate

    @property
    def saved(self) -> float:
        """Heavy rare earth saved, wt.%."""
        return self.heavy_rare_earth_saved_wt_pct

    @property
    def chance(self) -> float:
        """Probability that it meets every limit."""
        return self.probability_meets_requirements

    @property
    def likely(self) -> bool:
        """Whether it counts as meeting every limit."""
        return self.chance >= MEETS


_FROM_ROW = [one.name for one in fields(Way)][1:23]


@dataclass(frozen=True, eq=False)
class Answer:
    """The answer for one kind of the magnet in use, and how likely it is of that.

    Attributes
    ----------
    kind, weight : str, float
        Kind of the recipe, such as "bulk" or "diffused" ("sold" without a recipe), and its
        probability, 0 to 1.
    recipe : Recipe or None
        What the magnet in use is taken to be.
    level, level_reason : float, str
        Its H_cJ at 20 degrees C over that of the model, NaN where that is not known, and why that
        is no producer's, empty where it may be.
    is_level_sound : bool
        Whether melts could be judged; without it only sold grades are.
    own_probability : float
        Probability that the magnet in use meets what is asked; 0 where nobody can tell.
    sentence : str
        The verdict in words.
    ways : tuple of Way
        The recommended one first.
    candidates : DataFrame
        All that was judged, with ``rank`` from 1; those shown as ways stand first, in their order.
        The magnet in use is the row whose ``way`` is "own".
    today : HeavyToday or None
        What the magnet in use holds.
    own : Way or None
        The magnet in use, judged like the others.
    reach : bool
        Whether the magnet in use does not meet what is asked.
    """

    kind: str
    weight: float
    recipe: Recipe | None
    level: float
    own_probability: float
    sentence: str
    ways: tuple[Way, ...]
    candidates: "pd.DataFrame" = field(repr=False)
    today: HeavyToday | None = None
    own: Way | None = None
    reach: bool = False
    is_level_sound: bool = True
    level_reason: str = ""

    @property
    def recommended(self) -> Way | None:
        """The way that is recommended."""
        return next((way for way in self.ways if way.recommended), None)

    @property
    def verdict(self) -> str:
        """``"reach"``, ``"replace"`` or ``"keep"``.

        A property. "reach" is that the magnet in use does not meet what is
        asked, whether anything else does or not; "replace" that another is
        recommended.
        """
        if self.reach:
            return "reach"
        if self.recommended is not None:
            return "replace"
        return "keep"


def find_answers(
    incumbent: Incumbent, request: Request, limits: Limits
) -> tuple[Answer, ...]:
    """Answer for each kind of recipe that the magnet in use may well be of, the likeliest first.

    Parameters
    ----------
    incumbent : Incumbent
        The magnet in use, with its ``makeup`` (`with_makeup`).
    request : Request
        What is asked; ``request.kinds`` is the largest number of answers, 1 or
        more, None for all.
    limits : dict of str to Requirement
        By column, of `find_limits`.

    Returns
    -------
    tuple of Answer
        At least one, one for each recipe of a probability of 0.2
        (`_ANOTHER_KIND`) or more, or else for the likeliest; a magnet whose
        recipe is not known (``makeup`` is None) gets one without candidates.
        Each has its ``verdict``, ``sentence``, ``ways`` (a tuple of `Way`, the
        recommended one first) and ``candidates`` (a frame).

    Raises
    ------
    InputError
        If a recipe in use is no magnet at the temperature by the model, or a limit cannot be
        asked for.
    """
    makeup = incumbent.makeup
    if makeup is None:
        return (_answer_without_recipe(incumbent, request, limits),)
    likely = [
        recipe for recipe in makeup.recipes if recipe.weight >= _ANOTHER_KIND
    ]
    today = heavy_today(makeup, request)
    grade_offers = judge_grades(incumbent, request, limits)
    answers = []
    for recipe in (likely or [makeup.best])[: request.kinds]:
        answers.append(
            _find_answer(
                incumbent, recipe, request, limits, today, grade_offers
            )
        )
    return tuple(answers)


def _without_candidates(
    sentence: str, ways: tuple[Way, ...] = (), **more: Any
) -> Answer:
    """Build an answer without a recipe to compare with.

    Parameters
    ----------
    sentence : str
        The verdict in words.
    ways : tuple of Way
        What is offered.
    **more
        Further fields of `Answer`, such as ``reach``; without them ``own_probability`` is 1 and
        ``candidates`` an empty frame of ``candidate``, ``shell``, ``host`` and
        ``probability_meets_requirements``. Not ``kind``, ``weight``, ``recipe`` or ``level``, nor
        ``verdict``, which follows from ``reach`` and `ways`.

    Returns
    -------
    Answer
        Of the kind "sold" and the weight 1, its ``recipe`` None and its ``level`` NaN.
    """
    import pandas as pd

    empty = pd.DataFrame(columns=["candidate", "shell", "host", CHANCE])
    fields_of_answer: dict[str, Any] = {
        "own_probability": 1.0,
        "candidates": empty,
    } | more
    return Answer(
        kind="sold",
        weight=1.0,
        recipe=None,
        level=np.nan,
        sentence=sentence,
        ways=ways,
        **fields_of_answer,
    )


def _answer_without_recipe(
    incumbent: Incumbent, request: Request, limits: Limits
) -> Answer:
    """Answer for a magnet that is not melted, such as a ferrite: keep it, or say what it fails.

    `incumbent` is the magnet, of the kind "bonded", "ferrite", "alnico" or
    another; `request` what is asked; `limits` maps columns to `Requirement`.
    The answer is of ``kind`` "sold" and has no recipe, no ways and no
    candidates. Its ``own_probability`` is 0 and its ``reach`` True where
    `failing_text` names a failure, 1 and False otherwise. Where a knee field
    that is not known decides, nobody can tell: the probability is 0, as of any
    value that is not known, and the magnet is kept all the same.
    """
    fallback = ("what nobody printed", "what its maker knows")
    holds, rests = _NOT_ESTIMATED.get(incumbent.kind, fallback)
    failing = failing_text(incumbent, request, limits)
    text = f"Keep {incumbent.name}: it is {incumbent.kind} and holds {holds}; it rests on {rests}"
    if failing:
        text = f"{failing}; nothing is offered in place of {incumbent.kind} magnets"
    is_untold = np.isnan(incumbent.squareness) and bool(
        {KNEE, MARGIN_OF_DUTY} & limits.keys()
    )
    if is_untold and not failing:
        text += (
            f". Nobody can tell whether it stands {duty_text(request)}: "
            "its knee field is not known"
        )
    chance = 0.0 if failing or is_untold else 1.0
    return _without_candidates(
        text, reach=bool(failing), own_probability=chance
    )


_OF_SHEETS = {REMANENCE, COERCIVITY, KNEE, MARGIN_OF_DUTY}
"""Columns that `failing_text` compares with the sheet of the magnet in use."""


def failing_text(
    incumbent: Incumbent, request: Request, limits: Limits
) -> str:
    """Say what the magnet in use fails by its sheet, in a clause; empty where it meets all limits.

    `incumbent` is that magnet, whose guaranteed values (``least``, and
    ``squareness`` for the knee) are compared. `limits` maps columns to
    `Requirement`; ``demagnetization_safety`` at the duty of `request`, and
    minima of ``remanence_T``, ``coercivity_kA_m`` and ``knee_field_kA_m``
    count, in this order; all others are passed over. Only the first failure is
    named, such as "N42SH does not meet B_r >= 1.300 T at 150 °C: 1.089
    guaranteed". A knee field that is not known (NaN) fails nothing.
    """
    if (
        MARGIN_OF_DUTY in limits
        and incumbent.squareness == incumbent.squareness
    ):
        margin = incumbent.margin(request)
        duty_limit = float(limits[MARGIN_OF_DUTY].limit)
        field = incumbent.field_kA_m(request)
        if 1.0 <= margin < duty_limit - 1e-9:
            return (
                f"{incumbent.name} has too little margin at {duty_text(request)}: H_k "
                f"{incumbent.knee_kA_m:.0f} kA/m is {margin:.2f} times the field of "
                f"{field:.0f}, {duty_limit:g} times is asked"
            )
        if margin < duty_limit - 1e-9:
            return (
                f"{incumbent.name} does not stand {duty_text(request)}: H_k "
                f"{incumbent.knee_kA_m:.0f} kA/m, field {field:.0f}"
            )
    remanence = incumbent.least[REMANENCE]
    values = {
        REMANENCE: (remanence, "B_r", 3, "T"),
        COERCIVITY: (incumbent.least[COERCIVITY], "H_cJ", 0, "kA/m"),
        KNEE: (incumbent.knee_kA_m, "H_k", 0, "kA/m"),
    }
    for column, (value, label, digits, unit) in values.items():
        limit = limits.get(column)
        if limit is None or limit.minimum is None:
            continue
        if value < limit.minimum * (1 - 1e-9):
            least = f"{limit.minimum:.{digits}f} {unit}"
            celsius = request.temperature - 273.15
            return (
                f"{incumbent.name} does not meet {label} >= {least} at {celsius:.0f} °C: "
                f"{value:.{digits}f} guaranteed"
            )
    return ""


def duty_text(request: Request) -> str:
    """Return the duty of `request` in words, such as ``180 °C at load line 1``.

    Read are ``temperature``, ``conditions.load_line``,
    ``conditions.outside_field_kA_m`` and ``lasting`` (bool). The load line is
    always named, an outside field where there is one ("with 100 kA/m against
    it"), and the time of use, ``conditions.hours``, where it is lasting ("for
    100 h").
    """
    use = request.conditions
    text = (
        f"{request.temperature - 273.15:.0f} °C at load line {use.load_line:g}"
    )
    if use.outside_field_kA_m:
        text += f" with {use.outside_field_kA_m:g} kA/m against it"
    if request.lasting:
        text += f" for {use.hours:g} h"
    return text


def _find_answer(
    incumbent: Incumbent,
    own: Recipe,
    request: Request,
    limits: Limits,
    today: HeavyToday,
    sold: "pd.DataFrame",
) -> Answer:
    """Answer for one recipe of the magnet in use.

    Parameters
    ----------
    incumbent : Incumbent
        The magnet in use.
    own : Recipe
        The recipe it is taken to be, one of ``incumbent.makeup.recipes``.
    request : Request
        What is asked.
    limits : dict of str to Requirement
        What has to be met, by column.
    today : HeavyToday
        Heavy rare earth to save against: ``wt_pct`` and ``exposure_USD_kg``.
    sold : pandas.DataFrame
        Rows of `judge_grades`; not changed.

    Returns
    -------
    Answer
        With its sentence, ways and candidates.

    Raises
    ------
    InputError
        If the recipe is no magnet at the temperature by the model, or a limit cannot be asked
        for.
    """
    melt_rows = judge_melts(incumbent, own, request, limits)
    frame, own_row, is_sound = _compare(
        incumbent, own, request, limits, melt_rows, today, sold
    )
    chance = float(own_row[CHANCE])
    reach = chance < MEETS
    ways, frame = _choose_ways(
        frame, own_row, incumbent, request, today, reach=reach
    )
    level = np.nan
    reason = ""
    if melt_rows.level is not None:
        level, reason = melt_rows.level.value, melt_rows.level.reason
    answer = Answer(
        kind=own.kind,
        weight=own.weight,
        recipe=own,
        level=level,
        own_probability=chance,
        sentence="",
        ways=ways,
        candidates=frame,
        today=today,
        own=make_way("own", own_row, today),
        reach=reach,
        is_level_sound=is_sound,
        level_reason=reason,
    )
    return replace(
        answer, sentence=_write_sentence(answer, incumbent, request, limits)
    )


def _compare(
    incumbent: Incumbent,
    own: Recipe,
    request: Request,
    limits: Limits,
    judged: Judged,
    today: HeavyToday,
    sold: "pd.DataFrame",
) -> "tuple[pd.DataFrame, pd.Series, bool]":
    """Join the magnet in use, melts and sold grades in one table.

    Melts are left out where the level of the producer is not sound: recipe or model is wrong
    then. Sold grades are left out where the magnet in use meets the limits and holds no heavy
    rare earth.

    Parameters
    ----------
    incumbent : Incumbent
        The magnet in use.
    own : Recipe
        The recipe it is taken to be.
    request : Request
        What is asked.
    limits : dict of str to Requirement
        What has to be met, by column.
    judged : Judged
        Of `judge_melts`: the first row of its table is the magnet in use. Not changed.
    today : HeavyToday
        Heavy rare earth to save against.
    sold : pandas.DataFrame
        Rows of `judge_grades`; not changed.

    Returns
    -------
    frame : pandas.DataFrame
        All candidates, numbered from 0, the magnet in use first, then melts,
        then grades: columns of `judge_melts` and `select_grades` (NaN where
        one has none), with savings and costs (`enter_comparison`) and
        ``nearest_grade``; ``grade`` and ``makers`` are empty texts for a melt.
        ``way`` is "own" for the magnet in use.
    own_row : pandas.Series
        The magnet in use, the first row of `frame`.
    is_sound : bool
        Whether its level is sound.
    """
    import pandas as pd

    table = judged.table
    own_row = table.iloc[0]
    reach = float(own_row[CHANCE]) < MEETS
    is_sound = judged.level is None or judged.level.is_sound
    kind = own.kind
    if incumbent.makeup is not None and incumbent.makeup.estimate:
        kind = ""
    bought_rows = sold.head(0)
    if reach or own.heavy_wt_pct >= NONE_WT_PCT:
        bought_rows = select_grades(
            sold, incumbent, request, limits, kind, reach=reach
        )
    # Beyond what magnets of a known recipe are off by, recipe or model is wrong: no melt then.
    melts = table.iloc[1:]
    if not is_sound:
        melts = melts.head(0)
    frame = pd.concat([table.iloc[:1], melts, bought_rows], ignore_index=True)
    enter_comparison(frame, today, own_row)
    frame[["grade", "makers"]] = frame[["grade", "makers"]].fillna("")
    frame["nearest_grade"] = frame["grade"]
    return frame, frame.iloc[0], is_sound


def _choose_ways(
    frame: "pd.DataFrame",
    own_row: "pd.Series",
    incumbent: Incumbent,
    request: Request,
    today: HeavyToday,
    *,
    reach: bool,
) -> "tuple[tuple[Way, ...], pd.DataFrame]":
    """Choose the ways to show and sort the candidates, the shown ways first.

    Parameters
    ----------
    frame : pandas.DataFrame
        Candidates of `_compare`, the magnet in use marked by the ``way``
        "own"; not changed.
    own_row : pandas.Series
        The magnet in use: ``exposure_USD_kg``, ``heavy_rare_earth_wt_pct`` and ``cost_USD_kg`` are
        read.
    incumbent : Incumbent
        The magnet in use.
    request : Request
        What is asked.
    today : HeavyToday
        Heavy rare earth to save against.
    reach : bool
        The magnet in use does not meet the limits.

    Returns
    -------
    ways : tuple of Way
        Numbered from 1 (``number``), each with its ``order_line``; the one
        that is ``recommended``, if any, is the first. Empty where nothing is
        likely enough or saves anything.
    candidates : pandas.DataFrame
        All candidates with their ``rank``, from 1, in a new first column: the ways, then the
        others in the order of `order_candidates`, the magnet in use among them. Numbered from 0.
    """
    own_today = today
    if float(own_row[EXPOSURE]) < today.exposure_USD_kg:
        own_today = HeavyToday(float(own_row[HEAVY]), float(own_row[EXPOSURE]))
    largest_exposure = np.inf
    if not reach:
        # A way lowers the exposure to heavy rare earth against the mean and against the recipe.
        largest_exposure = own_today.exposure_USD_kg - _ROUND
    other_ways = _list_other_ways(frame, largest_exposure, request)
    best = recommend(
        other_ways,
        own_today,
        most_cost=request.most_cost,
        reach=reach,
        remanence_T=incumbent.least[REMANENCE],
    )
    picks = _pick_ways(other_ways, best, own_today, request, reach=reach)
    ways = []
    for number, pick in enumerate(picks, start=1):
        row = frame.iloc[other_ways["place"].iloc[pick]]
        way = make_way(str(row["way"]), row, today)
        way = replace(way, number=number, recommended=pick == best)
        line = order_line(
            way,
            temperature_K=request.temperature,
            drawing=incumbent.name,
            today_cost_USD_kg=float(own_row[COST]),
        )
        ways.append(replace(way, order_line=line))
    places = other_ways.loc[picks, "place"].to_list()
    every_place = order_candidates(frame).tolist()
    rest = [place for place in every_place if place not in set(places)]
    order = frame.take([*places, *rest]).reset_index(drop=True)
    order.insert(0, "rank", np.arange(1, len(order) + 1))
    return tuple(ways), order


def _list_other_ways(
    frame: "pd.DataFrame", largest_exposure: float, request: Request
) -> "pd.DataFrame":
    """List the candidates that may be ways, with what `recommend` reads.

    Parameters
    ----------
    frame : pandas.DataFrame
        Candidates of `_compare`, with the columns of `_CHOSEN_BY` and
        ``status``; not changed. The magnet in use (``way`` "own"), what is not
        "ok" and what has the probability 0 are left out; the others keep their
        order.
    largest_exposure : float
        Exposure to heavy rare earth from which on a candidate is no way, USD/kg; infinite for no
        limit.
    request : Request
        Its ``family`` ("own" or "any") decides whether a magnet of another family may be
        recommended.

    Returns
    -------
    pandas.DataFrame
        Rows numbered from 0. Columns of `_CHOSEN_BY`
        (``probability_meets_requirements``, ``exposure_USD_kg``,
        ``cost_per_flux_ratio``, ``heavy_rare_earth_wt_pct``, ``remanence_T``,
        ``way``, ``grade``, ``candidate``, ``shell``); ``diluted``, whether Ce,
        La or Y (not Yb) is in the recipe; ``open``, whether it may be
        recommended: no trial (`TRIALS`), and, with the family "own", of
        another ``way`` than "other-family"; and ``place``, its position in
        `frame`, from 0.
    """
    other_ways = frame[list(_CHOSEN_BY)].assign(place=np.arange(len(frame)))
    is_way = (
        (frame["way"] != "own")
        & (frame["status"] == "ok")
        & (frame[CHANCE] > 0.0)
        & (frame[EXPOSURE] < largest_exposure)
    )
    other_ways = other_ways[is_way].reset_index(drop=True)
    other_ways["diluted"] = other_ways["candidate"].str.contains(
        "Ce|La|Y(?!b)", regex=True
    )
    is_open = ~other_ways["way"].isin(TRIALS)
    if request.family == "own":
        is_open &= other_ways["way"] != "other-family"
    other_ways["open"] = is_open
    return other_ways


def _pick_ways(
    other_ways: "pd.DataFrame",
    best: int | None,
    today: HeavyToday,
    request: Request,
    *,
    reach: bool,
) -> list[int]:
    """Pick the ways that are shown: the best, then one of each other kind.

    A kind is a way and the element of its shell. Ways less likely than 0.3
    (`UNLIKELY`) are left out, but for `best`, and there are six
    (`_MOST_WAYS`) at most.

    Parameters
    ----------
    other_ways : pandas.DataFrame
        Rows of `_list_other_ways`, numbered from 0.
    best : int or None
        Position of the recommended row, None without one.
    today : HeavyToday
        What savings count against.
    request : Request
        A way that costs more than ``most_cost`` times today's magnet yields to
        a cheaper one of its kind, but is not left out; not used with `reach`.
    reach : bool
        The magnet in use misses the limits: then the likeliest of a kind is
        shown, not what saves most.

    Returns
    -------
    list of int
        Positions in `other_ways`, from 0, the first `best` if there is one, the others in the
        order of `_order_key`.
    """
    picks = [] if best is None else [best]
    groups = other_ways["way"] + other_ways["shell"].map(_shell_element)
    shown_ways = []
    for _, rows in other_ways.groupby(groups, sort=False):
        if best is not None and best in rows.index:
            continue
        pick = _pick_of_kind(rows, today, request, reach=reach)
        if float(other_ways[CHANCE].iloc[pick]) >= UNLIKELY:
            shown_ways.append(pick)

    def order_of(pick: int) -> tuple[Any, ...]:
        row: pd.Series = other_ways.iloc[pick]
        return _order_key(row, reach=reach)

    shown_ways.sort(key=order_of)
    return picks + shown_ways[: _MOST_WAYS - len(picks)]


_CHOSEN_BY = (
    CHANCE,
    EXPOSURE,
    COST_RATIO,
    HEAVY,
    REMANENCE,
    "way",
    "grade",
    "candidate",
    "shell",
)


def _shell_element(shell: str) -> str:
    """Return the symbol of the element that `shell`, a text such as "Tb 0.5 wt%", has diffused in.

    A carrier, such as Cu, is not named. The result is empty for an empty text
    or None; InputError for a text that cannot be read.
    """
    one = read_shell(shell)
    if one is None:
        return ""
    return str(one.R)


def _pick_of_kind(
    rows: "pd.DataFrame", today: HeavyToday, request: Request, *, reach: bool
) -> int:
    """Return the label, in the index of `rows`, of the row to show of one kind of way.

    It is the one that the rule recommends, or else the one most worth a trial: chance times the
    exposure it saves.

    Parameters
    ----------
    rows : pandas.DataFrame
        The ways of this kind, of `_list_other_ways`, at least one, with the
        labels that they have there. ``probability_meets_requirements`` and
        ``exposure_USD_kg`` are read, and what `recommend` reads; of equals the
        first is taken. Trials count too here.
    today : HeavyToday
        Heavy rare earth of today's magnet.
    request : Request
        Bounds the cost (``most_cost``).
    reach : bool
        Today's magnet does not meet the limits, so that the likeliest way counts and not what it
        saves.
    """
    place = recommend(
        rows.assign(open=True), today, most_cost=request.most_cost, reach=reach
    )
    if place is not None:
        return int(rows.index[place])
    worth = rows[CHANCE]
    if not reach:
        # Every way has less exposure than today's magnet then.
        worth = worth * (today.exposure_USD_kg - rows[EXPOSURE])
    return int(rows.index[int(worth.to_numpy(float).argmax())])


def _order_key(row: "pd.Series", *, reach: bool) -> tuple[Any, ...]:
    """Return the sort key of a way below the recommended one, the smallest first.

    Likely ways, of a probability of `MEETS` or more, come first, and trials
    (``way`` one of `TRIALS`) behind the others of the same. Then likely ways,
    with `reach` all, are sorted by exposure, the smallest first, unlikely ones
    by their probability, the largest first. `row` has
    ``probability_meets_requirements``, ``way`` and ``exposure_USD_kg``.
    """
    likely = bool(row[CHANCE] >= MEETS)
    is_trial = row["way"] in TRIALS
    if likely or reach:
        return (
            not likely,
            is_trial,
            round(float(row[EXPOSURE]), 2),
            -float(row[CHANCE]),
        )
    return (not likely, is_trial, -float(row[CHANCE]), float(row[EXPOSURE]))


def make_way(kind: str, row: "pd.Series", today: HeavyToday) -> Way:
    """Convert a row of candidates to a `Way` of a kind, without number, order line or recommendation.

    `kind` is such as "diffused" or "lower-class", a key of `WAYS`, or "own";
    another has the ``unknown`` empty. `row` has the fields of `Way` for
    columns and must have ``heavy_rare_earth_saved_wt_pct`` (KeyError); other
    columns that it lacks become empty texts, numbers too, and a route that is
    no text becomes None. ``saved_share`` is that over ``today.wt_pct``, which
    counts as no less than 1e-9.
    """
    plain = {}
    for name in _FROM_ROW:
        value = row.get(name, "")
        if isinstance(value, np.generic):
            value = value.item()
        plain[name] = value
    if not isinstance(plain["route"], str):
        plain["route"] = None
    share = float(row[SAVED]) / max(today.wt_pct, 1e-9)
    unknown = WAYS[kind][1] if kind in WAYS else ""
    return Way(kind, **plain, saved_share=share, unknown=unknown)


def _describe_failure(
    answer: Answer, incumbent: Incumbent, request: Request, limits: Limits
) -> str:
    """Say what the magnet in use fails, where its recipe is not likely to meet the limits.

    By its sheet, if that names a failure; else by the calibration that the
    user chose for the melts (``incumbent.producer``), whose melt of the same
    recipe fails; else in general. Arguments as of `_write_sentence`. The text
    has no full stop, such as "N42SH does not meet what is asked".
    """
    name = incumbent.name
    failing = failing_text(incumbent, request, limits)
    if failing:
        return failing
    misses = ""
    if answer.own is not None:
        misses = answer.own.failed_requirements
    if is_unknown(misses):
        return f"nobody can tell whether {name} meets what is asked, {misses}"
    if incumbent.producer is not None and limits.keys() <= _OF_SHEETS:
        return (
            f"{name} as sold meets what is asked, its recipe by the calibration "
            f"{incumbent.producer.name} with P {answer.own_probability:.2f}"
        )
    return f"{name} does not meet what is asked"


def _write_sentence(
    answer: Answer, incumbent: Incumbent, request: Request, limits: Limits
) -> str:
    """Write the verdict in one sentence: replace, keep, or what reaches the limits.

    `answer` must have its ``ways``, the recommended one among them, and,
    unless its ``reach`` is True or it recommends one, its ``recipe`` and
    ``today`` (AssertionError); its sentence is not read. `incumbent` is the
    magnet in use, `request` what is asked; `limits` maps columns to
    `Requirement`. There is no full stop. A use above the rating is said
    before, in a sentence of its own with a full stop and a space. Such as
    "Replace N42SH by N40H: saves 1.2 wt.% heavy rare earth and 60 % of its
    worth, P 0.92".
    """
    best = answer.recommended
    ways = answer.ways
    name = incumbent.name
    over = ""
    if request.temperature > incumbent.rating_K + 0.5:
        over = f"{name} is used above its rating of {incumbent.rating_K - 273.15:.0f} °C. "
    if answer.reach:
        failing = _describe_failure(answer, incumbent, request, limits)
        return over + f"{failing}; {_reaching_text(answer)}"
    if best is not None:
        assert answer.today is not None
        exposure_fall = 1.0 - best.exposure_USD_kg / max(
            answer.today.exposure_USD_kg, 1e-9
        )
        return (
            f"{over}Replace {name} by {best.name}: saves {best.saved:.1f} wt.% heavy rare earth "
            f"and {100 * exposure_fall:.0f} % of its worth, P {best.chance:.2f}"
        )
    keep = f"{over}Keep {name}:"
    recipe = answer.recipe
    today = answer.today
    assert recipe is not None
    assert today is not None
    if recipe.heavy_wt_pct < NONE_WT_PCT:
        return f"{keep} {_held_text(recipe, incumbent)}"
    if not answer.is_level_sound and not ways:
        return (
            f"{keep} its estimated recipe does not explain its coercivity, and nothing sold takes "
            "its place; give its recipe (--recipe)"
        )
    if not ways:
        return f"{keep} nothing with less heavy rare earth is a magnet there or sold for it"
    likely = [way for way in ways if way.likely]
    if not likely:
        likeliest = max(ways, key=lambda way: way.chance)
        return (
            f"{keep} nothing that lowers the exposure to heavy rare earth is likely to do; "
            f"the nearest is {short_name(likeliest)}, P {likeliest.chance:.2f}"
        )
    if (
        answer.own is not None
        and answer.own.exposure_USD_kg < today.exposure_USD_kg
    ):
        # What is saved counts against the mean over its kinds, and against its own recipe.
        own_way = answer.own
        today = HeavyToday(
            own_way.heavy_rare_earth_wt_pct, own_way.exposure_USD_kg
        )
    return f"{keep} {_find_obstacle(likely, today)}"


def _reaching_text(answer: Answer) -> str:
    """Say in a clause what meets the limits that the magnet in use does not, of the ways of `answer`.

    It is the recommended way, else two at most that are likely (a probability
    of `MEETS` or more), else the likeliest; without ways the clause advises to
    ask less.
    """
    best = answer.recommended
    if best is not None:
        addition = f"{best.heavy_rare_earth_wt_pct:.1f} wt.% heavy rare earth, P {best.chance:.2f}"
        return f"{best.name} does ({addition})"
    likely = [way for way in answer.ways if way.likely]
    if likely:
        names = ", ".join(map(short_name, likely[:2]))
        return f"of its family nothing does, of others {names}"
    if answer.ways:
        likeliest = max(answer.ways, key=lambda way: way.chance)
        return f"nothing is likely to; the nearest is {short_name(likeliest)}, P {likeliest.chance:.2f}"
    return "nothing that was judged does; ask less B_r, or a longer magnet"


def _find_obstacle(likely: Sequence[Way], today: HeavyToday) -> str:
    """Say in a clause why nothing is recommended although something is likely to meet the limits.

    `likely` are the ways that are, at least one, in their order. The clause
    has no full stop. Of a `Way` its ``kind``, ``exposure_USD_kg``, probability
    and name are read. `today` is what savings count against. The way that is
    named is of the own family and no trial, of least exposure, if there is
    one, otherwise the first.
    """
    own_family_ways = [
        way for way in likely if way.kind not in (*TRIALS, "other-family")
    ]
    if own_family_ways:
        way = min(own_family_ways, key=lambda one: one.exposure_USD_kg)
        exposure_fall = 1.0 - way.exposure_USD_kg / max(
            today.exposure_USD_kg, 1e-9
        )
        if today.is_lowered_by(way.exposure_USD_kg):
            return (
                f"{short_name(way)} (P {way.chance:.2f}) would lower the exposure to heavy "
                f"rare earth by {100 * exposure_fall:.0f} %, at {way.cost_per_flux_ratio:.2f} times the cost "
                "per flux"
            )
        return (
            f"{short_name(way)} (P {way.chance:.2f}) lowers the exposure to heavy rare earth by "
            f"{100 * max(exposure_fall, 0.0):.0f} % only"
        )
    way = likely[0]
    if way.kind == "other-family":
        return (
            f"only another family does with less ({short_name(way)}, P {way.chance:.2f}; price: "
            "ask); --family any lets it stand first"
        )
    return f"{short_name(way)} (P {way.chance:.2f}) is a trial"


_POSSIBLE_WT_PCT = 0.1


def _held_text(recipe: Recipe, incumbent: Incumbent) -> str:
    """Say in a clause which scarce elements a magnet without heavy rare earth rests on, with their wt.%.

    `recipe` is what it is taken to be: ``text`` (wt.%) and ``weight`` are
    read. ``makeup`` of `incumbent` says whether its composition is an estimate
    (``estimate``), and how much heavy rare earth it may hold
    (``heavy_wt_pct``, whose last entry is read). Co, Ga, Nd, Pr and Sm above
    0.05 wt.% are named, the most first; a shell is not. Such as "it holds no
    heavy rare earth; it rests on Nd 24.6 wt.%, Pr 6.2 wt.% (estimates)".
    """
    table = CompositionTable.from_strings([recipe.text], basis="weight")
    percents = 100.0 * table.weight_fractions()[0]
    share = dict(zip(SYMBOLS, percents, strict=False))
    scarce = [e for e in ("Co", "Ga", "Nd", "Pr", "Sm") if share[e] > 0.05]
    scarce.sort(key=lambda e: -share[e])
    rests = ", ".join(f"{e} {share[e]:.1f} wt.%" for e in scarce)
    sure = ""
    if recipe.weight < 0.995:
        sure = f" most likely ({recipe.weight:.2f})"
    guess = ""
    if incumbent.makeup is not None and incumbent.makeup.estimate:
        highest = incumbent.makeup.heavy_wt_pct[2]
        guess = " (estimates)"
        if highest >= _POSSIBLE_WT_PCT:
            sure = sure or " most likely"
            guess = f" (estimates; up to {highest:.1f} wt.% of heavy rare earth may be in)"
    return f"it{sure} holds no heavy rare earth; it rests on {rests}{guess}"


def short_name(way: Way) -> str:
    """Name a way in a few words for a table.

    The name is the grade of what is sold, or what remains of heavy rare earth
    (wt.%) and how, such as "alloy Dy 1.2", "Tb 0.5 diffused on Dy 1" or "no
    heavy RE". Ce is added where it is in, and trials name their kind or route
    before. `way` must have ``candidate``, a readable recipe in wt.%, unless
    its ``grade`` is no empty text; ``shell``, ``kind`` and ``route`` are read
    too.
    """
    if way.grade:
        return way.grade
    table = CompositionTable.from_strings([way.candidate], basis="weight")
    weights = 100.0 * table.weight_fractions()[0]
    amounts = dict(zip(SYMBOLS, weights, strict=False))
    heavy = []
    for element in ("Dy", "Tb", "Gd", "Ho", "Er"):
        if amounts[element] > 0.005:
            heavy.append(f"{element} {amounts[element]:.2g}")
    alloy = "no heavy RE"
    if heavy:
        alloy = "alloy " + " ".join(heavy)
    if way.shell:
        base = " on " + " ".join(heavy) if heavy else ""
        alloy = f"{way.shell.replace(' wt%', '')} diffused{base}"
    if amounts["Ce"] > 0.05:
        alloy += f", Ce {amounts['Ce']:.2g}"
    if way.kind == "low-boron":
        alloy += f", B {amounts['B']:.2f}"
    marks = {"fine-grained": "fine grains, ", "hot-deformed": "hot deformed, "}
    text = marks.get(way.kind, "") + alloy
    if way.kind == "other-route":
        text = f"{way.route}, {alloy}"
    return text


def answer_duty(request: Request, limits: Limits) -> tuple[Answer, ...]:
    """Answer a duty without a magnet in use: the leanest sold grades of each family that meet it.

    Melts are not judged.

    Parameters
    ----------
    request : Request
        ``temperature`` and ``conditions`` (duty, supply scenario) are read.
    limits : dict of str to Requirement
        What has to be met, by column, as of `find_limits` for no magnet.

    Returns
    -------
    tuple of Answer
        One answer of the kind "sold", without a recipe; without ways and with
        an empty frame of candidates where no grade meets the duty with a
        probability of 0.8 (`MEETS`), else with ``rank``, from 1, and the
        columns of `as_candidates`. The first way is the recommended one, and
        there are six (`_MOST_WAYS`) at most, of the kind "other-family",
        without order lines. Nothing counts as saved (0), and ``cost_per_flux_ratio`` is NaN.
        The ``verdict`` is "replace" if there is a way, else "keep".
    """
    import pandas as pd

    grade_offers = judge_grades(None, request, limits)
    grade_offers = grade_offers[grade_offers[CHANCE] >= MEETS]
    has_model = grade_offers["host"].isin(HOSTS) & grade_offers["kind"].isin(
        MELTED
    )
    grade_offers = grade_offers[
        has_model | grade_offers["kind"].isin(["ferrite", "bonded"])
    ]
    # What a maker's own sheet says first; the least coercive hold least.
    keys = grade_offers.sort_values(
        ["copied", COERCIVITY, REMANENCE], kind="stable"
    )
    parts = [
        as_candidates(rows.head(4), "other-family", None, request, limits)
        for _, rows in keys.groupby("host", sort=False)
    ]
    parts = [part for part in parts if len(part)]
    if not parts:
        text = "Keep looking: nothing that is sold meets this duty; ask less B_r or a longer magnet"
        return (_without_candidates(text),)
    whole = pd.concat(parts, ignore_index=True)
    # Among those with hardly more exposure first what holds no rare earth, then by a maker's own
    # sheet the cheapest flux.
    rare = whole["kind"] != "ferrite"
    is_far = whole[EXPOSURE] > whole[EXPOSURE].min() + _EQUAL_USD_KG
    whole = whole.assign(far=is_far, rare=rare)
    order = ["far", "rare", "copied", COST_PER_FLUX, HEAVY]
    whole = whole.sort_values(order, kind="stable", ignore_index=True)
    place = whole.groupby("host").cumcount()
    whole = whole.assign(later=place >= _OF_EACH).sort_values(
        ["later", "far"], kind="stable", ignore_index=True
    )
    whole[SAVED] = 0.0
    whole[COST_RATIO] = np.nan
    whole.insert(0, "rank", np.arange(1, len(whole) + 1))
    today = HeavyToday(0.0, 0.0)
    ways = []
    for number, (_, row) in enumerate(
        whole.head(_MOST_WAYS).iterrows(), start=1
    ):
        way = make_way("other-family", row, today)
        ways.append(replace(way, number=number, recommended=number == 1))
    heavy = (
        f"about {ways[0].heavy_rare_earth_wt_pct:.1f} wt.% heavy rare earth"
    )
    if ways[0].heavy_rare_earth_wt_pct < NONE_WT_PCT:
        heavy = "no heavy rare earth"
    text = f"Order {ways[0].grade}: {heavy}, P {ways[0].chance:.2f}"
    whole = whole.drop(columns=["far", "rare", "copied", "later"])
    return (_without_candidates(text, tuple(ways), candidates=whole),)


def duty_line(incumbent: Incumbent, own: Recipe, request: Request) -> str:
    """Say from which load line on a leaner class does the work of a grade used far below its rating.

    The sentence is empty where the request states a duty already (``request.on_duty``), the
    temperature is less than 20 K below the rating or there is none, the grade holds no heavy rare
    earth, or no class does by a load line of 10. `incumbent` is the grade, `own` its recipe:
    ``kind`` and ``heavy_wt_pct`` are read. There is no full stop.
    """
    rating = incumbent.rating_K
    if request.on_duty or not request.temperature <= rating - _COOL_K:
        return ""
    if own.heavy_wt_pct < NONE_WT_PCT:
        return ""
    rows = sold_figures(request.temperature)
    rows = rows[(rows["host"] == incumbent.host) & rows["kind"].isin(MELTED)]
    rows = rows[rows[LIMIT].fillna(0.0) >= request.temperature]
    rows = rows[rows[REMANENCE] >= incumbent.least[REMANENCE] * 0.9945]
    lower = rows["coercivity_20C_kA_m"] < LOWER_CLASS * float(
        incumbent.sheet[COERCIVITY]
    )
    rows = rows[lower & ~rows["grade"].isin(secondhand())]
    for _, row in (
        rows.sort_values(COERCIVITY, kind="stable").head(6).iterrows()
    ):
        makeup = grade_makeup(
            str(row["grade"]), own.kind, request.conditions.curie
        )
        if (
            makeup is None
            or own.heavy_wt_pct - makeup.heavy_wt_pct[0] < SAVING_WT_PCT
        ):
            continue
        for line in _LINES:
            field_A_m = Duty(float(line)).field(
                np.array(row[REMANENCE]), np.array(row["recoil"])
            )
            if 1e3 * row[KNEE] >= SAFETY * float(field_A_m):
                heavy = makeup.heavy_wt_pct[0]
                content = "no" if heavy < NONE_WT_PCT else f"{heavy:.1f} wt.%"
                return (
                    f"{row['grade']} ({content} heavy rare earth; H_cJ {row[COERCIVITY]:.0f} kA/m "
                    f"guaranteed there) bears a load line of {line:.1f} or more without an "
                    f"opposing field, {SAFETY:g} times over: --load-line, --outside-field ask so"
                )
    return ""


def next_melt(answer: Answer) -> "pd.Series | None":
    """Return the candidate whose measurement would decide most; None if none would decide anything.

    Most decides a melt of uncertain verdict that would save much; where the
    magnet in use does not meet what is asked (``answer.reach``), what it saves
    does not count. The Series is a row of ``answer.candidates``, with
    ``candidate``, ``shell`` and ``probability_meets_requirements`` among its
    entries; trials count, sold grades and the magnet in use do not. None too
    without a recipe or without candidates.
    """
    table = answer.candidates
    if answer.recipe is None or not len(table):
        return None
    melts = table[(table["grade"] == "") & (table["way"] != "own")]
    if not len(melts):
        return None
    # The variance that a melt resolves, times what it would save.
    saves = melts[SAVED].clip(lower=0.0)
    if answer.reach:
        saves = saves * 0.0 + 1.0
    worth = melts[CHANCE] * (1.0 - melts[CHANCE]) * saves
    if worth.max() > 1e-3:
        return melts.iloc[int(worth.to_numpy(float).argmax())]
    return None


def record(answer: Answer) -> dict[str, Any]:
    """Return `answer` as a dict of plain values.

    The keys are ``kind``, ``weight``, ``level`` (NaN where not known),
    ``own_probability``, ``verdict`` ("reach", "replace" or "keep"),
    ``sentence``, ``recipe`` (a dict of the fields of `Recipe`, among them
    ``text`` in wt.%, ``shell`` and ``heavy_wt_pct``, or None) and ``ways`` (a
    list of dicts of the fields of `Way`, the recommended one first). The dicts
    are those of the objects themselves: do not change them. ``candidates``,
    ``today`` and ``own`` are left out.
    """
    return {
        "kind": answer.kind,
        "weight": answer.weight,
        "level": answer.level,
        "own_probability": answer.own_probability,
        "verdict": answer.verdict,
        "sentence": answer.sentence,
        "recipe": None if answer.recipe is None else vars(answer.recipe),
        "ways": list(map(vars, answer.ways)),
    }
