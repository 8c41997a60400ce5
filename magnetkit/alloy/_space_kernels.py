"""Substitution spaces by row number: from a row to the digits of its mixture and back.

A space is a product of sites. On each site the substituents (slots) take whole numbers of
steps, the digits, each at most its cap and together at most the site's budget. Rows are
numbered with the last site running fastest and, on a site, in lexicographic order of the
digits, so row 0 is the unsubstituted host. Nothing here grows with the size of the space.

Arguments shared by all kernels (S slots over m sites):

site_counts : int64 (m,)              mixtures on each site
site_slots  : int64 (m + 1,)          slots of site s are site_slots[s] to site_slots[s + 1]
caps        : int64 (S,)              largest digit of each slot
budgets     : int64 (m,)              largest sum of digits on each site
ways        : int64 (S, budget + 1)   ways[j, r]: choices for slot j and those after it on its
                                      site when r steps are left

What phases fall into, in words.
"""

import numpy as np

from .._core._jit import jit

_TENS = 10 ** np.arange(19)


# slot's completions when r steps are left: 1 past the site's last slot.
@jit(part="copied")
def _count_ways(ways, slot, last, r):
    if slot == last:
        return 1
    return ways[slot, r]


@jit
def digits_of_rows(rows, site_counts, site_slots, caps, budgets, ways):
    """Return the digits of each row number of a space of substitutions.

    The arguments behind `rows` describe the space; ``Substitutions._plan`` has
    them in this order. The last site runs fastest.
    On a site the digits rise in lexicographic order, the first slot slowest.
    All digits of row 0 are 0.

    Parameters
    ----------
    rows : ndarray of int64, shape (n,)
        Row numbers, 0 to below the product of the counts; this is not checked.
    site_counts : ndarray of int64, shape (m,)
        Number of mixtures of each site.
    site_slots : ndarray of int64, shape (m + 1,)
        Slots of site s are ``site_slots[s]`` to ``site_slots[s + 1]`` - 1.
    caps : ndarray of int64, shape (S,)
        Largest digit of each slot.
    budgets : ndarray of int64, shape (m,)
        Largest sum of the digits of each site.
    ways : ndarray of int64, shape (S, budget + 1)
        Choices for a slot and those after it on its site, by the number of
        steps left, as of `count_choices`.

    Returns
    -------
    ndarray of int64, shape (n, S)
        Digit of each slot, in steps.
    """
    n = len(rows)
    m = len(site_counts)
    digits = np.zeros((n, len(caps)), np.int64)
    for i in range(n):
        row = rows[i]
        for s in range(m - 1, -1, -1):
            rank = row % site_counts[s]
            row //= site_counts[s]
            budget = budgets[s]
            last = site_slots[s + 1]
            for j in range(site_slots[s], last):
                k = 0
                digit = _count_ways(ways, j + 1, last, budget)
                while rank >= digit:
                    rank -= digit
                    k += 1
                    digit = _count_ways(ways, j + 1, last, budget - k)
                digits[i, j] = k
                budget -= k
    return digits


@jit
def rows_of_digits(digits, site_counts, site_slots, caps, budgets, ways):
    """Return the row number of each mixture, the inverse of `digits_of_rows`.

    Parameters
    ----------
    digits : ndarray of int64, shape (n, S)
        Digit of each slot.
    site_counts, site_slots, caps, budgets, ways : ndarray of int64
        The space, as of `digits_of_rows`, in the order of
        ``Substitutions._plan``. Shapes are (m,), (m + 1,), (S,), (m,) and (S,
        largest budget + 1) for S slots on m sites.

    Returns
    -------
    ndarray of int64, shape (n,)
        From 0; -1 where a digit or a sum of digits is out of bounds.
    """
    n = len(digits)
    m = len(site_counts)
    rows = np.zeros(n, np.int64)
    for i in range(n):
        row = 0
        for s in range(m):
            rank = 0
            budget = budgets[s]
            last = site_slots[s + 1]
            for j in range(site_slots[s], last):
                k = digits[i, j]
                if k < 0 or k > caps[j] or k > budget:
                    row = -1
                    break
                for q in range(k):
                    rank += _count_ways(ways, j + 1, last, budget - q)
                budget -= k
            if row < 0:
                break
            row = row * site_counts[s] + rank
        rows[i] = row
    return rows


