"""The parser kernel beside its slow twin, beside pymatgen, and on what others misread."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from magnetkit.elements import ATOMIC_MASS, INDEX, SYMBOLS
from numpy.testing import assert_allclose, assert_array_equal

from magnetkit.alloy import CompositionTable
from magnetkit.alloy import _notation_kernels as _notation
from tests.alloy import naive_parse

BASES = ("auto", "atomic", "weight")


def run(texts, basis="auto", stretches=1):
    utf8_texts = [t.encode() for t in texts]
    offsets = np.cumsum([0, *(len(e) for e in utf8_texts)])
    data = np.frombuffer(b"".join(utf8_texts), np.uint8)
    if len(data) and data.max() > 127:
        data, offsets = _notation.fold(data, offsets)
    data.flags.writeable = offsets.flags.writeable = False
    return _notation.parse(
        data, offsets, BASES.index(basis), ATOMIC_MASS, stretches
    )


def as_twin(texts, basis="auto", stretches=1):
    indptr, indices, values, faults, places, _ = run(texts, basis, stretches)
    rows = []
    ranges = iter(pairwise(indptr))
    for fault, place in zip(faults, places, strict=True):
        row = slice(*next(ranges)) if fault == _notation.FINE else slice(0)
        amounts = dict(
            zip(indices[row].tolist(), values[row].tolist(), strict=True)
        )
        rows.append((fault, -1 if fault == _notation.FINE else place, amounts))
    assert next(ranges, None) is None
    return rows


def assert_like_twin(texts, basis, stretches=1):
    for text, got in zip(texts, as_twin(texts, basis, stretches), strict=True):
        want = naive_parse.parse(text, basis)
        assert got[:2] == want[:2], (text, basis)
        assert list(got[2]) == list(want[2]), (text, basis)
        for column, fraction in want[2].items():
            assert got[2][column] == pytest.approx(fraction, rel=1e-12), (
                text,
                basis,
            )


amounts = st.one_of(
    st.integers(0, 30).map(str),
    st.decimals(0, 100, places=3).map(str),
    st.sampled_from(["", "0.5", ".5", "5.", "₁₄", "99.5", "0.05"]),
)
symbols = st.sampled_from(
    ["Nd", "Pr", "Dy", "Fe", "Co", "B", "Cu", "Sm", "N", "At", "W"]
)
units = st.builds(lambda s, a: s + a, symbols, amounts)
formulas = st.recursive(
    st.lists(units, min_size=1, max_size=4).map("".join),
    lambda inner: st.builds(
        lambda a, b, pair, n: a + pair[0] + b + pair[1] + n,
        inner,
        inner,
        st.sampled_from(["()", "[]", "{}"]),
        amounts,
    ),
    max_leaves=4,
)
separators = st.sampled_from([" ", "", "-", ", ", "; ", " – ", "_", ": ", "/"])
marks = st.sampled_from(
    ["", " wt.%", " at.%", "%", " bal.", "bal", " (bal.)", " wt.-%", " (at%)"]
)
recipes = st.builds(
    lambda parts, last, mark: (
        "".join(a + b + m + s for a, b, m, s in parts) + last + mark
    ),
    st.lists(
        st.one_of(
            st.tuples(symbols, amounts, marks, separators),
            st.tuples(amounts, symbols, marks, separators),
        ),
        min_size=1,
        max_size=5,
    ),
    symbols,
    marks,
)
noise = st.text(
    alphabet="NdFeBCoPrxwat.%balBL()[]{}0123456789 -,;/+_₂–²", max_size=24
)


@settings(deadline=None, max_examples=150)
@given(
    st.lists(st.one_of(formulas, recipes, noise), max_size=12),
    st.sampled_from(BASES),
)
@example(
    ["NdFe", "Nd2Fe14B", "PrNd30.5", "Nd(Pr1)11", "FeNd11Pr", "PrNd9Fe"],
    "auto",
)
def test_kernel_agrees_with_its_slow_twin(texts, basis):
    assert_like_twin(texts, basis)


def test_many_rows_on_many_stretches_agree_with_one():
    rng = np.random.default_rng(0)
    texts = []
    for a, b, c in rng.random((3000, 3)).round(3):
        texts += [f"Nd{a}Dy{b}Fe{c}B", f"(Nd{a}Dy{b})2Fe14Nd{c}"]
        texts += ["Nd,", f"Nd0Fe{c}", ""]
    one = run(texts)
    many = run(texts, stretches=7)
    for x, y in zip(one[:4], many[:4], strict=True):
        assert_array_equal(x, y)
    assert_like_twin(texts[:500], "auto", 7)


def test_nothing_in_nothing_out():
    indptr, indices, values, faults, _, _ = run([])
    assert indptr.tolist() == [0]
    assert len(indices) == len(values) == len(faults) == 0
    assert run([""])[3].tolist() == [_notation.EMPTY]


@settings(deadline=None, max_examples=60)
@given(st.lists(st.one_of(formulas, noise), min_size=1, max_size=8))
@example(
    ["Fe1Er2", "Sm2(Co0.7Fe0.2Cu0.08Zr0.02)17", "((Nd)2)2", "Nd0.1Fe0.05"]
)
def test_same_answers_as_pymatgen_wherever_both_answer(texts):
    from pymatgen.core import Composition

    for text, (fault, _, row) in zip(
        texts, as_twin(texts, "atomic"), strict=True
    ):
        # Words (balance, wt.%) are no part of pymatgen's notation.
        if (
            fault != _notation.FINE
            or "al" in text
            or "at" in text
            or "wt" in text
        ):
            continue
        try:
            peer = Composition(text)
        except ValueError:
            continue
        if peer.num_atoms == 0:
            continue
        want = {
            INDEX[e.symbol]: peer.get_atomic_fraction(e) for e in peer.elements
        }
        assert row == pytest.approx(
            {c: a for c, a in want.items() if a > 0}, rel=1e-9
        ), text


@settings(deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(SYMBOLS),
        st.decimals("0.001", 1000, places=3),
        min_size=1,
        max_size=6,
    )
)
def test_reads_every_plain_formula_like_pymatgen(amounts):
    from pymatgen.core import Composition

    text = "".join(f"{s}{a}" for s, a in amounts.items())
    ((fault, _, row),) = as_twin([text], "atomic")
    assert fault == _notation.FINE
    peer = Composition(text)
    want = {
        INDEX[e.symbol]: peer.get_atomic_fraction(e) for e in peer.elements
    }
    assert row == pytest.approx(want, rel=1e-12)


# What the common readers of formulas make of these: chemparse takes Nd₂Fe₁₄B for Nd1 and, like
# smact, reads (Nd,Dy)2Fe14B; smact accepts Nd-2.
@pytest.mark.parametrize(
    "text",
    ["Nd₂Fe₁₄B", "Nd2Fe14B", " Nd2 Fe14 B ", "Nd2.0Fe14.0B1.", "B1Fe14Nd2"],
)
def test_one_compound_in_many_hands(text):
    ((fault, _, row),) = as_twin([text])
    assert fault == _notation.FINE
    expected = {INDEX["B"]: 1 / 17, INDEX["Fe"]: 14 / 17, INDEX["Nd"]: 2 / 17}
    assert row == pytest.approx(expected)


# Without compilation numpy tells of an amount beyond every number.
@pytest.mark.filterwarnings("ignore:overflow encountered")
@pytest.mark.parametrize(
    ("text", "basis", "fault", "place"),
    [
        ("Fe14(Nd, Dy)2B", "auto", _notation.AMBIGUOUS_BRACKET, 4),
        ("Nd−2Fe14", "auto", _notation.NEGATIVE, 2),
        ("-2Nd", "auto", _notation.NEGATIVE, 0),
        ("30.5Nd, -1Dy, Fe bal.", "weight", _notation.NEGATIVE, 8),
        ("Fe-30.5Nd-1B", "weight", _notation.NEGATIVE, 2),
        ("Nd1e3", "auto", _notation.EXPONENT, 3),
        ("Nd1E-3Fe", "auto", _notation.EXPONENT, 3),
        ("NdnanFe14", "auto", _notation.UNEXPECTED, 2),
        ("B2N wt%", "auto", _notation.NO_AMOUNT, 2),
        ("Nd²Fe", "auto", _notation.UNEXPECTED, 2),
        ("Nd2(Fe14]B", "auto", _notation.CLOSES_NOTHING, 8),
        ("Nd.", "auto", _notation.BAD_NUMBER, 2),
        ("Fe9999999999999999999", "auto", _notation.BAD_NUMBER, 2),
        (
            "(" * 18 + "Nd2Fe" + ")999999999999999999" * 18,
            "auto",
            _notation.OUT_OF_RANGE,
            -1,
        ),
        ("PrNd30.5Fe bal.", "weight", _notation.NO_AMOUNT, 0),
        ("(FeCo)bal.", "weight", _notation.BALANCE_ALONE, 6),
        ("Nd 30 bal.", "weight", _notation.BALANCE_ALONE, 6),
        ("Nd60Co45Fe bal.", "weight", _notation.NOTHING_LEFT, -1),
        ("Sm(CobalFe0.8Cu0.3)7", "auto", _notation.NOTHING_LEFT, 2),
        ("30.5Nd-62.5Fe", "atomic", _notation.BAD_SUM, -1),
        ("Nd 30.5 wt.% Fe bal.", "atomic", _notation.OTHER_BASIS, -1),
    ],
)
def test_refused_at_the_right_place(text, basis, fault, place):
    assert as_twin([text], basis)[0][:2] == (fault, place)
    assert naive_parse.parse(text, basis)[:2] == (fault, place)


WEIGHTS = {"Nd": 30.5, "Dy": 1.2, "B": 1.0, "Fe": 67.3}


@pytest.mark.parametrize(
    "text",
    [
        "Nd30.5Dy1.2B1.0Fe bal.",
        "Nd 30.5 Dy 1.2 B 1.0 Fe bal.",
        "Nd30.5Dy1.2B1.0Febal",
        "Fe_bal Nd30.5 Dy1.2 B1",
        "30.5Nd-1.2Dy-1.0B-Fe bal.",
        "30.5 Nd, 1.2 Dy, 1 B, bal. Fe",
        "30.5Nd–1.2Dy–1B–67.3Fe",
        "Fe bal.-30.5Nd-1.2Dy-1B",
        "Nd: 30.5; Dy: 1.2; B: 1; Fe: balance",
        "Nd=30.5%, Dy=1.2%, B=1%, Fe=67.3%",
        "30.5 wt.% Nd, 1.2 wt.% Dy, 1.0 wt.% B, Fe (bal.)",
        "Nd30.5Dy1.2B1Fe67.3 (wt.%)",
        "Nd30.5-Dy1.2-B1-Fe67.3 mass%",
        "Nd0.305Dy0.012B0.01Fe0.673",
        "30.5(Nd1.0)-1.2Dy-1B-BAL Fe",
    ],
)
def test_one_recipe_in_many_hands(text):
    ((fault, _, row),) = as_twin([text], "weight")
    assert fault == _notation.FINE
    atoms = {INDEX[s]: w / ATOMIC_MASS[INDEX[s]] for s, w in WEIGHTS.items()}
    total = sum(atoms.values())
    assert row == pytest.approx(
        {c: a / total for c, a in atoms.items()}, rel=1e-12
    )


@pytest.mark.parametrize(
    "text",
    [
        "Sm(Co_bal Fe0.07 Cu0.088 Zr0.025)7.5",
        "Sm(CobalFe0.07Cu0.088Zr0.025)7.5",
    ],
)
@pytest.mark.parametrize("basis", ["auto", "atomic"])
def test_balance_in_a_bracket_completes_one(text, basis):
    ((_, _, row),) = as_twin([text], basis)
    want = {
        "Sm": 1,
        "Co": 7.5 * 0.817,
        "Fe": 7.5 * 0.07,
        "Cu": 7.5 * 0.088,
        "Zr": 7.5 * 0.025,
    }
    assert row == pytest.approx({INDEX[s]: a / 8.5 for s, a in want.items()})


def test_brackets_nest_to_any_depth():
    depth = 5000
    text = "(" * depth + "NdFe2" + ")" * depth + "2"
    ((fault, _, row),) = as_twin([text])
    assert fault == _notation.FINE
    assert row == pytest.approx({INDEX["Fe"]: 2 / 3, INDEX["Nd"]: 1 / 3})


def test_words_of_the_basis_settle_an_open_basis():
    table = CompositionTable.from_strings(
        ["Nd 30.5 B 1 Fe bal. wt.%", "Nd15Fe77B8 at.%"]
    )
    assert not table.errors
    assert_allclose(table.fraction("Nd")[1], 0.15)
    assert_allclose(table.weight_fractions()[0, INDEX["Nd"]], 0.305)


@pytest.mark.parametrize(
    "small", ["0.0000000000000000015", "0.00000000000000000000123456789"]
)
def test_zeros_behind_the_point_cost_no_figures(small):
    ((fault, _, row),) = as_twin([f"Fe1Co{small}"])
    assert fault == _notation.FINE
    assert row[INDEX["Co"]] == pytest.approx(float(small), rel=1e-12)


@pytest.mark.parametrize(
    "basis", ["(wt.%)", "( wt.%)", "(wt.% )", "(  wt.%  )"]
)
def test_a_basis_in_brackets_may_have_room(basis):
    table = CompositionTable.from_strings([f"Nd 30.5 Fe 69.5 {basis}"])
    assert not table.errors
    # 30.5 / 144.24 and 69.5 / 55.845 in moles.
    assert table.fraction("Nd")[0] == pytest.approx(0.1452, abs=1e-4)
