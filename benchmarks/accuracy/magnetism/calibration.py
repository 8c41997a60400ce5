"""Fitting the intrinsic model to measurements: the most probable parameters and their spread.

A robust least-squares fit with the priors as further residuals (maximum a posteriori). Papers on
one compound are offset against each other, so every paper of a series has an offset of its own.
Run by ``datasets/intrinsic/calibrate.py`` and, paper by paper, by the validation.
"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from magnetkit._core._types import FloatArray
from magnetkit.compound.parameters import Parameters
from magnetkit.phases.records import HOST_NAMES

from ..observations import COLUMNS
from .observed import FIELD, Observed
from .priors import Prior, build

# Offsets of a paper: relative for polarization and field, kelvin for the Curie temperature.
_OFFSET = {
    "saturation_polarization_T": 0.03,
    "anisotropy_field_T": 0.08,
    "curie_temperature_K": 6.0,
}
_FIT_STEP = 1e-4
_UNIAXIAL_MARGIN = 0.10  # MJ/m3


@dataclass(eq=False)
class Fit:
    """The fit of one host.

    Parameters
    ----------
    host : str
        Name of the host.
    data : DataFrame
        Rows of `magnetkit.magnetism.observations`.
    offsets : bool
        Whether each paper gets an offset (for series; compound tables are taken as they are).
    """

    host: str
    data: pd.DataFrame
    offsets: bool = True
    prior: Prior = field(init=False)
    variables: FloatArray = field(init=False)
    covariance: FloatArray = field(init=False)

    def __post_init__(self) -> None:
        self.prior = build(self.host)
        self.data = self.data[self.data["host"] == self.host].reset_index(
            drop=True
        )
        self._index()
        self.variables = np.zeros(len(self.prior.factors))
        self.covariance = np.eye(len(self.prior.factors))

    def _index(self) -> None:
        data = self.data
        self._observed = Observed(self.host, data)
        self._kind, self._value = self._observed.kind, self._observed.value
        self._sd = data["deviation"].to_numpy(float)
        self._bound = np.zeros(len(data), bool)
        if "limit" in data:
            self._bound = data["limit"].to_numpy(str) == "lower_bound"
        # One offset a paper and property; embedded compounds have none.
        group = np.full(len(data), -1)
        keys: dict[tuple[str, str], int] = {}
        self._offset_sd = []
        if self.offsets:
            for i, (paper, kind) in enumerate(
                zip(data["paper"], self._kind, strict=True)
            ):
                if kind in _OFFSET and paper in self._series_papers():
                    key = (paper, kind)
                    if key not in keys:
                        keys[key] = len(keys)
                        self._offset_sd.append(_OFFSET[kind])
                    group[i] = keys[key]
        self._group = group
        self._relative = np.isin(
            self._kind, ["saturation_polarization_T", "anisotropy_field_T"]
        )
        keys_ = list(self.prior.mean)
        self._mean = np.array([self.prior.mean[k] for k in keys_])
        order = {k: i for i, k in enumerate(keys_)}
        self._matrix = np.zeros((len(keys_), len(self.prior.factors)))
        for j, terms in enumerate(self.prior.factors):
            for key, coefficient in terms:
                self._matrix[order[key], j] += coefficient
        self._where = np.array(keys_)
        self._active = np.array(
            [t is None or t in self._observed.symbols for t in self.prior.tags]
        )
        self._parameters = Parameters.empty()
        self.prior.write(
            self._parameters,
            np.zeros(len(self.prior.factors)),
            np.zeros((len(self.prior.factors),) * 2),
        )

    def _series_papers(self) -> set[str]:
        return set(
            self.data.loc[~self.data["paper"].str.contains(" "), "paper"]
        ) - {"DS1+DS2"}

    def parameters(self, variables: FloatArray) -> Parameters:
        """Return the parameters at `variables`: one object, written anew."""
        p = self._parameters
        h = HOST_NAMES.index(self.host)
        value = self._mean + self._matrix @ variables
        of_host = self._where[:, 0] < 0
        p.host[h, self._where[of_host, 1]] = value[of_host]
        rows = self._where[~of_host]
        p.element[h, rows[:, 0], rows[:, 1]] = value[~of_host]
        return p

    def predict(self, variables: FloatArray) -> FloatArray:
        """Return the model's value for every row, at `variables`."""
        return self._observed.predict(self.parameters(variables))

    def residuals(self, predicted: FloatArray, offsets: FloatArray) -> NDArray:
        """Return the weighted residuals of the rows."""
        shift = np.append(offsets * self._offset_sd, 0.0)[self._group]
        value = np.where(
            self._relative, predicted * (1.0 + shift), predicted + shift
        )
        zero = np.isin(
            self._kind, ["reorientation_K", "cone_limit_K", "compensation_K"]
        )
        r = np.where(zero, value, value - self._value) / self._sd
        r = np.where(self._bound, np.minimum(r, 0.0), r)
        sign = self._kind == "uniaxial"
        r[sign] = (
            np.maximum(_UNIAXIAL_MARGIN - self._value[sign] * value[sign], 0)
            / self._sd[sign]
        )
        return r

    def run(self, steps: int = 25) -> "Fit":
        """Find the most probable variables and their covariance by damped Gauss-Newton steps."""
        from magnetkit._core._threads import limited_threads

        # Thousands of calls over a few rows each: sharing them among threads costs more.
        with limited_threads(1):
            return self._run(steps)

    def _run(self, steps: int) -> "Fit":
        active = np.flatnonzero(self._active)
        n_offset = len(self._offset_sd)
        # What the data do not speak of stays at the prior, wherever the fit starts from: a start
        # that has seen more data must not lend what it knows.
        z = np.where(self._active, self.variables, 0.0)
        offsets = np.zeros(n_offset)
        damping = 1e-2
        prediction = self.predict(z)
        for _ in range(steps):
            r = self.residuals(prediction, offsets)
            weight, loss = _robust(r)
            cost = loss + float(z @ z + offsets @ offsets)
            jacobian = np.zeros((len(r), len(active) + n_offset))
            for column, j in enumerate(active.tolist()):
                shifted = z.copy()
                shifted[j] += _FIT_STEP
                jacobian[:, column] = (
                    self.residuals(self.predict(shifted), offsets) - r
                ) / _FIT_STEP
            for j in range(n_offset):
                shifted = offsets.copy()
                shifted[j] += _FIT_STEP
                jacobian[:, len(active) + j] = (
                    self.residuals(prediction, shifted) - r
                ) / _FIT_STEP
            x = np.concatenate([z[active], offsets])
            normal = jacobian.T @ (jacobian * weight[:, None])
            gradient = jacobian.T @ (weight * r) + x
            success = False
            for _ in range(8):
                step = np.linalg.solve(
                    normal + (1.0 + damping) * np.eye(len(x)), -gradient
                )
                trial = z.copy()
                trial[active] += step[: len(active)]
                shifted = offsets + step[len(active) :]
                value = self.predict(trial)
                _, loss = _robust(self.residuals(value, shifted))
                new = loss + float(trial @ trial + shifted @ shifted)
                if new < cost:
                    success = True
                    break
                damping *= 5.0
            if not success:
                break
            z = trial
            offsets = shifted
            prediction = value
            damping = max(damping / 5.0, 1e-6)
            if cost - new < 1e-4 * cost:
                break
        self.variables = z
        self.offset = offsets
        inverse = np.linalg.inv(normal + np.eye(len(x)))
        self.covariance = np.eye(len(z))
        self.covariance[np.ix_(active, active)] = inverse[
            : len(active), : len(active)
        ]
        return self

    def _fit_one_row(self, formula: str, kind: str) -> "Fit":
        """Return a fit of one made-up row, sharing the prior, to differentiate the model."""
        row = pd.DataFrame(
            [
                (
                    self.host,
                    formula,
                    kind,
                    np.nan if kind.startswith("curie") else 300.0,
                    1.0,
                    1.0,
                )
            ],
            columns=COLUMNS[:6],
        ).assign(paper="a compound")
        return Fit(self.host, row, offsets=False)

    def gradient(self, formula: str, kind: str) -> FloatArray:
        """Return the derivative of a property of a compound with the variables.

        The anisotropy field stands for K_1 + 2 K_2 + 3 K_3 here: in MJ/m3, for planar compounds
        as well.
        """
        one = self._fit_one_row(formula, kind)
        base = one.value(self.variables)
        steps = np.zeros(len(self.variables))
        for j in np.flatnonzero(one._active):
            shifted = self.variables.copy()
            shifted[j] += _FIT_STEP
            steps[j] = (one.value(shifted) - base) / _FIT_STEP
        return steps

    def alone(
        self, formula: str, kind: str, keys: list[tuple[int, int]]
    ) -> float:
        """Return the variance of a property from some parameters, taken as independent."""
        one = self._fit_one_row(formula, kind)
        base = one.value(self.variables)
        order = {tuple(k): i for i, k in enumerate(self._where)}
        total = 0.0
        for key in keys:
            if key not in order:
                continue
            i = order[key]
            row = self._matrix[i]
            sd = float(np.sqrt(row @ self.covariance @ row))
            if sd > 0.0:
                mean = one._mean.copy()
                one._mean[i] += 1e-3 * sd
                total += ((one.value(self.variables) - base) / 1e-3) ** 2
                one._mean = mean
        return total

    def value(self, variables: FloatArray) -> float:
        """Return the first row's value, a field as K_1 + 2 K_2 + 3 K_3."""
        if self._kind[0] == FIELD:
            return self._observed.total(self.parameters(variables))
        return float(self.predict(variables)[0])

    def write(self, into: Parameters) -> None:
        """Put the fitted parameters of this host into `into`."""
        self.prior.write(into, self.variables, self.covariance)


def _robust(r: FloatArray) -> tuple[FloatArray, float]:
    """Return weights and cost of a Student-t likelihood with four degrees of freedom."""
    nu = 4.0
    return (nu + 1.0) / (nu + r * r), float(
        ((nu + 1.0) * np.log1p(r * r / nu)).sum()
    )


def fit(
    data: pd.DataFrame, hosts: tuple[str, ...] = HOST_NAMES
) -> tuple[Parameters, list[Fit]]:
    """Fit every host to `data`, give the calibrated arrays and the fits, host by host."""
    parameters = Parameters.empty()
    fits = []
    for host in hosts:
        one = Fit(host, data).run()
        one.write(parameters)
        fits.append(one)
    return parameters, fits
