"""A scikit-learn regressor of any property of compositions, or of any other columns."""

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils.validation import (
    check_is_fitted,
    column_or_1d,
    validate_data,
)

from .._core._arguments import parse_whole_number, share
from .._core._types import FloatArray
from .._core.elements import N_ELEMENTS
from .._core.errors import InputError, StoreError
from ..alloy._read import as_table
from ..alloy.table import CompositionTable
from ..features._elements import composition_statistics, load_table
from ..features.rare_earths import descriptor_names, rare_earth_descriptors
from . import _curie_training, _mixture, _store
from ._curie import Beside, CurieModel
from ._forest import Forest
from ._measured import TARGET as CURIE
from ._measured import TrainingSet, chemical_systems
from ._mixture import Mixture

if TYPE_CHECKING:
    from .energy import EnergyModel
    from .training_sets import Computed

    AnyModel: TypeAlias = CurieModel | EnergyModel | Computed


# Norms of the fractions tell stoichiometries apart whatever the elements.
_NORMS = (2, 3, 10)
_KIND = "magnetkit.CompositionRegressor"
_LEARNT_DESCRIPTORS = """
R_fraction T_fraction R_share_of_metals R_light_share R_heavy_share R_light_heavy_balance
R_cerium_share R_nonmagnetic_share R_oblate_quadrupole_a0_2 R_prolate_quadrupole_a0_2
T_valence_electrons cobalt_share magnetic_valence magnetic_valence_M diluent_share boron_ratio
carbon_ratio nitrogen_ratio hydrogen_ratio
distance_2_14_1 distance_1_5 distance_2_17 distance_1_12
R_n_4f_mean R_n_4f_std R_de_gennes_mean R_de_gennes_std R_moment_muB_mean R_moment_muB_std
R_coupled_moment_muB_mean R_coupled_moment_muB_std R_spin_projection_mean R_spin_projection_std
R_alpha_r2_a0_2_mean R_alpha_r2_a0_2_std R_quadrupole_a0_2_mean R_quadrupole_a0_2_std
R_ionic_radius_A_mean R_ionic_radius_A_std
""".split()
"""Descriptors of rare earths that are learnt from. A new one moves every answer: its name comes in
with a validation, and saved models are trained anew."""


def composition_columns(table: CompositionTable) -> FloatArray:
    """Compute the columns that are learnt from of n compositions of `table`, float64 (n, d).

    In this order: Magpie's statistics of element properties, the rare-earth descriptors of
    `_LEARNT_DESCRIPTORS`, three norms of the fractions, and the 118 atomic fractions by atomic
    number. The columns have no names. Properties that are not known are filled, so that only an
    empty composition has NaN, in its statistics alone.
    """
    atoms = table.to_array()
    norms = [(atoms**power).sum(axis=1) ** (1.0 / power) for power in _NORMS]
    statistics = composition_statistics(
        table, load_table("magpie").fill_gaps()
    )
    names = descriptor_names()
    learnt = [names.index(name) for name in _LEARNT_DESCRIPTORS]
    descriptors = rare_earth_descriptors(table)[:, learnt]
    return np.column_stack([statistics, descriptors, *norms, atoms])


class _Answer(NamedTuple):
    """Prediction and interval of n rows, arrays of shape (n,)."""

    value: FloatArray
    low: FloatArray
    high: FloatArray
    distance: FloatArray


