"""The answer of a replacement as records: its verdict, at most four ways, and what it rests on."""

from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from .._core.elements import SYMBOLS
from ..alloy.table import CompositionTable
from ..magnetism._composition_estimate import Recipe, made_of
from ..magnetism._measured import COERCIVITY
from ..magnetism.grades import secondhand
from ..magnetism.sintered import Duty
from ..magnetism.spread import constants
from ..phases.records import HOSTS
from ._candidates import CHANCE, HEAVY, SAVED, TRIALS, as_frame, bought, melts
from ._profile_parts import MEETS_PROBABILITY
from ._request import KNEE, REMANENCE, SAFETY, Held, Limits, Wish, needed_knee

if TYPE_CHECKING:
    import pandas as pd

_FLUX = "cost_per_flux_USD_m3_T"
# What is worth a change: so much heavy rare earth saved, wt.%, and so large a share of it; another
# family that saves less than the last has to cost no more for the flux.
_LESS, _SHARE, _WORTH = 0.3, 0.2, 1.0
# Below this content, wt.%, there is none. A kind is answered for from this weight on; so many ways
# are shown, and none that is less likely.
_NONE, _ANOTHER, _MOST, _UNLIKELY, _SURE = 0.05, 0.2, 4, 0.3, 0.95
# So far below its rating, K, a grade is far below it; load lines that are tried then.
_COOL_K, _LINES = 20.0, np.arange(0.4, 10.05, 0.1)

WAYS = {
    "lower-class": ("Lower class, as sold", "the worst field, if not the one given"),
    "bulk": ("Leaner alloy", "this melt beside yours (H_cJ to 10 %)"),
    "diffused": ("Diffused", "what the shell gives (to 44 %), or a carrier as Pr-Cu"),
    "fine-grained": ("Trial, fine grains", "H_cJ when hot, never measured"),
    "hot-deformed": ("Trial, hot deformed", "its maker's level (H_cJ to 18 %)"),
    "other-family": ("Other family, as sold", "price; printed values were compared"),
}
"""Kinds of ways: title, and what nobody measured of them."""

_HELD = {
    "bonded": ("rare earth but, as is usual of melt-spun powder, no heavy one", "Nd and Pr"),
    "ferrite": ("no rare earth", "strontium or barium ferrite"),
    "alnico": ("no rare earth", "Al, Ni, Co and Cu"),
}


@dataclass(frozen=True)
class Way:
    """One way to save heavy rare earth, of a `kind` of `WAYS`; columns are those of results.

    Values are at the temperature of use; the recipe of a sold `grade` is an estimate.
    ``cost_per_flux_ratio`` is over that of the magnet in use, ``saved_share`` of its content.
    """

    kind: str
    candidate: str
    shell: str
    route: str | None
    host: str
    heavy_rare_earth_wt_pct: float
    heavy_rare_earth_saved_wt_pct: float
    probability_meets_requirements: float
    remanence_T: float
    remanence_guaranteed_T: float
    coercivity_kA_m: float
    coercivity_guaranteed_kA_m: float
    cost_USD_kg: float
    supply_risk: float
    density_kg_m3: float
    failed_requirements: str
    saved_share: float
    cost_per_flux_ratio: float
    unknown: str
    grade: str = ""
    makers: str = ""
    recommended: bool = False

    @property
    def name(self) -> str:
        """What to order: the grade, or the recipe with what is diffused in."""
        return self.grade or (f"{self.candidate} + {self.shell}" if self.shell else self.candidate)

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
        """Whether that is 0.8 or more."""
        return self.chance >= MEETS_PROBABILITY


@dataclass(frozen=True, eq=False)
class Answer:
    """The answer for one kind of the magnet in use, and how likely it is of that.

    `level` is its H_cJ over that of the model, `candidates` all that was judged, `ways` at most
    four, the recommended one first.
    """

    kind: str
    weight: float
    recipe: Recipe | None
    level: float
    own_probability: float
    sentence: str
    ways: tuple[Way, ...]
    candidates: "pd.DataFrame" = field(repr=False)

    @property
    def recommended(self) -> Way | None:
        """The way that is recommended."""
        return next((way for way in self.ways if way.recommended), None)

    @property
    def verdict(self) -> str:
        """``"keep"`` or ``"replace"``."""
        return "keep" if self.recommended is None else "replace"

    @property
    def level_known(self) -> bool:
        """Whether recipe and model explain its coercivity as well as those of known recipes."""
        low, high = constants()["level"]
        return self.level != self.level or bool(low <= self.level <= high)


