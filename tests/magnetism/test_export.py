import csv

import pytest
from magnetkit.datasets import rows
from magnetkit.errors import InputError

from magnetkit.alloy import CompositionTable
from magnetkit.magnetism.export import material, write_material

ENTITIES = {row["name"]: row for row in rows("columns/mammos.csv")}


def _table(*formulas):
    return CompositionTable.from_strings(list(formulas))


def test_values_are_those_of_the_literature():
    values = material(_table("Nd2Fe14B"), [300.0])
    assert values["Ms"][0] == pytest.approx(1.28e6, rel=0.05)
    assert values["Ku"][0] == pytest.approx(4.5e6, rel=0.15)
    assert values["A"][0] == pytest.approx(7.7e-12, rel=0.05)


def test_everything_falls_with_temperature():
    values = material(_table("SmCo5"), [300.0, 400.0, 500.0])
    for name in ("Ms", "A", "Ku"):
        assert values[name] == sorted(values[name], reverse=True)


def test_csv_has_the_rows_of_the_format(tmp_path):
    file = write_material(tmp_path / "m.csv", _table("SmCo5"), [300.0, "150C"])
    lines = file.read_text().splitlines()
    assert lines[0] == "# mammos csv v3"
    assert lines[2] == f"# {_table('SmCo5').formulas()[0]} by magnetkit"
    assert lines[1] == lines[3]
    assert lines[1].startswith("#--")
    labels, descriptions, iris, units, names, *rows = csv.reader(lines[4:])
    assert labels == [entity["label"] for entity in ENTITIES.values()]
    assert "estimate" in descriptions[names.index("A")]
    assert all(iri.startswith("https://w3id.org/emmo") for iri in iris)
    assert units == ["K", "A / m", "J / m", "J / m3"]
    assert [float(row[names.index("T")]) for row in rows] == [300.0, 423.15]


def test_yaml_has_numbers_and_all_keys(tmp_path):
    yaml = pytest.importorskip("ruamel.yaml")
    file = write_material(tmp_path / "m.yaml", _table("SmCo5"), [300.0])
    assert file.read_text().startswith("# mammos yaml v2\n")
    data = yaml.YAML(typ="safe", pure=True).load(file.read_text())
    assert data["description"] == f"{_table('SmCo5').formulas()[0]} by magnetkit"
    for entry in data["data"].values():
        assert set(entry) == {"ontology_label", "description", "ontology_iri", "unit", "value"}
        assert all(isinstance(v, float) for v in entry["value"])


def test_a_file_that_cannot_be_written_says_so(tmp_path):
    with pytest.raises(InputError, match="cannot write"):
        write_material(tmp_path / "missing" / "m.csv", _table("SmCo5"))


def test_what_cannot_be_exported_says_why(tmp_path):
    with pytest.raises(InputError, match="one material"):
        material(_table("SmCo5", "Nd2Fe14B"))
    with pytest.raises(InputError, match="no intrinsic model"):
        material(_table("Fe3Al"))
    with pytest.raises(InputError, match=r"writes \.csv"):
        write_material(tmp_path / "m.txt", _table("SmCo5"))


@pytest.mark.peer
@pytest.mark.parametrize("suffix", ["csv", "yaml"])
def test_mammos_reads_the_files(suffix, tmp_path):
    mammos = pytest.importorskip("mammos_entity")
    file = write_material(tmp_path / f"m.{suffix}", _table("Nd2Fe14B"), [300.0, "150C"])
    read = getattr(mammos, f"from_{suffix}")(file)
    values = material(_table("Nd2Fe14B"), [300.0, "150C"])
    for name, unit in (("T", "K"), ("Ms", "A / m"), ("A", "J / m"), ("Ku", "J / m3")):
        entity = getattr(read, name)
        assert list(entity.value) == pytest.approx(values[name], rel=1e-9)
        assert str(entity.unit) == unit
        assert entity.ontology_label == ENTITIES[name]["label"]
        assert entity.ontology_iri == ENTITIES[name]["iri"]
        assert entity.description == ENTITIES[name]["description"]
    assert read.description == f"{_table('Nd2Fe14B').formulas()[0]} by magnetkit"
