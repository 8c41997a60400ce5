"""What scikit-learn asks of an estimator, without importing it: that takes half a second."""

import inspect
from typing import Any, Self, TypeVar

from ..errors import MagnetkitError

E = TypeVar("E", bound="Plain")


class Plain:
    """An estimator whose settings are the arguments of its ``__init__``.

    A subclass of this and of scikit-learn's `BaseEstimator` is one of theirs.
    """

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the settings by name; `deep` is scikit-learn's, there is nothing inside."""
        return {name: getattr(self, name) for name in inspect.signature(type(self)).parameters}

    def blank(self) -> Self:
        """Return one of the same settings that is not fitted."""
        return type(self)(**self.get_params())


def check_is_fitted(estimator: Plain) -> None:
    """Refuse to go on with an estimator that has seen no rows.

    Raises
    ------
    MagnetkitError
        If it has not.
    """
    if not hasattr(estimator, "n_features_in_"):
        raise MagnetkitError(f"{type(estimator).__name__} is not fitted: call fit first")
