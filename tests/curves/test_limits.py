"""Up to which temperature magnets keep their flux."""

import numpy as np
import pytest
from magnetkit.errors import InputError
from magnetkit.units import MU_0

import magnetkit as mk
from magnetkit.curves.curve import _crossing_temperature
from magnetkit.magnetism.sintered import Duty

DYSPROSIUM = "Nd1.8Dy0.2Fe14B"
LOSSES = ["loss_0.2_pct_K", "loss_1_pct_K", "loss_5_pct_K"]


def test_limits_follow_loss_load_line_and_time():
    frame = mk.curves.use_limits(
        [DYSPROSIUM, "Sm2Co17"], (1.0, 2.0), (100.0, 1e5)
    )
    assert frame["load_line"].tolist() == [1.0, 1.0, 2.0, 2.0] * 2
    assert (np.diff(frame[LOSSES].to_numpy(float), axis=1) >= 0.0).all()
    limits = frame[frame["candidate"] == frame["candidate"].iloc[0]].set_index(
        ["load_line", "hours"]
    )
    assert (
        limits.loc[(2.0, 100.0), "loss_1_pct_K"]
        > limits.loc[(1.0, 100.0), "loss_1_pct_K"] + 10.0
    )
    assert (
        limits.loc[(1.0, 100.0), "loss_1_pct_K"]
        > limits.loc[(1.0, 1e5), "loss_1_pct_K"] + 1.0
    )


def test_limit_agrees_with_the_predicted_loss():
    frame = mk.curves.use_limits(DYSPROSIUM, 2.0, 1000.0, losses=[1.0])
    kelvin = float(frame["loss_1_pct_K"][0])
    row = mk.predict(DYSPROSIUM, kelvin, load_line=2.0, hours=1000.0).iloc[0]
    assert row["irreversible_loss_pct"] == pytest.approx(1.0, rel=0.05)
    low = row["irreversible_loss_pct_lo"]
    high = row["irreversible_loss_pct_hi"]
    assert low < row["irreversible_loss_pct"] < high
    knee = float(frame["knee_K"][0])
    at_knee = mk.predict(DYSPROSIUM, knee, load_line=2.0, hours=1000.0).iloc[0]
    assert at_knee["demagnetization_safety"] == pytest.approx(1.0, rel=0.02)


def test_an_outside_field_lowers_the_limit():
    alone = mk.curves.use_limits(DYSPROSIUM, 3.0, 100.0)
    beside = mk.curves.use_limits(
        DYSPROSIUM, 3.0, 100.0, outside_field_kA_m=200.0
    )
    assert beside["knee_K"][0] < alone["knee_K"][0] - 10.0


def test_no_limit_lies_above_what_the_structure_bears():
    frame = mk.curves.use_limits("Nd1.4Dy0.6Fe14B", 10.0, 100.0)
    # 220 C, the highest class sold.
    assert frame["loss_5_pct_K"][0] == pytest.approx(493.15)
    # What is sold of 2:17 bears 550 C.
    cells = mk.curves.use_limits("Sm2Co17", 10.0, 100.0)
    assert cells["loss_5_pct_K"][0] == pytest.approx(823.15)
    # A grade too; of a ferrite no long-term limit is known.
    sold = mk.curves.use_limits(["N28AH", "Y30"], 10.0, 100.0)
    assert sold["loss_5_pct_K"][0] == pytest.approx(493.15)
    assert sold["loss_5_pct_K"][1] > 493.15


def test_names_bad_input():
    with pytest.raises(InputError, match="losses"):
        mk.curves.use_limits(DYSPROSIUM, losses=[0.0])
    with pytest.raises(InputError, match="losses must lie between 0 and 100"):
        mk.curves.use_limits(DYSPROSIUM, losses=[1.0, 100.0])
    with pytest.raises(InputError, match="load_line"):
        mk.curves.use_limits(DYSPROSIUM, load_line=-1.0)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("losses", "x"),
        ("load_line", float("nan")),
        ("hours", [1.0, -1.0]),
    ],
)
def test_quotes_text_that_is_no_number(name, value):
    with pytest.raises(InputError, match=name) as error:
        mk.curves.use_limits(DYSPROSIUM, **{name: value})
    assert "np.float64" not in str(error.value)


def test_a_grade_has_the_limits_of_its_sheet():
    # Makers rate SH at 150 degrees C. From their minima at 140 (1.11 T, 518 kA/m by the chords), a
    # recoil of 1.05, Pc = 1 and H_k / H_cJ that falls from 0.95 at 20 to 0.85 at 150, H_k is 19 kA/m
    # more there than the own field and loses 5.5 of that a kelvin: 143 without the field that 100
    # hours act like.
    frame = mk.curves.use_limits(["N42SH", DYSPROSIUM], 1.0, 100.0)
    assert frame["candidate"].tolist() == ["N42SH", DYSPROSIUM]
    knee = float(frame["knee_K"][0])
    assert 135.0 < knee - 273.15 < 143.0
    # There the recoil line of the grade's curve meets the load line at the knee, but for the time.
    curve = mk.curve("N42SH", knee).curves
    field = curve.remanence[0, 0] / (MU_0 * (curve.recoil[0, 0] + 1.0))
    duty = Duty(1.0, 0.0, 100.0)
    assert curve.knee_field[0, 0] - field == pytest.approx(
        duty.creep, rel=0.02
    )
    # Where 5 % are lost the curve's own figures lose as much.
    hot = mk.curve("N42SH", float(frame["loss_5_pct_K"][0])).curves
    loss = duty.loss(hot.remanence, hot.coercivity, hot.knee_field, hot.recoil)
    assert loss[0, 0] == pytest.approx(5.0, rel=0.05)
    alone = mk.curves.use_limits(DYSPROSIUM, 1.0, 100.0)
    assert frame.loc[1, LOSSES].tolist() == alone.loc[0, LOSSES].tolist()
    assert "H_cJ as guaranteed" in frame.attrs["notes"][0]
    assert alone.attrs["notes"] == []


