import io
from importlib import import_module
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from magnetkit.errors import InputError

import magnetkit as mk
from magnetkit.cli.predict import _read_device, _report_origin, numbers
from tests.command import invoke

MADE = ["basis", "shell"]


def test_several_magnets_in_a_pipe_are_csv(tmp_path):
    out = tmp_path / "overlay.svg"
    words = "curve N42SH Nd2Fe14B --temperature 150C --load-line 2"
    done = invoke(f"{words} --out {out}")
    assert done.exit_code == 0, done.output
    frame = pd.read_csv(io.StringIO(done.stdout))
    assert frame["candidate"].tolist() == ["N42SH", "Nd2Fe14B"]
    assert set(frame["load_line"]) == {2.0}
    assert f"see {out}" in done.stderr
    assert "<svg" in out.read_text("utf-8")


@pytest.fixture
def limits(monkeypatch):
    """Return what was asked of the limits, whose frame is a plain one."""
    rows = [("N42SH", "", 1.0, 100.0), ("N42SH", "", 2.0, 8760.0)]
    rows.append(("Nd2Fe14B", "Tb 1 wt%", 0.5, 87600.0))
    frame = pd.DataFrame(
        rows, columns=["candidate", "shell", "load_line", "hours"]
    )
    frame["knee_K"] = [400.0, 410.0, 420.0]
    frame["loss_0.2_pct_K"] = [403.15, 413.15, 423.15]
    frame["loss_5_pct_K"] = [433.15, 443.15, 273.55]
    frame.attrs["notes"] = ["A note."]
    calls = []

    def answer(*given, **options):
        calls.append((given, options))
        return frame

    module = import_module("magnetkit.curves.curve")
    monkeypatch.setattr(module, "use_limits", answer)
    return calls


def test_limits_stand_in_a_block_for_each_magnet(limits, terminal):
    done = invoke("curve --limits N42SH Nd2Fe14B")
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines() == [
        "N42SH",
        "  load line    hours       knee  0.2 % lost    5 % lost",
        "          1      100     127 °C      130 °C      160 °C",
        "          2     8760     137 °C      140 °C      170 °C",
        "Nd2Fe14B + Tb 1 wt%",
        "  load line    hours       knee  0.2 % lost    5 % lost",
        "        0.5    87600     147 °C      150 °C        0 °C",
        "A note.",
    ]
    ((magnets, lines, times), options) = limits[0]
    assert magnets == ["N42SH", "Nd2Fe14B"]
    assert (lines, times) == ([0.5, 1.0, 2.0, 3.0], [100.0, 87_600.0])
    assert (options["bound"], options["basis"]) == ("centre", "auto")


def test_limits_in_a_pipe_and_as_json(limits):
    duty = "--load-line 2 --hours 1,5 --outside-field 40"
    shell = "--shell 'Tb 1 wt%' --bound low --basis weight"
    done = invoke(f"curve --limits N42SH {duty} {shell}")
    assert done.exit_code == 0, done.output
    frame = pd.read_csv(io.StringIO(done.stdout))
    assert frame["knee_K"].tolist() == [400.0, 410.0, 420.0]
    assert done.stderr == "magnetkit: A note.\n"
    ((_, lines, times), options) = limits[0]
    assert (lines, times) == ([2.0], [1.0, 5.0])
    assert options["outside_field_kA_m"] == 40.0
    assert options["shell"] == "Tb 1 wt%"
    assert (options["bound"], options["basis"]) == ("low", "weight")
    done = invoke("curve --limits N42SH --json")
    assert len(done.stdout.splitlines()) == 3


def test_limits_bring_margins_of_each_duty(limits, monkeypatch):
    def tell(magnet, conditions, **recipe):
        duty = conditions.duty
        (kelvin,) = conditions.temperature
        field = duty.outside_field_kA_m
        made = sorted(name for name in recipe if recipe[name])
        return f"{kelvin:g} K, {duty.load_line:g}, {field:g} kA/m, {made}"

    module = import_module("magnetkit.curves.compare")
    monkeypatch.setattr(module, "find_margin", tell)
    duty = "--load-line 1,2 --hours 100 --outside-field 40"
    more = "--temperature 20C,150C --shell 'Tb 1 wt%'"
    done = invoke(f"curve --limits N42SH Nd2Fe14B {duty} {more}")
    assert done.exit_code == 0, done.output
    texts = [x.removeprefix("magnetkit: ") for x in done.stderr.splitlines()]
    # What is said of how a recipe is made says nothing of a grade.
    assert texts == [
        *(
            f"N42SH, 100 h: {kelvin} K, {line}, 40 kA/m, []"
            for line in (1, 2)
            for kelvin in (293.15, 423.15)
        ),
        *(
            f"Nd2Fe14B, 100 h: {kelvin} K, {line}, 40 kA/m, {MADE}"
            for line in (1, 2)
            for kelvin in (293.15, 423.15)
        ),
        "A note.",
    ]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("--limits --out a.csv", "leave --out out"),
        ("--limits --bare", "leave --bare out"),
        ("--limits --format femm", "leave --format out"),
        ("--limits --curve JH", "leave --curve out"),
        ("--limits --interval 0.5", "leave --interval out"),
        ("--hours 5", "are of --limits"),
        ("--json", "are of --limits"),
        ("--load-line 1,2", "a curve has one"),
        ("--out none/a.csv", "check the folder"),
    ],
)
def test_refuses_what_has_no_effect(arguments, says):
    done = invoke(f"curve N42SH {arguments}")
    assert isinstance(done.exception, InputError), done.output
    assert says in str(done.exception)


def test_a_device_gives_temperatures_and_load_line_where_none_is_given():
    profile = mk.choose.applications.load("energy-traction-motor")
    kelvin, line = _read_device("energy-traction-motor", None, None)
    assert kelvin == ",".join(f"{t:g}K" for t in profile.temperatures)
    assert float(line) == profile.load_line
    assert _read_device("energy-traction-motor", "20C", "3") == ("20C", "3")
    assert numbers("1, 2.5", "--hours") == [1.0, 2.5]


def test_origin_of_measured_curves_and_extrapolation_are_said(capsys):
    curve = SimpleNamespace(
        measured=(),
        source="measured at 20 °C: a.csv",
        curves=SimpleNamespace(temperature=np.array([293.15, 473.15])),
        beyond=("", "hotter than its sheets"),
    )
    hot = "magnetkit: extrapolated at 200 C: hotter than its sheets"
    _report_origin(curve)
    assert capsys.readouterr().err.splitlines() == [hot]
    curve.measured = ("points",)
    _report_origin(curve)
    source = "magnetkit: measured at 20 °C: a.csv"
    assert capsys.readouterr().err.splitlines() == [source, hot]


def test_files_are_named_as_written(tmp_path):
    out = tmp_path / "a.csv"
    done = invoke(f"curve N42SH --temperature 20C --curve JH --out {out}")
    assert done.stderr.splitlines()[-1] == f"magnetkit: see {out}"
    text = mk.curve("N42SH", "20C").text("csv", 0, "JH", False)
    assert out.read_text("utf-8") == text


def test_limits_and_predictions_anchor_at_the_temperature_of_use():
    recipe = "'Nd24.64Pr6.16Co1Cu0.15B0.96Fe bal.' --basis weight"
    use = "--calibration N48H --load-line 1 --temperature 100C"
    margins = [
        invoke(line).stderr.split("margin at ")[1].split(";")[0]
        for line in (
            f"curve --limits {recipe} {use} --hours 0",
            f"predict {recipe} {use}",
        )
    ]
    assert margins[0] == margins[1]
