"""Units of regret."""

import pytest

import magnetkit as mk
from magnetkit.ranking.draws import scales
from magnetkit.ranking.judged import job_for, reference_row


def test_a_profile_without_a_unit_takes_a_share_of_its_references_value():
    profile = mk.applications.load("aviation-actuator")
    bare = profile.model_copy(update={"units": (), "objectives": ("density_kg_m3:min",)})
    found = scales(job_for(bare))
    row = reference_row(bare, job_for(bare).conditions, bare.temperature_K)
    assert 7000.0 < row["density_kg_m3"] < 8600.0
    assert found["density_kg_m3"] == pytest.approx(0.25 * row["density_kg_m3"])
    # Nothing is evaluated where all units are known.
    known = profile.model_copy(update={"objectives": ("cost_per_flux_USD_m3_T:min",)})
    assert "density_kg_m3" not in scales(job_for(known))
