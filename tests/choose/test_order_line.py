"""What an order says: limits, values with temperature, makers, money."""

from types import SimpleNamespace

import pytest

from magnetkit.choose.exposure import mass_shares
from magnetkit.choose.order_line import heavy_limits, order_line

MELT = SimpleNamespace(
    kind="diffused",
    candidate="Nd24.64Pr6.16Co1Cu0.15B0.96Fe bal.",
    shell="Tb 0.42 wt%",
    grade="",
    makers="",
    host="2:14:1",
    remanence_guaranteed_T=1.122,
    coercivity_guaranteed_kA_m=535.2,
    knee_guaranteed_kA_m=481.0,
    cost_USD_kg=34.2,
)


def test_limits_are_rounded_up_to_a_tenth():
    assert mass_shares(MELT.candidate, MELT.shell)["Tb"] == pytest.approx(
        0.42, abs=1e-3
    )
    assert heavy_limits(MELT) == {"Dy": 0.1, "Tb": 0.5}


def test_line_to_order_a_melt():
    line = order_line(
        MELT, temperature_K=423.15, drawing="N42SH", today_cost_USD_kg=40.0
    )
    for part in (
        "sintered, grain-boundary diffused with Tb, to the drawing of N42SH",
        "Dy <= 0.1 wt.%, Tb <= 0.5 wt.% of the whole magnet",
        "certify at 150 °C B_r >= 1.122 T, H_cJ >= 535 kA/m, H_k >= 481 kA/m",
        "alpha and beta",
        "at most 5 mm between coated faces",
        "no maker's sheet known: ask",
        "J(H) at 20 and 150 °C",
        "corrosion class and coating: not judged",
        "elements 34 USD/kg (today's 40)",
        "price: ask",
    ):
        assert part in line


def test_a_sold_grade_names_its_makers():
    melt = SimpleNamespace(
        **{
            **vars(MELT),
            "kind": "other-family",
            "shell": "",
            "grade": "Recoma 35E",
        }
    )
    melt.candidate = "Sm25Fe20Cu5Zr3Co bal."
    melt.makers = "Arnold"
    melt.host = "2:17"
    line = order_line(melt, temperature_K=423.15, drawing="N42SH")
    assert line.startswith(
        "Recoma 35E (2:17), as sold; content of Dy and Tb on the certificate"
    )
    assert "sold by Arnold" in line
    assert "between coated faces" not in line
