"""Recipes as suppliers write them in wt.%: read as meant, or refused."""

import pytest
from magnetkit.errors import CompositionError

from magnetkit.alloy.notation import parse_composition

PAIR = {"Pr": 7.375, "Nd": 22.125, "Dy": 1.2, "B": 0.97}
"""29.5 wt.% of Pr25Nd75 with dysprosium and boron, by hand."""


def weights(text):
    amounts = parse_composition(text, basis="weight").to_weight_dict
    return {symbol: 100.0 * share for symbol, share in amounts.items()}


@pytest.mark.filterwarnings("ignore:.*to_weight_dict")
@pytest.mark.filterwarnings("ignore:read ")
@pytest.mark.parametrize(
    "text",
    [
        "29.5%PrNd 1.2%Dy 1%Co 0.97%B bal Fe",
        "29.5PrNd-1.2Dy-1Co-0.97B-Fe bal.",
        "29.5 wt% (Pr,Nd), 1.2 wt% Dy, 0.97 wt% B, balance Fe",
        "29.5%Pr-Nd 1.2%Dy 0.97%B Fe bal",
        "1.2%Dy 29.5%PrNd 0.97%B bal Fe",
        "PrNd 29.5%, Dy 1.2%, Co 1%, B 0.97%, Fe bal",
        "(PrNd)29.5Dy1.2Co1B0.97Febal",
        "Nd-Pr 29.5 / Dy 1.2 / Co 1 / B 0.97 / Fe balance",
        "NdPr29.5Dy1.2Co1B0.97Ga0.3Cu0.2Febal",
        "PrNd:29.5%;Dy:1.2%;B:0.97%;Fe:余量",
        "PrNd 29.5 Dy 1.2 B 0.97 Fe Rest",
        "(Pr0.25Nd0.75)29.5Dy1.2Co1.0B0.97Febal.",
        "Fe: bal, Nd: 22.125, Pr: 7.375, Dy: 1.2, B: 0.97",
        "Nd=22.125 Pr=7.375 Dy=1.2 B=0.97 Fe=bal",
        "Nd22.125%Pr7.375%Dy1.2%B0.97%Fe68.33%",
    ],
)
def test_reads_the_notation_of_suppliers(text):
    amounts = weights(text)
    for symbol, amount in PAIR.items():
        assert amounts[symbol] == pytest.approx(amount, abs=2e-3), symbol
    assert sum(amounts.values()) == pytest.approx(100.0)


@pytest.mark.filterwarnings("ignore:.*to_weight_dict")
def test_ferrodysprosium_before_its_name_holds_iron_too():
    with pytest.warns(
        UserWarning, match="DyFe as Dy80 Fe20, PrNd as Pr25 Nd75"
    ):
        amounts = weights("29.5% PrNd, 1.5% DyFe, 0.97% B, Fe rest")
    assert amounts["Dy"] == pytest.approx(1.2, abs=2e-3)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("30.7RE (1.2Dy) 0.97B bal Fe", "RE stands for rare earths"),
        (
            "TRE 30.7 (Dy 1.2) B 0.97 Co 1 Fe bal",
            "TRE stands for the total rare earth",
        ),
        ("29.5Nd+1.2Dy+0.97B+Fe bal", "joins two recipes"),
        (
            "Nd 23,6 Pr 5,9 Dy 1,2 B 0,97 Fe Rest",
            "write decimals with a point",
        ),
    ],
)
def test_refuses_open_amounts(text, says):
    with pytest.raises(CompositionError, match=says):
        weights(text)
