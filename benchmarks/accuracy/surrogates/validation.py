"""The benchmark of what is learnt, by paper, beside the recipes that others use.

Every model sees the same rows: a fold takes its papers out, and their compounds out of every other
source (``datasets/surrogates/split.csv`` names each paper's fold).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from magnetkit.errors import InputError
from numpy.typing import NDArray

from benchmarks.accuracy import table_row
from benchmarks.accuracy.surrogates import figures
from magnetkit._core import _intervals
from magnetkit._core._progress import bar
from magnetkit.phases.partition import assign_hosts
from magnetkit.phases.records import HOST_NAMES
from magnetkit.surrogates import _curie_training, energy
from magnetkit.surrogates._curie import curie_phases
from magnetkit.surrogates._measured import (
    CURIE_FOLDS,
    NO_PAPER,
    TrainingSet,
    keys,
)
from magnetkit.surrogates._measured import TARGET as CURIE
from magnetkit.surrogates._merit import TOLERANCE
from magnetkit.surrogates.training_sets import TARGETS, training_set

from . import blind
from .peers import peers as recipes

COVERAGE = 0.9
_FOUR = ("2:14:1", "1:5", "2:17", "1:12")

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Report:
    """What was measured: predictions by model, and a text of tables.

    Attributes
    ----------
    target : str
        The property.
    made : DataFrame
        One row a measurement: value, group, source, host, fold, and a column a model.
    text : str
        The tables, in Markdown.
    """

    target: str
    made: pd.DataFrame
    text: str

    def to_markdown(self) -> str:
        """Return the tables."""
        return self.text


def validate(
    target: str,
    data: "str | Path | None" = None,
    progress: bool = False,
    peers: bool = True,
) -> Report:
    """Compare what is learnt of a target with peers on what was left out.

    Parameters
    ----------
    target : str
        A name of `magnetkit.surrogates.TARGETS`.
    data : str or Path, optional
        A CSV file to learn from, see `magnetkit.surrogates.train`.
    progress : bool
        Show a progress bar on stderr.
    peers : bool
        Also train the recipes that others use.

    Returns
    -------
    Report

    Raises
    ------
    InputError
        If there is no such target.
    """
    if target not in TARGETS:
        raise InputError(
            f"target {target!r} is not validated; use one of {', '.join(TARGETS)}"
        )
    if target == CURIE:
        return _curie(_curie_training.training_set(data), progress, peers)
    return _energy(training_set(energy.ENERGY, data), progress, peers)


def _splits(
    data: TrainingSet,
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Yield training and test rows of each fold; a test row's compound is in no training row."""
    groups = _curie_training.assign_folds(data)
    compounds = np.array(keys(data.table.to_array()), object)
    for k in range(CURIE_FOLDS):
        test = np.flatnonzero(groups == k)
        test_compounds = set(compounds[test])
        train = np.flatnonzero(
            [key not in test_compounds for key in compounds]
        )
        if len(test) and len(train):
            yield train, test


def _curie(data: TrainingSet, progress: bool, with_peers: bool) -> Report:
    other_models = recipes() if with_peers else {}
    with bar(
        f"validating {CURIE}",
        CURIE_FOLDS * (2 + len(other_models)) + 1,
        progress,
    ) as advance:
        model, held_out = _curie_training.train_model(data, advance)
        fold_results = held_out[0]
        halves = _curie_training.left_out_half_widths(
            model, held_out, COVERAGE
        )
        frame = pd.DataFrame(
            {
                "value": data.values,
                "group": data.groups,
                "source": data.sources,
                "fold": _curie_training.assign_folds(data),
                "host": _hosts(data, fold_results.base),
                "model": fold_results.mean,
                "physics alone": fold_results.base,
            }
        )
        alone = _curie_training.left_out(
            _curie_training.fit_model(data, physics=False), advance
        )
        frame["data alone"] = alone.mean
        for name, fit in other_models.items():
            frame[name] = np.nan
            for train, test in _splits(data):
                predict = fit(data.table[train], data.values[train])
                frame.loc[test, name] = predict(data.table[test])
                advance()
    frame = frame[np.isfinite(frame["model"])]
    text = _text(frame, data) + "\n" + _by_host(data, held_out, halves)
    text += "\n" + blind.report(data, COVERAGE) + "\n"
    return Report(CURIE, frame, text)


