"""What a snapshot lacks to judge a phase, in words, by hand."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from magnetkit.elements import INDEX

from magnetkit.phases import _coverage
from magnetkit.phases._entries import Entries
from magnetkit.phases._judged import kinds
from tests.recipes import make_table


def make_entries(*formulas, **manifest):
    frame = pd.DataFrame({"formula": list(formulas)})
    return Entries("a", frame, manifest)


@pytest.fixture
def judge(monkeypatch):
    """Give a function that judges phases by a snapshot with doubtful compositions."""

    def judge(source, *texts, unknown=False, doubtful=()):
        lowest = SimpleNamespace(doubtful=dict(enumerate(doubtful)))
        monkeypatch.setattr(_coverage, "lowest_entries", lambda _: lowest)
        flags = np.full(len(texts), unknown)
        phases = make_table(*texts)
        return _coverage.judge_data(phases, kinds(), source, flags).texts()

    return judge


def test_a_system_lacks_elements_then_pairs_then_triples():
    systems = ["Fe-Nd", "B-Nd", "B-Fe"]
    source = make_entries("NdFeB", "Co", query={"systems": systems})
    describe = _coverage._describe_gaps
    start = "not judged: the snapshot"
    assert describe(["Pr", "Fe", "Dy"], source) == (
        f"{start} has no phases of Pr, Dy"
    )
    assert describe(["Nd", "Fe", "Co"], source) == (
        f"{start} was not pulled for Co-Fe, Co-Nd"
    )
    assert describe(["Nd", "Fe", "B"], source) == (
        f"{start} was not pulled for B-Fe-Nd"
    )
    for known in (["Nd", "Fe"], ["Nd"]):
        assert describe(known, source) == _coverage.JUDGED
    # Of four elements every three are enough.
    triples = ["B-Fe-Nd", "B-Co-Fe", "B-Co-Nd", "Co-Fe-Nd"]
    source = make_entries("NdFeBCo", query={"systems": triples})
    assert describe(["Nd", "Fe", "B", "Co"], source) == _coverage.JUDGED


def test_phases_share_the_sites_that_are_filled_alike():
    def shares(target, *texts):
        dense = make_table(*texts).to_array()
        goal = make_table(target).to_array()[0]
        return _coverage._shared_sites(dense, goal, kinds()).tolist()

    # Eleven metals of twelve; half the rare earth and ten of fourteen metals; another ratio.
    assert shares("NdFe12", "NdFe11Ti", "NdFe12", "NdFe11") == pytest.approx(
        [11 / 12, 1.0, 0.0]
    )
    assert shares("Nd2Fe14B", "NdPrFe10Co4B", "Nd2Fe14C") == pytest.approx(
        [0.5 * 10 / 14, 0.0]
    )


def test_a_doubtful_entry_decides_from_half_on(judge):
    source = make_entries("Nd", "Pr", "Fe", "Co", "B")
    texts = ["Nd2Fe14B", "NdPrFe14B", "Nd0.9Pr1.1Fe14B", "NdCo5"]
    words = judge(source, *texts, doubtful=["Nd2Fe14B"])
    doubt = "not judged: Nd2Fe14B was calculated without its moment"
    assert words == [doubt, doubt, "judged", "judged"]
    # What lacks is named before a doubt, and the first doubt before others.
    words = judge(source, "NdPrFe14B", doubtful=["Pr2Fe14B", "Nd2Fe14B"])
    assert words == ["not judged: Pr2Fe14B was calculated without its moment"]
    source = make_entries("Nd", "Fe", "B")
    words = judge(source, "NdPrFe14B", "Nd", doubtful=["Nd2Fe14B"])
    assert words == ["not judged: the snapshot has no phases of Pr", "judged"]


def test_a_whole_snapshot_judges_all_that_it_knows(judge):
    source = make_entries("Nd", "Fe", "B")
    assert judge(source, "Nd2Fe14B", "Dy2Fe14B") == ["judged"] * 2
    words = judge(source, "Nd2Fe14B", "Dy2Fe14B", unknown=True)
    assert words[0] == "judged"
    assert words[1] == "not judged: the snapshot has no phases of Dy"


def test_a_pull_covers_its_systems_and_their_parts():
    pull = make_entries("NdFeB", query={"systems": ["B-Fe-Nd", "Co-Sm"]})
    for system in (["Nd", "Fe"], ["B"], ["Sm", "Co"], []):
        assert pull.covers(system)
    assert not pull.covers(["Nd", "Co"])
    assert not make_entries("Nd", query={"systems": []}).covers([])
    # A completed one, and any that is no pull, is whole over its elements.
    done = make_entries(
        "NdFe", query={"systems": []}, completed=True, elements=["Nd", "Co"]
    )
    assert done.covers({"Nd", "Co"})
    assert not done.covers(["Fe"])
    assert make_entries("NdFe").covers(["Fe", "Nd"])
    assert not make_entries("NdFe").covers(["Fe", "Co"])


def test_entries_say_name_size_and_scheme():
    entries = make_entries("Nd2Fe14B", "Fe", "YCo5", scheme="R2SCAN")
    assert repr(entries) == "<Entries a: 3 phases, R2SCAN>"
    assert repr(make_entries()) == "<Entries a: 0 phases, no scheme named>"
    assert len(entries) == 3
    assert entries.elements == ["B", "Fe", "Co", "Y", "Nd"]
    numbers = [INDEX[symbol] for symbol in entries.elements]
    assert numbers == sorted(numbers)
    assert not entries.has_structures
    files = {"structures.parquet": "0a"}
    assert make_entries("Fe", files=files).has_structures
    crystals = pd.DataFrame({"material_id": ["mp-1"], "structure": ["{}"]})
    whole = Entries("a", entries.entries, {}, crystals=crystals)
    assert whole.has_structures
    copy = whole.structures()
    assert copy.equals(crystals)
    assert copy is not crystals
