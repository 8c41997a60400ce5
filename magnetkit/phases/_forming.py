"""How likely a phase forms at a temperature: a logistic model on phases known to exist or not.

The log odds of a phase are those of a family (its structure) times a few terms: the free energy
above the competing phases and how uncertain it is, the metals on its sites, the ratio of the radii
of rare earth and metals, the misfit among the metals, enough of a stabilizer and not too much
(`_stability_kernels.TERMS`). The weights of each family deviate from common ones by a normal
prior, so that a structure of which little is known leans on the others. Any other structure, a new
host among them, has terms alone that know no host: the free energy, its uncertainty, the entropy of
mixing, the misfit among the metals, and how much of groups 4 to 6 is to be dissolved.
They were fitted by ``datasets/known_phases/calibrate.py`` to ``made.csv`` beside it, with their
covariance (Laplace's approximation), on the energies of the embedded snapshot.
"""

import json
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .._core import datasets
from .._core._books import law
from .._core._types import BoolArray, FloatArray, Int8Array
from .._core.elements import INDEX, N_ELEMENTS, RARE_EARTHS, mask
from ..alloy.table import CompositionTable
from ._entries import Entries
from ._judged import BOLTZMANN_EV_K, Judged, Named, kinds
from ._mixing import RADII
from ._space import lowest_entries
from .hull import solve, stable_space
from .partition import not_from_melt
from .records import HOST_NAMES, HOSTS, ROOTS

if TYPE_CHECKING:
    from ._stability_kernels import Atoms, State, Weights


FAMILIES = (*(name for name in ROOTS if HOSTS[name].own_forming_weights), "")
"""Structures with weights of their own; the last, without, stands for all others."""
FORMS = 0.5
"""Least probability of forming of a phase that the ranking takes for makeable."""
OTHERS_MADE_AT_K = 1200.0
"""Temperature at which phases of no known host are taken to be made: annealing of compounds."""
WEIGHTS = "known_phases/forming.json"
# Groups 4 to 6, which sit on dumbbell sites, and sp elements.
_EARLY = ("Ti", "Zr", "Hf", "V", "Nb", "Ta", "Cr", "Mo", "W")
_SP = ("Al", "Si", "Ga", "Ge", "In", "Sn")


class Odds(NamedTuple):
    """Mean and deviation of the log odds, float64 (n,) each; NaN where nothing is known."""

    mean: FloatArray
    deviation: FloatArray

    def probability(self) -> FloatArray:
        """Return the probability, its deviation averaged over (MacKay's approximation)."""
        return _logistic(
            self.mean / np.sqrt(1.0 + np.pi / 8.0 * self.deviation**2)
        )

    def ends(self, half: float) -> tuple[FloatArray, FloatArray]:
        """Return the probabilities `half` deviations below and above."""
        reach = half * self.deviation
        return _logistic(self.mean - reach), _logistic(self.mean + reach)


def _logistic(z: FloatArray) -> FloatArray:
    # Without overflow, and without the tenth of a second that scipy.special takes to load.
    return np.exp(-np.logaddexp(0.0, -z))


@lru_cache(maxsize=1)
def stabilizers() -> dict[str, dict[str, tuple[float, float]]]:
    """Return the metals without which hosts are no bulk phase.

    The dict is cached and must not be changed. A share is infinite where the table has no number. A
    host without rows in ``known_phases/stabilizers.csv`` has no key.

    Returns
    -------
    dict of dict of (float, float)
        By host, such as "1:12", and symbol of the metal, such as "Ti": the share of the metal
        sites, 0 to 1, that is enough if it is the only such metal, and the largest share, such as
        (0.075, 0.1333).
    """
    limits: dict[str, dict[str, tuple[float, float]]] = {}
    for row in datasets.rows("known_phases/stabilizers.csv"):
        least = float(row["least_metal_share"] or "inf")
        most = float(row["most_metal_share"] or "inf")
        limits.setdefault(row["host"], {})[row["element"]] = (least, most)
    return limits


