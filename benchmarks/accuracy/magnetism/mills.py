"""A simulated mill: what 1, 3 and 10 of its magnets tell of the next one, and whether it is so."""

from typing import TYPE_CHECKING

import numpy as np

from magnetkit._core._columnar import Coded
from magnetkit.alloy.table import CompositionTable
from magnetkit.magnetism._measured import (
    EFFECTS,
    Producer,
    atomic_fractions,
    splits,
)
from magnetkit.magnetism._uncertainty import Kinds, covariance

if TYPE_CHECKING:
    import pandas as pd

H = "coercivity_kA_m"
MAGNETS = (1, 3, 10)
NOISE = 0.03
"""Standard deviation of ln of a measured H_cJ."""
HOST = "2:14:1"


def recipes() -> CompositionTable:
    """Return eleven magnets as a mill makes them: dysprosium, praseodymium and cobalt vary."""
    rng = np.random.default_rng(0)
    texts = []
    for dy, pr, co in zip(
        rng.uniform(0.0, 0.3, 11),
        rng.uniform(0.0, 0.4, 11),
        rng.uniform(0.0, 0.7, 11),
        strict=True,
    ):
        texts.append(
            f"Nd{2.0 - dy - pr:.3f}Pr{pr:.3f}Dy{dy:.3f}Fe{14.0 - co:.3f}Co{co:.3f}B"
        )
    return CompositionTable.from_strings(texts)


def simulate_mills(
    mills: int = 500, seed: int = 0, wider: float = 1.0
) -> "pd.DataFrame":
    """Return how narrow the interval of a mill's next magnet becomes, and how often it holds.

    Each mill has a hidden process: the errors of its magnets are drawn from the measured split of
    the variance. Some of its magnets are measured with noise, the last one is predicted.

    Parameters
    ----------
    mills : int
        How many are drawn.
    seed : int
        Of the draws.
    wider : float
        Times the split's deviation that the errors have: mills of which the model knows less.

    Returns
    -------
    pandas.DataFrame
        For 1, 3 and 10 ``magnets``: ``width``, the mean of the interval over the one without any;
        ``plain``, that if scatter did not widen it; ``allowed``, the same with measurements without
        noise; ``coverage``, the share of mills whose next magnet lies inside its 90 % interval;
        and ``unmoved``, that share if scatter did not widen it.
    """
    import pandas as pd

    table = recipes()
    variances = splits()[H]
    n = len(table)
    hosts = Coded.constant(HOST, n)
    labels = np.array([str(i) for i in range(n)])
    error_kinds = Kinds(table, hosts, labels, np.zeros((n, len(EFFECTS))))
    matrix = covariance(error_kinds, error_kinds, H)
    # What distance from all published magnets adds is the composition's own, not the mill's.
    matrix[np.diag_indices(n)] = 1.0
    rng = np.random.default_rng(seed)
    root = np.linalg.cholesky(matrix)
    scores = wider * root @ rng.standard_normal((n, mills))
    noise = NOISE / variances.deviation
    observations = scores + noise * rng.standard_normal(scores.shape)
    last = table[n - 1 : n]
    rows = list[dict[str, float]]()
    for count in MAGNETS:
        inside = []
        hits = []
        widths = []
        plain = 1.0
        for j in range(mills):
            mill = Producer(
                "it", _records(table, observations[:count, j], noise)
            ).known(HOST, H)
            assert mill is not None
            mean, deviation = mill.posterior(last)
            away = abs(scores[-1, j] - mean[0])
            plain = float(deviation[0] / mill.stretch)
            widths.append(float(deviation[0]))
            inside.append(away <= 1.645 * deviation[0])
            hits.append(away <= 1.645 * plain)
        exact = Producer("it", _records(table, np.zeros(count), 0.0)).known(
            HOST, H
        )
        assert exact is not None
        rows.append(
            {
                "magnets": count,
                "width": float(np.mean(widths)),
                "plain": plain,
                "allowed": float(exact.posterior(last)[1][0]),
                "coverage": float(np.mean(inside)),
                "unmoved": float(np.mean(hits)),
            }
        )
    return pd.DataFrame(rows)


def _records(
    table: CompositionTable, scores: np.ndarray, noise: float
) -> tuple[dict, ...]:
    """Return measured magnets as `magnetkit.calibrate` keeps them."""
    return tuple(
        {
            "host": HOST,
            "quantity": H,
            "magnet": f"m{i}",
            "composition": atomic_fractions(table, i),
            "temperature_K": 293.15,
            "score": float(score),
            "deviation": splits()[H].deviation,
            "noise": noise**2,
            "slope": 0.0,
        }
        for i, score in enumerate(scores)
    )
