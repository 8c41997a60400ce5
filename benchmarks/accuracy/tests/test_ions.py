"""Polarization by ions of published crystal fields, beside what was measured without a fit."""

from numpy.testing import assert_allclose

from magnetkit.alloy.table import CompositionTable
from magnetkit.compound.parameters import prior_parameters
from magnetkit.phases.partition import partition
from magnetkit.surrogates.intrinsic import evaluate

# At 295 K, T: Hirosawa et al., J. Appl. Phys. 59 (1986) 873.
MEASURED = {
    "Nd2Fe14B": 1.60,
    "Pr2Fe14B": 1.56,
    "Tb2Fe14B": 0.703,
    "Ho2Fe14B": 0.807,
}


def test_polarization_before_any_fit():
    table = CompositionTable.from_strings(list(MEASURED), basis="atomic")
    model = evaluate(
        partition(table), 295.0, spread=False, parameters=prior_parameters()
    )
    assert_allclose(model.value[:, 0, 0], list(MEASURED.values()), atol=0.03)
