import json

import numpy as np
import pytest

from magnetkit.errors import StoreError
from magnetkit.learning import store


@pytest.fixture
def file(tmp_path):
    return store.save(tmp_path / "x.model", {"scores": np.arange(3.0)}, {"target": "x"})


def test_what_is_saved_is_read(file):
    content, manifest = store.read(file)
    np.testing.assert_array_equal(content["scores"], np.arange(3.0))
    assert manifest["target"] == "x"
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.parametrize("cut", [5, 40, -30])
def test_a_truncated_file_is_refused(file, cut):
    file.write_bytes(file.read_bytes()[:cut])
    with pytest.raises(StoreError, match=r"train again"):
        store.read(file)


def test_a_changed_byte_is_refused(file):
    raw = bytearray(file.read_bytes())
    raw[-40] ^= 1
    file.write_bytes(bytes(raw))
    with pytest.raises(StoreError, match="damaged or was changed"):
        store.read(file)


def test_another_version_is_refused(file):
    head, line, payload = file.read_bytes().split(b"\n", 2)
    manifest = json.loads(line)
    manifest["versions"]["sklearn"] = "0.1"
    file.write_bytes(b"\n".join([head, json.dumps(manifest).encode(), payload]))
    with pytest.raises(StoreError, match="other versions"):
        store.read(file)


def test_a_type_that_is_not_named_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(store, "TRUSTED", ())
    from magnetkit.learning.process import TrendProcess

    file = store.save(tmp_path / "y.model", {"a": TrendProcess()}, {})
    with pytest.raises(StoreError, match=r"not trusted.*TrendProcess"):
        store.read(file)


def test_a_foreign_file_and_a_missing_one_are_refused(tmp_path):
    other = tmp_path / "other.model"
    other.write_bytes(b"\x80\x04pickle")
    with pytest.raises(StoreError, match="no model file"):
        store.read(other)
    with pytest.raises(StoreError, match="cannot be read"):
        store.read(tmp_path / "none.model")
