"""The magnet model on what it has not seen, beside gradient boosting on the same folds.

``python -m benchmarks.accuracy magnets`` prints it and ``datasets/recipes/MAGNETS.md`` keeps it.
Every recipe is predicted with its whole source left out, by the model and by gradient boosting on
the recipe and the process, which is what published designs of cerium magnets use.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.accuracy import table_row
from magnetkit import datasets
from magnetkit.alloy.table import CompositionTable
from magnetkit.magnetism import _composition_estimate, process
from magnetkit.magnetism.process import parameters

from .. import provenance_line
from . import losses
from .recipes import FREE, alignment, evaluate_recipes, fit, recipes

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]
QUANTITIES = ("remanence_T", "coercivity_kA_m", "max_energy_product_kJ_m3")
MARKS = {"remanence_T": "B", "coercivity_kA_m": "H"}
_SEED = 0
# Trees and their rate, as of GBRT in such designs; nothing is tuned on these rows.
_BOOSTING_TREES = 300
_DEPTH = 3
_RATE = 0.05
# Least difference of ln of two magnets that have an order; draws of sources.
_APART = 0.05
_DRAWS = 2000
# Wanted of alpha of a compensated magnet, %/K.
_ALPHA = 0.005


@contextmanager
def leave_source_out(host: str, group: str) -> Iterator[None]:
    """Let the model of a host's magnets be that which is fitted without a source."""
    families = parameters().families
    family = families[host]
    usual = replace(family.process, alignment=alignment(host, without=group))
    changes: dict[str, Any] = {"process": usual, **fit(host, without=group)}
    families[host] = replace(family, **changes)
    _forget()
    try:
        yield
    finally:
        families[host] = family
        _forget()


def _forget() -> None:
    """Forget what was worked out with other parameters."""
    for cache in (
        process.usual_of_hosts,
        _composition_estimate._model_recipes,
    ):
        cache.cache_clear()
    _composition_estimate.likeliest_recipe.cache_clear()


def user_conditions(row: Any) -> dict[str, Any]:
    """Return what a user would say of a magnet of the recipes, beside recipe and temperature."""
    names = [
        n
        for n in ("grain_size_um", "alignment", "aged_for_C")
        if row[n] == row[n]
    ]
    span = (
        {"between": (row["from_K"], row["to_K"])}
        if row["to_K"] == row["to_K"]
        else {}
    )
    return {
        "basis": row["basis"],
        "process": {n: float(row[n]) for n in names},
        **span,
    }


@lru_cache(maxsize=1)
def away() -> "pd.DataFrame":
    """Return B_r, H_cJ, (BH)max and beta of each recipe with its source left out of the fit.

    They are what `magnetkit.magnetism.sintered` answers then. Columns: `QUANTITIES`,
    ``coercivity_coefficient_pct_K``; one row a recipe.
    """
    import pandas as pd

    from magnetkit.magnetism.sintered import sintered

    data = recipes()
    columns = [*QUANTITIES, "coercivity_coefficient_pct_K"]
    values = np.full((len(data), len(columns)), np.nan)
    for host in FREE:
        for group in data.loc[data["host"] == host, "group"].unique():
            with leave_source_out(host, group):
                for i in np.flatnonzero(
                    (data["group"] == group) & (data["host"] == host)
                ):
                    row = data.iloc[i]
                    # With its unit: a number as cold as nitrogen is taken for degrees C.
                    frame = sintered(
                        [row["recipe"]],
                        f"{row['temperature_K']}K",
                        **user_conditions(row),
                    )
                    values[i] = frame.loc[0, columns].to_numpy(float)
    chords = data["to_K"].notna().to_numpy()
    values[~chords, -1] = np.nan
    return pd.DataFrame(values, columns=columns)


