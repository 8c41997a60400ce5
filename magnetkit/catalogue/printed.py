"""What makers print of their grades, one value a row, and its reconciliation between makers."""

from functools import lru_cache
from typing import TYPE_CHECKING

from .. import datasets
from .loop import ROOM_K
from .names import VALUES_FILE, WIDE_FILE

if TYPE_CHECKING:
    import pandas as pd


# Column of the wide table to quantity and the end of its range.
_WIDE = {
    "remanence_min_T": ("remanence_T", "min"),
    "remanence_max_T": ("remanence_T", "max"),
    "coercivity_b_min_kA_m": ("coercivity_b_kA_m", "min"),
    "coercivity_min_kA_m": ("coercivity_kA_m", "min"),
    "max_energy_product_min_kJ_m3": ("max_energy_product_kJ_m3", "min"),
    "max_energy_product_max_kJ_m3": ("max_energy_product_kJ_m3", "max"),
    "remanence_coefficient_pct_K": ("remanence_coefficient_pct_K", ""),
    "coercivity_coefficient_pct_K": ("coercivity_coefficient_pct_K", ""),
    "max_temperature_K": ("max_working_temperature_K", ""),
}

GUARANTEED = ("coercivity_kA_m", "coercivity_b_kA_m", "knee_field_kA_m")
"""Quantities of which makers guarantee a least value; the others have a range or a nominal one."""


@lru_cache(maxsize=1)
def _printed() -> "pd.DataFrame":
    import pandas as pd

    values = pd.read_csv(datasets.path(VALUES_FILE), keep_default_na=False)
    for name in ("value", "temperature_K", "to_K"):
        values[name] = pd.to_numeric(values[name], errors="coerce")
    wide = pd.read_csv(datasets.path(WIDE_FILE))
    fresh = ~pd.MultiIndex.from_frame(wide[["grade", "maker"]]).isin(
        pd.MultiIndex.from_frame(values[["grade", "maker"]])
    )
    long = wide[fresh].melt(
        id_vars=["host", "grade", "maker", "source", "note"],
        value_vars=list(_WIDE),
        var_name="column",
    )
    long = long.dropna(subset="value").assign(kind="sintered", temperature_K=ROOM_K)
    long["note"] = long["note"].fillna("")
    long["quantity"] = [_WIDE[c][0] for c in long["column"]]
    long["bound"] = [_WIDE[c][1] for c in long["column"]]
    return pd.concat([values, long.reindex(columns=values.columns)])


def printed(grade: str | None = None) -> "pd.DataFrame":
    """Return the values that makers print.

    Parameters
    ----------
    grade : str, optional
        One grade, as `find` names it; all otherwise, families included.

    Returns
    -------
    pandas.DataFrame
        ``host kind grade maker quantity bound value temperature_K to_K source note``, one value
        a row; the unit is part of the quantity.
    """
    values = _printed()
    chosen = values if grade is None else values[values["grade"] == grade]
    return chosen.reset_index(drop=True)


def reconciled(values: "pd.DataFrame") -> "pd.DataFrame":
    """Return one row for each grade and quantity: its value and the spread between makers.

    A maker's value is its nominal one, or the middle of its range; of what is `GUARANTEED`, the
    least value. The value of the grade is the median over its makers, and its range reaches from
    the least to the largest figure that any of them prints.

    Parameters
    ----------
    values : pandas.DataFrame
        Rows of `printed`.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``grade`` and ``quantity``: ``value lo hi to_K``, units as the quantity's name.
    """
    import pandas as pd

    room = values[(values["grade"] != "") & ~_hot(values)]
    ends = room.pivot_table(
        index=["grade", "quantity", "maker"], columns="bound", values="value", aggfunc="median"
    ).reindex(columns=["", "min", "lower bound", "typical", "max"])
    least = ends["min"].fillna(ends["lower bound"])
    middle = ((ends["min"] + ends["max"]) / 2.0).where(ends["min"].notna() & ends["max"].notna())
    nominal = ends["typical"].fillna(middle).fillna(ends[""])
    guaranteed = ends.index.get_level_values("quantity").isin(GUARANTEED)
    own = nominal.where(~guaranteed, least).fillna(nominal).fillna(least).fillna(ends["max"])
    over = ["grade", "quantity"]
    grouped = room.groupby(over)
    return pd.DataFrame(
        {
            "value": own.groupby(over).median(),
            "lo": grouped["value"].min(),
            "hi": grouped["value"].max(),
            "to_K": grouped["to_K"].min(),
        }
    )


def _hot(values: "pd.DataFrame") -> "pd.Series":
    """Return whether a value was measured away from room temperature; chords are not."""
    chord = values["quantity"].str.endswith("coefficient_pct_K")
    return ~chord & ((values["temperature_K"] - ROOM_K).abs() > 10.0)
