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


def test_largest_share_comes_first():
    assert texts([[0, 1, 2]], [[0.2, 0.3, 0.5]]) == [
        "0.50 Sm2Co17 + 0.30 SmCo3 + 0.20 Fe"
    ]
    assert texts([[0, 1, 3]], [[0.3, 0.4, 0.3]]) == [
        "0.40 SmCo3 + 0.30 B + 0.30 Fe"
    ]


def test_names_one_product_alone():
    names = texts(
        [[2, -1], [-1, -1], [0, 3]], [[1.0, 0.0], [0.0, 0.0], [0.6, 0.4]]
    )
    assert names == ["Sm2Co17", "", "0.60 Fe + 0.40 B"]
    assert texts([[-1], [-1]], [[0.0], [0.0]]) == ["", ""]
    assert texts(np.zeros((0, 2)), np.zeros((0, 2))) == []


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
