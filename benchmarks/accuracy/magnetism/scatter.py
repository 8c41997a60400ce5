"""What the scatter of a mill's magnets does to its intervals: published and simulated mills."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.accuracy import table_row
from magnetkit.magnetism._measured import QUANTITIES, Known, Split

from . import recipes
from .mills import simulate_mills
from .split import LENGTH, composition_table, deviations, residuals

if TYPE_CHECKING:
    import pandas as pd

_WIDER = (1.0, 2.0, 3.0)


def given_the_others(quantity: str, left: "pd.DataFrame") -> "pd.DataFrame":
    """Return each magnet of a paper of several, predicted from the others by other papers' split.

    Parameters
    ----------
    quantity, left
        As for `residuals`.

    Returns
    -------
    pandas.DataFrame
        ``quantity id group error`` (of ln, after the others), ``half_width`` (90 %) and
        ``stretch``, what the others' misfit makes of it.
    """
    import pandas as pd

    errors_of_fit = residuals(quantity, left)
    rows = []
    for group in np.unique(errors_of_fit.groups):
        mask = errors_of_fit.groups == group
        if mask.sum() < 2:
            continue
        rest = replace(
            errors_of_fit,
            ids=[
                name
                for name, out in zip(errors_of_fit.ids, mask, strict=True)
                if not out
            ],
            groups=errors_of_fit.groups[~mask],
            values=errors_of_fit.values[~mask],
            distance=errors_of_fit.distance[np.ix_(~mask, ~mask)],
        )
        common, composition, residue = deviations(rest)
        whole = float(np.sqrt(common**2 + composition**2 + residue**2))
        shares = Split(
            (common / whole) ** 2,
            (composition / whole) ** 2,
            (residue / whole) ** 2,
            LENGTH,
            whole,
        )
        data = recipes.recipes().set_index("id")
        for place in np.flatnonzero(mask):
            others = np.flatnonzero(mask & (np.arange(len(mask)) != place))
            texts = data.loc[[errors_of_fit.ids[i] for i in (*others, place)]]
            magnets = composition_table(texts)
            own_part = shares.residue + (errors_of_fit.error / whole) ** 2
            scores = errors_of_fit.values[others] / whole
            mill = Known(
                magnets[:-1].to_array(),
                scores,
                own_part * np.eye(len(others)),
                shares,
            )
            mean, still = mill.posterior(magnets[-1:])
            half = (
                1.645
                * whole
                * np.hypot(still[0] / mill.stretch, errors_of_fit.error / whole)
            )
            error = errors_of_fit.values[place] - whole * mean[0]
            rows.append(
                (
                    quantity,
                    errors_of_fit.ids[place],
                    group,
                    error,
                    half,
                    mill.stretch,
                )
            )
    names = ["quantity", "id", "group", "error", "half_width", "stretch"]
    return pd.DataFrame(rows, columns=names)


def lines(rows: "pd.DataFrame") -> list[str]:
    """Return the section of the page.

    Parameters
    ----------
    rows : pandas.DataFrame
        What `recipes.left_out` returned.
    """
    import pandas as pd

    table = pd.concat([given_the_others(q, rows) for q in QUANTITIES])
    text = [
        "",
        "# Where the magnets of a mill contradict the model",
        "",
        "Measured magnets whose misfit is larger than the split allows widen what is predicted for "
        "their mill (`magnetism._measured.Known.stretch`). Each magnet of a paper of several, "
        "given the others, by the split of all other papers:",
        "",
        "| quantity | magnets | papers | in the 90 % range without it | with it | mean stretch "
        "| largest |",
        "|---|---|---|---|---|---|---|",
    ]
    for quantity, part in table.groupby("quantity", sort=False):
        size = part["error"].abs()
        half = part["half_width"]
        text.append(
            table_row(
                quantity,
                len(part),
                part["group"].nunique(),
                (size <= half).sum(),
                (size <= half * part["stretch"]).sum(),
                f"{part['stretch'].mean():.2f}",
                f"{part['stretch'].max():.2f}",
            )
        )
    text += [
        "",
        "So few magnets are no test of it. Mills drawn with errors of the split, and of twice and "
        "three times its deviation; H_cJ of the next magnet:",
        "",
        "| deviation | magnets measured | in the 90 % range without it | with it | width without "
        "| with it |",
        "|---|---|---|---|---|---|",
    ]
    for wider in _WIDER:
        for row in simulate_mills(wider=wider).to_dict("records"):
            text.append(
                table_row(
                    f"{wider:g}",
                    row["magnets"],
                    f"{100 * row['unmoved']:.0f} %",
                    f"{100 * row['coverage']:.0f} %",
                    f"{row['plain']:.2f}",
                    f"{row['width']:.2f}",
                )
            )
    return text
