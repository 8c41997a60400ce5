"""Alloys of a kind that nobody has made are not answered."""

from importlib import import_module

import numpy as np
import pandas as pd
import pytest
from magnetkit.elements import INDEX

import magnetkit as mk
from magnetkit import datasets
from magnetkit.alloy import CompositionTable
from magnetkit.magnetism.measured_magnets import (
    USUAL,
    measured_magnets,
    serves_as_evidence,
)
from magnetkit.phases.partition import (
    assign_hosts,
    describe_beyond_precedent,
    has_diffusion_precedent,
    hosts_with_shells,
    is_within_precedent,
    shelled_hosts,
)
from magnetkit.phases.records import HOST_NAMES
from tests.recipes import make_table

NEVER = (
    "Nd2Fe14BHg",
    "Nd2Fe14BU",
    "Nd2Fe14BRn",
    "Sm2Fe17N30",
    "Nd2Fe14BPb3",
    "Nd2Fe14BAu2",
    "Nd2Fe14BO5",
    "Nd2Fe14BHe0.1",
    "SmCo5Hg0.1",
)
# Recipes of papers: Sagawa's magnet, a commercial 2:17, the anneal-hardened 1:5, Hirosawa's 1:12.
MADE = (
    "Nd15Fe77B8",
    "Sm(Co0.69Fe0.20Cu0.08Zr0.03)7.6",
    "SmCo5",
    "Sm2Fe17N3",
    "Nd0.7Zr0.3Fe8.625Co2.875Ti0.5N1.3",
    "Pr15Fe77.5Cu1.5B6",
    "Nd14.5Fe62.5Co16Ga1B6",
    "Nd14.5Fe78.8B5.7O1",
)


def _judge_precedent(texts):
    table = make_table(*texts)
    codes = assign_hosts(table)
    assert (codes >= 0).all()
    return is_within_precedent(table, codes)


def test_names_elements_and_amounts_beyond_precedent():
    assert not _judge_precedent(NEVER).any()
    assert _judge_precedent(MADE).all()


def test_words_name_each_share_beyond_precedent():
    # One in fifteen of the metals but rare earths, half the rare earth, five atoms of 22.
    texts = ["NdPmFe14B", "Nd2Fe14B", "Nd2Fe14BO5", "SmCo5HgRn", "He"]
    table = make_table("Nd2Fe14BHg", *texts)
    words = describe_beyond_precedent(table, assign_hosts(table))
    assert list(words) == [0, 1, 3, 4]
    assert words[0] == "Hg 6.67 % of the metals outside, over 0"
    assert words[1] == "Pm 50 % of the rare earth outside, over 0"
    oxygen, _, limit = words[3].partition(" outside, over ")
    assert oxygen == "O 22.7 % of the atoms"
    assert 0.0 < float(limit) < 22.7
    assert words[4].split(", ")[::2] == [
        f"{name} 14.3 % of the metals outside" for name in ("Hg", "Rn")
    ]


def test_the_largest_share_that_was_made_is_within_precedent():
    made = {
        row["element"]: float(row["largest_share"])
        for row in datasets.rows("hosts/made.csv")
        if (row["host"], row["share_of"]) == ("2:14:1", "metal")
    }
    shares = {e: s for e, s in made.items() if e != "Fe" and 0.0 < s < 0.9}
    assert len(shares) > 5
    # Printed amounts are rounded: a twentieth more than the largest is one of its like.
    for factor, is_within in ((1.0, True), (1.04, True), (1.06, False)):
        texts = [
            f"Nd2Fe{14 * (1 - factor * share):.6f}{element}{14 * factor * share:.6f}B"
            for element, share in shares.items()
        ]
        codes = np.full(len(texts), HOST_NAMES.index("2:14:1"), np.int8)
        judged = is_within_precedent(make_table(*texts), codes)
        assert judged.tolist() == [is_within] * len(texts)


def test_judges_no_row_without_host():
    table = CompositionTable.from_strings(["He", "H2O"])
    assert is_within_precedent(table, np.array([-1, -1], np.int8)).all()


def test_predicts_no_magnet_without_precedent():
    frame = mk.predict(NEVER)
    assert (frame["status"] == "outside the model").all()
    assert not frame["in_domain"].any()
    for name in ("remanence_T", "coercivity_kA_m", "curie_temperature_K"):
        assert frame[name].isna().all()


def test_a_shell_nobody_makes_is_outside_the_model():
    row = mk.predict(["SmCo5"], shell="Tb 0.30 @ 0.10").iloc[0]
    assert row["status"] == "outside the model"
    assert pd.isna(row["coercivity_kA_m"])
    assert mk.predict(["Nd2Fe14B"], shell="Tb 0.30 @ 0.10")[
        "status"
    ].tolist() == ["ok"]


def test_no_curie_temperature_of_what_is_no_magnet():
    assert mk.predict(["He", "H2O"])["curie_temperature_K"].isna().all()


@pytest.mark.parametrize("file", ["magnets", "irreversible", "compensated"])
def test_every_measured_magnet_has_a_precedent(file):
    if file == "magnets":
        frame = measured_magnets()
        frame = frame[
            serves_as_evidence(frame, "coercivity_kA_m")
            & (frame["route"] == USUAL)
        ]
    else:
        frame = pd.read_csv(datasets.path(f"recipes/{file}.csv"))
    for basis, rows in frame.groupby("basis"):
        table = CompositionTable.from_strings(
            rows["recipe"].tolist(), basis=basis
        )
        assert not table.errors
        assert is_within_precedent(table, assign_hosts(table)).all()


def test_no_precedent_means_no_limit_or_curve():
    recipes = [*NEVER, "Nd2Fe14B"]
    is_unknown = [True] * len(NEVER) + [False]
    limits = mk.curves.use_limits(recipes, 1.0, 100.0)
    assert limits["knee_K"].isna().tolist() == is_unknown
    curves = mk.magnetism.demagnetization(recipes)
    assert np.isnan(curves.remanence[:, 0]).tolist() == is_unknown


def test_unknown_host_has_no_known_shell(monkeypatch):
    codes = np.arange(-1, len(HOST_NAMES), dtype=np.int8)
    dysprosium = np.full(len(codes), INDEX["Dy"])
    is_of_boron = [c == HOST_NAMES.index("2:14:1") for c in codes]
    assert hosts_with_shells(codes).tolist() == is_of_boron
    assert has_diffusion_precedent(codes, dysprosium).tolist() == is_of_boron
    assert shelled_hosts() == ("2:14:1",)
    # Whatever has been diffused into others.
    everything = np.ones((len(HOST_NAMES), len(INDEX)), bool)
    monkeypatch.setattr(
        import_module("magnetkit.phases.partition"),
        "_shells",
        lambda: everything,
    )
    is_host = (codes >= 0).tolist()
    assert hosts_with_shells(codes).tolist() == is_host
    assert has_diffusion_precedent(codes, dysprosium).tolist() == is_host
