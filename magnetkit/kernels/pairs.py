"""Pairs of atoms within a cutoff in a periodic crystal of any cell."""

import numpy as np

from ._accelerate import jit

# Distances within this of the cutoff (in A) count as inside, whichever way they were rounded.
EDGE = 1e-8


# lattice float64[3, 3]   rows are the cell vectors (A), of non-zero volume
# returns float64[3, 3]   the same cell turned so that a is along x and b in the xy plane
@jit(part="copied")
def triangular(lattice):
    """Return the cell in lower triangular form."""
    turned = np.zeros((3, 3))
    aa = ab = ac = bb = bc = cc = 0.0
    for k in range(3):
        aa += lattice[0, k] * lattice[0, k]
        ab += lattice[0, k] * lattice[1, k]
        ac += lattice[0, k] * lattice[2, k]
        bb += lattice[1, k] * lattice[1, k]
        bc += lattice[1, k] * lattice[2, k]
        cc += lattice[2, k] * lattice[2, k]
    turned[0, 0] = np.sqrt(aa)
    turned[1, 0] = ab / turned[0, 0]
    turned[1, 1] = np.sqrt(bb - turned[1, 0] ** 2)
    turned[2, 0] = ac / turned[0, 0]
    turned[2, 1] = (bc - turned[1, 0] * turned[2, 0]) / turned[1, 1]
    turned[2, 2] = np.sqrt(cc - turned[2, 0] ** 2 - turned[2, 1] ** 2)
    return turned


# The cell in triangular form; the spacing of the lattice planes that `axis` crosses.
@jit(part="copied")
def _spacing(ax, bx, by, cx, cy, cz, axis):
    if axis == 2:
        return cz
    if axis == 1:
        return by * cz / np.sqrt(cz * cz + cy * cy)
    along = bx * cy - by * cx
    return ax * by * cz / np.sqrt((by * cz) ** 2 + (bx * cz) ** 2 + along * along)


# lattice float64[3, 3]; reach float   the cell (A) and the largest distance (A)
# returns float64[10]   what `images` needs of them: ax, bx, by, cx, cy, cz of the triangular cell,
#                       1 / ax, 1 / by, and the reach in units of by and cz
@jit(part="merged")
def search(lattice, reach):
    """Return what the search for images needs, worked out once."""
    turned = triangular(lattice)
    made = np.empty(10)
    made[0], made[1], made[2] = turned[0, 0], turned[1, 0], turned[1, 1]
    made[3], made[4], made[5] = turned[2, 0], turned[2, 1], turned[2, 2]
    made[6], made[7] = 1.0 / turned[0, 0], 1.0 / turned[1, 1]
    made[8], made[9] = reach / turned[1, 1], reach / turned[2, 2]
    return made


# within   float64[10]     as `search` returns it
# d0..d2   float           fractional displacement from one atom to the other
# reach    float           largest distance (A)
# same     bool            the two are one atom: leave out the image that is the atom itself
# place    float64[3, room]   fractional displacement of each image found
# square   float64[room]      its squared distance (A^2)
# Returns how many are found; `room_for_images` is enough room.
@jit(part="merged")
def images(within, d0, d1, d2, reach, same, place, square):
    """Write the periodic images of a pair of atoms that are within reach."""
    ax, bx, by, cx, cy, cz = within[0], within[1], within[2], within[3], within[4], within[5]
    inverse_ax, inverse_by, span1, span2 = within[6], within[7], within[8], within[9]
    reach2 = reach * reach
    whole = reach * inverse_ax
    wide = whole > 1.0
    m = 0
    # Along the turned axes the planes within reach bound the images: those of c first, then b,
    # and what is left of the squared distance bounds those of a.
    for n2 in range(int(np.ceil(-d2 - span2)), int(np.floor(-d2 + span2)) + 1):
        f2 = d2 + n2
        z = f2 * cz
        middle = d1 + f2 * cy * inverse_by
        for n1 in range(int(np.ceil(-middle - span1)), int(np.floor(-middle + span1)) + 1):
            f1 = d1 + n1
            y = f1 * by + f2 * cy
            across = y * y + z * z
            left = reach2 - across
            if left < 0.0:
                continue
            offset = f1 * bx + f2 * cx
            middle = d0 + offset * inverse_ax
            # A root costs more than a few misses.
            span0 = np.sqrt(left) * inverse_ax if wide else whole
            for n0 in range(int(np.ceil(-middle - span0)), int(np.floor(-middle + span0)) + 1):
                if same and n0 == 0 and n1 == 0 and n2 == 0:
                    continue
                f0 = d0 + n0
                x = f0 * ax + offset
                if x * x > left:
                    continue
                place[0, m] = f0
                place[1, m] = f1
                place[2, m] = f2
                square[m] = x * x + across
                m += 1
    return m


