"""Sites that substituted atoms take: the relaxed crystals beside diffraction."""

from typing import TYPE_CHECKING

import numpy as np

from magnetkit import datasets

from .substituted import substitution_table

if TYPE_CHECKING:
    import pandas as pd


def site_check(table: "pd.DataFrame | None" = None) -> "pd.DataFrame":
    """Compare substitution energies with the sites that diffraction and other work found.

    Parameters
    ----------
    table : DataFrame, optional
        As `substitution_table` returns it, which it is without.

    Returns
    -------
    pandas.DataFrame
        One row a known preference: ``host``, ``stacking``, ``transition_metal``, ``element``,
        ``relation`` (``prefers`` or ``avoids``), ``sites`` (any of them), ``found`` (the site of
        lowest energy here), ``margin_eV`` (how much better the named sites are than the rest,
        worse for ``avoids``; negative: the wrong way) and ``hit`` (missing: not calculated).
    """
    import pandas as pd

    table = substitution_table() if table is None else table
    table = table[table["count"] == 1]
    sites = pd.read_csv(datasets.path("substitution/known_sites.csv"))
    question = ["host", "stacking", "transition_metal", "element"]
    by_question = dict(list(table.groupby(question)))
    hits: list[str] = []
    margins: list[float] = []
    for row in sites.to_dict("records"):
        one = by_question.get(tuple(row[name] for name in question))
        if one is None:
            hits.append("")
            margins.append(np.nan)
            continue
        energy = one.set_index("site")["substitution_energy_eV"]
        mask = energy.index.isin(row["sites"].split())
        gain = float(energy[~mask].min() - energy[mask].min())
        margins.append(gain if row["relation"] == "prefers" else -gain)
        hits.append(str(energy.idxmin()))
    sites["found"] = hits
    sites["margin_eV"] = np.round(margins, 4)
    sites["hit"] = (
        (sites["margin_eV"] > 0)
        .astype("boolean")
        .where(sites["margin_eV"].notna())
    )
    return sites
