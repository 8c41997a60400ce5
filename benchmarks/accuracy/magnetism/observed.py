"""What a measurement would show if the intrinsic model were the compound, by its method.

Methods see different fields. Singular points show that of the hard axis,
2 (K_1 + 2 K_2 + 3 K_3) over J_s. A curve measured across the axis, of a single crystal or of
aligned powder, is drawn straight to saturation; metals and a heavy rare earth cant apart in it, so
that the field, and the K_1 taken from it, are less than those of rigid moments. Without a known
method all three are as likely.
"""

import numpy as np
import pandas as pd
from magnetkit.elements import SYMBOLS
from numpy.typing import NDArray

from magnetkit._core._arrays import N_WORK, PER_TESLA, STRENGTH
from magnetkit._core._jit import jit
from magnetkit.alloy.table import CompositionTable
from magnetkit.compound import _intrinsic_kernels as _intrinsic
from magnetkit.compound.evaluate import condense
from magnetkit.compound.parameters import Parameters
from magnetkit.phases.records import HOST_NAMES

FIELD = "anisotropy_field_T"
FIRST = "anisotropy_constant_MJ_m3"
_OUTPUT = {
    "saturation_polarization_T": _intrinsic.POLARIZATION,
    "compensation_K": _intrinsic.POLARIZATION,
    "reorientation_K": _intrinsic.K1,
    "anisotropy_constant_2_MJ_m3": _intrinsic.K2,
}
# 2 mu_0, T per MJ/m3 and T.
_TESLA = 0.8 * np.pi


# i, state, ion, work as for `at`, m, j, k1 as it returned them
@jit
def crossing_field(i, state, ion, work, m, j, k1):
    """Return the field (T) at which a curve measured across the axis, straight, meets saturation.

    In a field across the axis metals and rare earth cant apart, which adds to the moment along it.
    """
    tesla = state[i, _intrinsic.TO_TESLA] * _intrinsic._TO_ENERGY
    whole = j * tesla
    energy = 0.0
    first = int(state[i, _intrinsic.FIRST])
    for r in range(int(state[i, _intrinsic.IONS])):
        a = first + r
        b = ion[a, PER_TESLA] / (ion[a, STRENGTH] * m)
        whole += 2.0 * work[r, 1] * b
        energy -= 2.0 * work[r, 1] * b * b + work[r, 0] * tesla * b
    return abs(j) * tesla / (whole * whole / (2.0 * k1) + energy)


# condensed as `condense` returns it, tables: `Ions` -> float64 (n), T: NaN where no axis is easy
@jit
def crossing_fields(kelvin, condensed, tables):
    """Return the field at which a curve measured across the axis meets saturation."""
    state = condensed.state
    ion = condensed.ion
    result = np.full(len(state), np.nan)
    work = np.empty((_intrinsic.most_ions(state), N_WORK))
    for i in range(len(state)):
        if (
            state[i, _intrinsic.STATE] == _intrinsic.OK
            and kelvin < state[i, _intrinsic.CURIE]
        ):
            mt, j, k1, k2, k3 = _intrinsic.evaluate_state(
                kelvin, i, state, ion, work, tables, 2
            )
            if _intrinsic.direction(k1, k2, k3) == _intrinsic.OK:
                result[i] = crossing_field(i, state, ion, work, mt, j, k1)
    return result


class Observed:
    """Measurements of one host, ready to be predicted by any parameters.

    Parameters
    ----------
    host : str
        Name of the host.
    data : DataFrame
        Its rows, of `magnetkit.magnetism.observations`.
    """

    def __init__(self, host: str, data: pd.DataFrame) -> None:
        self.host = HOST_NAMES.index(host)
        self.kind = data["property"].to_numpy(str)
        self.value = data["value"].to_numpy(float)
        unknown = np.full(len(data), "unknown")
        self.method = (
            data["method"].to_numpy(str) if "method" in data else unknown
        )
        self.symbols: set[str] = set()
        # Rows of one temperature are evaluated together; a Curie temperature needs none.
        self.groups = []
        for temperature in data["temperature_K"].unique():
            same = (
                data["temperature_K"].isna()
                if np.isnan(temperature)
                else (data["temperature_K"] == temperature)
            )
            rows = np.flatnonzero(same)
            formulas, inverse = np.unique(
                data["formula"].to_numpy(str)[rows], return_inverse=True
            )
            table = CompositionTable.from_strings(
                list(formulas), basis="atomic"
            )
            self.symbols |= {SYMBOLS[c] for c in np.unique(table.indices)}
            at = np.array([] if np.isnan(temperature) else [temperature])
            across = bool(np.isin(self.kind[rows], [FIELD, FIRST]).any())
            self.groups.append((rows, inverse, table, at, across))

    def predict(self, p: Parameters) -> NDArray[np.float64]:
        """Return what each row would show, shape (n,); 0 where there is no order."""
        model = p.kernel_parameters
        out = np.full((len(self.kind), _intrinsic.HARDNESS + 1), np.nan)
        result = np.zeros(len(self.kind))
        across = np.full(len(self.kind), np.nan)
        for rows, inverse, t, at, is_across in self.groups:
            codes = np.full(len(t), self.host, np.int8)
            alone = np.full((2, len(t)), np.nan)
            got = _intrinsic.evaluate(t.rows, codes, model, at, False, alone)
            if not len(at):
                result[rows] = got.curie[inverse]
                continue
            out[rows] = got.value[:, 0, inverse].T
            if is_across:
                phases = condense(t, codes, p)
                across[rows] = crossing_fields(at[0], phases, p.ions)[inverse]
        for kind, column in _OUTPUT.items():
            where = self.kind == kind
            result[where] = out[where, column]
        j_s = out[:, _intrinsic.POLARIZATION]
        first = out[:, _intrinsic.K1]
        total = (
            first + 2.0 * out[:, _intrinsic.K2] + 3.0 * out[:, _intrinsic.K3]
        )
        where = self.kind == FIRST
        result[where] = np.where(
            np.isnan(across), first, across * j_s / _TESLA
        )[where]
        hard = _TESLA * total / j_s
        across = np.where(np.isnan(across), hard, across)
        field = np.where(self.method == "singular_point", hard, across)
        field = np.where(
            self.method == "unknown", (hard + 2.0 * across) / 3.0, field
        )
        where = self.kind == FIELD
        result[where] = field[where]
        where = self.kind == "cone_limit_K"
        result[where] = total[where]
        # A cone is neither an easy axis nor an easy plane: both constants decide.
        where = self.kind == "uniaxial"
        result[where] = np.where(
            self.value > 0.0,
            np.minimum(first, total),
            np.maximum(first, total),
        )[where]
        # Above its Curie temperature a trial has no moment.
        return np.nan_to_num(result, nan=0.0)

    def total(self, p: Parameters) -> float:
        """Return K_1 + 2 K_2 + 3 K_3 of the first row, MJ/m3, whatever its easy direction."""
        _, _, t, at, _ = self.groups[0]
        codes = np.full(len(t), self.host, np.int8)
        alone = np.full((2, len(t)), np.nan)
        values = _intrinsic.evaluate(
            t.rows, codes, p.kernel_parameters, at, False, alone
        ).value
        return float(
            values[_intrinsic.K1 : _intrinsic.K3 + 1, 0, 0] @ [1.0, 2.0, 3.0]
        )
