"""The host of a recipe, its split into hard phase and grain boundary, and what was made before.

The rules and their sources stand in ``datasets/hosts``, a folder a host. A model of a host says
nothing about an alloy with elements, or amounts of them, with which no alloy of that host was ever
made: ``made.csv`` and ``shells.csv`` there list them. A variant that a table does not list has the
rows of its root.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from functools import cached_property, lru_cache
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .._core import datasets
from .._core._arguments import check_arguments
from .._core._books import law
from .._core._types import BoolArray, FloatArray, Int8Array, IntArray
from .._core.elements import (
    ATOMIC_MASS,
    INDEX,
    N_ELEMENTS,
    RARE_EARTHS,
    SYMBOLS,
)
from .._core.errors import DataError, InputError
from ..alloy.table import CompositionTable
from .records import HOST_NAMES, HOSTS, ROOTS

if TYPE_CHECKING:
    import pandas as pd

    from ._host_kernels import AssignmentRules, SiteRules


PHASES = law("phases")

# Fewer atoms of the alloy are rounding, not a phase.
_ZERO_ATOMS = 1e-9

# Sums of atoms that a rule of assignment may name beside elements and ``all``. M is every metal.
_NO_METAL = ("B", "C", "N", "H", "O")
_GROUPS = {
    "R": RARE_EARTHS,
    "T": ("Fe", "Co", "Ni", "Mn"),
    "M": tuple(s for s in SYMBOLS if s not in (*RARE_EARTHS, *_NO_METAL)),
    "all": SYMBOLS,
}
# An amount on the edge of a window lies within it, however it was rounded.
_WINDOW_SLACK = 1e-9
# A recipe with less than this outside its hard phase is a bare formula.
_BARE = 0.995
# Printed amounts are rounded: shares up to this factor above the largest count as made.
_PRINTED_FACTOR = 1.05


@dataclass(frozen=True, eq=False)
class Partition:
    """A table split into hard phase and grain boundary.

    Attributes
    ----------
    host : ndarray of int8, shape (n,)
        Index into `HOST_NAMES`; -1 unknown, then all is in `hard_phase` and the fractions are NaN.
    hard_phase : CompositionTable
        Composition of the hard phase alone.
    grain_boundary : CompositionTable
        Composition of the rest; a row is empty where nothing is left. In cellular 2:17 magnets
        these are the walls.
    hard_volume_fraction, hard_weight_fraction : ndarray of float64, shape (n,)
        Share of the hard phase.
    recipe : CompositionTable
    """

    host: Int8Array
    hard_phase: CompositionTable
    grain_boundary: CompositionTable
    hard_volume_fraction: FloatArray
    hard_weight_fraction: FloatArray
    recipe: CompositionTable

    def __repr__(self) -> str:
        """Return the number of recipes of each host in words; hosts without recipes are left out."""
        counts = np.bincount(self.host + 1, minlength=1)
        names = ("unknown", *HOST_NAMES)
        texts = [
            f"{n:,} {name}"
            for n, name in zip(counts, names, strict=False)
            if n
        ]
        counts_text = ", ".join(texts)
        return f"<Partition of {len(self.host):,} recipes: {counts_text}>"

    def __getitem__(self, rows: IntArray) -> "Partition":
        """Return the split of some recipes: `rows` is an array of numbers, a mask or a slice."""
        return Partition(
            *(getattr(self, part.name)[rows] for part in fields(self))
        )

    @property
    def bare(self) -> BoolArray:
        """Whether a recipe is a bare formula: it names a hard phase, not the charge of a melt."""
        return self.hard_volume_fraction > _BARE

    @cached_property
    def charges(self) -> BoolArray:
        """Which recipes are charges of magnets, bool (n,).

        It is an attribute, read without a call. The rest of a charge is a
        boundary phase of its host: it lies within one of the windows in
        ``split.boundary`` of the host's record. Rows of an unknown host, and
        those with an empty `grain_boundary`, are False; so are all rows of
        1:12, 2:17:3 and 1:12:1, whose records name no boundary. The result is
        computed once and kept.
        """
        is_charge = np.zeros(len(self.host), bool)
        for code in np.unique(self.host[self.host >= 0]):
            for rule in HOSTS[HOST_NAMES[code]].split.boundary:
                is_charge |= (self.host == code) & is_in_windows(
                    self.grain_boundary, rule
                )
        return is_charge

    def to_frame(self) -> "pd.DataFrame":
        """Return the split as a table of formulas and shares.

        The columns are ``host``, ``hard_phase`` and ``grain_boundary``
        (formulas), ``hard_volume_fraction`` and ``hard_weight_fraction``; one
        row a recipe. A host is a name such as "2:14:1", or "unknown"; the
        column is a Categorical. Formulas are texts of atomic fractions to four
        digits; that of nothing left is empty. Of an unknown host the whole
        recipe is the hard phase. Shares are 0 to 1, NaN for an unknown host.
        Rows are numbered from 0, whatever ``row_index`` says. The recipe is
        not a column.
        """
        import pandas as pd

        names = np.array([*HOST_NAMES, "unknown"])
        return pd.DataFrame(
            {
                "host": pd.Categorical(names[self.host], categories=names),
                "hard_phase": self.hard_phase.formulas(),
                "grain_boundary": self.grain_boundary.formulas(),
                "hard_volume_fraction": self.hard_volume_fraction,
                "hard_weight_fraction": self.hard_weight_fraction,
            }
        )


class Traces(NamedTuple):
    """What `purify` took out of n recipes, (n,) each."""

    gases: dict[
        str, FloatArray
    ]  # wt.% by the field of a process, NaN where not named
    weight: FloatArray  # of other elements, wt.%
    volume: FloatArray  # their share of the volume
    beyond: NDArray[
        np.bool_
    ]  # whether there is more of one than is known to be without effect
    # row, element and wt.% of each of them, as many as there are
    said: tuple[IntArray, NDArray[np.int32], FloatArray]

    def words(self) -> dict[int, str]:
        """Say by row, in words, which traces are outside the limits and which are taken for inert.

        Keys are row numbers from 0, values one text a row. Rows without such traces are not in the
        result. A text is such as "Sn 0.12 wt.% taken for inert, Zn 0.5 wt.% outside, over 0.3", its
        parts joined by commas; the number behind "over" is the limit, wt.%. O, N and C are never
        named.
        """
        words_of_row: dict[int, list[str]] = {}
        for row, element, weight in zip(
            *(a.tolist() for a in self.said), strict=True
        ):
            limit = _trace_limits()[-1, element]
            reason = (
                f"outside, over {limit:g}"
                if weight > limit
                else "taken for inert"
            )
            words_of_row.setdefault(row, []).append(
                f"{SYMBOLS[element]} {weight:.3g} wt.% {reason}"
            )
        return {row: ", ".join(parts) for row, parts in words_of_row.items()}


def purify(
    table: CompositionTable, codes: Int8Array
) -> tuple[CompositionTable, Traces | None]:
    """Return recipes without what is no part of their metal, and what was taken out.

    Oxygen, nitrogen and carbon are taken out where they are no part of the host (of carbon beside
    boron perhaps a part only); they bind rare earth, as those of a process do. An element of
    ``traces.csv`` is taken out if it is within its limit; it dilutes and does no more. Nothing is
    taken out of rows of no host. An element above its limit stays whole in the recipe and makes the
    row ``beyond``. If no row holds an element that could be taken out, the same table is returned
    with None. `table` itself is not changed.

    Parameters
    ----------
    table : CompositionTable
        n recipes.
    codes : ndarray of int8, shape (n,)
        Index into `HOST_NAMES` of each recipe's host, as `assign_hosts` returns it; -1 for none.

    Returns
    -------
    CompositionTable
        The n recipes, fractions of the rest, which sum to 1. Row numbers and errors are kept.
        Values that a user gave of the hard phase (``given``) are NaN in the rows that changed.
    Traces or None
        What was taken out, (n,) each. ``gases`` maps "oxygen_wt_pct",
        "nitrogen_wt_pct" and "carbon_wt_pct" to wt.%, NaN where a row has
        none. ``weight`` is that of elements of ``traces.csv`` in the recipe,
        wt.%, those above their limit too, 0 without any; what the host
        dissolves does not count. ``volume`` is their share of the volume, 0 to
        1. ``beyond`` is True where there is more than is known to be without
        effect. ``said`` is a tuple of three arrays, rows (from 0), elements
        (atomic number less one) and wt.%, with one entry for each of these
        elements in a row.
    """
    from ..alloy._row_kernels import sums

    n = len(table)
    indices = table.indices
    values = table.values
    limits = _trace_limits()
    has_limit = (
        limits[np.unique(codes[codes >= 0])].max(axis=0, initial=0.0) > 0.0
    )
    if not has_limit.take(indices).any():
        return table, None
    row = np.repeat(np.arange(n), np.diff(table.indptr))
    limit = np.where(codes[row] >= 0, limits[codes[row], indices], 0.0)
    # What one host holds another takes out.
    if not limit.any():
        return table, None
    weight = (
        100.0
        * values
        * ATOMIC_MASS[indices]
        / sums(table.rows, ATOMIC_MASS)[row]
    )
    removal = np.where(limit > 0.0, 1.0, 0.0)
    inert = (limit > 0.0) & np.isfinite(limit) & (values > 0.0)
    is_carbon = indices == INDEX["C"]
    removal[is_carbon] *= _removed_carbon(table, codes)[row[is_carbon]]
    over = inert & (weight > limit)
    removal[over] = 0.0
    gases = {}
    for symbol, name in GASES.items():
        own_weight = np.where(indices == INDEX[symbol], removal * weight, 0.0)
        total = np.bincount(row, own_weight, n)
        gases[name] = np.where(total > 0.0, total, np.nan)
        over |= (own_weight > PHASES.most_gas) & ~inert
    volume = values * atomic_volumes()[indices]
    dilution = np.bincount(row, volume * inert, n) / np.bincount(
        row, volume, n
    )
    inert_entries = row[inert], indices[inert], weight[inert]
    beyond = np.bincount(row, over, n) > 0.0
    inside = np.bincount(row, np.where(inert, weight, 0.0), n).astype(
        np.float64
    )
    traces = Traces(gases, inside, dilution, beyond, inert_entries)
    # Rows of which nothing is taken stay as they are, to the last bit.
    is_impure = np.bincount(row, removal, n) > 0.0
    joint_table = CompositionTable.concat(
        [table, _compact(table, values * (1.0 - removal))]
    )
    result = joint_table[np.arange(n) + n * is_impure]
    return replace(
        result, row_index=table.row_index, errors=table.errors
    ), traces


def _removed_carbon(table: CompositionTable, codes: Int8Array) -> FloatArray:
    """Compute the share of its carbon that is taken out of each recipe, 0 to 1, (n,).

    A host of a boride (2:14:1) keeps the carbon where it takes much of boron's place: the share is
    1 where carbon is up to 10 % of the atoms of B and C, 0 from 25 % on, and linear between. All
    other hosts, and rows of no host, have 1. A boride without B and C has 1. `table` has n recipes,
    and `codes`, int8 (n,), are those of their hosts, indices into `HOST_NAMES`, -1 for none.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.nan_to_num(table.fraction("C") / table.fraction("B", "C"))
    least = PHASES.carbide_carbon
    most = PHASES.boride_carbon
    boride = np.array(
        [*(h.split.boride_ratio > 0.0 for h in HOSTS.values()), False]
    )
    removed = np.clip((most - share) / (most - least), 0.0, 1.0)
    return np.where(boride[codes], removed, 1.0)