def atoms() -> "Atoms":
    """Collect the facts on the elements that the terms of stability need, for the kernel.

    Returns
    -------
    Atoms
        New arrays, but for ``kind`` (cached). By element, atomic number less
        one, (118,): ``kind`` (int8, 0 rare earth, 1 metal and all else, 2
        interstitial), ``radius`` (angstrom, 1.40 where none is listed),
        ``less`` (angstrom, what cerium may lose of it, 0 for all others),
        ``early`` (Ti, Zr, Hf, V, Nb, Ta, Cr, Mo, W) and ``sp`` (Al, Si, Ga,
        Ge, In, Sn), bool. By family and element, (families, 118): ``guest``
        (bool, on the rare-earth site), ``enough`` and ``most`` (one over the
        limits of `stabilizers`, 0 without a limit). Families are in the order
        of `FAMILIES`, the last of which has no guests and no limits.
    """
    from ._stability_kernels import Atoms

    radius = np.full(N_ELEMENTS, 1.40)
    less = np.zeros(N_ELEMENTS)
    for row in datasets.rows("known_phases/radii.csv"):
        radius[INDEX[row["element"]]] = float(row["radius_A"])
    less[INDEX["Ce"]] = law("phases").cerium_loses
    guest = np.zeros((len(FAMILIES), N_ELEMENTS), bool)
    enough, most_shares = np.zeros((2, len(FAMILIES), N_ELEMENTS))
    for f, name in enumerate(FAMILIES[:-1]):
        guest[f] = mask(HOSTS[name].split.guests_on_rare_earth_site) > 0
        for symbol, shares in stabilizers().get(name, {}).items():
            enough[f, INDEX[symbol]], most_shares[f, INDEX[symbol]] = (
                1.0 / np.array(shares)
            )
    return Atoms(
        kinds(),
        radius,
        less,
        mask(_EARLY) > 0,
        mask(_SP) > 0,
        guest,
        enough,
        most_shares,
    )


@lru_cache(maxsize=1)
def _embedded_model() -> "tuple[Atoms, Weights]":
    """Read the fitted weights of the families, with the facts on the elements, for the kernel.

    The result is cached and must not be changed.

    Returns
    -------
    Atoms
        As `atoms` returns it.
    Weights
        ``mean``, (families, terms), and ``root``, (families, terms, terms), the lower Cholesky
        factor of the covariance, both in the order of `FAMILIES` and, for the terms, of
        `_stability_kernels.TERMS`.
    """
    from .._core._linear import factor
    from ._stability_kernels import Weights

    content = json.loads(datasets.path(WEIGHTS).read_text(encoding="utf-8"))
    mean = np.array([content["families"][name]["mean"] for name in FAMILIES])
    covariance = np.array(
        [content["families"][name]["covariance"] for name in FAMILIES]
    )
    root = [factor(0.5 * (matrix + matrix.T)) for matrix in covariance]
    return atoms(), Weights(mean, np.array(root))


@lru_cache(maxsize=1)
def _host_facts() -> tuple[Int8Array, FloatArray, FloatArray, BoolArray]:
    """Collect the facts of formation by host; the last entry belongs to no host.

    A variant is of its root's family. A host with interstitials is made of the metal, so its
    family is that of the same metal lattice. All arrays have shape (hosts + 1,), are in the order
    of `HOST_NAMES`, and are cached.

    Returns
    -------
    family : ndarray of int8
        Index into `FAMILIES`; the last, of all others, for no host and for a host without a family.
    making_K : ndarray of float64
        Temperature at which phases of the host are made; `OTHERS_MADE_AT_K`
        (1200) for no host.
    melting_K : ndarray of float64
        Temperature at which they decompose into liquid; infinite for no host.
    from_gas : ndarray of bool
        Whether they are made of the metal of another family and a gas, such as 2:17:3 of 2:17.
    """
    metals = {}
    for code, name in enumerate(FAMILIES[:-1]):
        host = HOSTS[name]
        if not host.interstitial:
            metals[host.rare_earth, host.transition_metal] = code
    other = len(FAMILIES) - 1
    family = []
    takes_gas = []
    for host in HOSTS.values():
        code = metals.get((host.rare_earth, host.transition_metal), other)
        if host.root in FAMILIES:
            code = FAMILIES.index(host.root)
        family.append(code)
        takes_gas.append(code < other and host.root != FAMILIES[code])
    making_temperatures = [
        host.making_temperature_K for host in HOSTS.values()
    ]
    melts = [host.melts_at_K for host in HOSTS.values()]
    return (
        np.array([*family, other], np.int8),
        np.array([*making_temperatures, OTHERS_MADE_AT_K]),
        np.array([*melts, np.inf]),
        np.array([*takes_gas, False]),
    )


def making_temperature(host: Int8Array) -> FloatArray:
    """Return the temperature at which phases are made, K, (n,).

    `host`, int8 (n,), is the index into `HOST_NAMES`; -1 gives `OTHERS_MADE_AT_K`.
    """
    return _host_facts()[1][host]


