"""Non-dominated sorting of up to three objectives, all minimized, and the order of candidates.

A point dominates another if it is no larger in any objective and smaller in one. The front of a
point is one more than the largest front among the points that dominate it, which is the length
of the longest chain of dominators that ends there. Sorted by the first objective, that is a
dominance maximum in the other two: divide and conquer over the order, with a Fenwick tree of
maxima over the third objective (Bentley, Commun. ACM 23 (1980) 214, for the recursion).

`text_keys` break ties between candidates, and `settle` lets no row stand above one that dominates
it.
"""

import numpy as np

from .._core._jit import jit

# Below this many points comparing all pairs is quicker than a tree.
_BRUTE = 48


@jit(part="copied")
def _dominated_by_pairs(order, lo, hi, second, third, front):
    """Raise the fronts of a short segment by comparing all pairs, in place.

    Parameters
    ----------
    order : ndarray of int64, shape (m,)
        Numbers of the points, from 0, in lexicographic order of the three
        objectives; the points are all distinct and without NaN.
    lo, hi : int
        The segment is `order` from `lo` to `hi` - 1.
    second, third : ndarray of float64, shape (n,)
        Second and third objective by number of the point, to be made small;
        the first is that of `order`.
    front : ndarray of int32, shape (n,)
        Front of each point. That of a point of the segment becomes one more
        than the largest front among those before it that dominate it, where
        that is larger.
    """
    for j in range(lo, hi):
        p = order[j]
        best = front[p]
        for i in range(lo, j):
            q = order[i]
            if (
                second[q] <= second[p]
                and third[q] <= third[p]
                and front[q] >= best
            ):
                best = front[q] + 1
        front[p] = best


@jit(part="linked")
def _lift(points, side, local, tree, front, size):
    """Raise the fronts of the right half of a segment above the left points that dominate them, in place.

    Parameters
    ----------
    points : ndarray of int64, shape (m,)
        Numbers of the points of the segment, from 0, by ascending second objective, of equals the
        left ones first.
    side : ndarray of uint8, shape (n,)
        1 for points of the left half, 0 for those of the right.
    local : ndarray of int64, shape (n,)
        Rank of each in the third objective, from 1, the smallest first.
    tree : ndarray of int32, shape (size + 1 or more,)
        Working memory; zero before and after.
    front : ndarray of int32, shape (n,)
        Front of each point, from 1. That of a right point becomes one more
        than the largest front of the left points that are no larger in the
        second and third objective, where that is larger.
    size : int
        Largest rank in `local`.
    """
    for k in range(len(points)):
        p = points[k]
        if side[p] == 1:
            at = local[p]
            value = front[p]
            while at <= size:
                if tree[at] < value:
                    tree[at] = value
                at += at & -at
        else:
            at = local[p]
            best = np.int32(0)
            while at > 0:
                if tree[at] > best:
                    best = tree[at]
                at -= at & -at
            if best + 1 > front[p]:
                front[p] = best + 1
    for at in range(size + 1):
        tree[at] = 0


# The left half of a segment must be finished before it lifts the right half, and the right half
# lifted before it is divided itself; a stack of (lo, hi, left half done) keeps that order.
# Iterative because numba cannot cache a function that calls itself.
@jit
def _divide(order, second, third, front):
    """Assign each point its front, in place, by dividing segments in halves.

    `order`, int64 (m,), has the numbers of the points, from 0, in lexicographic order of the three
    objectives; the points are all distinct and without NaN.
    `second` and `third`, float64 (n,), are objectives by point. `front`, int32 (n,), must come in
    as 1 for the points of `order`, and is raised; other points stay as they were.
    """
    side = np.zeros(len(front), np.uint8)
    local = np.zeros(len(front), np.int64)
    tree = np.zeros(len(order) + 1, np.int32)
    stack = np.empty((128, 3), np.int64)
    stack[0] = (0, len(order), 0)
    depth = 1
    while depth > 0:
        depth -= 1
        lo, hi, left_done = stack[depth]
        if hi - lo <= _BRUTE:
            _dominated_by_pairs(order, lo, hi, second, third, front)
            continue
        mid = (lo + hi) // 2
        if left_done == 0:
            stack[depth] = (lo, hi, 1)
            stack[depth + 1] = (lo, mid, 0)
            depth += 2
            continue
        members = order[lo:hi].copy()
        for i in range(lo, hi):
            side[order[i]] = 1 if i < mid else 0
        # Dense ranks of the third objective keep the tree as small as the segment.
        by_third = members[np.argsort(third[members], kind="mergesort")]
        rank = 0
        for k in range(hi - lo):
            if k == 0 or third[by_third[k]] != third[by_third[k - 1]]:
                rank += 1
            local[by_third[k]] = rank
        # The stable sort keeps left points before right ones that tie in the second objective.
        by_second = members[np.argsort(second[members], kind="mergesort")]
        _lift(by_second, side, local, tree, front, rank)
        stack[depth] = (mid, hi, 0)
        depth += 1


@jit(part="copied")
def _has_nan(point):
    return np.isnan(point[0]) or np.isnan(point[1]) or np.isnan(point[2])


@jit(part="copied")
def _is_same(one, other):
    return one[0] == other[0] and one[1] == other[1] and one[2] == other[2]


@jit(part="copied")
def _count_up_to(values, size, value):
    """Count how many of the first `size` of `values`, float64 that ascend there, are at most `value`."""
    lo = 0
    hi = size
    while lo < hi:
        mid = (lo + hi) // 2
        if values[mid] <= value:
            lo = mid + 1
        else:
            hi = mid
    return lo