@lru_cache(maxsize=1)
def predict_by_boosting() -> "pd.DataFrame":
    """Return B_r, H_cJ and (BH)max of each recipe by gradient boosting, its source left out.

    It learns ln of the quantity from atomic fractions, host, grain size, alignment and temperature
    of all rows that have the quantity, of every host.
    """
    import pandas as pd
    from sklearn.ensemble import GradientBoostingRegressor

    data = recipes()
    x = _features(data)
    groups = data["group"].to_numpy(str)
    predictions = np.full((len(data), len(QUANTITIES)), np.nan)
    for j, quantity in enumerate(QUANTITIES):
        y = data[quantity].to_numpy(float)
        finite = np.isfinite(y)
        for group in np.unique(groups):
            train = finite & (groups != group)
            test = groups == group
            model = GradientBoostingRegressor(
                n_estimators=_BOOSTING_TREES,
                max_depth=_DEPTH,
                learning_rate=_RATE,
                random_state=_SEED,
            )
            predictions[test, j] = np.exp(
                model.fit(x[train], np.log(y[train])).predict(x[test])
            )
    return pd.DataFrame(predictions, columns=list(QUANTITIES))


def _features(data: "pd.DataFrame") -> Array:
    """Return what gradient boosting learns from, shape (n, features)."""
    fractions = np.vstack(
        [
            CompositionTable.from_strings([r], basis=b).to_array()
            for r, b in zip(data["recipe"], data["basis"], strict=True)
        ]
    )
    hosts = np.array([data["host"] == host for host in FREE], float).T
    m = evaluate_recipes()[0]
    made_so = [
        m.rows["grain_size_um"],
        m.rows["alignment"],
        data["temperature_K"].to_numpy(float),
    ]
    return np.column_stack(
        [fractions[:, fractions.any(axis=0)], hosts, *made_so]
    )


def compare_with_boosting() -> "pd.DataFrame":
    """Return errors and order of the model and of gradient boosting, for each quantity.

    Returns
    -------
    pandas.DataFrame
        ``quantity rows model_error boosted_error pairs model_order boosted_order clear``: mean size
        of ln(predicted / measured) and the share of pairs of one host ordered as measured, where
        the two differ by more than 5 %; `clear` says whether rows are enough to tell, by the
        bootstrap over sources (90 % of 2,000 draws on one side).
    """
    import pandas as pd

    data = recipes()
    model = away()
    tree = predict_by_boosting()
    rng = np.random.default_rng(_SEED)
    rows = []
    for quantity in QUANTITIES:
        measurement = data[quantity].to_numpy(float)
        with np.errstate(divide="ignore", invalid="ignore"):
            off = [
                np.abs(np.log(f[quantity].to_numpy(float) / measurement))
                for f in (model, tree)
            ]
        marks = data["fit"].str.upper()
        finite = np.isfinite(off[0]) & np.isfinite(off[1])
        finite &= marks.str.contains(MARKS.get(quantity, "[BH]")).to_numpy()
        use = np.flatnonzero(finite)
        order = [
            _order(f[quantity].to_numpy(float), measurement, data, use)
            for f in (model, tree)
        ]
        gain = off[1][use] - off[0][use]
        groups = data["group"].to_numpy(str)[use]
        names = np.unique(groups)
        sums = np.array([gain[groups == g].sum() for g in names])
        draws = sums[rng.integers(0, len(names), (_DRAWS, len(names)))].sum(
            axis=1
        )
        share = float(np.mean(draws > 0.0))
        rows.append(
            {
                "quantity": quantity,
                "rows": len(use),
                "sources": len(names),
                "model_error": off[0][use].mean(),
                "boosted_error": off[1][use].mean(),
                "pairs": order[0][1],
                "model_order": order[0][0],
                "boosted_order": order[1][0],
                "better_in": share,
            }
        )
    return pd.DataFrame(rows)


