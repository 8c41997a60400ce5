"""Why a magnet has its coercivity and remanence: laws, terms, and what the range rests on.

Terms are differences: each part of the law is put in after those before it, so that they add up to
the figure. A share of the range is what one standard deviation of a constant of the law book, or of
all constants of a status, changes ln H_cJ by, squared, over the variance of the range; what
producers of one host share is `datasets/recipes/split.toml`'s, and the rest is the fit's.
"""

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .._core._arguments import check_arguments
from .._core._constants import DEVIATIONS_90
from .._core._types import FloatArray
from .._core.errors import InputError
from .._core.units import ROOM_K, ZERO_CELSIUS, parse_temperature
from ..alloy._read import Compositions, as_table
from ..alloy.notation import Basis
from ..alloy.shell_rows import read_shells
from ..alloy.shells import Shells
from ..alloy.table import CompositionTable
from ..compound.evaluate import STATUS
from ..phases.records import HOST_NAMES, HOSTS
from ._balance import grain_decoupling
from ._cells import CELLS, Shares, room_coercivity
from ._magnets import Alloys, alloys
from ._measured import COERCIVITY, splits
from .laws import STATUS as STATUS_OF_CONSTANTS
from .laws import Constant, law, shift_constant

if TYPE_CHECKING:
    import pandas as pd


_LAWS = {
    "boundary": ("boundary", "formula", "grains", "shell"),
    "grains": ("grains",),
    "cells": ("cells",),
}
"""Files of the law book that coercivity rests on, by `magnetkit.phases.records.HARDENING`."""

_TITLES = {
    "boundary": "nucleation at the surface of grains that a rare-earth-rich boundary decouples",
    "grains": "nucleation at the surface of grains",
    "cells": "pinning of walls by cells of Sm2(Co,Fe)17 in Sm(Co,Cu)5",
    "route": "nucleation in grains of the route",
}
# So many measurements are named, each of at least this share of the range.
_NARROWEST = 3
_NAMED_SHARE = 0.01


@dataclass(frozen=True)
class Explanation:
    """Why a magnet has its coercivity and remanence.

    Attributes
    ----------
    candidate : str
        Its recipe.
    law : str
        Law that acted, in words.
    terms : DataFrame
        ``quantity`` (``coercivity_kA_m``, ``remanence_T``), ``term``, ``value``; the values of a
        quantity add up to it.
    shares : dict of str to float
        Share of the variance of ln H_cJ by status of constants (`magnetkit.magnetism.laws.STATUS`),
        ``producer`` and ``fit``; they add up to 1.
    constants : DataFrame
        Constants of the law book by their share, the largest first: ``law``, ``name``, ``value``,
        ``deviation``, ``unit``, ``status``, ``share`` and ``meaning``.
    """

    candidate: str
    law: str
    terms: "pd.DataFrame"
    shares: dict[str, float]
    constants: "pd.DataFrame"

    def measurements(self) -> list[str]:
        """List in words which constants, if measured, would narrow the range of H_cJ most, the best first.

        There are at most three, each of 1 % of the variance or more. Without any the list has one
        text, that magnets of this producer should be measured.
        """
        worth = self.constants["share"] >= _NAMED_SHARE
        first = self.constants[worth].head(_NARROWEST)
        lines = []
        if first.empty:
            lines.append(
                "magnets of this producer; no constant of the law book narrows the range"
            )
        for row in first.to_dict("records"):
            value = f"{row['value']:g} +- {row['deviation']:g} {row['unit']}"
            share_text = f"{100 * row['share']:.0f} % of the range"
            lines.append(
                f"{row['meaning']} ({value}, {row['status']}): {share_text}"
            )
        return lines

    def __str__(self) -> str:
        """Return the explanation in a few lines.

        These are recipe and law; the terms of H_cJ (kA/m) and of B_r (T) that are not 0 as
        printed, each sum first; the shares of the range of H_cJ; and one line
        "measure: ..." for each measurement.
        """
        lines = [f"{self.candidate}: {self.law}"]
        for quantity, unit in ((COERCIVITY, "kA/m"), ("remanence_T", "T")):
            part = self.terms[self.terms["quantity"] == quantity]
            digits = 0 if unit == "kA/m" else 3
            sizes = [f"{x:+.{digits}f}" for x in part["value"].tolist()]
            terms = [
                f"{term} {size}"
                for term, size in zip(part["term"], sizes, strict=True)
                if float(size)
            ]
            lines.append(
                f"{part['value'].sum():.{digits}f} {unit} = {', '.join(terms)}"
            )
        shares = [
            f"{name} {100 * share:.0f} %"
            for name, share in self.shares.items()
        ]
        lines.append(f"range of H_cJ: {', '.join(shares)}")
        lines += [f"measure: {line}" for line in self.measurements()]
        return "\n".join(lines)


