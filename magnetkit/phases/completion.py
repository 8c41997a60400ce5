"""What a snapshot lacks, taken over from the embedded one.

Two snapshots give the same compound different formation energies: their corrections and their
elements are not the same. The compounds that both have say by how much. Their difference is fitted
by what compounds are made of, all rare earths as one, and energies of the embedded snapshot are
shifted by it. The error is that of shared compounds left out of the fit.
"""

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np

from .._core._constants import DEVIATIONS_90
from .._core._types import BoolArray, FloatArray
from .._core.elements import INDEX, RARE_EARTHS
from .._core.errors import DataError
from ..alloy.table import CompositionTable
from ._entries import ERROR, Entries, entry_systems
from ._space import (
    composition_keys,
    find_compositions,
    lowest_entries,
    read_formulas,
)
from .hull import measure_distances

if TYPE_CHECKING:
    import pandas as pd

Kind = TypeVar("Kind", bound=Entries)
LEAST_SHARED = 8
"""Shared compounds with which a correction can be fitted and its error told."""
_FOLDS = 10
# Shrinks shifts of elements that few shared compounds have; HuberRegressor's own default.
_SHRINKAGE = 1e-4


class Correction(NamedTuple):
    """How energies of one scheme become those of another.

    ``shifts``: eV/atom of each group of elements, see `_groups`; ``error``: deviation of a
    corrected energy, eV/atom; ``shared``: number of compounds that it was fitted to.
    """

    shifts: FloatArray
    error: float
    shared: int

    def apply(
        self, table: CompositionTable, energies: FloatArray
    ) -> FloatArray:
        """Return the energies of n compositions, eV/atom, in the other scheme, shape (n,).

        `table` has the compositions, and `energies`, (n,), their formation energies in the first
        scheme, eV/atom. Pure elements keep theirs; NaN stays. Neither is changed.
        """
        pure = np.diff(table.indptr) == 1
        return np.where(
            pure, energies, energies + _groups(table) @ self.shifts
        )


def fit_correction(source: Entries, target: Entries) -> Correction:
    """Fit the correction of energies from the scheme of one snapshot to that of another.

    It follows from the compounds that both have.

    Parameters
    ----------
    source : Entries
        Snapshot (an `Entries`, not its frame), such as `open_snapshot`
        returns, whose energies are to be corrected.
    target : Entries
        Snapshot whose scheme they are to have. Neither is changed. Of both the lowest entry of each
        composition counts, pure elements do not.

    Returns
    -------
    Correction
        ``shifts`` (what is added to an energy, eV/atom by group of elements,
        times the atomic fraction of the group, (103,), see `_groups`; 0 for a
        group without compounds), ``error`` (standard deviation, eV/atom, from
        left-out compounds) and ``shared`` (number of compounds).

    Raises
    ------
    DataError
        If they share fewer than `LEAST_SHARED` (8) compounds.
    """
    from sklearn.linear_model import HuberRegressor
    from sklearn.model_selection import cross_val_predict

    before = _compound_energies(source)
    after = _compound_energies(target)
    is_shared = np.array([key in before for key in after], bool)
    shared = int(is_shared.sum())
    if shared < LEAST_SHARED:
        raise DataError(
            f"snapshots {source.name} and {target.name} share {shared} compounds; at least "
            f"{LEAST_SHARED} are needed to correct energies of one to the other: pull larger "
            "chemical systems"
        )
    difference = np.array([after[k] - before[k] for k in after if k in before])
    space = lowest_entries(target)
    parts = _groups(space.table()[space.columns :][is_shared])
    model = HuberRegressor(
        alpha=_SHRINKAGE, fit_intercept=False, max_iter=1000
    )
    left_out = cross_val_predict(
        model, parts, difference, cv=min(_FOLDS, shared)
    )
    errors = np.sort(np.abs(difference - left_out))
    # The conformal quantile: nine in ten of left-out compounds lie within.
    place = min(int(np.ceil(0.9 * (len(errors) + 1))), len(errors)) - 1
    return Correction(
        shifts=model.fit(parts, difference).coef_,
        error=float(errors[place] / DEVIATIONS_90),
        shared=shared,
    )


def _compound_energies(snapshot: Entries) -> dict[bytes, float]:
    """Return the lowest energy of each compound of a snapshot, eV/atom, by its composition key.

    They are formation energies. Keys are of `composition_keys` with six
    digits. They are in the order of `lowest_entries`, without the elements;
    doubtful compositions have none.
    """
    space = lowest_entries(snapshot)
    keys = composition_keys(space.table())[space.columns :]
    return dict(zip(keys, space.energy[space.columns :], strict=True))


