import numpy as np
import pandas as pd

import magnetkit as mk
from magnetkit.surrogates import TARGETS, pieces, prediction, training_set
from magnetkit.surrogates import surrogate as surrogates


def test_all_targets_at_once_are_those_one_by_one(monkeypatch):
    known = training_set(TARGETS[-2])
    known = known[known.learn]
    some = {"saturation_polarization_T", *TARGETS[-2:]}
    small = surrogates.fit(known[np.arange(200)])
    models = {
        TARGETS[1]: surrogates.fit(training_set(TARGETS[1])),
        TARGETS[-2]: small,
        TARGETS[-1]: surrogates.replace(small, target=TARGETS[-1]),
    }
    monkeypatch.setattr(prediction, "TARGETS", [t for t in TARGETS if t in some])
    monkeypatch.setattr(prediction, "load", lambda target, progress: models[target])
    monkeypatch.setattr(pieces, "ROWS", 4)
    table = known.table[:10]
    frames = mk.surrogates.predict_all(table)
    assert set(frames) == some
    for target, frame in frames.items():
        pd.testing.assert_frame_equal(frame, models[target].predict(table))
        whole = models[target].estimator_.estimate(table)
        pd.testing.assert_frame_equal(frame, models[target].frame(table, whole))