@check_arguments
def explain_magnet(
    composition: Compositions,
    temperature: float | str = "20C",
    process: Any = None,
    shell: Shells = None,
    *,
    basis: Basis = "auto",
) -> Explanation:
    """Explain the coercivity and remanence of one magnet.

    Parameters
    ----------
    composition : text or other that `magnetkit.predict` takes
        One recipe.
    temperature : float or str
        K, or a text such as ``"150C"``.
    process, shell : optional
        As for `magnetkit.magnetism.sintered`.
    basis : {"auto", "atomic", "weight"}
        What the amounts of a text are; "auto" refuses a text that could be
        either, as one with "bal." or a sum of 100.

    Returns
    -------
    Explanation
        ``candidate``; ``law``, in words; ``terms``, a frame with ``quantity``
        ("coercivity_kA_m", then "remanence_T"), ``term`` and ``value``, in
        kA/m and T; ``shares`` of the variance of ln H_cJ, a dict by "cited",
        "fitted", "memory", "assumed", "producer" and "fit" that adds up to 1;
        and ``constants``, a frame with ``law``, ``name``, ``value``,
        ``deviation``, ``unit``, ``status``, ``share`` and ``meaning``, the
        largest share first. The terms of a quantity add up to it. Its text is
        made by ``str``.

    Raises
    ------
    InputError
        If it is not one recipe, or no magnet: the message says why.

    Examples
    --------
    >>> why = explain_magnet("Nd30.5Dy1B1Co1Cu0.1Fe bal.", basis="weight")
    >>> bool(abs(sum(why.shares.values()) - 1.0) < 1e-9)
    True
    """
    import pandas as pd

    table = as_table(composition, basis)
    if len(table) != 1:
        raise InputError(f"expected one recipe to explain, got {len(table)}")
    kelvin = parse_temperature(temperature)
    magnet = _OneMagnet(table, kelvin, process, shell)
    coercivity = list(_coercivity_terms(magnet))
    remanence = list(_remanence_terms(magnet))
    terms = [(COERCIVITY, term, 1e-3 * value) for term, value in coercivity]
    terms += [("remanence_T", term, value) for term, value in remanence]
    shares, constants = _range_shares(magnet)
    return Explanation(
        candidate=composition
        if isinstance(composition, str)
        else table.formulas()[0],
        law=_law_in_words(magnet),
        terms=pd.DataFrame(terms, columns=["quantity", "term", "value"]),
        shares=shares,
        constants=constants,
    )


