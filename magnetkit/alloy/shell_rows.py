"""Shells of many magnets as arrays, and the composition of magnets together with their shells."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .._core import datasets
from .._core._arguments import named
from .._core.elements import ATOMIC_MASS, INDEX, RARE_EARTHS, mask
from .._core.errors import InputError
from ._read import Compositions, as_table
from .notation import Basis
from .shells import Shells, is_one, read_shell
from .table import CompositionTable

if TYPE_CHECKING:
    import pyarrow as pa

Array = NDArray[np.float64]

LAW_FILE = "recipes/parameters.toml"
"""Calibrated parameters; its table `shell` says what a shell keeps of what is put in."""


def shell_law() -> dict[str, float]:
    """Return calibrated parameters: efficiency, decay_nm, lost, held, most_content."""
    law: dict[str, float] = datasets.toml(LAW_FILE)["shell"]
    return law


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
            fixed = self.fraction * self.content / (1.0 - shell_law()["lost"])
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
        law = law or shell_law()
        held = (1.0 - law["lost"]) * self.paid(*rare_earth_masses(table))
        content = -law["most_content"] * np.expm1(-held / law["held"])
        with np.errstate(divide="ignore", invalid="ignore"):
            fraction = np.nan_to_num(np.minimum(held / content, 0.5))
        fixed = np.isnan(self.amount)
        return np.where(fixed, self.fraction, fraction), np.where(fixed, self.content, content)


def rare_earth_masses(table: CompositionTable) -> tuple[Array, ...]:
    """Return rare-earth atoms, their mass and the whole mass of each row."""
    from ._row_kernels import sums

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


def replace_rare_earth(
    table: CompositionTable, column: NDArray[np.int64], share: Array
) -> CompositionTable:
    """Return the table with a share of each row's rare earth, (n,), replaced by that of a column.

    With ``content`` as share this is the shell itself; with `ShellRows.paid` it is the whole
    magnet, core, shell and what stays in the boundaries together, which is what is paid for.
    """
    from ._row_kernels import replace_rare_earth as kernel

    own = table.indptr, table.indices, table.values
    indptr, indices, values = kernel(*own, mask(RARE_EARTHS), column, share)
    return CompositionTable(indptr, indices, values, table.row_index, table.errors)


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
    return replace_rare_earth(table, rows.column, rows.paid(*rare_earth_masses(table)))


def mean_over_mass(table: CompositionTable, figures: Array, shell: Shells = None) -> Array:
    """Return the mean of figures of the elements over the mass of each alloy, shape (n, k).

    A shell puts another rare earth in place of part of the alloy's own, atom for atom; what stays
    in the boundaries is paid for too. `figures`, (118, k), are per unit of mass; the first column
    is 1 throughout.
    """
    from ._row_kernels import sums_of_each

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
