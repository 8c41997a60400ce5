import pytest
from magnetkit.errors import CompositionError, InputError

import magnetkit as mk
from magnetkit._core.elements import SYMBOLS
from magnetkit._core.settings import get_settings
from magnetkit.alloy import CompositionTable
from magnetkit.alloy.notation import (
    basis_code,
    expand_trade_names,
    read_amounts,
)


def test_the_charge_of_the_contract():
    composition = mk.parse_composition(
        "Nd30.5Dy1.2Co0.9Cu0.1B1.0Fe bal.", basis="weight"
    )
    assert composition.get_wt_fraction("Nd") == pytest.approx(0.305)
    assert composition.get_wt_fraction("Fe") == pytest.approx(0.663)
    assert sum(composition.values()) == pytest.approx(1)


def test_fault_of_a_whole_text_has_no_position():
    assert (
        CompositionError("why").position,
        str(CompositionError("why", "SmCo")),
    ) == (
        -1,
        "'SmCo': why",
    )


@pytest.mark.parametrize(
    ("text", "basis", "position", "reason"),
    [
        ("(Nd,Dy)2Fe14B", "auto", 0, "state each, as in"),
        ("Nd30.5Fe69.5", "auto", -1, "could be at.% or wt.%; name the basis"),
        ("Nd30.5Fe bal.", "auto", -1, "could be at.% or wt.%; name the basis"),
        (
            "TRE30.5B1Fe bal.",
            "weight",
            0,
            "TRE stands for the total rare earth",
        ),
        ("RE2Fe14B", "auto", 0, "RE stands for rare earths"),
        ("HRE2Fe14B", "auto", 1, "HRE stands for heavy rare earths"),
        ("MM14Fe79.9B6.1", "atomic", 0, "MM stands for mischmetal"),
        ("R2Fe14B", "auto", 0, "R stands for rare earths"),
        ("(PrNd)2Fe14B", "auto", 0, "Pr and Nd without their ratio"),
        ("PrNd30.5Dy1Fe67.5B1", "auto", -1, "name the basis"),
        ("Nd2D3", "auto", 3, "D is deuterium"),
        ("Nd2T14B", "auto", 3, "T is tritium or any transition metal"),
        ("Nd-2", "auto", 2, "amounts are not negative"),
        ("Fe1e-3", "auto", 3, "an exponent"),
        ("NaN", "auto", 0, "no composition here"),
        ("", "auto", 0, "no composition here"),
        (" \t", "auto", 0, "no composition here"),
        ("n/a", "auto", 0, "no composition here"),
        ("Nd30,5Fe69,5", "weight", 5, "decimals with a point"),
        ("Nd2Fe14-xCox", "auto", 8, "x is a variable"),
        ("Nd1-xDyxFe2", "auto", 4, "x is a variable"),
        ("NdFe14Bx", "auto", 6, "x is a variable"),
        ("nd2Fe14B", "auto", 0, "begin with a capital, e.g. Nd"),
        ("Nd14Fe80B6 + 0.5 wt.% Ga", "auto", 11, "joins two recipes"),
        ("Nd2Fe14Xx", "auto", 7, "'Xx' is no chemical element"),
        ("Nd2Fe14Q", "auto", 7, "'Q' is no chemical element"),
        ("Nd2Fe14B!", "auto", 8, "unexpected '!'"),
        ("Nd2.5.5Fe14B", "auto", 2, "expected a number"),
        ("5", "auto", 0, "belongs to no element"),
        ("Nd2Fe14B)", "auto", 8, "closes nothing"),
        ("(Nd2Fe14B", "auto", 0, "never closed"),
        ("Nd()", "auto", 2, "nothing in this bracket"),
        ("Fe bal.Co bal.", "weight", 10, "keep one bal."),
        ("bal.", "weight", 0, "beside a single element"),
        (
            "Nd80Co20Fe bal.",
            "weight",
            -1,
            "sum to 100, nothing of 100 is left",
        ),
        (
            "Sm(CobalFe1.1)7",
            "auto",
            2,
            "sum to 1.1, nothing of 1 in this bracket is left",
        ),
        (
            "(CobalFe1.1)7Sm",
            "auto",
            0,
            "sum to 1.1, nothing of 1 in this bracket is left",
        ),
        (
            "Nd30.5BFe bal.",
            "weight",
            6,
            "B has no amount; in wt.% every element needs one",
        ),
        (
            "Nd30.5BFe bal.",
            "atomic",
            6,
            "B has no amount; in a recipe every element needs one",
        ),
        ("Nd2Fe14B", "weight", 7, "read with the basis 'atomic'"),
        ("Nd30.5Fe62.5", "weight", -1, "sum to 93; a recipe must sum to 100"),
        (
            "Nd 30 Fe 70 wt.%",
            "atomic",
            -1,
            "names wt.%, the basis asked for is 'atomic'",
        ),
        ("Nd 30 wt.% Fe 70 at.%", "auto", -1, "names both"),
        ("Nd0", "auto", -1, "all amounts are zero"),
        ("Nd₂Fe₁₄Q", "auto", 7, "'Q' is no chemical element"),
        (
            "Nd((Fe2)0.00000000000000001)0.00000000000000001",
            "auto",
            -1,
            "amounts too far apart to be one composition",
        ),
        ("Fe1" * 33_334, "auto", -1, "longer than 100,000 characters"),
    ],
)
def test_refusals_say_where_and_what_to_do(text, basis, position, reason):
    with pytest.raises(CompositionError) as refusal:
        mk.parse_composition(text, basis)
    assert reason in refusal.value.reason
    assert refusal.value.position == position
    assert "\n" not in str(refusal.value)
    (error,) = CompositionTable.from_strings([text], basis).errors
    assert (error.text, error.position, error.reason) == (
        text,
        position,
        refusal.value.reason,
    )


