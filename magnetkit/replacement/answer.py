"""The answer of a replacement as records: its verdict, at most four ways, and what it rests on."""

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ..calibration._composition_estimate import Recipe
from ..calibration.grades import secondhand
from ..calibration.spread import constants
from ..hosts.records import HOSTS, root_of
from ..magnetism._measured import COERCIVITY
from ..magnetism.sintered import Duty
from ..ranking._profile_parts import MEETS_PROBABILITY, Requirement
from ._candidates import GUARANTEED, HEAVY, KNEE, as_frame, bought, level, made_of, melts
from ._request import REMANENCE, SAFETY, Held, Wish, needed_knee

if TYPE_CHECKING:
    import pandas as pd


# What is worth a change: so much heavy rare earth saved, wt.%, and so large a share of it.
_LESS, _SHARE = 0.3, 0.2
# Another family that saves less, wt.%, has to cost no more for the flux.
_WORTH = 1.0
_NONE = 0.05
_ANOTHER, _MOST = 0.2, 4
# Below this a way is not shown, and none in one's own family stands in the way of another.
_UNLIKELY = 0.3
_COOL_K = 20.0
_LINES = np.arange(0.4, 10.05, 0.1)

TITLES = {
    "lower-class": "Lower class, as sold",
    "bulk": "Leaner alloy",
    "diffused": "Diffused",
    "fine-grained": "Trial, fine grains",
    "hot-deformed": "Trial, hot deformed",
    "other-family": "Other family, as sold",
}
_UNKNOWN = {
    "lower-class": "the worst field, if not the one given",
    "bulk": "this melt beside yours (H_cJ to 10 %)",
    "diffused": "what the shell gives (to 42 %)",
    "fine-grained": "H_cJ when hot, never measured",
    "hot-deformed": "its maker's level (H_cJ to 18 %)",
    "other-family": "price; printed values were compared",
}


@dataclass(frozen=True)
class Way:
    """One way to save heavy rare earth.

    Attributes
    ----------
    kind : str
        Of `TITLES`.
    candidate, shell, route, host : str
        Its recipe, wt.%; of a sold grade an estimate.
    grade, makers : str
        Of what is sold.
    saved_wt_pct, saved_share, heavy_rare_earth_wt_pct : float
        Of heavy rare earth.
    probability : float
        That it meets every limit.
    remanence_T, remanence_guaranteed_T, coercivity_kA_m, coercivity_guaranteed_kA_m : float
        At the temperature of use: of a usual lot, and what 99 % of lots reach.
    cost_USD_kg, cost_per_flux_ratio : float
        Of the material, and per flux over that of the magnet in use.
    supply_risk, density_kg_m3 : float
    fails : str
        Limits that the expected values miss.
    unknown : str
        What nobody measured.
    recommended : bool
    """

    kind: str
    candidate: str
    shell: str
    route: str
    host: str
    grade: str
    makers: str
    saved_wt_pct: float
    saved_share: float
    heavy_rare_earth_wt_pct: float
    probability: float
    remanence_T: float
    remanence_guaranteed_T: float
    coercivity_kA_m: float
    coercivity_guaranteed_kA_m: float
    cost_USD_kg: float
    cost_per_flux_ratio: float
    supply_risk: float
    density_kg_m3: float
    fails: str
    unknown: str
    recommended: bool = False

    @property
    def name(self) -> str:
        """What to order: the grade, or the recipe with what is diffused in."""
        if self.grade:
            return self.grade
        return f"{self.candidate} + {self.shell}" if self.shell else self.candidate


@dataclass(frozen=True)
class Limit:
    """One limit that a replacement has to meet; `source` says why."""

    column: str
    text: str
    value: float
    source: str