GASES = {"O": "oxygen_wt_pct", "N": "nitrogen_wt_pct", "C": "carbon_wt_pct"}
"""Elements that bind rare earth, and the fields of a process that say how much."""


@lru_cache(maxsize=1)
def _trace_limits() -> FloatArray:
    """Return the largest amount of each element that is taken out of recipes, wt.%.

    The shape is (hosts + 1, 118): a row a host in the order of `HOST_NAMES`, a column an element,
    its atomic number less one. It is 0 for an element that ``traces.csv`` does not list and where
    the host dissolves the element, and infinite for O, N and C, which bind rare earth, unless they
    are interstitials of the host. The last row, index -1, has the limit of every listed element, as
    no host dissolves it there. The array is cached and must not be changed.
    """
    limit_of_element = {
        r["element"]: float(r["limit_wt_pct"])
        for r in datasets.rows("hosts/traces.csv")
    }
    limits = np.zeros((len(HOSTS) + 1, N_ELEMENTS))
    limits[:, [INDEX[s] for s in limit_of_element]] = list(
        limit_of_element.values()
    )
    limits[:, [INDEX[s] for s in GASES]] = np.inf
    for h, host in enumerate(HOSTS.values()):
        own_elements = {
            *host.interstitial_elements,
            *(host.split.solubility.keys() & _JUDGED),
        }
        if host.split.boride_ratio > 0.0:
            own_elements.discard("C")
        limits[h, [INDEX[s] for s in own_elements]] = 0.0
    return limits