def test_no_text_and_no_basis():
    with pytest.raises(
        InputError, match="expected text such as 'SmCo5', got a float"
    ):
        mk.parse_composition(float("nan"))
    with pytest.raises(InputError, match="basis must be one of"):
        mk.parse_composition("SmCo5", "wt.%")


def test_reads_alloys_of_the_charge_as_elements(monkeypatch):
    texts = [
        "PrNd30.8DyFe2FeB5Co1Fe bal.",
        "(NdPr) 30.8 Fe bal.",
        "MM10.5Nd20B1Fe bal.",
    ]
    with pytest.warns(UserWarning, match="read .*wt.%"):
        table = mk.CompositionTable.from_strings(texts, basis="weight")
    weight = dict(
        zip(SYMBOLS, 100.0 * table.weight_fractions()[0], strict=True)
    )
    # 25:75, 80 % dysprosium, 19 % boron.
    shares = [weight[e] for e in ("Pr", "Nd", "Dy", "B")]
    assert shares == pytest.approx([7.7, 23.1, 1.6, 0.95])
    assert table.row_index.tolist() == [0, 1, 2]
    monkeypatch.setattr(
        get_settings(), "charge_inputs", {"PrNd": {"Pr": 20, "Nd": 80}}
    )
    for unit in ("wt.%", "weight%", "mass%"):
        with pytest.warns(UserWarning, match="PrNd as Pr20 Nd80"):
            other = mk.parse_composition(f"PrNd30.8Fe bal. {unit}")
        assert other.get_wt_fraction("Pr") == pytest.approx(0.0616)
    # A formula has no such inputs, and what still is no recipe is refused as it stands.
    with pytest.raises(CompositionError, match="mischmetal"):
        mk.parse_composition("MM2Fe14B", "atomic")
    with (
        pytest.raises(CompositionError, match="Fe has no amount"),
        pytest.warns(match="FeB"),
    ):
        mk.parse_composition("Nd30.5FeB1", "weight")