def _order(
    predicted: Array,
    measured: Array,
    data: "pd.DataFrame",
    use: NDArray[np.int64],
) -> tuple[float, int]:
    """Return the share of pairs of one host and temperature ordered right, and their number."""
    host = data["host"].to_numpy(str)
    kelvin = data["temperature_K"].to_numpy(float)
    good = []
    for i, j in combinations(use, 2):
        alike = host[i] == host[j] and abs(kelvin[i] - kelvin[j]) < 10.0
        if alike and abs(np.log(measured[i] / measured[j])) > _APART:
            good.append(
                (predicted[i] - predicted[j]) * (measured[i] - measured[j])
                > 0.0
            )
    return (float(np.mean(good)) if good else np.nan), len(good)


def compare_compensation() -> "pd.DataFrame":
    """Return alpha(B_r) of the compensated magnets found, beside the model; none is fitted."""
    import pandas as pd

    from magnetkit.magnetism.sintered import sintered

    frame = pd.read_csv(datasets.path("recipes/compensated.csv"))
    name = "remanence_coefficient_pct_K"
    rows = []
    for row in frame.to_dict("records"):
        table = CompositionTable.from_strings(
            [row["recipe"]], basis=row["basis"]
        )
        out = sintered(table, 293.15, between=(row["from_K"], row["to_K"]))
        rows.append(
            [float(out[f"{name}{end}"][0]) for end in ("", "_lo", "_hi")]
        )
    frame[["predicted", "low", "high"]] = rows
    return frame.assign(error=frame["predicted"] - frame[name])


def report() -> str:
    """Return the comparison as a page of text."""
    lines = [
        "# The magnet on what it has not seen",
        "",
        provenance_line("python -m benchmarks.accuracy magnets"),
        "",
        "## Beside gradient boosting on recipe and process",
        "",
        f"scikit-learn's GradientBoostingRegressor ({_BOOSTING_TREES} trees of depth {_DEPTH}, rate "
        f"{_RATE}, not tuned) learns ln of each quantity from atomic fractions, host, grain size, "
        "alignment and temperature; folds by source, the same for both. Error: mean size of "
        "ln(predicted / measured). Order: pairs of one host and temperature that differ by more "
        f"than {100 * _APART:g} %. The last column is the share of {_DRAWS:,} draws of sources in "
        "which the model has the smaller error: between 0.1 and 0.9 there are too few magnets to "
        "tell.",
        "",
        "| quantity | rows | sources | error, model | error, boosting | pairs | order, model "
        "| order, boosting | model better in |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for row in compare_with_boosting().to_dict("records"):
        lines.append(
            table_row(
                row["quantity"],
                row["rows"],
                row["sources"],
                f"{row['model_error']:.3f}",
                f"{row['boosted_error']:.3f}",
                row["pairs"],
                f"{row['model_order']:.2f}",
                f"{row['boosted_order']:.2f}",
                f"{row['better_in']:.2f}",
            )
        )
    lines += ["", *_compensated_lines(), "", *losses.lines()]
    return "\n".join(lines) + "\n"


def _compensated_lines() -> list[str]:
    frame = compare_compensation()
    hits = int((frame["error"].abs() <= _ALPHA).sum())
    lines = [
        "## Compensated magnets",
        "",
        f"alpha(B_r) of those found in print, none fitted: {hits} of {len(frame)} within "
        f"{_ALPHA:g} %/K. Of T1 alone the whole composition is printed. T2 rests on how fast the "
        "moment of erbium falls, and so on its exchange field in 2:17, which T_C and the "
        "polarization of Er2Co17 at 4.2 and 300 K fix loosely; its crystal field hardly matters.",
        "",
        "| magnet | recipe | between, K | measured, %/K | predicted | 90 % | within | known |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in frame.to_dict("records"):
        lines.append(
            table_row(
                row["id"],
                row["recipe"],
                f"{row['from_K']:.0f} to {row['to_K']:.0f}",
                f"{row['remanence_coefficient_pct_K']:.4f}",
                f"{row['predicted']:.4f}",
                f"{row['low']:.4f} to {row['high']:.4f}",
                "yes" if abs(row["error"]) <= _ALPHA else "no",
                row["verification"],
            )
        )
    return lines
