"""Recipes that an engineer would try first, each beside the window of the class it belongs to."""

from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from benchmarks.accuracy import table_row
from magnetkit.alloy.table import CompositionTable

if TYPE_CHECKING:
    import pandas as pd

ROOM = 293.15
HOT = 423.15


class Trial(NamedTuple):
    """A recipe, how it is made, the windows of B_r (T) and H_cJ (kA/m) and their source.

    `before` is what the model said without oxygen, nucleation field and routes: B_r and H_cJ at
    20 C, H_cJ at 150 C.
    """

    recipe: str
    basis: Literal["atomic", "weight"]
    process: str | None
    remanence: tuple[float, float]
    coercivity: tuple[float, float]
    source: str
    before: tuple[float, float, float]


_SHEETS = "grades/values.csv"
TRIALS = (
    Trial(
        "Nd31.0B1.0Co0.5Cu0.1Al0.2Fe bal.",
        "weight",
        None,
        (1.25, 1.42),
        (955, 1592),
        f"B_r of N40 to N48, least H_cJ of classes N to SH ({_SHEETS})",
        (1.357, 1290, 331),
    ),
    Trial(
        "Nd24.5Pr6.0Dy3.0B1.0Co1.0Cu0.1Al0.2Fe bal.",
        "weight",
        None,
        (1.17, 1.32),
        (1353, 1990),
        f"B_r of N35SH to N42SH, least H_cJ of classes H to UH ({_SHEETS})",
        (1.237, 1588, 600),
    ),
    Trial(
        "Nd22Pr5.5Dy6.0B1.0Co2.0Cu0.1Al0.2Ga0.2Fe bal.",
        "weight",
        None,
        (1.08, 1.25),
        (1592, 2388),
        f"B_r of N30UH to N38UH, least H_cJ of classes SH to EH ({_SHEETS})",
        (1.186, 1998, 854),
    ),
    Trial(
        "Sm36.5Co63.5",
        "weight",
        None,
        (0.84, 0.96),
        (1194, 2400),
        f"B_r of YX18 to Recoma 22, least H_cJ of YX to typical of Recoma 22 ({_SHEETS})",
        (0.642, 2159, 1412),
    ),
    Trial(
        "Sm18.5Pr18Co63.5",
        "weight",
        None,
        (0.89, 1.0),
        (1194, 2400),
        f"B_r of YX20 to YX24, H_cJ as the row above ({_SHEETS})",
        (0.594, 1030, 570),
    ),
    Trial(
        "Sm25.5Co50Fe16Cu5.5Zr3",
        "weight",
        None,
        (1.03, 1.18),
        (1433, 2400),
        f"B_r of YXG28 to SmCo35, least H_cJ of YXG to what is measured ({_SHEETS}, magnets.csv)",
        (1.097, 1695, 1047),
    ),
    Trial(
        "Nd13.6Fe73.6Co6.6Ga0.6B5.6",
        "atomic",
        "hot-deformed",
        (1.25, 1.42),
        (924, 1480),
        "Jing et al. (2019): 1.40 T, 924 kA/m; Xia et al. (2019): 963 to 1480 kA/m (abstracts)",
        (1.368, 1912, 874),
    ),
    Trial(
        "Sm34.5Co65.5",
        "weight",
        None,
        (0.84, 1.05),
        (0, 300),
        "short of samarium once its oxide is taken off: H_cJ collapses",
        (0.871, 2159, 1412),
    ),
)
"""The grain size before was 0.5 um for the hot-deformed magnet, the least that was taken."""


def evaluate_trials() -> "pd.DataFrame":
    """Return each trial's B_r, H_cJ at 20 C and 150 C, beta, and whether it is in its windows."""
    import pandas as pd

    from magnetkit.magnetism.sintered import sintered_at

    out = []
    for trial in TRIALS:
        table = CompositionTable.from_strings([trial.recipe], basis=trial.basis)
        frames = sintered_at(table, [ROOM, HOT], process=trial.process)
        cold, hot = (frame.iloc[0] for frame in frames)
        # A magnet at a closed gate has none.
        h_cj = float(np.nan_to_num(cold["coercivity_kA_m"]))
        hot_h = float(np.nan_to_num(hot["coercivity_kA_m"]))
        b_r = float(cold["remanence_T"])
        inside = trial.remanence[0] <= b_r <= trial.remanence[1]
        inside &= trial.coercivity[0] <= h_cj <= trial.coercivity[1]
        out.append((trial.recipe, b_r, h_cj, hot_h, inside))
    return pd.DataFrame(
        out,
        columns=[
            "recipe",
            "remanence_T",
            "coercivity_kA_m",
            "hot_kA_m",
            "inside",
        ],
    )


def lines() -> list[str]:
    """Return the section of the validation report."""
    text = [
        "## Recipes that an engineer would try",
        "",
        "Before and after oxygen, nucleation field and routes. The windows are those of the class "
        "that such a recipe is sold in; no magnet of exactly these recipes is published.",
        "",
        "| recipe | B_r, T: before, now, window | H_cJ (20 C), kA/m: before, now, window "
        "| H_cJ (150 C): before, now | inside | window from |",
        "|---|---|---|---|---|---|",
    ]
    for trial, row in zip(
        TRIALS, evaluate_trials().to_dict("records"), strict=True
    ):
        b, h, hot = trial.before
        text.append(
            table_row(
                f"{trial.recipe}{f' ({trial.process})' if trial.process else ''}",
                f"{b:.2f}, {row['remanence_T']:.2f}, {trial.remanence[0]:g} to {trial.remanence[1]:g}",
                f"{h:.0f}, {row['coercivity_kA_m']:.0f}, {trial.coercivity[0]:g} to {trial.coercivity[1]:g}",
                f"{hot:.0f}, {row['hot_kA_m']:.0f}",
                "yes" if row["inside"] else "no",
                trial.source,
            )
        )
    return [*text, ""]