@dataclass(frozen=True, eq=False)
class Answer:
    """The answer for one kind of the magnet in use.

    Attributes
    ----------
    kind : str
        How the magnet in use is taken to be made; ``"sold"`` where that is not known.
    weight : float
        Probability of that.
    recipe : Recipe or None
    level : float
        Its H_cJ over that of the model.
    own_probability : float
        That its own recipe meets the limits.
    verdict : str
        ``"keep"`` or ``"replace"``.
    sentence : str
        The verdict in words.
    ways : tuple of Way
        At most four, the recommended one first.
    candidates : pandas.DataFrame
        All that was judged.
    """

    kind: str
    weight: float
    recipe: Recipe | None
    level: float
    own_probability: float
    verdict: str
    sentence: str
    ways: tuple[Way, ...]
    candidates: "pd.DataFrame" = field(repr=False)

    @property
    def heavy_wt_pct(self) -> float:
        """Heavy rare earth of the magnet in use, wt.%."""
        return 0.0 if self.recipe is None else self.recipe.heavy_wt_pct

    @property
    def recommended(self) -> Way | None:
        """The way that is recommended."""
        return next((way for way in self.ways if way.recommended), None)


def answers(held: Held, wish: Wish, limits: dict[str, Requirement]) -> tuple[Answer, ...]:
    """Return the answer for each kind that the magnet in use may well be of, likeliest first."""
    if held.made is None:
        return (_without_recipe(held),)
    likely = [r for r in held.made.recipes if r.weight >= _ANOTHER] or [held.made.best]
    return tuple(_answer(held, own, wish, limits) for own in likely)


def _answer(held: Held, own: Recipe, wish: Wish, limits: dict[str, Requirement]) -> Answer:
    """Return the answer for a magnet of one recipe."""
    m = level(held, own, wish)
    low, high = constants()["level"]
    table = melts(held, own, wish, limits)
    mine = table.index[table["way"] == "own"][0]
    now = table.loc[mine]
    chance = float(now["probability_meets_requirements"])
    # Beyond what magnets of a known recipe are off by, recipe or model is wrong: no melt then.
    level_known = held.mill is not None or low <= m <= high
    ways = _melted(table.drop(index=mine), own, now) if level_known else []
    if own.heavy_wt_pct >= _NONE:
        ways += _sold(held, own, now, wish, limits)
    ways = [way for way in ways if way.saved_wt_pct >= _NONE]
    best = _chosen(ways)
    shown = _shown(ways, best)
    verdict = "keep" if best is None else "replace"
    sentence = _sentence(held, own, best, ways, level_known)
    return Answer(own.kind, own.weight, own, m, chance, verdict, sentence, shown, table)


def _melted(table: "pd.DataFrame", own: Recipe, now: "pd.Series") -> list[Way]:
    """Return the best melt of each kind."""
    found = []
    able = table[(table["status"] == "ok") & (table["heavy_rare_earth_saved_wt_pct"] > 0.0)]
    for kind, rows in able.groupby("way", sort=False):
        chance = rows["probability_meets_requirements"]
        meets = rows[chance >= MEETS_PROBABILITY]
        # The leanest that is likely; else what is worth trying: its chance times what it saves.
        worth = chance * rows["heavy_rare_earth_saved_wt_pct"].clip(
            upper=max(own.heavy_wt_pct, _LESS)
        )
        good = meets[meets["heavy_rare_earth_saved_wt_pct"] >= _LESS]
        row = good.loc[good["rank"].idxmin()] if len(good) else rows.loc[worth.idxmax()]
        found.append(_way(str(kind), row, own, now))
    return found


def _way(kind: str, row: "pd.Series", own: Recipe, now: "pd.Series", **sold: str) -> Way:
    saved = float(row["heavy_rare_earth_saved_wt_pct"])
    flux = "cost_per_flux_USD_m3_T"
    return Way(
        kind,
        str(row["candidate"]),
        str(row["shell"]),
        str(row["route"] or ""),
        str(row["host"]),
        sold.get("grade", ""),
        sold.get("makers", ""),
        saved,
        saved / max(own.heavy_wt_pct, 1e-9),
        float(row[HEAVY]),
        float(row["probability_meets_requirements"]),
        float(row[REMANENCE]),
        float(row[GUARANTEED[REMANENCE]]),
        float(row[COERCIVITY]),
        float(row[GUARANTEED[COERCIVITY]]),
        float(row["cost_USD_kg"]),
        float(row[flux]) / float(now[flux]),
        float(row["supply_risk"]),
        float(row["density_kg_m3"]),
        str(row.get("failed_requirements") or ""),
        _UNKNOWN[kind],
    )


