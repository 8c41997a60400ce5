"""What each model learns from: measured or computed values, cleaned, with their groups.

Properties that the physics alone answers for, as models beside those that are learnt.

A residual learnt beside the physics of J_s and K_1 gained nothing on papers left out
(``datasets/surrogates/VALIDATION.md``): what `magnetkit.predict` prints is what answers here.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from .._core._arguments import check_arguments
from .._core.columns import properties
from .._core.errors import DataError, InputError
from .._core.plausible import Limits, limits
from ..alloy._read import Compositions, read_inputs
from ..alloy.notation import Basis
from ..alloy.table import CompositionTable
from ._measured import TARGET as CURIE
from ._measured import (
    TrainingSet,
    chemical_systems,
    curie_set,
    named_so,
    own_set,
    read_rows,
    refuse,
)
from ._prediction import prediction_frame

COMPUTED = ("saturation_polarization_T", "anisotropy_constant_MJ_m3")
"""Intrinsic properties that no measurement beside the calibrated parameters decides."""


@dataclass(frozen=True, eq=False)
class Computed:
    """An intrinsic property at a temperature, from physics.

    Attributes
    ----------
    target : str
        A name of `COMPUTED`.
    estimator_ : CompositionRegressor
        The same as a scikit-learn regressor, at 300 K.
    """

    target: str
    estimator_: Any = field(default=None, repr=False)

    def __str__(self) -> str:
        """Return where the answers come from, in one line that begins with the target."""
        return (
            f"{self.target}: from physics, see `magnetkit validate magnetism`"
        )

    def predict(
        self,
        compositions: Compositions,
        interval: float = 0.9,
        *,
        temperature: float | str = 300.0,
        basis: Basis = "auto",
        strict: bool = False,
    ) -> Any:
        """Predict with interval and domain.

        Parameters
        ----------
        compositions : text, list, column, frame, path, pymatgen Composition or CompositionTable
            What to predict; of a recipe, its hard phase. See `magnetkit.predict`.
        interval : float
            Probability that the true value lies inside, between 0 and 1, neither of them.
        temperature : float or str
            One for all rows: K, or a text such as ``"150C"``.
        basis : {"auto", "atomic", "weight"}
            What the amounts of a text are. With "auto" a formula is read in atoms, and a text with
            a balance, or whose amounts sum to 100, must name "wt.%" or "at.%" itself.
        strict : bool
            Fail on the first row that cannot be read; it is left out with a warning otherwise.

        Returns
        -------
        DataFrame, or frame of the input's library
            One row a composition: the target, its ``_lo``, ``_hi`` and ``_data_share`` (0),
            ``in_domain`` and ``domain_distance`` (1 at the edge), those of the Curie temperature.
            The target is NaN where the physics gives no number, as of an unknown host.

        Raises
        ------
        InputError
            If the temperature cannot be read, the interval is not between 0 and 1, or `strict` is
            set and a row cannot be read.
        """
        from . import _curie_training
        from .intrinsic import intrinsic

        inputs = read_inputs(compositions, basis, strict=strict)
        properties = intrinsic(inputs.table, temperature, interval=interval)
        domain = _curie_training.load().predict(inputs.table)
        name = self.target
        frame = prediction_frame(
            name,
            value=properties[name].to_numpy(),
            low=properties[f"{name}_lo"].to_numpy(),
            high=properties[f"{name}_hi"].to_numpy(),
            distance=domain["domain_distance"].to_numpy(),
            data_share=np.zeros(len(domain)),
        )
        return inputs.give(frame)

    @property
    def known(self) -> TrainingSet:
        """A property, not called: a new set without rows. Its target is that of the model."""
        table = CompositionTable.from_strings([])
        texts = np.zeros(0, str)
        return TrainingSet(
            self.target, table, np.zeros(0), texts, texts, "physics"
        )


ENERGY = "formation_energy_eV_atom"
HULL_DISTANCE = "energy_above_hull_eV_atom"
OWN = {record.name: record for record in properties()}
"""Measured properties of ``datasets/properties``, learnt from compositions alone, by name."""
TARGETS = (CURIE, ENERGY, HULL_DISTANCE, *OWN)
"""The properties that are learnt.

