"""Every fault of the parser has a sentence of its own that ends in a way out."""

from magnetkit.alloy import _notation_kernels as _notation
from magnetkit.alloy.notation import explain_fault

# A fault, a recipe with it, where it is, and what it sums to.
FAULTS = [
    (_notation.EMPTY, "", -1, 0.0),
    (_notation.UNEXPECTED, "Nd2Fe14B?", 8, 0.0),
    (_notation.NO_SUCH_ELEMENT, "Xq2Fe14B", 0, 0.0),
    (_notation.NEGATIVE, "Nd-2Fe14B", 2, 0.0),
    (_notation.EXPONENT, "Nd2e3", 3, 0.0),
    (_notation.BAD_NUMBER, "Nd2.3.4", 5, 0.0),
    (_notation.FOLLOWS_NOTHING, "2 3", 2, 0.0),
    (_notation.CLOSES_NOTHING, "Nd2)Fe", 3, 0.0),
    (_notation.NEVER_CLOSED, "(Nd2Fe", 0, 0.0),
    (_notation.EMPTY_BRACKET, "Nd()Fe", 2, 0.0),
    (_notation.AMBIGUOUS_BRACKET, "(NdDy)2Fe14B", 0, 0.0),
    (_notation.PAIR, "NdPr30Fe69B1", 0, 0.0),
    (_notation.BALANCE_ALONE, "Fe3bal.", 3, 0.0),
    (_notation.TWO_BALANCES, "Nd bal. Fe bal.", 11, 0.0),
    (_notation.NOTHING_LEFT, "Nd100 Fe bal.", -1, 100.0),
    (_notation.NO_AMOUNT, "Nd30 Fe", 5, 0.0),
    (_notation.NAME_BASIS, "Nd30Fe69B1", -1, 100.0),
    (_notation.TWO_BASES, "Nd30wt.% Fe70at.%", 12, 0.0),
    (_notation.OTHER_BASIS, "Nd30wt.%", 4, 0.0),
    (_notation.BAD_SUM, "Nd30Fe60", -1, 90.0),
    (_notation.ZERO, "Nd0Fe0", -1, 0.0),
    (_notation.OUT_OF_RANGE, "Nd1(Fe(1000))", -1, 0.0),
    (_notation.TOO_LONG, "Nd" * 9, -1, 0.0),
]


def test_every_fault_is_here():
    assert sorted(code for code, *_ in FAULTS) == list(
        range(_notation.FINE + 1, _notation.TOO_LONG + 1)
    )


def test_no_two_faults_read_alike():
    sentences = [explain_fault(*fault, basis="atomic") for fault in FAULTS]
    assert len(set(sentences)) == len(FAULTS)
    assert min(map(len, sentences)) > 15
