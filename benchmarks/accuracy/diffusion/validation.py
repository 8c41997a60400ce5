"""Published diffusion results beside what is predicted of each.

Nothing is fitted here. The abstracts name neither the base's recipe nor its thickness, seldom the
amount: an ordinary recipe is anchored on the H_cJ printed before, the thickness is taken as
`THICKNESS_MM`, and where no amount is printed the interval spans `AMOUNTS`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from magnetkit.units import MU_0

from magnetkit import datasets
from magnetkit._core._types import FloatArray
from magnetkit.alloy.table import CompositionTable
from magnetkit.diffusion._local import (
    Magnet,
    diffused_magnet,
    retained_share,
)
from magnetkit.diffusion._profile import (
    Anneal,
    _divide,
    mode_amplitude,
    treatment,
)

from .motor import grams

if TYPE_CHECKING:
    import pandas as pd

BASE = "Nd30.5Co0.9Cu0.1B1.0Fe bal."
"""An ordinary magnet without heavy rare earth, wt.%."""
ROOM_K = 293.15
THICKNESS_MM = 4.0
AMOUNTS = (0.2, 0.5, 0.8)
"""Least, middle and most that diffusion puts in where it is not printed, wt.%: the amounts that the
device profiles try, 0.2 to 0.8 (`datasets/applications`)."""
_BATCH = 0.05
_Z = 1.6449
_POINTS = 200


def slab_profile(
    thickness: float, two_sides: bool, spread: float, points: int
) -> np.ndarray:
    """Return the content in depth that 1 kg/m2 on each treated side brings, kg/m3, shape (points,).

    `thickness` in m; `spread` is D t, m2; `two_sides` says that the far side is treated too.
    """
    cells = _divide(np.linspace(0.0, thickness, points + 1), 1)
    weights = cells.modes[0] + (cells.modes[-1] if two_sides else 0.0)
    return cells.mean @ (weights * mode_amplitude(spread * cells.rates))


def mean_coercivity(
    magnet: Magnet, amount: FloatArray, volumes: FloatArray
) -> float:
    """Return the reverse field, A/m, at which the mean J of a magnet is 0.

    `amount`, %, and `volumes`, any unit, are of its cells, shape (n,) each.
    """
    from scipy.optimize import brentq

    b_r = magnet.b_r(amount)

    def mean(field: float) -> float:
        j = retained_share(magnet, amount, np.full(len(amount), field)) * (
            b_r - (magnet.recoil - 1.0) * MU_0 * field
        )
        return float(np.average(j, weights=volumes))

    h_cj = magnet.h_cj(amount)
    return float(brentq(mean, 0.5 * h_cj.min(), 1.5 * h_cj.max()))


def plate_coercivity(
    magnet: Magnet, amount: float, thickness_mm: float, anneal: Anneal
) -> float:
    """Return H_cJ, kA/m, of a plate treated on both faces that holds `amount` % on average."""
    content = slab_profile(1e-3 * thickness_mm, True, anneal.spread(), _POINTS)
    local = amount * content / content.mean()
    return 1e-3 * mean_coercivity(magnet, local, np.ones(_POINTS))


def _magnet(element: str, before: float | None) -> Magnet:
    from magnetkit.magnetism._reference import (
        KnownValue,
        calibrate_on_reference,
    )
    from magnetkit.magnetism.process import Process

    table = CompositionTable.from_strings([BASE], basis="weight")
    process = None
    if before is not None:
        anchors = [KnownValue("coercivity_kA_m", before, ROOM_K, _BATCH)]
        process = Process(
            producer=calibrate_on_reference("base", table, None, anchors)
        )
    return diffused_magnet(
        table, element, ROOM_K, process, treatment()["surface"]["most_wt_pct"]
    )


def _number(row: dict[str, str], name: str) -> float | None:
    if row[name]:
        return float(row[name])
    return None


def results() -> "pd.DataFrame":
    """Return every published result with its prediction.

    Returns
    -------
    DataFrame
        ``id``, ``element``, ``amount_wt_pct`` (NaN: not printed), ``what`` (``after`` or ``gain``),
        ``measured_kA_m``, ``predicted_kA_m``, ``low_kA_m``, ``high_kA_m``, ``holds``, ``source``.
    """
    import pandas as pd

    rows = []
    for row in datasets.rows("diffusion/results.csv"):
        rows.append(_predict_row(row))
    return pd.DataFrame(rows)


def _predict_row(row: dict[str, str]) -> dict[str, Any]:
    before = _number(row, "coercivity_before_kA_m")
    after = _number(row, "coercivity_after_kA_m")
    amount = _number(row, "amount_wt_pct")
    magnet = _magnet(row["element"], before)
    anneal = Anneal(
        row["element"],
        _number(row, "anneal_C") or 900.0,
        _number(row, "hours") or 8.0,
    )
    thickness = _number(row, "thickness_mm") or THICKNESS_MM
    reach = partial(
        plate_coercivity, magnet, thickness_mm=thickness, anneal=anneal
    )
    some = AMOUNTS if amount is None else (amount,) * 3
    base = 1e-3 * float(magnet.coercivity[0])
    _, log_deviation = magnet.log_deviations(np.zeros(1), np.ones(1))
    factor = float(np.exp(_Z * log_deviation))
    low, centre, high = (reach(a) for a in some)
    if after is None:
        what = "gain"
        observation = _number(row, "gain_kA_m")
        centre = centre - base
        low = (low - base) / factor
        high = (high - base) * factor
    else:
        what = "after"
        observation = after
        low = low / factor
        high = high * factor
    return {
        "id": row["id"],
        "element": row["element"],
        "amount_wt_pct": np.nan if amount is None else amount,
        "what": what,
        "measured_kA_m": observation,
        "predicted_kA_m": centre,
        "low_kA_m": low,
        "high_kA_m": high,
        "holds": observation is not None and low <= observation <= high,
        "source": row["source"],
    }


def by_thickness(
    thicknesses: tuple[float, ...] = (2.0, 5.0, 10.0),
) -> "pd.DataFrame":
    """Return the gain of H_cJ of a plate by its thickness, at one mass per area and one amount.

    Returns
    -------
    DataFrame
        ``thickness_mm``; ``gain_at_mg_cm2_kA_m``, with what makes 0.5 wt.% in the middle one;
        ``gain_at_wt_pct_kA_m``, with 0.5 wt.% in each; ``core_wt_pct``, in the middle of it then.
    """
    import pandas as pd

    magnet = _magnet("Tb", None)
    anneal = Anneal("Tb", 900.0, 8.0)
    base = 1e-3 * float(magnet.coercivity[0])
    middle = thicknesses[len(thicknesses) // 2]
    rows = []
    for thick in thicknesses:
        content = slab_profile(1e-3 * thick, True, anneal.spread(), _POINTS)
        rows.append(
            {
                "thickness_mm": thick,
                "gain_at_mg_cm2_kA_m": plate_coercivity(
                    magnet, 0.5 * middle / thick, thick, anneal
                )
                - base,
                "gain_at_wt_pct_kA_m": plate_coercivity(
                    magnet, 0.5, thick, anneal
                )
                - base,
                "core_wt_pct": 0.5
                * float(content[_POINTS // 2] / content.mean()),
            }
        )
    return pd.DataFrame(rows)


@dataclass(frozen=True)
class DiffusionValidation:
    """Tables of the report.

    Attributes
    ----------
    results : DataFrame
        See `results`.
    thickness : DataFrame
        See `by_thickness`.
    motor : DataFrame
        See `benchmarks.accuracy.diffusion.motor.grams`.
    """

    results: "pd.DataFrame"
    thickness: "pd.DataFrame"
    motor: "pd.DataFrame"

    def to_text(self) -> str:
        """Return the report as text."""
        count = int(self.results["holds"].sum())
        n = len(self.results)
        parts = (
            (
                f"Published results inside their interval: {count} of {n}",
                self.results,
            ),
            (
                "Tb at 900 C for 8 h on both faces of a plate, by its thickness",
                self.thickness,
            ),
            (
                "Terbium of a traction motor, by a modelled field map",
                self.motor,
            ),
        )
        shown = [
            f"{title}\n{table.round(4).to_string(index=False)}"
            for title, table in parts
        ]
        return "\n\n".join(shown)


def validate(
    report: Callable[[str], None] = lambda text: None,
) -> DiffusionValidation:
    """Predict published diffusion results, and count the motor's grams.

    Parameters
    ----------
    report : callable
        Told what is being done.

    Returns
    -------
    DiffusionValidation
    """
    report("published diffusion results")
    report("the motor's magnet in its field map")
    return DiffusionValidation(results(), by_thickness(), grams())
