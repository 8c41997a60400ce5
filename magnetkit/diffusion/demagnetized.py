"""Partial demagnetization: what heat and a fault field take of the flux, for now and for good."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..arguments import named
from ..units import MU_0
from .cases import Circuit, against
from .local import Magnet, kept
from .selffield import SelfField

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]
_ROUNDS, _SETTLED = 60, 1e-4


def settled(
    magnet: Magnet, amount: Array, field: SelfField, circuit: Circuit, kept_before: Array | None
) -> tuple[Array, Array]:
    """Return the share of B_r each cell keeps, and the reverse field it keeps it in, A/m.

    Cells that reverse make less field against their neighbours: magnetization and field are
    found together, by iteration.

    Parameters
    ----------
    magnet : Magnet
    amount : ndarray of float64, shape (n,)
        Heavy rare earth of each cell, %.
    field : SelfField
    circuit : Circuit
        With its outside field.
    kept_before : ndarray of float64, shape (n,), optional
        What earlier fields and temperatures left.
    """
    b_r = magnet.b_r(amount)
    scale, outside = circuit.scale(field), circuit.outside()
    share = np.ones(len(amount)) if kept_before is None else kept_before
    start = share
    reverse = np.zeros(len(amount))
    for _ in range(_ROUNDS):
        vectors = field.responding(share * b_r / MU_0, magnet.recoil, scale, outside)
        reverse = against(vectors, circuit.along, circuit.law)
        new = np.minimum(start, kept(magnet, amount, reverse))
        change = float(np.max(np.abs(new - share)))
        # Half a step at a time: a cell that reverses relieves its neighbours, not itself alone.
        share = 0.5 * (share + new)
        if change < _SETTLED:
            break
    return share, reverse


@named
def flux_against(
    magnets: Sequence[Magnet],
    amount: Array,
    field: SelfField,
    circuits: Sequence[Circuit],
    cold: Magnet,
) -> "pd.DataFrame":
    """Return what is left of the flux at each temperature and outside field, one after the other.

    Parameters
    ----------
    magnets : sequence of Magnet
        The magnet at each temperature.
    amount : ndarray of float64, shape (n,)
        Heavy rare earth of each cell, %.
    field : SelfField
    circuits : sequence of Circuit
        The circuit, with the outside field of each step.
    cold : Magnet
        The magnet at the temperature that flux is counted from.

    Returns
    -------
    DataFrame
        One row a step: ``temperature_K``, ``outside_field_kA_m``, ``flux_pct`` while heat and field
        last, ``after_pct`` back at the first temperature without the outside field, and
        ``reversible_pct`` and ``irreversible_pct`` of the loss; all of the flux at the start.
    """
    import pandas as pd

    volumes = field.cells.volumes
    start = float((cold.b_r(amount) * volumes).sum())
    left: Array | None = None
    rows = []
    for magnet, circuit in zip(magnets, circuits, strict=True):
        share, reverse = settled(magnet, amount, field, circuit, left)
        left = share
        slope = (magnet.recoil - 1.0) * MU_0 * reverse
        hot = float(((share * magnet.b_r(amount) - slope) * volumes).sum()) / start
        after = float(((share * cold.b_r(amount)) * volumes).sum()) / start
        rows.append(
            {
                "temperature_K": magnet.temperature_K,
                "outside_field_kA_m": circuit.outside_field_kA_m,
                "flux_pct": 100.0 * hot,
                "after_pct": 100.0 * after,
                "reversible_pct": 100.0 * (after - hot),
                "irreversible_pct": 100.0 * (1.0 - after),
            }
        )
    return pd.DataFrame(rows)
