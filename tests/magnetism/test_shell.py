import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from magnetkit.composition import CompositionTable
from magnetkit.errors import InputError
from magnetkit.magnetism.shell import Shell, read_shell, read_shells, with_shell


@given(st.sampled_from(["Tb", "Dy", "Ho"]), st.integers(1, 50), st.integers(1, 100))
def test_text_round_trip(symbol, fraction, content):
    shell = Shell(symbol, fraction / 100, content / 100)
    assert read_shell(str(shell)) == shell


def test_dict_and_text_are_one():
    assert read_shell({"R": "Tb", "fraction": 0.1, "content": 0.3}) == read_shell("Tb 0.30 @ 0.10")


@pytest.mark.parametrize("empty", [None, "", float("nan")])
def test_empty_is_a_bulk_alloy(empty):
    assert read_shell(empty) is None


@pytest.mark.parametrize(
    "bad",
    ["Tb", "Fe 0.3 @ 0.1", "Tb 0.3 @ 0.9", "Tb 1.3 @ 0.1", "Tb -0.3 @ 0.1", {"R": "Tb"}, 3],
)
def test_bad_shells_say_the_way_out(bad):
    with pytest.raises(InputError, match="shell"):
        read_shell(bad)


def test_one_shell_a_row():
    rows = read_shells(["", "Dy 0.20 @ 0.05", None], 3)
    assert rows.text.tolist() == ["", "Dy 0.20 @ 0.05", ""]
    assert rows.fraction.tolist() == [0.0, 0.05, 0.0]
    assert read_shells(["", None], 2) is None
    with pytest.raises(InputError, match="expected one shell or 2"):
        read_shells(["Dy 0.20 @ 0.05"], 2)


def test_only_the_shell_pays():
    table = CompositionTable.from_strings(["Nd2Fe14B", "Nd2Fe14B"])
    whole = with_shell(table, ["Tb 0.30 @ 0.10", ""])
    np.testing.assert_allclose(whole.fraction("Tb"), [0.3 * 0.1 * 2 / 17, 0.0])
    np.testing.assert_allclose(whole.to_array().sum(axis=1), 1.0)
    bulk = CompositionTable.from_strings(["Nd1.4Tb0.6Fe14B"])
    tb = 64
    ratio = whole.weight_fractions()[0, tb] / bulk.weight_fractions()[0, tb]
    assert ratio == pytest.approx(0.1, rel=0.02)