@jit
def digits_of_points(points, site_counts, site_slots, caps, budgets, ways):
    """Map points of the unit cube to mixtures, even cube to even space.

    Each coordinate picks its slot's digit from the distribution that the digits before it leave (an
    inverse Rosenblatt transform), so low-discrepancy points stay well spread.

    Parameters
    ----------
    points : ndarray of float64, shape (n, S)
        Coordinates, each in [0, 1).
    site_counts, site_slots, caps, budgets, ways : ndarray of int64
        The space, as of `digits_of_rows`, in the order of
        ``Substitutions._plan``. Shapes are (m,), (m + 1,), (S,), (m,) and (S,
        largest budget + 1) for S slots on m sites.

    Returns
    -------
    ndarray of int64, shape (n, S)
        Digit of each slot.
    """
    n = len(points)
    m = len(site_counts)
    digits = np.zeros((n, len(caps)), np.int64)
    for i in range(n):
        for s in range(m):
            budget = budgets[s]
            last = site_slots[s + 1]
            for j in range(site_slots[s], last):
                target = points[i, j] * ways[j, budget]
                cap = min(caps[j], budget)
                k = 0
                below = float(_count_ways(ways, j + 1, last, budget))
                while below <= target and k < cap:
                    k += 1
                    below += _count_ways(ways, j + 1, last, budget - k)
                digits[i, j] = k
                budget -= k
    return digits


@jit
def amounts_of_digits(digits, base, levels, gains, losses):
    """Return the amount of each element in each mixture, as whole numbers of the last decimal.

    Parameters
    ----------
    digits : ndarray of int64, shape (n, S)
        Digit of each slot.
    base : ndarray of int64, shape (E,)
        Amounts of the host, in units of the last decimal.
    levels : ndarray of int64, shape (S, K)
        Amount of each digit of a slot, in the same unit.
    gains, losses : ndarray of int64, shape (S,)
        Element that a slot adds and the one it replaces, places in `base`. The
        former gains what the latter loses; a loss of -1 is an addition.

    Returns
    -------
    ndarray of int64, shape (n, E)
    """
    n, slots = digits.shape
    amounts = np.empty((n, len(base)), np.int64)
    for i in range(n):
        amounts[i] = base
        for j in range(slots):
            level = levels[j, digits[i, j]]
            amounts[i, gains[j]] += level
            if losses[j] >= 0:
                amounts[i, losses[j]] -= level
    return amounts


@jit
def rows_from_amounts(amounts, columns, order):
    """Return compressed sparse rows of atomic fractions; zero amounts are left out.

    Parameters
    ----------
    amounts : ndarray of int64, shape (n, E)
        Amount of each element, in any unit.
    columns : ndarray of int32, shape (E,)
        Table column of each element, its atomic number less one.
    order : ndarray of int64, shape (E,)
        Places of the elements sorted by column.

    Returns
    -------
    indptr : ndarray of int64, shape (n + 1,)
        Begin of each row.
    indices : ndarray of int32
        Table columns, ascending in a row.
    values : ndarray of float64
        Fractions, which sum to one in each row.
    """
    n, width = amounts.shape
    indptr = np.zeros(n + 1, np.int64)
    for i in range(n):
        position = 0
        for e in range(width):
            position += amounts[i, e] > 0
        indptr[i + 1] = indptr[i] + position
    indices = np.empty(indptr[n], np.int32)
    values = np.empty(indptr[n], np.float64)
    for i in range(n):
        total = 0
        for e in range(width):
            total += amounts[i, e]
        at = indptr[i]
        for e in order:
            if amounts[i, e] > 0:
                indices[at] = columns[e]
                values[at] = amounts[i, e] / total
                at += 1
    return indptr, indices, values