def is_melted(host: Int8Array, kelvin: FloatArray) -> BoolArray:
    """Say which phases have decomposed into liquid at a temperature, bool (n,).

    `host`, int8 (n,), is the index into `HOST_NAMES`, -1 where there is none, which never melts.
    `kelvin`, (n,), is the temperature of each, K; that of decomposition itself counts as melted.
    """
    return kelvin >= _host_facts()[2][host]


def decomposition_temperature(
    phases: CompositionTable, host: Int8Array
) -> FloatArray:
    """Return the temperature at which each phase decomposes, K, (n,).

    This is ``formation.lives_to_K`` of the host's record, for phases that
    `not_from_melt` names. It is infinite for all other phases. `phases` has
    the n phases. `host`, int8 (n,), is the index into `HOST_NAMES`, -1 where
    there is none, which gives infinity.
    """
    ends = np.full(len(HOSTS) + 1, np.inf)
    for code, record in enumerate(HOSTS.values()):
        if record.formation is not None:
            ends[code] = record.formation.lives_to_K
    return np.where(not_from_melt(phases, host), ends[host], np.inf)


def phase_states(
    judged: Judged, above: FloatArray, kelvin: FloatArray
) -> "tuple[CompositionTable, State]":
    """Return the phases whose formation is judged, and what is known of them.

    A nitride or carbide of a metal lattice is made of the metal at a temperature at which no
    metal atom moves, so the metal is judged. A composition without energy takes the mean distance
    to the hull of the entries that differ from it in the rare earth alone, near radii first.
    Neither `judged` nor `above` is changed.

    Parameters
    ----------
    judged : Judged
        n phases, such as ``Judged(named_phases(table), open_snapshot())``, of which ``host``,
        ``named``, ``ideal``, ``energy``, ``deviation``, ``entropy`` and ``source`` are read.
    above : ndarray of float64, shape (n,)
        Free energy above competing phases, eV/atom, as the first result of ``judged.above``.
    kelvin : ndarray of float64, shape (n,)
        Temperature at which each phase is judged, K.

    Returns
    -------
    phases : CompositionTable
        n phases in the order of `judged`, at the hosts' exact ratio.
    state : State
        Arrays of the kernel, (n,): ``family`` (int8, index into `FAMILIES`,
        the last where there is none), ``named`` (bool), ``distance`` and
        ``deviation`` (eV/atom, NaN where nothing is known), ``mixing``
        (temperature times entropy of mixing, eV/atom, 0 where that is NaN),
        ``warmer`` (K above the making temperature, negative below). A distance
        that was taken from other rare earths has a deviation of NaN.
    """
    from ._stability_kernels import State

    family, _, _, takes_gas = _host_facts()
    family_of_row = family[judged.host]
    distance = above.copy()
    deviation = judged.deviation.copy()
    phases = judged.ideal
    entropy = judged.entropy.copy()
    gas = takes_gas[judged.host]
    if gas.any():
        phases = _without_interstitials(phases, gas)
        parent = np.array(
            [HOST_NAMES.index(FAMILIES[f]) for f in family_of_row[gas]],
            np.int8,
        )
        metal = Judged(
            Named(parent, phases[gas], judged.named[gas]), judged.source
        )
        distance[gas], _ = metal.above(kelvin[gas])
        deviation[gas] = metal.deviation
        entropy[gas] = metal.entropy
    silent = np.flatnonzero((judged.host < 0) & np.isnan(judged.energy))
    if len(silent):
        distance[silent] = _analogues(phases[silent], judged.source)
        deviation[silent] = np.nan
    mixing = BOLTZMANN_EV_K * kelvin * np.nan_to_num(entropy)
    warmer = kelvin - making_temperature(judged.host)
    return phases, State(
        family_of_row, judged.named, distance, deviation, mixing, warmer
    )


def _without_interstitials(
    phases: CompositionTable, chosen: BoolArray
) -> CompositionTable:
    """Return phases without the interstitials of some rows, whose fractions sum to one again.

    Interstitials are H, B, C, N and O. `phases` has n rows, and `chosen`, bool (n,), says of which
    they are set to 0; these entries stay in the table, as zeros. Other rows stay to the last digit.
    Row numbers are kept, errors are not. A chosen row of interstitials alone becomes NaN.
    """
    from ._stability_kernels import INTERSTITIAL

    row = np.repeat(np.arange(len(phases)), np.diff(phases.indptr))
    is_removed = chosen[row] & (kinds()[phases.indices] == INTERSTITIAL)
    atoms = np.where(is_removed, 0.0, phases.values)
    total = np.where(chosen, np.bincount(row, atoms, len(phases)), 1.0)
    return CompositionTable(
        phases.indptr, phases.indices, atoms / total[row], phases.row_index
    )