# Elements of traces.csv of which the snapshot has enough for a host's phases to be judged.
_JUDGED = ("Hf", "Nb", "B")


@check_arguments
def partition(
    table: CompositionTable, host: str | Int8Array = "auto"
) -> Partition:
    """Split recipes into hard phase and grain boundary.

    The amount of hard phase follows the lever rule between the host and the neighbour that takes
    the excess; minor metals divide between the two by a stated preference, up to a stated
    solubility (``datasets/hosts``). A stoichiometric compound comes back unchanged.

    Parameters
    ----------
    table : CompositionTable
        The recipes, n rows; not changed.
    host : str or ndarray of int8, shape (n,)
        ``"auto"`` to find the host of each, the name of the host of all, one of `HOST_NAMES` such
        as "2:14:1", or the codes that `assign_hosts` returned, -1 for none.

    Returns
    -------
    Partition
        ``host`` (codes, int8), the tables ``hard_phase`` and
        ``grain_boundary`` of n rows each (a row of the latter is empty where
        nothing is left), the shares ``hard_volume_fraction`` and
        ``hard_weight_fraction``, 0 to 1, NaN where the host is unknown, and
        ``recipe``, which is `table` itself. Of an unknown host the whole
        recipe is the hard phase.

    Raises
    ------
    InputError
        If `host` is neither ``"auto"`` nor a name of `HOST_NAMES`, or its codes are not whole
        numbers, one a recipe.

    Examples
    --------
    >>> recipe = CompositionTable.from_strings(["Nd2.4Fe14B"])
    >>> split = partition(recipe)
    >>> split.hard_phase.formulas()
    ['Nd0.1176Fe0.8235B0.05882']
    >>> bool(split.hard_volume_fraction[0] < 1)
    True
    """
    from .._core._threads import share_rows
    from ..alloy._row_kernels import sums
    from ._host_kernels import split

    codes = (
        assign_hosts(table, host)
        if isinstance(host, str)
        else _checked_codes(host, len(table))
    )
    hard = np.zeros(len(table.values))
    volume_fraction = np.empty(len(table))
    share_rows(
        split,
        len(table),
        table.rows,
        codes,
        _site_rules(),
        hard,
        volume_fraction,
    )
    inside = table.rows._replace(values=hard)
    weight = sums(inside, ATOMIC_MASS) / sums(table.rows, ATOMIC_MASS)
    weight[np.isnan(volume_fraction)] = np.nan
    rest = np.maximum(table.values - hard, 0.0)
    return Partition(
        codes,
        _compact(table, hard),
        _compact(table, rest),
        volume_fraction,
        weight,
        table,
    )


