"""A sum over the known points close to a composition, and the distance of the nearest.

The distance is a sum of absolute differences of scaled descriptors and fractions. Known points lie
in leaves of 64, each with its box; what is passed over lies too far to matter, so that the nearest
known point is exact. Rows that lie close together share the search: what is within reach of any of
them is gathered once. No sum depends on which rows those are.
"""

import numpy as np

from ._accelerate import jit

LANES = 64
_BEYOND = np.float32(3.0e38)
# Rows of a group, and points within reach of one; a wider group is left to the search row by row.
_GROUP = 64
_GATHERED = 512
# Bounds are loosened by what rounding may do.
_SLACK = np.float32(1.0001)


# x           float32 (>= d,)   scaled descriptors of a row
# low, high   float32 (d, 64)   boxes, d a multiple of four
# gap         float32 (64,)     added to: their distances from x
@jit(fastmath=True)
def _to_boxes(x, low, high, gap):
    zero = np.float32(0.0)
    for k in range(0, low.shape[0], 4):
        a = x[k]
        b = x[k + 1]
        c = x[k + 2]
        e = x[k + 3]
        la = low[k]
        lb = low[k + 1]
        lc = low[k + 2]
        le = low[k + 3]
        ha = high[k]
        hb = high[k + 1]
        hc = high[k + 2]
        he = high[k + 3]
        for j in range(LANES):
            gap[j] += (
                max(max(la[j] - a, a - ha[j]), zero) + max(max(lb[j] - b, b - hb[j]), zero)
            ) + (max(max(lc[j] - c, c - hc[j]), zero) + max(max(le[j] - e, e - he[j]), zero))


# The same to m points, float32 (d, >= m); in this order of sums whatever m is.
@jit
def _to_points(x, points, m, gap):
    for k in range(0, points.shape[0], 4):
        a = x[k]
        b = x[k + 1]
        c = x[k + 2]
        e = x[k + 3]
        pa = points[k]
        pb = points[k + 1]
        pc = points[k + 2]
        pe = points[k + 3]
        for j in range(m):
            gap[j] += (abs(a - pa[j]) + abs(b - pb[j])) + (abs(c - pc[j]) + abs(e - pe[j]))


# indptr, indices, values   CSR of the compositions (int64, int32, float64)
# slots       int64 (118,)          place of an element among the fractions, -1 if not known
# rate        float32               scale of the fractions, which `least` and `most` are in
# least, most float32 (e, >= m)     the fractions' boxes
# gap         float32 (>= m,)       added to: what row i's elements are off, less what they would
#                                   be off if it had none of them
@jit
def _add_fractions(indptr, indices, values, i, slots, rate, least, most, m, gap):
    zero = np.float32(0.0)
    for s in range(indptr[i], indptr[i + 1]):
        f = np.float32(values[s]) * rate
        slot = slots[indices[s]]
        if slot < 0:
            for j in range(m):
                gap[j] += f
        else:
            low = least[slot]
            high = most[slot]
            for j in range(m):
                gap[j] += max(max(low[j] - f, f - high[j]), zero) - low[j]


# Return `total` with the weights by distance added in the points' order, and the least distance.
@jit
def _add_near(gap, weights, m, reach, total):
    nearest = _BEYOND
    for j in range(m):
        if gap[j] < nearest:
            nearest = gap[j]
        if gap[j] < reach:
            h = np.float32(1.0) - gap[j] / reach
            total += h * h * weights[j]
    return total, nearest