class CompositionRegressor(RegressorMixin, BaseEstimator):
    """Any property of compositions as a scikit-learn regressor, with intervals.

    A Gaussian process and trees are mixed by what groups left out say of each; far from what is
    known the mean of the values answers, with a wide interval. The Curie temperature of
    compositions is learnt beside the physics (`magnetkit.surrogates.load`).

    Parameters
    ----------
    target : str
        Name of the property, any text. ``"curie_temperature_K"`` brings the physics in.
    unit : str
        Unit of the values, for `str` and files; nothing is converted.
    trees : int
        How many trees are grown.
    random_state : int
        Seed of the trees.

    Attributes
    ----------
    mixture_ : Mixture
        What answers; beside the physics the mean, which answers where the physics has nothing.
    model_ : CurieModel, EnergyModel, Computed or None
        A model of magnetkit that answers in its place.
    n_features_in_ : int
        Number of columns, where it was fitted to columns rather than to compositions.

    Examples
    --------
    >>> measured = {"SmCo5": 8.6, "PrCo5": 8.3, "NdCo5": 8.4, "YCo5": 7.6}
    >>> model = CompositionRegressor("density", unit="g/cm3")
    >>> model = model.fit(list(measured), list(measured.values()))
    >>> model.predict(["Sm0.5Pr0.5Co5"]).shape
    (1,)
    >>> low, high = model.predict_interval(["Nd2Fe14B"])[0]
    >>> bool(low < 8.2 < high)
    True
    """

    mixture_: Mixture
    model_: "AnyModel | None"

    def __init__(
        self,
        target: str = "value",
        unit: str = "",
        *,
        trees: int = 100,
        random_state: int = 0,
    ) -> None:
        """Keep the parameters as they are; nothing is checked or fitted.

        `target` is any text, of which ``"curie_temperature_K"`` brings the physics in, `unit` that
        of the values, `trees` the number of trees, `random_state` their seed.
        """
        self.target = target
        self.unit = unit
        self.trees = trees
        self.random_state = random_state

    @classmethod
    def of(cls, model: "AnyModel") -> "CompositionRegressor":
        """Build a regressor that a model already answers for.

        Parameters
        ----------
        model : CurieModel, EnergyModel or Computed
            As `magnetkit.surrogates.load` returns it; ``target``, ``known.values`` and `predict`
            are used. A PropertyModel has a regressor of its own, ``estimator_``.

        Returns
        -------
        CompositionRegressor
            Fitted: ``model_`` is `model`, ``mixture_`` the mean of its values, NaN where it has
            none.
        """
        regressor = cls(model.target)
        regressor.model_ = model
        values = model.known.values
        regressor.mixture_ = Mixture.of_mean(
            values if len(values) else np.full(1, np.nan)
        )
        return regressor

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        return tags

    def fit(
        self, X: Any, y: ArrayLike, groups: Any = None
    ) -> "CompositionRegressor":
        """Learn the values.

        Parameters
        ----------
        X : compositions in any form, or array_like of shape (n, d)
            What was measured. Compositions are a list of texts such as ``["SmCo5"]``, a text or
            path of a file, a frame with a column of texts, or a CompositionTable; a text with a
            balance, or whose amounts sum to 100, must name "wt.%" or "at.%". An array of 118
            columns holds atomic fractions by atomic number; one of another width, and a list of
            rows of numbers, holds columns of any meaning.
        y : array_like, shape (n,)
            The target, in its unit, finite; for ``"curie_temperature_K"`` K.
        groups : array_like, shape (n,), optional
            Paper or series of each row, left out together to weigh the parts and to know the
            errors. Without it the chemical system of a composition, and each row of columns, is a
            group. Of one group alone single rows are left out; of the Curie temperature one group
            is a DataError.

        Returns
        -------
        CompositionRegressor
            Itself, with ``mixture_`` and ``model_`` set. ``model_`` is None but for compositions of
            the Curie temperature.

        Raises
        ------
        InputError
            If a composition cannot be read, `groups` is not one for each row,
            ``trees`` is no whole number of 1 or more, or, of compositions, `y`
            is not one finite number for each.
        DataError
            If of the Curie temperature no compound could be left out, as of one alone.
        ValueError
            If columns or their values hold NaN or infinity, are of different
            lengths or have no row, a value is no number, or ``random_state``
            is no seed.
        """
        trees = parse_whole_number("trees", self.trees)
        if not _holds_compositions(X):
            X, y = validate_data(self, X, y, y_numeric=True, dtype=np.float64)
            values = np.asarray(y, np.float64)
            row_groups = _checked_groups(groups, np.arange(len(values)))
            self.model_ = None
            self.mixture_ = _mixture.fit(
                X, values, row_groups, trees=trees, seed=self.random_state
            )
            return self
        table = _table(X)
        values = _checked_values(y, len(table))
        row_groups = _checked_groups(groups, chemical_systems(table))
        if self.target != CURIE:
            return self.learn_compositions(table, values, row_groups)
        self._forget_columns()
        source = np.full(len(table), "given")
        rows = TrainingSet(
            self.target, table, values, row_groups, source, "given", {}
        )
        self.model_, _ = _curie_training.train_model(rows)
        self.mixture_ = Mixture.of_mean(values)
        return self

    def learn_compositions(
        self, table: CompositionTable, values: FloatArray, groups: NDArray
    ) -> "CompositionRegressor":
        """Learn checked values from compositions alone, whatever the target.

        Parameters
        ----------
        table : CompositionTable, n rows
            What was measured.
        values : ndarray of float64, shape (n,)
            The target, in its unit; finite.
        groups : ndarray, shape (n,)
            Paper or series of each row, labels that are left out together.

        Returns
        -------
        CompositionRegressor
            Itself, with ``mixture_`` set and ``model_`` None; what an earlier fit left is gone.
        """
        self._forget_columns()
        self.model_ = None
        self.mixture_ = _mixture.fit(
            composition_columns(table),
            values,
            groups,
            local=N_ELEMENTS,
            trees=self.trees,
            seed=self.random_state,
        )
        return self

    def _forget_columns(self) -> None:
        """Remove the attributes that an earlier fit to columns left."""
        for name in ("n_features_in_", "feature_names_in_"):
            self.__dict__.pop(name, None)

    def predict(self, X: Any) -> FloatArray:
        """Predict the target of each row.

        Parameters
        ----------
        X : compositions or array_like of shape (n, d)
            As `fit` takes them.

        Returns
        -------
        ndarray of float64, shape (n,)
            In the unit of the values. Where ``model_`` has no answer it is the mean of the values.

        Raises
        ------
        InputError
            If `X` is not of the kind that it was fitted to, or a composition cannot be read.
        ValueError
            If columns are of another number than those fitted, or hold NaN or
            infinity.
        NotFittedError
            If it was neither fitted nor loaded.
        """
        return self._answer(X, 0.9).value

    def predict_interval(self, X: Any, interval: float = 0.9) -> FloatArray:
        """Compute the ends of the interval of each row.

        Parameters
        ----------
        X : compositions or array_like of shape (n, d)
            As `fit` takes them.
        interval : float
            Probability that the true value of a row of a new group lies inside, between 0 and 1.

        Returns
        -------
        ndarray of float64, shape (n, 2)
            Low and high end, in the unit of the values; infinite where one value alone is known.

        Raises
        ------
        InputError, ValueError, NotFittedError
            As `predict`, and InputError if `interval` does not lie between 0
            and 1.
        """
        answer = self._answer(X, share("interval", interval))
        return np.column_stack([answer.low, answer.high])

    def domain_distance(self, X: Any) -> FloatArray:
        """Compute how far each row is from what is known.

        Parameters
        ----------
        X : compositions or array_like of shape (n, d)
            As `fit` takes them.

        Returns
        -------
        ndarray of float64, shape (n,)
            0 where it is known, 1 at the edge of the domain, more outside; 2 where the mean of the
            values answers alone.

        Raises
        ------
        InputError, ValueError, NotFittedError
            As `predict`.
        """
        return self._answer(X, 0.9).distance

    def _answer(self, X: Any, interval: float) -> _Answer:
        """Predict the rows of `X` with intervals.

        Parameters
        ----------
        X : compositions in any form, or array_like of shape (n, d)
            As of `fit`, of the kind and, for columns, the width that it was fitted to.
        interval : float
            Probability of the intervals, between 0 and 1.

        Returns
        -------
        _Answer
            Arrays (n,): ``value``, ``low`` and ``high`` in the unit of the target, and
            ``distance``, 1 at the edge of the domain.

        Raises
        ------
        InputError
            If `X` are compositions and the regressor was fitted to columns, a composition cannot be
            read, or `X` has no form of compositions.
        ValueError
            If columns are of another number than those fitted, or hold NaN or infinity.
        NotFittedError
            If it was not fitted.
        """
        check_is_fitted(self, "mixture_")
        if hasattr(self, "n_features_in_"):
            if _holds_compositions(X):
                raise InputError(
                    "this regressor was fitted to columns of numbers, not compositions"
                )
            columns = validate_data(self, X, reset=False, dtype=np.float64)
            return self._mix(columns, interval)
        table = _table(X)
        if self.model_ is None:
            return self._mix(composition_columns(table), interval)
        return self._ask_model(self.model_, table, interval)

    def _mix(self, columns: FloatArray, interval: float) -> _Answer:
        """Predict rows of `columns`, (n, d), by the fitted mixture, with intervals of `interval`, 0 to 1.

        `columns` are those of the fit: of compositions `composition_columns`. The `_Answer` has
        arrays (n,): ``value``, ``low`` and ``high`` in the unit of the values, ends infinite where
        one value alone is known, and ``distance``, 1 at the edge of the domain. ``model_`` is not
        asked.
        """
        guess = self.mixture_.predict(columns)
        half = self.mixture_.half_widths(guess, interval)
        return _Answer(
            guess.value, guess.value - half, guess.value + half, guess.distance
        )

    def _ask_model(
        self, model: "AnyModel", table: CompositionTable, interval: float
    ) -> _Answer:
        """Predict n compositions of `table` by a trained `model`.

        `model` is a CurieModel, EnergyModel or Computed of this regressor's target. Where it gives
        NaN, the mean of the fitted values answers, with its range and a distance of 2. `interval`
        is the probability of the ranges, between 0 and 1. The `_Answer` has arrays (n,): ``value``,
        ``low`` and ``high``, in the unit of the target, and ``distance``, 1 at the edge of the
        domain.
        """
        frame = model.predict(table, interval)
        ends = [f"{self.target}_lo", f"{self.target}_hi"]
        columns = frame[[self.target, *ends, "domain_distance"]]
        answers = columns.to_numpy(np.float64).T
        instead = self._mix(np.zeros((len(table), 1)), interval)
        return _Answer(*np.where(np.isnan(answers[0]), instead, answers))

    def save(self, path: str | Path) -> Path:
        """Write it to a file of arrays and JSON, without pickles.

        Parameters
        ----------
        path : str or Path
            The file, of any ending; an old one is replaced, its folder created.

        Returns
        -------
        Path
            `path`. The file holds what `to_content` returns; `load` reads it.

        Raises
        ------
        InputError
            If a built-in model other than that of the Curie temperature answers.
        NotFittedError
            If it was not fitted.
        StoreError
            If it cannot be written.
        """
        check_is_fitted(self, "mixture_")
        manifest = {"kind": _KIND, "target": self.target, "unit": self.unit}
        return _store.save(Path(path), self.to_content(), manifest)

    def to_content(self) -> dict[str, Any]:
        """Return all of it as arrays and plain values; see `save`.

        The training set is in it as what `TrainingSet.to_arrays` returns. The
        regressor must be fitted (AttributeError otherwise).

        Returns
        -------
        dict
            What `from_content` takes: ``parameters`` (``target``, ``unit``, ``trees`` and
            ``random_state``), ``mixture`` (a dict of its fields), ``columns`` (their number, None
            for compositions) and ``model`` (None, or a dict of ``arrays``, among them those of the
            model's ``beside`` where it has it, ``about``, JSON of the manifest, and ``known``, the
            training set). Names of columns are not in it.

        Raises
        ------
        InputError
            If a built-in model other than that of the Curie temperature answers.
        """
        mixture = dict(vars(self.mixture_))
        if self.mixture_.forest is not None:
            mixture["forest"] = dict(vars(self.mixture_.forest))
        content: dict[str, Any] = {
            "parameters": self.get_params(),
            "mixture": mixture,
            "columns": getattr(self, "n_features_in_", None),
            "model": None,
        }
        if self.model_ is None:
            return content
        if self.target != CURIE:
            raise InputError(
                f"{self.target} comes with magnetkit: `load({self.target!r}).estimator_` returns "
                "it anywhere; only what was fitted is saved"
            )
        assert isinstance(self.model_, CurieModel)
        arrays, about = _curie_training.pack(self.model_)
        if self.model_.beside is not None:
            arrays["beside"] = dict(vars(self.model_.beside))
        content["model"] = {
            "arrays": arrays,
            "about": json.dumps(about),
            "known": self.model_.known.to_arrays(),
        }
        return content

    @classmethod
    def from_content(cls, content: dict[str, Any]) -> "CompositionRegressor":
        """Build the regressor that `to_content` took apart.

        Parameters
        ----------
        content : dict
            What `to_content` returns, with ``parameters``, ``mixture``,
            ``columns`` and ``model``; changed in place, do not use it again.

        Returns
        -------
        CompositionRegressor
            A new one, fitted.
        """
        regressor = cls(**content["parameters"])
        mixture = content["mixture"]
        if mixture["forest"] is not None:
            mixture["forest"] = Forest(**mixture["forest"])
        regressor.mixture_ = Mixture(**mixture)
        if content["columns"] is not None:
            regressor.n_features_in_ = content["columns"]
        regressor.model_ = None
        model = content["model"]
        if model is not None:
            training_data = TrainingSet.from_arrays(model["known"])
            arrays = model["arrays"]
            about = json.loads(model["about"])
            if "beside" in arrays:
                arrays["beside"] = Beside(**arrays["beside"])
            regressor.model_ = _curie_training.unpack(
                training_data, arrays, about
            )
        return regressor

    @classmethod
    def load(cls, path: str | Path) -> "CompositionRegressor":
        """Read the regressor that `save` wrote.

        Parameters
        ----------
        path : str or Path
            The file; other versions of the package may have written it.

        Returns
        -------
        CompositionRegressor
            A new one, fitted, with the parameters that were saved.

        Raises
        ------
        StoreError
            If it is missing, damaged or no such file.
        """
        content, manifest = _store.read(Path(path), same_versions=False)
        if manifest.get("kind") != _KIND:
            raise StoreError(
                f"{path} holds no CompositionRegressor; `save` of one writes it"
            )
        return cls.from_content(content)