def _sold(
    held: Held, own: Recipe, now: "pd.Series", wish: Wish, limits: dict[str, Requirement]
) -> list[Way]:
    """Return the best lower class, by a duty, and the best grade of another family."""
    found = []
    table = bought(held, wish, limits, own_family=wish.on_duty)
    family = table["host"].map(lambda h: root_of(h) if h in HOSTS else h) == root_of(held.host)
    for kind, rows in (("lower-class", table[family]), ("other-family", table[~family])):
        if kind == "lower-class":
            # Heavy rare earth rises with the class: the least coercive are the leanest.
            likely = rows[rows["probability"] >= MEETS_PROBABILITY]
            rows = likely.sort_values([COERCIVITY, REMANENCE], kind="stable").head(4)
        ways = []
        for _, one in rows.head(4).iterrows():
            made = made_of(str(one["grade"]), own.kind, wish)
            if made is None or made.heavy_wt_pct > own.heavy_wt_pct - _NONE:
                continue
            row = as_frame(one, made, wish, own.heavy_wt_pct).iloc[0]
            ways.append(
                _way(kind, row, own, now, grade=str(one["grade"]), makers=str(one["makers"]))
            )
        if ways:
            best = max(ways, key=lambda w: (w.probability >= MEETS_PROBABILITY,
                                            round(w.saved_wt_pct, 1), w.probability))  # fmt: skip
            also = [w.grade for w in ways if w is not best and w.probability >= MEETS_PROBABILITY]
            more = f"; also {', '.join(also)}" if also else ""
            found.append(replace(best, makers=best.makers + more))
    return found


def _chosen(ways: list[Way]) -> Way | None:
    """Return what is recommended: of the own family, unless another saves over twice as much."""
    likely = [w for w in ways if w.probability >= MEETS_PROBABILITY]
    able = [w for w in likely if w.saved_wt_pct >= _LESS and w.saved_share >= _SHARE]
    own = [w for w in able if w.kind in ("lower-class", "bulk", "diffused")]
    other = [
        w for w in able
        if w.kind == "other-family" and (w.saved_wt_pct >= _WORTH or w.cost_per_flux_ratio <= 1.0)
    ]  # fmt: skip
    # What is sold today goes before what has to be melted.
    best = max(
        own, key=lambda w: (round(w.saved_wt_pct, 1), bool(w.grade), w.probability), default=None
    )
    beside = max(other, key=lambda w: w.saved_wt_pct, default=None)
    if beside is not None and (best is None or best.saved_wt_pct < 0.5 * beside.saved_wt_pct):
        return beside
    return best


def _shown(ways: list[Way], best: Way | None) -> tuple[Way, ...]:
    """Return at most four ways, the recommended one first, then those that are likely."""
    rest = [w for w in ways if w is not best and w.probability >= _UNLIKELY]
    rest.sort(key=lambda w: (w.probability < MEETS_PROBABILITY, w.kind in ("fine-grained",
                             "hot-deformed"), -w.saved_wt_pct * w.probability))  # fmt: skip
    first = [] if best is None else [replace(best, recommended=True)]
    return (*first, *rest[: _MOST - len(first)])


