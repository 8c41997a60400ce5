"""Which phases count as known from experiment."""

import numpy as np
import pytest

from magnetkit.composition.table import CompositionTable
from magnetkit.hosts.partition import HOSTS
from magnetkit.kernels import mixing
from magnetkit.kernels.arrays import Rows
from magnetkit.phases.known import known_end_members, known_rules, main_metals, stabilised


@pytest.mark.parametrize(
    ("host", "formula", "known"),
    [
        ("1:5", "SmCo5", True),
        ("1:5", "Sm0.5Gd0.5Co5", True),
        ("1:5", "Sm0.97Lu0.03Co5", True),  # LuCo5 is not known, but too little to count
        ("1:5", "Sm0.5Lu0.5Co5", False),
        ("1:5", "SmCo3Cu2", True),
        ("1:5", "SmCo3Ni2", False),
        ("1:5", "SmCo4.5Fe0.5", True),  # iron dissolves
        ("1:5", "SmCo2Fe3", False),
        ("2:17", "Sm2Co12Fe5", True),
        ("2:14:1", "Nd1.5Dy0.5Fe12Co2B", True),
        ("2:14:1", "Dy2Co14B", False),
        ("2:14:1", "Nd2Fe10Al4B", False),
        ("1:12", "NdFe11Ti", True),
        ("1:12", "NdFe12", False),  # without the stabiliser of the known compound
        ("1:12", "SmFe12", False),  # known as a film alone
        ("1:12", "SmFe11.5Ti0.5", True),
    ],
)
def test_known(host, formula, known):
    assert judge(host, formula) == [known]


def test_no_rows_and_no_rare_earth():
    assert judge("1:5") == []
    assert judge("1:5", "Fe", "SmCo5") == [False, True]


def judge(host, *formulas):
    table = CompositionTable.from_strings(list(formulas))
    n = len(table)
    known, borrows, missing = np.ones(n, bool), np.zeros(n, bool), np.zeros(n, np.int64)
    role, index = np.full(118, -1, np.int8), np.zeros(118, np.int64)
    none = np.zeros((118, 118), bool)
    mixing.judge(
        Rows(table.indptr, table.indices, table.values),
        np.arange(n),
        known_rules(host),
        mixing.Sites(role, index, np.zeros(3)),
        mixing.Members(np.zeros((1, 1, 1), bool), none, 0.05, 0.01),
        mixing.Judged(known, borrows, missing),
        0,
        n,
    )
    return known.tolist()


def test_every_host_has_a_known_phase_and_a_main_metal():
    assert {key[0] for key in known_end_members()} == set(HOSTS)
    for host in HOSTS:
        assert "Fe" in main_metals(host) or "Co" in main_metals(host)


def test_hosts_that_need_a_stabiliser():
    texts = ["SmFe12", "SmFe11.6Ti0.4", "SmFe11.5Ti0.5", "SmFe11.5Ti0.25V0.25", "Sm0.8Zr0.2Fe12"]
    table = CompositionTable.from_strings(texts)
    assert stabilised("1:12", table).tolist() == [False, False, True, True, False]
    assert stabilised("2:17", table).all()
