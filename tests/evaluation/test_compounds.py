import numpy as np
import pandas as pd
import pytest

from magnetkit import datasets
from magnetkit.evaluation.magnetism import compounds


def test_the_committed_table_is_the_model_s():
    stored = pd.read_csv(datasets.path("magnetism/compounds.csv"))
    now = compounds.compound_table()
    assert list(stored.columns) == list(now.columns)
    assert stored["compound"].nunique() == len(compounds.COMPOUNDS)
    for name in ("saturation_polarization_T", "anisotropy_constant_MJ_m3", "nucleation_field_T"):
        # Printed to four figures.
        np.testing.assert_allclose(stored[name], now[name], rtol=1e-3, equal_nan=True, err_msg=name)


def test_polarization_before_any_fit():
    text = "\n".join(compounds.lines())
    for formula, measured in compounds.NO_FIT.items():
        line = next(s for s in text.splitlines() if s.startswith(f"| {formula} "))
        assert float(line.split("|")[3]) == pytest.approx(measured, abs=0.03)


def test_ions_with_published_fields_agree_with_another_diagonalization():
    frame = compounds.ion_table().dropna()
    warm = frame[frame["temperature_K"] > 200.0]
    assert len(warm) == 6
    np.testing.assert_allclose(warm["published"], warm["exact"], rtol=0.10)