@jit(part="linked")
def _write(data, at, amount, decimals):
    """Write a number without trailing zeros and return where it ends.

    Parameters
    ----------
    data : ndarray of uint8
        Written from `at` on as ASCII.
    at : int64
        Place of the first figure.
    amount : int64
        The number, 0 or more, in units of the last of `decimals` decimals: 125 with 2 decimals is
        written 1.25.
    decimals : int
        Number of decimals, up to 18.

    Returns
    -------
    int64
        Place behind the number.
    """
    whole = amount // _TENS[decimals]
    rest = amount % _TENS[decimals]
    digits = 1
    while digits < len(_TENS) and whole >= _TENS[digits]:
        digits += 1
    for place in range(at + digits - 1, at - 1, -1):
        data[place] = 48 + whole % 10
        whole //= 10
    at += digits
    if rest:
        while rest % 10 == 0:
            rest //= 10
            decimals -= 1
        data[at] = 46
        for place in range(at + decimals, at, -1):
            data[place] = 48 + rest % 10
            rest //= 10
        at += decimals + 1
    return at


@jit
def text_from_amounts(amounts, decimals, symbols):
    """Write each row as a formula, exact to the last decimal; an amount of one is not written.

    Parameters
    ----------
    amounts : ndarray of int64, shape (n, E)
        Amounts, in units of the last decimal. Elements of 0 or less are left out.
    decimals : int
        Number of decimals.
    symbols : ndarray of uint8, shape (E, 2)
        ASCII letters of each element, the second 0 where there is one. Elements are written in this
        order.

    Returns
    -------
    offsets : ndarray of int64, shape (n + 1,)
        Row i is ``data[offsets[i]:offsets[i + 1]]``.
    data : ndarray of uint8
        ASCII text of all rows.
    """
    n, width = amounts.shape
    one = 10**decimals
    offsets = np.zeros(n + 1, np.int64)
    # A symbol takes at most 2 bytes; an int64 at most 19 digits and a point.
    data = np.empty(n * width * 22, np.uint8)
    at = np.int64(0)
    for i in range(n):
        for e in range(width):
            amount = amounts[i, e]
            if amount <= 0:
                continue
            data[at] = symbols[e, 0]
            at += 1
            if symbols[e, 1]:
                data[at] = symbols[e, 1]
                at += 1
            if amount == one:
                continue
            at = _write(data, at, amount, decimals)
        offsets[i + 1] = at
    return offsets, data[:at].copy()


# value > 0 -> how many places after the point its first digit is, less for ten and more
@jit(part="copied")
def _zeros(value):
    """Return at which place after the point the first digit of a value is.

    `value` is above 0. For 0.05 it is 2, for 0.5 it is 1, for 5 it is 0, for 50 it is -1.
    """
    if value >= 1.0:
        return -int(np.floor(np.log10(value)))
    zeros = 1
    while zeros < len(_TENS) and value * _TENS[zeros] < 1.0:
        zeros += 1
    return zeros


