"""What published shells gain in coercivity beside what their law gives, and the fit of that law.

The abstracts name neither the base's recipe nor, mostly, the amount: an ordinary recipe is made as
coercive as the base is printed to be, and where no amount is printed the mean of the logarithm over
those that diffusion puts in stands for it.
"""

import warnings
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.accuracy import table_row
from magnetkit import datasets
from magnetkit.alloy.shell_rows import read_shells
from magnetkit.alloy.shells import Shell
from magnetkit.alloy.table import CompositionTable
from magnetkit.magnetism._reference import KnownValue, calibrate_on_reference
from magnetkit.magnetism.process import Process, parameters
from magnetkit.magnetism.sintered import sintered_at

if TYPE_CHECKING:
    import pandas as pd

BASE = "Nd30.5Co0.9Cu0.1B1.0Fe bal."
"""An ordinary magnet without heavy rare earth, wt.%."""
AMOUNTS = (0.2, 0.35, 0.5, 0.65, 0.8)
"""What diffusion puts in, wt.%: the amounts that the device profiles try lie between the ends."""
WITHOUT = ("G1", "G3", "D8", "D9")
"""Not fitted to: an oxide of which an unknown part reacts; a base that lacks the rare-earth-rich
phase, part of whose gain is that phase; alloys that bring Pr, Cu and Al to the boundary too."""

_ROOM_K = 293.15
_BATCH = 0.05
# Where the parameter is looked for, as a share of the rare earth: 0.15 to 1.5 wt.% put in.
_HELD = (0.003, 0.03)

# Of a table of published gains.
COLUMNS = [
    "id",
    "R",
    "paper",
    "amount_wt_pct",
    "coercivity_before_kA_m",
    "gain_kA_m",
    "fitted",
]


def published_gains() -> "pd.DataFrame":
    """Return the published gains of H_cJ, kA/m, with `fitted` and the paper."""
    import pandas as pd

    gains = pd.read_csv(datasets.path("recipes/diffusion.csv"))
    gains = gains.rename(columns={"added_wt_pct": "amount_wt_pct"})
    gains["gain_kA_m"] = (
        gains["coercivity_after_kA_m"] - gains["coercivity_before_kA_m"]
    )
    other = pd.read_csv(datasets.path("diffusion/results.csv")).rename(
        columns={"element": "R"}
    )
    # What prints before and after stands in the first table.
    rows = pd.concat(
        [gains, other[other["gain_kA_m"].notna()]], ignore_index=True
    )
    rows["paper"] = rows["source"].str.removesuffix(", abstract")
    rows["fitted"] = ~rows["id"].isin(WITHOUT)
    return rows.loc[rows["gain_kA_m"].notna(), COLUMNS].reset_index(drop=True)


def compare_gains(
    rows: "pd.DataFrame", held: float | None = None
) -> "pd.DataFrame":
    """Return published gains beside what the law gives.

    Parameters
    ----------
    rows : DataFrame
        Of `published`.
    held : float, optional
        The parameter of that name; the calibrated one by default.

    Returns
    -------
    DataFrame
        With ``law_kA_m``, the geometric mean over `AMOUNTS` where none is printed; ``log`` of
        measured over it; ``unknown``, the variance of its logarithm over `AMOUNTS`.
    """
    law = {**parameters().shell, **({} if held is None else {"held": held})}
    logs = []
    for row in rows.to_dict("records"):
        amount = row["amount_wt_pct"]
        amounts = AMOUNTS if np.isnan(amount) else (amount,)
        before = row["coercivity_before_kA_m"]
        logs.append(np.log([_gain(row["R"], a, before, law) for a in amounts]))
    middle = np.array([group.mean() for group in logs])
    return rows.assign(
        law_kA_m=np.exp(middle),
        log=np.log(rows["gain_kA_m"]) - middle,
        unknown=[group.var() for group in logs],
    )


def fit_parameter(rows: "pd.DataFrame") -> float:
    """Return the parameter `held` at which the law is right in the mean of the papers.

    Each paper counts by the variance of what it does not print and that of the law (`_LAW`).
    """
    from scipy.optimize import brentq

    fit_rows = rows[rows["fitted"]]

    def mean_error(held: float) -> float:
        log, unknown = _by_paper(compare_gains(fit_rows, held))
        return float(np.average(log, weights=1.0 / (unknown + _LAW**2)))

    return float(brentq(mean_error, *_HELD, rtol=1e-4))


# Standard deviation of what the law leaves, for the weights of the fit: about what it is.
_LAW = 0.3


