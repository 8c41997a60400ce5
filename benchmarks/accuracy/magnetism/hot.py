"""How coercivity falls with temperature: laws refitted with one class or paper left out.

The curves are ``datasets/recipes/hot_curves.csv``: what makers print over a stated range, and
papers. Each law says what share of H_cJ(20 C) is left; its constants are fitted on the curves.
"""

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from magnetkit.units import MU_0, ZERO_CELSIUS

from benchmarks.accuracy import table_row
from magnetkit import datasets
from magnetkit._core._types import FloatArray
from magnetkit.alloy.table import CompositionTable
from magnetkit.magnetism import laws
from magnetkit.magnetism.process import parameters
from magnetkit.phases.records import HOSTS

if TYPE_CHECKING:
    import pandas as pd

ROOM = 20.0 + ZERO_CELSIUS
# Curves of one maker share what its sheets are off by.
_MOST_CURVES = 4.0
USED = "alpha_K(T) h - N_eff M_s (used)"
LAWS = {
    "straight line in T": (2.05, 4.1),
    "h (1 - c (T - 20 C))": (0.0046,),
    "h times one function of T": (6.9,),
    USED: (3.0,),
}
"""Laws and where their fit starts; h: nucleation field over that at 20 C. N_eff is no constant of
the last: it is that of the calibrated family, at the grain size of each curve."""


@lru_cache(maxsize=1)
def curves() -> "pd.DataFrame":
    """Return the curves with ``left`` (share of H_cJ(20 C) at `to_K`), ``field``, ``j_s``.

    The last two are shares of their values at 20 C; ``moment`` is M_s there, kA/m.
    """
    import pandas as pd

    from magnetkit.compound.evaluate import PROPERTIES
    from magnetkit.phases.partition import partition
    from magnetkit.surrogates.intrinsic import evaluate

    frame = pd.read_csv(datasets.path("recipes/hot_curves.csv"))
    at = np.unique([ROOM, *frame["to_K"]])
    parts = partition(
        CompositionTable.from_strings(frame["stands_for"].tolist())
    )
    names = ["nucleation_field_T", "saturation_polarization_T"]
    values = evaluate(parts, at, spread=False).value[
        :, :, [PROPERTIES.index(n) for n in names]
    ]
    index = np.arange(len(frame))
    ratio = (
        values[index, np.searchsorted(at, frame["to_K"])]
        / values[:, np.searchsorted(at, ROOM)]
    )
    share = 1.0 + frame["coefficient_pct_K"] / 100.0 * (frame["to_K"] - ROOM)
    moment = 1e-3 * values[:, np.searchsorted(at, ROOM), 1] / MU_0
    return frame.assign(
        left=share, field=ratio[:, 0], j_s=ratio[:, 1], moment=moment
    )


def kronmueller(
    decay: float, n_eff: float, grain_slope: float, frame: "pd.DataFrame"
) -> FloatArray:
    """Return what is left of H_cJ(20 C) on curves if alpha_K falls and N_eff M_s is taken off.

    Parameters
    ----------
    decay : float
        Fall of alpha_K per 1000 K at 20 C.
    n_eff, grain_slope : float
        N_eff of grains of the usual size, and its rise per unit of ln(grain size).
    frame : DataFrame
        Of `curves`.
    """
    family = parameters().families["2:14:1"]
    coarse = np.nan_to_num(
        np.log(frame["grain_size_um"] / family.grain_reference_um)
    )
    demagnetizing = np.maximum(n_eff + grain_slope * coarse, 0.0) * frame[
        "moment"
    ].to_numpy(float)
    poles = demagnetizing / frame["coercivity_kA_m"].to_numpy(float)
    fall = falling(decay, frame["to_K"].to_numpy(float))
    hard = (1.0 + poles) * fall * frame["field"].to_numpy(float)
    return hard - poles * frame["j_s"].to_numpy(float)


def falling(decay: Any, kelvin: FloatArray, curie: Any = None) -> Any:
    """Return what alpha_K keeps at temperatures, see `_magnet_kernels.alpha_ratio`."""
    usual = HOSTS["2:14:1"].magnet.usual_curie_K
    rise = 1e-3 * (kelvin - ROOM) * usual / (usual if curie is None else curie)
    book = laws.law("temperature")
    settles = np.where(rise > 0.0, book.settles_hot, book.settles_cold)
    return np.exp(-decay * settles * np.tanh(rise / settles))


def errors(values: dict[str, float]) -> FloatArray:
    """Return by how much family parameters miss the curves that are fitted, in H_cJ(20 C)."""
    frame = curves()
    rows = frame[frame["fit"] == "yes"]
    model = kronmueller(
        values["decay"], values["n_eff"], values["grain_slope"], rows
    )
    return weights(rows) * (model - rows["left"].to_numpy(float))


