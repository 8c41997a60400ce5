"""Checks of the arguments of public functions."""

import difflib
import inspect
import math
import os
import re
import sys
import warnings
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import wraps
from numbers import Integral, Real
from pathlib import Path
from types import UnionType
from typing import (
    Any,
    Literal,
    ParamSpec,
    TypeVar,
    Union,
    get_args,
    get_origin,
)

from .errors import InputError, MagnetkitError

_P = ParamSpec("_P")
_R = TypeVar("_R")


def check_arguments(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Decorate a public function so that it names the argument that it cannot use.

    The decorated function has the same signature and result. An unknown or
    missing argument is an InputError. So is an exception of another kind than
    MagnetkitError if an argument is not of its annotated type; otherwise that
    exception passes. Types are looked at only after a failure. Annotations in
    quotes, imported for type checkers alone, are not checked. `function` is
    not called if an argument is missing or unknown. Items of containers are
    looked at as well; values of ``**kwargs`` are not. Annotate ``*args`` with
    Any: its tuple as a whole is held against the annotation.
    """
    signature = inspect.signature(function)

    @wraps(function)
    def checked(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        """Call the function with `args` and `kwargs`, and return what it returns.

        A missing or unknown argument is an InputError. So is an exception of
        another kind than MagnetkitError if an argument is not of its annotated
        type. The values are handed on as they are.
        """
        try:
            bound = signature.bind(*args, **kwargs)
        except TypeError as error:
            parameters = [
                n
                for n, p in signature.parameters.items()
                if p.kind is not p.VAR_KEYWORD
            ]
            unknown = [name for name in kwargs if name not in parameters]
            question = suggest(unknown[0], parameters) if unknown else ""
            hint = f"; {question}" if question else ""
            raise InputError(f"{function.__name__}: {error}{hint}") from None
        try:
            return function(*args, **kwargs)
        except MagnetkitError:
            raise
        except Exception as error:
            for name, value in bound.arguments.items():
                parameter = signature.parameters[name]
                annotation = parameter.annotation
                if parameter.kind is not parameter.VAR_KEYWORD and not _fits(
                    value, annotation
                ):
                    raise InputError(
                        f"{function.__name__}: {name} must be {describe_type(annotation)}, got "
                        f"{' '.join(repr(value).split()):.60}"
                    ) from error
            raise

    return checked


_NUMBERS = {int: Integral, float: Real}


def _fits(value: Any, wanted: Any) -> bool:
    """Say whether a value is of an annotated type.

    Parameters
    ----------
    value : object
        Any value.
    wanted : annotation
        Such as ``float``, ``str | None``, ``Literal["x"]`` or
        ``Sequence[str]``. Every value fits Any and an annotation that is a
        text.

    Returns
    -------
    bool
        A whole number fits float, and so do numbers of numpy; 3.0 does not fit
        int. True and False are no numbers. Items of a container are looked at
        too, so an iterator is used up. A text is no sequence of texts. Only
        texts fit a Literal. Any sequence fits tuple[...], a list too.
    """
    kind = get_origin(wanted)
    inner = get_args(wanted)
    if kind in (Union, UnionType):
        return any(_fits(value, one) for one in inner)
    if kind is Literal:
        return isinstance(value, str) and value in inner
    if isinstance(kind, type):
        return _fits_container(value, kind, inner)
    if wanted is None:
        return value is None
    if wanted in _NUMBERS:
        return isinstance(value, _NUMBERS[wanted]) and not isinstance(
            value, bool
        )
    if isinstance(wanted, type) and wanted is not Any:
        return isinstance(value, wanted)
    return True


def _fits_container(value: Any, kind: type, inner: tuple[Any, ...]) -> bool:
    """Say whether a value is a container of a kind, with items of some types.

    Parameters
    ----------
    value : object
        Any value; an iterator is used up by this.
    kind : type
        Such as ``collections.abc.Sequence``, ``dict`` or ``numpy.ndarray``. Of
        an array only the class counts. Otherwise any iterable but a text,
        bytes or a mapping is taken.
    inner : tuple
        Annotations of the items: one, (key, value) for a mapping, one for each
        item of a tuple, or (type, ...). Only a tuple may have none.

    Returns
    -------
    bool
    """
    if issubclass(kind, Mapping):
        return isinstance(value, Mapping) and _fits_pairs(value, *inner)
    if not issubclass(kind, Iterable) or kind.__module__ == "numpy":
        return isinstance(value, kind)
    parts = _parts(value)
    if parts is None:
        return False
    if kind is tuple and inner[-1:] != (...,):
        return len(parts) == len(inner) and all(map(_fits, parts, inner))
    return all(_fits(part, inner[0]) for part in parts)


def _fits_pairs(pairs: Mapping[Any, Any], of_key: Any, of_value: Any) -> bool:
    """Return whether keys and values of a mapping are of annotated types."""
    keys_fit = all(_fits(key, of_key) for key in pairs)
    return keys_fit and all(_fits(value, of_value) for value in pairs.values())


def _parts(value: Any) -> list[Any] | None:
    """Return the items of `value` as a list; None for a text, bytes, a mapping or no iterable."""
    if isinstance(value, str | bytes | Mapping):
        return None
    try:
        return list(value)
    except TypeError:
        return None


def describe_type(annotation: Any) -> str:
    """Return a type as text, without the modules of its names.

    Such as "Sequence[str]" for ``collections.abc.Sequence[str]``. An
    annotation in quotes keeps them.
    """
    return re.sub(
        r"\b(?:\w+\.)+(?=\w)", "", inspect.formatannotation(annotation)
    )


def suggest(word: str, choices: Iterable[str]) -> str:
    """Ask for the choice that is most like a word: "did you mean remanence?".

    `word` is what came. Returned is that question alone, a text; it is empty
    if none of the `choices` is like the word. Case counts.
    """
    matches = difflib.get_close_matches(word, list(choices), n=1)
    if matches:
        return f"did you mean {matches[0]}?"
    return ""


def parse_whole_number(
    name: str, value: Any, least: int = 1, most: float = math.inf
) -> int:
    """Return `value` as an int.

    Parameters
    ----------
    name : str
        Name of the argument in the message.
    value : object
        True and False are no numbers; 3.0 is none either. Integers of numpy are.
    least, most : int
        Limits, both allowed.

    Returns
    -------
    int

    Raises
    ------
    InputError
        Unless it is a whole number from `least` to `most`.
    """
    is_whole = isinstance(value, Integral) and not isinstance(value, bool)
    if not is_whole or not least <= value <= most:
        limits = (
            f"of {least} or more"
            if most == math.inf
            else f"from {least} to {most:,}"
        )
        raise InputError(
            f"{name} must be a whole number {limits}, got {value!r:.60}"
        )
    return int(value)


def parse_finite_number(
    name: str, value: Any, least: float = -math.inf, *, above: bool = False
) -> float:
    """Return `value` as a float.

    Parameters
    ----------
    name : str
        Name of the argument in the message.
    value : object
        True, False, texts and Decimals are no numbers. Numbers of numpy and
        Fractions are; NaN and infinity are refused.
    least : float
        Smallest value.
    above : bool
        If True, `least` itself is too small.

    Returns
    -------
    float

    Raises
    ------
    InputError
        Unless it is a finite number of at least `least`, or above it with
        `above`.
    """
    real = isinstance(value, Real) and not isinstance(value, bool)
    number = math.nan
    # A whole number may be too large for a float.
    with suppress(OverflowError):
        number = float(value) if real else math.nan
    if not math.isfinite(number) or not (
        number > least or (number == least and not above)
    ):
        bound = f" above {least:g}" if above else f" of {least:g} or more"
        limit = bound if math.isfinite(least) else ""
        raise InputError(
            f"{name} must be a finite number{limit}, got {value!r:.60}"
        )
    return number


def share(name: str, value: Any) -> float:
    """Return `value` as a float between 0 and 1.

    Parameters
    ----------
    name : str
        Name of the argument in the message.
    value : object
        A number, or a text of one, such as "0.9"; "90%" is none. It is a share
        of 1, not %: 90 is refused.

    Returns
    -------
    float

    Raises
    ------
    InputError
        Unless it lies between 0 and 1; 0 and 1 themselves do not.
    """
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        number = float("nan")
    if not 0.0 < number < 1.0:
        raise InputError(
            f"{name} must lie between 0 and 1, got {value!r:.60}; 0.9 means 90 %"
        )
    return number


def as_texts(given: str | Iterable[str]) -> tuple[str, ...]:
    """Return several texts as a tuple in their order, and a text alone as a tuple of one."""
    return (given,) if isinstance(given, str) else tuple(given)


def path(name: str, value: Any) -> Path:
    """Return `value` as a path; InputError if it cannot be one.

    It must be a str or a Path, neither empty nor with the character NUL.
    `name` is the argument's, for the message. The path need not exist, and
    ``~`` is not written out.
    """
    if (
        not isinstance(value, str | Path)
        or not str(value)
        or "\0" in str(value)
    ):
        raise InputError(
            f"{name} must be the path of a file or folder, got {value!r:.60}"
        )
    return Path(value)


_PACKAGE = os.path.dirname(os.path.dirname(__file__)) + os.sep


def warn(text: str, kind: type[Warning] = UserWarning) -> None:
    """Issue a warning at the line of the user's code, however deep in the package this is called.

    `text` is the message and `kind` the class of the warning.
    """
    frame = sys._getframe(1)
    level = 2
    while frame.f_back is not None and frame.f_code.co_filename.startswith(
        _PACKAGE
    ):
        frame = frame.f_back
        level = level + 1
    warnings.warn(text, kind, stacklevel=level)
