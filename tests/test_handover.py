"""What one room hands to the next arrives there: each value another, so that two that change
places are seen."""

import json
from importlib import import_module
from pathlib import Path

import pytest
from numpy.testing import assert_allclose

from magnetkit import applications
from magnetkit._core._requirement_text import parse_requirement
from magnetkit.alloy.shell_rows import read_shells
from magnetkit.choose._job import (
    job_identity,
    make_job,
    resolve_requirement,
    restore_job,
)
from magnetkit.magnetism._composition_estimate import charge
from magnetkit.magnetism.conditions import Conditions
from magnetkit.magnetism.process import process_record, read_process
from magnetkit.run.screen import identity
from tests.recipes import make_table
from tests.test_answers import CONDITIONS

BASE = "Nd1.8Dy0.2Fe14B"
GIVEN = {name: value for name, value in CONDITIONS.items() if name != "shell"}


def module(name):
    """Return a module whose name in its room is that of a function."""
    return import_module(f"magnetkit.{name}")


@pytest.fixture
def conditions(tmp_path):
    """Return conditions of which each is another, with files that are there."""
    files = {name: tmp_path / f"{name}.csv" for name in ("data", "add")}
    for file in files.values():
        file.write_text(
            "composition,curie_temperature_K\nNd2Fe14B,585\nPr2Fe14B,569\n"
        )
    return GIVEN | files


def test_functions_receive_the_conditions(conditions):
    reference = make_table("Nd2Fe14B")
    result = Conditions.of(
        **conditions, reference=reference, reference_shell="Tb 0.5 wt%"
    )
    assert result.between == (281.0, 411.0)
    duty = result.duty
    assert (duty.load_line, duty.outside_field_kA_m, duty.hours) == (
        0.7,
        51.0,
        123.0,
    )
    assert result.process == GIVEN["process"]
    assert (result.interval, result.scenario) == (
        0.83,
        "embargo",
    )
    assert (result.recycled, result.prices) == (
        GIVEN["recycled"],
        GIVEN["prices"],
    )
    assert (result.data, result.add) == (
        str(conditions["data"]),
        str(conditions["add"]),
    )
    assert result.reference is reference
    assert result.reference_shell == "Tb 0.5 wt%"
    assert result.snapshot is None
    assert Conditions.of(snapshot="here").snapshot == Path("here")


def test_manifest_restores_the_job(conditions):
    device = applications.load("energy-traction-motor")
    options = {
        "require": ["remanence_T>=0.97", "coercivity_kA_m>=801 at 140C"],
        "objectives": ["cost:min=2", "margin:max"],
    }
    job = make_job(device, 391.0, **options, **conditions)
    record = json.loads(json.dumps(job_identity(job)))
    again = restore_job(
        type(device).model_validate(record["application"]), record
    )
    assert again.temperature == job.temperature == 391.0
    assert again.profile == job.profile
    assert again.threshold == job.threshold
    assert job_identity(again) == job_identity(job)
    for name in (
        "duty",
        "interval",
        "scenario",
        "recycled",
        "prices",
        "between",
        "data",
        "add",
    ):
        assert getattr(again.conditions, name) == getattr(
            job.conditions, name
        ), name
    assert (
        again.conditions.reference.formulas()
        == job.conditions.reference.formulas()
    )
    assert again.conditions.reference_shell == job.conditions.reference_shell
    assert again.conditions.whole_range


def test_device_fills_missing_conditions():
    device = applications.load("energy-traction-motor")
    job = make_job(device)
    assert job.temperature == device.temperature_K
    assert job.conditions.between == (
        device.temperature_min_K,
        device.temperature_max_K,
    )
    duty = job.conditions.duty
    assert (duty.load_line, duty.outside_field_kA_m) == (
        device.load_line,
        device.outside_field_kA_m,
    )
    assert duty.hours == device.service_hours
    assert job.conditions.reference_shell == (device.reference.shell or "")
    assert job.profile.requirements == device.requirements
    assert job.profile.objectives == device.objectives


