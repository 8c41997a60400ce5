"""Hosts as records: read whole, variants completed, mistakes named."""

import pytest

from magnetkit import datasets
from magnetkit.errors import DataError
from magnetkit.hosts import records
from magnetkit.hosts.partition import _counted


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with the one host 1:5, to which a test adds."""
    own = tmp_path / "hosts" / "1-5"
    own.mkdir(parents=True)
    own.joinpath("host.toml").write_bytes(datasets.path("hosts/1-5/host.toml").read_bytes())
    monkeypatch.setattr(datasets, "root", lambda: tmp_path)
    return tmp_path / "hosts"


def added(folder, name, text):
    folder.joinpath(name).mkdir()
    folder.joinpath(name, "host.toml").write_text(text, encoding="utf-8")
    return records._read()


def test_a_variant_has_all_that_it_does_not_give(folder):
    hosts = added(
        folder,
        "1-5-Cu",
        'name = "1:5:Cu"\nvariant_of = "1:5"\n'
        '[assignment]\nprecedence = 1\n"Cu / M" = [0.5, 1.0]\n',
    )
    assert list(hosts) == ["1:5", "1:5:Cu"]
    own, parent = hosts["1:5:Cu"], hosts["1:5"]
    assert own.assignment.alternatives == ({"Cu / M": (0.5, 1.0)},)
    assert (own.structure, own.split, own.magnet) == (
        parent.structure,
        parent.split,
        parent.magnet,
    )


def test_alternatives_are_every_choice_with_what_all_ask():
    found = records._assignment(
        {
            "precedence": 2,
            "T / M": [0.3, 1.0],
            "any": [[{"N / R": [0.4, 9.0]}, {"C / R": [0.3, 9.0]}], [{"T / M": [0.5, 1.0]}]],
        }
    )
    assert found.alternatives == (
        {"N / R": (0.4, 9.0), "T / M": (0.5, 1.0)},
        {"C / R": (0.3, 9.0), "T / M": (0.5, 1.0)},
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('name = "x"\nvariant_of = "1:6"\n', "1:6"),
        ('name = "x"\nprototype = "CaCu5"\n', "no whole record"),
    ],
)
def test_what_is_wrong_with_a_record_is_said(folder, text, said):
    with pytest.raises(DataError, match=said):
        added(folder, "x", text)


def test_a_sum_names_elements_and_groups():
    # Fifteen lanthanides, yttrium and zirconium.
    assert _counted("(R + Zr)").sum() == 17
    assert _counted("all").sum() == 118
    with pytest.raises(DataError, match="'Qq'"):
        _counted("R + Qq")


def test_a_file_is_that_of_the_host_itself_unless_only_its_parent_has_it(folder, monkeypatch):
    own = 'name = "1:5:Cu"\nvariant_of = "1:5"\n[assignment]\nprecedence = 1\n"Cu / M" = [0.5, 1]\n'
    monkeypatch.setattr(records, "HOSTS", added(folder, "1-5-Cu", own))
    assert records.file_of("1:5", "table.csv") == "hosts/1-5/table.csv"
    assert records.file_of("1:5:Cu", "table.csv") == "hosts/1-5/table.csv"
    folder.joinpath("1-5-Cu", "table.csv").touch()
    assert records.file_of("1:5:Cu", "table.csv") == "hosts/1-5-Cu/table.csv"
