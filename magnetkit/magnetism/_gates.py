"""Gates: what a charge lacks to become a magnet, however good its hard phase.

A magnet at a closed gate has the status that names it, no coercivity and nothing that follows from
one (H_k, (BH)max, T_max, beta, safety, loss), and a probability of zero that it meets any
requirement; J_s, T_C and B_r stay those of its parts. A gate is added by its words in `GATES` of
`magnetkit._core.columns` and its rule here.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .._core._types import BoolArray, FloatArray, Int8Array
from .._core.columns import GATES
from ..compound.evaluate import STATUS
from ..phases.partition import hosts_by_hardening, is_in_windows, not_from_melt
from ..phases.records import HOSTS
from ._boundary import failed_conditions as _boundary_conditions
from ._cells import failed_conditions as _cell_conditions
from .laws import law
from .process import rows_made_by_route

if TYPE_CHECKING:
    from ..phases.partition import Partition
    from ._balance import Balance
    from .process import Route

# Takes what `microstructure` asks of recipes; yields words of `GATES`, each with the rows, bool (n,),
# at which that gate is closed.
Rule = Callable[[dict[str, FloatArray]], Iterator[tuple[str, BoolArray]]]

_CONE, FAR = GATES[-2:]
"""That of a measured cone, and of what is too far from every measured magnet (`_evidence`)."""

GRAINS = law("grains")


def _grain_conditions(
    structure: dict[str, FloatArray],
) -> Iterator[tuple[str, BoolArray]]:
    """Yield the one condition of magnets hardened by grains, with the rows that fail it.

    A soft phase couples the grains where rare earth is short. `structure` has
    ``soft``, its volume fraction, (n,). The pair is "no hardening known: short
    of rare earth", words of the status, and a bool array (n,), True where
    ``soft`` is above ``most_soft`` of ``datasets/laws/grains.toml``.
    """
    yield (
        "no hardening known: short of rare earth",
        structure["soft"] > GRAINS.most_soft,
    )


_RULES: dict[str, Rule] = {
    "grains": _grain_conditions,
    "cells": _cell_conditions,
    "boundary": _boundary_conditions,
}
"""By what hardens a host's magnets, of `magnetkit.phases.records.HARDENING`."""


def gates(
    found: "Balance",
    structure: dict[str, FloatArray],
    route: "Route | None" = None,
) -> Int8Array:
    """Find the first gate that is closed to each magnet.

    Parameters
    ----------
    found : Balance
        n recipes split into phases, by volume; ``parts`` and ``charge`` are read.
    structure : dict of ndarray, shape (n,)
        What `_magnets._structure` returns: ``density`` (over that without pores), ``coarse`` (0
        where grains are as fine as a wall is wide, 1 elsewhere), ``soft`` (volume fraction), those
        that `_boundary.failed_conditions` reads, and the fields of `_cells.Shares`.
    route : Route, optional
        Route that the magnets are made by; ``host``, ``needs`` and ``hardening`` are read. The
        usual one of each host otherwise.

    Returns
    -------
    ndarray of int8, shape (n,)
        Index into `magnetkit.compound.evaluate.STATUS`, 0 where every gate is
        open or there is no host. The order is: "decomposes before it sinters"
        (only where ``density`` is above ``pressed`` of
        ``datasets/laws/grains.toml``; NaN is not), "no bulk magnet known",
        then the conditions of the hardening.
    """
    codes = found.parts.host
    status = np.zeros(len(codes), np.int8)
    is_not_from_melt = not_from_melt(found.parts.hard_phase, codes)
    dense = (structure["density"] > GRAINS.pressed) & (
        structure["coarse"] > 0.0
    )
    status[is_not_from_melt & dense] = STATUS.index(
        "decomposes before it sinters"
    )
    mine = np.zeros(len(codes), bool)
    unknown = hosts_by_hardening(codes, "route")
    if route is not None:
        mine = rows_made_by_route(route, codes)
        fits = [is_in_windows(found.charge, rule) for rule in route.needs]
        unknown &= ~mine
        if fits:
            unknown |= mine & ~np.any(fits, axis=0)
    status[unknown & (status == 0)] = STATUS.index("no bulk magnet known")
    by_route = mine & bool(route and route.hardening)
    for hardening, rule in _RULES.items():
        candidates = hosts_by_hardening(codes, hardening) & ~by_route
        if not candidates.any():
            continue
        for words, is_closed in rule(structure):
            status[candidates & is_closed & (status == 0)] = STATUS.index(
                words
            )
    return status


def gates_at_temperatures(
    gate: Int8Array, written: "Partition", kelvin: Sequence[float] | FloatArray
) -> Int8Array:
    """Return the gates of n magnets at m temperatures, int8 (m, n).

    A measured cone of easy directions closes the gates of a host's recipes
    within the range of composition on file, below the temperature on file for
    that range. `gate`, int8 (n,), are the gates that are closed
    whatever the temperature, indices into `STATUS` with 0 for open, and are
    not changed. `written` are the recipes split as they are written. `kelvin`
    are the temperatures, K. A gate closed already stays the first.
    """
    result = np.repeat(gate[None], len(kelvin), axis=0)
    cone = STATUS.index(_CONE)
    cold = np.asarray(kelvin, float)[:, None]
    for rows, one in _easy_plane_rows(written):
        result[(result == 0) & rows & (cold < one["below_K"])] = cone
    return result


def turned_width(written: "Partition") -> FloatArray:
    """Compute half the width of the 90 % range of ln H_cJ that a missed easy direction adds, (n,).

    `written` are the n recipes split as they are written. The width is 0 where no direction is
    known to be missed.
    """
    widths = np.zeros(len(written.host))
    for rows, one in _easy_plane_rows(written):
        widths[rows] = one["half_width"]
    return widths


def _easy_plane_rows(
    written: "Partition",
) -> Iterator[tuple[BoolArray, dict[str, Any]]]:
    """Find the recipes whose measured easy direction turns from the axis on cooling.

    `written` are the n recipes split as they are written. A pair is yielded
    for each entry of ``turned`` in the files of the hosts that occur, also
    where no row is True. The entries are shared: do not change them.

    Yields
    ------
    rows : ndarray of bool, shape (n,)
        True for the recipes that the entry speaks of.
    entry : dict
        ``where``, a dict of ratios such as "R / T" to their least and largest value; ``below_K``,
        the temperature below which the direction is no axis; ``half_width``, half the width of the
        90 % range of ln H_cJ that this adds.
    """
    for code, host in enumerate(HOSTS.values()):
        rows = written.host == code
        if not host.magnet.turned or not rows.any():
            continue
        for entry in host.magnet.turned:
            yield rows & is_in_windows(written.recipe, entry["where"]), entry


def apply_gates(status: Int8Array, gate: Int8Array) -> BoolArray:
    """Set the status of magnets that are ok otherwise to that of their gate, in place.

    `status`, int8 (m, n), is changed. `gate`, int8, has the same shape or one that broadcasts to
    it, such as (n,); both are indices into `STATUS`, 0 for "ok" and for an open gate. The result
    says which gates are closed, bool, in the shape of `gate`, whatever the status was.
    """
    has_reason = gate != 0
    if has_reason.any():
        np.copyto(status, gate, where=(status == 0) & has_reason)
    return has_reason
