"""Arguments of another type than a function says are named, and nothing else is changed."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
from magnetkit.errors import InputError

from magnetkit._core._arguments import _fits, check_arguments, path


@pytest.mark.parametrize(
    ("annotation", "good", "bad"),
    [
        (
            float,
            (1, 1.5, np.float32(2.0), np.int64(3)),
            (True, "1", None, [1.0], 1j),
        ),
        (int, (1, np.int64(3)), (True, 1.0, "1")),
        (str, ("", "x"), (1, b"x", None)),
        (str | None, ("x", None), (3, ["x"])),
        (Literal["a", "b"], ("a",), ("c", 1, [])),
        (
            Sequence[str],
            (["x"], (), np.array(["x"])),
            ("x", b"x", [1], {"x": 1}, 5),
        ),
        (
            Sequence[float],
            (np.array([1.0]), [1]),
            (np.array(1.0), ["x"], [[1.0]]),
        ),
        (
            tuple[float, float],
            ((1, 2), [1.0, 2.0]),
            ((1,), (1, 2, 3), ("x", 1)),
        ),
        (Mapping[str, float], ({}, {"Tb": 3}), ([], {"Tb": "x"}, {1: 1.0})),
        (np.ndarray, (np.ones(2),), ([1.0],)),
        (str | Path, (Path("x"),), (5,)),
        (Any, (object(), None), ()),
    ],
)
def test_values_match_their_annotations(annotation, good, bad):
    assert all(_fits(value, annotation) for value in good)
    assert not any(_fits(value, annotation) for value in bad)


@check_arguments
def half(
    value: float,
    of: "NotImported | str" = "",  # noqa: F821
    *,
    by: Sequence[float] = (2.0,),
    **more: Any,
):
    if more:
        raise InputError("own words")
    return value / by[0] + len(of)


def test_names_the_argument_of_a_wrong_type():
    assert half(3.0) == 1.5
    # What works is not looked at: a bool is a number to Python.
    assert half(True) == 0.5
    with pytest.raises(
        InputError, match="half: value must be float, got 'x'"
    ) as error:
        half("x")
    assert isinstance(error.value.__cause__, TypeError)
    with pytest.raises(
        InputError, match=r"half: by must be Sequence\[float\], got 5"
    ):
        half(3.0, by=5)


def test_lets_other_exceptions_pass():
    with pytest.raises(ZeroDivisionError):
        half(3.0, by=[0.0])
    with pytest.raises(TypeError):
        half(3.0, of=5)


def test_a_functions_own_error_stands():
    with pytest.raises(InputError, match="own words"):
        half("x", other=1)


def test_a_path_without_sense_is_none():
    assert path("out", "x") == Path("x")
    for odd in ("", "a\0b", None, 5):
        with pytest.raises(InputError, match="out must be the path"):
            path("out", odd)
