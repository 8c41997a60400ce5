"""What retrains a model and what ends a screening that was begun: an edit of what decides alone.

A copy of the package is edited, and each key looked at; nothing is trained.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import magnetkit as mk
from magnetkit import cli, diffusion
from magnetkit.choose import _job, _request
from magnetkit.features import _descriptor_kernels as _descriptors
from magnetkit.magnetism import _magnet_kernels as _magnets
from magnetkit.report import _tables
from magnetkit.run import _work
from magnetkit.surrogates import (
    _curie_training,
    _mixture,
    _process,
    _store,
    energy,
    properties,
)
from magnetkit.surrogates import _gaussian_process_kernels as _gaussian_process
from magnetkit.surrogates._measured import TrainingSet
from tests.scripts import script

PACKAGE = Path(mk.__file__).parent
COMMENT = "# edited\n"
DOCSTRING = '"""Edited."""\n'
CODE = "_edited = 1\n"

# What is appended to which module, and the keys that then differ.
EDITS = [
    *((module, COMMENT, "") for module in (_curie_training, energy, _job)),
    (_process, DOCSTRING, ""),
    *((module, CODE, "") for module in (_tables, cli, diffusion)),
    # What a replacement asks is judged beside a grade by a screening too.
    *((module, CODE, "chunks") for module in (_request, _job, _magnets)),
    (_curie_training, CODE, "belief chunks"),
    (energy, CODE, "chunks energy"),
    (_descriptors, CODE, "chunks energy property"),
    (_mixture, CODE, "chunks property"),
    *(
        (module, CODE, "belief chunks energy property")
        for module in (_process, _gaussian_process, _store)
    ),
]

LOOK = """
import json, sys
from pathlib import Path
import numpy as np
import magnetkit as mk
from magnetkit.surrogates._measured import TrainingSet
from magnetkit.surrogates import _curie_training as believing
from magnetkit.run import _work
from magnetkit.surrogates import energy, properties

table = mk.CompositionTable.from_strings(["Nd2Fe14B", "SmCo5", "GdFe2"])
names = np.array(["a", "b", "c"])
rows = TrainingSet("curie_temperature_K", table, np.array([585.0, 1020.0, 795.0]), names, names, "")

def keys():
    _work.code_sha256.cache_clear()
    return {
        "belief": believing.model_key(rows),
        "energy": energy.model_key(rows),
        "property": properties.model_key(rows),
        "chunks": _work.code_sha256(),
    }

before, found = keys(), []
for name, text in json.loads(sys.argv[1]):
    file = Path(mk.__file__).parent / name
    whole = file.read_text("utf-8")
    file.write_text(whole + "\\n\\n" + text, "utf-8")
    found.append(" ".join(sorted(name for name, key in keys().items() if key != before[name])))
    file.write_text(whole, "utf-8")
print(json.dumps(found))
"""


def test_key_changes_with_edits_that_matter(tmp_path):
    place = shutil.copytree(
        PACKAGE,
        tmp_path / PACKAGE.name,
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    datasets = mk.datasets.root()
    edits = [
        (Path(module.__file__).relative_to(PACKAGE).as_posix(), text)
        for module, text, _ in EDITS
    ]
    done = subprocess.run(
        [sys.executable, "-c", LOOK, json.dumps(edits)],
        env={
            **os.environ,
            "PYTHONPATH": str(place.parent),
            "MAGNETKIT_DATASETS": str(datasets),
            "MAGNETKIT_CACHE_DIR": str(tmp_path / "cache"),
            "NUMBA_DISABLE_JIT": "1",
        },
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    expected = [is_change for _, _, is_change in EDITS]
    answers = json.loads(done.stdout)
    assert list(zip(edits, answers, strict=True)) == list(
        zip(edits, expected, strict=True)
    )


def test_key_covers_every_judging_room():
    rooms = script("docs/rooms.py")
    graph = rooms.module_graph()
    queue = ["magnetkit.run._work"]
    visits = set()
    while queue:
        name = queue.pop()
        if name not in visits:
            visits.add(name)
            queue += graph.get(name, ())
    assert _job.__name__ in visits
    assert {rooms.room(name) for name in visits}.isdisjoint(_work.APART)


@pytest.fixture
def rows():
    table = mk.CompositionTable.from_strings(["Nd2Fe14B", "SmCo5", "GdFe2"])
    names = np.array(["a", "b", "c"])
    return TrainingSet(
        "curie_temperature_K",
        table,
        np.array([585.0, 1020.0, 795.0]),
        names,
        names,
        "typed",
    )


def test_data_decide(rows):
    key = _curie_training.model_key(rows)
    again = rows[np.arange(3)]
    assert _curie_training.model_key(again) == key
    assert _curie_training.model_key(rows[np.array([1, 0, 2])]) != key
    again.values[0] += 1.0
    assert _curie_training.model_key(again) != key
    for model in (energy, properties):
        assert model.model_key(again) != model.model_key(rows)


def test_the_physics_decides_by_its_answers(rows, monkeypatch):
    key = _curie_training.model_key(rows)
    physics_rows = _curie_training.training_rows(rows, True)

    def answer(factor):
        other = physics_rows._replace(
            base=physics_rows.base * factor, x=physics_rows.x * factor
        )
        monkeypatch.setattr(
            _curie_training, "training_rows", lambda data, physics: other
        )
        return _curie_training.model_key(rows)

    assert answer(1.0 + 1e-14) == key
    assert answer(1.0 + 1e-6) != key


def test_a_version_decides(rows, monkeypatch):
    key = _curie_training.model_key(rows)
    monkeypatch.setattr(_store, "versions", lambda: {"scipy": "0.1"})
    assert _curie_training.model_key(rows) != key


def test_rewrites_a_damaged_syntax_note(tmp_path, monkeypatch):
    settings = _store.get_settings().model_copy(update={"cache_dir": tmp_path})
    monkeypatch.setattr(_store, "get_settings", lambda: settings)
    calls = []
    file = tmp_path / "a.py"
    monkeypatch.setattr(
        _store, "_syntax", lambda source: calls.append(source) or b"a" * 32
    )
    file.write_text("X = 1\n", "utf-8")
    digest = hashlib.sha256(b"a" * 32).hexdigest()
    for damage in (None, b"", b"\xff\xfe", b"a" * 63):
        for note in (tmp_path / "syntax").glob("*"):
            note.write_bytes(damage)
        assert _store.syntax_sha256([file]) == digest
    (note,) = (tmp_path / "syntax").iterdir()
    assert note.read_text() == digest
    assert _store.syntax_sha256([file]) == digest
    assert len(calls) == 4