def _holds_compositions(X: Any) -> bool:
    """Say whether `X` holds compositions rather than columns of numbers.

    True for a table of compositions, a text, a path, a pandas frame with a column that is no
    number, any frame of polars or Arrow, of numbers too, a sequence whose first element is no
    number and no row, such as one of texts, a generator, and a NumPy array of 118 columns of
    numbers. False for a sparse matrix, an empty sequence, numbers and rows of numbers, a list of
    rows of 118 among them.
    """
    if isinstance(X, (CompositionTable, str, os.PathLike)):
        return True
    if hasattr(X, "dtypes"):
        return any(
            getattr(kind, "kind", "O") not in "biufc"
            for kind in np.atleast_1d(X.dtypes)
        )
    if hasattr(X, "columns") or hasattr(X, "schema"):
        return True
    if hasattr(X, "tocsr"):
        return False
    if hasattr(X, "__array__"):
        array = np.asarray(X)
        if (
            array.ndim == 2
            and array.shape[1] == N_ELEMENTS
            and array.dtype.kind in "biuf"
        ):
            return True
        if array.ndim != 1 and array.shape[1:] != (1,):
            return False
        X = array.ravel()
    if not hasattr(X, "__len__"):
        return True
    if not len(X):
        return False
    first = X[0]
    return not isinstance(
        first, (int, float, complex, np.number, list, tuple, np.ndarray)
    )


