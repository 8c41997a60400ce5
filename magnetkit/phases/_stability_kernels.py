"""The stability of phases: energies by interpolation over sublattices, and odds that they form.

The energy of a substituted phase is linear in the occupation of the rare-earth and interstitial
sites and quadratic in that of the transition-metal sites, so it is fixed by its values at nodes:
one rare earth, one interstitial, and one metal or two in equal parts. Between the nodes the
quadratic Lagrange weights y (2 y - 1) and 4 y y' hold; the variance follows from the covariance of
the nodes.

Whether a phase forms is described by `TERMS` numbers; its log odds are a family's weights times
these, and their variance comes from the covariance of the weights. A family is a structure, or
none.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .._core._jit import jit

RARE_EARTH = 0
METAL = 1
INTERSTITIAL = 2
_FLOOR = 1e-12


class Sites(NamedTuple):
    """Sites of a host and the elements that a snapshot has on them."""

    role: NDArray[
        np.int8
    ]  # site of each element, -1 where it has none, (118,)
    place: NDArray[
        np.int64
    ]  # its place among the elements of its site, (118,)
    atoms: NDArray[np.float64]  # atoms of each site in a formula unit, (3,)


class Energies(NamedTuple):
    """Energies at the nodes and their covariance."""

    # node of two metals, a metal with itself being the corner, (R, X, M, M)
    node: NDArray[np.int64]
    mean: NDArray[np.float64]  # eV/atom, (k,)
    covariance: NDArray[np.float64]  # (k, k)
    noise: NDArray[
        np.float64
    ]  # variance of a corner, of mixed rare earths and of mixed metals


class Interpolated(NamedTuple):
    """What `interpolate` writes."""

    energy: NDArray[np.float64]  # eV/atom, (n,), and its deviation
    deviation: NDArray[np.float64]
    entropy: NDArray[
        np.float64
    ]  # of ideal mixing, Boltzmann's constants an atom, (n,)
    ideal: NDArray[
        np.float64
    ]  # the composition at the host's exact stoichiometry, (nnz,)


class Members(NamedTuple):
    """End members of a host in a snapshot."""

    known: NDArray[np.bool_]  # whether the snapshot has it, (R, X, M)
    # main metal and metal whose slope is of another source, (118, 118)
    borrowed: NDArray[np.bool_]
    significant: float  # share from which an end member counts, and from which a metal does
    trace: float


class Compared(NamedTuple):
    """What `compare` writes."""

    borrows: NDArray[np.bool_]  # leaning on a borrowed slope, (n,)
    # a key of the significant end members that the snapshot lacks, 0 without any, (n,)
    missing: NDArray[np.int64]


# row: indices, values, first entry and the one behind the last; total float64 (3,): amount on each
# site. Writes ideal float64 (nnz,): share of each entry among
# the atoms of ideal filling, and squares float64 (3,): sum of the squared shares on each site.
@jit(part="copied")
def _mix_sites(row, host, total, ideal, squares):
    """Return the entropy of ideal mixing on the sites, in Boltzmann constants an atom.

    Parameters
    ----------
    row : tuple
        indices and values of all rows, and the first entry of the row and the one behind its last.
    host : Sites
        ``role``, int8 (118,), the site of each element, 0 rare earth, 1 metal,
        2 interstitial; ``atoms``, float64 (3,), of each site in a formula unit.
        Every element of the row has a site. ``place`` is not used.
    total : ndarray of float64, shape (3,)
        Amount on each site, above 0 wherever the row has an element.
    ideal : ndarray of float64, shape (nnz,)
        The entries of the row are overwritten: share of each entry among the atoms of ideal
        filling.
    squares : ndarray of float64, shape (3,)
        Overwritten: sum of the squared shares on each site.
    """
    indices, values, first, last = row
    role, _, sites = host
    atoms = sites[0] + sites[1] + sites[2]
    mixing = 0.0
    squares[:] = 0.0
    for p in range(first, last):
        s = role[indices[p]]
        share = values[p] / total[s]
        ideal[p] = share * sites[s] / atoms
        if share > _FLOOR and sites[s] > 0.0:
            mixing -= sites[s] / atoms * share * np.log(share)
        squares[s] += share * share
    return mixing


# row: indices, values, first entry and the one behind the last; corner: places of rare earth and
# third element, and the product of their shares; space: own int64 and share_of float64, where nodes
# and the weight of each are written from `count` on -> how many there are then
@jit(part="copied")
def _weigh_metals(row, host, node, total, corner, space, count):
    """Append the nodes, with weights, of one rare earth and one third element for a row's metals.

    Parameters
    ----------
    row : tuple
        indices and values of all rows, and the first entry of the row and the one behind its last.
    host : Sites
        ``role``, the site of each element, 0 rare earth, 1 metal, 2
        interstitial, and ``place``, its place among the elements of its site.
    node : ndarray of int64, shape (R, X, M, M)
        Number of each node, as of `Energies`.
    total : ndarray of float64, shape (3,)
        Amount on each site, in this order.
    corner : tuple
        Places of the rare earth and of the third element (interstitial), and
        the product of their shares. The second is 0 for a host without
        interstitials.
    space : tuple
        Nodes, int64, and weights, float64. Both are written from `count` on
        and must have the room: one place for each metal and one for each pair
        of metals.
    count : int
        Number of nodes that are there already.

    Returns
    -------
    int
        Number of nodes after it.
    """
    indices, values, first, last = row
    role, index, _ = host
    earth, third, outer = corner
    own, share_of = space
    for i in range(first, last):
        if role[indices[i]] != METAL:
            continue
        y = values[i] / total[METAL]
        for j in range(first, i + 1):
            if role[indices[j]] != METAL:
                continue
            w = outer * y
            w *= 2.0 * y - 1.0 if j == i else 4.0 * values[j] / total[METAL]
            own[count] = node[
                earth, third, index[indices[i]], index[indices[j]]
            ]
            share_of[count] = w
            count += 1
    return count


# table: hard phases; rows int64 (r,): those of the host. Writes at rows[start:stop]; NaN where a
# site is empty or an element has no site.
@jit
def interpolate(table, rows, host, nodes, found, start, stop):
    """Write the energies of phases, and their deviations, interpolated between nodes, into `found`.

    Parameters
    ----------
    table : Rows
        (indptr, indices, values) of the hard phases.
    rows : ndarray of int64, shape (r,)
        Rows of `table` that are of the host.
    host : Sites
        ``role``, int8 (118,), site of each element (0 rare earth, 1 metal, 2
        interstitial, -1 none), ``place``, int64 (118,), its place there, and
        ``atoms`` of each site, (3,).
    nodes : Energies
        ``node``, int64 (R, X, M, M), numbers of the nodes by place of rare
        earth, interstitial (X is 1 without any) and two metals, a metal with
        itself being an end member; their ``mean``, (k,), eV/atom, and ``covariance``,
        (k, k); and ``noise``, (3,), variance of an end member, of mixed rare
        earths and of mixed metals.
    found : Interpolated
        Written at ``rows[start:stop]`` alone: ``energy`` and ``deviation``,
        eV/atom; ``entropy``, Boltzmann constants an atom; and in ``ideal`` the
        entries of these rows. The first three are NaN where a site is empty or
        an element has no site, and ``ideal`` stays as it was there.
    start, stop : int
        Range in `rows`.
    """
    indptr, indices, values = table
    role, index, sites = host
    node, mean, covariance, noise = nodes
    energy, deviation, entropy, ideal = found
    total = np.empty(3)
    squares = np.empty(3)
    # The nodes of a row, and how much each counts: no row has more than all.
    own = np.empty(len(mean), np.int64)
    share_of = np.empty(len(mean))
    space = (own, share_of)
    for o in range(start, stop):
        row = rows[o]
        first = indptr[row]
        last = indptr[row + 1]
        if not _site_totals(indices, values, first, last, role, sites, total):
            energy[row] = np.nan
            deviation[row] = np.nan
            entropy[row] = np.nan
            continue
        entries = (indices, values, first, last)
        entropy[row] = _mix_sites(entries, host, total, ideal, squares)
        count = 0
        for p in range(first, last):
            if role[indices[p]] != RARE_EARTH:
                continue
            earth = index[indices[p]]
            outer = values[p] / total[RARE_EARTH]
            if not sites[INTERSTITIAL] > 0.0:
                corner = (earth, np.int64(0), outer)
                count = _weigh_metals(
                    entries, host, node, total, corner, space, count
                )
                continue
            for q in range(first, last):
                if role[indices[q]] == INTERSTITIAL:
                    share = outer * values[q] / total[INTERSTITIAL]
                    corner = (earth, index[indices[q]], share)
                    count = _weigh_metals(
                        entries, host, node, total, corner, space, count
                    )
        value = 0.0
        variance = noise[0] + noise[1] * 2.0 * (1.0 - squares[RARE_EARTH])
        variance += noise[2] * 2.0 * (1.0 - squares[METAL])
        # Term by term, so that it does not depend on which nodes other rows have.
        for a in range(count):
            value += share_of[a] * mean[own[a]]
            known = 0.5 * share_of[a] * covariance[own[a], own[a]]
            for b in range(a):
                known += share_of[b] * covariance[own[a], own[b]]
            variance += 2.0 * share_of[a] * known
        energy[row] = value
        deviation[row] = np.sqrt(max(variance, 0.0))


# total float64 (3,): amount on each site; False where a site is empty or an element has none.
@jit(part="copied")
def _site_totals(indices, values, first, last, role, sites, total):
    """Write the amount on each site; say whether every element has a site and no site is empty.

    Where an element has no site `total` holds the amounts before it alone.

    Parameters
    ----------
    indices, values : ndarray, shape (nnz,)
        Elements (atomic numbers less one) and amounts of all rows.
    first, last : int
        First entry of the row and the one behind its last.
    role : ndarray of int8, shape (118,)
        Site of each element, 0 rare earth, 1 metal, 2 interstitial, -1 none.
    sites : ndarray of float64, shape (3,)
        Atoms of each site. A site of 0 atoms may be empty.
    total : ndarray of float64, shape (3,)
        Overwritten: amount on the rare-earth, metal and interstitial sites.

    Returns
    -------
    bool
    """
    total[:] = 0.0
    for p in range(first, last):
        if role[indices[p]] < 0:
            return False
        total[role[indices[p]]] += values[p]
    filled = True
    for s in range(3):
        if sites[s] > 0.0 and total[s] <= _FLOOR:
            filled = False
    return filled


# Which elements occur in some rows: bool (118,).
@jit
def present_elements(indptr, indices, rows):
    """Say which elements occur in some rows, bool (118,).

    `indptr`, int64 (n + 1,), and `indices`, int (nnz,), are of sparse compositions. `rows`, int64
    (r,), are the rows to look at. An entry of amount 0 counts as present.
    """
    found = np.zeros(118, np.bool_)
    for row in rows:
        for p in range(indptr[row], indptr[row + 1]):
            found[indices[p]] = True
    return found


# Writes of_role float64 (3,): amounts first to last - 1 by role
# -> the entry of the metal of which there is most, -1 where there is none
@jit(part="copied")
def _add_up_roles(indices, values, first, last, role, of_role):
    """Write the amounts by role, and find the metal of which there is most.

    Parameters
    ----------
    indices, values : ndarray, shape (nnz,)
        Elements (atomic numbers less one) and amounts of all rows.
    first, last : int
        First entry of the row and the one behind its last.
    role : ndarray of int8, shape (118,)
        `RARE_EARTH` 0, `METAL` 1 or `INTERSTITIAL` 2 of each element; an
        element of -1 counts nowhere.
    of_role : ndarray of float64, shape (3,)
        Overwritten: amount of each role, in this order.

    Returns
    -------
    int
        Entry (an index into `values`) of the largest metal, the first of equal ones, -1 for none.
    """
    of_role[:] = 0.0
    major = -1
    for p in range(first, last):
        e = indices[p]
        if role[e] >= 0:
            of_role[role[e]] += values[p]
        if role[e] == METAL and (major < 0 or values[p] > values[major]):
            major = p
    return major


# row: as of `_weigh_metals`; pair: elements, rare earth and metal; outer: product of their shares
# of their sites; x: amount on the third sites -> key, with what the snapshot lacks of the pair in it
@jit(part="copied")
def _add_missing(key, row, host, members, pair, outer, x):
    """Return a key that also holds what the snapshot lacks of a rare earth and a metal.

    What it may lack are end members: the rare earth with the metal, and with each interstitial.

    Parameters
    ----------
    key : int64
        Key so far, 0 for none.
    row : tuple
        indices and values of all rows, and the first entry of the row and the one behind its last.
    host : Sites
        ``role``, site of each element, and ``place``, its place there.
    members : Members
        ``known``, bool (R, X, M), says by place which end members the snapshot
        has, X being 1 without interstitials; ``significant`` is the least share
        that counts.
    pair : tuple of int
        The rare earth and the metal, atomic numbers less one.
    outer : float
        Product of their shares of their sites.
    x : float
        Amount on the interstitial sites; 0 without any.

    Returns
    -------
    int64
        The key as it was where the snapshot lacks none. An end member with an
        interstitial counts only with a share of at least ``significant``.
    """
    indices, values, first, last = row
    role, index, _ = host
    has, _, significant, _ = members
    r, m = pair
    if not x > 0.0:
        if not has[index[r], 0, index[m]]:
            key = key * 1000003 + r * 118 * 118 + m + 1
        return key
    for t in range(first, last):
        z = indices[t]
        if role[z] != INTERSTITIAL:
            continue
        share = outer * values[t] / x
        if share >= significant and not has[index[r], index[z], index[m]]:
            key = key * 1000003 + (r * 118 + z) * 118 + m + 1
    return key


# table, rows and host as above. Writes at rows[start:stop].
@jit
def compare(table, rows, host, members, found, start, stop):
    """Write which phases lack end members in a snapshot, or lean on borrowed slopes, into `found`.

    Parameters
    ----------
    table : Rows
        (indptr, indices, values) of the hard phases.
    rows : ndarray of int64, shape (r,)
        Rows of `table` that are of the host.
    host : Sites
        ``role``, site of each element, and ``place``, its place there.
    members : Members
        ``known``, bool (R, X, M), end members that the snapshot has;
        ``borrowed``, bool (118, 118), slopes that are borrowed, by main metal
        and metal; ``significant`` and ``trace``, the least shares of an end
        member and of a metal that count.
    found : Compared
        ``borrows``, bool (n,), is set True and must come in as False. ``missing``, int64 (n,), is
        overwritten at ``rows[start:stop]``: 0 where nothing is missing, else a key that is equal
        for equal missing end members in equal order.
    start, stop : int
        Range in `rows`.
    """
    indptr, indices, values = table
    role = host.role
    of_role = np.empty(3)
    for o in range(start, stop):
        row = rows[o]
        first = indptr[row]
        last = indptr[row + 1]
        major = _add_up_roles(indices, values, first, last, role, of_role)
        for p in range(first, last):
            e = indices[p]
            counts = values[p] >= members.trace * of_role[METAL]
            if (
                role[e] == METAL
                and counts
                and members.borrowed[indices[major], e]
            ):
                found.borrows[row] = True
        entries = (indices, values, first, last)
        key = np.int64(0)
        for p in range(first, last):
            r = indices[p]
            if role[r] != RARE_EARTH:
                continue
            for q in range(first, last):
                m = indices[q]
                if role[m] != METAL:
                    continue
                outer = (
                    values[p]
                    / of_role[RARE_EARTH]
                    * values[q]
                    / of_role[METAL]
                )
                if outer >= members.significant:
                    x = of_role[INTERSTITIAL]
                    key = _add_missing(
                        key, entries, host, members, (r, m), outer, x
                    )
        found.missing[row] = key


TERMS = (
    "constant", "hull distance", "Fe", "Co", "Ni", "Mn", "Cu",
    "early", "early squared", "sp", "sp squared",
    "radius ratio", "radius ratio, Fe", "radius ratio, Co", "large radius ratio", "misfit",
    "stabilizer", "no entry", "eutectoid", "Fe beside Cu", "radius ratio, metal content",
    "metal content", "uncertainty", "mixing entropy", "room",
)  # fmt: skip
"""The terms, in order; `_describe` says what each is."""
_FE = 25
_CO = 26
_NI = 27
_MN = 24
_CU = 28
# Share of what is enough of a stabilizer that does nothing; half way from there to one the phase is
# as likely as not, as where the leanest alloys that were made lie.
_TOO_LITTLE = 0.4
_DISTANCE = 1
_NO_ENTRY = 17
_EUTECTOID = 18
_UNCERTAINTY = 22
_MIXING = 23


class Atoms(NamedTuple):
    """What the terms know of the elements."""

    kind: NDArray[np.int8]  # `RARE_EARTH`, `METAL` or `INTERSTITIAL`, (118,)
    radius: NDArray[np.float64]  # for twelve neighbours, angstrom, (118,)
    # what a rare earth's radius loses where all metal is iron and cobalt (mixed valence), (118,)
    less: NDArray[np.float64]
    early: NDArray[np.bool_]  # groups 4 to 6, (118,)
    sp: NDArray[np.bool_]  # Al, Si, Ga and the like, (118,)
    # metals that sit with the rare earth, and count with it for the mean radius, (families, 118)
    guest: NDArray[np.bool_]
    # One over the share of the metals at which an element alone stabilizes the structure, and over
    # that beyond which another phase takes it, (families, 118).
    enough: NDArray[np.float64]
    most: NDArray[np.float64]


class State(NamedTuple):
    """What is known of each phase, arrays of shape (n,)."""

    family: NDArray[
        np.int8
    ]  # its structure, the last family where it has none
    named: NDArray[
        np.bool_
    ]  # whether the composition itself is the phase, with no guests
    # free energy above the competing phases, eV/atom, NaN where there is no energy
    distance: NDArray[np.float64]
    deviation: NDArray[np.float64]
    mixing: NDArray[
        np.float64
    ]  # kelvin times entropy of ideal mixing on the sites, eV/atom
    warmer: NDArray[
        np.float64
    ]  # kelvin less that at which phases of the structure are made


class Weights(NamedTuple):
    """Weights by family."""

    mean: NDArray[np.float64]  # (families, terms)
    root: NDArray[
        np.float64
    ]  # the covariance is ``root @ root.T``, (families, terms, terms)


# Terms of row i into x float64 (terms,); what has to do with energies alone without rare earth or
# without metal. A distance of 30 meV, and as large a deviation, stand where there is no entry; a
# phase below what competes forms no more surely than one level with it, the less since most such
# energies are extrapolated. Deviations above 0.2 eV say no more than that nothing is known.
# The radius ratio of rare earth to metals is centred at 1.42 (middle of the rows) in steps of 0.03;
# energies are in 20 meV; a misfit is the variance of the metals' radii over their mean squared, in
# 0.002; early metals in fifths and sp elements in halves of the metals. Of stabilizers count the
# shares of what is enough of each; their range is over where the shares of the most exceed one.
@jit(part="merged")
def _describe(i, rows, atoms, state, x):
    """Write the terms of the log odds of one phase into `x`, in the order of `TERMS`.

    Where there is no energy a hull distance of 30 meV stands in. A phase without rare earth or
    metal has the terms of energies alone, the others are 0.

    Parameters
    ----------
    i : int
        Number of the phase.
    rows : Rows
        (indptr, indices, values) of the atomic fractions of n phases.
    atoms : Atoms
        Facts by element: ``kind``, ``radius`` and ``less`` (angstrom),
        ``early`` and ``sp``, (118,), and by family ``guest``, ``enough`` and
        ``most``, (families, 118).
    state : State
        Of each phase: ``family`` (int8, the last where there is none),
        ``named`` (bool), ``distance`` and ``deviation`` (eV/atom, NaN where
        there is none), ``mixing`` (eV/atom) and ``warmer`` (K).
    x : ndarray of float64, shape (terms,)
        Overwritten.
    """
    indptr, indices, values = rows
    family = state.family[i]
    earth = metal = iron = cobalt = nickel = manganese = copper = early = (
        sp
    ) = 0.0
    small = large = beside = squares = support = crowd = 0.0
    for p in range(indptr[i], indptr[i + 1]):
        e = indices[p]
        a = values[p]
        if atoms.kind[e] == RARE_EARTH:
            earth += a
        elif (
            atoms.kind[e] == METAL
            and not state.named[i]
            and atoms.guest[family, e]
        ):
            beside += a
            large += a * atoms.radius[e]
        elif atoms.kind[e] == METAL:
            metal += a
            small += a * atoms.radius[e]
            squares += a * atoms.radius[e] ** 2
            support += a * atoms.enough[family, e]
            crowd += a * atoms.most[family, e]
            iron += a * (e == _FE)
            cobalt += a * (e == _CO)
            nickel += a * (e == _NI)
            manganese += a * (e == _MN)
            copper += a * (e == _CU)
            early += a * atoms.early[e]
            sp += a * atoms.sp[e]
    x[:] = 0.0
    x[0] = 1.0
    if math.isnan(state.distance[i]):
        x[_NO_ENTRY] = 1.0
        x[_DISTANCE] = -1.5
    else:
        x[_DISTANCE] = -max(state.distance[i], 0.0) / 0.02
    spread = (
        0.03
        if math.isnan(state.deviation[i])
        else min(state.deviation[i], 0.2)
    )
    x[_UNCERTAINTY] = -math.sqrt(spread / 0.02)
    x[_MIXING] = state.mixing[i] / 0.02
    if earth <= 0.0 or metal <= 0.0:
        return
    valence = (iron + cobalt) / metal
    for p in range(indptr[i], indptr[i + 1]):
        e = indices[p]
        if atoms.kind[e] == RARE_EARTH:
            large += values[p] * (atoms.radius[e] - atoms.less[e] * valence)
    mean = small / metal
    ratio = (large / (earth + beside) / mean - 1.42) / 0.03
    early /= 0.2 * metal
    sp /= 0.5 * metal
    content = (metal - 0.8) / 0.1
    x[2] = iron / metal
    x[3] = cobalt / metal
    x[4] = nickel / metal
    x[5] = manganese / metal
    x[6] = copper / metal
    x[7] = early
    x[8] = early**2
    x[9] = sp
    x[10] = sp**2
    x[11] = ratio
    x[12] = ratio * x[2]
    x[13] = ratio * x[3]
    x[14] = max(ratio, 0.0) ** 2
    x[15] = -max(squares / metal / mean**2 - 1.0, 0.0) / 0.002
    x[16] = min(
        max((support / metal - _TOO_LITTLE) / (1.0 - _TOO_LITTLE), 0.0), 1.0
    )
    x[_EUTECTOID] = state.warmer[i] / 200.0 * x[3]
    x[19] = 4.0 * x[2] * x[6]
    x[20] = ratio * content
    x[21] = content
    x[24] = -max(crowd / metal - 1.0, 0.0)


# Writes rows start to stop of x float64 (n, terms).
@jit
def describe(rows, atoms, state, x, start, stop):
    """Write the terms of the log odds of phases `start` to `stop` - 1 into `x`.

    Parameters
    ----------
    rows : Rows
        (indptr, indices, values) of the atomic fractions of n phases.
    atoms : Atoms
        Facts by element: ``kind``, ``radius`` and ``less`` (angstrom),
        ``early`` and ``sp``, (118,), and by family ``guest``, ``enough`` and
        ``most``, (families, 118).
    state : State
        Of each phase: ``family`` (int8, the last where there is none),
        ``named`` (bool), ``distance`` and ``deviation`` (eV/atom, NaN where
        there is none), ``mixing`` (eV/atom) and ``warmer`` (K).
    x : ndarray of float64, shape (n, terms)
        Rows `start` to `stop` - 1 are overwritten; columns are in the order of `TERMS`.
    start, stop : int
        Range of phases.
    """
    for i in range(start, stop):
        _describe(i, rows, atoms, state, x[i])


# Writes at start to stop: mean and deviation float64 (n,) of the log odds.
@jit
def odds(rows, atoms, state, weights, mean, deviation, start, stop):
    """Write mean and deviation of the log odds that phases `start` to `stop` - 1 form.

    They are logits: a mean of 0 is a probability of one half.

    Parameters
    ----------
    rows : Rows
        (indptr, indices, values) of the atomic fractions of n phases.
    atoms : Atoms
        Facts by element: ``kind``, ``radius`` and ``less`` (angstrom),
        ``early`` and ``sp``, (118,), and by family ``guest``, ``enough`` and
        ``most``, (families, 118).
    state : State
        Of each phase: ``family`` (int8, the last where there is none),
        ``named`` (bool), ``distance`` and ``deviation`` (eV/atom, NaN where
        there is none), ``mixing`` (eV/atom) and ``warmer`` (K).
    weights : Weights
        ``mean``, (families, terms), and ``root``, (families, terms, terms), whose product with
        its transpose is the covariance.
    mean, deviation : ndarray of float64, shape (n,)
        Overwritten at `start` to `stop` - 1 alone.
    start, stop : int
        Range of phases.
    """
    k = weights.mean.shape[1]
    x = np.empty(k)
    part = np.empty(k)
    for i in range(start, stop):
        _describe(i, rows, atoms, state, x)
        w = weights.mean[state.family[i]]
        root = weights.root[state.family[i]]
        total = variance = 0.0
        part[:] = 0.0
        for a in range(k):
            # Most terms of a phase are zero.
            if x[a] != 0.0:
                total += w[a] * x[a]
                for b in range(k):
                    part[b] += root[a, b] * x[a]
        for b in range(k):
            variance += part[b] * part[b]
        mean[i] = total
        deviation[i] = math.sqrt(variance)


# earths, thirds: atoms of rare earth and interstitials a formula unit over all its atoms, float64
# (structures,); third bool (structures, 118): what counts as its interstitial.
# -> int8 (n,): the structure whose ratio a composition has, -1 where none
@jit
def ratios(rows, kind, earths, thirds, third):
    """Return the structure whose ratio of rare earth, metals and interstitials each row has.

    A row fits if its rare earth and its interstitials are within 1e-4 of the structure's, and all
    its interstitials are of the structure's. Of several structures that fit the last wins.

    Parameters
    ----------
    rows : Rows
        (indptr, indices, values) of atomic fractions, such as `CompositionTable.rows`; no dense
        array.
    kind : ndarray of int8, shape (118,)
        `RARE_EARTH` 0, `METAL` 1 or `INTERSTITIAL` 2 for each element.
    earths : ndarray of float64, shape (structures,)
        Share of rare earth among the atoms of each structure.
    thirds : ndarray of float64, shape (structures,)
        Share of interstitials.
    third : ndarray of bool, shape (structures, 118)
        Which elements are an interstitial of the structure.

    Returns
    -------
    ndarray of int8, shape (n,)
        Number of the structure, from 0, -1 where none fits.
    """
    indptr, indices, values = rows
    n = len(indptr) - 1
    found = np.full(n, -1, np.int8)
    for i in range(n):
        earth = small = 0.0
        for p in range(indptr[i], indptr[i + 1]):
            if kind[indices[p]] == RARE_EARTH:
                earth += values[p]
            elif kind[indices[p]] == INTERSTITIAL:
                small += values[p]
        for s in range(len(earths)):
            if abs(earth - earths[s]) > 1e-4 or abs(small - thirds[s]) > 1e-4:
                continue
            own = True
            for p in range(indptr[i], indptr[i + 1]):
                e = indices[p]
                if (
                    kind[e] == INTERSTITIAL
                    and values[p] > 0.0
                    and not third[s, e]
                ):
                    own = False
            if own:
                found[i] = s
    return found


# Entropy of ideal mixing, Boltzmann's constants an atom, of the rare earths among each other and of
# the late 3d metals (`late`, bool (118,)) among each other: the most that competing phases, which
# dissolve these alone, can have. Writes at rows[start:stop].
@jit
def rivals_entropy(table, rows, kind, late, entropy, start, stop):
    """Write the mixing entropy that the phases beside a candidate can have.

    It is in Boltzmann constants an atom of the candidate. It counts mixing of the rare earths among
    each other and of the late metals among each other.

    Parameters
    ----------
    table : Rows
        (indptr, indices, values) of atomic fractions.
    rows : ndarray of int64, shape (r,)
        Rows of `table`.
    kind : ndarray of int8, shape (118,)
        `RARE_EARTH` 0, `METAL` 1 or `INTERSTITIAL` 2 of each element.
    late : ndarray of bool, shape (118,)
        Which elements are late 3d metals.
    entropy : ndarray of float64, shape (n,)
        Overwritten at ``rows[start:stop]`` alone.
    start, stop : int
        Range in `rows`.
    """
    indptr, indices, values = table
    for o in range(start, stop):
        i = rows[o]
        earth = metal = total = 0.0
        for p in range(indptr[i], indptr[i + 1]):
            if values[p] <= 0.0:
                continue
            if kind[indices[p]] == RARE_EARTH:
                earth += values[p]
            elif late[indices[p]]:
                metal += values[p]
            else:
                continue
            total -= values[p] * math.log(values[p])
        if earth > 0.0:
            total += earth * math.log(earth)
        if metal > 0.0:
            total += metal * math.log(metal)
        entropy[i] = total
