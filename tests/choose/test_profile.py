"""Reading device profiles."""

import tomllib

import pytest
from magnetkit.errors import InputError

from magnetkit import applications, datasets


@pytest.fixture
def profile_document():
    with datasets.path("applications/communication-twt-compensated.toml").open(
        "rb"
    ) as stream:
        return tomllib.load(stream)


def write(folder, content):
    """Write a profile as TOML; enough of TOML for these tests."""

    def inline(value):
        if isinstance(value, dict):
            items = [
                f'"{key}" = {inline(item)}' for key, item in value.items()
            ]
            return "{" + ", ".join(items) + "}"
        if isinstance(value, list):
            return "[" + ", ".join(inline(v) for v in value) + "]"
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, str):
            return (
                '"'
                + value.replace("\\", "\\\\")
                .replace('"', '\\"')
                .replace("\n", " ")
                + '"'
            )
        return str(value)

    file = folder / "mine.toml"
    lines = [f"{key} = {inline(item)}" for key, item in content.items()]
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


@pytest.mark.parametrize("name", applications.names())
def test_every_embedded_profile_reads(name):
    profile = applications.load(name)
    assert profile.name == name
    assert len(profile.goals) == 4
    assert profile.temperatures[0] == profile.temperature_min_K
    assert profile.temperatures[-1] == profile.temperature_max_K


def test_a_users_file_works_the_same(tmp_path, profile_document):
    profile_document["name"] = "mine"
    file = write(tmp_path, profile_document)
    assert applications.load(file) == applications.load(str(file))
    assert (
        applications.load(file).requirements
        == applications.load("communication-twt-compensated").requirements
    )


def test_unknown_name_offers_the_nearest():
    with pytest.raises(InputError, match="did you mean f22-engine"):
        applications.load("f22-engin")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"temperature_max_K": "hot"},
            "field temperature_max_K: .*valid number.*got 'hot'",
        ),
        ({"temperature_max_K": 205.0}, "temperature_min_K must lie below"),
        ({"temperature_K": 900.0}, "temperature_K must lie within"),
        (
            {"colour": "red"},
            "field colour: extra inputs are not permitted, got 'red'",
        ),
        ({"hosts": ["3:29"]}, "field hosts.0: .*expected a host of 2:14:1"),
        ({"hosts": []}, "field hosts: tuple should have at least 1 item"),
        ({"load_line": -1.0}, "field load_line: .*greater than 0, got -1.0"),
        (
            {"magnet_mass_kg": float("nan")},
            "field magnet_mass_kg: .*finite number, got nan",
        ),
        ({"objectives": ["supply_risk:min"] * 7}, "field objectives"),
        ({"objectives": []}, "field objectives"),
        (
            {"objectives": ["supply_risk", "margin:max", "cost_USD_kg:min"]},
            "end in :min or :max",
        ),
        ({"name": "Not A Name"}, "field name"),
        ({"hosts": ["1:5"]}, "space names host '2:17'"),
    ],
)
def test_a_bad_field_is_named_in_one_line(
    tmp_path, profile_document, change, message
):
    file = write(tmp_path, profile_document | change)
    with pytest.raises(InputError, match=message) as error:
        applications.load(file)
    assert "\n" not in str(error.value)
    assert str(file) in str(error.value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"column": "remanence"},
            "no numeric result column; did you mean 'remanence_T'",
        ),
        ({"source": ""}, "field requirements.1.source"),
        ({"status": "sure"}, "'cited' or 'assumption', got 'sure'"),
        ({"column": "curie_temperature_K"}, "drop temperature_K"),
    ],
)
def test_names_a_bad_requirement(tmp_path, profile_document, change, message):
    profile_document["requirements"][1] |= change
    with pytest.raises(InputError, match=message):
        applications.load(write(tmp_path, profile_document))


def test_names_a_bad_reference(tmp_path, profile_document):
    profile_document["reference"]["formula"] = "Sm0.6Xx0.4Co5"
    with pytest.raises(
        InputError, match="field reference: formula cannot be read: 'Xx' is no"
    ):
        applications.load(write(tmp_path, profile_document))


