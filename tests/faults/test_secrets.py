"""No key in anything written, nothing executed by loading, no user's text taken for markup."""

import io
import json
import os
import pickle
import zipfile
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from magnetkit.errors import DataError, InputError, StoreError
from magnetkit.settings import get_settings

from magnetkit import applications, screen
from magnetkit.phases.pull import Cache
from magnetkit.surrogates import _store

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"


class _Runs:
    """What runs a command where something unpickles it."""

    def __init__(self, command: str) -> None:
        self.command = command

    def __reduce__(self):
        return os.system, (self.command,)


def _model(file: Path, payload: bytes) -> Path:
    import hashlib

    manifest = {
        "versions": _store.versions(),
        "content_sha256": hashlib.sha256(payload).hexdigest(),
    }
    file.write_bytes(
        _store.MAGIC + json.dumps(manifest).encode() + b"\n" + payload
    )
    return file


def test_a_model_file_runs_nothing(tmp_path):
    mark = tmp_path / "run"
    hostile = _Runs(f"touch {mark}")
    archive = io.BytesIO()
    tree = np.frombuffer(b'{"array": "a0"}', np.uint8)
    np.savez(archive, tree=tree, a0=np.array([hostile], dtype=object))
    for payload in (pickle.dumps(hostile), archive.getvalue()):
        with pytest.raises(StoreError, match="cannot be decoded"):
            _store.read(_model(tmp_path / "a", payload))
    for text in (
        b'{"os.system": "x"}',
        b'{"process": 5}',
        b"[]",
        b"5",
        b'{"dict": {}, "x": 1}',
    ):
        hostile_archive = io.BytesIO()
        np.savez(hostile_archive, tree=np.frombuffer(text, np.uint8))
        with pytest.raises(StoreError, match="cannot be decoded"):
            _store.read(_model(tmp_path / "b", hostile_archive.getvalue()))
    assert not mark.exists()


def test_model_file_writes_only_in_its_folder(tmp_path):
    archive_bytes = io.BytesIO()
    with zipfile.ZipFile(archive_bytes, "w") as archive:
        for name in ("../outside", "/tmp/magnetkit-outside", "schema.json"):
            archive.writestr(name, "{}")
    with pytest.raises(StoreError):
        _store.read(_model(tmp_path / "a", archive_bytes.getvalue()))
    assert not (tmp_path.parent / "outside").exists()
    assert not Path("/tmp/magnetkit-outside").exists()


@pytest.mark.parametrize(
    "folder", ["../../outside", "/etc", "..", "", 7, "0" * 31]
)
def test_cache_points_only_to_its_folder(tmp_path, monkeypatch, folder):
    monkeypatch.setenv("MAGNETKIT_CACHE_DIR", str(tmp_path))
    get_settings.cache_clear()
    try:
        with Cache("pulls", "Co-Sm", {}) as cache:
            assert cache.folder.resolve().is_relative_to(tmp_path)
            current = {"folder": folder, "manifest_sha256": "0" * 64}
            (cache.folder / "current").write_text(json.dumps(current))
            with pytest.raises(DataError, match="damaged"):
                cache.read()
    finally:
        monkeypatch.undo()
        get_settings.cache_clear()


class _Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict]] = []

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self.found.append((tag, dict(attrs)))


def test_the_report_escapes_every_text_of_the_user(tmp_path):
    profile = applications.load("f22-engine")
    texts = {"title": HOSTILE, "description": HOSTILE, "atmosphere": HOSTILE}
    reference = profile.reference.model_copy(
        update={"grade": HOSTILE, "source": HOSTILE}
    )
    requirements = tuple(
        r.model_copy(update={"source": HOSTILE}) for r in profile.requirements
    )
    device = profile.model_copy(
        update={**texts, "reference": reference, "requirements": requirements}
    )
    source = tmp_path / f"{HOSTILE[:8]}.csv"
    source.write_text(
        f'composition,"{HOSTILE.replace(chr(34), "")}"\nSmCo5,1\n{HOSTILE},2\n'
    )
    result = screen(source, device, out=tmp_path / "out")
    assert HOSTILE in result.rejected[0].text
    page = result.report(tmp_path / "report.html").read_text(encoding="utf-8")
    assert HOSTILE not in page
    parser = _Elements()
    parser.feed(page)
    for tag, attributes in parser.found:
        assert tag != "img"
        assert not any(name.startswith("on") for name in attributes)
    assert page.count("alert(1)") > 4


@pytest.mark.parametrize(
    "name", ["../../../etc/passwd", "/etc/passwd", "..", "a/../../b"]
)
def test_a_name_is_no_path(name):
    with pytest.raises(InputError, match="known are"):
        applications.load(name)
