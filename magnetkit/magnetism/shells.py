"""Grain-boundary shells: a core of the base alloy and a thin rim of another rare earth."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .._core._arguments import named, warn
from .._core.elements import ATOMIC_MASS, HEAVY_LANTHANIDES, INDEX, RARE_EARTHS, mask
from .._core.errors import InputError
from ..composition._read import Compositions, as_table
from ..composition.notation import Basis
from ..composition.shells import Shell, Shells, is_one, read_shell
from ..composition.table import CompositionTable

if TYPE_CHECKING:
    import pyarrow as pa

Array = NDArray[np.float64]


SURFACE = ("Tb", "Dy")
"""Rare earths that a magnet maker brings to the grains' surface."""

# Shells are tens of nanometres thick at the least (electron micrographs of diffused magnets, from
# memory), and heavy rare earth diffuses in by tenths of a per cent: 0.2 to 0.8 wt.%.
_LEAST_THICKNESS_NM, _MOST_CONTENT = 10.0, 0.6
_LEAST_AMOUNT, _MOST_AMOUNT = 0.05, 1.5
_USUAL_GRAIN_UM = 5.0


def _law() -> dict[str, float]:
    from .process import parameters

    return parameters().shell


@lru_cache(maxsize=1)
def _example() -> tuple[float, float, float]:
    """Return `_masses` of a compound of the host about whose grains shells are known."""
    from ..hosts.partition import shelled_hosts
    from ..hosts.records import HOSTS

    example = HOSTS[shelled_hosts()[0]].structure.example
    atoms, own, whole = (float(x[0]) for x in _masses(CompositionTable.from_strings([example])))
    return atoms, own, whole


def objection(shell: Shell) -> str:
    """Return why no furnace makes this shell about grains of 5 um, empty where one does."""
    amount, thickness, content = shell.amount_wt_pct, None, None
    if shell.fraction is not None and shell.content is not None:
        paid = shell.fraction * shell.content / (1.0 - _law()["lost"])
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


@dataclass(frozen=True, eq=False)
class ShellRows:
    """The shells of n magnets as arrays, (n,); a row without has zeros and an empty text."""

    column: NDArray[np.int64]  # column of the shell's rare earth
    fraction: Array  # as in `Shell`; NaN where the amount is given instead
    content: Array  # as `fraction`
    # mass of rare earth put in over that of the magnet; NaN where it follows
    amount: Array
    text: NDArray[np.object_]  # as written in candidate tables

    def paid(self, atoms: Array, own: Array, mass: Array) -> Array:
        """Return the share of each magnet's rare earth that is replaced and paid for, shape (n,).

        That is what the shell holds and what stays in boundaries and corners; 0 without shell.
        `atoms` are the rare-earth atoms of the base alloys, `own` and `mass` the mass of those and
        of the whole, g per mole, (n,) each.
        """
        new = atoms * ATOMIC_MASS[self.column]
        with np.errstate(divide="ignore", invalid="ignore"):
            ordered = self.amount * mass / (new - self.amount * (new - own))
            fixed = self.fraction * self.content / (1.0 - _law()["lost"])
        share = np.where(np.isnan(self.amount), fixed, ordered)
        return np.nan_to_num(np.clip(share, 0.0, 1.0))

    def resolved(
        self, table: CompositionTable, law: Mapping[str, float] | None = None
    ) -> tuple[Array, Array]:
        """Return fraction and content of each shell, from the amount where that is given.

        What of the amount is not lost to the boundaries makes the shell richer at first and then,
        as it nears the content that diffusion reaches at most, thicker: the content grows as
        1 - exp(-share held / `held`). `law` takes the place of the calibrated parameters where
        they are fitted.
        """
        law = law or _law()
        held = (1.0 - law["lost"]) * self.paid(*_masses(table))
        content = -law["most_content"] * np.expm1(-held / law["held"])
        with np.errstate(divide="ignore", invalid="ignore"):
            fraction = np.nan_to_num(np.minimum(held / content, 0.5))
        fixed = np.isnan(self.amount)
        return np.where(fixed, self.fraction, fraction), np.where(fixed, self.content, content)


def thickness_nm(fraction: Array, grain_um: Array) -> Array:
    """Return the thickness of the shell of a round grain, nm: D [1 - (1 - f)^(1/3)] / 2."""
    return 1e3 * grain_um * 0.5 * (1.0 - np.cbrt(1.0 - fraction))


def covering(fraction: Array, grain_um: Array) -> Array:
    """Return the share 1 - exp(-t / t0) of its gain that a shell of that thickness gives.

    A domain wall has to fit into the shell before it meets the shell's own anisotropy: t0 is about
    half a wall width, and the gain is nearly complete at two to three.
    """
    return -np.expm1(-thickness_nm(fraction, grain_um) / _law()["decay_nm"])


