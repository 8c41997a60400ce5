"""The text of a shell: its limits, its sources and the form in which it is printed."""

import numpy as np
import pandas as pd
import pytest
from magnetkit.errors import InputError

from magnetkit._core.elements import ATOMIC_MASS, INDEX
from magnetkit.alloy.shells import CARRIERS, Shell, is_one, read_shell


@pytest.mark.parametrize(
    ("highest", "beyond", "says"),
    [
        (
            "Tb 20 wt%",
            "Tb 20.1 wt%",
            "amount_wt_pct must be above 0 and up to 20, got 20.1",
        ),
        ("Al 20 wt%", "Al 20.1 wt%", "amount_wt_pct .* up to 20, got 20.1"),
        ("Tb 0.3 @ 0.5", "Tb 0.3 @ 0.51", "fraction .* up to 0.5, got 0.51"),
        ("Tb 1 @ 0.1", "Tb 1.01 @ 0.1", "content .* up to 1, got 1.01"),
        (
            "Tb 1 wt% from faces 100 mm apart",
            "Tb 1 wt% from faces 101 mm apart",
            "distance of faces, mm, must be above 0 and up to 100, got 101",
        ),
        (
            "Al 1 wt% from faces 100 mm apart",
            "Al 1 wt% from faces 101 mm apart",
            "distance of faces",
        ),
    ],
)
def test_the_highest_value_of_each_is_taken(highest, beyond, says):
    assert isinstance(read_shell(highest), Shell)
    with pytest.raises(InputError, match=says):
        read_shell(beyond)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Al 0 wt%", "amount_wt_pct must be above 0"),
        ("Tb 1 wt% + Fe 1 wt%", "heavy rare earth or Pr, .*, got 'Fe'"),
        ("Tb 1 wt% + Xx 1 wt%", "'Xx' is no element"),
        (
            "Tb 1 wt% + Dy 1 wt%",
            "one heavy rare earth a shell is known, got Tb and Dy",
        ),
        ("Tb 1 wt% + 0.2", "'Tb 1 wt% [+] 0.2' not understood"),
        (" ", "not understood"),
        ({"R": "Tb", "content": 0.3}, "or R, fraction and content, got R, co"),
        ({}, "got none"),
    ],
)
def test_another_shell_is_refused(text, says):
    with pytest.raises(InputError, match=says):
        read_shell(text)


@pytest.mark.parametrize(
    ("text", "shell"),
    [
        (
            "Pr 0.25 wt% + Pr 0.5 wt%",
            Shell("Pr", amount_wt_pct=0.75),
        ),
        (
            "Al 0.25 wt% + Al 0.5 wt%",
            Shell("", carriers=(("Al", 0.75),)),
        ),
        # Of two light rare earths neither makes a rim; of a light and a heavy one the heavy does.
        (
            "Pr 1 wt% + Nd 2 wt.%",
            Shell("", carriers=(("Pr", 1.0), ("Nd", 2.0))),
        ),
        (
            "Pr 1 wt% + Ho 2 %wt",
            Shell("Ho", amount_wt_pct=2.0, carriers=(("Pr", 1.0),)),
        ),
        ("Y 1 wt%", Shell("Y", amount_wt_pct=1.0)),
        (
            "Tb 1 wt% from  faces 2.5mm apart ",
            Shell("Tb", amount_wt_pct=1.0, faces_mm=2.5),
        ),
        (
            "Tb 1 wt% between the grains",
            Shell("Tb", amount_wt_pct=1.0, between_grains=True),
        ),
        # 2 x 1 mg over 1 cm2 x 2 mm x 7.55 g/cm3, to three digits.
        (
            "Dy 1 mg/cm2 on 2 mm",
            Shell("Dy", amount_wt_pct=0.132, faces_mm=2.0),
        ),
    ],
)
def test_sources_make_a_rim_and_carriers(text, shell):
    assert read_shell(text) == shell
    assert read_shell(str(shell)) == shell
    assert read_shell(shell) is shell


def test_an_alloy_counts_atoms_to_four_digits():
    shell = read_shell("DyAlAl2 1 wt%")
    dysprosium = ATOMIC_MASS[INDEX["Dy"]]
    whole = dysprosium + 3 * ATOMIC_MASS[INDEX["Al"]]
    assert shell.amount_wt_pct == float(f"{dysprosium / whole:.4g}")
    assert dict(shell.carriers)["Al"] == pytest.approx(
        1.0 - dysprosium / whole, abs=1e-4
    )


@pytest.mark.parametrize("symbol", CARRIERS)
def test_every_carrier_goes_with_a_rim(symbol):
    shell = read_shell(f"Tb 1 wt% + {symbol} 0.5 wt%")
    assert shell.carriers == ((symbol, 0.5),)


@pytest.mark.parametrize(
    ("shell", "text"),
    [
        (Shell("Tb", 0.1, 0.3), "Tb 0.30 @ 0.10"),
        (Shell("Tb", 0.125, 1.0), "Tb 1.00 @ 0.125"),
        (Shell("Tb", amount_wt_pct=2.0), "Tb 2.0 wt%"),
        (Shell("Tb", amount_wt_pct=1e-5), "Tb 0.00001 wt%"),
        (Shell("", carriers=(("Al", 0.25),)), "Al 0.25 wt%"),
        (
            Shell("Tb", amount_wt_pct=0.5, carriers=(("Cu", 0.1),)),
            "Tb 0.5 wt% + Cu 0.1 wt%",
        ),
        (
            Shell("Tb", amount_wt_pct=0.5, faces_mm=2.5),
            "Tb 0.5 wt% from faces 2.5 mm apart",
        ),
        (
            Shell("Tb", amount_wt_pct=0.5, between_grains=True),
            "Tb 0.5 wt% between grains",
        ),
    ],
)
def test_a_shell_is_printed_as_it_is_read(shell, text):
    assert str(shell) == text


@pytest.mark.parametrize(
    ("value", "single"),
    [
        (None, True),
        ("Tb 0.5 wt%", True),
        (b"Tb", True),
        ({"R": "Tb"}, True),
        (Shell("Tb", 0.1, 0.3), True),
        (np.array("Tb 0.5 wt%"), True),
        (5.0, True),
        ([], False),
        (("Tb 0.5 wt%",), False),
        (np.array(["Tb 0.5 wt%"]), False),
        (pd.Series(["Tb 0.5 wt%"]), False),
    ],
)
def test_one_shell_is_told_from_several(value, single):
    assert is_one(value) is single
