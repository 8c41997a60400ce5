"""Polarization and anisotropy field of compounds that were left out, beside scikit-learn's models.

    python -m benchmarks.accuracy saturation_polarization_T

Papers, rare earths (the one that a compound holds most of) and hosts are left out in ten parts. The
intrinsic model is fitted anew to what is left, of every property; a host of which nothing is left
stands at its prior. The models of scikit-learn learn the same property from the same rows that are
left, of all hosts. The model predicts a field as the method of its paper shows it. Papers that
entered no fit are predicted by the model as it is shipped, and by the others from all other rows.
"""

import datetime
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pandas as pd
from magnetkit.elements import INDEX, RARE_EARTHS
from numpy.typing import NDArray

from magnetkit._core._constants import DEVIATIONS_90
from magnetkit._core._intervals import folds
from magnetkit.alloy.table import CompositionTable
from magnetkit.compound.parameters import HOST_SLOTS, load
from magnetkit.phases.records import HOST_NAMES
from magnetkit.surrogates._measured import TrainingSet, keys
from magnetkit.surrogates._validation import LeftOut, Prediction, peers

from .. import observations, table_row
from ..surrogates.beside import COVERAGE, FOUR, MODEL, figure_cells, restrict
from .calibration import Fit
from .observed import FIELD, Observed

Array = NDArray[np.float64]
Rows = NDArray[np.bool_]

POLARIZATION = "saturation_polarization_T"
PROPERTIES = (POLARIZATION, FIELD)
UNFITTED = "papers that entered no fit"
_RESIDUAL = {
    POLARIZATION: "residual_polarization",
    FIELD: "residual_anisotropy",
}
HEADING = (
    "| property | left out | hosts | model | values | groups | mean, T | relative, % | pairs | "
    "inside | half width, T | gain, T | gain in pairs |"
)
"""Heading of the table of `table`."""
_ABOUT = """\
Printed by `python -m benchmarks.accuracy saturation_polarization_T`, {day}. Papers, rare earths (the
one that a compound holds most of) and hosts are left out in ten parts, in the second way of papers
with every row of their compounds. The intrinsic model is fitted anew to what is left, of every
property; a host of which nothing is left stands at its prior (`datasets/intrinsic/priors.toml`),
which knows the levels of its pure iron and cobalt compounds from the literature. The models of
scikit-learn (100 trees each, a Gaussian process) see Magpie statistics and rare-earth descriptors
and learn the same property from the same rows that are left, of all hosts. A field is predicted as
the method of its paper shows it. Of papers that entered no fit (`datasets/intrinsic/papers.csv`) the
model is the one that is shipped, fields as `magnetkit.magnetism.intrinsic` prints them, and the
others learn from all other rows but of these compounds. Values at 290 to 305 K.

`relative` is the mean of |predicted / measured - 1|; `pairs` are those of one group more than 0.02 T
or 0.5 T apart that are ordered as measured; `inside` is the share in ranges of 90 %; gains are the
model's, 95 % of 2,000 bootstraps over groups. The series of 2:14:1 are read at run time and are not
part of this project."""
_PARTS = 10
# Room temperature is what papers say of 290 to 305 K.
_COOLEST_K = 290.0
_HOTTEST_K = 305.0
# Gauss-Newton steps from the fit to everything, and the step of a derivative.
_STEPS = 6
_MOVE = 1e-4


class Measured(NamedTuple):
    """Measurements of which some are predicted, n of them.

    Attributes
    ----------
    frame : DataFrame
        As `observations` has them.
    table : CompositionTable
        Their compositions.
    earth : ndarray of str, shape (n,)
        The rare earth that each holds most of.
    compound : ndarray of str, shape (n,)
        The same for compositions that are equal within 0.1 at.%.
    is_judged : ndarray of bool, shape (n,)
        Polarizations and fields at room temperature.
    """

    frame: pd.DataFrame
    table: CompositionTable
    earth: NDArray[np.str_]
    compound: NDArray[np.str_]
    is_judged: Rows

    def groups(self, way: str) -> NDArray[np.str_]:
        """Return what each row is left out with: its paper, its rare earth or its host."""
        if way == "rare earth":
            return self.earth
        return self.frame["host" if way == "host" else "paper"].to_numpy(str)


WAYS = {
    "paper": False,
    "paper, its compounds": True,
    "rare earth": False,
    "host": False,
}
"""What is left out, and whether its compounds leave the other groups too."""