@jit
def text_from_fractions(indptr, indices, values, rank, symbols, digits):
    """Write each row as a formula of its values, without exponents, to at most 18 decimals.

    Parameters
    ----------
    indptr, indices, values : ndarray
        Compressed sparse rows; values above 0.
    rank : ndarray of int64, shape (columns,)
        Order of the elements in a formula, the least first.
    symbols : ndarray of uint8, shape (columns, 2)
        ASCII letters of each element, the second 0 where there is one.
    digits : int
        Number of significant digits, up to 15. Trailing zeros are not written.

    Returns
    -------
    offsets : ndarray of int64, shape (n + 1,)
        Row i is ``data[offsets[i]:offsets[i + 1]]``.
    data : ndarray of uint8
        ASCII text of all rows. An amount of one is written as 1.
    """
    n = len(indptr) - 1
    offsets = np.zeros(n + 1, np.int64)
    # A symbol takes at most 2 bytes; a number a digit, a point and 18 decimals.
    data = np.empty(len(values) * 22, np.uint8)
    widest = 0
    for i in range(n):
        widest = max(widest, indptr[i + 1] - indptr[i])
    order = np.empty(widest, np.int64)
    at = np.int64(0)
    for i in range(n):
        width = indptr[i + 1] - indptr[i]
        for k in range(width):
            entry = indptr[i] + k
            place = k
            while (
                place
                and rank[indices[order[place - 1]]] > rank[indices[entry]]
            ):
                order[place] = order[place - 1]
                place -= 1
            order[place] = entry
        for entry in order[:width]:
            for letter in symbols[indices[entry]]:
                if letter:
                    data[at] = letter
                    at += 1
            decimals = digits - 1 + _zeros(values[entry])
            decimals = min(max(decimals, 0), len(_TENS) - 1)
            at = _write(
                data,
                at,
                int(np.rint(values[entry] * _TENS[decimals])),
                decimals,
            )
        offsets[i + 1] = at
    return offsets, data[:at].copy()


# The last digits of a share move with the rows beside it; they may not decide a half hundredth.
_SHARE_SLACK = 1e-6
# Bytes beside a name: a share of four, two spaces and a plus with one more.
_TERM_BYTES = 8


@jit
def text_from_products(products, shares, names, starts, rank):
    """Write the products of each row with their shares, the largest first; a single one alone.

    Parameters
    ----------
    products : ndarray of int32, shape (n, width)
        Number of each product, -1 for none.
    shares : ndarray of float64, shape (n, width)
        Share of each product, 0 to 1, which is written with two decimals.
    names : ndarray of uint8
        ASCII names of all products, one behind the other.
    starts : ndarray of int64, shape (products + 1,)
        Name k is ``names[starts[k]:starts[k + 1]]``.
    rank : ndarray of int64, shape (products,)
        Order among products of equal written shares, the least first.

    Returns
    -------
    offsets : ndarray of int64, shape (n + 1,)
        Row i is ``data[offsets[i]:offsets[i + 1]]``.
    data : ndarray of uint8
        ASCII text of all rows, such as "0.75 Fe + 0.25 Fe2B"; empty for a row without products.
    """
    n, width = products.shape
    longest = 0
    for k in range(len(starts) - 1):
        longest = max(longest, starts[k + 1] - starts[k])
    offsets = np.zeros(n + 1, np.int64)
    data = np.empty(n * width * (longest + _TERM_BYTES), np.uint8)
    order = np.empty(width, np.int64)
    hundredths = np.empty(width, np.int64)
    at = np.int64(0)
    for i in range(n):
        count = 0
        for w in range(width):
            product = products[i, w]
            if product < 0:
                continue
            share = np.int64(
                np.floor(100.0 * shares[i, w] + 0.5 + _SHARE_SLACK)
            )
            place = count
            while place:
                before = hundredths[place - 1]
                if before > share:
                    break
                if before == share and rank[order[place - 1]] < rank[product]:
                    break
                order[place] = order[place - 1]
                hundredths[place] = before
                place -= 1
            order[place] = product
            hundredths[place] = share
            count += 1
        for place in range(count):
            product = order[place]
            share = hundredths[place]
            if place:
                data[at] = 32
                data[at + 1] = 43
                data[at + 2] = 32
                at += 3
            if count > 1:
                data[at] = 48 + share // 100
                data[at + 1] = 46
                data[at + 2] = 48 + share // 10 % 10
                data[at + 3] = 48 + share % 10
                data[at + 4] = 32
                at += 5
            for letter in range(starts[product], starts[product + 1]):
                data[at] = names[letter]
                at += 1
        offsets[i + 1] = at
    return offsets, data[:at].copy()