def _compact(table: CompositionTable, atoms: FloatArray) -> CompositionTable:
    """Build compositions from `atoms`, given on the sparsity of `table`, without empty entries.

    `atoms`, float64 (nnz,), are amounts at the entries of `table`, one for each of its ``values``.
    Amounts below 1e-9 count as nothing. Fractions of each row sum to one; a row of which nothing is
    left is empty. Row numbers, errors and marks of rows in wt.% are those of `table`; values that a
    user gave (``given``) are dropped.
    """
    from .._core._arrays import Rows
    from .._core._threads import share_rows
    from ._host_kernels import compact, count_entries

    n = len(table)
    indptr = np.zeros(n + 1, np.int64)
    share_rows(count_entries, n, table.indptr, atoms, _ZERO_ATOMS, indptr[1:])
    np.cumsum(indptr, out=indptr)
    compact_rows = Rows(
        indptr, np.empty(indptr[-1], np.int32), np.empty(indptr[-1])
    )
    share_rows(
        compact,
        n,
        Rows(table.indptr, table.indices, atoms),
        _ZERO_ATOMS,
        compact_rows,
    )
    return CompositionTable(
        *compact_rows, table.row_index, table.errors, by_weight=table.by_weight
    )


def _checked_codes(host: Any, n: int) -> Int8Array:
    """Check host codes given by a user, (n,); InputError if wrong.

    Kernels use them as indices. `host` is an array_like of int, one for each of the `n` recipes: -1
    for no host, else an index into `HOST_NAMES`. It is returned as int8 (n,), without a copy where
    it is int8. InputError for another shape, for floats, bools or texts, and for a code out of
    range.
    """
    codes = np.asarray(host)
    whole = codes.shape == (n,) and codes.dtype.kind in "iu"
    if not whole or not ((codes >= -1) & (codes < len(HOST_NAMES))).all():
        raise InputError(
            f"host must be auto, one of {', '.join(HOST_NAMES)}, or what assign_hosts returned for "
            f"the {n} recipes; got {host!r:.60}"
        )
    return codes.astype(np.int8, copy=False)


@check_arguments
def assign_hosts(table: CompositionTable, host: str = "auto") -> Int8Array:
    """Return the host of each composition.

    Parameters
    ----------
    table : CompositionTable
        The compositions.
    host : str
        ``"auto"`` goes by the assignment rules of the hosts. A name of `HOST_NAMES`, such as
        "2:14:1", takes every row to be of that host, whatever it holds.

    Returns
    -------
    ndarray of int8, shape (n,)
        Index into `HOST_NAMES`; -1 where none fits, and for known phases of no host such as 3:29.

    Raises
    ------
    InputError
        If `host` is neither ``"auto"`` nor a name of `HOST_NAMES`; a formula is none.

    Examples
    --------
    >>> table = CompositionTable.from_strings(["Nd2Fe14B", "Fe3O4"])
    >>> codes = assign_hosts(table)
    >>> codes.tolist(), HOST_NAMES[codes[0]]
    ([0, -1], '2:14:1')
    """
    if host == "auto":
        from .._core._threads import share_rows
        from ._host_kernels import assign

        codes = np.empty(len(table), np.int8)
        share_rows(assign, len(table), table.rows, _assignment_rules(), codes)
        return codes
    if host not in HOSTS:
        raise InputError(
            f"host {host!r} is not known; use auto or one of {', '.join(HOST_NAMES)}"
        )
    return np.full(len(table), HOST_NAMES.index(host), np.int8)