def _sentence(held: Held, own: Recipe, best: Way | None, ways: list[Way], level_known: bool) -> str:
    if best is not None:
        return (
            f"Replace {held.name} by {best.name}: saves {best.saved_wt_pct:.1f} wt.% "
            f"({100 * best.saved_share:.0f} %) heavy rare earth, P {best.probability:.2f}"
        )
    if own.heavy_wt_pct < _NONE:
        rests = ", ".join(_rests(own, held.host))
        sure = f" most likely ({own.weight:.2f})" if own.weight < 0.995 else ""
        guess = " (estimates)" if held.made is not None and held.made.estimate else ""
        return f"Keep {held.name}: it{sure} holds no heavy rare earth; it rests on {rests}{guess}"
    if not level_known and not ways:
        return (
            f"Keep {held.name}: its estimated recipe does not explain its coercivity, and nothing "
            "sold takes its place; give its recipe (--recipe)"
        )
    able = [w for w in ways if w.probability >= MEETS_PROBABILITY]
    if able:
        most = max(able, key=lambda w: w.saved_wt_pct)
        if most.saved_wt_pct >= _LESS and most.saved_share >= _SHARE:
            what = "is a trial" if most.kind in ("fine-grained", "hot-deformed") else (
                f"costs {most.cost_per_flux_ratio:.1f} times as much for the flux")  # fmt: skip
            return (
                f"Keep {held.name}: {most.name}, which would save {most.saved_wt_pct:.1f} wt.% (P "
                f"{most.probability:.2f}), {what}"
            )
        return (
            f"Keep {held.name}: at most {most.saved_wt_pct:.2f} of its {own.heavy_wt_pct:.1f} wt.% "
            f"heavy rare earth can be saved (P {most.probability:.2f})"
        )
    if ways:
        near = max(ways, key=lambda w: w.probability)
        return (
            f"Keep {held.name}: nothing that saves heavy rare earth is likely; nearest is "
            f"{near.name}, P {near.probability:.2f}"
        )
    return f"Keep {held.name}: nothing with less heavy rare earth is a magnet there or sold for it"


def _rests(own: Recipe, host: str) -> list[str]:
    """Return what a magnet rests on beside heavy rare earth, largest share first."""
    from ..composition.table import CompositionTable

    table = CompositionTable.from_strings([own.text], basis="weight")
    from .._core.elements import SYMBOLS

    share = 100.0 * table.weight_fractions()[0]
    scarce = ("Nd", "Pr", "Sm", "Co", "Ga")
    found = [(share[SYMBOLS.index(e)], e) for e in scarce]
    return [f"{e} {x:.1f} wt.%" for x, e in sorted(found, reverse=True) if x >= 0.05]


_KNOWN_OF = {
    "bonded": ("rare earth but, as is usual of melt-spun powder, no heavy one", "Nd and Pr"),
    "ferrite": ("no rare earth", "strontium or barium ferrite"),
    "alnico": ("no rare earth", "Al, Ni, Co and Cu"),
}


def _without_recipe(held: Held) -> Answer:
    """Return the answer for a magnet whose composition is not estimated."""
    import pandas as pd

    holds, rests = _KNOWN_OF.get(held.kind, ("what nobody printed", "what its maker knows"))
    sentence = f"Keep {held.name}: it is {held.kind} and holds {holds}; it rests on {rests}"
    frame = pd.DataFrame(columns=["candidate", "shell", "host", "probability_meets_requirements"])
    return Answer("sold", 1.0, None, float("nan"), 1.0, "keep", sentence, (), frame)