def deviation(rows: "pd.DataFrame") -> dict[str, float]:
    """Return the standard deviation of ln(measured / predicted), each paper left out of the fit.

    That of largest likelihood, the variance of unknown amounts known; the rows of `WITHOUT`, which
    no law of the shell alone can know, do not count.

    Parameters
    ----------
    rows : DataFrame
        Of `published`.

    Returns
    -------
    dict
        ``deviation``, ``magnets``, ``papers``.
    """
    unfitted_gains = left_out(rows)
    unfitted_gains = unfitted_gains[unfitted_gains["fitted"]]
    log, unknown = _by_paper(unfitted_gains)
    sizes = np.linspace(0.0, 1.5, 301)[:, None]
    variance = unknown + sizes**2 + 1e-9
    loss = (np.log(variance) + log**2 / variance).sum(axis=1)
    size = float(sizes[loss.argmin(), 0])
    return {
        "deviation": size,
        "magnets": float(len(unfitted_gains)),
        "papers": float(len(log)),
    }


def left_out(rows: "pd.DataFrame") -> "pd.DataFrame":
    """Return `compared` with each paper left out of the fit."""
    import pandas as pd

    some = rows[rows["id"] != "G1"]
    parts = [
        compare_gains(part, fit_parameter(some[some["paper"] != paper]))
        for paper, part in some.groupby("paper", sort=False)
    ]
    return pd.concat(parts)


def report(rows: "pd.DataFrame") -> list[str]:
    """Return the lines on shells of PAIRS.md."""
    result = deviation(rows)
    unfitted_gains = left_out(rows)
    lines = [
        "",
        "# What a shell gives",
        "",
        "Gains of H_cJ by diffusion beside the shell's law with the paper left out of its fit, on "
        "an ordinary recipe as coercive as was printed before; where no amount is printed, the "
        f"geometric mean over {AMOUNTS[0]:g} to {AMOUNTS[-1]:g} wt.%. ln of their ratio has, over "
        f"the fitted rows, a standard deviation of {result['deviation']:.2f} beyond what unknown "
        "amounts make.",
        "",
        "| | R | wt.% | measured, kA/m | law, kA/m | ln of the ratio | fitted |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in unfitted_gains.to_dict("records"):
        amount = (
            f"{row['amount_wt_pct']:g}"
            if row["amount_wt_pct"] > 0
            else "not printed"
        )
        lines.append(
            table_row(
                row["id"],
                row["R"],
                amount,
                f"{row['gain_kA_m']:.0f}",
                f"{row['law_kA_m']:.0f}",
                f"{row['log']:+.2f}",
                "yes" if row["fitted"] else "no",
            )
        )
    lines += [
        "",
        "D8 and D9 bring Pr, Cu and Al along, which part the grains better and gain by themselves; "
        "the base of G3 lacks the rare-earth-rich phase.",
    ]
    return lines


def _by_paper(table: "pd.DataFrame") -> tuple[np.ndarray, np.ndarray]:
    """Return mean logarithm and mean variance of the unknown amounts of each paper."""
    means = table.groupby("paper", sort=False)[["log", "unknown"]].mean()
    return means["log"].to_numpy(), means["unknown"].to_numpy()


@lru_cache(maxsize=64)
def _base(before: float) -> tuple[CompositionTable, Process | None]:
    """Return the ordinary magnet, and the process that gives it H_cJ of `before`, kA/m."""
    table = CompositionTable.from_strings([BASE], basis="weight")
    if not np.isfinite(before):
        return table, None
    anchors = [KnownValue("coercivity_kA_m", before, _ROOM_K, _BATCH)]
    return table, Process(
        producer=calibrate_on_reference("base", table, None, anchors)
    )


def _gain(
    element: str, amount: float, before: float, law: dict[str, float]
) -> float:
    """Return the gain of H_cJ, kA/m, that a law gives on a base that has `before`."""
    table, process = _base(float(before) if np.isfinite(before) else np.inf)
    rows = read_shells(Shell(element, amount_wt_pct=amount), 1)
    assert rows is not None
    fraction, content = (float(x[0]) for x in rows.resolve_amounts(table, law))
    shell = Shell(element, fraction, content)
    with warnings.catch_warnings():
        # Parameters far from the fitted ones make shells that are too thin.
        warnings.filterwarnings(
            "ignore", message="no furnace makes this shell"
        )
        bare = float(
            sintered_at(table, [_ROOM_K], process, None)[0][
                "coercivity_kA_m"
            ].iloc[0]
        )
        with_shell = float(
            sintered_at(table, [_ROOM_K], process, shell)[0][
                "coercivity_kA_m"
            ].iloc[0]
        )
    return with_shell - bare