@lru_cache(maxsize=1)
def _assignment_rules() -> "AssignmentRules":
    """Build the rules that assign compositions to hosts, for the kernel.

    The rules of phases that belong to no host come first and give -1; those of the hosts follow in
    ascending order of their ``assignment.precedence``. The first rule that holds whole decides.
    Windows are widened by 1e-9 at both ends. The result is cached. DataError if a rule names
    neither an element nor a group.

    Returns
    -------
    AssignmentRules
        ``sums`` (number of different sums of atoms), ``first`` (119,) and ``where`` (the sums that
        each element counts in), ``above``, ``below``, ``low`` and ``high`` (one a condition: two
        sums and the window of their ratio), ``start`` (rules + 1,) and ``host`` (code of each rule,
        int8).
    """
    from ._host_kernels import AssignmentRules

    order = sorted(HOSTS.values(), key=lambda host: host.assignment.precedence)
    rules = [(-1, rule) for rule in _other_windows().values()]
    for host in order:
        code = HOST_NAMES.index(host.name)
        rules += [(code, rule) for rule in host.assignment.alternatives]
    sides = []
    windows = []
    for _, rule in rules:
        for ratio, limits in rule.items():
            above, below = ratio.split("/")
            sides.append((above.strip(), below.strip()))
            windows.append(limits)
    sums = list(dict.fromkeys(chain.from_iterable(sides)))
    window = np.array(windows)
    element_masks = np.array([_counted_elements(amounts) for amounts in sums])
    return AssignmentRules(
        len(sums),
        np.cumsum([0, *element_masks.sum(axis=0)]),
        np.nonzero(element_masks.T)[1],
        np.array([sums.index(above) for above, _ in sides]),
        np.array([sums.index(below) for _, below in sides]),
        window[:, 0] - _WINDOW_SLACK,
        window[:, 1] + _WINDOW_SLACK,
        np.cumsum([0, *(len(rule) for _, rule in rules)]),
        np.array([host for host, _ in rules], np.int8),
    )


@lru_cache(maxsize=1)
def _other_windows() -> dict[str, dict[str, tuple[float, float]]]:
    """Read the windows of known phases that are of no host, by name of the phase and ratio.

    An entry is such as ``"3:29": {"R / (R + M)": [0.0905, 0.0975], ...}``:
    each ratio, written as for `is_in_windows`, with its least and largest
    value, both inclusive, a list of two. All must hold. Sources are left out.
    The result is cached and must not be changed.
    """
    windows = {}
    for phase in datasets.toml("hosts/others.toml")["phase"]:
        rule = {k: v for k, v in phase.items() if k not in ("name", "source")}
        windows[phase["name"]] = rule
    return windows


def without_model(table: CompositionTable, codes: Int8Array) -> dict[int, str]:
    """Return by row the names of known phases that belong to no host.

    `table` has n compositions. `codes`, int8 (n,), are those of `assign_hosts`; rows of a host,
    those of 0 or more, are not looked at. Keys are row numbers in `table`, from 0, and values names
    such as "3:29" or "5:19", as ``hosts/others.toml`` has them. Rows that are no such phase are not
    in the result. Of several names the first of that file counts.
    """
    rows = np.flatnonzero(codes < 0)
    some: CompositionTable = table[rows]
    names: dict[int, str] = {}
    for name, rule in _other_windows().items() if rows.size else ():
        for row in np.flatnonzero(is_in_windows(some, rule)).tolist():
            names.setdefault(int(rows[row]), name)
    return names


def is_in_windows(
    table: CompositionTable, rule: dict[str, tuple[float, float]]
) -> BoolArray:
    """Say which rows have every ratio within its window.

    Parameters
    ----------
    table : CompositionTable
        n compositions.
    rule : dict of str to (float, float)
        Ratios of atoms, such as "R / (R + M)", with exactly one slash, to their least and largest
        value, both inclusive. A side is a symbol, a group or a sum of these such as "(R + Zr)". The
        groups are R (rare earths), T (Fe, Co, Ni, Mn), M (all elements but the rare earths and B,
        C, N, H, O) and all.

    Returns
    -------
    ndarray of bool, shape (n,)
        True where all ratios hold; an amount within 1e-9 of the edge of a window is inside. False
        where a divisor is zero, as in an empty composition; True throughout for an empty rule.

    Raises
    ------
    DataError
        If a side names neither an element nor a group.

    Examples
    --------
    >>> table = CompositionTable.from_strings(["Nd2Fe14B", "SmCo5"])
    >>> is_in_windows(table, {"R / (R + M)": (0.1, 0.15)}).tolist()
    [True, False]
    """
    from ..alloy._row_kernels import sums

    is_inside = np.ones(len(table), bool)
    for ratio, (low, high) in rule.items():
        above, below = ratio.split("/")
        top = sums(table.rows, _counted_elements(above))
        bottom = sums(table.rows, _counted_elements(below))
        is_inside &= (
            (bottom > 0.0)
            & (top >= (low - _WINDOW_SLACK) * bottom)
            & (top <= (high + _WINDOW_SLACK) * bottom)
        )
    return is_inside