def weights(frame: "pd.DataFrame") -> FloatArray:
    """Return the weight of each curve: those of a maker together count as four at most."""
    number = frame.groupby("maker")["id"].transform("count").to_numpy(float)
    return np.sqrt(np.minimum(_MOST_CURVES / number, 1.0))


def remaining_coercivity(
    law: str, constants: FloatArray, frame: "pd.DataFrame"
) -> FloatArray:
    """Return what a law leaves of H_cJ(20 C) on each curve."""
    rise = frame["to_K"].to_numpy(float) - ROOM
    field = frame["field"].to_numpy(float)
    if law == "straight line in T":
        level = frame["coercivity_kA_m"].to_numpy(float) / 1000.0
        return (
            1.0 - (constants[0] + constants[1] * level) * rise / 1000.0 / level
        )
    if law == "h (1 - c (T - 20 C))":
        return field * (1.0 - constants[0] * rise)
    if law == "h times one function of T":
        return field * falling(constants[0], frame["to_K"].to_numpy(float))
    family = parameters().families["2:14:1"]
    return kronmueller(constants[0], family.n_eff, family.grain_slope, frame)


def fit(law: str, frame: "pd.DataFrame") -> FloatArray:
    """Return the constants of a law on curves."""
    from scipy.optimize import least_squares

    share = frame["left"].to_numpy(float)
    weight = weights(frame)
    solution = least_squares(
        lambda c: weight * (remaining_coercivity(law, c, frame) - share),
        LAWS[law],
    )
    return np.asarray(solution.x, float)


def compare_laws() -> "pd.DataFrame":
    """Return, for each curve and law, what is left as known, fitted and left out.

    Columns: id, class, law, known, fitted, left_out. Curves that are not fitted are predicted by
    the fit on all the others.
    """
    import pandas as pd

    frame = curves()
    is_fit = frame["fit"] == "yes"
    out = []
    for law in LAWS:
        whole = fit(law, frame[is_fit])
        inside = remaining_coercivity(law, whole, frame)
        for i in range(len(frame)):
            row = frame.iloc[[i]]
            other_papers = frame[
                is_fit & (frame["group"] != row["group"].iloc[0])
            ]
            away = remaining_coercivity(law, fit(law, other_papers), row)[0]
            share = row["left"].iloc[0]
            out.append(
                (
                    frame["id"][i],
                    frame["class"][i],
                    law,
                    bool(is_fit[i]),
                    share,
                    inside[i],
                    away,
                )
            )
    names = ["id", "class", "law", "used", "known", "fitted", "left_out"]
    return pd.DataFrame(out, columns=names)


def decay() -> float:
    """Return the fall of alpha_K, per 1000 K at 20 C, on the curves of sintered magnets in fits."""
    frame = curves()
    mask = (frame["route"] == "sintered") & (frame["fit"] == "yes")
    return float(fit(USED, frame[mask])[0])


def lines() -> list[str]:
    """Return the section of the validation report."""
    frame = compare_laws()
    error = frame["left_out"] - frame["known"]
    text = [
        "## Coercivity with temperature (2:14:1)",
        "",
        "Share of H_cJ(20 C) left at the end of each curve's range; every law refitted with the "
        "class or paper left out. AH (one sheet) and hot-deformed magnets are predicted by the fit "
        "on the sintered others.",
        "",
        "| law | rms, fitted | rms, class or paper left out |",
        "|---|---|---|",
    ]
    for law in LAWS:
        mask = (frame["law"] == law) & frame["used"]
        inside = np.sqrt(
            np.mean((frame["fitted"] - frame["known"])[mask] ** 2)
        )
        text.append(
            table_row(
                law,
                f"{inside:.3f}",
                f"{np.sqrt(np.mean(error[mask] ** 2)):.3f}",
            )
        )
    text += [
        "",
        f"| curve | class | known | {' | '.join(LAWS)} |",
        "|---" * (3 + len(LAWS)) + "|",
    ]
    curve_table = curves()
    names = curve_table["class"].fillna(curve_table["route"]).tolist()
    for i, (row_id, name) in enumerate(
        zip(curve_table["id"].tolist(), names, strict=True)
    ):
        values = frame.loc[frame["id"] == row_id, "left_out"].tolist()
        figures = " | ".join(f"{value:.3f}" for value in values)
        text.append(
            table_row(
                row_id,
                name,
                f"{curve_table['left'].iloc[i]:.3f}",
                figures,
            )
        )
    return [*text, ""]
