"""Books of constants: each with value, source and status."""

import pytest
from magnetkit.errors import DataError

from magnetkit._core import _books
from magnetkit._core._books import (
    law,
    read_book,
    read_constant,
    shift_constant,
)


def table(**changes):
    constant = next(iter(law("boundary")))
    keys = {name: getattr(constant, name) for name in _books._KEYS}
    return keys | {"status": "cited", "deviation": 0.1} | changes


def test_a_constant_is_what_its_table_says():
    constant = read_constant("laws", "boundary", "most", table(value=0.5))
    assert (constant.law, constant.name) == ("boundary", "most")
    assert constant.value == 0.5
    rows = read_constant(
        "laws", "b", "c", table(status="fitted", rows="a.csv")
    )
    assert rows.status == "fitted"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"extra": 1, "odd": 2}, "laws/b.toml, c: extra, odd is not known"),
        ({"status": "sure"}, "status must be one of"),
        ({"status": "fitted"}, "a fitted constant names its rows"),
        ({"deviation": 0.0}, "deviation must be above zero"),
        ({"deviation": float("nan")}, "deviation must be above zero"),
    ],
)
def test_names_an_incomplete_constant(change, says):
    with pytest.raises(DataError, match=says):
        read_constant("laws", "b", "c", table(**change))


def test_missing_keys_are_named_in_order():
    incomplete = table()
    for name in ("value", "source"):
        del incomplete[name]
    with pytest.raises(DataError, match="c: source, value is missing"):
        read_constant("laws", "b", "c", incomplete)


def test_a_book_has_its_laws_by_file_and_constants_in_order():
    book = read_book(_books.LAWS)
    assert list(book) == sorted(book)
    boundary = law("boundary")
    names = [constant.name for constant in boundary]
    assert "most_copper" in names
    assert all(getattr(boundary, name) is not None for name in names)
    with pytest.raises(
        AttributeError, match="law boundary has no constant 'x'"
    ):
        _ = boundary.x
    with pytest.raises(DataError, match=r"must be one of .*, got 'none'"):
        law("none")


def test_shifts_add_up_and_end_with_their_block():
    first, second, *_ = law("boundary")
    values = first.value, second.value
    boundary = law("boundary")

    def now():
        return getattr(boundary, first.name), getattr(boundary, second.name)

    with shift_constant(first, 7.0):
        with shift_constant(second, 8.0):
            assert now() == (7.0, 8.0)
            with shift_constant(first, 9.0):
                assert now() == (9.0, 8.0)
        assert now() == (7.0, values[1])
    assert now() == values
