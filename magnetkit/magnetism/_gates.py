"""Gates: what a charge lacks to become a magnet, however good its hard phase.

A magnet at a closed gate has the status that names it, no coercivity and nothing that follows from
one (H_k, (BH)max, T_max, beta, safety, loss), and a probability of zero that it meets any
requirement; J_s, T_C and B_r stay those of its parts. A gate is added by its words in `GATES` of
`magnetkit._core.columns` and its rule here.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .._core.columns import GATES
from ..hosts.partition import hardened_by
from ..intrinsic.evaluate import STATUS
from ._boundary import closed as _boundary_closed
from ._cells import closed as _cells_closed

if TYPE_CHECKING:
    from ._balance import Balance

Array = NDArray[np.float64]
# Takes recipes in their phases and what `microstructure` asks of them; yields words of `GATES`,
# each with the rows, bool (n,), at which that gate is closed.
Rule = Callable[["Balance", dict[str, Array]], Iterator[tuple[str, NDArray[np.bool_]]]]

FAR = GATES[-1]
"""That of what is too far from every measured magnet, see `magnetkit.magnetism._evidence`."""

# Volume fraction of R2Co17 between grains of 1:5 that leaves less of alpha_K (`microstructure`)
# than the grains' poles take.
_SOFT = 0.03


def _short(found: Any, structure: dict[str, Array]) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """Yield the gate of grains that a soft phase couples for want of rare earth."""
    yield "no hardening known: short of rare earth", structure["soft"] > _SOFT


_RULES: dict[str, Rule] = {"grains": _short, "cells": _cells_closed, "boundary": _boundary_closed}
"""By what hardens a host's magnets, of `magnetkit.hosts.records.HARDENING`."""


def gates(found: "Balance", structure: dict[str, Array]) -> NDArray[np.int8]:
    """Return the first gate that is closed to each magnet, index into `STATUS`, 0 without; (n,)."""
    codes = found.parts.host
    status = np.zeros(len(codes), np.int8)
    for hardening, rule in _RULES.items():
        own = hardened_by(codes, hardening)
        if not own.any():
            continue
        for words, closed in rule(found, structure):
            status[own & closed & (status == 0)] = STATUS.index(words)
    return status


def close(status: NDArray[np.int8], gate: NDArray[np.int8]) -> NDArray[np.bool_]:
    """Give magnets, (..., n), that else are ok the status of their gate; return which are shut."""
    shut = gate != 0
    if shut.any():
        np.copyto(status, gate, where=(status == 0) & shut)
    return shut
