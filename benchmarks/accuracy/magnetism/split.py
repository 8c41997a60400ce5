"""How large a part of the sintered magnet's error the magnets of one mill have in common.

Measured on magnets whose paper was left out of the fit: ln(measured / predicted) is taken as a part
of the paper, a part of the composition that fades with distance, and a residue; their variances are
the most probable. ``datasets/recipes/split.py`` writes the figures from here.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.accuracy import table_row
from magnetkit._core._types import FloatArray
from magnetkit.alloy._row_kernels import distances
from magnetkit.alloy.table import CompositionTable
from magnetkit.magnetism._evidence import UNPROVEN, coordinates
from magnetkit.magnetism._measured import QUANTITIES

from . import recipes

if TYPE_CHECKING:
    import pandas as pd

LENGTH = 0.05
"""Distance at which the composition part has fallen to 1/e; the pairs do not fix it: 0.02 to 0.1
change the likelihood by a quarter of its unit."""

MEASUREMENT = {"coercivity_kA_m": 0.03, "remanence_T": 0.01}
"""Standard deviation of the logarithm of a measurement."""

LEAST_RESIDUE = {"coercivity_kA_m": 0.05, "remanence_T": 0.008}
"""Least standard deviation of the logarithm of each magnet's own part: that of lots, 0.8 % of B_r
by printed windows (``spread.toml``), and 5 % of H_cJ (from memory); the few pairs do not fix it,
and their likelihood is largest without any."""

# Two grades of one nominal composition are sold as different ones, and B_r at 723 K says nothing of
# a mill beside that at 293 K: no second magnet each. Three alloys of one paper, which differ in
# copper and zirconium by more than any mill's, are so far from the others that the model calls them
# unproven: their differences are the model's errors of chemistry, not those of recipes of a mill.
_EXTREME = ["S21", "S22", "S26"]
_LEFT_ASIDE = {
    "coercivity_kA_m": ["S16", *_EXTREME],
    "remanence_T": ["S16", "S18", "S1"],
}
# Of B_r pairs of one mill do not fix more than the level: two recipes differ by the 2 % each of the
# one pair there is (90 % range 1 to 31 %), lots by the 0.8 % of ``spread.toml``.
FIXED = {"remanence_T": (0.02, LEAST_RESIDUE["remanence_T"])}
_STARTS = ((0.15, 0.1, 0.05), (0.05, 0.1, 0.1), (0.1, 0.02, 0.1))


@dataclass(frozen=True, eq=False)
class Residuals:
    """ln(measured / predicted) of magnets left out by paper, and how far they are apart."""

    error: float
    least: float
    ids: list[str]
    groups: NDArray[Any]
    values: FloatArray
    distance: FloatArray
    fixed: tuple[float, float] | None = None


def composition_table(data: "pd.DataFrame") -> CompositionTable:
    """Return the recipes of some rows."""
    return CompositionTable.concat(
        CompositionTable.from_strings([recipe], basis=basis)
        for recipe, basis in zip(data["recipe"], data["basis"], strict=True)
    )


def residuals(quantity: str, left: "pd.DataFrame") -> Residuals:
    """Return the residuals of one quantity of the fitted magnets.

    Parameters
    ----------
    quantity : str
        ``coercivity_kA_m`` or ``remanence_T``.
    left : pandas.DataFrame
        What `recipes.left_out` returned.
    """
    aside = left["id"].isin(_LEFT_ASIDE[quantity])
    rows = left[(left["quantity"] == quantity) & left["fitted"] & ~aside]
    data = recipes.recipes().set_index("id").loc[rows["id"]]
    table = composition_table(data)
    values = np.log(
        rows["measured"].to_numpy(float) / rows["predicted"].to_numpy(float)
    )
    apart = distances(table.rows, table.to_array())
    return Residuals(
        MEASUREMENT[quantity],
        LEAST_RESIDUE[quantity],
        rows["id"].tolist(),
        rows["group"].to_numpy(),
        values,
        apart,
        FIXED.get(quantity),
    )


def deviations(residues: Residuals) -> tuple[float, float, float]:
    """Return the most probable standard deviations: common, composition, residue.

    The likelihood of a dozen magnets hardly falls until a part is nothing, which their number does
    not bear out: the shares of the variance have a Dirichlet prior of 1.1 each.
    """
    from scipy.linalg import cho_factor, cho_solve
    from scipy.optimize import minimize

    same = (residues.groups[:, None] == residues.groups[None, :]).astype(float)
    covariance = same * np.exp(-residues.distance / LENGTH)
    identity = np.eye(len(residues.values))

    def loss(logs: FloatArray) -> float:
        constants = () if residues.fixed is None else np.log(residues.fixed)
        common, composition, residue = np.exp(
            2.0 * np.append(logs[: 3 - len(constants)], constants)
        )
        total = (
            common * same
            + composition * covariance
            + (residue + residues.error**2) * identity
        )
        factor = cho_factor(total, lower=True)
        size = 2.0 * np.log(np.diag(factor[0])).sum()
        shares = np.array([common, composition, residue]) / (
            common + composition + residue
        )
        unlikely = size + residues.values @ cho_solve(factor, residues.values)
        return float(unlikely - 0.2 * np.log(shares).sum())

    results = [
        minimize(loss, np.log(start), method="Nelder-Mead")
        for start in _STARTS
    ]
    best = np.exp(min(results, key=lambda one: one.fun).x)
    if residues.fixed is not None:
        return (float(best[0]), *residues.fixed)
    return float(best[0]), float(best[1]), max(float(best[2]), residues.least)


def distant(quantity: str, left: "pd.DataFrame") -> "pd.DataFrame":
    """Return the error of each magnet left out and its distance from the nearest one that was not.

    Magnets that are only checked, never fitted, are among those left out.

    Parameters
    ----------
    quantity, left
        As for `residuals`.

    Returns
    -------
    pandas.DataFrame
        ``id host group distance error``, the nearest first.
    """
    rows = left[left["quantity"] == quantity].copy().reset_index(drop=True)
    data = recipes.recipes().set_index("id").loc[rows["id"]]
    table = composition_table(data)
    group = rows["group"].to_numpy()
    host = rows["host"].to_numpy()
    rows["distance"] = UNPROVEN + 0.5
    for root in set(host) & {"2:14:1", "2:17", "1:5"}:
        places_of_host = np.flatnonzero(host == root)
        places = coordinates(table[places_of_host], root)
        apart = np.linalg.norm(places[:, None] - places[None, :], axis=2)
        unknown = group[places_of_host, None] == group[None, places_of_host]
        unknown |= ~rows["fitted"].to_numpy(bool)[None, places_of_host]
        rows.loc[places_of_host, "distance"] = np.where(
            unknown, np.inf, apart
        ).min(axis=1)
    rows["error"] = np.log(rows["measured"] / rows["predicted"])
    columns = ["id", "host", "group", "distance", "error"]
    return (
        rows[columns]
        .sort_values("distance", kind="stable")
        .reset_index(drop=True)
    )


def growth(table: "pd.DataFrame", near: float) -> tuple[float, float]:
    """Return how the error grows with distance: what is added far away, and how far that is.

    Both are those of largest likelihood of ``near**2 + far**2 (1 - exp(-(d / reach)**2))``.

    Parameters
    ----------
    table : pandas.DataFrame
        What `distant` returned.
    near : float
        Standard deviation of the logarithm near measured magnets.
    """
    distance = table["distance"].to_numpy()
    error = table["error"].to_numpy()
    far, reach = np.meshgrid(
        np.linspace(0.0, 0.8, 81), np.linspace(0.25, 5.0, 39)
    )
    rise = -np.expm1(-((distance / reach[..., None]) ** 2))
    variance = near**2 + far[..., None] ** 2 * rise
    loss = (np.log(variance) + error**2 / variance).sum(axis=-1)
    best = np.unravel_index(loss.argmin(), loss.shape)
    return float(far[best]), float(reach[best])


def pairs(found: Residuals) -> "pd.DataFrame":
    """Return the pairs of magnets of one paper: distance and difference of the residuals."""
    import pandas as pd

    one, other = np.nonzero(
        np.triu(found.groups[:, None] == found.groups[None, :], 1)
    )
    return pd.DataFrame(
        {
            "group": found.groups[one],
            "given": [found.ids[i] for i in one],
            "predicted": [found.ids[j] for j in other],
            "distance": found.distance[one, other],
            "difference": found.values[other] - found.values[one],
        }
    )


def variance_shares(
    left: "pd.DataFrame | None" = None,
) -> tuple[dict[str, dict[str, float]], "pd.DataFrame"]:
    """Return the shares of the variance by quantity, and all pairs with what an anchor does.

    Parameters
    ----------
    left : pandas.DataFrame, optional
        What `recipes.left_out` returned, where the caller has it.

    Returns
    -------
    shares : dict
        By quantity: ``common composition residue length`` and ``deviation``, that of the whole.
    pairs : pandas.DataFrame
        With ``quantity``, ``half_width`` (90 %, unanchored) and ``anchored`` (given the other).
    """
    import pandas as pd

    left = recipes.left_out() if left is None else left
    shares = {}
    frames = []
    for quantity in QUANTITIES:
        errors_of_fit = residuals(quantity, left)
        common, composition, residue = deviations(errors_of_fit)
        whole = common**2 + composition**2 + residue**2
        shares[quantity] = {
            "common": common**2 / whole,
            "composition": composition**2 / whole,
            "residue": residue**2 / whole,
            "length": LENGTH,
            "deviation": whole**0.5,
            "magnets": float(len(errors_of_fit.values)),
            "papers": float(len(set(errors_of_fit.groups))),
        }
        if quantity == "coercivity_kA_m":
            # Of remanence one magnet alone has another near it: no growth can be told.
            distance, reach = growth(distant(quantity, left), whole**0.5)
            shares[quantity] |= {"far": distance, "reach": reach}
        frame = pairs(errors_of_fit).assign(quantity=quantity)
        across = common**2 + composition**2 * np.exp(
            -frame["distance"] / LENGTH
        )
        noisy = whole + errors_of_fit.error**2
        frame["half_width"] = 1.645 * noisy**0.5
        frame["anchored"] = 1.645 * (noisy - across**2 / noisy) ** 0.5
        frame["expected"] = across / noisy
        frame["given_residual"] = [
            errors_of_fit.values[errors_of_fit.ids.index(i)]
            for i in frame["given"]
        ]
        frame["residual"] = [
            errors_of_fit.values[errors_of_fit.ids.index(i)]
            for i in frame["predicted"]
        ]
        frames.append(frame)
    table = pd.concat(frames, ignore_index=True)
    table.attrs["distant"] = distant(QUANTITIES[0], left)
    return shares, table


def report(shares: dict[str, dict[str, float]], table: "pd.DataFrame") -> str:
    """Return PAIRS.md: the split and every pair, anchored beside unanchored."""
    lines = [
        "# What the magnets of one paper have in common",
        "",
        "Written by split.py. ln(measured / predicted) of magnets whose paper was left out of the "
        "fit: a part of the paper, a part of the composition (1/e at a distance of "
        f"{LENGTH:g}), a residue; a measurement is good to "
        f"{100 * MEASUREMENT['coercivity_kA_m']:g} % in H_cJ and "
        f"{100 * MEASUREMENT['remanence_T']:g} % in B_r.",
        "",
        "| quantity | magnets | papers | deviation | common | composition | residue |",
        "|---|---|---|---|---|---|---|",
    ]
    for quantity, one in shares.items():
        parts = " | ".join(
            f"{one[k]:.2f}" for k in ("common", "composition", "residue")
        )
        lines.append(
            table_row(
                quantity,
                f"{one['magnets']:.0f}",
                f"{one['papers']:.0f}",
                f"{100 * one['deviation']:.1f} %",
                parts,
            )
        )
    lines += [
        "",
        "Half widths are of 90 % ranges of the logarithm; one magnet of the pair is given, the "
        "other predicted.",
        "",
        "| quantity | paper | given | predicted | distance | error | error, anchored | half width "
        "| half width, anchored |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for _, p in table.iterrows():
        after = p["residual"] - p["expected"] * p["given_residual"]
        lines.append(
            table_row(
                p["quantity"],
                p["group"],
                p["given"],
                p["predicted"],
                f"{p['distance']:.3f}",
                f"{p['residual']:+.3f}",
                f"{after:+.3f}",
                f"{p['half_width']:.3f}",
                f"{p['anchored']:.3f}",
            )
        )
    rows = table[table["quantity"] == QUANTITIES[0]]
    error = rows["residual"] - rows["expected"] * rows["given_residual"]
    inside = int((error.abs() <= rows["anchored"]).sum())
    before = int((rows["residual"].abs() <= rows["half_width"]).sum())
    count = int((rows["distance"] < 0.02).sum())
    lines += [
        "",
        f"Of {len(rows)} pairs of H_cJ {inside} lie within the anchored 90 % range and {before} "
        f"within the unanchored one; {count} of them differ by less than 0.02.",
    ]
    lines += _distance_lines(shares[QUANTITIES[0]], table.attrs["distant"])
    return "\n".join(lines) + "\n"


def _distance_lines(one: dict[str, float], table: "pd.DataFrame") -> list[str]:
    """Return what the error of H_cJ does far from all measured magnets."""
    deviation_near = one["deviation"]
    deviation_beyond = one["far"]
    reach = one["reach"]
    wide = np.sqrt(
        deviation_near**2
        - deviation_beyond**2 * np.expm1(-((table["distance"] / reach) ** 2))
    )
    size = table["error"].abs()
    lines = [
        "",
        "# Far from measured magnets",
        "",
        "ln(measured / predicted) of H_cJ of all magnets left out, checked ones too, by the "
        "distance to the nearest fitted magnet of another paper, in the lengths on which recipes "
        "matter. Added to the variance: "
        f"{deviation_beyond:.2f}^2 (1 - exp(-(d / {reach:.2f})^2)), of largest likelihood.",
        "",
        "| distance | magnets | rms error | in the 90 % range without it | with it |",
        "|---|---|---|---|---|",
    ]
    for label, rows in (
        ("below 1", table["distance"] < 1.0),
        ("1 and above", table["distance"] >= 1.0),
    ):
        lines.append(
            table_row(
                label,
                rows.sum(),
                f"{np.sqrt((size[rows] ** 2).mean()):.2f}",
                (size[rows] <= 1.645 * deviation_near).sum(),
                (size <= 1.645 * wide)[rows].sum(),
            )
        )
    inside = 0
    for group in table["group"].unique():
        out = table["group"] == group
        f, r = growth(table[~out], deviation_near)
        apart = table.loc[out, "distance"]
        width = np.sqrt(
            deviation_near**2 - f**2 * np.expm1(-((apart / r) ** 2))
        )
        inside += int((size[out] <= 1.645 * width).sum())
    lines += [
        "",
        f"Fitted without the paper that is judged: {inside} of {len(table)} inside.",
    ]
    return lines
