import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest
from magnetkit.errors import InputError

import magnetkit as mk
from magnetkit.surrogates import load


def test_neighbours_and_parts_support_the_prediction():
    found = mk.explain("Nd2Fe14B", "curie_temperature_K", n=3)
    nearest = found.neighbours.iloc[0]
    assert nearest["similarity"] == pytest.approx(1.0)
    assert nearest["value"] == pytest.approx(585.0, abs=5.0)
    assert "Herbst" in nearest["source"]
    assert (np.diff(found.neighbours["similarity"]) <= 0).all()
    assert found.parts["adds"].sum() == pytest.approx(found.predictions["value"].iloc[0], abs=0.1)
    assert "Nearest known compounds" in str(found)


def test_what_is_not_learnt_from_supports_nothing(monkeypatch):
    model = load("curie_temperature_K")
    far = mk.explain("Nd2Fe14B", "curie_temperature_K", n=1000).neighbours
    learn = np.ones(len(model.known.learn), bool)
    learn[-len(learn) // 2 :] = False
    known = dataclasses.replace(model.known, learn=learn)
    less = SimpleNamespace(
        known=known, predict=model.predict, similarity=model.similarity, parts=model.parts
    )
    monkeypatch.setattr("magnetkit.surrogates.explanation.load", lambda *_, **__: less)
    found = mk.explain("Nd2Fe14B", "curie_temperature_K", n=1000).neighbours
    assert len(found) == len(far) == len(learn)
    assert (found["similarity"] == 0.0).sum() == (~learn).sum()
    assert (found["similarity"].to_numpy()[: learn.sum()] > 0.0).all()


def test_arguments_the_wrong_way_round_are_named():
    with pytest.raises(InputError, match="takes the composition first"):
        mk.explain("curie_temperature_K", "SmCo5")
    with pytest.raises(InputError, match="explain"):
        mk.explain("SmCo5", "curie_temperature_K", 3)
