"""The best of a space that is not written out: the rows and ranks of a full screening."""

import importlib

import numpy as np
import pytest
from magnetkit.errors import InputError
from numpy.testing import assert_allclose

import magnetkit as mk
from magnetkit.choose import _evaluate, _leading, _order
from magnetkit.choose._evaluate import Bound
from magnetkit.report._content import answer
from magnetkit.run import _candidates
from magnetkit.run._candidates import SpaceCandidates
from magnetkit.run._files import read_manifest
from magnetkit.run.screen import ScreenResult
from tests.command import kill_fork

screen = importlib.import_module("magnetkit.run.screen")

RANKING = [
    "candidate",
    "formula",
    "shell",
    "rank",
    "failed_requirements",
    "nearest_grade",
]


TUBE = "communication-twt"
SCANNER = "medical-imaging"
# So that more than a hundred of the space meet.
ASKED_OF_SCANNER = [
    "remanence_T>=1.15 at 20C",
    "max_energy_product_kJ_m3>=240 at 20C",
    "coercivity_kA_m>=640 at 20C",
]


@pytest.fixture
def small(monkeypatch):
    """Let the bound be finite on spaces of some thousands."""
    monkeypatch.setattr(screen, "_SAMPLE", 1000)
    monkeypatch.setattr(screen, "PIECE_ROWS", 700)
    monkeypatch.setattr(_evaluate, "CLIMB", 20)
    monkeypatch.setattr(_order, "CLIMB", 20)
    for module in (_leading, _evaluate):
        monkeypatch.setattr(module, "POOL", 50)


def space(device):
    if device == TUBE:
        replace = {"Sm": ["Gd", "Ce", "Pr"], "Co": ["Fe"]}
        limits = {"Gd": 0.05, "Ce": 0.1, "Pr": 0.2, "Fe": 0.15}
        host = "SmCo5.3Fe1.5Cu0.6Zr0.2"
        return mk.substitutions(
            host, replace, step={"Sm": 0.025, "Co": 0.01}, limits=limits
        )
    replace = {"Nd": ["Ce", "Pr", "Dy"], "Fe": ["Co"]}
    limits = {"Dy": 0.2, "Ce": 0.1, "Pr": 0.3, "Co": 0.1}
    step = {"Nd": 0.025, "Fe": 0.05}
    return mk.substitutions("Nd2Fe14B", replace, step=step, limits=limits)


@pytest.mark.parametrize("device", [TUBE, SCANNER])
def test_best_rows_equal_a_full_screening(small, device):
    candidates = space(device)
    require = ASKED_OF_SCANNER if device == SCANNER else []
    full = mk.screen(candidates, device, require=require)
    for keep in (1, 60):
        short = mk.screen(candidates, device, keep=keep, require=require)
        compare_best(full, short, keep, len(candidates))


def compare_best(full, short, keep, n):
    """Require of the best rows of a space of `n` that they are those of all."""
    sieve = short.manifest["summary"]["sieve"]
    assert sieve["limit"] is not None
    assert sieve["stages"]["stability"] <= sieve["stages"]["magnetism"] < n
    assert len(short) == len(short.table) == keep
    assert short.judged == len(full) == n
    one = full.best(keep)[RANKING].astype(str).to_numpy().tolist()
    other = short.best(keep)[RANKING].astype(str).to_numpy().tolist()
    assert one == other
    meeting = [
        r.manifest["summary"]["meet_requirements"] for r in (short, full)
    ]
    assert keep < meeting[0] <= meeting[1]
    assert [
        f"at least {meeting[0]:,} meet" in answer(r)[0] for r in (short, full)
    ] == [
        True,
        False,
    ]
    names = full.decisions["candidate"].tolist()
    assert short.decisions["candidate"].tolist() == names
    assert short.table["row_index"].is_monotonic_increasing
    numbers = full.table.select_dtypes("float").columns
    assert_allclose(
        short.best(keep)[numbers].to_numpy(),
        full.best(keep)[numbers].to_numpy(),
        rtol=1e-9,
    )


def test_repeats_a_search_with_too_low_a_limit(small, monkeypatch):
    candidates = space(TUBE)
    monkeypatch.setattr(
        screen,
        "estimate_bound",
        lambda found, *_: Bound(min(o.keys.loss.min() for o in found), np.inf),
    )
    short = mk.screen(candidates, TUBE, keep=50)
    assert short.manifest["summary"]["sieve"]["limit"] is None
    full = mk.screen(candidates, TUBE)
    assert (
        short.best(50)["candidate"].tolist()
        == full.best(50)["candidate"].tolist()
    )


