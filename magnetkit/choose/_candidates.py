"""What may take the place of a magnet: melts of the same producer, and grades that are bought.

A melt is compared with the magnet in use by the bare model, whose errors the two share; what is
bought, by what makers guarantee (`magnetkit.magnetism.spread`).
"""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .._core.columns import COLUMNS
from .._core.errors import InputError
from ..alloy.table import CompositionTable
from ..magnetism._composition_estimate import Recipe, recipes, usual_magnets
from ..magnetism._evidence import DISTANCE, coordinates, limited
from ..magnetism._measured import ALPHA, COERCIVITY
from ..magnetism._stages import GUARANTEED, cost_per_flux
from ..magnetism.grades import at_room, likeliest, sold_at
from ..magnetism.spread import deviations, probability
from ..phases.records import HOSTS, root_of
from ._profile_parts import MEETS_PROBABILITY
from ._request import KNEE, PRODUCT, REMANENCE, Held, Limits, Wish

if TYPE_CHECKING:
    import pandas as pd

_Array = NDArray[np.float64]

HEAVY, CHANCE = "heavy_rare_earth_wt_pct", "probability_meets_requirements"
SAVED, COST = "heavy_rare_earth_saved_wt_pct", "cost_USD_kg"
TRIALS = ("fine-grained", "hot-deformed")
# Standard deviation of the difference of two alphas, %/K: that of `alpha_floor` of the parameters.
_ALPHA = 0.006 / 1.645
_HALF = 1.645
_LEDGER = (HEAVY, *"rare_earth_wt_pct cobalt_wt_pct supply_risk import_reliance".split(), COST)


def grid(host: str, own: Recipe, compensated: bool) -> "pd.DataFrame":
    """Return the melts to judge, the recipe in use first: ``composition shell way route``."""
    import pandas as pd

    rows: list[tuple[str, str, str, str | None]] = [(own.text, own.shell, "own", own.route)]
    for of in usual_magnets()[root_of(host)].candidates:
        if of.beside == "own" or (compensated and of.beside == "compensated"):
            rows += [(text, shell, of.kind, of.route) for text, shell in recipes(root_of(host), of)]
    frame = pd.DataFrame(rows, columns=["composition", "shell", "way", "route"])
    return frame.drop_duplicates(["composition", "shell", "route"]).reset_index(drop=True)


def _modelled(frame: "pd.DataFrame", held: Held, wish: Wish) -> "pd.DataFrame":
    """Return what the bare model makes of recipes, and ``bare``, H_cJ without the shell."""
    import pandas as pd

    from ..magnetism.sintered import sintered_at

    columns = ["host", "status", REMANENCE, COERCIVITY, KNEE, PRODUCT, ALPHA, "density_kg_m3"]
    columns.append(DISTANCE)
    columns += [f"{q}{e}" for q in (REMANENCE, COERCIVITY) for e in ("_lo", "_hi")]
    made_by: Any = {"producer": held.producer.record()} if held.producer else {}
    use: dict[str, Any] = {"curie": wish.conditions.curie}
    use["between"] = held.between or wish.conditions.between
    found, at = [], [wish.temperature]
    for route, part in frame.groupby(frame["route"].fillna(""), sort=False):
        process = {**made_by, "route": route} if route else made_by or None
        table = CompositionTable.from_strings(part["composition"].tolist(), basis="weight")
        shells = part["shell"].tolist() if part["shell"].any() else None
        (one,) = sintered_at(table, at, process, shells, **use)
        (plain,) = (one,) if shells is None else sintered_at(table, at, process, **use)
        one.index = plain.index = part.index
        found.append(one[columns].assign(bare=plain[COERCIVITY]))
    return pd.concat(found).sort_index()