def _by_host(
    data: TrainingSet, left: list[_curie_training.LeftOut], halves: list[Array]
) -> str:
    """Say how often intervals hold, by host: papers left out, and chemistries."""
    lines = [
        f"Intervals of {COVERAGE:.0%} by host (of the written composition), calibrated on other "
        "folds; chemistry: a host with its elements but rare earths.",
        "",
        "| left out | rows | n | MAE, K | pairs | coverage | median half width, K |",
        "|---|---|---|---|---|---|---|",
    ]
    hosts = np.array([*HOST_NAMES, "unknown"])[assign_hosts(data.table)]
    for title, result, half in zip(
        ("paper", "chemistry"), left, halves, strict=False
    ):
        is_finite = np.isfinite(result.mean) & np.isfinite(half)
        parts = {
            "all": is_finite,
            "the four": is_finite & np.isin(hosts, _FOUR),
        }
        parts |= {host: is_finite & (hosts == host) for host in _FOUR}
        for name, rows in parts.items():
            if rows.any():
                off = np.abs(data.values - result.mean)[rows]
                pairs = figures.pairs_in_order(
                    data.values[rows],
                    result.mean[rows],
                    data.groups[rows],
                    TOLERANCE[CURIE],
                )
                lines.append(
                    table_row(
                        title,
                        name,
                        rows.sum(),
                        f"{off.mean():.1f}",
                        f"{pairs:.3f}",
                        f"{(off <= half[rows]).mean():.3f}",
                        f"{np.median(half[rows]):.0f}",
                    )
                )
    return "\n".join(lines) + "\n"


def _hosts(data: TrainingSet, base: Array) -> NDArray[np.str_]:
    codes, _ = curie_phases(data.table)
    names = np.array([*HOST_NAMES, "no physics"])
    return names[np.where(np.isfinite(base), codes, len(HOST_NAMES))]


def _text(frame: pd.DataFrame, data: TrainingSet) -> str:
    models = [c for c in frame.columns if c not in _NO_MODEL]
    no_paper = frame["group"].str.startswith(NO_PAPER)
    papers = frame[~no_paper]
    sides = {
        "papers, all rows": papers,
        "papers, hosts with physics": papers[papers["host"] != "no physics"],
        f"papers, {', '.join(_FOUR[:3])} and {_FOUR[3]}": papers[
            papers["host"].isin(_FOUR)
        ],
        **{f"papers, {host}": part for host, part in papers.groupby("host")},
        "compilations, by chemical system": frame[no_paper],
    }
    lines = [
        f"{data.origin}: {len(frame)} values in {frame['group'].nunique()} papers and systems.",
        "",
        f"Pairs: share of pairs of one paper more than {TOLERANCE[CURIE]:g} K apart that "
        "are ordered as measured.",
        "",
        "| rows | model | n | MAE, K | median, K | pairs |",
        "|---|---|---|---|---|---|",
    ]
    for name, part in sides.items():
        for model in models:
            rows = part[np.isfinite(part[model])]
            if len(rows):
                lines.append(_row(name, model, rows))
    return "\n".join(lines) + "\n"


_NO_MODEL = (
    "value",
    "group",
    "source",
    "fold",
    "host",
)


def _row(name: str, model: str, part: pd.DataFrame) -> str:
    f = figures.accuracy(
        part["value"].to_numpy(),
        part[model].to_numpy(),
        part["group"].to_numpy(),
        TOLERANCE[CURIE],
    )
    return table_row(
        name,
        model,
        f["rows"],
        f"{f['mae']:.1f}",
        f"{f['median']:.1f}",
        f"{f['pairs']:.3f}",
    )


def _energy(data: TrainingSet, progress: bool, with_peers: bool) -> Report:
    other_models = recipes() if with_peers else {}
    steps = energy.ENERGY_FOLDS * (1 + len(other_models)) + 1
    with bar(f"validating {data.target}", steps, progress) as advance:
        model = energy.fit(data, advance)
        frame = pd.DataFrame(
            {"value": data.values, "group": data.groups, "learnt": data.learn}
        )
        frame["model"] = energy.left_out(model.process, data).mean
        for name, fit in other_models.items():
            frame[name] = np.nan
            for inside, outside in _intervals.folds(
                data.groups, energy.ENERGY_FOLDS
            ):
                rows = inside[data.learn[inside]]
                predict = fit(data.table[rows], data.values[rows])
                frame.loc[outside, name] = predict(data.table[outside])
                advance()
    lines = [
        f"{data.origin}: {len(frame)} phases, chemical systems left out.",
        "",
        "| rows | model | n | MAE, meV/atom | median, meV/atom |",
        "|---|---|---|---|---|",
    ]
    for title, part in (
        ("all", frame),
        ("near the hull", frame[frame["learnt"]]),
    ):
        for name in ("model", *other_models):
            error = 1000.0 * (part[name] - part["value"]).abs()
            lines.append(
                table_row(
                    title,
                    name,
                    len(part),
                    f"{error.mean():.1f}",
                    f"{error.median():.1f}",
                )
            )
    return Report(data.target, frame, "\n".join(lines) + "\n")
