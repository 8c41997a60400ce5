"""What may take the place of a magnet: melts of the same mill, and grades that are bought.

A melt is compared with the magnet in use by the bare model, whose errors the two share; what is
bought, by what makers guarantee (`magnetkit.calibration.spread`).
"""

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .._core.columns import COLUMNS
from .._core.errors import InputError
from ..calibration._composition_estimate import (
    CompositionEstimate,
    Recipe,
    estimate_composition,
    recipes,
    usual_magnets,
)
from ..calibration.grades import at_room, nearest_grades, secondhand, share_left, sold_at
from ..calibration.spread import Differences, constants, probability
from ..composition.table import CompositionTable
from ..hosts.records import HOSTS, root_of
from ..magnetism._measured import ALPHA, COERCIVITY
from ..prediction._stages import GUARANTEED, cost_per_flux
from ..ranking._profile_parts import MEETS_PROBABILITY, Requirement
from ._request import BETA, MELTED, REMANENCE, Held, Wish

if TYPE_CHECKING:
    import pandas as pd

_Array = NDArray[np.float64]

# Standard deviation of the difference of two alphas, %/K: that of `alpha_floor` of the parameters.
_ALPHA = 0.006 / 1.645
KNEE, PRODUCT, HEAVY = "knee_field_kA_m", "max_energy_product_kJ_m3", "heavy_rare_earth_wt_pct"
_HALF = 1.645
# Of one grade so many makers, and of a class so many grades, are looked at.
_FEW = 6


def grid(host: str, own: Recipe, compensated: bool) -> "pd.DataFrame":
    """Return the melts to judge, the recipe in use first: ``composition shell way route``.

    `compensated` says that gadolinium and erbium are there for the temperature coefficient.
    """
    import pandas as pd

    rows: list[tuple[str, str, str, str | None]] = [(own.text, own.shell, "own", own.route)]
    wanted = {"own", "compensated"} if compensated else {"own"}
    for of in usual_magnets()[root_of(host)].candidates:
        if of.beside in wanted:
            rows += [(text, shell, of.kind, of.route) for text, shell in recipes(root_of(host), of)]
    frame = pd.DataFrame(rows, columns=["composition", "shell", "way", "route"])
    return frame.drop_duplicates(["composition", "shell", "route"]).reset_index(drop=True)


def level(held: Held, own: Recipe, wish: Wish) -> float:
    """Return H_cJ of the magnet in use over that of the model, its shell's gain left aside."""
    model = _modelled([own.text], [own.shell], [own.route], held, wish).iloc[0]
    if model["status"] != "ok":
        raise InputError(
            f"{own.text} is no magnet at {wish.temperature - 273.15:.0f} °C by the model "
            f"({model['status']}); give the recipe of {held.name}, or leave it out"
        )
    gain = float(model[COERCIVITY] - model["bare_kA_m"])
    return (held.typical(COERCIVITY) - gain) / float(model["bare_kA_m"])


def _modelled(
    texts: list[str], shells: list[str], routes: list[str | None], held: Held, wish: Wish
) -> "pd.DataFrame":
    """Return what the bare model makes of recipes, and ``bare_kA_m``, H_cJ without the shell."""
    import pandas as pd

    from ..magnetism.sintered import sintered_at

    columns = ["host", "status", REMANENCE, COERCIVITY, KNEE, PRODUCT, ALPHA, "density_kg_m3"]
    frame = pd.DataFrame({"text": texts, "shell": shells, "route": [r or "" for r in routes]})
    found = []
    for route, part in frame.groupby("route", sort=False):
        with_mill: dict[str, Any] = {"mill": held.mill.record()} if held.mill else {}
        process = {**with_mill, **({"route": route} if route else {})} or None
        table = CompositionTable.from_strings(part["text"].tolist(), basis="weight")
        own = part["shell"].tolist() if part["shell"].any() else None
        more = {"curie": wish.conditions.curie, "between": held.between or wish.conditions.between}
        (one,) = sintered_at(table, [wish.temperature], process, own, **more)
        plain = one
        if own is not None:
            (plain,) = sintered_at(table, [wish.temperature], process, None, **more)
        one.index = plain.index = part.index
        ends = [f"{q}{e}" for q in (REMANENCE, COERCIVITY) for e in ("_lo", "_hi")]
        found.append(one[columns + ends].assign(bare_kA_m=plain[COERCIVITY]))
    return pd.concat(found).sort_index()


