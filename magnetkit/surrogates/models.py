"""Train and load what is learnt, by target."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from .._core._arguments import check_arguments
from .._core.errors import InputError
from . import _curie_training, energy, properties
from ._measured import TARGET as CURIE
from ._measured import TrainingSet, table_path
from .regressor import CompositionRegressor
from .training_sets import (
    COMPUTED,
    ENERGY,
    HULL_DISTANCE,
    Computed,
    check_target,
    training_set,
)

if TYPE_CHECKING:
    from ._curie import CurieModel
    from .energy import EnergyModel
    from .properties import PropertyModel


@check_arguments
def train(
    target: str,
    training_set: TrainingSet | None = None,
    data: Any = None,
    progress: bool = False,
) -> "CurieModel | EnergyModel | PropertyModel":
    """Train the model of a target and keep it in the cache.

    Parameters
    ----------
    target : str
        A name of `magnetkit.surrogates.TARGETS`; with a table of your own any column of it.
    training_set : TrainingSet, optional
        What to learn from, instead of the built-in set.
    data : path or frame, optional
        A CSV file, or a frame of pandas, polars or Arrow, to learn from instead of it: columns
        ``composition``, the target, and as you have them ``group`` (paper or series), ``source``
        and ``basis`` ("auto", "atomic" or "weight"). For the formation energy also the folder of a
        phase snapshot. Nothing fetched and no typed value of the target enters.
    progress : bool
        Show a progress bar on stderr.

    Returns
    -------
    CurieModel, EnergyModel or PropertyModel
        Its ``predict(compositions)`` returns a frame of the target with
        ``_lo`` and ``_hi``, ``in_domain`` and ``domain_distance``;
        ``estimator_`` is a scikit-learn regressor. Its file replaces that of a
        model of the same data alone: predictions use it where they get the
        same `data`, or none was given here.

    Raises
    ------
    InputError
        If the target is not known, both a set and a file are given, either for the distance to the
        hull, which is the formation energy less the hull's, or the set is of another target. Of
        ``saturation_polarization_T`` and ``anisotropy_constant_MJ_m3`` one of the two must be
        given.
    DataError
        If the file holds nothing usable.
    StoreError
        If the cache cannot be written.
    """
    training_data = _choose(target, training_set, data)
    if target == CURIE:
        return _regressing(_curie_training.retrain(training_data, progress))
    if target not in _ENERGIES:
        return properties.retrain(training_data)
    return _regressing(
        replace(energy.retrain(training_data, progress), target=target)
    )


@check_arguments
def load(
    target: str, data: Any = None, add: Any = None, progress: bool = True
) -> "CurieModel | EnergyModel | PropertyModel | Computed":
    """Return the model of a target, trained at first use and cached.

    The cache is keyed by data, code and versions: with the larger Curie-temperature sets fetched,
    another model answers than without.

    Parameters
    ----------
    target : str
        A name of `magnetkit.surrogates.TARGETS`, or ``saturation_polarization_T`` or
        ``anisotropy_constant_MJ_m3``, which the physics answers; with `data` any column of it.
    data : path or frame, optional
        A table to learn from instead of everything else, with ``composition``
        and the target, see `train`. A frame is written to the cache.
    add : path or frame, optional
        A table whose rows stand beside what is known otherwise; the Curie temperature's alone, with
        columns as of `data`. One row is enough.
    progress : bool
        Show a progress bar on stderr while training.

    Returns
    -------
    CurieModel, EnergyModel, PropertyModel or Computed
        Its ``predict(compositions)`` returns a frame of the target with
        ``_lo`` and ``_hi``, ``in_domain`` and ``domain_distance``;
        ``estimator_`` is a scikit-learn regressor of compositions.

    Raises
    ------
    InputError
        If the target is not known, both tables are given, `add` for another target than the Curie
        temperature, or `data` for the distance to the hull.
    DataError
        If a table holds nothing usable.
    """
    check_target(target, data)
    if data is not None:
        data = table_path(data)
    if add is not None:
        add = table_path(add)
    if target == CURIE:
        return _regressing(_curie_training.load(data, add, progress))
    if target in COMPUTED and data is add is None:
        return _regressing(Computed(target))
    if add is not None:
        raise InputError(
            f"add= takes rows of {CURIE}, not of {target}; use data= for a whole set"
        )
    if target == HULL_DISTANCE and data is not None:
        raise InputError(_HULL)
    if target not in _ENERGIES:
        return properties.load(training_set(target, data))
    return _regressing(replace(energy.load(data, progress), target=target))


_ENERGIES = (ENERGY, HULL_DISTANCE)
Model = TypeVar("Model", "CurieModel", "EnergyModel", Computed)


def _regressing(model: Model) -> Model:
    """Return a model with itself as a regressor."""
    return replace(model, estimator_=CompositionRegressor.of(model))


_HULL = f"{HULL_DISTANCE} follows from {ENERGY}: train that on your data, the hull is known"


def _choose(target: str, given: TrainingSet | None, data: Any) -> TrainingSet:
    """Return the training set for a target: the given one, one read from `data`, or the shipped one.

    `target` is a name of `TARGETS` or, with a set or `data`, any column. `given` is a `TrainingSet`
    or None; it is returned itself. `data` is a path or frame, see `training_set`, or None. The
    distance to the hull is learnt from formation energies, so that its set is of these. InputError
    if the target is unknown, a set and `data` are given at once, either is given for the distance
    to the hull, or the given set is of another target.
    """
    check_target(target, given if data is None else data)
    if target == HULL_DISTANCE:
        if given is not None or data is not None:
            raise InputError(_HULL)
        target = ENERGY
    if given is None:
        return training_set(target, data)
    if data is not None:
        raise InputError("give a training set or a CSV file, not both")
    if given.target != target:
        raise InputError(
            f"the training set is of {given.target}, not of {target}"
        )
    return given