def duty_alone(wish: Wish, limits: dict[str, Requirement]) -> tuple[Answer, ...]:
    """Return what is sold for a duty without a magnet in use: the leanest of each family."""
    import pandas as pd

    table = bought(None, wish, limits, own_family=True)
    table = table[table["probability"] >= MEETS_PROBABILITY]
    ways: list[Way] = []
    frames = []
    known = table["host"].isin(HOSTS) & (table["kind"] == "sintered")
    for _, rows in table[known].groupby("host", sort=False):
        # What a maker's own sheet says first; the least coercive hold least.
        keys = rows.assign(copied=rows["grade"].isin(secondhand()))
        order = keys.sort_values(["copied", COERCIVITY, REMANENCE], kind="stable").index
        for _, one in rows.loc[order].head(4).iterrows():
            made = made_of(str(one["grade"]), None, wish)
            if made is None:
                continue
            part = as_frame(one, made, wish, 0.0)
            frames.append(part)
            free, row = Recipe("", "", 0.0, 1.0), part.iloc[0]
            sold = {"grade": str(one["grade"]), "makers": str(one["makers"])}
            way = _way("other-family", row, free, row, **sold)
            ways.append(replace(way, saved_wt_pct=0.0, saved_share=0.0))
    if not ways:
        sentence = "Nothing that is sold meets this duty; ask for less B_r or a higher load line"
        frame = pd.DataFrame(columns=["candidate"])
        return (Answer("sold", 1.0, None, float("nan"), 1.0, "keep", sentence, (), frame),)
    ways.sort(key=lambda w: (round(w.heavy_rare_earth_wt_pct, 1), w.cost_USD_kg / w.remanence_T))
    least = min(w.heavy_rare_earth_wt_pct for w in ways)
    # Among those with hardly more heavy rare earth the cheapest flux.
    near = [w for w in ways if w.heavy_rare_earth_wt_pct <= least + _LESS]
    best = min(near, key=lambda w: (w.grade in secondhand(),
                                    w.cost_USD_kg * w.density_kg_m3 / w.remanence_T))  # fmt: skip
    rest = [w for w in ways if w is not best]
    sentence = (
        f"Order {best.grade}: about {best.heavy_rare_earth_wt_pct:.1f} wt.% heavy rare earth, P "
        f"{best.probability:.2f}"
    )
    shown = (replace(best, recommended=True), *rest[: _MOST - 1])
    whole = pd.concat(frames, ignore_index=True)
    whole.insert(0, "rank", np.arange(1, len(whole) + 1))
    return (Answer("sold", 1.0, None, float("nan"), 1.0, "replace", sentence, shown, whole),)


def duty_line(held: Held, own: Recipe, wish: Wish, limits: dict[str, Requirement]) -> str:
    """Return from which load line on a leaner class does the work of a grade far below its rating.

    Empty where the temperature is less than 20 K below, or no class does.
    """
    from dataclasses import replace as changed

    rating = float(held.room["max_working_temperature_K"])
    if wish.on_duty or not wish.temperature <= rating - _COOL_K or own.heavy_wt_pct < _NONE:
        return ""
    asked = {k: v for k, v in limits.items() if k not in (COERCIVITY, KNEE)}
    table = bought(held, changed(wish, on_duty=True), asked, own_family=True)
    table = table[(table["host"] == held.host) & (table["probability"] >= MEETS_PROBABILITY)]
    table = table[table[COERCIVITY] < held.least[COERCIVITY]]
    own_sheets = table[~table["grade"].isin(secondhand())]
    table = (own_sheets if len(own_sheets) else table).sort_values(COERCIVITY, kind="stable")
    for _, one in table.head(6).iterrows():
        made = made_of(str(one["grade"]), own.kind, wish)
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


def risks(way: Way, own: Recipe) -> dict[str, tuple[float, float]]:
    """Return the supply risk of a way and of the magnet in use by scenario."""
    from ..composition.table import CompositionTable
    from ..supply.ledger import ledger
    from ..supply.scenario import scenarios

    table = CompositionTable.from_strings([way.candidate, own.text], basis="weight")
    shells = [way.shell, own.shell]
    shell = shells if any(shells) else None
    found = {}
    for name in scenarios():
        new, old = ledger(table, name, shell=shell)["supply_risk"]
        found[name] = float(new), float(old)
    return found


def next_melt(answer: Answer) -> "pd.Series | None":
    """Return the melt whose measurement decides most: uncertain, and saving much if it meets."""
    table = answer.candidates
    if answer.recipe is None or not len(table):
        return None
    chance = table["probability_meets_requirements"]
    # The variance that a melt resolves, times what it would save.
    worth = chance * (1.0 - chance) * table["heavy_rare_earth_saved_wt_pct"].clip(lower=0.0)
    return table.loc[worth.idxmax()] if worth.max() > 1e-3 else None


def records(answer: Answer) -> dict[str, Any]:
    """Return an answer as plain values."""
    return {
        "kind": answer.kind,
        "weight": answer.weight,
        "recipe": None if answer.recipe is None else vars(answer.recipe),
        "level": answer.level,
        "own_probability": answer.own_probability,
        "verdict": answer.verdict,
        "sentence": answer.sentence,
        "ways": [vars(way) for way in answer.ways],
    }
