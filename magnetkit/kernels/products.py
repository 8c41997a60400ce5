"""What phases fall into, in words."""

import numpy as np

from ._accelerate import jit

# The last digits of a share move with the rows beside it; they may not decide a half hundredth.
_ROUNDING = 1e-6
# Bytes beside a name: a share of four, two spaces and a plus with one more.
_BESIDE = 8


# products int32 (n, width): index of each product, -1 for none; shares float64 (n, width), 0 to 1;
# names uint8: those of all products, that of k from starts[k] to starts[k + 1] (int64); rank int64:
# order among products of equal shares
# -> offsets int64 (n + 1,), data uint8
@jit
def text_from_products(products, shares, names, starts, rank):
    """Write the products of each row with their shares, the largest first; a single one alone."""
    n, width = products.shape
    longest = 0
    for k in range(len(starts) - 1):
        longest = max(longest, starts[k + 1] - starts[k])
    offsets = np.zeros(n + 1, np.int64)
    data = np.empty(n * width * (longest + _BESIDE), np.uint8)
    order, hundredths = np.empty(width, np.int64), np.empty(width, np.int64)
    at = np.int64(0)
    for i in range(n):
        count = 0
        for w in range(width):
            product = products[i, w]
            if product < 0:
                continue
            share = np.int64(np.floor(100.0 * shares[i, w] + 0.5 + _ROUNDING))
            place = count
            while place:
                before = hundredths[place - 1]
                if before > share:
                    break
                if before == share and rank[order[place - 1]] < rank[product]:
                    break
                order[place], hundredths[place] = order[place - 1], before
                place -= 1
            order[place], hundredths[place] = product, share
            count += 1
        for place in range(count):
            product, share = order[place], hundredths[place]
            if place:
                data[at], data[at + 1], data[at + 2] = 32, 43, 32
                at += 3
            if count > 1:
                data[at], data[at + 1] = 48 + share // 100, 46
                data[at + 2], data[at + 3] = 48 + share // 10 % 10, 48 + share % 10
                data[at + 4] = 32
                at += 5
            for letter in range(starts[product], starts[product + 1]):
                data[at] = names[letter]
                at += 1
        offsets[i + 1] = at
    return offsets, data[:at].copy()