def read_measurements(frame: pd.DataFrame) -> Measured:
    """Return measurements with what they are left out by."""
    frame = frame.reset_index(drop=True)
    table = CompositionTable.from_strings(
        frame["formula"].tolist(), basis="atomic"
    )
    atoms = table.to_array()
    earths = atoms[:, [INDEX[symbol] for symbol in RARE_EARTHS]]
    at_room = frame["temperature_K"].between(_COOLEST_K, _HOTTEST_K)
    is_bound = frame["limit"].eq("lower_bound")
    return Measured(
        frame=frame,
        table=table,
        earth=np.array(RARE_EARTHS)[earths.argmax(axis=1)],
        compound=np.array([key.hex() for key in keys(atoms)]),
        is_judged=(
            frame["property"].isin(PROPERTIES) & at_room & ~is_bound
        ).to_numpy(),
    )


@lru_cache(maxsize=1)
def fitted_rows() -> Measured:
    """Return what the intrinsic model is fitted to; series and compilation from the mirror."""
    parts = [
        observations.embedded_measurements(),
        observations.curie(),
        observations.series(),
    ]
    return read_measurements(pd.concat(parts, ignore_index=True))


@lru_cache(maxsize=1)
def unfitted_rows() -> Measured:
    """Return the embedded measurements of papers that entered no fit."""
    frame = observations.unused_measurements()
    return read_measurements(frame[frame["host"].isin(HOST_NAMES)])


@lru_cache(maxsize=8)
def _start(host: str) -> Array:
    return Fit(host, fitted_rows().frame).run().variables


def _fit_other_rows(host: str, is_out: Rows) -> Fit:
    """Return a host's fit to the rows that are not left out; without any it is the prior."""
    model = Fit(host, fitted_rows().frame[~is_out])
    if len(model.data):
        model.variables = _start(host).copy()
        model.run(_STEPS)
    return model


def _half_widths(model: Fit, observed: Observed, predicted: Array) -> Array:
    """Return half the 90 % range of each row: the fit's covariance, and the scatter it leaves."""
    moves = np.zeros((len(predicted), len(model.variables)))
    for column in range(moves.shape[1]):
        shifted = model.variables.copy()
        shifted[column] += _MOVE
        change = observed.predict(model.parameters(shifted)) - predicted
        moves[:, column] = change / _MOVE
    variance = ((moves @ model.covariance) * moves).sum(axis=1)
    left = load().host[HOST_NAMES.index(model.host)]
    shares = {
        name: left[HOST_SLOTS.index(slot)] for name, slot in _RESIDUAL.items()
    }
    scatter = np.array([shares[kind] for kind in observed.kind]) * predicted
    return DEVIATIONS_90 * np.hypot(np.sqrt(variance), scatter)


def _predict_left_out(way: str) -> tuple[Prediction, list[tuple[Rows, Rows]]]:
    """Return what the model says of each judged row left out, and the rows of each fold.

    A fold is which rows are out, and which of them are tested.
    """
    rows = fitted_rows()
    result = np.full((3, len(rows.frame)), np.nan)
    splits = list(_splits(rows, way))
    for is_out, is_test in splits:
        for host in np.unique(rows.frame["host"][is_test]):
            mask = is_test & rows.frame["host"].eq(host).to_numpy()
            model = _fit_other_rows(host, is_out)
            observations_of_host = Observed(
                host, rows.frame[mask].reset_index(drop=True)
            )
            value = observations_of_host.predict(
                model.parameters(model.variables)
            ).copy()
            half = _half_widths(model, observations_of_host, value)
            result[:, mask] = value, value - half, value + half
    return Prediction(*result), splits


def _splits(rows: Measured, way: str) -> Iterator[tuple[Rows, Rows]]:
    groups = rows.groups(way)
    places = np.flatnonzero(rows.is_judged)
    for _, test in folds(groups[places], _PARTS):
        test_places = places[test]
        is_out = np.isin(groups, groups[test_places])
        if WAYS[way]:
            is_out |= np.isin(rows.compound, rows.compound[test_places])
        is_test = np.zeros(len(groups), bool)
        is_test[test_places] = True
        yield is_out, is_test


def _training_set(
    rows: Measured, name: str, groups: NDArray[np.str_], where: Rows
) -> TrainingSet:
    places = np.flatnonzero(where & rows.frame["property"].eq(name).to_numpy())
    frame = rows.frame.iloc[places]
    return TrainingSet(
        target=name,
        table=rows.table[places],
        values=frame["value"].to_numpy(float),
        groups=groups[places],
        sources=frame["paper"].to_numpy(str),
        origin="measured compounds",
    )