class _OneMagnet:
    """One recipe with all that it is made by; InputError if it is no magnet at the temperature."""

    def __init__(
        self, table: CompositionTable, kelvin: float, process: Any, shell: Any
    ) -> None:
        """Make the magnet once; InputError if it is none at the temperature.

        The arguments become the attributes ``table``, ``kelvin``, ``process`` and ``shells``
        (`ShellRows` or None); ``made`` is the magnet, `Alloys` of one row.

        Parameters
        ----------
        table : CompositionTable
            Its recipe, one row.
        kelvin : float
            Temperature, K.
        process, shell : optional
            As for `magnetkit.magnetism.sintered`.
        """
        self.table = table
        self.kelvin = kelvin
        self.process = process
        self.shells = read_shells(shell, 1)
        self.made = self.make()
        status = int(self.made.closed_gate([kelvin])[0, 0])
        if not status:
            status = int(self.made.at(np.array([kelvin])).status[0, 0])
        if self.made.never_made[0]:
            status = STATUS.index("outside the model")
        if status or not np.isfinite(self.made.factor[0]):
            raise InputError(f"no magnet to explain: {STATUS[status]}")

    @property
    def hardening(self) -> str:
        """What hardens it, of `magnetkit.phases.records.HARDENING`."""
        return HOSTS[
            HOST_NAMES[int(self.made.balance.parts.host[0])]
        ].magnet.hardening

    def make(self) -> Alloys:
        """Return the magnet by the constants of the law book as they are now."""
        return alloys(self.table, self.process, self.shells)

    def coercivity(
        self, made: Alloys, kelvin: float, phases: Any = None, **rules: Any
    ) -> float:
        """Compute H_cJ, A/m, of the magnet with some of its `Rules` or its phases replaced.

        Parameters
        ----------
        made : Alloys
            One alloy: its recipe in phases, process and shell.
        kelvin : float
            Temperature, K.
        phases : Phases, optional
            In place of the alloy's own.
        **rules : ndarray, shape (1,)
            Fields of `Rules` (of `_magnet_kernels`) to replace, such as
            ``alpha_k``, ``n_eff`` or ``level``; another name is a ValueError.

        Returns
        -------
        float
            Whatever gate is closed to the magnet.
        """
        from ._magnet_kernels import states

        rules_in_force = made.rules()._replace(**rules)
        _, h_cj, _, _ = states(
            np.array([kelvin]), phases or made.phases, rules_in_force
        )
        return float(h_cj[0, 0])


def _coercivity_terms(magnet: _OneMagnet) -> Iterator[tuple[str, float]]:
    """Yield the name of each contribution to H_cJ of one magnet and its size, A/m, in the order applied.

    Contributions may be negative. They add up to H_cJ at the temperature of
    `magnet`, ``_OneMagnet(table, kelvin, process, shell)``. First come those
    of `_cell_terms` (such as "copper") or `_nucleation_terms` (such as
    "coupled grains"), at 20 C, also those of 0.
    Then come "level of family and producer" where the level is not 1, "shell"
    where there is one, "rest" where it is not 0, and, but at 20 C, the step to
    the temperature, named such as "150 C".
    """
    alloy = magnet.made
    producer = float(alloy.rows["harder"][0])
    if float(alloy.rules().pinned[0]) > 0.0:
        before = yield from _cell_terms(alloy)
    else:
        before = yield from _nucleation_terms(magnet)
    at_room = magnet.coercivity(alloy, ROOM_K, phases=_without_shell(alloy))
    if producer != 1.0:
        yield "level of family and producer", at_room - before
        before = at_room
    whole = magnet.coercivity(alloy, ROOM_K)
    if magnet.shells is not None:
        yield "shell", whole - at_room
        before = whole
    if whole != before:
        yield "rest", whole - before
    if magnet.kelvin != ROOM_K:
        hot = magnet.coercivity(alloy, magnet.kelvin)
        yield f"{magnet.kelvin - ZERO_CELSIUS:.0f} C", hot - whole