def answers(held: Held, wish: Wish, limits: Limits) -> tuple[Answer, ...]:
    """Return the answer for each kind that the magnet in use may well be of, likeliest first."""
    if held.made is None:
        holds, rests = _HELD.get(held.kind, ("what nobody printed", "what its maker knows"))
        text = f"Keep {held.name}: it is {held.kind} and holds {holds}; it rests on {rests}"
        return (_alone(text, ()),)
    likely = [r for r in held.made.recipes if r.weight >= _ANOTHER] or [held.made.best]
    return tuple(_answer(held, own, wish, limits) for own in likely)


def _alone(sentence: str, ways: tuple[Way, ...], table: "pd.DataFrame | None" = None) -> Answer:
    """Return the answer where there is no recipe to compare with."""
    import pandas as pd

    if table is None:
        table = pd.DataFrame(columns=["candidate", "shell", "host", CHANCE])
    return Answer("sold", 1.0, None, np.nan, 1.0, sentence, ways, table)


def _answer(held: Held, own: Recipe, wish: Wish, limits: Limits) -> Answer:
    """Return the answer for a magnet of one recipe."""
    table = melts(held, own, wish, limits)
    mine = table.index[table["way"] == "own"][0]
    now, level = table.loc[mine], np.nan if held.producer is not None else table.attrs["level"]
    chance = float(now[CHANCE])
    found = Answer(own.kind, own.weight, own, level, chance, "", (), table)
    # Beyond what magnets of a known recipe are off by, recipe or model is wrong: no melt then.
    ways = _melted(table.drop(index=mine), own, now) if found.level_known else []
    if own.heavy_wt_pct >= _NONE:
        ways += _sold(held, own, now, wish, limits)
    ways = [way for way in ways if way.saved >= _NONE]
    best = _chosen(ways)
    text = _sentence(held, own, best, ways, found.level_known)
    return replace(found, sentence=text, ways=_shown(ways, best))


def _melted(table: "pd.DataFrame", own: Recipe, now: "pd.Series") -> list[Way]:
    """Return the best melt of each kind: the leanest that is likely, else the most worth a try."""
    found = []
    saving = table[(table["status"] == "ok") & (table[SAVED] > 0.0)]
    for kind, rows in saving.groupby("way", sort=False):
        good = rows[rows["meets_requirements"] & (rows[SAVED] >= _LESS)]
        worth = rows[CHANCE] * rows[SAVED]
        row = good.iloc[0] if len(good) else rows.iloc[int(worth.argmax())]
        found.append(_way(str(kind), row, own, now))
    return found


def _way(kind: str, row: "pd.Series", own: Recipe, now: "pd.Series", **sold: Any) -> Way:
    """Return a row of candidates as a way."""
    said: dict[str, Any] = {f.name: row.get(f.name, "") for f in fields(Way)[1:16]}
    plain = {n: v.item() if isinstance(v, np.generic) else v for n, v in said.items()}
    share = float(row[SAVED]) / max(own.heavy_wt_pct, 1e-9)
    ratio = float(row[_FLUX]) / float(now[_FLUX])
    return Way(
        kind, **plain, saved_share=share, cost_per_flux_ratio=ratio, unknown=WAYS[kind][1], **sold
    )


def _sold(held: Held, own: Recipe, now: "pd.Series", wish: Wish, limits: Limits) -> list[Way]:
    """Return the best lower class, by a duty, and the best grade of another family."""
    found, table = [], bought(held, wish, limits, own_family=wish.on_duty)
    family = table["host"] == held.host
    # Heavy rare earth rises with the class: the least coercive are the leanest.
    lower = table[family & (table["probability"] >= MEETS_PROBABILITY)]
    lower = lower.sort_values([COERCIVITY, REMANENCE], kind="stable")
    for kind, rows in (("lower-class", lower), ("other-family", table[~family])):
        ways = []
        for _, one in rows.head(_MOST).iterrows():
            made = made_of(str(one["grade"]), own.kind, wish.conditions.curie)
            if made is not None and made.heavy_wt_pct <= own.heavy_wt_pct - _NONE:
                row = as_frame(one, made, wish, own.heavy_wt_pct).iloc[0]
                ways.append(_way(kind, row, own, now, grade=one["grade"], makers=one["makers"]))
        if ways:
            # As good as sure is sure: the first of them has least to spare.
            best = max(ways, key=lambda w: (w.likely, round(w.saved, 1), min(w.chance, _SURE)))
            also = ", ".join(w.grade for w in ways if w is not best and w.likely)
            found.append(replace(best, makers=best.makers + (f"; also {also}" if also else "")))
    return found


