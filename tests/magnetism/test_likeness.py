"""What magnets share of their error, and how it grows far from every measured one."""

import tomllib

import numpy as np
import pytest

from magnetkit import datasets
from magnetkit.alloy import CompositionTable
from magnetkit.magnetism import sintered
from magnetkit.magnetism._figures import kinds as of
from magnetkit.magnetism._measured import Producer, atomic_fractions, splits
from magnetkit.magnetism._uncertainty import (
    covariance,
    relative_width,
    variance,
)

H = "coercivity_kA_m"


def kinds(*texts, host="2:14:1", shells=None):
    table = CompositionTable.from_strings(list(texts))
    return of(table, [host] * len(texts), shells or [""] * len(texts))


def anchor(text, host="2:14:1", noise=0.0):
    table = CompositionTable.from_strings([text])
    record = {
        "host": host,
        "quantity": H,
        "magnet": "m",
        "composition": atomic_fractions(table, 0),
        "temperature_K": 300.0,
        "score": 1.0,
        "deviation": splits()[H].deviation,
        "noise": noise,
        "slope": 0.0,
    }
    return Producer("it", (record,))


def test_hosts_have_separate_errors():
    one = kinds("Nd2Fe14B", "Nd1.8Dy0.2Fe14B")
    other = kinds("SmCo5", host="1:5")
    variances = splits()[H]
    apart = 2.0 * 0.2 / 17.0
    expected = variances.common + variances.composition * np.exp(
        -apart / variances.length
    )
    matrix = covariance(one, one, H)
    assert matrix[0, 1] == pytest.approx(expected, rel=1e-9)
    assert np.diag(matrix) == pytest.approx(variance(one, H))
    assert (covariance(one, other, H) == 0.0).all()
    assert np.linalg.eigvalsh(matrix).min() > 0.0


def test_a_measured_magnet_takes_what_it_shares_away():
    one = kinds("Nd2Fe14B", "Nd1.8Dy0.2Fe14B", "Nd1.2Ce0.8Fe14B")
    producer = anchor("Nd1.8Dy0.2Fe14B")
    share = variance(one, H, producer) / variance(one, H)
    assert share[1] < share[0] < share[2] < 1.0
    matrix = covariance(one, one, H, producer)
    assert np.diag(matrix) == pytest.approx(variance(one, H, producer))
    assert np.linalg.eigvalsh(matrix).min() > 0.0
    # Measured to nothing, it knows nothing of others.
    vague = variance(one, H, anchor("Nd1.8Dy0.2Fe14B", noise=1e9))
    assert vague[[0, 2]] == pytest.approx(variance(one, H)[[0, 2]])


def test_difference_to_itself_has_no_width():
    one = kinds("Nd2Fe14B", "Nd1.8Dy0.2Fe14B")
    width = relative_width(one, kinds("Nd2Fe14B"), H)
    assert width[0] == pytest.approx(0.0, abs=1e-6)
    assert 0.0 < width[1] < 1.0
    stranger = kinds("SmCo5", host="1:5")
    own_variance = variance(one, H)
    other = variance(stranger, H)[0]
    expected = np.sqrt(1.0 + other / own_variance)
    assert relative_width(one, stranger, H) == pytest.approx(expected)


def test_shells_share_the_error_of_what_they_give():
    error_kinds = kinds(
        *["Nd2Fe14B"] * 3, shells=["", "Tb 0.3 wt%", "Tb 0.6 wt%"]
    )
    bare, little, much = error_kinds.effects[:, 0]
    assert bare == 0.0
    assert 0.05 < little < much < 0.6
    variances = splits()[H]
    shell = variances.shared[0]
    # As PAIRS.md measures it, a share of what the shell gives.
    with datasets.path("recipes/split.toml").open("rb") as stream:
        part = tomllib.load(stream)["shell"]["deviation"]
    assert shell * variances.deviation**2 == pytest.approx(part**2, rel=0.02)
    matrix = covariance(error_kinds, error_kinds, H)
    common = variance(error_kinds, H)[0]
    assert matrix[1, 1] - common == pytest.approx(shell * little**2)
    assert matrix[1, 2] - matrix[0, 1] == pytest.approx(shell * little * much)
    # The interval says so too.
    wide = sintered(["Nd2Fe14B"] * 2, 293.15, shell=["", "Tb 0.6 wt%"])
    low = np.log(wide[f"{H}_lo"] / wide[H])
    high = np.log(wide[f"{H}_hi"] / wide[H])
    assert -low[1] == pytest.approx(high[1], rel=1e-6)
    increase = high[1] ** 2 - high[0] ** 2
    assert increase == pytest.approx((1.645 * part * much) ** 2, rel=0.02)


def test_measured_shell_informs_other_shells():
    shells = ["", "Tb 0.5 wt%"]
    what = kinds("Nd2Fe14B", "Nd2Fe14B", shells=shells)
    ratios = []
    for share in what.effects[:, 0]:
        producer = anchor("Nd2Fe14B")
        producer.magnets[0]["shell_share"] = share
        ratios.append(variance(what, H, producer))
    # A bare magnet tells nothing of what a shell gives; a treated one tells less of bare ones.
    assert ratios[0][0] < ratios[1][0]
    assert ratios[1][1] < ratios[0][1]
