"""Hosts as records: read whole, variants completed, mistakes named."""

from importlib import import_module

import numpy as np
import pytest
from magnetkit.errors import DataError

from magnetkit import datasets
from magnetkit.phases import records
from magnetkit.phases.partition import _counted_elements

partition = import_module("magnetkit.phases.partition")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with the one host 1:5, to which a test adds."""
    home = tmp_path / "hosts" / "1-5"
    home.mkdir(parents=True)
    home.joinpath("host.toml").write_bytes(
        datasets.path("hosts/1-5/host.toml").read_bytes()
    )
    monkeypatch.setattr(datasets, "root", lambda: tmp_path)
    return tmp_path / "hosts"


def read_with_record(folder, name, text):
    folder.joinpath(name).mkdir()
    folder.joinpath(name, "host.toml").write_text(text, encoding="utf-8")
    return records._read()


def test_variant_inherits_what_it_omits(folder):
    hosts = read_with_record(
        folder,
        "1-5-Cu",
        'name = "1:5:Cu"\nvariant_of = "1:5"\n'
        '[assignment]\nprecedence = 1\n"Cu / M" = [0.5, 1.0]\n',
    )
    assert list(hosts) == ["1:5", "1:5:Cu"]
    variant = hosts["1:5:Cu"]
    parent = hosts["1:5"]
    assert variant.assignment.alternatives == ({"Cu / M": (0.5, 1.0)},)
    assert (variant.structure, variant.split, variant.magnet) == (
        parent.structure,
        parent.split,
        parent.magnet,
    )


def test_variant_of_a_variant_has_the_same_root(folder):
    read_with_record(
        folder,
        "1-5-Cu",
        'name = "1:5:Cu"\nvariant_of = "1:5"\nrare_earth = 2\n',
    )
    hosts = read_with_record(
        folder, "1-5-Cu-H", 'name = "1:5:Cu:H"\nvariant_of = "1:5:Cu"\n'
    )
    assert [host.root for host in hosts.values()] == ["1:5"] * 3
    last = hosts["1:5:Cu:H"]
    assert (last.rare_earth, last.transition_metal, last.variant_of) == (
        2,
        5,
        "1:5:Cu",
    )


def test_codes_of_variants_lead_to_their_roots(folder, monkeypatch):
    hosts = read_with_record(
        folder, "1-5-Cu", 'name = "1:5:Cu"\nvariant_of = "1:5"\norder = 0\n'
    )
    # The order of the files is that of their numbers.
    assert list(hosts) == ["1:5:Cu", "1:5"]
    monkeypatch.setattr(partition, "HOSTS", hosts)
    monkeypatch.setattr(partition, "HOST_NAMES", tuple(hosts))
    monkeypatch.setattr(partition, "ROOTS", ("1:5",))
    codes = np.array([0, 1, -1], np.int8)
    assert partition.root_codes(codes).tolist() == [1, 1, -1]
    assert partition.root_places(codes).tolist() == [0, 0, -1]
    monkeypatch.setattr(records, "HOSTS", hosts)
    assert records.root_host("1:5:Cu") == "1:5"
    assert repr(hosts["1:5:Cu"]) == "<Host 1:5:Cu, such as SmCo5>"


def test_roots_are_the_hosts_that_are_no_variants():
    for name, host in records.HOSTS.items():
        assert (name in records.ROOTS) == (host.variant_of is None)


def test_record_has_defaults(folder):
    magnet = records._read()["1:5"].magnet
    assert magnet.usual_curie_K == magnet.exchange_stiffness_curie_K == 1020.0
    assert (magnet.usual_additive, magnet.sold_below_K) == (0.0, float("inf"))


@pytest.mark.parametrize(
    ("line", "wrong", "message"),
    [
        ("sublattices", "3", "one of 1, 2, got 3"),
        ("sublattices", "true", "one of 1, 2, got True"),
        ("anisotropy_order", "8", "one of 2, 4, 6, got 8"),
        ("crystal_field", '"cubic"', "one of R2Fe14B, axial, got 'cubic'"),
        ("filling", '"full"', "one of none, carbon_share, vacancy"),
        ("exchange_saturates", "1", "one of False, True, got 1"),
        ("exchange_stiffness_curie_K", "-1.0", "usual_curie_K .*got -1.0"),
        ("own_curie_process", '"yes"', "one of False, True"),
        ("section", '["Sm", "Co"]', "three elements"),
        ("section", '["Sm", "Co", "Qq"]', "three elements"),
        (
            "exchange_stiffness_curie_K",
            '"hot"',
            "usual_curie_K of .magnet. must be a number",
        ),
    ],
)
def test_refuses_a_wrong_value_with_the_choices(folder, line, wrong, message):
    file = folder / "1-5" / "host.toml"
    lines = file.read_text(encoding="utf-8").splitlines()
    text_lines = [
        f"{line} = {wrong}" if one.startswith(f"{line} =") else one
        for one in lines
    ]
    assert text_lines != lines
    file.write_text("\n".join(text_lines), encoding="utf-8")
    with pytest.raises(DataError, match=f"hosts/1-5.*{message}"):
        records._read()


def test_alternatives_are_every_choice_with_what_all_ask():
    assignment = records._assignment(
        {
            "precedence": 2,
            "T / M": [0.3, 1.0],
            "any": [
                [{"N / R": [0.4, 9.0]}, {"C / R": [0.3, 9.0]}],
                [{"T / M": [0.5, 1.0]}],
            ],
        }
    )
    assert assignment.alternatives == (
        {"N / R": (0.4, 9.0), "T / M": (0.5, 1.0)},
        {"C / R": (0.3, 9.0), "T / M": (0.5, 1.0)},
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('name = "x"\nvariant_of = "1:6"\n', "1:6"),
        ('name = "x"\nvariant_of = "x"\n', "a variant of this one"),
        ('name = "x"\nprototype = "CaCu5"\n', "no whole record"),
    ],
)
def test_names_faults_of_a_record(folder, text, message):
    with pytest.raises(DataError, match=message):
        read_with_record(folder, "x", text)


def test_a_sum_names_elements_and_groups():
    # Fifteen lanthanides, yttrium and zirconium.
    assert _counted_elements("(R + Zr)").sum() == 17
    assert _counted_elements("all").sum() == 118
    with pytest.raises(DataError, match="'Qq'"):
        _counted_elements("R + Qq")


def test_file_falls_back_to_the_parent(folder, monkeypatch):
    text = 'name = "1:5:Cu"\nvariant_of = "1:5"\n[assignment]\nprecedence = 1\n"Cu / M" = [0.5, 1]\n'
    monkeypatch.setattr(
        records, "HOSTS", read_with_record(folder, "1-5-Cu", text)
    )
    assert records.host_file("1:5", "table.csv") == "hosts/1-5/table.csv"
    assert records.host_file("1:5:Cu", "table.csv") == "hosts/1-5/table.csv"
    folder.joinpath("1-5-Cu", "table.csv").touch()
    assert records.host_file("1:5:Cu", "table.csv") == "hosts/1-5-Cu/table.csv"