def melts(
    held: Held,
    own: Recipe,
    wish: Wish,
    limits: dict[str, Any],
    frame: "pd.DataFrame | None" = None,
) -> "pd.DataFrame":
    """Return all melts judged, in order of rank; `frame` holds those of `grid` otherwise.

    Parameters
    ----------
    held : Held
        The magnet in use.
    own : Recipe
        What it is taken to be made of.
    wish : Wish
    limits : dict of str to Requirement
        What is asked, by column: that of B_r, of H_cJ or of the knee, and others.

    Returns
    -------
    pandas.DataFrame
        Result columns and ``probability_meets_requirements``; values are those of a usual lot of
        the mill in use, beside them what 99 % of its lots reach.
    """
    frame = grid(held.host, own, held.between is not None) if frame is None else frame.copy()
    routes = [None if r != r or not r else str(r) for r in frame["route"]]
    texts, shells = frame["composition"].tolist(), frame["shell"].tolist()
    model = _modelled(texts, shells, routes, held, wish)
    table = CompositionTable.from_strings(texts, basis="weight")
    first = model.iloc[0]
    m = level(held, own, wish)
    gain = (model[COERCIVITY] - model["bare_kA_m"]).to_numpy(float)
    made = m * model["bare_kA_m"].to_numpy(float) + gain
    ok = (model["status"] == "ok").to_numpy(bool)
    ok = ok & np.array([root_of(str(h)) == root_of(held.host) for h in model["host"]])
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(made > 0.0, gain / made, 0.0)
        log_h = np.log(made / held.typical(COERCIVITY))
        log_b = np.log(model[REMANENCE].to_numpy(float) / float(first[REMANENCE]))
    differences = Differences(
        log_b,
        log_h,
        np.abs(table.to_array() - table.to_array()[0]).sum(axis=1),
        share - share[0],
        np.array([s != own.shell for s in shells]),
        np.array([r != own.route for r in routes]),
    )
    deviations = differences.deviations()
    if held.mill is not None:
        # Another mill makes them: its magnets say what they are, and nothing cancels.
        log_b = np.log(model[REMANENCE].to_numpy(float) / held.typical(REMANENCE))
        log_h = np.log(model[COERCIVITY].to_numpy(float) / held.typical(COERCIVITY))
        deviations = tuple(
            np.log((model[f"{q}_hi"] / model[f"{q}_lo"]).to_numpy(float)) / (2.0 * _HALF)
            for q in (REMANENCE, COERCIVITY)
        )
    frame["temperature_K"], frame["status"] = wish.temperature, model["status"].astype(str)
    frame["host"], frame["density_kg_m3"] = model["host"].astype(str), model["density_kg_m3"]
    for quantity, log, deviation in zip(
        (REMANENCE, COERCIVITY), (log_b, log_h), deviations, strict=True
    ):
        value = held.typical(quantity) * np.exp(np.where(ok, log, np.nan))
        frame[quantity], frame[GUARANTEED[quantity]] = value, value * held.spread.share(quantity)
        frame[f"{quantity}_lo"] = value * np.exp(-_HALF * deviation)
        frame[f"{quantity}_hi"] = value * np.exp(_HALF * deviation)
    ratio = (model[KNEE] / model[COERCIVITY]).to_numpy(float)
    square = ratio * (held.square / ratio[0] if held.square == held.square else 1.0)
    frame[KNEE] = frame[COERCIVITY] * square
    rise = (frame[REMANENCE] / model[REMANENCE]).to_numpy(float)
    frame[PRODUCT] = model[PRODUCT].to_numpy(float) * rise**2
    frame[ALPHA] = model[ALPHA].to_numpy(float) + float(held.room[ALPHA]) - float(first[ALPHA])
    _supply(frame, table, shells, wish, own.heavy_wt_pct)
    frame.attrs["keeps"] = tuple(
        float(share_left(float(held.room[chord]), wish.temperature)) for chord in (ALPHA, BETA)
    )
    slack = _slack(held, limits, square)
    chance = np.zeros(len(frame))
    chance[ok] = probability(
        log_b[ok], log_h[ok], (deviations[0][ok], deviations[1][ok]), (slack[0], slack[1][ok])
    )
    frame["probability_meets_requirements"] = chance * _others(frame, limits, differences.distance)
    frame["failed_requirements"] = _failed(frame, limits)
    return _ranked(frame.rename(columns={"composition": "candidate"}))


def _slack(held: Held, limits: dict[str, Requirement], square: _Array) -> tuple[float, _Array]:
    """Return by how much ln B_r and ln H_cJ of a usual lot may fall below those in use."""
    found = {}
    for quantity in (REMANENCE, COERCIVITY):
        one, room = limits.get(quantity), np.inf
        if one is not None and one.minimum is not None:
            room = np.log(held.least[quantity] / one.minimum) + held.spread.slack(quantity)
        found[quantity] = room
    hard = np.full(len(square), found[COERCIVITY])
    knee, product = limits.get(KNEE), limits.get(PRODUCT)
    if knee is not None and knee.minimum is not None:
        at = np.log(held.least[COERCIVITY] * square / knee.minimum)
        hard = np.minimum(hard, at + held.spread.slack(COERCIVITY))
    flux = found[REMANENCE]
    if product is not None and product.minimum is not None:
        # (BH)max goes with B_r squared.
        whole = (
            float(held.room[PRODUCT]) * (held.least[REMANENCE] / float(held.room[REMANENCE])) ** 2
        )
        flux = min(flux, 0.5 * np.log(whole / product.minimum) + held.spread.slack(REMANENCE))
    # What is not asked for is met by far.
    return min(flux, 10.0), np.minimum(hard, 10.0)


