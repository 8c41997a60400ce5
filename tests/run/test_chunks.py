"""Finished chunks, and the manifest that names them."""

import json
from types import SimpleNamespace

import pytest

from magnetkit.run._files import MANIFEST
from magnetkit.run._store import Store
from magnetkit.run._work import Part


class Clock:
    """A clock, and a place whose manifests take time as they grow; other files take none."""

    def __init__(self, per_byte):
        self.now = 0.0
        self.per_byte = per_byte
        self.spent = 0.0
        self.manifests = []

    def monotonic(self):
        return self.now

    def put(self, name, content):
        if name == MANIFEST:
            took = self.per_byte * len(content)
            self.now += took
            self.spent += took
            self.manifests.append(json.loads(content))


def run_screening(monkeypatch, per_byte, number):
    """Add chunks, each of which takes a second, and leave off."""
    clock = Clock(per_byte)
    monkeypatch.setattr(
        "magnetkit.run._store.time", SimpleNamespace(monotonic=clock.monotonic)
    )
    chunks = Store("there")
    chunks.parts = clock
    for i in range(number):
        clock.now += 1.0
        chunks.add(
            i,
            Part(
                rows=1,
                table=b"x",
                rejected=b"",
                lines=0,
                first=None,
                models={},
            ),
        )
    chunks.name_finished_chunks()
    return clock


def test_names_every_chunk_at_no_cost(monkeypatch):
    clock = run_screening(monkeypatch, 1e-6, 100)
    assert [len(m["chunks"]) for m in clock.manifests] == list(range(1, 101))


@pytest.mark.parametrize("per_byte", [1e-4, 1e-3])
def test_naming_takes_a_twentieth_of_the_time(monkeypatch, per_byte):
    clock = run_screening(monkeypatch, per_byte, 2000)
    # Nothing is waited for after the last two.
    last = sum(
        per_byte * len(json.dumps(m, indent=1)) for m in clock.manifests[-2:]
    )
    assert clock.spent - last <= 0.05 * clock.now
    assert len(clock.manifests) >= 5


def test_names_all_finished_chunks_at_the_end(monkeypatch):
    clock = run_screening(monkeypatch, 1e-3, 300)
    assert len(clock.manifests[-2]["chunks"]) < 300
    assert len(clock.manifests[-1]["chunks"]) == 300