# x     float32 (n, d)   scaled descriptors
# rows  int64 (n,)       in and out: rows of x, those of a group one after another
# ends  int64 (n,)       out: where each group ends
# tight float32          extent that needs no splitting
# Return the number of groups.
@jit(fastmath=True)
def _groups(x, rows, tight, ends):
    n = rows.shape[0]
    d = x.shape[1]
    low = np.empty(d, np.float32)
    high = np.empty(d, np.float32)
    waiting = np.empty(n + 1, np.int64)
    waiting[0] = n
    left = 1
    first = 0
    count = 0
    while left > 0:
        last = waiting[left - 1]
        split = first
        if last - first > _GROUP:
            # Some rows tell which way the others lie.
            step = max((last - first) // _GROUP, 1)
            low[:] = x[rows[first]]
            high[:] = low
            for r in range(first, last, step):
                row = x[rows[r]]
                for k in range(d):
                    low[k] = min(low[k], row[k])
                    high[k] = max(high[k], row[k])
            widest = 0
            extent = np.float32(0.0)
            for k in range(d):
                extent += high[k] - low[k]
                if high[k] - low[k] > high[widest] - low[widest]:
                    widest = k
            if extent > tight:
                middle = np.float32(0.5) * (low[widest] + high[widest])
                for r in range(first, last):
                    row_number = rows[r]
                    if x[row_number, widest] < middle:
                        rows[r] = rows[split]
                        rows[split] = row_number
                        split += 1
        if first < split < last:
            waiting[left] = split
            left += 1
        else:
            end = min(first + _GATHERED, last)
            ends[count] = end
            count += 1
            first = end
            if end == last:
                left -= 1
    return count


# Return how far row `other` lies from row `i`, whose fractions `dense` holds.
@jit(fastmath=True)
def _apart(x, i, other, indptr, indices, values, start, rate, dense):
    total = np.float32(0.0)
    here = x[i]
    there = x[other]
    for k in range(here.shape[0]):
        total += abs(here[k] - there[k])
    if rate > np.float32(0.0):
        off = 1.0
        for s in range(indptr[start + other], indptr[start + other + 1]):
            e = indices[s]
            off += abs(values[s] - dense[e]) - dense[e]
        total += rate * np.float32(off)
    return total


# Write the distances of row i from the boxes of all leaves.
@jit
def _bounds(x, indptr, indices, values, i, slots, rate, low, high, least, most, empty, bound):
    for b in range(low.shape[0]):
        bound[b] = empty[b]
        _to_boxes(x, low[b], high[b], bound[b])
        if rate > np.float32(0.0):
            _add_fractions(
                indptr, indices, values, i, slots, rate, least[b], most[b], LANES, bound[b]
            )


# Return the part of the points within reach of row i, and how far the nearest lies. The leaf that
# promises most comes first: if nothing lies within reach, it soon bounds how far that can be.
@jit
def _search(x, indptr, indices, values, i, slots, rate, points, shares, weights, reach, bound, gap):
    total = np.float32(0.0)
    nearest = _BEYOND
    promising = np.argmin(bound)
    for t in range(-1, points.shape[0]):
        leaf = promising if t < 0 else t
        if bound[leaf // LANES, leaf % LANES] > max(reach, nearest) * _SLACK:
            continue
        gap[:LANES] = rate
        _to_points(x, points[leaf], LANES, gap)
        if rate > np.float32(0.0):
            _add_fractions(
                indptr, indices, values, i, slots, rate, shares[leaf], shares[leaf], LANES, gap
            )
        with_these, closest = _add_near(gap, weights[leaf], LANES, reach, total)
        nearest = min(nearest, closest)
        if t >= 0:
            total = with_these
    return total, nearest


# indptr, indices, values   CSR of the compositions
# raw        float32 (n, k)        descriptors as they are
# scale      float32 (k4,)         their scale, 0 up to a multiple of four
# slots, rate                      as in `_add_fractions`
# low, high, least, most           boxes of the leaves, sixty-four a block: float32 (b, k4, 64)
#                                  and (b, e, 64)
# empty      float32 (b, 64)       distance of no elements at all from each box
# points, shares, weights          float32 (l, k4, 64), (l, e, 64), (l, 64): of the leaves
# reach      float32               distance at which a point's part has gone to nothing
# mean       float32 (n,)          added to
# distance   float32 (n,)          out: to the nearest known point
# An empty row or a NaN gives NaN.
@jit
def nearby(
    indptr, indices, values, raw, scale, slots, rate, low, high, least, most, empty,
    points, shares, weights, reach, mean, distance, start, stop,
):  # fmt: skip
    """Add the part of near points to the mean of rows ``start`` to ``stop``, find the nearest."""
    n = stop - start
    d = scale.shape[0]
    x = np.zeros((n, d), np.float32)
    rows = np.empty(n, np.int64)
    kept = 0
    for i in range(n):
        bad = np.float32(0.0 if indptr[start + i] < indptr[start + i + 1] else np.nan)
        for k in range(raw.shape[1]):
            x[i, k] = raw[start + i, k] * scale[k]
            bad += x[i, k]
        if bad != bad:
            mean[start + i] = distance[start + i] = np.nan
        else:
            rows[kept] = i
            kept += 1
    rows = rows[:kept]
    ends = np.empty(kept, np.int64)
    count = _groups(x, rows, np.float32(0.3) * reach, ends)

    bound = np.empty((low.shape[0], LANES), np.float32)
    gap = np.empty(_GATHERED, np.float32)
    dense = np.zeros(118)
    wanted = np.zeros(118, np.bool_)
    leaf_of = np.empty(_GATHERED, np.int64)
    lane_of = np.empty(_GATHERED, np.int64)
    near = np.empty((d, _GATHERED), np.float32)
    near_shares = np.empty((shares.shape[1], _GATHERED), np.float32)
    near_weights = np.empty(_GATHERED, np.float32)
    first = 0
    for g in range(count):
        last = ends[g]
        center = rows[(first + last) // 2]
        at = start + center
        for s in range(indptr[at], indptr[at + 1]):
            dense[indices[s]] = values[s]
        radius = np.float32(0.0)
        for r in range(first, last):
            away = _apart(x, center, rows[r], indptr, indices, values, start, rate, dense)
            radius = max(radius, away)
        for s in range(indptr[at], indptr[at + 1]):
            dense[indices[s]] = 0.0

        # Gather what lies within reach of any row of the group.
        limit = (reach + radius) * _SLACK
        m = 0
        if last - first > 1 and radius < np.float32(4.0) * reach:
            _bounds(
                x[center], indptr, indices, values, at, slots, rate, low, high, least, most, empty,
                bound,
            )  # fmt: skip
            for leaf in range(points.shape[0]):
                if bound[leaf // LANES, leaf % LANES] >= limit:
                    continue
                gap[:LANES] = rate
                _to_points(x[center], points[leaf], LANES, gap)
                if rate > np.float32(0.0):
                    _add_fractions(
                        indptr, indices, values, at, slots, rate, shares[leaf], shares[leaf],
                        LANES, gap,
                    )  # fmt: skip
                for j in range(LANES):
                    if gap[j] < limit:
                        if m < _GATHERED:
                            leaf_of[m] = leaf
                            lane_of[m] = j
                        m += 1
                if m > _GATHERED:
                    break
        else:
            m = _GATHERED + 1
        if m <= _GATHERED:
            for j in range(m):
                leaf = leaf_of[j]
                lane = lane_of[j]
                near_weights[j] = weights[leaf, lane]
                for k in range(d):
                    near[k, j] = points[leaf, k, lane]
            if rate > np.float32(0.0):
                wanted[:] = False
                for r in range(first, last):
                    i = start + rows[r]
                    for s in range(indptr[i], indptr[i + 1]):
                        slot = slots[indices[s]]
                        if slot >= 0 and not wanted[slot]:
                            wanted[slot] = True
                            for j in range(m):
                                near_shares[slot, j] = shares[leaf_of[j], slot, lane_of[j]]

        for r in range(first, last):
            i = start + rows[r]
            total = np.float32(0.0)
            nearest = _BEYOND
            if 0 < m <= _GATHERED:
                gap[:m] = rate
                _to_points(x[rows[r]], near, m, gap)
                if rate > np.float32(0.0):
                    _add_fractions(
                        indptr, indices, values, i, slots, rate, near_shares, near_shares, m, gap
                    )
                total, nearest = _add_near(gap, near_weights, m, reach, total)
            if nearest >= reach:
                _bounds(
                    x[rows[r]], indptr, indices, values, i, slots, rate, low, high, least, most,
                    empty, bound,
                )  # fmt: skip
                total, nearest = _search(
                    x[rows[r]], indptr, indices, values, i, slots, rate, points, shares, weights,
                    reach, bound, gap,
                )  # fmt: skip
            mean[i] += total
            distance[i] = max(nearest, np.float32(0.0))
        first = last
