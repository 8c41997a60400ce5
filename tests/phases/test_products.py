"""Products in words."""

import numpy as np

from magnetkit.phases.hull import Decomposition, product_texts

NAMES = ["Fe", "SmCo3", "Sm2Co17", "B"]


def texts(products, fractions):
    hull = Decomposition(
        np.zeros(len(products)),
        np.array(products, np.int32),
        np.array(fractions, float),
        NAMES,
    )
    return product_texts(hull).to_pylist()


def test_the_last_digits_of_a_share_decide_nothing():
    half = 0.125
    shares = [half, np.nextafter(half, 1.0), np.nextafter(half, 0.0)]
    names = texts([[0, 3]] * 3, [[share, 1.0 - share] for share in shares])
    assert set(names) == {"0.88 B + 0.13 Fe"}
    # So does the order in which products come.
    assert texts([[3, 0]], [[1.0 - half, half]]) == ["0.88 B + 0.13 Fe"]
