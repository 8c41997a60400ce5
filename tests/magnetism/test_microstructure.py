"""Kronmueller's parameters from grains, boundaries and cells, by hand."""

import numpy as np
import pytest

from magnetkit.magnetism._balance import microstructure
from magnetkit.magnetism._cells import Shares

ROWS = {
    "n_eff": 1.2,
    "grain_slope": 0.2,
    "grain_size_um": 5.0,
    "grain_reference_um": 5.0,
    "wetted": 0.5,
    "cobalt_loss": 3.0,
    "cobalt": 0.0,
    "lanthanum_loss": 2.0,
    "lanthanum": 0.0,
    "mischmetal_loss": 4.0,
    "cerium": 0.0,
    "carbide": 0.0,
    "refractory": 0.0,
    "alpha_k": 0.4,
    "decay": 1.3,
    "pinning_kA_m": 2900.0,
    "copper_scale": 0.035,
    "hot_kA_m": 650.0,
    "iron_limit": 0.2,
    "ordinary_fall": 2.2,
    "aged_for_C": np.nan,
    "harder": 1.0,
}
CELLS = dict.fromkeys(Shares._fields, np.nan)
STRUCTURE = {
    "soft": 0.0,
    "additive": 1e3,
    "wetting": 0.0,
    "decoupling": 0.0,
    "decoupling_factor": 1.0,
    **CELLS,
}


def grain_factors(**changes):
    rows = {
        name: np.array([changes.get(name, value)])
        for name, value in ROWS.items()
    }
    structure = {
        name: np.array([changes.get(name, value)])
        for name, value in STRUCTURE.items()
    }
    return [float(factor[0]) for factor in microstructure(rows, structure)]


def test_reference_grains_have_the_family_parameters():
    assert grain_factors() == pytest.approx([0.4, 1.2, 0.0, 1.0, 1.3])


def test_demagnetizing_factor_rises_with_grain_size():
    assert grain_factors(grain_size_um=5.0 * np.e)[1] == pytest.approx(1.4)
    assert grain_factors(grain_size_um=1e-9)[1] == 0.0


@pytest.mark.parametrize(
    ("changes", "share"),
    [
        # A third is left of what stands 2 % of soft phase.
        ({"soft": 0.02}, np.exp(-1.0)),
        ({"decoupling_factor": 0.3}, 0.3),
        # Half of it (`ROWS`) is of the 0.4 of the family; R6Fe13Ga adds whole.
        ({"wetting": 0.08}, 1.1),
        ({"decoupling": 0.08}, 1.2),
        # Cobalt is at fault where no additive is; 0.2 % of it take away 63 % of that.
        ({"additive": 0.0, "cobalt": 0.1}, np.exp(-0.3)),
        (
            {"additive": 0.002, "cobalt": 0.1},
            1.0 + np.expm1(-0.3) * np.exp(-1.0),
        ),
        ({"cobalt": 0.1}, 1.0),
        ({"lanthanum": 0.25}, np.exp(-0.5)),
        # Beside a half of cerium lanthanum costs as much again; cerium alone costs nothing here.
        ({"lanthanum": 0.25, "cerium": 0.5}, np.exp(-1.0)),
        ({"cerium": 0.5}, 1.0),
        # Quenched ribbons keep La2Fe14B: 0.06 um is finer than the 0.1 um of the law.
        ({"lanthanum": 0.25, "grain_size_um": 0.06, "grain_slope": 0.0}, 1.0),
    ],
)
def test_coupled_grains_leave_a_share_of_coercivity(changes, share):
    alpha_k, n_eff, _, factor, _ = grain_factors(**changes)
    assert alpha_k / 0.4 * factor == pytest.approx(share)
    assert n_eff == 1.2


def cells(iron, copper, zirconium, ratio, earth=1.0, **changes):
    """Return H_cJ at 20 C, kA/m, and its fall, per 1000 K."""
    shares = dict(
        zip(
            Shares._fields,
            (iron, copper, zirconium, ratio, earth),
            strict=True,
        )
    )
    _, _, pinning, factor, fall = grain_factors(**shares, **changes)
    assert factor == 1.0
    return 1e-3 * pinning, fall


@pytest.mark.parametrize(
    ("charge", "expected"),
    [
        # The law as it was worked out by hand: a copper series with and without zirconium (Tang et
        # al., J. Appl. Phys. 87 (2000) 5308: 708, 3056 and 446 kA/m, no cells) and two others.
        ((0.10, 0.048, 0.04, 8.5), 868.0),
        ((0.10, 0.168, 0.04, 8.5), 2735.0),
        ((0.10, 0.168, 0.0, 8.5), 401.0),
        ((0.10, 0.088, 0.0, 8.5), 12.0),
        # Iron makes 0.85 and 0.82 of the copper do.
        ((0.15, 0.10, 0.03, 7.5), 2519.0),
        ((0.16, 0.09, 0.032, 6.9), 2439.0),
    ],
)
def test_copper_and_zirconium_make_the_cells(charge, expected):
    assert cells(*charge)[0] == pytest.approx(expected, rel=0.03)


def test_cells_fall_to_a_value_at_500_C():
    falls = []
    for copper in (0.088, 0.168):
        hard, fall = cells(0.10, copper, 0.04, 8.5)
        assert hard * (1.0 - 0.48 * fall) == pytest.approx(640.0, rel=0.01)
        falls.append(fall)
    assert falls == sorted(falls)
    for ageing, expected in ((300.0, 2.2), (500.0, falls[1])):
        assert cells(0.10, 0.168, 0.04, 8.5, aged_for_C=ageing)[
            1
        ] == pytest.approx(expected)
    # However much iron: no more than sheets print, 0.26 to 0.27 %/K.
    assert (
        2.3
        < cells(0.22, 0.08, 0.025, 7.5)[1]
        < cells(0.28, 0.08, 0.025, 7.5)[1]
        < 2.7
    )