@lru_cache(maxsize=64)
def _counted_elements(amounts: str) -> BoolArray:
    """Say which elements count in a sum such as ``(R + Zr)``, bool (118,); DataError for another name.

    `amounts` has symbols and names of `_GROUPS`, which are "R" (yttrium among
    them, scandium not), "T", "M" and "all", see `is_in_windows`, with +
    between; brackets and spaces about it are optional. The array is by atomic
    number less one; it is cached and must not be changed.
    """
    mask = np.zeros(N_ELEMENTS, np.bool_)
    for name in amounts.strip().strip("()").split("+"):
        symbols = _GROUPS.get(name.strip(), (name.strip(),))
        unknown = [s for s in symbols if s not in INDEX]
        if unknown:
            raise DataError(
                f"datasets/hosts: an assignment names {unknown[0]!r}; expected elements or "
                f"{', '.join(_GROUPS)}"
            )
        mask[[INDEX[s] for s in symbols]] = True
    return mask


@lru_cache(maxsize=1)
def _site_rules() -> "SiteRules":
    """Build the rules of the sites of every host, for the kernels.

    The result is cached and must not be changed.

    Returns
    -------
    SiteRules
        ``role`` (site of each element: 0 outside, `ON_R`, `ON_T` or `ON_X` of
        `_host_kernels`, int8), ``limit`` (largest share of the T sites, 0
        where not listed) and ``preference`` (1 where not listed), (hosts, 118)
        each; ``counts``, atoms of rare earth, metal and interstitial in a
        formula unit, (hosts, 3); ``ratios``, T to R of the rich and the poor
        neighbour, (hosts, 2), infinite for a neighbour without R; ``boride``,
        T atoms bound by an excess atom of boron, (hosts,), 0 where none is
        needed; ``volume`` of an atom, (118,), angstrom^3, 20 where none is
        listed. Hosts are in the order of `HOST_NAMES`, elements by atomic
        number less one.
    """
    from . import _host_kernels as _hosts

    shape = (len(HOSTS), N_ELEMENTS)
    role = np.zeros(shape, np.int8)
    limit = np.zeros(shape)
    preference = np.ones(shape)
    counts = np.zeros((len(HOSTS), 3))
    ratios = np.zeros((len(HOSTS), 2))
    boride = np.array([host.split.boride_ratio for host in HOSTS.values()])
    for i, host in enumerate(HOSTS.values()):
        rules = host.split
        for symbols, code in (
            (rules.solubility, _hosts.ON_T),
            ((*RARE_EARTHS, *rules.guests_on_rare_earth_site), _hosts.ON_R),
            (host.interstitial_elements, _hosts.ON_X),
        ):
            role[i, [INDEX[s] for s in symbols]] = code
        limit[i, [INDEX[s] for s in rules.solubility]] = list(
            rules.solubility.values()
        )
        preference[i, [INDEX[s] for s in rules.preference]] = list(
            rules.preference.values()
        )
        counts[i] = host.rare_earth, host.transition_metal, host.interstitial
        ratios[i] = rules.rich_ratio, rules.poor_ratio
    volume_of_element = {
        r["element"]: float(r["volume_A3"])
        for r in datasets.rows("hosts/atomic_volumes.csv")
    }
    # An element without a listed volume is outside every host and rare; 20 A3 is a middling metal.
    volume = np.full(N_ELEMENTS, 20.0)
    volume[[INDEX[s] for s in volume_of_element]] = list(
        volume_of_element.values()
    )
    return _hosts.SiteRules(
        role, limit, preference, counts, ratios, boride, volume
    )


def site_rules() -> tuple[Int8Array, FloatArray]:
    """Return the site of each element and the atoms of each kind per formula unit.

    The first array, int8, shape (hosts, 118), is the site: `ON_R` (1), `ON_T` (2) or `ON_X` (3) of
    `phases._host_kernels`, or 0 for an element that the host does not hold. The second, float64,
    shape (hosts, 3), has the rare-earth, transition-metal and interstitial atoms, such as 2, 14, 1.
    Hosts are in the order of `HOST_NAMES`, elements by atomic number less one. The arrays are those
    of the cache and must not be changed.
    """
    rules = _site_rules()
    return rules.role, rules.counts


