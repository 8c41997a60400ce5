import json

import pandas as pd

import magnetkit as mk
from magnetkit.evaluation.surrogates.validation import without
from magnetkit.surrogates import training_set

TARGET = "saturation_polarization_T"


def test_a_card_holds_model_rivals_and_misses(tmp_path, monkeypatch):
    monkeypatch.setenv("MAGNETKIT_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr("magnetkit.evaluation.surrogates.validation._SHARES", 2)
    monkeypatch.setattr("magnetkit.evaluation.surrogates.validation.FOLDS", 3)
    mk.settings.get_settings.cache_clear()
    held = tmp_path / "held.csv"
    pd.DataFrame(
        {
            "composition": ["SmCo5", "Nd2Fe14B", "Nd1.9Dy0.1Fe14B"],
            TARGET: [1.07, 1.6, 1.55],
            "group": ["a", "b", "b"],
        }
    ).to_csv(held, index=False)
    card = mk.evaluation.surrogates.validate(TARGET, holdout=held)
    mk.settings.get_settings.cache_clear()
    left = card.content["groups left out"]
    assert left["model"]["mae"] < left["mean"]["mae"]
    assert left["model"]["rows"] == 2 * len(training_set(TARGET))
    assert {"nearest neighbour", "statistics + random forest"} < set(left)
    assert card.content["holdout"]["taken out of training"] == 2
    files = sorted(f.suffix for f in (tmp_path / "surrogates").iterdir())
    assert files == [".json", ".md", ".model"]
    assert json.loads(card.to_json())["target"] == TARGET
    assert "| model |" in card.to_markdown()


def test_held_out_compositions_leave_the_training_set():
    known = training_set(TARGET)
    rest = without(known, known[[0, 3]])
    assert len(rest) == len(known) - 2
    assert not set(rest.table.formulas()) & set(known[[0, 3]].table.formulas())
