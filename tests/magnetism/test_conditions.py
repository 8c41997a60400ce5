"""Conditions: said once, for Python and for the command line."""

import dataclasses
import inspect

import pytest
import typer
from magnetkit.errors import InputError

import magnetkit as mk
from magnetkit.cli.app import app
from magnetkit.magnetism.conditions import (
    GROUPS,
    ConditionKeywords,
    Conditions,
    calibrated_process,
    condition_fields,
    with_conditions,
)

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
    assert (
        conditions.duty.load_line,
        conditions.duty.outside_field_kA_m,
        conditions.duty.hours,
    ) == (2, 50, 10)
    assert conditions.between == (273.15, 373.15)
    assert (conditions.prices, conditions.recycled, conditions.scenario) == (
        {"Tb": "3x"},
        {"Co": 0.2},
        "baseline",
    )
    assert conditions.supply_scenario.price_factor("Tb") == 3.0
    with pytest.raises(dataclasses.FrozenInstanceError):
        conditions.load_line = 1.0
    assert Conditions.of(hours=None, between=None) == Conditions()
    with pytest.raises(InputError, match=r"prices must map elements"):
        Conditions.of(prices=[("Tb", 3)])


def test_calibration_is_a_name_a_grade_or_none(tmp_path, monkeypatch):
    from magnetkit.settings import get_settings

    monkeypatch.setenv("MAGNETKIT_DATA_DIR", str(tmp_path))
    get_settings.cache_clear()
    mine = tmp_path / "mine.csv"
    mine.write_text(
        "composition,basis,temperature_K,remanence_T,coercivity_kA_m\n"
        f'"{ALLOY}",weight,293.15,1.33,1400\n'
    )
    try:
        process = mk.calibrate(mine, name="works")
        ask = {"temperature": "20C", "basis": "weight"}
        by_name = mk.predict(ALLOY, **ask, calibration="works")
        assert by_name.equals(mk.predict(ALLOY, **ask, process=process))
        assert by_name.equals(mk.predict(ALLOY, **ask, process="works"))
        bare = mk.predict(ALLOY, **ask, calibration="none")
        assert bare.equals(mk.predict(ALLOY, **ask))
        # The measured magnet itself comes out nearer to what was measured.
        wrong = [
            abs(float(f["coercivity_kA_m"].iloc[0]) - 1400)
            for f in (by_name, bare)
        ]
        assert wrong[0] < 0.2 * wrong[1]
        with_both = calibrated_process({"density": 0.97}, "works", 300.0)
        assert with_both["density"] == 0.97
        assert with_both["producer"]["name"] == "works"
        with pytest.raises(InputError, match="give one of the two"):
            mk.predict(ALLOY, **ask, process="works", calibration="works")
    finally:
        get_settings.cache_clear()
    # The level of coercivity is that at 20 C, where grades are printed, the remanence that of use.
    grade = calibrated_process(None, "N42SH", 423.15)["producer"]
    assert {magnet["temperature_K"] for magnet in grade["magnets"]} == {
        293.15,
        423.15,
    }
    with pytest.raises(InputError, match="neither a grade nor a name"):
        mk.predict(ALLOY, basis="weight", calibration="nobody")
    with pytest.raises(InputError, match="calibration must be"):
        mk.predict(ALLOY, basis="weight", calibration=5)


def test_no_device_magnet_stays_out_of_the_model(tmp_path):
    from magnetkit.applications import load

    from magnetkit.choose._job import job_identity, make_job, restore_job

    device = load("energy-traction-motor")
    assert device.reference.anchors
    assert "producer" in make_job(device).conditions.process
    bare = make_job(device, calibration="none")
    assert bare.conditions.process is None
    again = restore_job(device, job_identity(bare))
    assert again.conditions.process is None
    assert again.conditions.calibration == "none"
