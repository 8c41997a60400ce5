"""A space screened, then looked at more closely around its best."""

import importlib

import pytest
from magnetkit.errors import InputError

import magnetkit as mk
from magnetkit.run.screen import refined

SPACE = mk.substitutions("SmCo5", {"Sm": ["Gd", "Er"]}, step=0.1, limits={"Gd": 0.6, "Er": 0.4})


def test_a_finer_step_finds_what_lies_between_the_coarse_ones(tmp_path):
    coarse = mk.screen(SPACE, application="inertial-navigation")
    fine = refined(SPACE, "inertial-navigation", 0.05, keep=5, out=tmp_path / "r")
    best = [r.best(1).iloc[0] for r in (coarse, fine)]
    chance = [row["probability_meets_requirements"] for row in best]
    assert chance[1] > chance[0]
    # All of it is on the finer step, which has 104 formulas.
    assert len(fine.table) <= len(
        mk.substitutions("SmCo5", SPACE.replace, step=0.05, limits=SPACE.limits)
    )
    assert fine.table["candidate"].is_unique
    stored = mk.run.ScreenResult.from_folder(tmp_path / "r")
    assert list(stored.table["candidate"]) == list(fine.table["candidate"])


def test_a_large_space_begins_with_a_sample():
    large = mk.substitutions(
        "SmCo5", {"Sm": ["Gd", "Er", "Pr", "Ce"], "Co": ["Cu"]}, step=0.02, limits={"Cu": 0.2}
    )
    assert len(large) > 1e6
    found = refined(large, "patriot-beam-focusing", 0.02, sample=64, rounds=1, keep=2)
    assert 2 <= len(found.table) < 100


def test_numbers_out_of_range_are_named():
    for name in ("rounds", "keep"):
        with pytest.raises(InputError, match=f"{name} must be a whole number of 1 or more"):
            refined(SPACE, "communication-twt-compensated", 0.05, **{name: 0})
    with pytest.raises(InputError, match="step"):
        refined(SPACE, "communication-twt-compensated", 0.2)


def test_a_folder_of_the_users_is_refused_before_the_first_round(tmp_path, monkeypatch):
    (tmp_path / "notes.txt").write_text("mine")
    module = importlib.import_module("magnetkit.run.screen")
    monkeypatch.setattr(module, "screen", lambda *_, **__: pytest.fail("screened"))
    with pytest.raises(InputError, match=r"holds notes\.txt"):
        refined(SPACE, "communication-twt-compensated", 0.05, out=tmp_path)