def given_share(phases: Any, rules: Any) -> Array:
    """Return the share of H_cJ at 20 degrees C that the shell gives, shape (n,).

    This is 1 - H_cJ of the bare magnet / H_cJ, negative for a weaker rim; 0 without shell.
    `phases` and `rules` are of `magnetkit.kernels._magnets`, of n alloys.
    """
    from ..kernels._magnets import ROOM, states

    shelled = phases.shells >= 0
    if not shelled.any():
        return np.zeros(len(shelled))
    bare = phases._replace(shells=np.full_like(phases.shells, -1))
    own, less = (states(np.array([ROOM]), each, rules)[1][0] for each in (phases, bare))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(shelled & (own > 0.0), 1.0 - less / own, 0.0)


def _masses(table: CompositionTable) -> tuple[Array, ...]:
    """Return rare-earth atoms, their mass and the whole mass of each row."""
    from ..kernels._rows import sums

    rows, rare = table.rows, mask(RARE_EARTHS)
    return sums(rows, rare), sums(rows, rare * ATOMIC_MASS), sums(rows, ATOMIC_MASS)


def read_shells(shell: Any, n: int) -> ShellRows | None:
    """Read one shell for all of `n` magnets, or a sequence of one each; None if none has any."""
    import pyarrow as pa

    if shell is None:
        return None
    values = [shell] * n if is_one(shell) else list(shell)
    if len(values) != n:
        raise InputError(f"expected one shell or {n}, got {len(values)}")
    at = pa.array(map(str, values), pa.string()).dictionary_encode().indices.to_numpy()
    each = [read_shell(values[k]) for k in np.unique(at, return_index=True)[1]]
    if all(s is None for s in each):
        return None

    def numbers(name: str, scale: float = 1.0) -> Array:
        """Return a number of each row: 0 without shell, NaN where the shell gives another."""
        found = [0.0 if s is None else getattr(s, name) for s in each]
        return scale * np.array([np.nan if v is None else v for v in found], float)[at]

    amount = np.where([s is None for s in each], np.nan, 1.0)[at] * numbers("amount_wt_pct", 0.01)
    return ShellRows(
        np.array([INDEX[s.R] if s else 0 for s in each], np.int64)[at],
        numbers("fraction"),
        numbers("content"),
        amount,
        np.array([str(s) if s else "" for s in each], object)[at],
    )


def written(rows: ShellRows | None, n: int) -> "pa.Array":
    """Return the shells of n magnets as a column of text, empty where there is none."""
    import pyarrow as pa

    return pa.repeat(pa.scalar(""), n) if rows is None else pa.array(rows.text, pa.string())


def warn_of_shells(rows: ShellRows) -> None:
    """Warn of every shell that no furnace makes: it is predicted, not to be had."""
    for text in dict.fromkeys(rows.text.tolist()):
        shell = read_shell(text)
        if shell is not None and (reason := objection(shell)):
            warn(f"no furnace makes this shell ({reason})")


def replace_rare_earth(
    table: CompositionTable, column: NDArray[np.int64], share: Array
) -> CompositionTable:
    """Return the table with a share of each row's rare earth, (n,), replaced by that of a column.

    With ``content`` as share this is the shell itself; with `ShellRows.paid` it is the whole
    magnet, core, shell and what stays in the boundaries together, which is what is paid for.
    """
    from ..kernels._hosts import replace_rare_earth as kernel

    own = table.indptr, table.indices, table.values
    indptr, indices, values = kernel(*own, mask(RARE_EARTHS), column, share)
    return CompositionTable(indptr, indices, values, table.row_index, table.errors)


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


@named
def with_shell(
    compositions: Compositions, shell: Shells, basis: Basis = "auto"
) -> CompositionTable:
    """Return the composition of the whole magnet: core, shell and what the boundaries keep.

    Parameters
    ----------
    compositions : text, list, column, frame, path, pymatgen Composition or CompositionTable
        The base alloys; see `magnetkit.predict`.
    shell : Shell, dict, str or a sequence of them
        One for all, or one a row.
    basis : {"auto", "atomic", "weight"}
        What the amounts of a text are.

    Returns
    -------
    CompositionTable
        n rows.
    """
    table = as_table(compositions, basis)
    rows = read_shells(shell, len(table))
    if rows is None:
        return table
    return replace_rare_earth(table, rows.column, rows.paid(*_masses(table)))


def mean_over_mass(table: CompositionTable, figures: Array, shell: Shells = None) -> Array:
    """Return the mean of figures of the elements over the mass of each alloy, shape (n, k).

    A shell puts another rare earth in place of part of the alloy's own, atom for atom; what stays
    in the boundaries is paid for too. `figures`, (118, k), are per unit of mass; the first column
    is 1 throughout.
    """
    from ..kernels._rows import sums_of_each

    per_atom = figures * ATOMIC_MASS[:, None]
    sums = sums_of_each(table.rows, per_atom)
    rows = None if shell is None else read_shells(shell, len(table))
    if rows is not None:
        rare = mask(RARE_EARTHS)
        of_rare = np.column_stack([np.where(rare[:, None] > 0, per_atom, 0.0), rare])
        own = sums_of_each(table.rows, of_rare)
        put_in = own[:, -1:] * per_atom[rows.column]
        share = rows.paid(own[:, -1], own[:, 0], sums[:, 0])
        sums += share[:, None] * (put_in - own[:, :-1])
    return sums / sums[:, :1]
