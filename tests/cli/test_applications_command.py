"""``magnetkit applications`` and new files to fill in."""

import json

import pytest
from magnetkit.errors import InputError
from typer.testing import CliRunner

from magnetkit.choose.applications import load, names
from magnetkit.cli.app import app
from magnetkit.report._content import requirement_in_words


def call(*arguments):
    done = CliRunner().invoke(app, list(arguments))
    assert done.exit_code == 0, done.output
    return done


def test_lists_each_device_with_its_range():
    lines = call("applications", "list").stdout.splitlines()
    assert [line.split()[0] for line in lines] == list(names())
    profile = load("energy-traction-motor")
    (line,) = [x for x in lines if x.startswith("energy-traction-motor ")]
    low = profile.temperature_min_K - 273.15
    high = profile.temperature_max_K - 273.15
    assert f" {low:.0f} to {high:.0f} °C  {', '.join(profile.hosts)}" in line
    assert line.endswith(profile.title)
    objects = call("applications", "list", "--json").stdout.splitlines()
    assert len(objects) == len(lines)
    assert set(json.loads(objects[0])) == {
        "name",
        "title",
        "temperature_min_K",
        "temperature_max_K",
        "hosts",
    }


@pytest.mark.parametrize("name", ["energy-traction-motor", "f22-engine"])
def test_shows_each_number_with_its_evidence(name):
    profile = load(name)
    text = call("applications", "show", name).stdout
    lines = text.splitlines()
    assert lines[0] == f"{name}: {profile.title}"
    assert lines[1] == ""
    assert " ".join(profile.description.split()) == lines[2]
    low = profile.temperature_min_K - 273.15
    high = profile.temperature_max_K - 273.15
    sources = profile.sources
    heads = {
        "Temperature": (f"{low:.0f} to {high:.0f} °C", sources.temperature),
        "Load line": (
            f"-B/(mu0 H) = {profile.load_line:g}",
            sources.load_line,
        ),
        "Magnet": (
            f"{profile.magnet_mass_kg:g} kg per device",
            sources.magnet_mass,
        ),
    }
    for head, (value, evidence) in heads.items():
        at = lines.index(f"{head:16s}{value}")
        source = f"{' ' * 16}{evidence.status}: {evidence.source}"
        assert lines[at + 1] == source
    reference = profile.reference
    shell = f" + {reference.shell}" if reference.shell else ""
    today = f"Today's magnet  {reference.formula}{shell} ({reference.grade})"
    assert today in lines
    assert f"Hosts           {', '.join(profile.hosts)}" in lines
    assert f"Surroundings    {profile.atmosphere}" in lines
    assert f"Objectives      {', '.join(profile.objectives)}" in lines
    celsius = profile.temperature_K - 273.15
    at = lines.index(f"Requirements, at {celsius:.0f} °C where none is named")
    for i, requirement in enumerate(profile.requirements):
        words = requirement_in_words(requirement)
        assert lines[at + 1 + 2 * i] == f"- {words}"
        evidence = f"  {requirement.status}: {requirement.source}"
        assert lines[at + 2 + 2 * i] == evidence
    assert ("Default candidates" in lines) == bool(profile.space)
    field = [x for x in lines if x.startswith("Outside field")]
    assert bool(field) == (sources.outside_field is not None)
    record = json.loads(call("applications", "show", name, "--json").stdout)
    assert record["load_line"] == profile.load_line


def test_new_files_are_valid_as_they_stand(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for words, name in (
        (("applications", "new"), "my-pump"),
        (("supply", "new"), "my-scenario"),
    ):
        done = call(*words, name)
        file = tmp_path / f"{name}.toml"
        assert done.stderr == f"magnetkit: see {file}\n"
        assert name in file.read_text("utf-8")
        again = CliRunner().invoke(app, [*words, name])
        assert isinstance(again.exception, InputError)
    assert load("my-pump.toml").name == "my-pump"