def test_nearest_misses_follow_few_winners(small):
    candidates = [
        "Nd2Fe14B",
        "Nd1.9Ce0.1Fe14B",
        "Nd1.9Dy0.1Fe14B",
        "Nd1.5Dy0.5Fe14B",
        "SmCo5",
        "Fe3O4",
    ]
    full = mk.screen(candidates, "energy-traction-motor")
    short = mk.screen(candidates, "energy-traction-motor", keep=3)
    assert (
        short.best(3)["candidate"].tolist()
        == full.best(3)["candidate"].tolist()
    )
    assert short.judged == 6


def test_best_of_a_file_and_its_rejected_lines(tmp_path):
    path = tmp_path / "alloys.csv"
    lines = [f"Sm{1 + i / 1000:.3f}Co5,melt {i}" for i in range(200)]
    lines[20] = "Xx5,none"
    path.write_text(
        "composition,note\n" + "\n".join(lines) + "\n", encoding="utf-8"
    )
    full = mk.screen(path, "f22-engine")
    short = mk.screen(path, "f22-engine", keep=10, out=tmp_path / "out")
    same = ["candidate", "note", "rank", "row_index"]
    assert (
        short.best(10)[same].values.tolist()
        == full.best(10)[same].values.tolist()
    )
    assert (
        [r.line for r in short.rejected]
        == [r.line for r in full.rejected]
        == [22]
    )
    again = ScreenResult.from_folder(tmp_path / "out")
    assert len(again) == 10
    assert again.judged == 199
    assert again.manifest["identity"]["keep"] == 10
    page = again.report(tmp_path / "report.html").read_text(encoding="utf-8")
    assert "199 candidates" in page
    assert "were evaluated by composition" in page


@pytest.mark.parametrize("keep", [0, "many"])
def test_refuses_an_invalid_number_of_rows(keep):
    with pytest.raises(
        InputError, match="keep must be a whole number of 1 or more"
    ):
        mk.screen(["SmCo5"], "f22-engine", keep=keep)


def test_names_why_nothing_has_a_rank():
    with pytest.raises(
        InputError, match=r"none of 2 candidates has a rank: 2 unknown host"
    ):
        mk.screen(["Fe3O4", "Fe2O3"], "f22-engine", keep=5)


def test_a_space_is_never_written_out():
    candidates = mk.substitutions(
        "Nd2Fe14B",
        {"Nd": ["Ce", "La", "Pr", "Dy", "Tb", "Y"], "Fe": ["Co"]},
        step=0.01,
    )
    assert len(candidates) > 10**11
    pieces = SpaceCandidates([candidates]).pieces(screen.PIECE_ROWS)
    first = next(pieces)
    second = next(pieces)
    assert (type(second), type(second.numbers)) == (
        _candidates.SpacePiece,
        range,
    )
    chunk = second.take(np.array([5]))
    assert chunk.table.row_index.tolist() == [len(first) + 5]
    assert chunk.labels.to_pylist() == candidates.formulas(len(first) + 5)


@pytest.mark.parametrize("after", ["bound0-000002", "chunk-000001"])
def test_killed_search_resumes_to_the_same_bytes(
    tmp_path, small, monkeypatch, after
):
    monkeypatch.setattr(screen, "_SAMPLE", 500)
    monkeypatch.setattr(screen, "PIECE_ROWS", 200)
    monkeypatch.setattr(_candidates, "_JOINED_ROWS", 300)
    limits = {"Dy": 0.2, "Ce": 0.4, "Pr": 0.3, "Co": 0.2}
    sites = {"Nd": ["Ce", "Pr", "Dy"], "Fe": ["Co"]}
    candidates = mk.substitutions("Nd2Fe14B", sites, step=0.05, limits=limits)
    whole = tmp_path / "whole"
    part = tmp_path / "cut"

    def run(out, **more):
        mk.screen(
            candidates,
            SCANNER,
            keep=40,
            require=ASKED_OF_SCANNER,
            out=out,
            **more,
        )

    run(whole)
    kill_fork(
        lambda progress: run(part, progress=progress),
        lambda: list(part.glob(f".magnetkit-parts/{after}*")),
    )
    assert not read_manifest(part)["done"]
    run(part, resume=True)
    for name in (
        "ranked.parquet",
        "ranked.csv",
        "rejected.csv",
        "manifest.json",
    ):
        assert (part / name).read_bytes() == (whole / name).read_bytes(), name
