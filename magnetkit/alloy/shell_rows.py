"""Shells of many magnets as arrays, and the composition of magnets together with their shells."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .._core import datasets
from .._core._arguments import check_arguments
from .._core._types import BoolArray, FloatArray, IntArray
from .._core.elements import ATOMIC_MASS, INDEX, N_ELEMENTS, RARE_EARTHS, mask
from .._core.errors import InputError
from ._read import Compositions, as_table
from .notation import Basis
from .shells import Shell, Shells, is_one, read_shell
from .table import CompositionTable

if TYPE_CHECKING:
    import pyarrow as pa


LAW_FILE = "recipes/parameters.toml"
"""Calibrated parameters; its table `shell` says what a shell keeps of what is put in."""


@lru_cache(maxsize=1)
def shell_law() -> dict[str, float]:
    """Return calibrated parameters: efficiency, decay_nm, lost, held, most_content.

    ``lost`` is the share of what is put in that boundaries and corners keep.
    ``held`` is the scale, a share of the magnet's rare earth, at which the
    content levels off. ``most_content`` is the largest share of the shell's
    rare earth that is its element. ``efficiency`` is a pure number,
    ``decay_nm`` a length in nm. The dict is cached and must not be changed.
    """
    law: dict[str, float] = datasets.toml(LAW_FILE)["shell"]
    return law


@dataclass(frozen=True, eq=False)
class ShellRows:
    """The shells of n magnets as arrays, (n,).

    A magnet without a shell has column, fraction and content 0, amount NaN, an
    empty text and faces at infinity. ``column`` is the shell's rare earth, its
    atomic number less one. ``fraction`` (of volume) and ``content`` (of the
    shell's rare earth) are shares of 1, NaN where the amount is given.
    ``amount`` is the mass put in over that of the magnet, a share of 1, NaN
    where it is not given. ``text`` is such as "Tb 0.5 wt%". ``faces_mm`` is in
    mm, infinity where it is even. ``between_grains`` is bool. ``carriers`` is
    (n, 118), shares of the mass of the magnet, or None.
    """

    column: IntArray  # column of the shell's rare earth
    fraction: (
        FloatArray  # as in `Shell`; NaN where the amount is given instead
    )
    content: FloatArray  # as `fraction`
    # mass of rare earth put in over that of the magnet; NaN where it follows
    amount: FloatArray
    text: NDArray[np.object_]  # as written in candidate tables
    faces_mm: FloatArray  # distance of the faces it is diffused from; infinity where it is even
    # whether it is mixed into the powder before sintering
    between_grains: BoolArray
    # mass of each carrier over that of the magnet, (n, 118); None where no shell has one
    carriers: FloatArray | None = None

    @property
    def with_rim(self) -> BoolArray:
        """Whether a rare earth makes a rim about the grains of a magnet, shape (n,)."""
        return np.isfinite(self.amount) | (np.nan_to_num(self.fraction) > 0.0)

    def replaced_part(
        self, atoms: FloatArray, own: FloatArray, mass: FloatArray
    ) -> FloatArray:
        """Compute the share of each magnet's rare earth that the shells replace.

        It counts what the shell holds and what stays in boundaries and corners, all of which is
        paid for. Carriers are not counted.

        Parameters
        ----------
        atoms : ndarray of float64, shape (n,)
            Rare-earth atoms of the base alloys, per atom.
        own : ndarray of float64, shape (n,)
            Mass of these atoms, g/mol, as of `rare_earth_masses`.
        mass : ndarray of float64, shape (n,)
            Mass of all atoms, g/mol.

        Returns
        -------
        ndarray of float64, shape (n,)
            Share of the atoms, 0 to 1; 0 without shell. It means nothing for
            an alloy without rare earth.
        """
        new = atoms * ATOMIC_MASS[self.column]
        with np.errstate(divide="ignore", invalid="ignore"):
            from_amount = (
                self.amount * mass / (new - self.amount * (new - own))
            )
            from_content = (
                self.fraction * self.content / (1.0 - shell_law()["lost"])
            )
        share = np.where(np.isnan(self.amount), from_content, from_amount)
        return np.nan_to_num(np.clip(share, 0.0, 1.0))

    def resolve_amounts(
        self,
        table: CompositionTable,
        law: Mapping[str, float] | None = None,
        arriving: FloatArray | float = 1.0,
    ) -> tuple[FloatArray, FloatArray]:
        """Return fraction and content of each shell, from the amount where that is given.

        What of the amount is not lost to the boundaries makes the shell richer at first. As it
        nears the content that diffusion reaches at most it makes it thicker: the content grows as 1
        - exp(-share held / `held`).

        Parameters
        ----------
        table : CompositionTable
            The n base alloys.
        law : mapping of str to float, optional
            ``lost`` (share that boundaries and corners keep), ``held`` (scale of the share held)
            and ``most_content`` (largest content), 0 to 1 each, in place of the calibrated ones.
            All three keys are needed.
        arriving : float or ndarray, shape (n,)
            Share of the amount, 0 to 1, that there is where coercivity is decided, see
            `magnetkit.magnetism.shells.arriving_share`.

        Returns
        -------
        fraction : ndarray of float64, shape (n,)
            Volume fraction of the shell in the hard phase, at most 0.5 if it follows from the
            amount.
        content : ndarray of float64, shape (n,)
            Share of the shell's rare earth that is its element, 0 to 1. Both are 0 without a shell.
            A shell whose fraction and content were given keeps them.
        """
        law = law or shell_law()
        share_inside = (
            (1.0 - law["lost"])
            * self.replaced_part(*rare_earth_masses(table))
            * arriving
        )
        content = -law["most_content"] * np.expm1(-share_inside / law["held"])
        with np.errstate(divide="ignore", invalid="ignore"):
            fraction = np.nan_to_num(np.minimum(share_inside / content, 0.5))
        is_fixed = np.isnan(self.amount)
        return np.where(is_fixed, self.fraction, fraction), np.where(
            is_fixed, self.content, content
        )


def rare_earth_masses(table: CompositionTable) -> tuple[FloatArray, ...]:
    """Sum the rare earths of each row of a table.

    Masses are per mole of atoms of the whole alloy.

    Parameters
    ----------
    table : CompositionTable
        n alloys.

    Returns
    -------
    atoms : ndarray of float64, shape (n,)
        Rare-earth atoms per atom. Y counts, Sc does not.
    earth_mass : ndarray of float64, shape (n,)
        Mass of those, g/mol.
    mass : ndarray of float64, shape (n,)
        Mass of all atoms, g/mol.
    """
    from ._row_kernels import sums

    rows = table.rows
    rare = mask(RARE_EARTHS)
    return (
        sums(rows, rare),
        sums(rows, rare * ATOMIC_MASS),
        sums(rows, ATOMIC_MASS),
    )


def read_shells(shell: Any, n: int) -> ShellRows | None:
    """Read one shell for all of n magnets, or a sequence of one for each.

    Parameters
    ----------
    shell : Shell, dict, str or None, or a sequence of n of them
        Each in a form of `read_shell`: a text is such as "Tb 0.5 wt%", a dict such as ``{"R": "Tb",
        "amount_wt_pct": 0.5}``. None or an empty text is a bulk alloy.
    n : int
        Number of magnets.

    Returns
    -------
    ShellRows or None
        Arrays (n,): ``column`` (the element's atomic number less one),
        ``fraction`` and ``content`` (shares of 1, NaN where the amount is
        given), ``amount`` (share of the magnet's mass, NaN where it is not
        given), ``text`` and more. A bulk alloy has column, fraction and
        content 0, amount NaN and an empty text. None if no magnet has a shell.

    Raises
    ------
    InputError
        If one cannot be read, or there are not n.
    """
    import pyarrow as pa

    if shell is None:
        return None
    values = [shell] * n if is_one(shell) else list(shell)
    if len(values) != n:
        raise InputError(f"expected one shell or {n}, got {len(values)}")
    # Unlike `str`, `repr` shows every field of a `Shell`, and the text "None" is not None.
    at = (
        pa.array(map(repr, values), pa.string())
        .dictionary_encode()
        .indices.to_numpy()
    )
    shells = [
        read_shell(values[k]) for k in np.unique(at, return_index=True)[1]
    ]
    if all(s is None for s in shells):
        return None
    rims = _Rim(*map(np.array, zip(*map(_describe_rim, shells), strict=True)))
    carriers = _carrier_masses(shells)
    return ShellRows(
        column=rims.column[at],
        fraction=rims.fraction[at],
        content=rims.content[at],
        amount=rims.amount[at],
        text=np.array([str(s) if s else "" for s in shells], object)[at],
        faces_mm=rims.faces_mm[at],
        between_grains=rims.between_grains[at],
        carriers=None if carriers is None else carriers[at],
    )


class _Rim(NamedTuple):
    """What `ShellRows` has of one shell, or as arrays of k; by default that of no shell."""

    column: Any = 0
    fraction: Any = 0.0
    content: Any = 0.0
    amount: Any = np.nan
    faces_mm: Any = np.inf
    between_grains: Any = False


def _describe_rim(shell: Shell | None) -> _Rim:
    """Return the numbers of a shell as a `_Rim`.

    Parameters
    ----------
    shell : Shell or None
        As of `read_shell`. None is a bulk alloy.

    Returns
    -------
    _Rim
        ``column`` of the rare earth (its atomic number less one), ``fraction``
        and ``content`` (NaN where the amount is given), ``amount`` (share of
        the magnet's mass, 0 to 1; NaN where it is not given), ``faces_mm``
        (infinity where it is even) and ``between_grains``. ``fraction`` is a
        share of the volume, ``content`` of the shell's rare earth, 0 to 1.
        Without a rare earth column, fraction and content are 0 and the amount
        is NaN; without a shell the faces are at infinity, too.
    """
    if shell is None:
        return _Rim()
    faces_mm = np.inf if shell.faces_mm is None else shell.faces_mm
    if not shell.R:
        return _Rim(faces_mm=faces_mm, between_grains=shell.between_grains)
    values = (shell.fraction, shell.content, shell.amount_wt_pct)
    fraction, content, percent = np.array(values, float).tolist()
    return _Rim(
        column=INDEX[shell.R],
        fraction=fraction,
        content=content,
        amount=0.01 * percent,
        faces_mm=faces_mm,
        between_grains=shell.between_grains,
    )


def _carrier_masses(shells: list[Shell | None]) -> FloatArray | None:
    """Compute the mass of each carrier divided by that of the magnet.

    Parameters
    ----------
    shells : list of Shell or None
        k shells, each as of `read_shell`; ``carriers`` of each is read, pairs
        of a symbol and wt.%.

    Returns
    -------
    ndarray of float64, shape (k, 118), or None
        Columns by atomic number less one; 0 in the row of a shell without carriers. None if no
        shell has any. Shares of 1, not %.
    """
    if not any(shell is not None and shell.carriers for shell in shells):
        return None
    masses = np.zeros((len(shells), N_ELEMENTS))
    for row, shell in zip(masses, shells, strict=True):
        for symbol, amount in () if shell is None else shell.carriers:
            row[INDEX[symbol]] = 0.01 * amount
    return masses


def add_masses(
    table: CompositionTable, masses: FloatArray
) -> CompositionTable:
    """Return a table with elements added by mass, as carriers of shells are.

    Parameters
    ----------
    table : CompositionTable
        n recipes; not changed. Row numbers, errors and given values stay.
    masses : ndarray of float64, shape (n, 118)
        Mass of each added element over that of the magnet with it. Columns by atomic number less
        one. Shares of 1, not %.

    Returns
    -------
    CompositionTable
        n rows, of which those without addition stay as they are; `table` itself if nothing is
        added.
    """
    rows = np.flatnonzero(masses.any(axis=1))
    if not rows.size:
        return table
    some = table[rows]
    weights = some.weight_fractions()
    carrier_masses = masses[rows]
    weights = (
        weights * (1.0 - carrier_masses.sum(axis=1, keepdims=True))
        + carrier_masses
    )
    atoms = weights / ATOMIC_MASS
    atoms /= atoms.sum(axis=1, keepdims=True)
    mixtures = CompositionTable.from_array(atoms, some.row_index)
    mixtures = replace(mixtures, by_weight=some.by_weight)
    joint_table = CompositionTable.concat([replace(table, given={}), mixtures])
    place = np.arange(len(table))
    place[rows] = len(table) + np.arange(rows.size)
    return replace(joint_table[place], errors=table.errors, given=table.given)


def shell_texts(rows: ShellRows | None, n: int) -> "pa.Array":
    """Return the shells of n magnets as a column of text, empty where there is none.

    Parameters
    ----------
    rows : ShellRows or None
        Shells of n magnets, as of `read_shells`; None if no magnet has any.
    n : int
        Number of magnets. It counts only where `rows` is None.

    Returns
    -------
    pyarrow.StringArray
        Texts such as "Tb 0.5 wt%". A shell is written as `Shell` prints it, whatever form it was
        given in.
    """
    import pyarrow as pa

    if rows is None:
        return pa.repeat(pa.scalar(""), n)
    return pa.array(rows.text, pa.string())


def replace_rare_earth(
    table: CompositionTable, column: IntArray, share: FloatArray
) -> CompositionTable:
    """Return the table with a share of each row's rare earth replaced by another rare earth.

    Parameters
    ----------
    table : CompositionTable
        n recipes; not changed.
    column : ndarray of int64, shape (n,)
        New element of each row: its atomic number less one.
    share : ndarray of float64, shape (n,)
        Share of the rare-earth atoms that is replaced, 0 to 1. With ``content`` the result is the
        shell itself; with `ShellRows.replaced_part` it is the whole magnet, core, shell and
        boundaries together, which is what is paid for.

    Returns
    -------
    CompositionTable
        n rows, by atoms; given values and the mark of rows by weight are
        dropped. Row numbers and errors stay. A row without rare earth stays as
        it is. Rare earths are those of `RARE_EARTHS`, with Y and without Sc;
        the new element's own atoms are replaced alike.
    """
    from ._row_kernels import replace_rare_earth as kernel

    indptr, indices, values = kernel(
        *table.rows, mask(RARE_EARTHS), column, share
    )
    return CompositionTable(
        indptr, indices, values, table.row_index, table.errors
    )


@check_arguments
def with_shell(
    compositions: Compositions, shell: Shells, basis: Basis = "auto"
) -> CompositionTable:
    """Return the composition of the whole magnet: core, shell and what the boundaries keep.

    Parameters
    ----------
    compositions : text, list, column, frame, path, pymatgen Composition or CompositionTable
        The base alloys; see `magnetkit.predict`. A column ``shell`` of a frame is not used.
    shell : Shell, dict, str or a sequence of them
        One for all, or one a row. Each is in a form of `read_shell`, such as
        "Tb 0.5 wt%" (of the mass of the magnet with it) or ``{"R": "Tb",
        "amount_wt_pct": 0.5}``; None or an empty text is a bulk alloy.
    basis : {"auto", "atomic", "weight"}
        What the amounts of a text are. With "auto" a recipe with a balance or
        a sum of 100 must say wt.% or at.% itself.

    Returns
    -------
    CompositionTable
        n rows. `row_index` and errors are those of the base alloys. Without any shell the table is
        that which was read; with one, given values and marks of rows by weight are dropped.

    Raises
    ------
    InputError
        If a shell cannot be read, or their number differs from that of the rows.
    CompositionError
        If a recipe cannot be read. No row is left out.
    """
    table = as_table(compositions, basis)
    rows = read_shells(shell, len(table))
    if rows is None:
        return table
    whole = replace_rare_earth(
        table, rows.column, rows.replaced_part(*rare_earth_masses(table))
    )
    if rows.carriers is None:
        return whole
    return add_masses(whole, rows.carriers)


def mean_over_mass(
    table: CompositionTable, figures: FloatArray, shell: Shells = None
) -> FloatArray:
    """Compute the mean of figures of the elements over the mass of each alloy.

    A shell replaces part of the alloy's own rare earth, atom for atom; what stays in the boundaries
    is paid for too. Carriers are added.

    Parameters
    ----------
    table : CompositionTable
        The n base alloys.
    figures : ndarray of float64, shape (118, k)
        Figures per unit of mass of each element, such as prices. The first column must be 1
        throughout. Rows are elements by atomic number less one. NaN of an element that an alloy
        holds makes its mean NaN.
    shell : Shell, dict, str or a sequence of n of them, optional
        One for all, or one a row, as of `read_shells`, such as "Tb 0.5 wt%";
        InputError if one cannot be read or there are not n. None or an empty
        text is a bulk alloy.

    Returns
    -------
    ndarray of float64, shape (n, k)
        In the units of `figures`; the first column is 1.
    """
    from ._row_kernels import sums_of_each

    per_atom = figures * ATOMIC_MASS[:, None]
    sums = sums_of_each(table.rows, per_atom)
    rows = read_shells(shell, len(table))
    if rows is not None:
        rare = mask(RARE_EARTHS)
        of_rare = np.column_stack(
            [np.where(rare[:, None] > 0, per_atom, 0.0), rare]
        )
        rare_sums = sums_of_each(table.rows, of_rare)
        put_in = rare_sums[:, -1:] * per_atom[rows.column]
        share = rows.replaced_part(
            rare_sums[:, -1], rare_sums[:, 0], sums[:, 0]
        )
        sums += share[:, None] * (put_in - rare_sums[:, :-1])
        if rows.carriers is not None:
            carrier_sums = rows.carriers.sum(axis=1, keepdims=True)
            mean = sums / sums[:, :1]
            carrier_columns = np.flatnonzero(rows.carriers.any(axis=0))
            return (
                mean * (1.0 - carrier_sums)
                + rows.carriers[:, carrier_columns] @ figures[carrier_columns]
            )
    return sums / sums[:, :1]
