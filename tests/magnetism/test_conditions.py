"""Conditions: said once, for Python and for the command line."""

import dataclasses
import inspect

import pytest
import typer
from magnetkit.applications import load
from magnetkit.errors import InputError

import magnetkit as mk
from magnetkit.choose._job import job_identity, make_job, restore_job
from magnetkit.cli.app import app
from magnetkit.magnetism.conditions import (
    GROUPS,
    ConditionKeywords,
    Conditions,
    calibrated_process,
    condition_fields,
    with_conditions,
)
from magnetkit.magnetism.sintered import Duty
from magnetkit.surrogates._curie_training import load as load_curie

ALLOY = "Nd29.5Dy1.0Co0.9Cu0.1B1.0Fe bal."


def test_every_condition_is_a_keyword_and_an_option():
    fields = {one.name: one for one in condition_fields(*GROUPS)}
    assert set(ConditionKeywords.__annotations__) == set(fields) - {
        "temperature"
    }
    assert len({one.metadata["option"] for one in fields.values()}) == len(
        fields
    )
    inner = {one.name for one in dataclasses.fields(Conditions)} - set(fields)
    assert inner == {"reference", "reference_shell", "whole_range"}
    predict = typer.main.get_command(app).commands["predict"]
    options = {parameter.name: parameter for parameter in predict.params}
    for name, one in fields.items():
        assert options[name].opts == [one.metadata["option"]]
        assert one.metadata["meaning"] in options[name].help


@pytest.mark.parametrize(
    "name", ["predict", "screen", "compare", "curve", "replace", "diffuse"]
)
def test_help_names_each_keyword(name):
    function = getattr(mk, name)
    parameters = inspect.signature(function).parameters
    assert not any(p.kind is p.VAR_KEYWORD for p in parameters.values())
    text = inspect.getdoc(function)
    assert "**keywords" not in text
    for keyword in set(parameters) & set(ConditionKeywords.__annotations__):
        # An entry of its own, or one with another.
        assert f"\n{keyword}" in text or f", {keyword} :" in text, keyword


def test_a_function_keeps_what_it_says_itself():
    @with_conditions("use", "supply", without=("recycled",))
    def say(alloy: str, load_line: float = 2.0, **keywords: float) -> float:
        """Say.

        Parameters
        ----------
        alloy : str
            It.
        load_line : float
            Own.
        **keywords
            Conditions.

        Returns
        -------
        float
        """
        return load_line

    parameters = inspect.signature(say).parameters
    names = ["outside_field_kA_m", "hours", "between", "scenario", "prices"]
    assert list(parameters) == ["alloy", "load_line", *names]
    assert parameters["load_line"].default == 2.0
    text = inspect.getdoc(say)
    assert text.count("load_line :") == 1
    # In place, before what follows.
    assert text.index("hours : float, optional") < text.index("Returns")
    assert say("x", hours=3.0) == 2.0


def test_conditions_are_checked_once_and_frozen():
    conditions = Conditions.of(
        temperature="20C,150C",
        load_line=2,
        outside_field_kA_m=50,
        hours=10,
        between=("0C", "100C"),
        prices={"Tb": "3x"},
        recycled={"Co": 0.2},
        scenario=None,
        interval=0.8,
    )
    assert conditions.temperature == (293.15, 423.15)
    assert conditions.duty == Duty(2, 50, 10)
    assert conditions.between == (273.15, 373.15)
    assert conditions.recycled == {"Co": 0.2}
    assert conditions.scenario == "baseline"
    assert conditions.supply_scenario.price_factor("Tb") == 3.0
    with pytest.raises(dataclasses.FrozenInstanceError):
        conditions.load_line = 1.0
    assert Conditions.of(hours=None, between=None) == Conditions()
    assert Conditions().curie is load_curie()
    with pytest.raises(InputError, match=r"prices must map elements"):
        Conditions.of(prices=[("Tb", 3)])


def test_calibration_is_a_name_a_grade_or_none():
    measured = {
        "composition": [ALLOY],
        "basis": ["weight"],
        "temperature_K": [293.15],
        "coercivity_kA_m": [1400.0],
    }
    process = mk.calibrate(measured, name="works")

    def predict(**keywords):
        return mk.predict(ALLOY, "20C", basis="weight", **keywords)

    by_name = predict(calibration="works")
    assert by_name.equals(predict(process=process))
    assert by_name.equals(predict(process="works"))
    bare = predict(calibration="none")
    assert bare.equals(predict())
    # The measured magnet itself comes out nearer to what was measured.
    near, far = (
        abs(frame["coercivity_kA_m"][0] - 1400.0) for frame in (by_name, bare)
    )
    assert near < 0.2 * far
    with_both = calibrated_process({"density": 0.97}, "works", 300.0)
    assert with_both["density"] == 0.97
    assert with_both["producer"]["name"] == "works"
    for bad, says in (
        ({"process": "works", "calibration": "works"}, "give one of the two"),
        ({"calibration": "nobody"}, "neither a grade nor a name"),
        ({"calibration": 5}, "calibration must be"),
    ):
        with pytest.raises(InputError, match=says):
            predict(**bad)
    # The level of coercivity is that at 20 C, where grades are printed, the remanence that of use.
    grade = calibrated_process(None, "N42SH", 423.15)["producer"]
    kelvin = {magnet["temperature_K"] for magnet in grade["magnets"]}
    assert kelvin == {293.15, 423.15}


def test_a_temperature_has_one_answer_alone_and_in_a_list():
    options = {"basis": "weight", "calibration": "N42SH"}
    column = "coercivity_kA_m"
    recipes = [ALLOY, "Nd31B1Fe bal."]
    hot = mk.predict(recipes, "150C", **options)[column].tolist()
    several = mk.predict(recipes, ["20C", "150C"], **options)
    assert several["temperature_K"].tolist() == [293.15, 423.15] * 2
    assert several[column].tolist()[1::2] == hot
    curves = mk.curve(ALLOY, ["20C", "150C"], **options).curves
    assert 1e-3 * curves.coercivity[0, 1] == pytest.approx(hot[0], rel=1e-9)


def test_no_device_magnet_stays_out_of_the_model():
    device = load("energy-traction-motor")
    assert device.reference.anchors
    assert "producer" in make_job(device).conditions.process
    bare = make_job(device, calibration="none")
    for job in (bare, restore_job(device, job_identity(bare))):
        assert job.conditions.process is None
        assert job.conditions.calibration == "none"