def complete(snapshot: Kind, embedded: Entries) -> Kind:
    """Add to a snapshot what it lacks from the embedded one; see `Snapshot.completed`.

    Its doubtful compositions are replaced, and entries of chemical systems that it does not cover
    are added, with energies corrected to its scheme.

    Parameters
    ----------
    snapshot : Entries or Snapshot
        The snapshot, which is not changed. Its manifest must have ``scheme``.
    embedded : Entries
        The embedded snapshot, ``open_snapshot()``, whose manifest must have
        ``source``.

    Returns
    -------
    Snapshot
        A new one of the same class without a folder, named "NAME, completed". Rows of ``entries``
        are its own, less the doubtful compositions, then those taken over, numbered anew; a column
        that only one of the two has is missing (NaN) in the rows of the other.
        ``energy_above_hull_eV_atom`` is computed anew. ``manifest["completed"]`` has ``entries``
        (how many were taken over), ``doubtful`` (formulas), ``shared_compounds``, ``error_eV_atom``
        and ``source``; ``elements`` are those of both, and ``files`` is dropped. Crystals are its
        own alone.

    Raises
    ------
    DataError
        If the two share too few compounds.
    """
    import pandas as pd

    correction = fit_correction(embedded, snapshot)
    doubtful = lowest_entries(snapshot).doubtful
    is_doubtful = find_compositions(snapshot.entries, doubtful)
    lacking = _is_outside(snapshot, embedded.entries)
    lacking |= find_compositions(embedded.entries, doubtful)
    borrowed_entries = _correct_energies(
        embedded.entries[lacking], correction, snapshot.manifest["scheme"]
    )
    manifest = dict(snapshot.manifest)
    manifest.pop("files", None)
    manifest["elements"] = sorted(
        {*snapshot.elements, *embedded.elements}, key=INDEX.__getitem__
    )
    manifest["completed"] = {
        "entries": len(borrowed_entries),
        "doubtful": sorted(doubtful.values()),
        "shared_compounds": correction.shared,
        "error_eV_atom": round(correction.error, 4),
        "source": embedded.manifest["source"],
    }
    whole = replace(
        snapshot,
        name=f"{snapshot.name}, completed",
        entries=pd.concat(
            [snapshot.entries[~is_doubtful], borrowed_entries],
            ignore_index=True,
        ),
        manifest=manifest,
        folder=None,
        crystals=snapshot.structures() if snapshot.has_structures else None,
    )
    whole.entries["energy_above_hull_eV_atom"] = measure_distances(whole)
    return whole


def _correct_energies(
    entries: "pd.DataFrame", correction: Correction, scheme: str
) -> "pd.DataFrame":
    """Return a copy of entries with energies corrected to another scheme.

    Set are ``formation_energy_eV_atom`` (eV/atom), ``energy_error_eV_atom`` (its error, 0 for
    elements) and ``source``, such as "embedded snapshot, corrected to Materials Project R2SCAN".
    Other columns, the distance to the hull among them, stay as they are.

    Parameters
    ----------
    entries : pandas.DataFrame
        Entries of a snapshot, with ``formula``, each of which must be readable, and
        ``formation_energy_eV_atom``.
    correction : Correction
        As `fit_correction` returns it; ``shifts`` and ``error`` are used.
    scheme : str
        Name of the scheme, such as "Materials Project R2SCAN"; for the words alone.
    """
    table = read_formulas(entries)
    energies = entries["formation_energy_eV_atom"].to_numpy(float)
    is_compound = np.diff(table.indptr) > 1
    result = entries.copy()
    result["formation_energy_eV_atom"] = correction.apply(table, energies)
    result[ERROR] = np.where(is_compound, correction.error, 0.0)
    result["source"] = f"embedded snapshot, corrected to {scheme}"
    return result


def _groups(table: CompositionTable) -> FloatArray:
    """Compute the atomic fractions of each group of elements, (n, 103).

    `table` has n compositions. A group is one element that is no rare earth, in order of atomic
    number; the 16 rare earths, Y among them and Sc not, are together the last.
    """
    dense = table.to_array()
    earths = [INDEX[symbol] for symbol in RARE_EARTHS]
    rest = np.delete(dense, earths, axis=1)
    return np.column_stack([rest, dense[:, earths].sum(axis=1)])


def _is_outside(snapshot: Entries, entries: "pd.DataFrame") -> BoolArray:
    """Say which entries are of a chemical system that a snapshot does not cover, bool (n,).

    `snapshot` is asked by its `covers`. `entries` is the frame of another snapshot, n rows, of
    which the column ``formula`` (texts such as "SmCo5") is read.
    """
    return np.array(
        [not snapshot.covers(symbols) for symbols in entry_systems(entries)],
        bool,
    )
