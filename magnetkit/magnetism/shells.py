"""Grain-boundary shells: a core of the base alloy and a thin rim of another rare earth."""

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .._core._arguments import warn
from .._core.elements import ATOMIC_MASS, HEAVY_LANTHANIDES, INDEX, RARE_EARTHS, mask
from ..alloy.shell_rows import ShellRows, rare_earth_masses, shell_law
from ..alloy.shells import Shell, read_shell
from ..alloy.table import CompositionTable

if TYPE_CHECKING:
    pass

Array = NDArray[np.float64]


SURFACE = ("Tb", "Dy")
"""Rare earths that a magnet maker brings to the grains' surface."""

# Shells are tens of nanometres thick at the least (electron micrographs of diffused magnets, from
# memory), and heavy rare earth diffuses in by tenths of a per cent: 0.2 to 0.8 wt.%.
_LEAST_THICKNESS_NM, _MOST_CONTENT = 10.0, 0.6
_LEAST_AMOUNT, _MOST_AMOUNT = 0.05, 1.5
_USUAL_GRAIN_UM = 5.0


@lru_cache(maxsize=1)
def _example() -> tuple[float, float, float]:
    """Return `rare_earth_masses` of a compound of the host about whose grains shells are known."""
    from ..phases.partition import shelled_hosts
    from ..phases.records import HOSTS

    example = HOSTS[shelled_hosts()[0]].structure.example
    atoms, own, whole = (
        float(x[0]) for x in rare_earth_masses(CompositionTable.from_strings([example]))
    )
    return atoms, own, whole


def objection(shell: Shell) -> str:
    """Return why no furnace makes this shell about grains of 5 um, empty where one does."""
    amount, thickness, content = shell.amount_wt_pct, None, None
    if shell.fraction is not None and shell.content is not None:
        paid = shell.fraction * shell.content / (1.0 - shell_law()["lost"])
        atoms, own, whole = _example()
        added = paid * atoms * ATOMIC_MASS[INDEX[shell.R]]
        amount = 100.0 * added / (whole - own + added + (1.0 - paid) * own)
        content = shell.content
        thickness = float(thickness_nm(np.array(shell.fraction), np.array(_USUAL_GRAIN_UM)))
    if thickness is not None and thickness < _LEAST_THICKNESS_NM:
        return f"{shell}: a shell of {thickness:.2g} nm is thinner than any that is made"
    if shell.R not in HEAVY_LANTHANIDES:
        return ""
    if content is not None and content > _MOST_CONTENT:
        return f"{shell}: no more than {_MOST_CONTENT:g} of a shell's rare earth is replaced"
    if amount is not None and not _LEAST_AMOUNT <= amount <= _MOST_AMOUNT:
        return (
            f"{shell}: asks for {amount:.2g} wt.% {shell.R}; "
            f"diffusion puts in {_LEAST_AMOUNT:g} to {_MOST_AMOUNT:g} wt.%"
        )
    return ""


def thickness_nm(fraction: Array, grain_um: Array) -> Array:
    """Return the thickness of the shell of a round grain, nm: D [1 - (1 - f)^(1/3)] / 2."""
    return 1e3 * grain_um * 0.5 * (1.0 - np.cbrt(1.0 - fraction))


def covering(fraction: Array, grain_um: Array) -> Array:
    """Return the share 1 - exp(-t / t0) of its gain that a shell of that thickness gives.

    A domain wall has to fit into the shell before it meets the shell's own anisotropy: t0 is about
    half a wall width, and the gain is nearly complete at two to three.
    """
    return -np.expm1(-thickness_nm(fraction, grain_um) / shell_law()["decay_nm"])


def given_share(phases: Any, rules: Any) -> Array:
    """Return the share of H_cJ at 20 degrees C that the shell gives, shape (n,).

    This is 1 - H_cJ of the bare magnet / H_cJ, negative for a weaker rim; 0 without shell.
    `phases` and `rules` are of `magnetkit.magnetism._magnet_kernels`, of n alloys.
    """
    from ._magnet_kernels import ROOM, states

    shelled = phases.shells >= 0
    if not shelled.any():
        return np.zeros(len(shelled))
    bare = phases._replace(shells=np.full_like(phases.shells, -1))
    own, less = (states(np.array([ROOM]), each, rules)[1][0] for each in (phases, bare))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(shelled & (own > 0.0), 1.0 - less / own, 0.0)


def warn_of_shells(rows: ShellRows) -> None:
    """Warn of every shell that no furnace makes: it is predicted, not to be had."""
    for text in dict.fromkeys(rows.text.tolist()):
        shell = read_shell(text)
        if shell is not None and (reason := objection(shell)):
            warn(f"no furnace makes this shell ({reason})")


def enriched(table: CompositionTable, coefficient: Array) -> CompositionTable:
    """Return the surface of grains, where Dy and Tb count more than in the middle.

    A share x of the rare earth becomes e x / (1 + (e - 1) x) with the partition coefficient e,
    (n,).
    """
    rare, heavy = mask(RARE_EARTHS), mask(SURFACE)
    total = np.maximum(table.fraction(*RARE_EARTHS), 1e-300)
    share = table.fraction(*SURFACE) / total
    grown = coefficient / (1.0 + (coefficient - 1.0) * share)
    row = np.repeat(np.arange(len(table)), np.diff(table.indptr))
    on = np.where(heavy[table.indices] > 0.0, grown[row], grown[row] / coefficient[row])
    values = np.where(rare[table.indices] > 0.0, table.values * on, table.values)
    return CompositionTable(table.indptr, table.indices, values, table.row_index, table.errors)
