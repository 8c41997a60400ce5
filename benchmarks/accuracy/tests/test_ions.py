"""Ions alone, beside a diagonalization by others and what was measured without a fit."""

import pytest
from numpy.testing import assert_allclose

from benchmarks.accuracy.magnetism import ions


def test_polarization_before_any_fit():
    text = "\n".join(ions.lines())
    for formula, measurement in ions.NO_FIT.items():
        line = next(
            s for s in text.splitlines() if s.startswith(f"| {formula} ")
        )
        assert float(line.split("|")[3]) == pytest.approx(measurement, abs=0.03)


def test_ions_with_published_fields_agree_with_another_diagonalization():
    frame = ions.ion_table().dropna()
    warm = frame[frame["temperature_K"] > 200.0]
    assert len(warm) == 6
    assert_allclose(warm["published"], warm["exact"], rtol=0.10)