def test_says_where_flux_is_lost_at_the_first_temperature_already():
    weak = mk.curves.use_limits(["N45"], 0.2, 100.0, outside_field_kA_m=900.0)
    assert weak["knee_K"].item() == 293.15
    assert weak.attrs["notes"][1:] == [
        "N45: 20 °C stands for that or less; it is where the search begins"
    ]
    stands = mk.curves.use_limits(["N45"], 2.0, 100.0)
    assert len(stands.attrs["notes"]) == 1


def test_says_where_the_structure_limits_and_not_the_field():
    frame = mk.curves.use_limits(["N30AH", "N42SH"], [0.5, 1.0], 100.0)
    assert frame["knee_K"].iloc[1] == 493.15
    assert (frame["loss_5_pct_K"].iloc[2:] < 490.0).all()
    assert frame.attrs["notes"][2:] == [
        "N30AH: 220 °C is what its structure bears for long; "
        "the field alone would let it go higher"
    ]


def test_grade_takes_no_shell():
    with pytest.raises(InputError, match="are of a recipe"):
        mk.curves.use_limits("N42SH", shell="Tb 0.3 wt%")
    with pytest.raises(InputError, match="bonded"):
        mk.curves.use_limits("BNP-6")


def test_crosses_on_the_logarithmic_line():
    kelvin = 293.15 + 2.0 * np.arange(5)
    rising = np.array([0.1, 0.4, 1.6, 6.4, 25.6])
    nan = np.nan
    rows = np.array(
        [
            rising,
            10.0 * rising,
            100.0 * rising,
            1e-3 * rising,
            [0.1, 0.5, nan, nan, nan],
            [nan] * 5,
            [0.0, 0.0, 0.0, 4.0, 16.0],
            rising,
        ]
    )
    limit = np.full(len(rows), 1000.0)
    limit[-1] = 295.0
    crossing = _crossing_temperature(kelvin, rows, 1.0, limit)
    # 0.4 to 1.6 passes 1 at log(2.5) / log(4) of two kelvin; what is there from the start is told
    # at 20 C, what is never reached at the end; magnetism that ends is beyond any bound.
    part = np.log(2.5) / np.log(4.0)
    assert crossing[0] == pytest.approx(295.15 + 2.0 * part)
    assert crossing[1] == crossing[2] == 293.15
    assert crossing[3] == pytest.approx(301.15)
    assert crossing[4] == pytest.approx(295.15)
    assert np.isnan(crossing[5])
    # From nothing at all the logarithm leaps at the last.
    assert crossing[6] == pytest.approx(299.15, abs=0.02)
    assert crossing[7] == 295.0


def test_bound_of_the_curve_shifts_the_limits():
    knees = {}
    for bound in ("low", "centre", "high", "guaranteed"):
        knees[bound] = [
            mk.curves.use_limits(magnets, 1.0, 0.0, bound=bound)["knee_K"][0]
            for magnets in ([DYSPROSIUM, "Sm2Co17"], "N42SH")
        ]
    assert (
        knees["low"][0]
        < knees["guaranteed"][0]
        < knees["centre"][0]
        < knees["high"][0]
    )
    # Of a grade all coercivities are guaranteed, within 0.5 kA/m here: the magnet that has less
    # remanence stands in less of a field of its own.
    assert knees["low"][1] > knees["guaranteed"][1] > knees["high"][1]
    assert knees["guaranteed"][1] > knees["centre"][1]
    assert knees["low"][1] - knees["high"][1] < 4.0
    # There the magnet's own curve, without a neighbour, has its knee at the working point.
    for place, bound in ((0, "high"), (0, "guaranteed"), (1, "guaranteed")):
        magnet = (DYSPROSIUM, "N42SH")[place]
        kelvin = float(knees[bound][place])
        curve = mk.curve(magnet, kelvin, bound=bound).curves
        field = curve.remanence[0, 0] / (MU_0 * (curve.recoil[0, 0] + 1.0))
        assert curve.knee_field[0, 0] == pytest.approx(field, rel=0.002)
    with pytest.raises(InputError, match="low, centre, high or guaranteed"):
        mk.curves.use_limits(DYSPROSIUM, bound="least")


def test_header_names_the_temperature_of_an_assumed_knee():
    hot = mk.curve("N42SH", "150C", bound="guaranteed")
    assert "knee at 20 °C assumed at 0.95 H_cJ" in hot.source
    squareness = hot.curves.knee_field[0, 0] / hot.curves.coercivity[0, 0]
    assert squareness < 0.9
