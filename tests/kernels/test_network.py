import numpy as np

import magnetkit as mk
from magnetkit.kernels.network import network
from magnetkit.surrogates.neighbourhood import around


def _expected(inputs, layers):
    for weights, bias in layers[:-1]:
        inputs = np.maximum(inputs @ weights + bias, 0.0)
    weights, bias = layers[-1]
    mean, local = (inputs @ weights + bias).T
    return mean, np.maximum(local, 0.0)


def test_the_network_equals_its_twin():
    rng = np.random.default_rng(0)
    known = mk.CompositionTable.from_strings(["Nd2Fe14B", "SmCo5"], basis="atomic")
    table = around(known, 40, 3)
    raw = rng.normal(size=(40, 5)).astype(np.float32)
    first, elements, bias = (
        rng.normal(size=(8, 16)),
        rng.normal(size=(118, 16)),
        rng.normal(size=16),
    )
    second, second_bias = rng.normal(size=(16, 16)), rng.normal(size=16)
    last, last_bias = rng.normal(size=(2, 16)), rng.normal(size=2)
    arrays = [first, elements, bias, second, second_bias, last, last_bias]
    arrays = [a.astype(np.float32) for a in arrays]
    mean, local = np.zeros((2, 40), np.float32)
    network(table.indptr, table.indices, table.values, raw, *arrays, mean, local, 0, 40)
    inputs = np.hstack([raw, table.to_array()])
    layers = [(np.vstack([first[:5], elements]), bias), (second, second_bias), (last.T, last_bias)]
    expected = _expected(inputs, layers)
    np.testing.assert_allclose(mean, expected[0], rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(local, expected[1], rtol=1e-4, atol=1e-4)
