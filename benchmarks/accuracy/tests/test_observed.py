import numpy as np
import pandas as pd
import pytest

from benchmarks.accuracy import observations
from benchmarks.accuracy.magnetism.observed import Observed
from magnetkit.compound.parameters import load, prior_parameters


def predict_observation(
    formula, method, parameters, kind="anisotropy_field_T", kelvin=300.0
):
    row = pd.DataFrame(
        [(formula, kind, kelvin, 1.0, method)],
        columns=["formula", "property", "temperature_K", "value", "method"],
    )
    return Observed("2:14:1", row).predict(parameters)[0]


def test_published_crystal_fields_meet_curves_across_the_axis_without_a_fit():
    # Hirosawa et al., J. Appl. Phys. 59 (1986) 873, single crystals: 15 and 22 T at 300 K; their
    # K_1 at 4.2 K, from such curves: 3.8 and 6.9 MJ/m3.
    prior = prior_parameters()
    assert predict_observation(
        "Dy2Fe14B", "single_crystal", prior
    ) == pytest.approx(15.0, rel=0.10)
    assert predict_observation(
        "Tb2Fe14B", "single_crystal", prior
    ) == pytest.approx(22.0, rel=0.10)
    kind = "anisotropy_constant_MJ_m3"
    assert predict_observation(
        "Dy2Fe14B", "unknown", prior, kind, 4.2
    ) == pytest.approx(3.8, rel=0.3)
    assert predict_observation(
        "Tb2Fe14B", "unknown", prior, kind, 4.2
    ) == pytest.approx(6.9, rel=0.3)


def test_methods_see_different_fields():
    p = load()
    for formula in ("Nd2Fe14B", "Dy2Fe14B"):
        hard = predict_observation(formula, "singular_point", p)
        across = predict_observation(formula, "aligned_powder", p)
        assert hard > 1.15 * across
        unknown = predict_observation(formula, "unknown", p)
        assert unknown == pytest.approx((hard + 2.0 * across) / 3.0)
    # Nothing cants in the one, nothing bends the other's curve.
    assert predict_observation(
        "Y2Fe14B", "singular_point", p
    ) == pytest.approx(
        predict_observation("Y2Fe14B", "single_crystal", p), rel=1e-9
    )


def test_methods_of_the_series_are_typed_by_paper_and_compound():
    method_table = observations.methods()
    assert observations._method(
        "AbacheOesterreicher1985", "Tb2Fe14B", method_table
    ) == (
        "aligned_powder",
        "lower_bound",
    )
    assert (
        observations._method(
            "AbacheOesterreicher1985", "Nd2Fe14B", method_table
        )[1]
        == ""
    )
    assert observations._method("nobody", "Nd2Fe14B", method_table) == (
        "unknown",
        "",
    )
    assert {method for method, _ in method_table.values()} <= {
        "singular_point",
        "single_crystal",
        "aligned_powder",
        "unknown",
    }


def test_above_its_curie_temperature_a_compound_shows_nothing():
    assert (
        predict_observation("Nd2Fe14B", "unknown", load(), kelvin=900.0) == 0.0
    )
    assert np.isfinite(
        predict_observation("Er2Fe14B", "single_crystal", load())
    )
