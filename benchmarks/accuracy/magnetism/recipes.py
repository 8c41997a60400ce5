"""Calibration of the sintered magnet on published recipes, and its validation on those left out.

``datasets/recipes/calibrate.py`` writes the parameter file from here.
"""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from magnetkit.elements import INDEX
from magnetkit.units import MU_0
from numpy.typing import NDArray

from magnetkit import datasets
from magnetkit._core._types import FloatArray
from magnetkit.alloy.table import CompositionTable
from magnetkit.magnetism._magnets import Magnets, alloys, evaluate_magnets
from magnetkit.magnetism.laws import law
from magnetkit.magnetism.measured_magnets import measured_magnets
from magnetkit.magnetism.process import Process

from . import hot

if TYPE_CHECKING:
    import pandas as pd

# Remanence above this temperature, K, says more of J_s(T) than of alignment.
_COOL = 400.0
_DOUBLES = 2
_REACHED = 0.95
_LEAST = {
    "alpha_k": 1e-3,
    "decay": 0.3,
    "cobalt_loss": 0.0,
    "lanthanum_loss": 0.0,
    "mischmetal_loss": 0.0,
    "wetted": 0.0,
    "copper_scale": 5e-3,
}

# Factor on the error that is given to a coefficient, by the confidence of its row.
_DOUBT = {"high": 1.0, "medium": 1.4, "low": 1.7}

# What a weight per cent of alloyed dysprosium adds to H_cj, kA/m, with its standard deviation: 1.5
# to 2 kOe, a rule of the trade, weighed like a recipe of medium confidence. Recipes with and
# without it that else agree are not published: two usual charges, wt.%.
_DYSPROSIUM_GAIN = (140.0, 30.0)
_DYSPROSIUM_PAIR = (
    "Nd24.6Pr6.2Co1Cu0.15B0.96Fe bal.",
    "Nd23Pr5.8Dy2Co1Cu0.15B0.96Fe bal.",
)

# Magnets of one paper whose coercivities stand in a ratio that one element alone decides: without
# and with Ga beside much Co, with La and with Y in place of a fifth of the Nd.
_RATIOS = (("N3", "N4"), ("D3", "D2"))
_RATIO_ERROR = 0.15
# A coefficient is two coercivities, each known to 5 %: what is left of the first at the second
# temperature is known to this, however small the coefficient.
_LEFT_ERROR = 0.07


@dataclass(frozen=True)
class Free:
    """What is fitted for a host.

    Attributes
    ----------
    prior : dict of str to (float, float)
        Parameter to its expected value and standard deviation; few recipes cannot fix every
        parameter, and these say what the field takes them to be.
    source : str
        Where the priors come from.
    """

    prior: dict[str, tuple[float, float]]
    source: str


FREE = {
    "2:14:1": Free(
        {
            "alpha_k": (0.5, 0.2),
            "grain_slope": (0.20, 0.05),
            "wetted": (1.0, 0.5),
            "cobalt_loss": (0.5, 1.0),
            "lanthanum_loss": (1.5, 3.0),
            "mischmetal_loss": (0.0, 10.0),
        },
        "alpha_K 0.4 to 0.9: Kronmueller and Faehnle (2003); "
        "losses by Co and La: signs only, from pairs of "
        "magnets of one paper that differ in one element; additions: from memory, see `_boundary`",
    ),
    "1:5": Free(
        {"alpha_k": (0.085, 0.03), "n_eff": (1.0, 1.0), "decay": (2.5, 0.5)},
        "alpha_K: H_cj of sintered SmCo5 is 1.2 to 2.4 MA/m, 4 to 8 % of H_a (Strnat 1988), and "
        "N_eff M_s takes 3 %",
    ),
    "2:17": Free(
        {
            "pinning_kA_m": (2900.0, 900.0),
            "copper_scale": (0.035, 0.015),
            "hot_kA_m": (650.0, 150.0),
            "iron_limit": (0.20, 0.01),
            "ordinary_fall": (2.2, 0.5),
        },
        "orders of magnitude; what copper, zirconium and the ratio do beside is stated in "
        "magnetism/_cells.py",
    ),
}


@lru_cache(maxsize=1)
def recipes() -> "pd.DataFrame":
    """Return the sintered magnets of ``magnets.csv`` whose recipe is that of the whole magnet.

    The columns ``paper`` and ``use`` are called ``group`` and ``fit``. Of a magnet into which
    something was diffused only what the recipe decides is used. Those of `_RATIOS`, of which a
    ratio alone is used, are there too.
    """
    table = measured_magnets()
    of_ratios = table["id"].isin([name for pair in _RATIOS for name in pair])
    whole = (table["diffused"] == "") | (table["use"] == "B")
    is_sinter = (
        (table["family"] == "sintered") & (table["recipe"] != "") & whole
    )
    rows = table[is_sinter | of_ratios].rename(
        columns={"paper": "group", "use": "fit"}
    )
    rows = rows.assign(fit=rows["fit"].where(is_sinter[rows.index], ""))
    return rows.reset_index(drop=True)