def _nucleation_terms(
    magnet: _OneMagnet,
) -> Generator[tuple[str, float], None, float]:
    """Yield name and size, A/m, of the terms of alpha_K H_N - N_eff M_s at 20 C, without shell.

    Terms may be negative, and that of the producer is left out. The names are,
    in this order, "alpha_K of the family times H_N", "Al, Cu, Ga in the
    boundary", "R6Fe13Ga between the grains", "stray field of neighbours" and
    "coupled grains"; all five come. The generator returns their sum, A/m.
    `magnet`, ``_OneMagnet(table, kelvin, process, shell)``, is one that no
    cells harden.
    """
    alloy = magnet.made
    rows = alloy.rows
    structure = alloy.structure
    phases = _without_shell(alloy)
    decoupling = grain_decoupling(rows, structure)
    none = np.zeros(1)
    one = np.ones(1)

    def field_of(alpha_k: FloatArray, n_eff: FloatArray = none) -> float:
        """Return H_cJ, A/m, at 20 C by these of Kronmueller's parameters, shape (1,) each."""
        return magnet.coercivity(
            alloy, ROOM_K, phases, alpha_k=alpha_k, n_eff=n_eff, level=one
        )

    alpha = rows["alpha_k"] * one
    before = field_of(alpha)
    yield "alpha_K of the family times H_N", before
    additions = {
        "Al, Cu, Ga in the boundary": rows["wetted"] * structure["wetting"]
    }
    additions["R6Fe13Ga between the grains"] = structure["decoupling"]
    for term, gain in additions.items():
        alpha = alpha + gain
        after = field_of(alpha)
        yield term, after - before
        before = after
    size = np.log(rows["grain_size_um"] / rows["grain_reference_um"])
    n_eff = np.maximum(
        rows["n_eff"] + rows["grain_slope"] * np.nan_to_num(size), 0.0
    )
    after = field_of(alpha, n_eff)
    yield "stray field of neighbours", after - before
    before = after
    after = field_of(alpha * decoupling, n_eff * decoupling)
    yield "coupled grains", after - before
    return after


def _cell_terms(made: Alloys) -> Generator[tuple[str, float], None, float]:
    """Yield name and size, A/m, of the terms of H_cJ of cells at 20 C.

    `made` is one alloy with cells. Terms may be negative. The names are, in
    this order, "most that walls can hold", "copper", "iron", "zirconium" and
    "ratio"; all five come. The generator returns their sum, A/m.
    """
    rows = made.rows
    structure = made.structure
    shares = {name: structure[name] for name in Shares._fields}
    pinning = 1e3 * rows["pinning_kA_m"] * shares.pop("earth")
    # Shares at which nothing is missing, put in one by one.
    full = {
        "iron": np.zeros(1),
        "copper": np.full(1, 10.0),
        "zirconium": np.full(1, CELLS.most_zirconium),
        "ratio": np.full(1, 0.5 * (CELLS.least_ratio + CELLS.most_ratio)),
    }
    before = float(pinning[0])
    yield "most that walls can hold", before
    for name in ("copper", "iron", "zirconium", "ratio"):
        full[name] = shares[name]
        after = room_coercivity(
            **full, pinning=pinning, copper_scale=rows["copper_scale"]
        )
        yield name, float(after[0]) - before
        before = float(after[0])
    return before


def _remanence_terms(magnet: _OneMagnet) -> Iterator[tuple[str, float]]:
    """Yield the name of each contribution to B_r and its size, T; they add up to B_r.

    They are of `magnet`, ``_OneMagnet(table, kelvin, process, shell)``, at its
    temperature, in the order applied, and may be negative: "J_s of the hard
    phase", "oxide, boundary and other phases", "polarization of those",
    "pores", "grains off the axis" and "exchange, carriers, producer"; all six
    come.
    """
    alloy = magnet.made
    polarization = float(
        alloy.at(np.array([magnet.kelvin])).polarization[0, 0]
    )
    rows = alloy.rows
    balance = alloy.balance
    yield "J_s of the hard phase", polarization
    remanence = polarization
    steps = {
        "oxide, boundary and other phases": balance.hard,
        "polarization of those": (balance.hard + balance.second)
        / balance.hard,
        "pores": rows["density"],
        "grains off the axis": rows["alignment"],
    }
    for term, factor in steps.items():
        after = remanence * float(factor[0])
        yield term, after - remanence
        remanence = after
    whole = polarization * float(alloy.factor[0])
    yield "exchange, carriers, producer", whole - remanence


