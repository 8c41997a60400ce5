"""The demagnetization curve that printed figures make: its knee, its recoil and its H_cB."""

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .. import datasets

if TYPE_CHECKING:
    import pandas as pd


ROOM_K = 293.15
"""Temperature at which makers state their grades, K."""


def left(coefficient_pct_K: Any, kelvin: Any) -> Any:
    """Return what is left at a temperature by a chord from 20 degrees C, as a share."""
    return np.maximum(1.0 + coefficient_pct_K / 100.0 * (kelvin - ROOM_K), 0.0)


@lru_cache(maxsize=1)
def usual() -> dict[str, tuple[float, float]]:
    """Return H_k / H_cJ and recoil permeability that are usual of sintered magnets, by host."""
    families = datasets.toml("recipes/parameters.toml")["family"]
    return {host: (own["squareness"], own["recoil"]) for host, own in families.items()}


def shapes(table: "pd.DataFrame") -> "pd.DataFrame":
    """Return what a curve needs beside B_r and H_cJ.

    Parameters
    ----------
    table : pandas.DataFrame
        Rows of `magnetkit.grades`, at any temperature.

    Returns
    -------
    pandas.DataFrame
        On the index of `table`: ``squareness`` (H_k / H_cJ) and ``recoil``, as printed and
        otherwise as usual of the host, and ``usual_squareness`` and ``usual_recoil``, which say so.
        A bonded magnet whose knee no sheet prints has none: NaN.
    """
    import pandas as pd

    unknown = (np.nan, np.nan)
    own = [usual().get(host, unknown) for host in table["host"]]
    family = pd.DataFrame(own, table.index, ["squareness", "recoil"], dtype=float)
    family["squareness"] = family["squareness"].mask(table["kind"] == "bonded")
    square = table["knee_field_kA_m"] / table["coercivity_kA_m"].where(lambda h: h > 0.0)
    recoil = table["recoil_permeability"]
    return pd.DataFrame(
        {
            "squareness": square.fillna(family["squareness"]),
            "recoil": recoil.fillna(family["recoil"]),
            "usual_squareness": square.isna(),
            "usual_recoil": recoil.isna(),
        }
    )


def coercivity_b(table: "pd.DataFrame", end: str, shape: "pd.DataFrame") -> NDArray[np.float64]:
    """Return where B is zero on the curve of each grade, kA/m.

    Parameters
    ----------
    table : pandas.DataFrame
        Rows of `magnetkit.grades` at a temperature.
    end : {"", "_lo", "_hi"}
        Which of its B_r and H_cJ.
    shape : pandas.DataFrame
        Of `shapes`.

    Returns
    -------
    ndarray of float64, shape (n,)
        H_cB; NaN where the curve is not known.
    """
    from ..kernels.demagnetization import working_fields

    b_r, h_cj = (table[f"{q}{end}"].to_numpy(float) for q in ("remanence_T", "coercivity_kA_m"))
    square, recoil = (shape[name].to_numpy(float) for name in ("squareness", "recoil"))
    h_cj = np.where(np.isnan(square) | np.isnan(recoil), np.nan, 1e3 * h_cj)
    return 1e-3 * working_fields(b_r, h_cj, square * h_cj, recoil, 0.0)