def test_percent_reference_names_basis_and_host(tmp_path, profile_document):
    reference = profile_document["reference"]
    reference |= {
        "formula": "Nd21.7Pr5.4Dy3.7Co1Cu0.15B0.96Fe bal.",
        "host": "2:14:1",
    }
    with pytest.raises(
        InputError, match=r"could be at\.% or wt\.%; name the basis"
    ):
        applications.load(write(tmp_path, profile_document))
    reference["basis"] = "atomic"
    with pytest.raises(
        InputError, match="is of no host, not of 2:14:1; check the amounts"
    ):
        applications.load(write(tmp_path, profile_document))
    reference["basis"] = "weight"
    table = applications.load(
        write(tmp_path, profile_document)
    ).reference.table()
    # 3.7 g of 162.5 g/mol in 1.52 mol of atoms, of which 67.09 g are iron.
    assert table.fraction("Dy")[0] == pytest.approx(0.0150, abs=0.0003)


def test_names_a_bad_space(tmp_path, profile_document):
    # Of several in the order of their names, whatever the order of a set is this time.
    profile_document["space"][0]["limits"] = dict.fromkeys(
        "Y U W V Tm Tb S Re Pm P O Mo I Hf F Dy".split(), 0.1
    )
    with pytest.raises(
        InputError,
        match="limits name Dy, F, Hf, I, Mo, O, P, Pm, Re, S, Tb, Tm",
    ):
        applications.load(write(tmp_path, profile_document))
    profile_document["space"][0] |= {"limits": {}, "step": 1.5}
    with pytest.raises(InputError, match=r"space\.0\.step: .*equal to 1"):
        applications.load(write(tmp_path, profile_document))
    profile_document["space"][0] |= {"replace": {"Sm": ["Xx"]}, "step": 0.5}
    with pytest.raises(InputError, match="'Xx' is no chemical element"):
        applications.load(write(tmp_path, profile_document))


def test_shells_are_a_list_or_every_combination(tmp_path, profile_document):
    part = profile_document["space"][0] = {
        **profile_document["space"][-1],
        "shell": ["Tb 0.30 @ 0.10"],
    }
    assert applications.load(write(tmp_path, profile_document)).space[
        0
    ].shell == ("Tb 0.30 @ 0.10",)
    part["shell"] = {"R": ["Tb", "Dy"], "amount_wt_pct": [0.3, 0.25]}
    shells = (
        applications.load(write(tmp_path, profile_document)).space[0].shell
    )
    assert shells == (
        "Tb 0.3 wt%",
        "Tb 0.25 wt%",
        "Dy 0.3 wt%",
        "Dy 0.25 wt%",
    )
    for bad, message in (
        (["Fe 0.30 @ 0.10"], "must be a rare earth"),
        ({"R": ["Tb"]}, "field space.0.shell"),
        (
            {"R": ["Tb"], "content": [0.3], "fraction": [0.1]},
            "field space.0.shell",
        ),
        ({"R": ["Tb"], "amount_wt_pct": [-3.0]}, "not understood"),
        (["Tb 1.00 @ 0.001"], "no furnace makes this shell"),
        (["Tb 4 wt%"], "no furnace makes this shell"),
    ):
        part["shell"] = bad
        with pytest.raises(InputError, match=message):
            applications.load(write(tmp_path, profile_document))


def test_missing_file_field_and_toml(tmp_path, profile_document):
    with pytest.raises(InputError, match="No such file"):
        applications.load(tmp_path / "none.toml")
    del profile_document["hosts"]
    with pytest.raises(InputError, match=r"field hosts: field required$"):
        applications.load(write(tmp_path, profile_document))
    (tmp_path / "bad.toml").write_text("name = [", encoding="utf-8")
    with pytest.raises(InputError, match="not valid TOML"):
        applications.load(tmp_path / "bad.toml")


def test_goals_are_columns_and_directions():
    profile = applications.load("energy-traction-motor")
    profile_with_goals = profile.model_copy(
        update={"objectives": ("cost:min=2", "remanence_T:max", "margin:max")}
    )
    assert profile_with_goals.goals == (
        ("cost_per_flux_USD_m3_T", "min"),
        ("remanence_T", "max"),
        ("margin", "max"),
    )