def atomic_volumes() -> FloatArray:
    """Return the volume of an atom of each element, A3, shape (118,), by atomic number less one.

    It is 20 where none is listed. The array is that of the cache and must not be changed.
    """
    return _site_rules()[-1]


def root_codes(codes: Int8Array) -> Int8Array:
    """Return the code of the root of each host, int8, shape (n,); -1 stays.

    What was fitted or tabulated of hosts is looked up by root: the host itself, or the one at the
    end of its chain of variants. `codes`, int8 (n,), are indices into `HOST_NAMES`; so is the
    result, which is a new array. It is no index into `ROOTS`, see `root_places`.
    """
    roots = [HOST_NAMES.index(host.root) for host in HOSTS.values()]
    return np.array([*roots, -1], np.int8)[codes]


def hosts_by_hardening(codes: Int8Array, hardening: str) -> BoolArray:
    """Say which hosts harden their magnets by one of `records.HARDENING`, bool (n,).

    `codes`, int8 (n,), are those of the hosts, indices into `HOST_NAMES`, -1 for none, which is
    False. `hardening` is "boundary" (2:14:1), "cells" (2:17), "grains" (1:5), "route" (1:12), or ""
    for hosts that say nothing; any other text gives False throughout.
    """
    is_of_hardening = [
        host.magnet.hardening == hardening for host in HOSTS.values()
    ]
    return np.array([*is_of_hardening, False])[codes]


def root_places(codes: Int8Array) -> IntArray:
    """Return the place of each host's root in `ROOTS`, int64 (n,).

    `codes`, int8 (n,), are indices into `HOST_NAMES`, which is not checked; -1 stays. A variant has
    the place of its root.
    """
    places = [ROOTS.index(host.root) for host in HOSTS.values()]
    return np.array([*places, -1])[codes]


def not_from_melt(table: CompositionTable, codes: Int8Array) -> BoolArray:
    """Say which phases form by another path than from a melt, bool (n,).

    The path is that of their host's `records.Formation`: all phases of 2:17:3 and 1:12:1, which
    take up a gas, and those of 2:14:1 more than half of whose interstitials (B and C) are carbon.
    `codes`, int8 (n,), are indices into `HOST_NAMES`; -1 gives False. `table` has the n phases.
    """
    is_not_from_melt = np.zeros(len(codes), bool)
    for code, host in enumerate(HOSTS.values()):
        if host.formation is not None and (is_of_host := codes == code).any():
            of = host.formation.of
            sites = host.interstitial_elements
            is_not_from_melt |= (
                is_of_host
                & (2.0 * table.fraction(of) > table.fraction(*sites))
                if of
                else is_of_host
            )
    return is_not_from_melt


def wall_hosts(codes: Int8Array) -> Int8Array:
    """Return the host of the walls of cellular magnets, int8, shape (n,); -1 without cells.

    `codes`, int8 (n,), and the result are indices into `HOST_NAMES`: 2:17 gives that of 1:5, any
    other host -1. A code of -1 stays.
    """
    names = [host.magnet.walls for host in HOSTS.values()]
    walls = [HOST_NAMES.index(name) if name else -1 for name in names]
    return np.array([*walls, -1], np.int8)[codes]


def is_within_precedent(
    table: CompositionTable, codes: Int8Array
) -> BoolArray:
    """Say which alloys have only elements and amounts with which their host was ever made, bool (n,).

    `table` has n recipes, the grain boundary included. `codes`, int8 (n,), are
    those of `assign_hosts`; rows without a host, -1, are True. The largest
    shares are those of ``hosts/made.csv`` times 1.05, of the metals, of the
    rare earths or of all atoms.

    Examples
    --------
    >>> from magnetkit.phases.partition import assign_hosts
    >>> alloys = CompositionTable.from_strings(["Nd2Fe14B", "Nd2Fe14BHg"])
    >>> is_within_precedent(alloys, assign_hosts(alloys)).tolist()
    [True, False]
    """
    from ._host_kernels import check_limits

    return check_limits(
        table.indptr, table.indices, table.values, codes, *_largest_shares()
    )


