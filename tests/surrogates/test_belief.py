import numpy as np
import pandas as pd
import pytest
from magnetkit.errors import InputError
from numpy.testing import assert_allclose, assert_array_equal

import magnetkit as mk
from magnetkit.compound.parameters import load as calibrated
from magnetkit.phases.partition import partition
from magnetkit.surrogates import _curie_training
from magnetkit.surrogates._curie import prepare_query
from magnetkit.surrogates.intrinsic import evaluate
from tests.recipes import make_table, mix

CURIE = "curie_temperature_K"


@pytest.fixture(scope="module")
def training_rows():
    return _curie_training.load()


def _file(folder, rows, name="mine.csv"):
    frame = pd.DataFrame(rows, columns=["composition", CURIE, "group"])
    frame.to_csv(folder / name, index=False)
    return folder / name


def test_prediction_and_physics_read_one_model(tmp_path):
    names = ["Nd2Fe14B", "SmCo5", "Y2Fe17"]
    table = make_table(*names)
    file = _file(
        tmp_path, [("Y2Fe16Al1", 390.0, "a"), ("SmCo4Cu", 800.0, "b")]
    )
    temperatures = (
        _curie_training.load(add=file).predict(table)[CURIE].to_numpy()
    )
    curie = _curie_training.load(add=file)
    assert_allclose(
        evaluate(partition(table), 300.0, curie=curie).curie, temperatures
    )
    (frame,) = mk.magnetism.sintered_at(table, [300.0], curie=curie)
    assert_allclose(frame[CURIE], temperatures)
    assert_allclose(mk.predict(names, add=file)[CURIE], temperatures)
    # Nd2Fe14B 585 K, SmCo5 1020 K (Herbst 1991; Strnat 1988), Y2Fe17 324 K.
    assert_allclose(temperatures, [585.0, 1020.0, 324.0], atol=40.0)


def test_embedded_facts_alone_leave_the_calibrated_parameters(training_rows):
    part = partition(make_table("Nd2Fe14B", "SmFe11Ti"))
    assert not training_rows.decides
    got = evaluate(part, 300.0)
    assert_array_equal(
        got.curie, evaluate(part, 300.0, parameters=calibrated()).curie
    )
    assert got.predicted.share.tolist() == [0.0, 0.0]


def test_new_rows_carry_polarization_and_ranks(tmp_path):
    names = ["Nd2Fe14B", "Nd1.9Y0.1Fe13.6Ga0.4B", "Nd2Fe13.2Co0.5Al0.3B"]
    plain = mk.predict(names, temperature="180C")
    key = "saturation_polarization_T"
    worse, better = plain[key].iloc[1:].argsort().to_numpy() + 1
    hot = plain[CURIE].to_numpy() + 150.0
    cold = plain[CURIE].to_numpy() - 120.0
    rows = [
        (names[worse], hot[worse], "mine"),
        (names[better], cold[better], "mine"),
    ] * 3
    frame = mk.predict(names, temperature="180C", add=_file(tmp_path, rows))
    assert frame[CURIE][worse] > plain[CURIE][worse] + 30.0
    assert frame[CURIE][better] < plain[CURIE][better] - 30.0
    assert frame[key][worse] > plain[key][worse]
    assert frame[key][better] < plain[key][better]
    gap = plain["remanence_T"][better] - plain["remanence_T"][worse]
    assert frame["remanence_T"][better] - frame["remanence_T"][worse] < gap


def test_two_rows_of_a_series_sharpen_their_neighbours(
    training_rows, tmp_path
):
    rows = [
        ("Ce1.0Y1.0Fe13Ni1B", 520.0, "s"),
        ("Ce0.6Y1.4Fe13Ni1B", 540.0, "s"),
    ]
    larger = _curie_training.load(add=_file(tmp_path, rows))
    between = make_table("Ce0.8Y1.2Fe13Ni1B")
    before = training_rows.predict(between)
    after = larger.predict(between)
    assert abs(after[CURIE][0] - 530.0) < abs(before[CURIE][0] - 530.0)
    assert after[f"{CURIE}_data_share"][0] > 0.8
    for one, other in zip(
        larger.branches, training_rows.branches, strict=True
    ):
        assert_array_equal(one.process.theta_, other.process.theta_)


