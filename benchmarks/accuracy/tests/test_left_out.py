"""The magnet model on what it has not seen."""

import numpy as np

from benchmarks.accuracy.magnetism import left_out
from benchmarks.accuracy.magnetism.recipes import recipes


def test_the_model_beats_gradient_boosting_or_too_few_magnets_tell():
    frame = left_out.compare_with_boosting().set_index("quantity")
    assert set(frame.index) == set(left_out.QUANTITIES)
    for row in frame.to_dict("records"):
        assert row["better_in"] >= 0.1
    # Orders of H_cJ: what decides a ranking.
    row = frame.loc["coercivity_kA_m"]
    assert row["model_order"] >= row["boosted_order"]


def test_boosting_has_not_seen_the_source_it_predicts():
    data = recipes()
    prediction = left_out.predict_by_boosting()
    # Two magnets of one paper and one recipe: trees that had seen one would repeat it.
    pair = np.flatnonzero(data["id"].isin(["N22", "N23"]).to_numpy())
    value = prediction["coercivity_kA_m"].to_numpy()[pair]
    measurement = data["coercivity_kA_m"].to_numpy(float)[pair]
    assert not np.allclose(value, measurement, rtol=0.02)


def test_the_page_says_what_is_missing():
    page = left_out.report()
    for heading in (
        "gradient boosting",
        "Compensated magnets",
        "Irreversible loss",
    ):
        assert heading in page
    assert "nan" not in page
