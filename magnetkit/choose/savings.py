"""What each candidate saves of each heavy rare earth against today's magnet, and loses for it."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .._core._arguments import check_arguments
from .._core.elements import N_ELEMENTS, mask
from .._core.errors import InputError
from .._core.settings import get_settings
from ..alloy.shell_rows import mean_over_mass
from ..alloy.table import CompositionTable
from ..phases.records import root_host

if TYPE_CHECKING:
    import pandas as pd

    from .applications import Profile


_LOSSES = {
    "coercivity_kA_m": "coercivity_lost_kA_m",
    "remanence_T": "remanence_lost_T",
    "max_energy_product_kJ_m3": "max_energy_product_lost_kJ_m3",
    "max_working_temperature_K": "max_working_temperature_lost_K",
}
"""Result column to the column of what is lost of it against the reference."""
_ALPHA = "remanence_coefficient_pct_K"


@check_arguments
def heavy_rare_earth_ledger(
    results: "pd.DataFrame",
    table: CompositionTable,
    profile: "Profile",
    reference_magnet: "pd.DataFrame",
) -> "pd.DataFrame":
    """Return what each candidate saves and pays against the profile's reference magnet.

    Parameters
    ----------
    results : DataFrame
        n rows at one temperature: ``host``, ``shell``, ``temperature_K``, ``coercivity_kA_m``,
        ``remanence_T``, ``max_energy_product_kJ_m3``, ``max_working_temperature_K`` and
        ``remanence_coefficient_pct_K``, as `magnetkit.screen` returns them.
    table : CompositionTable
        The n base alloys, in the same order.
    profile : Profile
        Gives the reference magnet and the mass of magnet per device.
    reference_magnet : DataFrame
        One row of the same properties for the reference, as `magnetkit.magnetism.sintered` makes
        it.

    Returns
    -------
    DataFrame
        n rows, indexed as `results`:

        - ``way``: ``"shell"``, ``"bulk"`` or ``"none"`` (no heavy rare earth at all);
        - ``<R>_saved_wt_pct`` and ``<R>_saved_kg`` for each heavy rare earth R in the
          reference or in any candidate, and the sum as ``heavy_rare_earth_saved_...``; kg per
          device at equal mass of magnet, negative where more is used;
        - ``heavy_rare_earth_saved_pct``: share of the reference's, NaN if it has none;
        - ``coercivity_lost_kA_m``, ``remanence_lost_T``, ``max_energy_product_lost_kJ_m3``,
          ``max_working_temperature_lost_K``: the reference's value less the candidate's;
        - ``remanence_coefficient_lost_pct_K``: how much larger its absolute value is;
        - ``saved_wt_pct_per_lost_kA_m``: infinite where coercivity is not lost at all, NaN
          where nothing is saved;
        - ``bulk_at_equal_coercivity_wt_pct``: for a shell, the least heavy rare earth among
          the bulk rows of its host that reach its coercivity (NaN if none does), and
          ``shell_saving_pct``, the share of that which the shell saves.

    Raises
    ------
    InputError
        If rows do not match or there is more than one temperature.
    """
    import pandas as pd

    if len(results) != len(table):
        raise InputError(
            f"results have {len(results)} rows, the table {len(table)}; give the same"
        )
    if (count := len(results["temperature_K"].unique())) > 1:
        raise InputError(
            f"results hold {count} temperatures; give the rows of one of them"
        )
    heavy = get_settings().heavy_rare_earths
    matrix = np.column_stack(
        [np.ones(N_ELEMENTS), *(mask((symbol,)) for symbol in heavy)]
    )
    shells = results["shell"].astype("object").fillna("").to_numpy()
    used_kg = (
        100.0
        * mean_over_mass(table, matrix, list(shells) if any(shells) else None)[:, 1:]
    )
    reference = profile.reference
    today = 100.0 * mean_over_mass(reference.table(), matrix, reference.shell)[0, 1:]
    total = used_kg.sum(axis=1)

    columns: dict[str, object] = {
        "way": np.where(total <= 0, "none", np.where(shells != "", "shell", "bulk"))
    }
    per_pct = profile.magnet_mass_kg / 100.0
    for i, symbol in enumerate(heavy):
        if today[i] > 0 or (used_kg[:, i] > 0).any():
            columns[f"{symbol}_saved_wt_pct"] = today[i] - used_kg[:, i]
            columns[f"{symbol}_saved_kg"] = (today[i] - used_kg[:, i]) * per_pct
    saving = today.sum() - total
    columns["heavy_rare_earth_saved_wt_pct"] = saving
    columns["heavy_rare_earth_saved_kg"] = saving * per_pct
    columns["heavy_rare_earth_saved_pct"] = 100.0 * saving / (today.sum() or np.nan)
    columns |= _losses(results, reference_magnet.iloc[0], saving)
    bulk = _bulk_at_equal_coercivity(
        results["host"].astype(str).map(root_host).to_numpy(dtype=str),
        shells != "",
        results["coercivity_kA_m"].to_numpy(float),
        total,
    )
    columns["bulk_at_equal_coercivity_wt_pct"] = bulk
    with np.errstate(divide="ignore", invalid="ignore"):
        columns["shell_saving_pct"] = np.where(
            bulk > 0, 100.0 * (1.0 - total / bulk), np.nan
        )
    return pd.DataFrame(columns, index=results.index)


def _losses(
    results: "pd.DataFrame", today: "pd.Series", saved: NDArray[np.float64]
) -> dict[str, NDArray[np.float64]]:
    """Compute the columns of what is lost against the reference, and of savings per loss, (n,) each.

    Parameters
    ----------
    results : pandas.DataFrame
        n magnets.
    today : pandas.Series
        The reference.
    saved : ndarray, shape (n,)
        Heavy rare earth saved, wt.%.

    Returns
    -------
    dict of ndarray
        By column.
    """
    losses = {
        loss_name: float(today[n]) - results[n].to_numpy(float)
        for n, loss_name in _LOSSES.items()
    }
    alpha = np.abs(results[_ALPHA].to_numpy(float))
    losses["remanence_coefficient_lost_pct_K"] = alpha - abs(float(today[_ALPHA]))
    coercivity_loss = losses["coercivity_lost_kA_m"]
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(coercivity_loss > 0, saved / coercivity_loss, np.inf)
    losses["saved_wt_pct_per_lost_kA_m"] = np.where(
        (saved > 0) & np.isfinite(coercivity_loss), ratio, np.nan
    )
    return losses


def _bulk_at_equal_coercivity(
    host: NDArray[np.str_],
    shelled: NDArray[np.bool_],
    coercivity: NDArray[np.float64],
    heavy: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return, for each shell row, the least heavy rare earth of a bulk row as coercive.

    The result is in wt.%, shape (n,). The arguments have shape (n,): host, whether the
    row has a shell, H_cJ in one unit, and heavy rare earth, wt.%. Only bulk rows of the
    same host count. NaN for rows that have no shell, and where no bulk row reaches the
    coercivity.
    """
    result = np.full(len(host), np.nan)
    for name in np.unique(host[shelled]):
        rows = np.flatnonzero((host == name) & shelled & np.isfinite(coercivity))
        bulk = np.flatnonzero((host == name) & ~shelled & np.isfinite(coercivity))
        if not len(rows) or not len(bulk):
            continue
        bulk = bulk[np.argsort(coercivity[bulk], kind="stable")]
        # Least heavy rare earth of this bulk row and all more coercive ones.
        smallest_heavy = np.minimum.accumulate(heavy[bulk][::-1])[::-1]
        at = np.searchsorted(coercivity[bulk], coercivity[rows], side="left")
        is_reached = at < len(bulk)
        result[rows[is_reached]] = smallest_heavy[at[is_reached]]
    return result
