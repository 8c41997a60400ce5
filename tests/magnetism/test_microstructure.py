"""Kronmueller's parameters from grains, boundaries and cells, by hand."""

import numpy as np
import pytest

from magnetkit.magnetism._balance import microstructure

ROWS = {
    "n_eff": 1.2, "grain_slope": 0.2, "grain_size_um": 5.0, "grain_reference_um": 5.0,
    "wetting_volume": 0.02, "wetted": 0.5, "cobalt_loss": 3.0, "cobalt": 0.0, "lanthanum_loss": 2.0,
    "lanthanum": 0.0, "iron_reference": 0.2, "copper_reference": 0.2, "alpha_k": 0.4,
    "alpha_k_iron": 1.5, "alpha_k_copper": -2.0, "decay": 1.3, "decay_iron": 1.0,
    "decay_copper": 0.5,
}  # fmt: skip
STRUCTURE = {"boundary": 1e3, "soft": 0.0, "additive": 1e3, "wetted": 0.0, "parted": np.nan,
             "iron": np.nan, "copper": np.nan}  # fmt: skip


def of(**changed):
    rows = {name: np.array([changed.get(name, value)]) for name, value in ROWS.items()}
    structure = {name: np.array([changed.get(name, value)]) for name, value in STRUCTURE.items()}
    return [float(found[0]) for found in microstructure(rows, structure)]


def test_wet_grains_of_the_reference_size_have_the_parameters_of_their_family():
    assert of() == pytest.approx([0.4, 1.2, 1.3])


def test_the_demagnetizing_factor_rises_with_the_logarithm_of_grain_size():
    assert of(grain_size_um=5.0 * np.e)[1] == pytest.approx(1.4)
    assert of(grain_size_um=1e-9)[1] == 0.0


@pytest.mark.parametrize(
    ("changed", "share"),
    [
        # 63 % at the wetting volume; nothing without a boundary.
        ({"boundary": 0.02}, 1.0 - np.exp(-1.0)),
        ({"boundary": 0.0}, 0.0),
        # A third is left of what stands 2 % of soft phase.
        ({"soft": 0.02}, np.exp(-1.0)),
        # What is counted of the boundary stands in place of the wetting volume.
        ({"boundary": 0.0, "parted": 0.3}, 0.3),
        ({"wetted": 0.2}, 1.1),
        # Cobalt is at fault where no additive is; 0.2 % of it take away 63 % of that.
        ({"additive": 0.0, "cobalt": 0.1}, np.exp(-0.3)),
        ({"additive": 0.002, "cobalt": 0.1}, 1.0 + np.expm1(-0.3) * np.exp(-1.0)),
        ({"cobalt": 0.1}, 1.0),
        ({"lanthanum": 0.25}, np.exp(-0.5)),
    ],
)
def test_what_parts_grains_badly_leaves_a_share_of_alpha(changed, share):
    assert of(**changed)[0] == pytest.approx(0.4 * share)


def test_iron_in_cells_and_copper_in_walls_count_from_their_references_within_what_was_measured():
    alpha, _, decay = of(iron=0.3, copper=0.1)
    assert alpha == pytest.approx(0.4 * np.exp(1.5 * 0.1 + 2.0 * 0.1))
    assert decay == pytest.approx(1.3 + 0.1 - 0.05)
    assert of(iron=0.9, copper=0.2) == of(iron=0.35, copper=0.2)
    assert of(iron=-1.0, copper=0.2, decay_iron=9.0)[2] == pytest.approx(0.3)