def test_new_rows_move_only_similar_compounds(tmp_path):
    names = ["Y2Fe16.5Al0.5", "Nd2Fe14B", "SmCo5", "SmFe11Ti"]
    plain = mk.predict(names)
    rows = [("Y2Fe16Al1", 480.0, "a"), ("Y2Fe15.5Al1.5", 490.0, "a")]
    frame = mk.predict(names, add=_file(tmp_path, rows))
    step = (frame[CURIE] - plain[CURIE]).to_numpy()
    # The rows lie over 60 K above the model.
    assert step[0] > 15.0
    assert np.abs(step[1:]).max() == 0.0
    for end in ("_lo", "_hi", "_provenance"):
        assert (
            frame[CURIE + end].tolist()[1:] == plain[CURIE + end].tolist()[1:]
        )
    assert (
        frame[f"{CURIE}_data_share"][0]
        > frame[f"{CURIE}_data_share"][1:].max()
    )


def test_other_rows_change_no_bit(training_rows):
    rng = np.random.default_rng(3)
    names = []
    for x, y in rng.random((700, 2)):
        names.append(mix("Nd", "Ce", x, 2) + mix("Fe", "Co", y, 14) + "B")
    table = make_table(*names)
    whole = training_rows.predict(table)
    parts = [
        training_rows.predict(table[np.arange(a, a + 7)])
        for a in (0, 200, 693)
    ]
    pd.testing.assert_frame_equal(
        pd.concat(parts, ignore_index=True),
        pd.concat(
            [whole[a : a + 7] for a in (0, 200, 693)], ignore_index=True
        ),
    )


def test_rows_near_the_parameters_leave_the_range_alone(tmp_path):
    rows = [("Nd1.5Ce0.5Fe14B", 549.0, "a"), ("NdCeFe14B", 509.0, "a")]
    name = ["Nd1.2Ce0.8Fe14B"]
    plain = mk.predict(name)
    larger = mk.predict(name, add=_file(tmp_path, rows))
    name_lo, name_hi = f"{CURIE}_lo", f"{CURIE}_hi"
    width = [
        frame[name_hi][0] - frame[name_lo][0] for frame in (plain, larger)
    ]
    assert width[1] <= width[0] * 1.01
    assert larger[f"{CURIE}_data_share"][0] > 0.5


def test_few_rows_know_little_of_other_hosts(tmp_path):
    rows = [
        ("Nd2Fe14B", 588.0, "a"),
        ("Nd1.5Ce0.5Fe14B", 549.0, "a"),
        ("NdCeFe14B", 509.0, "b"),
        ("Nd2Fe13CoB", 660.0, "c"),
        ("Nd2Fe12Co2B", 727.0, "c"),
    ]
    few = _curie_training.load(data=_file(tmp_path, rows))
    neighbours = few.predict(
        make_table("Nd2Fe14B", "Nd1.2Ce0.8Fe14B", "Nd1.6Dy0.4Fe14B")
    )
    width = (
        0.5 * (neighbours[f"{CURIE}_hi"] - neighbours[f"{CURIE}_lo"])
    ).to_numpy()
    # Five errors say what four of five are; no row holds dysprosium.
    assert width[0] < width[1] < width[2]
    assert width[2] > 30.0
    got = few.predict(make_table("SmCo5", "Y2Fe17"))
    assert not got["in_domain"].any()
    # Nothing of these hosts was given: the prior of the physics, 140 K, is all there is.
    half = 0.5 * (got[f"{CURIE}_hi"] - got[f"{CURIE}_lo"])
    assert (half >= 1.6 * 140.0).all()


def test_own_data_stand_alone(tmp_path, training_rows):
    rng = np.random.default_rng(0)
    rows = [
        (mix("Nd", "Ce", x, 2) + "Fe14B", 700.0 - 80.0 * x, f"p{i % 6}")
        for i, x in enumerate(rng.uniform(0.0, 1.9, 30))
    ]
    alone = _curie_training.load(data=_file(tmp_path, rows))
    assert len(alone.known) == 30
    got = alone.predict(make_table("Nd1.5Ce0.5Fe14B"))[CURIE][0]
    assert got == pytest.approx(660.0, abs=15.0)
    # Nothing of the embedded 1:5 compounds is left: the level of SmCo5 is the prior's.
    assert not alone.predict_phases(
        prepare_query(partition(make_table("SmCo5")))
    ).measured[0]
    with pytest.raises(InputError, match="one of the two"):
        _curie_training.load(data="a.csv", add="b.csv")


