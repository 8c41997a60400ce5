import tomllib

import pytest
from magnetkit.applications import load
from magnetkit.errors import InputError
from typer.testing import CliRunner

from magnetkit.cli.app import app
from magnetkit.supply import load_scenario


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_new_profile_is_valid_and_explains_every_part(here):
    assert (
        CliRunner().invoke(app, ["applications", "new", "my-pump"]).exit_code
        == 0
    )
    profile = load(here / "my-pump.toml")
    assert profile.name == "my-pump"
    assert profile.space
    text = (here / "my-pump.toml").read_text()
    for part in tomllib.loads(text):
        lines = text.splitlines()
        line = next(
            i for i, t in enumerate(lines) if t.strip("[] ").startswith(part)
        )
        if part not in ("name", "title", "description", "sources"):
            assert any(
                t.startswith("#") for t in lines[max(line - 4, 0) : line]
            ), part


def test_a_new_scenario_is_valid(here):
    assert CliRunner().invoke(app, ["supply", "new", "tight"]).exit_code == 0
    scenario = load_scenario(here / "tight.toml")
    assert scenario.withheld("China", "Tb") == 0.5
    assert scenario.price_factor("Dy") == 3.0


@pytest.mark.parametrize("what", ["applications", "supply"])
def test_never_overwrites_a_profile(here, what):
    (here / "mine.toml").write_text("precious")
    answer = CliRunner().invoke(app, [what, "new", "mine"])
    assert isinstance(answer.exception, InputError)
    assert "is there already" in str(answer.exception)
    assert (here / "mine.toml").read_text() == "precious"
    bad = CliRunner().invoke(app, [what, "new", "../mine"])
    assert "small letters" in str(bad.exception)


def test_lists_all_faults_of_a_file(here):
    CliRunner().invoke(app, ["applications", "new", "my-pump"])
    file = here / "my-pump.toml"
    text = file.read_text().replace("load_line = 1.5", "load_line = -1.5")
    text = text.replace('"N38SH class"', '""').replace(
        '"coercivity_kA_m"', '"coercivity"'
    )
    file.write_text(text)
    with pytest.raises(InputError) as error:
        load(file)
    for field in ("load_line", "reference.grade", "requirements.1.column"):
        assert f"field {field}: " in str(error.value)


def test_command_without_application_names_the_way_out(here):
    (here / "alloys.csv").write_text("composition\nNd2Fe14B\n")
    done = CliRunner().invoke(
        app, ["screen", "alloys.csv", "--require", "remanence_T>=1"]
    )
    assert done.exit_code == 2
    assert "--reference" in done.output