def odds(
    judged: Judged,
    above: FloatArray,
    kelvin: FloatArray,
    given: bool = False,
) -> Odds:
    """Compute the log odds that phases form, with their deviation, (n,) each.

    Parameters
    ----------
    judged : Judged
        n phases, as of `phase_states`. They are not changed.
    above : ndarray of float64, shape (n,)
        Free energy above competing phases, eV/atom; the first result of ``judged.above``.
    kelvin : ndarray of float64, shape (n,)
        Temperature of each, K.
    given : bool
        A user gave these temperatures, so that phases made in the solid or in a gas may
        decompose.

    Returns
    -------
    Odds
        ``mean`` and ``deviation``, both in natural log odds, (n,). ``probability()`` gives the
        probabilities, ``ends(z)`` those `z` deviations below and above. The mean is -inf for a
        phase that is melted and, with `given`, for one that has decomposed. A phase without energy
        has odds too, from its other terms.
    """
    from .._core._threads import share_rows
    from . import _stability_kernels as _stability

    phases, state = phase_states(judged, above, kelvin)
    result = Odds(np.empty(len(phases)), np.empty(len(phases)))
    coefficients, weights = _embedded_model()
    share_rows(
        _stability.odds,
        len(phases),
        phases.rows,
        coefficients,
        state,
        weights,
        *result,
    )
    result.mean[is_melted(judged.host, kelvin)] = -np.inf
    if given:
        result.mean[
            kelvin >= decomposition_temperature(judged.ideal, judged.host)
        ] = -np.inf
    return result


def _analogues(table: CompositionTable, source: Entries) -> FloatArray:
    """Estimate the distance to the hull from entries with another rare earth, eV/atom, (n,).

    An entry counts where the sum of its rare earths and all other fractions
    agree to four digits; the row's own composition counts too. Near radii
    weigh most. NaN for a row without such entries, or without rare earth
    (yttrium is one, scandium is not). `table` has the n compositions. The
    distances of all entries are computed once and kept in the cache of the
    snapshot `source`.
    """
    if "analogues" not in source._cache:
        space = lowest_entries(source)
        above = (
            space.energy - solve(space.table(), stable_space(source)).energy
        )
        radii_by_pattern: dict[tuple, list[tuple[float, float]]] = {}
        for (key, radius), energy in zip(
            _patterns(space.table()), above, strict=True
        ):
            if key:
                radii_by_pattern.setdefault(key, []).append((radius, energy))
        source._cache["analogues"] = {
            k: np.array(v).T for k, v in radii_by_pattern.items()
        }
    known_of = source._cache["analogues"]
    alike = law("phases").alike_radius
    mean_above = np.full(len(table), np.nan)
    for i, (key, radius) in enumerate(_patterns(table)):
        if key in known_of:
            radii, energies = known_of[key]
            weights = np.exp(-0.5 * ((radii - radius) / alike) ** 2) + 1e-9
            mean_above[i] = weights @ energies / weights.sum()
    return mean_above


def _patterns(table: CompositionTable) -> list[tuple[tuple, float]]:
    """Describe each row of a table with its rare earths as one element.

    `table` has n compositions, atomic fractions.

    Returns
    -------
    list of (tuple, float)
        One pair a row. The tuple begins with the sum of the rare earths; pairs (atomic number less
        one, atomic fraction) of the other elements follow, sorted, all rounded to four digits:
        SmCo5 gives ``((0.1667, (26, 0.8333)), 0.958)``. The number is the mean radius of R3+,
        angstrom, weighed by fraction. A row without rare earth has an empty tuple and 0.
    """
    radii = {INDEX[s]: RADII[s] for s in RARE_EARTHS}
    patterns: list[tuple[tuple, float]] = []
    for i in range(len(table)):
        part = slice(table.indptr[i], table.indptr[i + 1])
        row = dict(
            zip(
                table.indices[part].tolist(),
                table.values[part].tolist(),
                strict=True,
            )
        )
        earth = {e: a for e, a in row.items() if e in radii}
        if not earth:
            patterns.append(((), 0.0))
            continue
        rest = sorted(
            (e, round(a, 4)) for e, a in row.items() if e not in radii
        )
        total = sum(earth.values())
        mean = sum(radii[e] * a for e, a in earth.items()) / total
        patterns.append(((round(total, 4), *rest), mean))
    return patterns