def _table(X: Any) -> CompositionTable:
    """Read `X` as compositions; an array of 118 columns holds atomic fractions.

    Such an array is taken as it is: its rows must sum to 1, which is not checked. Other forms are
    those of `magnetkit.predict`, with the basis "auto": a text with a balance, or
    whose amounts sum to 100, must name "wt.%" or "at.%". The `CompositionTable` has one row a
    composition. InputError if a fraction is below 0 or not finite, or `X` has no such form;
    CompositionError if a recipe cannot be read.
    """
    if isinstance(X, np.ndarray) and X.ndim == 2 and X.shape[1] == N_ELEMENTS:
        fractions = X.astype(np.float64)
        if not np.isfinite(fractions).all() or (fractions < 0.0).any():
            raise InputError(
                f"an array of {N_ELEMENTS} columns holds atomic fractions, numbers of 0 or more; "
                "give other columns in another number"
            )
        return CompositionTable.from_array(fractions)
    return as_table(X)


def _checked_values(y: ArrayLike, rows: int) -> FloatArray:
    """Convert `y` to an array of finite floats, (`rows`,).

    `y` is a sequence of numbers, or one column of them, which is flattened with a warning.
    InputError if there are more or fewer than `rows`, or one is not finite; ValueError if one is no
    number, or `y` has several columns.
    """
    values = column_or_1d(np.asarray(y, np.float64), warn=True)
    if values.shape != (rows,) or not np.isfinite(values).all():
        raise InputError(
            f"y must be {rows} numbers, one a composition; got shape {values.shape}"
        )
    return values


def _checked_groups(groups: Any, instead: NDArray) -> NDArray:
    """Convert `groups` to an array of texts, one a row; None gives `instead`, (n,), as it is.

    `groups` are labels of any kind, such as papers, one a row. InputError if there are not n of
    them.
    """
    if groups is None:
        return instead
    names = np.asarray(groups).astype(str)
    if names.shape != instead.shape:
        raise InputError(
            f"groups must name the paper or series of each of {len(instead)} rows; got shape "
            f"{names.shape}"
        )
    return names