def describe_beyond_precedent(
    table: CompositionTable, codes: Int8Array
) -> dict[int, str]:
    """Say by row, in words, which elements exceed what `is_within_precedent` allows.

    `table` has the n recipes, the grain boundary included. `codes`, int8 (n,), are those of
    `assign_hosts`; rows without a host, -1, are not in the result, nor are rows without such
    elements. Keys are row numbers from 0. A text is such as "Hg 5.9 % of the metals outside, over
    0": shares are at.% of the metals, of the rare earth or of the atoms, and several elements are
    joined by commas.
    """
    group, largest = _largest_shares()
    totals = np.column_stack(
        [table.fraction(*_GROUPS[g]) for g in ("M", "R", "all")]
    )
    of = ("the metals", "the rare earth", "the atoms")
    texts_of_row = {}
    for row in np.flatnonzero(~is_within_precedent(table, codes)).tolist():
        part = slice(table.indptr[row], table.indptr[row + 1])
        elements = table.indices[part]
        host = codes[row]
        kind = group[host, elements]
        top = 100.0 * largest[host, elements]
        share = 100.0 * table.values[part] / totals[row, kind]
        texts = []
        for k in np.flatnonzero(share > top):
            symbol = SYMBOLS[elements[k]]
            whole = of[kind[k]]
            texts.append(
                f"{symbol} {share[k]:.3g} % of {whole} outside, over {top[k]:.3g}"
            )
        texts_of_row[row] = ", ".join(texts)
    return texts_of_row


@lru_cache(maxsize=1)
def _largest_shares() -> tuple[Int8Array, FloatArray]:
    """Return the largest share of each element that was made with each host, and its denominator.

    An element that was never made with a host has 0. Shares are 5 % above those of
    ``hosts/made.csv``, which are rounded. Rows are in the order of `HOST_NAMES`, columns by atomic
    number less one. A variant without rows of its own there has those of its root. Both arrays are
    cached and must not be changed.

    Returns
    -------
    group : ndarray of int8, shape (hosts, 118)
        What the share is of: `OF_METAL` (0, all metals), `OF_EARTH` (1, all
        rare earths) or `OF_ALLOY` (2, all atoms) of `_host_kernels`. Without a
        row it is `OF_EARTH` for rare earths and `OF_METAL` for the others.
    largest : ndarray of float64, shape (hosts, 118)
        Share of the atoms, 0 to 1.05.
    """
    from . import _host_kernels as _hosts

    kinds = {
        "metal": _hosts.OF_METAL,
        "rare earth": _hosts.OF_EARTH,
        "alloy": _hosts.OF_ALLOY,
    }
    group = np.full((len(HOST_NAMES), N_ELEMENTS), _hosts.OF_METAL, np.int8)
    group[:, [INDEX[s] for s in RARE_EARTHS]] = _hosts.OF_EARTH
    largest = np.zeros(group.shape)
    for h, row in _iterate_hosts("hosts/made.csv"):
        at = h, INDEX[row["element"]]
        group[at] = kinds[row["share_of"]]
        largest[at] = _PRINTED_FACTOR * float(row["largest_share"])
    return group, largest


def _iterate_hosts(table: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield each host code with each of the host's rows in a table; its root's rows if it has none.

    `table` is the path of a CSV table below the data folder, with a column ``host`` of names such
    as "2:14:1"; "hosts/made.csv" is one. A host code is an index into `HOST_NAMES`. A row is a dict
    of texts by column. A host with no rows, whose root has none either, yields nothing.
    """
    rows = datasets.rows(table)
    names_of_rows = {row["host"] for row in rows}
    for h, (name, host) in enumerate(HOSTS.items()):
        listed_name = name if name in names_of_rows else host.root
        yield from ((h, row) for row in rows if row["host"] == listed_name)


@lru_cache(maxsize=1)
def _shells() -> BoolArray:
    """Say which elements have been diffused into magnets of a host, bool (hosts, 118).

    Rows are in the order of `HOST_NAMES`, columns by atomic number less one. A variant without rows
    of its own in ``hosts/shells.csv`` has those of its root. The array is cached and must not be
    changed.
    """
    mask = np.zeros((len(HOST_NAMES), N_ELEMENTS), bool)
    for h, row in _iterate_hosts("hosts/shells.csv"):
        mask[h, INDEX[row["element"]]] = True
    return mask


def shelled_hosts() -> tuple[str, ...]:
    """Return the hosts, no variants, into which any rare earth has been diffused."""
    has_shells = np.any(_shells(), axis=1)
    return tuple(name for name in ROOTS if has_shells[HOST_NAMES.index(name)])


def hosts_with_shells(codes: Int8Array) -> BoolArray:
    """Say which of the hosts `codes`, (n,), any rare earth has been diffused into, bool (n,)."""
    return (codes >= 0) & np.any(_shells(), axis=1)[codes]


def has_diffusion_precedent(codes: Int8Array, element: IntArray) -> BoolArray:
    """Say whether the element of each shell was ever diffused into its host, bool (n,).

    `codes`, int8 (n,), are those of the hosts, indices into `HOST_NAMES`, -1
    for unknown, which is False. `element`, int (n,), are atomic numbers less
    one, such as 65 for Dy; symbols are not taken. An element of -1, for no
    shell, gives a value without meaning.
    """
    return (codes >= 0) & _shells()[codes, element]