def _chosen(ways: list[Way]) -> Way | None:
    """Return what is recommended: of the own family, unless another saves over twice as much."""
    able = [w for w in ways if w.likely and w.saved >= _LESS and w.saved_share >= _SHARE]
    own = [w for w in able if w.kind in ("lower-class", "bulk", "diffused")]
    other = [w for w in able if w.kind == "other-family"]
    other = [w for w in other if w.saved >= _WORTH or w.cost_per_flux_ratio <= 1.0]
    # What is sold today goes before what has to be melted.
    best = max(own, key=lambda w: (round(w.saved, 1), bool(w.grade), w.chance), default=None)
    beside = max(other, key=lambda w: w.saved, default=None)
    return beside if beside and (best is None or best.saved < 0.5 * beside.saved) else best


def _shown(ways: list[Way], best: Way | None) -> tuple[Way, ...]:
    """Return at most four ways, the recommended one first, then those that are likely."""
    rest = [w for w in ways if w is not best and w.chance >= _UNLIKELY]
    rest.sort(key=lambda w: (not w.likely, w.kind in TRIALS, -w.saved * w.chance))
    first = [] if best is None else [replace(best, recommended=True)]
    return (*first, *rest[: _MOST - len(first)])


def _sentence(held: Held, own: Recipe, best: Way | None, ways: list[Way], level_known: bool) -> str:
    """Return the verdict in words."""
    keep = f"Keep {held.name}:"
    if best is not None:
        saves = f"saves {best.saved:.1f} wt.% ({100 * best.saved_share:.0f} %) heavy rare earth"
        return f"Replace {held.name} by {best.name}: {saves}, P {best.chance:.2f}"
    if own.heavy_wt_pct < _NONE:
        table = CompositionTable.from_strings([own.text], basis="weight")
        share = dict(zip(SYMBOLS, 100.0 * table.weight_fractions()[0], strict=False))
        scarce = sorted((-share[e], e) for e in ("Nd", "Pr", "Sm", "Co", "Ga") if share[e] > 0.05)
        rests = ", ".join(f"{e} {-x:.1f} wt.%" for x, e in scarce)
        sure = f" most likely ({own.weight:.2f})" if own.weight < 0.995 else ""
        guess = " (estimates)" if held.made is not None and held.made.estimate else ""
        return f"{keep} it{sure} holds no heavy rare earth; it rests on {rests}{guess}"
    if not level_known and not ways:
        return (
            f"{keep} its estimated recipe does not explain its coercivity, and nothing sold takes "
            "its place; give its recipe (--recipe)"
        )
    if not ways:
        return f"{keep} nothing with less heavy rare earth is a magnet there or sold for it"
    most = max(ways, key=lambda w: (w.likely, w.saved if w.likely else w.chance))
    chance = f"P {most.chance:.2f}"
    if not most.likely:
        near = f"nearest is {most.name}, {chance}"
        return f"{keep} nothing that saves heavy rare earth is likely; {near}"
    if most.saved < _LESS or most.saved_share < _SHARE:
        return (
            f"{keep} at most {most.saved:.2f} of its {own.heavy_wt_pct:.1f} wt.% heavy rare earth "
            f"can be saved ({chance})"
        )
    dear = f"costs {most.cost_per_flux_ratio:.1f} times as much for the flux"
    what = "is a trial" if most.kind in TRIALS else dear
    return f"{keep} {most.name}, which would save {most.saved:.1f} wt.% ({chance}), {what}"


