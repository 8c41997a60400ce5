"""Arguments of public functions: numbers checked, names that do not exist said so."""

import difflib
import inspect
from collections.abc import Callable
from functools import wraps
from numbers import Integral
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from .errors import InputError

P = ParamSpec("P")
R = TypeVar("R")


def named(function: Callable[P, R]) -> Callable[P, R]:
    """Make a public function refuse arguments it does not have with an InputError.

    Parameters
    ----------
    function : callable
        Whose signature says what it takes.
    """
    signature = inspect.signature(function)

    @wraps(function)
    def checked(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            signature.bind(*args, **kwargs)
        except TypeError as error:
            own = [n for n, p in signature.parameters.items() if p.kind is not p.VAR_KEYWORD]
            unknown = [name for name in kwargs if name not in own]
            near = difflib.get_close_matches(unknown[0], own, n=1) if unknown else []
            hint = f"; did you mean {near[0]}?" if near else ""
            raise InputError(f"{function.__name__}: {error}{hint}") from None
        return function(*args, **kwargs)

    return checked


def whole(name: str, value: Any, least: int = 1) -> int:
    """Return a whole number.

    Parameters
    ----------
    name : str
        What it is.
    value : int
        As given; True and False are none.
    least : int
        Smallest that makes sense.

    Raises
    ------
    InputError
        If it is no whole number or too small.
    """
    if not isinstance(value, Integral) or isinstance(value, bool) or value < least:
        raise InputError(f"{name} must be a whole number of {least} or more, got {value!r:.60}")
    return int(value)


def share(name: str, value: Any) -> float:
    """Return a number above 0 and below 1.

    Parameters
    ----------
    name : str
        What it is.
    value : float
        As given.

    Raises
    ------
    InputError
        If it is no such number.
    """
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = float("nan")
    if not 0.0 < number < 1.0:
        raise InputError(f"{name} must lie between 0 and 1, got {value!r:.60}; 0.9 means 90 %")
    return number


def path(name: str, value: Any) -> Path:
    """Return a path.

    Parameters
    ----------
    name : str
        What it is.
    value : str or Path
        As given.

    Raises
    ------
    InputError
        If it is neither, or empty.
    """
    if not isinstance(value, str | Path) or not str(value):
        raise InputError(f"{name} must be the path of a file or folder, got {value!r:.60}")
    return Path(value)