def test_run_identity_has_candidates_job_and_pieces():
    class Source:
        def describe(self):
            return {"space": "these"}

    job = make_job(applications.load("f22-engine"))
    record = identity(Source(), job, 77, {"version": "x"}, keep=5)
    assert record["candidates"] == {"space": "these"}
    assert (record["chunk_rows"], record["keep"], record["version"]) == (
        77,
        5,
        "x",
    )
    assert job_identity(job).items() <= record.items()


@pytest.mark.parametrize(
    ("text", "side", "limit", "kelvin"),
    [
        ("coercivity_kA_m >= 801 at 140C", "minimum", 801.0, 413.15),
        ("cost_USD_kg <= 77", "maximum", 77.0, None),
        (
            "|remanence_coefficient_pct_K| <= 0.031",
            "absolute_maximum",
            0.031,
            None,
        ),
    ],
)
def test_a_requirement_keeps_its_side_limit_and_temperature(
    text, side, limit, kelvin
):
    requirement = parse_requirement(text)
    assert requirement.temperature_K == kelvin
    device = applications.load("energy-traction-motor")
    resolution = resolve_requirement(text, device, Conditions.of(), 400.0)
    sides = {
        n: getattr(resolution, n)
        for n in ("minimum", "maximum", "absolute_maximum")
    }
    assert sides == dict.fromkeys(sides) | {side: limit}
    assert (resolution.column, resolution.temperature_K) == (
        requirement.column,
        kelvin,
    )
    assert resolution.share_of_reference is None


def test_shells_stand_in_their_own_rows():
    texts = [
        "",
        "Tb 0.5 wt%",
        "Dy 0.30 @ 0.10",
        "Nd 0.45 @ 0.20",
        "Dy 0.7 wt%",
    ]
    rows = read_shells(texts, 5)
    columns = [0, 64, 65, 59, 65]
    assert rows.column.tolist() == columns
    nan = float("nan")
    assert_allclose(rows.fraction, [0.0, nan, 0.1, 0.2, nan])
    assert_allclose(rows.content, [0.0, nan, 0.3, 0.45, nan])
    assert_allclose(rows.amount, [nan, 0.005, nan, nan, 0.007])
    assert rows.text.tolist() == texts


def test_a_process_comes_back_from_its_record():
    fields = {
        "grain_size_um": 3.1,
        "alignment": 0.91,
        "density": 0.96,
        "grain_boundary": 0.05,
        "oxygen_wt_pct": 0.21,
        "carbon_wt_pct": 0.12,
        "nitrogen_wt_pct": 0.03,
        "decay": 1.4,
        "alpha_k": 0.41,
    }
    assert process_record(read_process(fields, 1)) == fields
    assert process_record(process_record(fields)) == fields


def percent(text, *elements):
    weights = make_table(text, basis="weight").weight_fractions()[0]
    return [round(100.0 * float(weights[Z - 1]), 2) for Z in elements]


def test_recipes_hold_their_charges():
    # Atomic numbers: Fe 26, Co 27, Cu 29, Ga 31, Zr 40, Ce 58, Pr 59, Nd 60, Sm 62, Gd 64, Dy 66,
    # Er 68; a fifth of the light rare earth of Nd-Fe-B is Pr; boron 0.96 and copper 0.15 wt.%.
    text = charge("2:14:1", Dy=2.0, Ce=3.0, Co=1.5, Ga=0.4)
    assert percent(text, 66, 58, 27, 31, 5, 29) == [
        2.0,
        3.0,
        1.5,
        0.4,
        0.96,
        0.15,
    ]
    assert percent(text, 59, 60) == [5.16, 20.64]
    text = charge("2:17", rare_earth=24.0, Fe=14.0, Cu=6.0, Gd=4.0, Er=2.0)
    assert percent(text, 62, 26, 29, 64, 68, 40) == [
        18.0,
        14.0,
        6.0,
        4.0,
        2.0,
        2.8,
    ]
    text = charge("1:5", Pr=4.0, Gd=8.0)
    assert percent(text, 62, 59, 64, 27) == [24.3, 4.0, 8.0, 63.7]
