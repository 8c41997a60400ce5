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


def test_rows_alike_to_the_hundredth_share_one_text():
    hull = Decomposition(
        np.zeros(3),
        np.array([[0, 1]] * 3, np.int32),
        np.array([[0.401, 0.599], [0.399, 0.601], [0.41, 0.59]]),
        NAMES,
    )
    one = "0.60 SmCo3 + 0.40 Fe"
    other = "0.59 SmCo3 + 0.41 Fe"
    assert product_texts(hull).to_pylist() == [one, one, other]