def _others(frame: "pd.DataFrame", limits: dict[str, Requirement], distance: _Array) -> _Array:
    """Return the probability that all else that is asked for is met, (n,)."""
    from scipy.special import ndtr

    found = np.ones(len(frame))
    for column, one in limits.items():
        if one.minimum is not None and column in (REMANENCE, COERCIVITY, KNEE, PRODUCT):
            continue
        if column not in frame:
            raise InputError(
                f"a replacement is asked for {', '.join(c for c in frame if c in _ASKED)}, got "
                f"{column}; `magnetkit screen --require` takes every column"
            )
        margin = one.margin(frame[column].to_numpy(float)) * abs(one.limit or 1.0)
        if column == ALPHA:
            wide = np.where(distance > 1e-9, _ALPHA, 1e-9)
            found *= ndtr(margin / wide)
        else:
            found *= margin >= -1e-12
    return found


_ASKED = (REMANENCE, COERCIVITY, KNEE, PRODUCT, ALPHA, "density_kg_m3", HEAVY, "cost_USD_kg",
          "supply_risk", "import_reliance", "cobalt_wt_pct", "rare_earth_wt_pct")  # fmt: skip


def _failed(frame: "pd.DataFrame", limits: dict[str, Requirement]) -> list[str]:
    """Return which limits the expected values miss, most of all first; of magnetism the least."""
    found: list[list[tuple[float, str]]] = [[] for _ in range(len(frame))]
    for column, one in limits.items():
        name = GUARANTEED.get(column, column)
        margin = one.margin(frame[name].to_numpy(float)) if name in frame else np.zeros(len(frame))
        for row in np.flatnonzero(margin < 0.0):
            label = COLUMNS[column].short or column
            found[row].append((float(margin[row]), f"{label} by {-100 * margin[row]:.0f} %"))
    return [", ".join(text for _, text in sorted(row)) for row in found]


def _supply(
    frame: "pd.DataFrame", table: CompositionTable, shells: list[str], wish: Wish, now: float
) -> None:
    """Enter heavy rare earth, what is saved of it against `now`, risk and cost."""
    from ..supply.ledger import ledger

    own = wish.conditions
    found = ledger(
        table, own.supply_scenario, own.recycled or None, shell=shells if any(shells) else None
    )
    for name in (HEAVY, "rare_earth_wt_pct", "cobalt_wt_pct", "supply_risk", "import_reliance",
                 "cost_USD_kg"):  # fmt: skip
        frame[name] = found[name].to_numpy(float)
    frame["heavy_rare_earth_saved_wt_pct"] = now - frame[HEAVY]
    frame["cost_per_flux_USD_m3_T"] = cost_per_flux(
        frame["density_kg_m3"].to_numpy(float),
        frame["cost_USD_kg"].to_numpy(float),
        frame[REMANENCE].to_numpy(float),
    )


def _ranked(frame: "pd.DataFrame") -> "pd.DataFrame":
    """Return candidates in order: those that meet by what they hold and cost, then by P."""
    chance = frame["probability_meets_requirements"]
    meets = chance >= MEETS_PROBABILITY
    keys = frame.assign(
        _miss=~meets,
        _p=-chance.round(2),
        _heavy=frame[HEAVY].round(1).where(meets, 0.0),
        _trial=frame["way"].isin(["fine-grained", "hot-deformed"]),
    )
    order = keys.sort_values(
        ["_miss", "_trial", "_heavy", "_p", "cost_USD_kg"], kind="stable"
    ).index
    frame["meets_requirements"] = meets
    frame = frame.loc[order].reset_index(drop=True)
    frame.insert(0, "rank", np.arange(1, len(frame) + 1))
    frame["nearest_grade"] = ""
    ok = (frame["status"] == "ok").to_numpy()
    if ok.any():
        # B_r and H_cJ at temperature name no grade; its neighbour does for the difference.
        frame.loc[ok, "nearest_grade"] = nearest_grades(
            frame.loc[ok, "host"].tolist(), *_cold(frame[ok])
        )
    return frame


