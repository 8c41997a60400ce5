"""The cache of pulls: whole after whatever ends its writer."""

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from magnetkit.errors import DataError
from magnetkit.phases import write_snapshot
from magnetkit.phases.materials_project import pull as live
from magnetkit.phases.materials_project.cache import Cache
from tests.phases.kill_pulls import SYSTEMS
from tests.phases.mp_server import Server

ROOT = Path(__file__).parents[2]
MANIFEST = {"scheme": "a", "source": "b", "licence": "c"}


def entries(energy: float) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "formula": ["Co"],
            "formation_energy_eV_atom": [energy],
            "energy_above_hull_eV_atom": [0.0],
            "material_id": ["mp-54"],
        }
    )


def put(cache: Cache, energy: float) -> None:
    cache.write(lambda folder: write_snapshot(folder, entries(energy), MANIFEST))


def test_empty_then_first_then_second_answer(own_cache: Path):
    with Cache("pulls", "Co", {"a": 1}) as cache:
        assert cache.read() is None
        for energy in (1.0, 2.0):
            put(cache, energy)
            found = cache.read()
            assert found is not None
            assert found.entries["formation_energy_eV_atom"].tolist() == [energy]
    with Cache("pulls", "Co", {"a": 2}) as cache:
        assert cache.read() is None


def test_a_failed_write_keeps_the_old_answer_and_no_litter(own_cache: Path):
    with Cache("pulls", "Co", {}) as cache:
        put(cache, 1.0)

        def fail(folder: Path) -> None:
            folder.mkdir()
            (folder / "half").write_text("x")
            raise OSError(28, "No space left on device")

        with pytest.raises(DataError, match="No space left"):
            cache.write(fail)
        assert cache.read() is not None
        assert not list(own_cache.rglob("half"))


def test_a_pointer_that_leads_elsewhere_is_refused(own_cache: Path):
    with Cache("pulls", "Co", {}) as cache:
        put(cache, 1.0)
        pointer = cache.folder / "current"
        pointer.write_text(json.dumps({"folder": "../../etc", "manifest_sha256": "0" * 64}))
        with pytest.raises(DataError, match="current"):
            cache.read()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")
def test_pulls_killed_at_random_moments_leave_the_cache_usable(
    mp_server: Server, own_cache: Path, tmp_path: Path
):
    seed = random.SystemRandom().randrange(1000)
    command = [sys.executable, "-m", "tests.phases.kill_pulls", str(seed), "20", tmp_path / "note"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    states = json.loads(done.stdout)
    assert states["stopped"] > 10
    assert states["older answer"] == ["whole"] * 20
    assert set(states["empty"]) <= {"nothing", "whole"}

    first = live.pull(SYSTEMS)
    asked = len(mp_server.requests)
    assert live.pull(SYSTEMS).equals(first)
    assert len(mp_server.requests) == asked
    live.pull(SYSTEMS, refresh=True)
    (folder,) = (own_cache / "pulls").iterdir()
    assert len(list(folder.iterdir())) == 3
