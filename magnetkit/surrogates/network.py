"""Teaching the small network of a distilled process."""

import warnings

import numpy as np
from numpy.typing import NDArray

from ..composition import CompositionTable
from ..elements import N_ELEMENTS

Float = NDArray[np.float32]

# Its inputs vary more than standardised ones: it shall follow steps.
_STEEPNESS = 2.0
_SHARE = 6.0
# Rates and epochs.
_STAGES = ((3e-3, 10), (1e-3, 6), (3e-4, 5))
_BATCH = 512


def teach(
    raw: Float, scale: Float, fractions: CompositionTable, goals: Float, hidden: int, seed: int
) -> tuple[Float, ...]:
    """Return the weights of a network of two hidden layers of ramps that gives `goals`.

    Parameters
    ----------
    raw : ndarray of float32, shape (n, d)
        Descriptors as they are.
    scale : ndarray of float32, shape (d,)
        Their weights in the distance.
    fractions : CompositionTable
        n compositions.
    goals : ndarray of float32, shape (n, 2)
        What it shall give.
    hidden : int
        Units of each layer.
    seed : int
        Of weights and batches.

    Returns
    -------
    tuple of ndarray of float32
        As `magnetkit.kernels.network.network` takes them, scales and centres included.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPRegressor
    from threadpoolctl import threadpool_limits

    center, spread = raw.mean(axis=0, dtype=np.float64), raw.std(axis=0, dtype=np.float64)
    # A weight in the distance is one in the network; what never varies has none.
    varies = spread > 1e-6
    heavy = np.sqrt(scale * spread) * varies
    steep = _STEEPNESS * heavy / heavy.max() / np.where(varies, spread, 1.0)
    elements = np.flatnonzero(np.bincount(fractions.indices, minlength=N_ELEMENTS))
    inputs = np.hstack([(raw - center) * steep, _SHARE * fractions.to_array()[:, elements]])
    net = MLPRegressor(
        hidden_layer_sizes=(hidden, hidden),
        alpha=0.0,
        batch_size=_BATCH,
        tol=0.0,
        n_iter_no_change=1000,
        warm_start=True,
        random_state=seed,
    )
    # Threads gain nothing on such small products, and would decide the last digits.
    with threadpool_limits(1, "blas"), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        for rate, epochs in _STAGES:
            net.set_params(learning_rate_init=rate, max_iter=epochs)
            net.fit(inputs.astype(np.float32), goals)
    (first, second, last), (bias, second_bias, last_bias) = net.coefs_, net.intercepts_
    # Scales and centres go into the weights: the kernel takes descriptors as they are.
    d = len(steep)
    of_raw = first[:d] * steep[:, None]
    of_elements = np.zeros((N_ELEMENTS, hidden))
    of_elements[elements] = _SHARE * first[d:]
    arrays = (
        np.pad(of_raw, ((0, -d % 4), (0, 0))),
        of_elements,
        bias - center @ of_raw,
        second,
        second_bias,
        last.T,
        last_bias,
    )
    return tuple(np.ascontiguousarray(a, np.float32) for a in arrays)