def melts(
    held: Held, own: Recipe, wish: Wish, limits: Limits, frame: "pd.DataFrame | None" = None
) -> "pd.DataFrame":
    """Return all melts judged, in order of rank; `frame` holds those of `grid` otherwise.

    Values are those of a usual lot of the producer in use, beside them what 99 % of its lots reach.
    ``.attrs["level"]`` is H_cJ in use over the model's, the gain of a shell left aside.
    """
    frame = grid(held.host, own, held.between is not None) if frame is None else frame.copy()
    model = _modelled(frame, held, wish)
    first, shells = model.iloc[0], frame["shell"].tolist()
    if first["status"] != "ok":
        raise InputError(
            f"{own.text} is no magnet at {wish.temperature - 273.15:.0f} °C by the model "
            f"({first['status']}); give the recipe of {held.name}, or leave it out"
        )
    table = CompositionTable.from_strings(frame["composition"].tolist(), basis="weight")
    # A gain of the shell is absolute: it does not go with the producer.
    gain = (model[COERCIVITY] - model["bare"]).to_numpy(float)
    level = float((held.typical(COERCIVITY) - gain[0]) / float(first["bare"]))
    made = level * model["bare"].to_numpy(float) + gain
    of_host = [root_of(str(h)) == root_of(held.host) for h in model["host"]]
    ok = (model["status"] == "ok").to_numpy(bool) & np.array(of_host)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(made > 0.0, gain / made, 0.0)
        logs = {REMANENCE: np.log(model[REMANENCE].to_numpy(float) / float(first[REMANENCE]))}
        logs[COERCIVITY] = np.log(made / held.typical(COERCIVITY))
    apart = np.abs(table.to_array() - table.to_array()[0]).sum(axis=1)
    other = np.array([s != own.shell for s in shells])
    route = (frame["route"].fillna("") != (own.route or "")).to_numpy(bool)
    wide: Any = deviations(held.host, logs[REMANENCE], apart, share - share[0], other, route)
    if held.producer is not None:
        # Another producer makes them: its magnets say what they are, and nothing cancels.
        logs = {q: np.log(model[q].to_numpy(float) / held.typical(q)) for q in logs}
        ends = [(model[f"{q}_hi"] / model[f"{q}_lo"]).to_numpy(float) for q in logs]
        wide = tuple(np.log(ratio) / (2.0 * _HALF) for ratio in ends)
    frame["temperature_K"], frame["status"] = wish.temperature, model["status"].astype(str)
    frame["host"], frame["density_kg_m3"] = model["host"].astype(str), model["density_kg_m3"]
    for (quantity, log), deviation in zip(logs.items(), wide, strict=True):
        value = held.typical(quantity) * np.exp(np.where(ok, log, np.nan))
        frame[quantity], frame[GUARANTEED[quantity]] = value, value * held.spread.share(quantity)
        frame[f"{quantity}_lo"] = value * np.exp(-_HALF * deviation)
        frame[f"{quantity}_hi"] = value * np.exp(_HALF * deviation)
    square = (model[KNEE] / model[COERCIVITY]).to_numpy(float)
    square = square * (held.square / square[0] if held.square == held.square else 1.0)
    frame[KNEE] = frame[COERCIVITY] * square
    frame[PRODUCT] = model[PRODUCT] * (frame[REMANENCE] / model[REMANENCE]) ** 2
    frame[ALPHA] = model[ALPHA] + float(held.room[ALPHA]) - float(first[ALPHA])
    _supply(frame, table, shells, wish, own.heavy_wt_pct)
    flux, hard = _slack(held, limits, square)
    chance = np.zeros(len(frame))
    some: Any = [tuple(one[ok] for one in many) for many in (logs.values(), wide)]
    chance[ok] = probability(some[0], some[1], (flux, hard[ok]))
    frame[DISTANCE] = _far(model, held, table)
    frame[CHANCE] = limited(chance * _others(frame, limits, apart), frame[DISTANCE].to_numpy())
    frame["failed_requirements"] = _failed(frame, limits)
    frame = _ranked(frame.rename(columns={"composition": "candidate"}))
    frame.attrs["level"] = level
    return frame


def _far(model: "pd.DataFrame", held: Held, table: CompositionTable) -> _Array:
    """Return how far candidates are from measured magnets, the one in use among them, (n,).

    Whatever it is made of, it is sold: its own distance is 0. Others are near it where its recipe
    is known.
    """
    found = np.nan_to_num(model[DISTANCE].to_numpy(float))
    if held.made is not None and not held.made.estimate:
        places = coordinates(table, root_of(held.host))
        found = np.fmin(found, np.linalg.norm(places - places[0], axis=1))
    found[0] = 0.0
    return found


def _slack(held: Held, limits: Limits, square: _Array) -> tuple[float, _Array]:
    """Return by how much ln B_r and ln H_cJ of a usual lot may fall below those in use."""

    def room(column: str, least: Any, power: float, lot: str) -> Any:
        one = limits.get(column)
        if one is None or one.minimum is None:
            return 10.0
        return power * np.log(least / one.minimum) + held.spread.slack(lot)

    # (BH)max goes with B_r squared.
    keeps = held.least[REMANENCE] / float(held.room[REMANENCE])
    whole = float(held.room[PRODUCT]) * keeps**2
    flux = room(REMANENCE, held.least[REMANENCE], 1.0, REMANENCE)
    flux = min(flux, room(PRODUCT, whole, 0.5, REMANENCE))
    hard = room(COERCIVITY, held.least[COERCIVITY], 1.0, COERCIVITY)
    knee = room(KNEE, held.least[COERCIVITY] * square, 1.0, COERCIVITY)
    return float(flux), np.broadcast_to(np.minimum(hard, knee), square.shape)