def duty_alone(wish: Wish, limits: Limits) -> tuple[Answer, ...]:
    """Return what is sold for a duty without a magnet in use: the leanest of each family."""
    import pandas as pd

    table = bought(None, wish, limits, own_family=True)
    table = table[(table["probability"] >= MEETS_PROBABILITY) & table["host"].isin(HOSTS)]
    # What a maker's own sheet says first; the least coercive hold least.
    keys = table[table["kind"] == "sintered"].assign(copied=table["grade"].isin(secondhand()))
    keys = keys.sort_values(["copied", COERCIVITY, REMANENCE], kind="stable")
    frames, makers = [], dict(zip(keys["grade"], keys["makers"], strict=True))
    for _, one in keys.groupby("host", sort=False).head(_MOST).iterrows():
        if (made := made_of(str(one["grade"]), None, wish.conditions.curie)) is not None:
            frames.append(as_frame(one, made, wish, 0.0))
    if not frames:
        text = "Keep looking: nothing that is sold meets this duty; ask less B_r or a longer magnet"
        return (_alone(text, ()),)
    whole = pd.concat(frames, ignore_index=True)
    # Among those with hardly more heavy rare earth the cheapest flux, by a maker's own sheet.
    near = whole[HEAVY] <= whole[HEAVY].min() + _LESS
    whole = whole.assign(far=~near, copied=whole["nearest_grade"].isin(secondhand()))
    whole = whole.sort_values(["far", "copied", _FLUX, HEAVY], kind="stable", ignore_index=True)
    free, ways = Recipe("", "", 0.0, 1.0), []
    for _, row in whole.head(_MOST).iterrows():
        sold = {"grade": row["nearest_grade"], "makers": makers[row["nearest_grade"]]}
        ways.append(_way("other-family", row, free, row, **sold))
    ways[0] = replace(ways[0], recommended=True)
    heavy = f"about {ways[0].heavy_rare_earth_wt_pct:.1f} wt.% heavy rare earth"
    text = f"Order {ways[0].grade}: {heavy}, P {ways[0].chance:.2f}"
    whole = whole.drop(columns=["far", "copied"])
    whole.insert(0, "rank", np.arange(1, len(whole) + 1))
    return (_alone(text, tuple(ways), whole),)


def duty_line(held: Held, own: Recipe, wish: Wish, limits: Limits) -> str:
    """Return from which load line on a leaner class does the work of a grade far below its rating.

    Empty where the temperature is less than 20 K below, or no class does.
    """
    rating = float(held.room["max_working_temperature_K"])
    if wish.on_duty or not wish.temperature <= rating - _COOL_K or own.heavy_wt_pct < _NONE:
        return ""
    asked = {k: v for k, v in limits.items() if k not in (COERCIVITY, KNEE)}
    table = bought(held, wish, asked, own_family=True)
    table = table[(table["host"] == held.host) & (table["probability"] >= MEETS_PROBABILITY)]
    table = table[(table[COERCIVITY] < held.least[COERCIVITY]) & ~table["grade"].isin(secondhand())]
    for _, one in table.sort_values(COERCIVITY, kind="stable").head(6).iterrows():
        made = made_of(str(one["grade"]), own.kind, wish.conditions.curie)
        if made is None or own.heavy_wt_pct - made.heavy_wt_pct < _LESS:
            continue
        for line in _LINES:
            if one[KNEE] >= needed_knee(wish, float(one[REMANENCE]), Duty(float(line))):
                holds = "no" if made.heavy_wt_pct < _NONE else f"{made.heavy_wt_pct:.1f} wt.%"
                return (
                    f"{one['grade']} ({holds} heavy rare earth; H_cJ {one[COERCIVITY]:.0f} kA/m "
                    f"guaranteed there) bears a load line of {line:.1f} or more without an "
                    f"opposing field, {SAFETY:g} times over: --load-line, --outside-field ask so"
                )
    return ""


def next_melt(answer: Answer) -> "pd.Series | None":
    """Return the melt whose measurement decides most: uncertain, and saving much if it meets."""
    table = answer.candidates
    if answer.recipe is None or not len(table):
        return None
    # The variance that a melt resolves, times what it would save.
    worth = table[CHANCE] * (1.0 - table[CHANCE]) * table[SAVED].clip(lower=0.0)
    return table.iloc[int(worth.argmax())] if worth.max() > 1e-3 else None


def record(answer: Answer) -> dict[str, Any]:
    """Return an answer as plain values."""
    names = ("kind", "weight", "level", "own_probability", "verdict", "sentence")
    recipe = None if answer.recipe is None else vars(answer.recipe)
    ways = [vars(way) for way in answer.ways]
    return {**{n: getattr(answer, n) for n in names}, "recipe": recipe, "ways": ways}