@pytest.mark.parametrize(
    ("text", "position", "says"),
    [
        ("LRE2Fe14B", 0, "LRE stands for light rare earths"),
        ("REE2Fe14B", 0, "REE stands for rare earths"),
        ("SmTM5", 2, "TM stands for transition metals"),
        ("Mm2Fe14B", 0, "Mm stands for mischmetal"),
        ("Ln2Fe14B", 0, "Ln stands for lanthanides"),
        ("Di2Fe14B", 0, "Di stands for didymium"),
        ("Sm2M17", 3, "M stands for metals"),
        ("SmX5", 2, "X stands for any element"),
        ("SmA5", 2, "A stands for any element"),
        ("SmL5", 2, "L stands for any element"),
        ("SmQ5", 2, "'Q' is no chemical element"),
        ("Smz", 2, "z is a variable; put its value"),
        ("Fea", 2, "a is a variable"),
        ("Nd₂Fe₁₄δ", 7, "δ is a variable"),
        ("feB", 0, "unexpected 'fe'; element symbols begin with a capital, e"),
        ("qq", 0, "unexpected 'qq'; element symbols begin with a capital"),
        ("Fe#2", 2, "unexpected '#'; write a formula or recipe such as Nd"),
    ],
)
def test_letters_that_are_no_element_are_explained(text, position, says):
    with pytest.raises(CompositionError) as error:
        mk.parse_composition(text, "atomic")
    assert error.value.reason.startswith(says)
    assert error.value.position == position


@pytest.mark.filterwarnings("ignore:read ")
@pytest.mark.parametrize(
    ("text", "basis", "elements"),
    [
        ("PrNd30Fe bal.", "weight", "Pr 7.500000 Nd 22.500000Fe bal."),
        ("PrNd30Fe WT%", "auto", "Pr 7.500000 Nd 22.500000Fe WT%"),
        ("30PrNd Fe bal", "weight", "7.500000Pr 22.500000Nd Fe bal"),
        ("Nd30Fe rest", "weight", "Nd30Fe  bal. "),
        ("Nd30Fe余量", "weight", "Nd30Fe bal. "),
        # Nothing to replace, no weight, or another basis.
        ("Nd30Fe bal.", "weight", None),
        ("PrNd30Fe bal.", "auto", None),
        ("PrNd30Fe WT%", "atomic", None),
    ],
)
def test_trade_names_are_written_as_elements(text, basis, elements):
    assert expand_trade_names(text, basis) == elements


def test_mischmetal_is_known_in_two_spellings():
    for text in ("MM40", "Mm40", "40Mm"):
        with pytest.warns(UserWarning, match="read MM as Ce55 La25 Nd15 Pr5"):
            elements = expand_trade_names(text, "weight")
        # 40 % of 55, 25, 15 and 5 %.
        for amount in ("22.000000", "10.000000", "6.000000", "2.000000"):
            assert amount in elements


@pytest.mark.parametrize(
    ("text", "amounts", "balance"),
    [
        ("Nd30.5B1Fe bal.", {"Nd": 30.5, "B": 1, "Fe": 0}, "Fe"),
        ("(Nd0.8Dy0.2)2Fe14B", {"Nd": 1.6, "Dy": 0.4, "Fe": 14, "B": 1}, None),
        ("FeCoFe2", {"Fe": 3, "Co": 1}, None),
    ],
)
def test_amounts_are_read_as_they_are_written(text, amounts, balance):
    read, element = read_amounts(text)
    assert read == pytest.approx(amounts)
    assert list(read) == list(amounts)
    assert element == balance


def test_a_recipe_has_a_hundred_thousand_letters_at_most():
    assert read_amounts("Fe1" + " " * 99_997) == ({"Fe": 1.0}, None)
    with pytest.raises(CompositionError, match="longer than 100,000") as long:
        read_amounts("Fe1" + " " * 99_998)
    assert long.value.position == -1
    with pytest.raises(CompositionError, match="N42SH is a commercial grade"):
        read_amounts("N42SH")


@pytest.mark.parametrize(
    ("basis", "code"), [("auto", 0), ("atomic", 1), ("weight", 2)]
)
def test_bases_have_numbers(basis, code):
    assert basis_code(basis) == code
    for other in (basis.upper(), 0, None):
        with pytest.raises(InputError, match="basis must be one of auto, at"):
            basis_code(other)
