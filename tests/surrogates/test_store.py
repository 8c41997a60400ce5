import json

import numpy as np
import pytest
import scipy
import sklearn
from magnetkit.errors import StoreError
from numpy.testing import assert_array_equal

from magnetkit.surrogates import _store


@pytest.fixture
def file(tmp_path):
    return _store.save(
        tmp_path / "x.model", {"scores": np.arange(3.0)}, {"target": "x"}
    )


def test_saved_model_is_read_back(file):
    content, manifest = _store.read(file)
    assert_array_equal(content["scores"], np.arange(3.0))
    assert manifest["target"] == "x"
    assert list(file.parent.iterdir()) == [file]


def test_refuses_another_version(file):
    head, line, payload = file.read_bytes().split(b"\n", 2)
    manifest = json.loads(line)
    manifest["versions"]["scipy"] = "0.1"
    file.write_bytes(
        b"\n".join([head, json.dumps(manifest).encode(), payload])
    )
    with pytest.raises(StoreError, match="other versions"):
        _store.read(file)


def test_a_process_comes_back_as_it_was(tmp_path):
    from magnetkit.surrogates._process import TrendProcess

    x = np.random.default_rng(0).normal(size=(40, 4))
    process = TrendProcess(trend=1, local=1, search_iterations=2).fit(
        x, x.sum(axis=1)
    )
    file = _store.save(
        tmp_path / "y.model", {"a": process, "edge": 0.5, "b": (1, None)}, {}
    )
    content, _ = _store.read(file)
    assert content["edge"] == 0.5
    assert content["b"] == (1, None)
    for name in ("trend", "local", "search_iterations"):
        assert getattr(content["a"], name) == getattr(process, name)
    assert_array_equal(content["a"].estimate(x).mean, process.estimate(x).mean)


DAMAGES = {
    "emptied": lambda raw: b"",
    "cut in the manifest": lambda raw: raw[:30],
    "cut": lambda raw: raw[:-30],
    "a bit turned": lambda raw: raw[:-40] + bytes([raw[-40] ^ 1]) + raw[-39:],
    "another's": lambda raw: b"PK" + raw,
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_retrains_a_damaged_model_with_a_message(tmp_path, caplog, damage):
    def model():
        return _store.load_or_train(
            tmp_path / "x.model",
            train,
            lambda m: ({"m": m}, {}),
            lambda c, _: c["m"],
        )

    models = []

    def train():
        models.append(np.arange(3.0))
        return models[-1]

    model()
    whole = (tmp_path / "x.model").read_bytes()
    (tmp_path / "x.model").write_bytes(damage(whole))
    assert_array_equal(model(), [0.0, 1.0, 2.0])
    assert len(models) == 2
    assert "training it anew" in caplog.text
    assert (tmp_path / "x.model").read_bytes() == whole
    caplog.clear()
    model()
    assert (len(models), caplog.text) == (2, "")


def test_refuses_a_foreign_or_missing_file(tmp_path):
    other = tmp_path / "other.model"
    other.write_bytes(b"\x80\x04pickle")
    with pytest.raises(StoreError, match="no model file"):
        _store.read(other)
    with pytest.raises(StoreError, match="cannot be read"):
        _store.read(tmp_path / "none.model")


def test_a_manifest_names_versions_and_is_sorted(tmp_path):
    file = tmp_path / "a" / "b" / "x.model"
    assert _store.save(file, {"n": 1}, {"z": 2, "a": 1}) == file
    line = file.read_bytes().split(b"\n")[1]
    manifest = json.loads(line)
    assert list(manifest) == sorted(manifest)
    assert manifest["versions"] == {
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "scikit-learn": sklearn.__version__,
    }
    assert (manifest["z"], manifest["a"]) == (2, 1)


def test_content_of_each_kind_is_read_back(tmp_path):
    content = {
        "none": None,
        "text": "a",
        "flag": True,
        "number": np.float64(0.5),
        "rows": {"x": np.array([1, 2]), "y": (1.5, {"deep": np.zeros(0)})},
    }
    file = _store.save(tmp_path / "x.model", content, {})
    result, _ = _store.read(file)
    rows = result.pop("rows")
    assert result == {"none": None, "text": "a", "flag": True, "number": 0.5}
    assert result["flag"] is True
    assert rows["x"].tolist() == [1, 2]
    assert rows["y"][0] == 1.5
    assert rows["y"][1]["deep"].shape == (0,)
    with pytest.raises(TypeError):
        _store.save(tmp_path / "y.model", {"list": [1]}, {})


def test_a_model_file_has_a_plain_name():
    file = _store.model_file("price in $/kg (2020)", "0a1b")
    assert file.name == "price_in_kg_2020_-0a1b.model"
    assert file.parent.name == "surrogates"
    assert file.parent.parent == _store.get_settings().cache_dir


def test_the_key_ignores_the_order_of_modules():
    key = _store.key([1, 2], [_store, np])
    assert key == _store.key([1, 2], [np, _store])
    assert len(key) == 16
    assert key != _store.key([1, 3], [_store, np])
    assert key != _store.key([1, 2], [_store])


def test_statements_alone_are_syntax_but_texts(tmp_path):
    file = tmp_path / "a.py"

    def file_hash(text):
        file.write_text(text, "utf-8")
        return _store.syntax_sha256([str(file)])

    plain = file_hash("f(1)\ndef g(a):\n    return a\nclass C:\n    y = 2\n")
    laid_out = """
'Room.'

f(1)  # one
'It.'

def g(a):
    'Give.'
    return (
        a
    )

class C:
    'A class.'

    y = 2
"""
    assert file_hash(laid_out) == plain
    plain = file_hash("f(1)\n")
    for other in ("f(2)\n", "f(1)\n...\n", "f(1)\nf.text\n", "f('1')\n"):
        assert file_hash(other) != plain
