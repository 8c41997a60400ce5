"""Grain-boundary shells: a core of the base alloy and a thin rim of another rare earth.

The gain of a rim saturates with its thickness t, 1 - exp(-t / t_0). What is diffused from two faces
a distance L apart has after a time with D t the profile

    c(x) / <c> = 1 + 2 sum_m exp(-(2 pi m)^2 D t / L^2) cos(2 pi m x / L),

and J(H) of the magnet passes zero when the median layer, x = L/4, reverses: H_cJ is that of the
amount there (`arriving_share`). Carriers (Pr, Nd, Al, Cu, Zn, Ga) stay in the boundary, dilute by
their volume and add to free rare earth and wetting (`magnetkit.magnetism._boundary`). What is mixed
in between the grains before sintering has become part of the charge. Constants:
``datasets/laws/shell.toml`` and the table ``shell`` of ``datasets/recipes/parameters.toml``. Range:
0.05 to 1.5 wt.% of heavy rare earth, 1 to 10 mm.
"""

from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np

from .._core._arguments import warn
from .._core._types import FloatArray
from .._core.elements import (
    ATOMIC_MASS,
    HEAVY_LANTHANIDES,
    INDEX,
    N_ELEMENTS,
    RARE_EARTHS,
    mask,
)
from ..alloy.shell_rows import (
    ShellRows,
    add_masses,
    rare_earth_masses,
    shell_law,
)
from ..alloy.shells import Shell, read_shell
from ..alloy.table import CompositionTable
from .laws import law

SURFACE = ("Tb", "Dy")
"""Rare earths that a magnet maker brings to the grains' surface."""

SHELL = law("shell")


@lru_cache(maxsize=1)
def _example() -> tuple[float, float, float]:
    """Return `rare_earth_masses` of the compound of the host whose shells are known, Nd2Fe14B.

    Returns
    -------
    tuple of float
        Per atom of the compound: share of rare-earth atoms (2/17), mass of the
        rare earth, and mass of the whole, g/mol of atoms (17.0 and 63.6).
    """
    from ..phases.partition import shelled_hosts
    from ..phases.records import HOSTS

    example = HOSTS[shelled_hosts()[0]].structure.example
    masses = rare_earth_masses(CompositionTable.from_strings([example]))
    atoms, earth_mass, whole = (float(mass[0]) for mass in masses)
    return atoms, earth_mass, whole


def objection(shell: Shell) -> str:
    """Say why no furnace makes this shell about grains of 5 um; empty where one does.

    Where ``fraction`` and ``content`` of `shell` are given, its thickness is
    judged, whatever the rare earth ``R``. Of a heavy ``R`` alone the content,
    if given, and the amount (``amount_wt_pct``, or that of fraction and
    content) are judged too; a limit itself passes. What is mixed in
    (``between_grains``) is never objected to. The text is one sentence on the
    first objection, such as "Tb 5.0 wt%: asks for 5 wt.% Tb; diffusion puts in
    0.05 to 1.5 wt.%".
    """
    amount = shell.amount_wt_pct
    thickness = None
    content = None
    if shell.between_grains:
        return ""
    if shell.fraction is not None and shell.content is not None:
        replaced_share = (
            shell.fraction * shell.content / (1.0 - shell_law()["lost"])
        )
        atoms, earth_mass, whole = _example()
        added_mass = replaced_share * atoms * ATOMIC_MASS[INDEX[shell.R]]
        amount = (
            100.0
            * added_mass
            / (
                whole
                - earth_mass
                + added_mass
                + (1.0 - replaced_share) * earth_mass
            )
        )
        content = shell.content
        thickness = float(
            thickness_nm(np.array(shell.fraction), np.array(SHELL.usual_grain))
        )
    if thickness is not None and thickness < SHELL.least_thickness:
        return f"{shell}: a shell of {thickness:.2g} nm is thinner than any that is made"
    if shell.R not in HEAVY_LANTHANIDES:
        return ""
    if content is not None and content > SHELL.most_content:
        return f"{shell}: no more than {SHELL.most_content:g} of a shell's rare earth is replaced"
    if (
        amount is not None
        and not SHELL.least_amount <= amount <= SHELL.most_amount
    ):
        return (
            f"{shell}: asks for {amount:.2g} wt.% {shell.R}; "
            f"diffusion puts in {SHELL.least_amount:g} to {SHELL.most_amount:g} wt.%"
        )
    return ""


def thickness_nm(fraction: FloatArray, grain_um: FloatArray) -> FloatArray:
    """Return the thickness of the shell of a round grain, nm: D [1 - (1 - f)^(1/3)] / 2.

    `fraction`, f, is the volume fraction of the shell in the grain, 0 to 1; `grain_um`, D, is the
    grain size in um; arrays of one shape.
    """
    return 1e3 * grain_um * 0.5 * (1.0 - np.cbrt(1.0 - fraction))


def covering(fraction: FloatArray, grain_um: FloatArray) -> FloatArray:
    """Compute the share 1 - exp(-t / t0) of its full gain that a shell of thickness t gives, (n,).

    A domain wall has to fit into the shell before it meets the shell's own anisotropy. t0 is about
    half a wall width, and the gain is nearly complete at two to three t0. `fraction`, (n,), is the
    volume fraction of the shell in the grain, 0 to 1; `grain_um`, (n,), is the grain size in um.
    """
    return -np.expm1(
        -thickness_nm(fraction, grain_um) / shell_law()["decay_nm"]
    )


# Terms of the series of `arriving_share`: the last is below 1e-6 of the first at 20 mm.
_TERMS = 12