@lru_cache(maxsize=1)
def evaluate_recipes() -> tuple[
    Magnets, NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]
]:
    """Evaluate every recipe at every temperature that is needed.

    Returns
    -------
    magnets : Magnets
        One row a recipe.
    at, first, last : ndarray of int64, shape (n,)
        Place of temperature_K, from_K and to_K among the temperatures; -1 where not given.
    """
    data = recipes()
    parts = [
        CompositionTable.from_strings([r], basis=b)
        for r, b in zip(data["recipe"], data["basis"], strict=True)
    ]
    lengths = np.array([len(p.values) for p in parts])
    table = CompositionTable(
        np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        np.concatenate([p.indices for p in parts]),
        np.concatenate([p.values for p in parts]),
        np.arange(len(parts)),
        [],
    )
    kelvin = data[["temperature_K", "from_K", "to_K"]].to_numpy(float)
    temperature = np.unique(kelvin[~np.isnan(kelvin)])
    place = np.where(
        np.isnan(kelvin),
        -1,
        np.searchsorted(temperature, np.nan_to_num(kelvin)),
    )
    process = Process(
        grain_size_um=data["grain_size_um"].to_numpy(float),
        alignment=data["alignment"].to_numpy(float),
        aged_for_C=data["aged_for_C"].to_numpy(float),
    )
    return (
        evaluate_magnets(alloys(table, process), temperature),
        place[:, 0],
        place[:, 1],
        place[:, 2],
    )


def predict(
    host: str, values: dict[str, float]
) -> tuple[FloatArray, FloatArray]:
    """Return H_cj (kA/m) at each recipe's temperature and beta (%/K) with these parameters."""
    m, at, first, last = evaluate_recipes()
    h = _coercivity(m, values)
    rows = np.arange(len(h))
    span = m.temperature[last] - m.temperature[first]
    with np.errstate(divide="ignore", invalid="ignore"):
        beta = 100.0 * (h[rows, last] / h[rows, first] - 1.0) / span
    return h[rows, at], np.where(first >= 0, beta, np.nan)


@lru_cache(maxsize=1)
def _pair() -> tuple[Magnets, float]:
    """Return magnets without and with some dysprosium, and how much, wt.%."""
    table = CompositionTable.from_strings(
        list(_DYSPROSIUM_PAIR), basis="weight"
    )
    magnets = evaluate_magnets(alloys(table), [293.15])
    return magnets, 100.0 * float(table.weight_fractions()[1, INDEX["Dy"]])


def dysprosium_gain(values: dict[str, float]) -> float:
    """Return what a weight per cent of alloyed dysprosium adds to H_cj, kA/m."""
    pair, weight = _pair()
    h = _coercivity(pair, values)[:, 0]
    return float(h[1] - h[0]) / weight


@lru_cache(maxsize=8)
def _fields(
    magnets: Magnets,
) -> tuple[FloatArray, FloatArray]:
    """Return polarization and nucleation field at 20 C and at the magnets' temperatures.

    The fit asks for them thousands of times, always the same.
    """
    from magnetkit._core._arrays import N_WORK
    from magnetkit.compound._intrinsic_kernels import most_ions
    from magnetkit.magnetism._magnet_kernels import (
        ROOM,
        _wall_polarization_ratio,
        alloy_state,
    )

    phases = magnets.alloys.phases
    work = np.empty((most_ions(phases.state), N_WORK))
    every = range(phases.walls.size)
    book = magnets.rules.book
    walls = [
        _wall_polarization_ratio(i, phases, book.wall_reference, work)
        for i in every
    ]
    states = []
    for kelvin in np.concatenate([[ROOM], magnets.temperature]):
        of_alloys = [
            alloy_state(
                kelvin, i, phases, walls[i], book.wall_coupling, True, work
            )
            for i in every
        ]
        states.append([state[:2] for state in of_alloys])
    polarization, field = np.array(states).transpose(2, 0, 1)
    return polarization, field