# within, reach as above
@jit(part="copied")
def room_for_images(within, reach):
    """Return how many images of a pair can be within reach."""
    along = int(2.0 * reach * within[6]) + 2
    return along * (int(2.0 * within[8]) + 2) * (int(2.0 * within[9]) + 2)


# within, reach as above; n atoms -> int64[3]: bins along each axis
@jit(part="copied")
def _bins(within, reach, n):
    ax, bx, by, cx, cy, cz = within[0], within[1], within[2], within[3], within[4], within[5]
    bins = np.ones(3, np.int64)
    for axis in range(3):
        # Fewer than three bins are all neighbours of each other; many more than atoms are empty.
        fit = int(min(_spacing(ax, bx, by, cx, cy, cz, axis) / reach, n))
        bins[axis] = fit if fit >= 3 else 1
    return bins


@jit(part="copied")
def _bin(coordinate, bins):
    # Rounding may lift a coordinate to one.
    return min(int(coordinate * bins), bins - 1)


# wrapped float64[n, 3]   fractional coordinates within the cell
# bins    int64[3]        bins along each axis
# returns order int64[n], begin int64[bins + 1]: atoms of bin b are order[begin[b]:begin[b + 1]]
@jit(part="copied")
def _fill_bins(wrapped, bins):
    n = len(wrapped)
    place = np.empty(n, np.int64)
    begin = np.zeros(bins[0] * bins[1] * bins[2] + 1, np.int64)
    for i in range(n):
        place[i] = 0
        for axis in range(3):
            place[i] = place[i] * bins[axis] + _bin(wrapped[i, axis], bins[axis])
        begin[place[i] + 1] += 1
    for b in range(len(begin) - 1):
        begin[b + 1] += begin[b]
    cursor = begin[:-1].copy()
    order = np.empty(n, np.int64)
    for i in range(n):
        order[cursor[place[i]]] = i
        cursor[place[i]] += 1
    return order, begin