def _without_shell(made: Alloys) -> Any:
    """Return the phases of a magnet without its shell."""
    return made.phases._replace(shells=np.full_like(made.phases.shells, -1))


def _range_shares(
    magnet: _OneMagnet,
) -> "tuple[dict[str, float], pd.DataFrame]":
    """Split the variance of ln H_cJ of one magnet into the shares of its sources.

    Constants are shifted one by one and `magnet`, ``_OneMagnet(table, kelvin,
    process, shell)``, is made anew with each; all have their values at the
    end.

    Returns
    -------
    shares : dict of float
        By status of the constants ("cited", "fitted", "memory" and "assumed",
        all four), and ``producer`` and ``fit``; they add up to 1.
    constants : pandas.DataFrame
        The constants of the laws with their ``share`` of the variance, the largest first: ``law
        name value deviation unit status share meaning``.
    """
    import pandas as pd

    variance = (float(magnet.made.rows["spread"][0]) / DEVIATIONS_90) ** 2
    rows = []
    by_status = dict.fromkeys(STATUS_OF_CONSTANTS, 0.0)
    for constant in _law_constants(magnet):
        change = _change(magnet, constant)
        by_status[constant.status] += change**2
        rows.append({**vars(constant), "share": change**2})
    producer = (
        splits()[COERCIVITY].common * splits()[COERCIVITY].deviation ** 2
    )
    by_law = sum(by_status.values())
    whole = max(variance, by_law + producer)
    shares = {status: part / whole for status, part in by_status.items()}
    shares["producer"] = producer / whole
    shares["fit"] = max(1.0 - sum(shares.values()), 0.0)
    constants = pd.DataFrame(rows)
    constants["share"] /= whole
    constants = constants.sort_values(
        "share", ascending=False, ignore_index=True
    )
    columns = [
        "law",
        "name",
        "value",
        "deviation",
        "unit",
        "status",
        "share",
        "meaning",
    ]
    return shares, constants[columns]


def _law_constants(magnet: _OneMagnet) -> Iterator[Constant]:
    """Yield the constants of the law book that a magnet's coercivity rests on.

    `magnet` is ``_OneMagnet(table, kelvin, process, shell)``; its hardening
    and temperature are read.
    A `Constant` has ``law``, ``name``, ``value``, ``deviation``, ``unit``,
    ``status``, ``source``, ``meaning`` and ``rows`` (a text: which measured
    rows it was fitted on). Laws are such as "boundary", "grains" or "cells".
    Those of law "temperature" come last, at other than 20 C alone.
    """
    for name in _LAWS.get(magnet.hardening, ("grains",)):
        yield from law(name)
    if magnet.kelvin != ROOM_K:
        yield from law("temperature")


def _change(magnet: _OneMagnet, constant: Constant) -> float:
    """Compute by how much ln H_cJ changes with one standard deviation of a constant, 0 or more.

    The result is the mean of up and down, since a law may bend, at the temperature of `magnet`.
    ``value`` and ``deviation`` of `constant` are read. The magnet is made anew with each value; the
    constant returns to its own at the end.
    """
    changes = []
    for sign in (-1.0, 1.0):
        with shift_constant(
            constant, constant.value + sign * constant.deviation
        ):
            value = magnet.coercivity(magnet.make(), magnet.kelvin)
        changes.append(np.log(max(value, 1.0)))
    return float(0.5 * abs(changes[1] - changes[0]))


def _law_in_words(magnet: _OneMagnet) -> str:
    """Write the law that acted on `magnet`, with its temperature, C, where that is not 20 C.

    A text is such as "nucleation at the surface of grains, at 150 C". `magnet`
    is ``_OneMagnet(table, kelvin, process, shell)``. Of a host whose hardening
    is not said, such as 2:17:3, the law is an empty text.
    """
    title = _TITLES.get(magnet.hardening, magnet.hardening)
    if magnet.kelvin == ROOM_K:
        return title
    return f"{title}, at {magnet.kelvin - ZERO_CELSIUS:.0f} C"
