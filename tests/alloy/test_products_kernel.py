"""Words of products, beside an obvious twin."""

import itertools

import numpy as np

from magnetkit.alloy._space_kernels import text_from_products

NAMES = ["Fe", "SmCo3", "Sm2Co17", "B"]


def twin(products, shares):
    """Sort pairs and join them."""
    pairs = [
        (-int(np.floor(100.0 * s + 0.5 + 1e-6)), NAMES[p])
        for p, s in zip(products, shares, strict=True)
        if p >= 0
    ]
    if len(pairs) == 1:
        return pairs[0][1]
    return " + ".join(
        f"{-share / 100:.2f} {name}" for share, name in sorted(pairs)
    )


def test_writes_each_row_like_the_twin():
    rng = np.random.default_rng(2)
    products = np.full((500, 4), -1, np.int32)
    shares = np.zeros((500, 4))
    for row, share in zip(products, shares, strict=True):
        count = rng.integers(0, 5)
        row[:count] = rng.permutation(4)[:count]
        # In twentieths many are equal.
        cuts = np.sort(rng.integers(0, 21, max(count - 1, 0))) / 20.0
        share[:count] = np.diff(np.concatenate([[0.0], cuts, [1.0]]))[:count]
    letters = np.frombuffer("".join(NAMES).encode(), np.uint8)
    starts = np.cumsum([0, *map(len, NAMES)])
    rank = np.argsort(np.argsort(np.array(NAMES, object)))
    offsets, data = text_from_products(products, shares, letters, starts, rank)
    text = bytes(data).decode()
    formulas = [text[a:b] for a, b in itertools.pairwise(offsets)]
    assert formulas == [
        twin(*row) for row in zip(products, shares, strict=True)
    ]
    assert "" in formulas
    assert any(row.count("+") == 3 for row in formulas)


def test_no_rows_and_no_products_are_no_words():
    offsets, data = text_from_products(
        np.zeros((0, 0), np.int32),
        np.zeros((0, 0)),
        np.zeros(0, np.uint8),
        np.zeros(1, np.int64),
        np.zeros(0, np.int64),
    )
    assert offsets.tolist() == [0]
    assert data.size == 0