def _coercivity(magnets: Magnets, values: dict[str, float]) -> FloatArray:
    """Return H_cj, kA/m, with these parameters."""
    from magnetkit.compound._intrinsic_kernels import CURIE

    every = {
        name: np.full(len(magnets.alloys.factor), value)
        for name, value in values.items()
    }
    new_alloys = (
        replace(magnets.alloys, rows={**magnets.alloys.rows, **every})
        if values
        else magnets.alloys
    )
    rules = new_alloys.rules()
    polarization, field = _fields(magnets)
    pinning = np.where(field[0] > 0.0, rules.pinned, 0.0)
    kelvin = magnets.temperature[:, None]
    poles = rules.n_eff * np.nan_to_num(polarization) / MU_0
    curie = magnets.alloys.phases.state[: len(rules.n_eff), CURIE]
    bare = np.maximum(rules.alpha_k * field[0] - poles[0], 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        alpha_k = rules.alpha_k + np.nan_to_num(
            (rules.level - 1.0) * bare / field[0]
        )
        ratio = np.nan_to_num(field[1:] / field[0]) ** rules.decay
    falling = alpha_k * hot.falling(
        rules.decay, magnets.temperature[:, None], curie
    )
    power = np.maximum(alpha_k * field[0] - poles[0], 0.0) * ratio
    relation = np.maximum(falling * field[1:] - poles[1:], 0.0)
    room = np.maximum(alpha_k * field[0] - poles[0], 0.0)
    fall = rules.decay * np.where(
        pinning > 0.0, 1.0, rules.usual_curie / curie
    )
    straight = np.where(pinning > 0.0, pinning, room) * _linear_fraction(
        kelvin, fall, curie
    )
    return (
        1e-3 * np.choose(rules.temperature_law, [power, relation, straight]).T
    )


def _linear_fraction(kelvin: FloatArray, fall: Any, curie: Any) -> FloatArray:
    """Return `magnetkit.magnetism._magnet_kernels.linear_fraction` of arrays."""
    from magnetkit.magnetism import _magnet_kernels as _magnets

    line = 1.0 - 1e-3 * fall * (kelvin - _magnets.ROOM)
    book = law("temperature")
    order = (
        np.clip((curie - kelvin) / (curie - _magnets.ROOM), 0.0, 1.0)
        ** book.order_power
    )
    cold = np.clip(line, 1.0, book.most_cold)
    return np.where(kelvin <= _magnets.ROOM, cold, np.clip(line, 0.0, order))


@lru_cache(maxsize=256)
def fit(host: str, without: str = "") -> dict[str, float]:
    """Fit the free parameters of a host on its recipes, leaving out one source.

    Each paper has a level of its own, which its magnets share, and each value the noise of how it
    is known (``magnets/weights.toml``). A soft loss keeps one odd magnet from pulling the rest;
    priors hold what the recipes do not.
    """
    from scipy.optimize import least_squares

    data = recipes()
    use = (
        (data["host"] == host)
        & (data["group"] != without)
        & (data["fit"] != "")
    )
    marks = data["fit"]
    on_h = (use & marks.str.contains("H")).to_numpy()
    on_t = (use & marks.str.contains("T")).to_numpy()
    names = list(FREE[host].prior)
    centre = np.array([FREE[host].prior[n][0] for n in names])
    width = np.array([FREE[host].prior[n][1] for n in names])
    doubt = data["confidence"].map(_DOUBT).to_numpy(float)
    # Coefficients that one source prints for one recipe count once.
    alike = (data["group"] + data["recipe"])[on_t]
    on_beta_error = doubt[on_t] * np.sqrt(
        alike.map(alike.value_counts()).to_numpy(float)
    )
    whiten = _whitening(data[on_h])
    h_table = data["coercivity_kA_m"].to_numpy(float)
    beta_table = data["coercivity_coefficient_pct_K"].to_numpy(float)
    span = (data["to_K"] - data["from_K"]).to_numpy(float) / 100.0
    place = {name: i for i, name in enumerate(data["id"])}
    is_training = (data["host"] == host) & (data["group"] != without)
    ratios = [
        (place[a], place[b]) for a, b in _RATIOS if is_training[place[a]]
    ]
    top, bottom = np.array(ratios, int).reshape(-1, 2).T

    def residuals(x: FloatArray) -> FloatArray:
        values = dict(zip(names, x, strict=True))
        h, beta = predict(host, values)
        log = np.log(np.maximum(h, 1.0) / h_table)
        on_log = whiten @ log[on_h]
        on_beta = (
            (beta[on_t] - beta_table[on_t])
            * span[on_t]
            / (_LEFT_ERROR * on_beta_error)
        )
        gains: FloatArray | list[float] = []
        if host == "2:14:1":
            gain = (
                dysprosium_gain(values) - _DYSPROSIUM_GAIN[0]
            ) / _DYSPROSIUM_GAIN[1]
            gains = [gain]
        on_ratio = (log[top] - log[bottom]) / _RATIO_ERROR
        return np.concatenate(
            [on_log, on_beta, gains, on_ratio, (x - centre) / width]
        )

    # A coercivity that rises with nothing means nothing.
    lower = np.array([_LEAST.get(n, -np.inf) for n in names])
    # alpha_K and N_eff lie along a valley: the usual tolerances stop on its way.
    close: dict[str, Any] = {"ftol": 1e-12, "xtol": 1e-10, "gtol": 1e-10}
    # Constants differ in size by thousands.
    close["x_scale"] = width
    solution = least_squares(
        residuals, centre, loss="soft_l1", bounds=(lower, np.inf), **close
    )
    return dict(zip(names, solution.x.tolist(), strict=True))


def _whitening(rows: "pd.DataFrame") -> FloatArray:
    """Return the matrix, (n, n), that makes the errors of ln H_cJ of n magnets independent.

    They are those of the papers, which all magnets of one share, of the magnets and of the noise
    of the values.
    """
    weights = datasets.toml("magnets/weights.toml")
    noise = (
        rows["how"].map(weights["coercivity"]),
        rows["confidence"].map(weights["coercivity"]),
    )
    of_paper = weights["scatter"]["paper"]
    of_magnet = weights["scatter"]["magnet"]
    same_paper = np.equal.outer(
        rows["group"].to_numpy(), rows["group"].to_numpy()
    )
    variance_own = (
        of_magnet**2
        + noise[0].to_numpy(float) ** 2
        + noise[1].to_numpy(float) ** 2
    )
    covariance = of_paper**2 * same_paper + np.diag(variance_own)
    return np.linalg.inv(np.linalg.cholesky(covariance))


@lru_cache(maxsize=256)
def alignment(host: str, without: str = "") -> float:
    """Return the mean alignment that the remanences of a host's recipes ask for.

    Two magnets of 0.95, what makers reach, stand beside them, so that one recipe alone does not
    decide.
    """
    data = recipes()
    use = (data["host"] == host) & (data["group"] != without)
    use &= data["fit"].str.contains("B")
    use &= data["temperature_K"] < _COOL
    m, at, _, _ = evaluate_recipes()
    rows = np.flatnonzero(use)
    ideal = (
        m.polarization[rows, at[rows]]
        * m.alloys.factor[rows]
        / m.rows["alignment"][rows]
    )
    ratio = data["remanence_T"].to_numpy(float)[rows] / ideal
    _, papers = np.unique(
        data["group"].to_numpy(str)[rows], return_inverse=True
    )
    levels = [
        float(np.mean(ratio[papers == paper])) for paper in np.unique(papers)
    ]
    middle = float(np.median(levels)) if levels else 0.0
    return (len(levels) * middle + _DOUBLES * _REACHED) / (
        len(levels) + _DOUBLES
    )


def left_out() -> "pd.DataFrame":
    """Return each fitted recipe beside what the model says with its source left out.

    Columns: id, host, group, quantity, measured, predicted, fitted (False where the magnet is
    too odd to be fitted and is checked only), and error: relative for B_r, H_cj and the
    coefficients.
    """
    import pandas as pd

    data = recipes()
    m, at, first, last = evaluate_recipes()
    out = []
    for host in FREE:
        for group in data.loc[
            (data["host"] == host) & (data["fit"] != ""), "group"
        ].unique():
            h, beta = predict(host, fit(host, without=group))
            factor = alignment(host, without=group)
            for i in np.flatnonzero(data["group"] == group):
                row = data.iloc[i]
                marks = row["fit"]
                b_r = (
                    m.polarization[i]
                    * m.alloys.factor[i]
                    / m.rows["alignment"][i]
                    * factor
                )
                span = m.temperature[last[i]] - m.temperature[first[i]]
                alpha = (
                    100.0 * (b_r[last[i]] / b_r[first[i]] - 1.0) / span
                    if span
                    else np.nan
                )
                for mark, column, value in (
                    ("B", "remanence_T", b_r[at[i]]),
                    ("H", "coercivity_kA_m", h[i]),
                    ("A", "remanence_coefficient_pct_K", alpha),
                    ("T", "coercivity_coefficient_pct_K", beta[i]),
                ):
                    # Lower case: checked, but too odd a magnet to be fitted.
                    if mark in marks.upper():
                        is_fitted = mark in marks
                        out.append(
                            (
                                row["id"],
                                host,
                                group,
                                column,
                                row[column],
                                value,
                                is_fitted,
                            )
                        )
    columns = [
        "id",
        "host",
        "group",
        "quantity",
        "measured",
        "predicted",
        "fitted",
    ]
    frame = pd.DataFrame(out, columns=columns)
    return frame.assign(error=frame["predicted"] / frame["measured"] - 1.0)