def _cold(frame: "pd.DataFrame") -> tuple[_Array, _Array]:
    """Return B_r and least H_cJ at 20 degrees C, as the magnet in use falls with temperature."""
    keeps = frame.attrs.get("keeps", (1.0, 1.0))
    return (frame[REMANENCE] / keeps[0]).to_numpy(float), (
        frame[GUARANTEED[COERCIVITY]] / keeps[1]
    ).to_numpy(float)


def bought(
    held: Held | None, wish: Wish, limits: dict[str, Requirement], *, own_family: bool
) -> "pd.DataFrame":
    """Return what is sold for the work: ``grade makers host``, least values hot and P, best first.

    By least values that makers print, at temperature by their chords. Of the family in use only
    what is another grade; `own_family` says whether such count.
    """
    import pandas as pd

    known, sold = constants()["sold"], sold_at(wish.temperature)
    rows = sold[sold["max_working_temperature_K"].fillna(0.0) >= wish.temperature]
    if held is not None:
        own = rows["host"].map(lambda h: root_of(h) if h in HOSTS else h) == root_of(held.host)
        rows = rows[(~own | own_family) & (rows["grade"] != held.name)]
    if ALPHA in limits:
        own_alpha = rows["grade"].map(at_room().set_index("grade")[ALPHA]).to_numpy(float)
        rows = rows[limits[ALPHA].margin(own_alpha) >= 0.0]
    if not len(rows):
        return pd.DataFrame(columns=[*rows.columns, "makers", "probability"])
    logs = []
    for column in (REMANENCE, COERCIVITY, KNEE):
        one = limits.get(column)
        least = rows[column].to_numpy(float) / one.limit if one else np.full(len(rows), 10.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            logs.append(np.log(np.maximum(np.nan_to_num(least), 1e-9)))
    b_r, h_cj = logs[0], np.minimum(logs[1], logs[2])
    wide = np.full(len(rows), known["coercivity_kA_m"])
    slack = (0.0, 0.0)
    if held is not None:
        slack = held.spread.slack(REMANENCE), held.spread.slack(COERCIVITY)
    narrow = np.full(len(rows), known["remanence_T"])
    chance = probability(b_r, h_cj, (narrow, wide), slack, trade=False)
    found = rows.assign(probability=chance, excess=h_cj)
    good = found[found["probability"] > 0.05]
    if not len(good):
        return good.assign(makers="")
    # Of the likely ones first what a maker's own sheet says, and then what has least to spare.
    keys = good.assign(p=-good["probability"].round(2), copied=good["grade"].isin(secondhand()))
    good = good.loc[keys.sort_values(["p", "copied", REMANENCE], kind="stable").index]
    makers = good.groupby("grade", sort=False)["maker"].agg(", ".join)
    best = good.drop_duplicates("grade").set_index("grade")
    best.insert(0, "makers", makers.reindex(best.index))
    return best.reset_index()


def made_of(grade: str, kind: str | None, wish: Wish) -> Recipe | None:
    """Return the likeliest recipe of a sold grade, of a kind where one is asked for."""
    return _made_of(grade, kind, wish.conditions.data, wish.conditions.add)


@lru_cache(maxsize=512)
def _made_of(grade: str, kind: str | None, data: str | None, add: str | None) -> Recipe | None:
    from ..surrogates._curie_training import load

    row = at_room().set_index("grade", drop=False).loc[grade]
    if row["kind"] not in MELTED or row["host"] not in HOSTS:
        return None
    found: CompositionEstimate = estimate_composition(row, load(data, add))
    of_kind = [r for r in found.recipes if r.kind == kind]
    return of_kind[0] if of_kind else found.best


def as_frame(one: "pd.Series", recipe: Recipe, wish: Wish, now: float) -> "pd.DataFrame":
    """Return a sold grade as a row of candidates."""
    import pandas as pd

    frame = pd.DataFrame(
        {
            "candidate": [recipe.text], "shell": [recipe.shell], "way": ["sold"], "route": [None],
            "host": [str(one["host"])], "status": ["ok"], "temperature_K": [wish.temperature],
            "density_kg_m3": [float(one["density_kg_m3"])], "nearest_grade": [str(one["grade"])],
            GUARANTEED[REMANENCE]: [float(one[REMANENCE])],
            GUARANTEED[COERCIVITY]: [float(one[COERCIVITY])],
            REMANENCE: [float(one[REMANENCE])], COERCIVITY: [float(one[COERCIVITY])],
            KNEE: [float(one[KNEE])],
            "probability_meets_requirements": [float(one["probability"])],
        }
    )  # fmt: skip
    table = CompositionTable.from_strings([recipe.text], basis="weight")
    _supply(frame, table, [recipe.shell], wish, now)
    frame["meets_requirements"] = frame["probability_meets_requirements"] >= MEETS_PROBABILITY
    return frame