def _others(frame: "pd.DataFrame", limits: Limits, apart: _Array) -> _Array:
    """Return the probability that all else that is asked for is met, (n,)."""
    from scipy.special import ndtr

    found = np.ones(len(frame))
    for column, one in limits.items():
        if one.minimum is not None and column in (REMANENCE, COERCIVITY, KNEE, PRODUCT):
            continue
        if column not in frame:
            known = (REMANENCE, COERCIVITY, KNEE, PRODUCT, ALPHA, "density_kg_m3", *_LEDGER)
            raise InputError(
                f"a replacement is asked for {', '.join(known)}, got {column}; `magnetkit screen "
                "--require` takes every column"
            )
        margin = one.margin(frame[column].to_numpy(float)) * abs(one.limit or 1.0)
        sure = np.where((apart > 1e-9) & (column == ALPHA), _ALPHA, 1e-9)
        found *= ndtr((margin + (0.0 if column == ALPHA else 1e-8)) / sure)
    return found


def _failed(frame: "pd.DataFrame", limits: Limits) -> list[str]:
    """Return which limits the expected values miss, most of all first; of magnetism the least."""
    found: list[list[tuple[float, str]]] = [[] for _ in range(len(frame))]
    for column, one in limits.items():
        margin = one.margin(frame[GUARANTEED.get(column, column)].to_numpy(float))
        for row in np.flatnonzero(margin < 0.0):
            text = f"{COLUMNS[column].short} by {-100 * margin[row]:.0f} %"
            found[row].append((float(margin[row]), text))
    return [", ".join(text for _, text in sorted(row)) for row in found]


def _supply(
    frame: "pd.DataFrame", table: CompositionTable, shells: list[str], wish: Wish, now: float
) -> None:
    """Enter heavy rare earth, what is saved of it against `now`, risk and cost."""
    from ..supply.ledger import ledger

    own, shell = wish.conditions, shells if any(shells) else None
    found = ledger(table, own.supply_scenario, own.recycled or None, shell=shell)
    for name in _LEDGER:
        frame[name] = found[name].to_numpy(float)
    frame[SAVED] = now - frame[HEAVY]
    each = (frame[n].to_numpy(float) for n in ("density_kg_m3", COST, REMANENCE))
    frame["cost_per_flux_USD_m3_T"] = cost_per_flux(*each)


def _ranked(frame: "pd.DataFrame") -> "pd.DataFrame":
    """Return candidates in order: those that meet by what they hold, the likelier first."""
    meets = frame[CHANCE] >= MEETS_PROBABILITY
    heavy = frame[HEAVY].round(1).where(meets, 0.0)
    keys = frame.assign(a=~meets, b=frame["way"].isin(TRIALS), c=heavy, d=-frame[CHANCE].round(2))
    order = keys.sort_values(["a", "b", "c", "d", COST], kind="stable").index
    found = frame.assign(meets_requirements=meets).loc[order].reset_index(drop=True)
    found.insert(0, "rank", np.arange(1, len(found) + 1))
    return found


def bought(held: Held | None, wish: Wish, limits: Limits, *, own_family: bool) -> "pd.DataFrame":
    """Return what is sold for the work: ``grade makers host``, least values hot and P, best first.

    By least values that makers print, at temperature by their chords. Of the family in use only
    what is another grade; `own_family` says whether such count.
    """
    rows = sold_at(wish.temperature)
    rows = rows[rows["max_working_temperature_K"].fillna(0.0) >= wish.temperature]
    if held is not None:
        family = root_of(held.host)
        own = np.array([root_of(h) == family if h in HOSTS else False for h in rows["host"]])
        rows = rows[(~own | own_family) & (rows["grade"] != held.name)]
    if ALPHA in limits:
        alpha = rows["grade"].map(at_room().set_index("grade")[ALPHA]).to_numpy(float)
        rows = rows[limits[ALPHA].margin(alpha) >= 0.0]
    asked = [c for c in (REMANENCE, COERCIVITY, KNEE) if c in limits]
    slack = [0.0 if held is None else held.spread.slack(q) for q in (REMANENCE, COERCIVITY)]
    return likeliest(rows, [(c, rows[c].to_numpy(float) / limits[c].limit) for c in asked], slack)


def as_frame(one: "pd.Series", recipe: Recipe, wish: Wish, now: float) -> "pd.DataFrame":
    """Return a sold grade, a row of `bought`, as a row of candidates."""
    import pandas as pd

    row: dict[str, Any] = {"candidate": recipe.text, "shell": recipe.shell, "way": "sold"}
    row |= {"route": None, "status": "ok", "temperature_K": wish.temperature}
    row |= {"nearest_grade": one["grade"], CHANCE: one["probability"]}
    row["meets_requirements"] = one["probability"] >= MEETS_PROBABILITY
    row |= {name: one[name] for name in ("host", "density_kg_m3", REMANENCE, COERCIVITY, KNEE)}
    frame = pd.DataFrame([row | {least: one[name] for name, least in GUARANTEED.items()}])
    table = CompositionTable.from_strings([recipe.text], basis="weight")
    _supply(frame, table, [recipe.shell], wish, now)
    return frame
