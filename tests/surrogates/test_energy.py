"""What an error of the formation energy is taken to go with, and the model as it ships."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import magnetkit as mk
from magnetkit.surrogates import energy
from magnetkit.surrogates._measured import TrainingSet
from tests.fresh import run_python
from tests.recipes import make_table
from tests.scripts import script

TARGET = "formation_energy_eV_atom"


@pytest.mark.parametrize(
    ("formula", "energy"),
    [
        # Calorimetry of rare earth with a 3d metal: -0.2 to 0 eV/atom; with nickel -0.2 to -0.4
        # (de Boer et al., Cohesion in Metals, 1988).
        ("SmCo5", (-0.2, 0.0)),
        ("Sm2Co17", (-0.2, 0.0)),
        ("GdNi5", (-0.45, -0.15)),
    ],
)
def test_the_model_as_shipped_knows_cobalt_from_nickel(formula, energy):
    prediction = mk.surrogates.load(TARGET).predict([formula])[TARGET].iloc[0]
    assert energy[0] < prediction < energy[1]


def test_interval_covers_nine_in_ten_by_default():
    model = mk.surrogates.load(TARGET)
    low = f"{TARGET}_lo"
    plain, nine, wider = (
        model.predict(["SmCo5"], **o)[low].iloc[0]
        for o in ({}, {"interval": 0.9}, {"interval": 0.99})
    )
    assert plain == nine > wider


def test_energy_model_loads_no_scikit_learn():
    code = (
        "import sys; from magnetkit.surrogates import energy; energy.load(); "
        "sys.exit('sklearn' in sys.modules)"
    )
    done = run_python("-c", code, env=dict(os.environ), cwd=Path.cwd())
    assert done.returncode == 0, done.stderr


def test_a_model_is_itself_and_no_other():
    model = mk.surrogates.load(TARGET)
    again = replace(model)
    assert model == model
    assert model != again
    assert len({model, again}) == 2


def test_stored_arrays_restore_the_model():
    model = mk.surrogates.load(TARGET)
    again = energy.stored_model(model.known)
    assert again is not None
    arrays = script("datasets/surrogates/build.py").packed(model)
    assert_array_equal(arrays["inside"], model.scores[0])
    assert_array_equal(arrays["outside"], model.scores[1])
    assert float(arrays["edge"]) == model.edge
    assert str(arrays["data_sha256"]) == model.known.sha256
    once = energy._unpack(model.known, *energy._pack(model))
    for other in (again, once):
        assert other.fingerprint == model.fingerprint
        assert other.manifest["error"] == model.manifest["error"]
        assert (other.target, other.known) == (TARGET, model.known)
    # Nor does it fit where the columns are others.
    columns = energy.columns
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(energy, "columns", lambda t: 1.001 * columns(t))
        assert energy.stored_model(model.known) is None
    # A model of other rows is none of these.
    fewer = replace(model.known, learn=np.r_[False, model.known.learn[1:]])
    assert (
        fewer.sha256 == model.known.sha256
        or energy.stored_model(fewer) is None
    )


def test_interval_is_score_quantile_times_error():
    model = mk.surrogates.load(TARGET)
    texts = ["SmCo5", "Nd2Fe14B", "NaCl", "Hg3Tl"]
    table = mk.CompositionTable.from_strings(texts, basis="atomic")
    estimate = model.process.estimate(energy.columns(table))
    got = model.predict(table, 0.8)
    new = got["domain_distance"].to_numpy() * model.edge
    assert (new >= estimate.novelty - 1e-12).all()
    assert got["in_domain"].tolist() == [
        d <= 1.0 for d in got["domain_distance"]
    ]
    a, b, c = model.coefficients
    for i, row in got.iterrows():
        scores = model.scores[0] if row["in_domain"] else model.scores[1]
        # The smallest score that so many of them, and one more, do not exceed.
        k = int(np.ceil(0.8 * (len(scores) + 1)))
        scale = a + b * new[i] + c * estimate.local[i]
        half = np.sort(scores)[k - 1] * scale
        assert row[f"{TARGET}_hi"] - row[TARGET] == pytest.approx(
            half, rel=1e-9
        )
        assert row[TARGET] - row[f"{TARGET}_lo"] == pytest.approx(
            half, rel=1e-9
        )
        assert row[TARGET] == pytest.approx(estimate.mean[i])


def test_tenth_of_an_unseen_element_is_new():
    members = make_table("NdFe2", "SmCo5")
    formulas = ["NdCo5", "Nd0.3Fe0.65Ga0.05", "Nd0.3Fe0.5Ga0.2", "GaAs"]
    table = mk.CompositionTable.from_strings(formulas, basis="atomic")
    assert_allclose(
        energy._foreign_amount(table, members), [0.0, 0.5, 1.0, 1.0]
    )


def test_columns_are_a_constant_statistics_norms_and_atoms():
    table = make_table("NdFe3")
    (row,) = energy.columns(table)
    assert row[0] == 1.0
    assert len(row) == 1 + 132 + 3 + 118
    # Of a quarter and three quarters the 2-, 3- and 10-norm.
    for place, power in zip((-121, -120, -119), (2, 3, 10), strict=True):
        norm = (0.25**power + 0.75**power) ** (1.0 / power)
        assert row[place] == pytest.approx(norm)
    assert_allclose(row[-118:][[25, 59]], [0.75, 0.25])
    assert row[-118:].sum() == pytest.approx(1.0)


def test_hull_distance_is_energy_over_the_hull():
    model = replace(
        mk.surrogates.load(TARGET), target="energy_above_hull_eV_atom"
    )
    table = make_table("SmCo5", "Nd2Fe14B", "Sm2Co17")
    energy = mk.surrogates.load(TARGET).predict(table)
    above = model.predict(table)
    hull = mk.phases.hull_energy(table)
    for end in ("", "_lo", "_hi"):
        expected = np.maximum(energy[f"{TARGET}{end}"] - hull, 0.0)
        assert_allclose(above[f"energy_above_hull_eV_atom{end}"], expected)


def test_rounding_sets_the_smallest_edge():
    texts = ["SmCo5", "Nd2Fe14B", "YFe2"] * 4
    table = mk.CompositionTable.from_strings(texts, basis="atomic")
    values = np.tile([-0.1, -0.05, -0.08], 4) + 1e-3 * np.arange(12)
    groups = np.repeat(["a", "b", "c", "d"], 3)
    dataset = TrainingSet(TARGET, table, values, groups, groups, "a test")
    steps = []
    model = energy.fit(dataset, lambda: steps.append(1))
    # The fit, and three folds of systems.
    assert len(steps) == 4
    # Every composition is in every group: leaving one out leaves nothing unknown.
    assert model.edge == 1e-3
    # Too few are new for scores of their own: theirs are those of all.
    assert [len(scores) for scores in model.scores] == [12, 12]
    assert model.manifest["groups"] == 4