def arriving_share(faces_mm: FloatArray) -> FloatArray:
    """Compute the amount in the median layer divided by the mean, 0 to 1, by the distance of the faces.

    `faces_mm`, (n,), is the distance of the two faces that the shell is diffused from, mm; infinity
    stands for no faces. The result, (n,), is 1 for thin magnets and where the distance is infinite
    or NaN; so it is for 0, with a RuntimeWarning.
    """
    depth_ratio = (
        SHELL.diffusion_area / (1e-3 * np.asarray(faces_mm, float)) ** 2
    )
    share = np.ones_like(depth_ratio)
    for m in range(1, _TERMS + 1):
        share += (
            2.0
            * np.exp(-((2.0 * np.pi * m) ** 2) * depth_ratio)
            * np.cos(0.5 * np.pi * m)
        )
    return np.where(np.isfinite(faces_mm), np.clip(share, 0.0, 1.0), 1.0)


def carrier_volume(table: CompositionTable, rows: ShellRows) -> FloatArray:
    """Compute the share of the volume that carriers take of n magnets, 0 to 1, shape (n,).

    `table` are the recipes without carriers, `rows` their shells, of which ``carriers`` (masses
    over that of the magnet, (n, 118), or None) is read; 0 where a shell has none.
    """
    from ..alloy._row_kernels import sums
    from ..phases.partition import atomic_volumes

    if rows.carriers is None:
        return np.zeros(len(table))
    volumes = atomic_volumes()
    per_mass = sums(table.rows, volumes) / sums(table.rows, ATOMIC_MASS)
    carrier = rows.carriers @ (volumes / ATOMIC_MASS)
    matrix_volume = (1.0 - rows.carriers.sum(axis=1)) * per_mass
    return np.asarray(carrier / (matrix_volume + carrier))


def mix_between_grains(
    table: CompositionTable, rows: ShellRows
) -> tuple[CompositionTable, ShellRows]:
    """Add what is mixed in between the grains to the charge, and remove it from the shells.

    `table` holds n recipes and `rows` their shells, of which
    ``between_grains``, bool (n,), says where they are mixed in. Neither is
    changed; both are returned as they are where nothing is mixed in.

    Returns
    -------
    table : CompositionTable
        The n recipes with what is mixed in.
    rows : ShellRows
        The shells without it: where it is mixed in, fraction and content are
        0, the amount is NaN, and carriers are none.
    """
    between = rows.between_grains
    if not between.any():
        return table, rows
    masses = np.zeros((len(table), N_ELEMENTS))
    rims = np.flatnonzero(between & rows.with_rim)
    masses[rims, rows.column[rims]] = rows.amount[rims]
    if rows.carriers is not None:
        masses[between] += rows.carriers[between]
    rest = replace(
        rows,
        fraction=np.where(between, 0.0, rows.fraction),
        content=np.where(between, 0.0, rows.content),
        amount=np.where(between, np.nan, rows.amount),
        carriers=None
        if rows.carriers is None
        else rows.carriers * ~between[:, None],
    )
    return add_masses(table, masses), rest


def given_share(phases: Any, rules: Any) -> FloatArray:
    """Compute the share of H_cJ at 20 degrees C that the shell gives, shape (n,).

    This is 1 - H_cJ of the bare magnet / H_cJ. It is negative for a weaker rim and 0 without a
    shell or any H_cJ. `phases` and `rules` are `Phases` and `Rules` of
    `magnetkit.magnetism._magnet_kernels`, of n alloys, such as ``made.phases`` and
    ``made.rules()`` of `Alloys`; neither is changed.
    """
    from ._magnet_kernels import ROOM, states

    has_shell = phases.shells >= 0
    if not has_shell.any():
        return np.zeros(len(has_shell))
    bare = phases._replace(shells=np.full_like(phases.shells, -1))
    with_rim, less = (
        states(np.array([ROOM]), magnets, rules)[1][0]
        for magnets in (phases, bare)
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(
            has_shell & (with_rim > 0.0), 1.0 - less / with_rim, 0.0
        )


def warn_of_shells(rows: ShellRows) -> None:
    """Warn of every shell of `rows` that no furnace makes: it is predicted, not to be had.

    There is one UserWarning for each such shell, however many rows have it; empty texts are none.
    """
    for text in dict.fromkeys(rows.text.tolist()):
        shell = read_shell(text)
        if shell is not None and (reason := objection(shell)):
            warn(f"no furnace makes this shell ({reason})")


def enrich_surface(
    table: CompositionTable, coefficient: FloatArray
) -> CompositionTable:
    """Compute the composition at the surface of grains, where Dy and Tb count more than inside.

    The share x of Dy and Tb together in the rare earth becomes e x / (1 + (e -
    1) x) with the partition coefficient e, `coefficient`, (n,); its other rare
    earths lose as much. `table` holds n hard phases and is not changed. The
    result is a new table of n rows with its ``row_index`` and ``errors``;
    ``given`` and ``by_weight`` are left out.
    """
    rare = mask(RARE_EARTHS)
    heavy = mask(SURFACE)
    total = np.maximum(table.fraction(*RARE_EARTHS), 1e-300)
    share = table.fraction(*SURFACE) / total
    enrichment = coefficient / (1.0 + (coefficient - 1.0) * share)
    row = np.repeat(np.arange(len(table)), np.diff(table.indptr))
    on = np.where(
        heavy[table.indices] > 0.0,
        enrichment[row],
        enrichment[row] / coefficient[row],
    )
    values = np.where(
        rare[table.indices] > 0.0, table.values * on, table.values
    )
    return CompositionTable(
        table.indptr, table.indices, values, table.row_index, table.errors
    )
