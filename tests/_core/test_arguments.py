"""Arguments of another type than a function says are named, and nothing else is changed."""

import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
from magnetkit.errors import InputError

import magnetkit
from magnetkit._core._arguments import (
    _fits,
    check_arguments,
    describe_type,
    parse_finite_number,
    parse_whole_number,
    path,
    share,
    warn,
)


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
        (tuple[int, ...], ((1, 2, 3),), ((1, "x"),)),
        (Iterable[int], (iter([1]),), ({1: 2},)),
        (None, (None,), (0,)),
        ("text annotation", (5,), ()),
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


def test_a_misspelt_argument_gets_a_suggestion():
    with pytest.raises(InputError, match=r"half: .* 'value'$") as error:
        half()
    assert "did you mean" not in str(error.value)

    @check_arguments
    def scale(value: float, *, factor: float = 1.0):
        return value * factor

    with pytest.raises(InputError, match=r"scale: .*; did you mean factor"):
        scale(1.0, facter=2.0)
    assert scale(3.0, factor=2.0) == 6.0
    with pytest.raises(InputError, match=r"got '(x+)$") as error:
        scale(1.0, factor="x" * 90)
    assert len(str(error.value).split("got ")[1]) == 60


def test_types_are_described_without_modules():
    assert describe_type(Sequence[str]) == "Sequence[str]"
    assert describe_type(str | Path | None) == "str | Path | None"
    assert describe_type(float) == "float"


@pytest.mark.parametrize("value", [1, 5, np.int64(3)])
def test_whole_numbers_within_limits(value):
    number = parse_whole_number("n", value, most=5)
    assert (type(number), number) == (int, value)


@pytest.mark.parametrize(
    ("value", "most", "says"),
    [
        (0, math.inf, "n must be a whole number of 1 or more, got 0"),
        (6, 5, "n must be a whole number from 1 to 5, got 6"),
        (1001, 1000, "from 1 to 1,000, got 1001"),
        (True, math.inf, "got True"),
        (3.0, math.inf, "got 3.0"),
    ],
)
def test_other_numbers_are_no_whole_ones(value, most, says):
    with pytest.raises(InputError, match=says):
        parse_whole_number("n", value, most=most)


def test_finite_numbers_and_their_bounds():
    assert parse_finite_number("x", np.float32(2.5)) == 2.5
    assert parse_finite_number("x", -5) == -5.0
    assert parse_finite_number("x", 0, 0.0) == 0.0
    for value in (math.nan, math.inf, 10**400, True, "1", None):
        with pytest.raises(InputError, match="x must be a finite number, got"):
            parse_finite_number("x", value)
    with pytest.raises(InputError, match="number of 0 or more, got -1"):
        parse_finite_number("x", -1, 0.0)
    with pytest.raises(InputError, match="number above 0, got 0"):
        parse_finite_number("x", 0, 0.0, above=True)
    assert parse_finite_number("x", 0.1, 0.0, above=True) == 0.1


def test_a_share_lies_between_nothing_and_all():
    assert share("interval", "0.9") == 0.9
    assert share("interval", 0.01) == 0.01
    for value in (0, 1, -0.1, 1.5, 10**400, "x", None):
        with pytest.raises(InputError, match="must lie between 0 and 1, got"):
            share("interval", value)


@pytest.mark.parametrize(
    ("caller", "named"),
    [("magnetkit_own.py", "magnetkit_own.py"), ("magnetkit/y.py", None)],
)
def test_a_warning_names_the_users_line(caller, named):
    place = Path(magnetkit.__file__).parent.parent
    names = {"warn": warn}
    for file, text in (
        ("magnetkit/x.py", "def issue(): warn('text')"),
        (caller, "def call(): issue()"),
    ):
        exec(compile(text, place / file, "exec"), names)
    with pytest.warns(UserWarning, match="text") as caught:
        names["call"]()
    expected = place / named if named else Path(__file__)
    assert Path(caught[0].filename) == expected