@jit(part="copied")
def _move_entries(values, begin, size, shift):
    """Move the entries `begin` to `size` - 1 of `values`, float64, by `shift` places, in place.

    A negative `shift` moves them down. There must be room. Places that none is
    moved to keep their values.
    """
    if shift > 0:
        for i in range(size - 1, begin - 1, -1):
            values[i + shift] = values[i]
    elif shift < 0:
        for i in range(begin, size):
            values[i + shift] = values[i]


@jit
def sorted_fronts(points, order):
    """Return the front of each point, from 1, int32 (n,); rows with NaN have front 0.

    `points` is float64 (n, 3), all to be made small. `order`, int64 (n,), are
    the numbers of its rows in lexicographic order, the first column first;
    where rows with NaN stand does not matter. Equal points share a front.
    """
    n = len(points)
    front = np.zeros(n, np.int32)
    distinct = np.empty(n, np.int64)
    same_as = np.full(n, -1, np.int64)
    m = 0
    for k in range(n):
        p = order[k]
        if _has_nan(points[p]):
            continue
        if m > 0:
            q = distinct[m - 1]
            if _is_same(points[p], points[q]):
                same_as[p] = q
                continue
        distinct[m] = p
        front[p] = 1
        m += 1
    second = points[:, 1].copy()
    third = points[:, 2].copy()
    _divide(distinct[:m], second, third, front)
    for p in range(n):
        if same_as[p] >= 0:
            front[p] = front[same_as[p]]
    return front


@jit
def sorted_first_front(points, order):
    """Return which points no other dominates, bool (n,); False for rows with NaN.

    `points` is float64 (n, 3), all to be made small. `order`, int64 (n,), are
    the numbers of its rows in lexicographic order, the first column first.
    Equal points do not dominate each other. The result is in the order of
    `points`.
    """
    n = len(points)
    keep = np.zeros(n, np.bool_)
    # Staircase of the points seen: second objective ascending, third descending.
    stair_2 = np.empty(n)
    stair_3 = np.empty(n)
    size = 0
    last = -1
    for k in range(n):
        p = order[k]
        if _has_nan(points[p]):
            continue
        if last >= 0 and _is_same(points[last], points[p]):
            keep[p] = keep[last]
            continue
        last = p
        b = points[p, 1]
        c = points[p, 2]
        first = _count_up_to(stair_2, size, b)
        if first > 0 and stair_3[first - 1] <= c:
            continue
        keep[p] = True
        if first > 0 and stair_2[first - 1] == b:
            first -= 1
        end = first
        while end < size and stair_3[end] >= c:
            end += 1
        shift = first + 1 - end
        _move_entries(stair_2, end, size, shift)
        _move_entries(stair_3, end, size, shift)
        stair_2[first] = b
        stair_3[first] = c
        size += shift
    return keep


# FNV-1a on 64 bits (Fowler, Noll and Vo).
_OFFSET = np.uint64(14695981039346656037)
_PRIME = np.uint64(1099511628211)


@jit
def text_keys(offsets, data):
    """Return a hash of each of n texts that depends on nothing else, uint64 (n,).

    `offsets`, int32 or int64 (n + 1,), and `data`, uint8, hold the texts as Arrow does: text i is
    ``data[offsets[i]:offsets[i + 1]]``.
    """
    keys = np.empty(len(offsets) - 1, np.uint64)
    for i in range(len(keys)):
        key = _OFFSET
        for k in range(offsets[i], offsets[i + 1]):
            key = (key ^ np.uint64(data[k])) * _PRIME
        keys[i] = key
    return keys


@jit(part="copied")
def _beats(a, b, burden, chance, tolerance):
    """Say whether row `a` beats row `b`.

    It does if it is no larger in any burden, smaller in one, and in at least
    one column its chance is that of `b` less `tolerance`, or more. A burden of
    NaN beats nothing and is not beaten. `burden` is float64 (n, j), to be made
    small; `chance` is float64 (n, k).
    """
    better = False
    for j in range(burden.shape[1]):
        if not burden[a, j] <= burden[b, j]:
            return False
        better = better or burden[a, j] < burden[b, j]
    lower = np.inf
    for j in range(chance.shape[1]):
        lower = min(lower, chance[b, j] - chance[a, j])
    return better and lower <= tolerance


@jit
def settle(order, burden, chance, tolerance, most):
    """Move each row up past those directly above that it beats, by at most `most` places, in place.

    A row beats another that is no smaller in any burden, larger in one, and in
    at least one column of `chance` more likely by no more than `tolerance`. It
    stops at the first that it does not beat.

    Parameters
    ----------
    order : ndarray of int64, shape (n,)
        Rows, the best first; changed in place.
    burden : ndarray of float64, shape (n, 3)
        Figures to be made small, by row.
    chance : ndarray of float64, shape (n, 1 or 2)
        Probability that a row meets the requirements, 0 to 1, by row,
        estimated in one or two ways.
    tolerance : float
        How much less likely a row may be than the one it beats.
    most : int
        Most places that a row may rise.
    """
    for i in range(1, len(order)):
        row = order[i]
        at = i
        last = max(i - most, 0)
        while at > last and _beats(
            row, order[at - 1], burden, chance, tolerance
        ):
            order[at] = order[at - 1]
            at -= 1
        order[at] = row