# lattice float64[3, 3]   rows are the cell vectors (A)
# frac    float64[n, 3]   fractional coordinates, in the cell or not
# cutoff  float           largest distance (A)
# returns first, second int32[m]; shift int32[m, 3]; vector float64[m, 3]; distance float64[m]
#   atom `second` moved by `shift` cells lies `vector` (A) from atom `first`; each unordered pair
#   once, first <= second, an atom with its own images too. No atoms give no pairs; a NaN
#   coordinate takes part in none; two atoms in one place are a pair at distance zero.
@jit(part="copied")
def half_pairs(lattice, frac, cutoff):
    """Return each pair of atoms within the cutoff once."""
    n = len(frac)
    reach = cutoff + EDGE
    within = search(lattice, reach)
    ax, by, cz = within[0], within[2], within[5]
    bins = _bins(within, reach, n)
    base = np.zeros((n, 3), np.int32)
    wrapped = np.zeros((n, 3))
    known = np.empty(n, np.bool_)
    for i in range(n):
        known[i] = np.isfinite(frac[i, 0] + frac[i, 1] + frac[i, 2])
        if not known[i]:
            continue
        for axis in range(3):
            down = np.floor(frac[i, axis])
            base[i, axis] = down
            wrapped[i, axis] = frac[i, axis] - down
    order, begin = _fill_bins(wrapped, bins)
    spread = np.empty(3, np.int64)
    for axis in range(3):
        spread[axis] = 1 if bins[axis] >= 3 else 0

    place = np.empty((3, room_for_images(within, reach)))
    square = np.empty(place.shape[1])
    m = 0
    # As many as a uniform crystal of this density has, and some more.
    room = 64 + n + int(2.5 * n * n * reach**3 / (ax * by * cz))
    first = np.empty(room, np.int32)
    second = np.empty(room, np.int32)
    shift = np.empty((room, 3), np.int32)
    vector = np.empty((room, 3))
    distance = np.empty(room)
    here = np.empty(3, np.int64)
    for i in range(n):
        for axis in range(3):
            here[axis] = _bin(wrapped[i, axis], bins[axis])
        for u in range(-spread[0], spread[0] + 1):
            for v in range(-spread[1], spread[1] + 1):
                for w in range(-spread[2], spread[2] + 1):
                    b = (here[0] + u) % bins[0]
                    b = b * bins[1] + (here[1] + v) % bins[1]
                    b = b * bins[2] + (here[2] + w) % bins[2]
                    for slot in range(begin[b], begin[b + 1]):
                        j = order[slot]
                        if j < i or not (known[i] and known[j]):
                            continue
                        d0 = wrapped[j, 0] - wrapped[i, 0]
                        d1 = wrapped[j, 1] - wrapped[i, 1]
                        d2 = wrapped[j, 2] - wrapped[i, 2]
                        found = images(within, d0, d1, d2, reach, i == j, place, square)
                        if m + found > room:
                            room = 2 * room + found
                            first = _grown(first, room)
                            second = _grown(second, room)
                            shift = _grown_rows(shift, room)
                            vector = _grown_rows(vector, room)
                            distance = _grown(distance, room)
                        for p in range(found):
                            f0, f1, f2 = place[0, p], place[1, p], place[2, p]
                            # Of an atom's own images, those on one side.
                            if i == j and (
                                f2 < 0 or (f2 == 0 and (f1 < 0 or (f1 == 0 and f0 < 0)))
                            ):
                                continue
                            first[m] = i
                            second[m] = j
                            shift[m, 0] = int(np.rint(f0 - d0)) + base[i, 0] - base[j, 0]
                            shift[m, 1] = int(np.rint(f1 - d1)) + base[i, 1] - base[j, 1]
                            shift[m, 2] = int(np.rint(f2 - d2)) + base[i, 2] - base[j, 2]
                            for k in range(3):
                                vector[m, k] = (
                                    f0 * lattice[0, k] + f1 * lattice[1, k] + f2 * lattice[2, k]
                                )
                            distance[m] = np.sqrt(square[p])
                            m += 1
    return first[:m], second[:m], shift[:m], vector[:m], distance[:m]


@jit(part="copied")
def _grown(array, room):
    result = np.empty(room, array.dtype)
    for p in range(len(array)):
        result[p] = array[p]
    return result


@jit(part="copied")
def _grown_rows(array, room):
    result = np.empty((room, 3), array.dtype)
    for p in range(len(array)):
        for k in range(3):
            result[p, k] = array[p, k]
    return result


# first, second, shift, distance: as half_pairs returns them, for n atoms
# returns begin int64[n + 1]; neighbour int32[2 m]; image int32[2 m, 3]; length float64[2 m]
#   the neighbours of atom i are begin[i]:begin[i + 1]
@jit
def both_ways(n, first, second, shift, distance):
    """Return the neighbours of every atom from the list of pairs."""
    begin = np.zeros(n + 1, np.int64)
    for p in range(len(first)):
        begin[first[p] + 1] += 1
        begin[second[p] + 1] += 1
    for i in range(n):
        begin[i + 1] += begin[i]
    cursor = begin[:-1].copy()
    neighbour = np.empty(begin[n], np.int32)
    image = np.empty((begin[n], 3), np.int32)
    length = np.empty(begin[n])
    for p in range(len(first)):
        slot = cursor[first[p]]
        cursor[first[p]] += 1
        neighbour[slot] = second[p]
        length[slot] = distance[p]
        for k in range(3):
            image[slot, k] = shift[p, k]
        slot = cursor[second[p]]
        cursor[second[p]] += 1
        neighbour[slot] = first[p]
        length[slot] = distance[p]
        for k in range(3):
            image[slot, k] = -shift[p, k]
    return begin, neighbour, image, length
