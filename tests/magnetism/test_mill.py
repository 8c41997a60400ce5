"""A simulated mill: what 1, 3 and 10 of its magnets tell of the next one, and whether it is so."""

import numpy as np
import pandas as pd
import pytest

from magnetkit import CompositionTable
from magnetkit.magnetism.likeness import Kinds, covariance
from magnetkit.magnetism.mill import EFFECTS, Mill, fractions_of, splits

H = "coercivity_kA_m"
MAGNETS = (1, 3, 10)
# Standard deviation of ln of a measured H_cJ.
NOISE = 0.03
HOST = "2:14:1"


def recipes():
    """Return eleven magnets as a mill makes them: dysprosium, praseodymium and cobalt vary."""
    rng = np.random.default_rng(0)
    texts = []
    for dy, pr, co in zip(
        rng.uniform(0.0, 0.3, 11), rng.uniform(0.0, 0.4, 11), rng.uniform(0.0, 0.7, 11), strict=True
    ):
        texts.append(f"Nd{2.0 - dy - pr:.3f}Pr{pr:.3f}Dy{dy:.3f}Fe{14.0 - co:.3f}Co{co:.3f}B")
    return CompositionTable.from_strings(texts)


def simulated(mills=500):
    """Return how narrow the interval of a mill's next magnet becomes, and how often it holds.

    Each mill has a hidden process: the errors of its magnets are drawn from the measured split of
    the variance. Some of its magnets are measured with noise, the last one is predicted. ``width``
    is that of the interval over the one without any, ``allowed`` the same without noise.
    """

    table, split = recipes(), splits()[H]
    n = len(table)
    hosts, labels = np.array([HOST] * n), np.array([str(i) for i in range(n)])
    own = Kinds(table, hosts, labels, np.zeros((n, len(EFFECTS))))
    found = covariance(own, own, H)
    # What distance from all published magnets adds is the composition's own, not the mill's.
    found[np.diag_indices(n)] = 1.0
    rng = np.random.default_rng(0)
    root = np.linalg.cholesky(found)
    scores = root @ rng.standard_normal((n, mills))
    noise = NOISE / split.deviation
    told = scores + noise * rng.standard_normal(scores.shape)
    rows = []
    for count in MAGNETS:
        last = table[n - 1 : n].to_array()
        inside, widths = [], {}
        for label, of in (("width", noise), ("allowed", 0.0)):
            for j in range(mills if of else 1):
                known = Mill("it", _records(table, told[:count, j], of)).known(HOST, H)
                mean, left = known.posterior(last)
                widths[label] = float(left[0])
                if of:
                    inside.append(abs(scores[-1, j] - mean[0]) <= 1.645 * left[0])
        rows.append({"magnets": count, **widths, "coverage": float(np.mean(inside))})
    return pd.DataFrame(rows)


def _records(table, scores, noise):
    """Return measured magnets as `magnetkit.calibrate` keeps them."""
    return tuple(
        {
            "host": HOST,
            "quantity": H,
            "magnet": f"m{i}",
            "composition": fractions_of(table, i),
            "temperature_K": 293.15,
            "score": float(score),
            "deviation": splits()[H].deviation,
            "noise": noise**2,
            "slope": 0.0,
        }
        for i, score in enumerate(scores)
    )


@pytest.fixture(scope="module")
def found():
    return simulated().set_index("magnets")


def test_a_few_magnets_bring_what_the_split_allows(found):
    assert list(found.index) == [1, 3, 10]
    assert (found["width"] <= 1.1 * found["allowed"]).all()
    assert (np.diff(found["width"]) < 0).all()
    assert found.loc[1, "width"] < 0.75


def test_the_intervals_hold_nine_in_ten(found):
    # Four standard errors of 500 mills.
    assert found["coverage"].between(0.9 - 0.054, 0.9 + 0.054).all()