def leave_out(way: str) -> dict[str, LeftOut]:
    """Return, by property, what each model says of rows left out in one of `WAYS`."""
    rows = fitted_rows()
    by_model, splits = _predict_left_out(way)
    result = {}
    for name in PROPERTIES:
        kind = rows.frame["property"].eq(name).to_numpy()
        training = _training_set(rows, name, rows.groups(way), rows.is_judged)
        place = np.flatnonzero(rows.is_judged & kind)
        predictions = {MODEL: Prediction(*(part[place] for part in by_model))}
        for title, fit in peers(COVERAGE).items():
            made = np.full((3, len(training)), np.nan)
            for is_out, is_test in splits:
                test = is_test[place]
                if test.any():
                    made[:, test] = fit(training[~is_out[place]])(
                        training.table[test]
                    )
            predictions[title] = Prediction(*made)
        result[name] = LeftOut(training, predictions, COVERAGE)
    return result


def predict_unused_papers() -> dict[str, LeftOut]:
    """Return, by property, what is said of papers that entered no fit."""
    fit_rows = fitted_rows()
    rows = unfitted_rows()
    is_out = np.isin(fit_rows.compound, rows.compound[rows.is_judged])
    user_predictions = _predict_as_users(rows)
    result = {}
    for name in PROPERTIES:
        kind = rows.frame["property"].eq(name).to_numpy()
        place = rows.is_judged & kind
        test_rows = _training_set(rows, name, rows.groups("paper"), place)
        training = _training_set(
            fit_rows,
            name,
            fit_rows.groups("paper"),
            fit_rows.is_judged & ~is_out,
        )
        predictions = {
            MODEL: Prediction(*(part[place] for part in user_predictions))
        }
        for title, fit in peers(COVERAGE).items():
            predictions[title] = fit(training)(test_rows.table)
        result[name] = LeftOut(test_rows, predictions, COVERAGE)
    return result


def _predict_as_users(rows: Measured) -> Prediction:
    """Return value and ends as `magnetkit.magnetism.intrinsic` prints them."""
    from magnetkit.magnetism import intrinsic

    frame = intrinsic(rows.table, 300.0, interval=COVERAGE)
    result = np.full((3, len(rows.frame)), np.nan)
    for name in PROPERTIES:
        kind = rows.frame["property"].eq(name).to_numpy()
        columns = frame[[f"{name}{end}" for end in ("", "_lo", "_hi")]]
        result[:, kind] = columns.to_numpy(float)[kind].T
    return Prediction(*result)


def _lines(
    title: str, left: LeftOut, hosts: NDArray[np.str_]
) -> Iterator[str]:
    """Yield the rows of the table of one property, of all hosts and of some."""
    name = left.data.target
    parts = {
        "all": np.ones(len(hosts), bool),
        "the four": np.isin(hosts, FOUR),
        "2:14:1": hosts == "2:14:1",
    }
    for label, keep in parts.items():
        # Of fewer groups nothing is drawn anew.
        if len(np.unique(left.data.groups[keep])) < 2:
            continue
        part = restrict(left, keep)
        first = part.predictions[MODEL].value
        for model, figures in part.figures().iterrows():
            value = part.predictions[str(model)].value
            apart = np.abs(value / part.data.values - 1.0)[np.isfinite(first)]
            cells = figure_cells(str(model), figures, digits=(3, 3))
            relative = f"{100.0 * apart.mean():.1f}"
            yield table_row(
                name, title, label, *cells[:4], relative, *cells[4:]
            )


def host_names(rows: Measured, name: str) -> NDArray[np.str_]:
    """Return the host of each judged row of a property."""
    mask = rows.is_judged & rows.frame["property"].eq(name).to_numpy()
    return rows.frame["host"].to_numpy(str)[mask]


def table() -> Iterator[str]:
    """Yield the table of both properties, in Markdown."""
    yield HEADING
    yield "|---" * HEADING.count(" | ") + "|---|"
    blocks = [(UNFITTED, unfitted_rows(), predict_unused_papers())]
    blocks += [(way, fitted_rows(), leave_out(way)) for way in WAYS]
    for name in PROPERTIES:
        for title, rows, result in blocks:
            yield from _lines(title, result[name], host_names(rows, name))


def report() -> str:
    """Return the tables of ``datasets/magnetism/LEFT_OUT.md`` with what they are about."""
    about = _ABOUT.format(day=datetime.date.today().isoformat())
    heading = "# Polarization and anisotropy field that were left out"
    return "\n".join([heading, "", about, "", *table()])
