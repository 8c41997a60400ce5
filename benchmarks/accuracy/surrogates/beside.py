"""The Curie temperature of papers and chemistries left out, beside models of scikit-learn.

    python -m benchmarks.accuracy.surrogates.beside

The papers are those of a compilation of series, which trains nothing. A chemistry is a host with
the elements but rare earths; it leaves with every row of its compounds, whatever their source. The
models of scikit-learn see Magpie statistics and rare-earth descriptors of the same rows that are
left. It takes half an hour of a processor.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from magnetkit._core._fetch import fetch
from magnetkit.alloy.table import CompositionTable
from magnetkit.phases.partition import assign_hosts
from magnetkit.phases.records import HOST_NAMES
from magnetkit.surrogates import _curie_training, _measured
from magnetkit.surrogates._measured import TARGET as CURIE
from magnetkit.surrogates._measured import TrainingSet, curie_set, keys
from magnetkit.surrogates._validation import (
    LeftOut,
    Prediction,
    leave_known_out,
    peers,
)
from magnetkit.surrogates.training_sets import training_set

from .. import observations, table_row

COVERAGE = 0.9
MODEL = "model"
FOUR = ("2:14:1", "1:5", "2:17", "1:12")
"""Hosts of magnets that are made."""
HEADING = (
    "| left out | rows | model | n | papers | MAE, K | median, K | pairs | in 90 % | half width, K | "
    "gain, K | gain in pairs |"
)
"""Heading of the table of `lines`."""


def leave_series_out() -> LeftOut:
    """Return what is said of published series by models that saw neither paper nor compound."""
    frame = pd.read_csv(
        observations.mirror("literature/curie_series_by_paper.csv")
    )
    names = {"formula": "composition", "Tc_K": CURIE, "paper": "group"}
    rows = training_set(
        CURIE, frame.rename(columns=names).assign(basis="atomic")
    )
    out = leave_known_out(rows, curie_set(), COVERAGE)
    named = (MODEL, *peers(COVERAGE))
    return LeftOut(
        rows, {name: out.predictions[name] for name in named}, COVERAGE
    )


def mark_crystals(rows: TrainingSet) -> NDArray[np.bool_]:
    """Return which rows of series are of crystals of one phase, shape (n,).

    The others are what the compilation of papers calls amorphous, a film or several phases: rows
    that `clean_rows` takes out of what is learnt from.
    """
    file = fetch("curie-by-paper")
    source = _measured._by_paper(
        pd.read_csv(file, dtype=str, keep_default_na=False)
    )
    source = source[source["kind"].str.contains(_measured._SEVERAL_PHASES)]
    table = CompositionTable.from_strings(
        source["name"].tolist(), basis="atomic"
    )
    papers = source["paper"].to_numpy(str)[table.row_index]
    crystals = set(zip(papers, keys(table.to_array()), strict=True))
    pairs_of_rows = zip(
        np.char.lower(rows.groups), keys(rows.table.to_array()), strict=True
    )
    return np.array([row not in crystals for row in pairs_of_rows])


def leave_chemistries_out() -> LeftOut:
    """Return what is said of all that is learnt from, a chemistry left out."""
    data = curie_set()
    predictions = {MODEL: predict_by_model(data)}
    predictions |= {
        name: predict_by_peer(name, data) for name in peers(COVERAGE)
    }
    return LeftOut(data, predictions, COVERAGE)


def predict_by_model(data: TrainingSet) -> Prediction:
    """Return what the model says of rows whose chemistry it did not see."""
    model, predictions = _curie_training.train_model(data)
    half = _curie_training.left_out_half_widths(model, predictions, COVERAGE)[
        1
    ]
    value = predictions[1].mean
    return Prediction(value, value - half, value + half)


def predict_by_peer(name: str, data: TrainingSet) -> Prediction:
    """Return what a model of scikit-learn says of the same rows."""
    fit = peers(COVERAGE)[name]
    compound = _curie_training.training_rows(data, True).compound
    fold = _curie_training.assign_folds(data, chemistry=True)
    result = np.full((3, len(data)), np.nan)
    for number in np.unique(fold):
        test = fold == number
        train = ~np.isin(compound, compound[test])
        result[:, test] = fit(data[train])(data.table[test])
    return Prediction(*result)


def lines(title: str, left: LeftOut) -> Iterator[str]:
    """Yield the rows of the table, in Markdown: of all hosts and of the four."""
    hosts = np.array([*HOST_NAMES, ""])[assign_hosts(left.data.table)]
    for label, keep in (
        ("all", hosts != "none"),
        ("the four", np.isin(hosts, FOUR)),
    ):
        for model, figures in restrict(left, keep).figures().iterrows():
            cells = figure_cells(str(model), figures, digits=(1, 0))
            median = f"{figures['median_absolute_error']:.1f}"
            yield table_row(title, label, *cells[:4], median, *cells[4:])


def figure_cells(
    model: str, figures: "pd.Series", digits: tuple[int, int]
) -> list[str]:
    """Return the cells of a model: name, values, groups, mean error, pairs, range and gains.

    Errors and their gain have the first number of digits, half widths the second; a model without
    ranges has none of these, and the model itself no gain over it.
    """
    ranges = ["", ""]
    if np.isfinite(figures["coverage"]):
        half_width = f"{figures['half_width']:.{digits[1]}f}"
        ranges = [f"{figures['coverage']:.3f}", half_width]
    gains = ["", ""]
    if model != MODEL:
        gains = [
            f"{figures[f'{gain}_lo']:.{n}f} to {figures[f'{gain}_hi']:.{n}f}"
            for gain, n in (("error_gain", digits[0]), ("pairs_gain", 3))
        ]
    return [
        model,
        f"{figures['rows']:.0f}",
        f"{figures['groups']:.0f}",
        f"{figures['mean_absolute_error']:.{digits[0]}f}",
        f"{figures['pairs_in_order']:.3f}",
        *ranges,
        *gains,
    ]


def restrict(left: LeftOut, keep: NDArray[np.bool_]) -> LeftOut:
    """Return some of the rows that were left out."""
    predictions = {}
    for name, prediction in left.predictions.items():
        predictions[name] = Prediction(*(part[keep] for part in prediction))
    return LeftOut(left.data[np.flatnonzero(keep)], predictions, left.coverage)


def main() -> None:
    """Print the table."""
    print(HEADING)
    print("|---" * HEADING.count(" | ") + "|---|")
    series = leave_series_out()
    blocks = {
        "paper": series,
        "paper, crystals": restrict(series, mark_crystals(series.data)),
        "chemistry": leave_chemistries_out(),
    }
    for title, held_out in blocks.items():
        for line in lines(title, held_out):
            print(line)


if __name__ == "__main__":
    main()