def test_unmeasured_host_is_unknown(training_rows):
    frame = training_rows.predict(make_table("ZrRe2", "Nd2Fe14B"))
    assert np.isnan(frame[CURIE][0])
    assert frame[f"{CURIE}_data_share"].between(0.0, 1.0).all()
    assert not frame["in_domain"][0]
    assert frame["in_domain"][1]


def test_a_measured_compound_says_so(tmp_path):
    file = _file(
        tmp_path, [("Y2Fe16Al1", 390.0, "a"), ("SmCo4Cu", 800.0, "b")]
    )
    frame = mk.predict(
        ["Y2Fe16Al1", "Y2Fe15Al2", "Nd1.7Ce0.2Pr0.1Fe13.7Co0.3B"], add=file
    )
    provenance = frame[f"{CURIE}_provenance"].tolist()
    assert provenance[0] == "measured"
    assert provenance[1] in ("physics", "surrogate")
    # Nothing was said of its like: the calibrated parameters stand.
    assert provenance[2] == "physics"


def test_every_training_compound_gets_a_number(
    training_rows,
):
    frame = training_rows.predict(training_rows.known.table)
    assert np.isfinite(frame[CURIE]).all()
    assert (frame[CURIE] - training_rows.known.values).abs().mean() < 15.0
    # GdFe2 and TbFe2 are known; of LaFe11Si2 nothing is like it.
    table = make_table("GdFe2", "Gd0.5Tb0.5Fe2", "LaFe11Si2")
    member, between, strange = training_rows.predict(table).to_dict("records")
    assert member[CURIE] == pytest.approx(796.0, abs=20.0)
    assert 690.0 < between[CURIE] < 800.0
    assert between[f"{CURIE}_hi"] - between[CURIE] > 50.0
    assert np.isnan(strange[CURIE])


def test_a_wider_interval_holds_a_narrower_one(training_rows):
    table = make_table("Nd2Fe14B", "Sm2Fe16Ga")
    narrow = training_rows.predict(table, 0.5)
    wide = training_rows.predict(table, 0.95)
    assert (wide[f"{CURIE}_hi"] > narrow[f"{CURIE}_hi"]).all()
    assert_array_equal(wide[CURIE], narrow[CURIE])
    # Nine in ten where nothing is said.
    plain = training_rows.predict(table)[f"{CURIE}_hi"]
    assert_array_equal(training_rows.predict(table, 0.9)[f"{CURIE}_hi"], plain)
    query = prepare_query(partition(table))
    half = training_rows.predict_phases(query).half
    assert_allclose(half, plain - wide[CURIE])


def test_accepts_one_row_and_refuses_an_impossible_one(tmp_path):
    one = _curie_training.load(
        add=_file(tmp_path, [("Y2Fe16Al1", 480.0, "a")], "one.csv")
    )
    assert one.predict(make_table("Y2Fe16Al1"))[CURIE][0] > 440.0
    for wrong in (-5.0, 0.0, 3000.0):
        file = _file(
            tmp_path,
            [("Nd2Fe14B", 585.0, "a"), ("SmCo5", wrong, "a")],
            "wrong.csv",
        )
        with pytest.raises(InputError, match="between 0 and 1400 K"):
            _curie_training.load(add=file)
        with pytest.raises(
            InputError, match=rf"got {wrong:g} for Sm0\.1667Co0\.8333"
        ):
            _curie_training.training_set(file)


def test_element_new_to_a_host_is_unseen(
    training_rows,
):
    table = make_table(
        "Nd2Fe14B", "Sm0.9Re0.1Co5", "Sm2Fe15Re2", "SmCo4.9Re0.1"
    )
    whose = prepare_query(partition(table))
    residual = training_rows.residual(
        whose, training_rows.base(whose.phases, whose.codes)
    )
    assert residual.unseen[0] == 0.0
    assert 0.0 < residual.unseen[3] < residual.unseen[2] == 1.0