The distance to the hull is the model of the formation energy less the hull of known phases. Those
of `COMPUTED` are learnt from a user's own file alone.
"""

# Structures that lie so far above the hull (eV/atom) are no phases, only were tried.
_NO_PHASE = 0.5


def check_target(target: str, data: Any = None) -> None:
    """Raise InputError if `target` is neither in `TARGETS` nor in `COMPUTED`, and there is no `data`.

    `target` is a name such as "curie_temperature_K". `data` is anything but None where the user
    gave a table; any target passes then, and its columns are not looked at. Nothing is returned.
    """
    if data is None and target not in (*TARGETS, *COMPUTED):
        raise InputError(
            f"target {target!r} is not learnt without data=; use one of "
            f"{', '.join((*TARGETS, *COMPUTED))}"
        )


@check_arguments
def training_set(target: str, data: Any = None) -> TrainingSet:
    """Read or build the training set of a target.

    Parameters
    ----------
    target : str
        A name of `TARGETS`, such as "curie_temperature_K"; with `data` any column of it.
    data : path or frame, optional
        A CSV file, or a frame of pandas, polars or Arrow, with columns ``composition`` and the
        target, and as you have them ``group`` (the paper or series), ``source``, ``basis``
        ("atomic" or "weight", where the amounts of a composition sum to 100, one on all rows) and
        ``learn`` (false for rows that only test; the Curie temperature has none); it replaces the
        built-in set. For the formation energy also the folder of a phase snapshot.

    Returns
    -------
    TrainingSet
        Two rows or more: ``table``, ``values`` in the unit of the target's
        name, ``groups``, ``sources``, ``origin``, ``removed`` (numbers of rows
        by reason) and ``learn`` (bool, False for rows that only test). Without
        ``group`` the groups are chemical systems, such as "B-Fe-Nd". Rows that
        cannot be used are left out with a warning in the log. For
        "energy_above_hull_eV_atom" without `data` the values are distances to
        the hull.

    Raises
    ------
    InputError
        If the target or a column is not known, or a value is impossible for a compound.
    DataError
        If the file cannot be read or nothing usable is in it.

    Examples
    --------
    >>> import pandas as pd
    >>> mine = pd.DataFrame({"composition": ["SmCo5", "Nd2Fe14B"], "hardness": [1.9, 1.5]})
    >>> training_set("hardness", mine).groups.tolist()
    ['Co-Sm', 'B-Fe-Nd']
    """
    check_target(target, data)
    folder = Path(data) if isinstance(data, str | Path) else None
    if folder is not None and target == ENERGY and folder.is_dir():
        own_training_data = _phases(target, folder)
    elif data is not None:
        if target == CURIE:
            return own_set(data)
        return _user_values(target, data)
    elif target in COMPUTED:
        raise InputError(
            f"{target} comes from physics, nothing is learnt beside it: load() answers; data= "
            "takes a file of your own to learn it from"
        )
    elif target in OWN:
        return read_rows(target, OWN[target].file)
    else:
        own_training_data = curie_set() if target == CURIE else _phases(target)
    if len(own_training_data) < 2 and data is not None:
        raise DataError(
            f"{data} holds too few phases to learn {target} from; pull more systems"
        )
    if len(own_training_data) < 2:
        raise DataError(
            f"no training data for {target}; `magnetkit data verify` checks the files"
        )
    return own_training_data


def _user_values(target: str, given: Any) -> TrainingSet:
    """Read a user's own values of a target as a training set.

    `target` is their column, any name. `given` is the path of a CSV file or a
    frame, with ``composition`` and the target, and as they are ``group``,
    ``source`` and ``basis``, see `read_rows`. InputError if a value is beyond
    the limits of its target in ``columns/plausible.toml`` (a target that is
    not there has none), or a column is missing; DataError if fewer than two
    rows remain. Without ``group`` the groups are chemical systems, such as
    "B-Fe-Nd".
    """
    value_rows = read_rows(target, given)
    # Values that no compound has: the unit is another then.
    believed = limits("targets").get(target, Limits(-np.inf, np.inf, ""))
    low = believed.low
    high = believed.high
    wrong = (value_rows.values < low) | (value_rows.values > high)
    reach = f"{low:g} and {high:g} {believed.unit}"
    refuse(target, named_so(given), value_rows, wrong, reach)
    return value_rows


def _phases(target: str, snapshot: Path | None = None) -> TrainingSet:
    """Build the training set of a target from a phase snapshot, eV/atom.

    Of structures of one composition the lowest is taken; pure elements are
    left out. Phases more than 0.5 eV/atom above the hull stay, with ``learn``
    False. ``removed``, a dict, has the number of each under a reason in words.

    Parameters
    ----------
    target : str
        A column of the snapshot's entries, "formation_energy_eV_atom" or
        "energy_above_hull_eV_atom"; the lowest structure is that of its lowest value.
    snapshot : Path, optional
        Folder of a snapshot; the embedded one otherwise. DataError if it is none.

    Returns
    -------
    TrainingSet
        Rows in the order of the entries. Groups are chemical systems such as "Co-Sm", sources
        "Materials Project" of any snapshot. Entries whose formula cannot be read are left out and
        not counted; those without a value (NaN) stay.
    """
    from ..phases._space import composition_keys
    from ..phases.snapshot import load

    entries = load(snapshot)
    table = CompositionTable.from_strings(
        entries["formula"].tolist(), basis="atomic"
    )
    entries = entries.iloc[table.row_index]
    values = entries[target].to_numpy(np.float64)
    order = np.argsort(values, kind="stable")
    # The lowest of several structures of a composition is the one that can be made.
    lowest: dict[bytes, int] = {}
    for row, key in zip(
        order.tolist(), composition_keys(table[order], 5), strict=True
    ):
        lowest.setdefault(key, row)
    keep = np.array(sorted(lowest.values()), np.int64)
    higher = len(order) - len(keep)
    several = np.diff(table.indptr)[keep] > 1
    keep = keep[several]
    table = table[keep]
    values = values[keep]
    learn = entries[HULL_DISTANCE].to_numpy(np.float64)[keep] <= _NO_PHASE
    over = f"over {_NO_PHASE} eV/atom above the hull (not learnt from, but tested on)"
    removal_counts = {
        over: int((~learn).sum()),
        "higher structure of a composition": higher,
        "pure element": int((~several).sum()),
    }
    origin = "embedded Materials Project snapshot"
    if snapshot is not None:
        origin = f"snapshot {snapshot.name}"
    return TrainingSet(
        target=target,
        table=table,
        values=values,
        groups=chemical_systems(table),
        sources=np.full(len(table), "Materials Project"),
        origin=origin,
        removed=removal_counts,
        learn=learn,
    )
