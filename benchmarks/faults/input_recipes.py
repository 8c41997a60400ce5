"""Bad recipes through the parsers: none crashes, none hangs, none is let in that is no alloy."""

import random
import time
from dataclasses import dataclass, field

import numpy as np
import psutil
from magnetkit.errors import InputError

from benchmarks.faults import mutation
from magnetkit.alloy import CompositionTable
from magnetkit.alloy._notation_kernels import FINE
from magnetkit.alloy.notation import parse_composition, read_amounts
from tests.alloy import naive_parse

BASES = ("auto", "atomic", "weight")
BATCH = 20_000
# Of each batch, so many go through the parser of single recipes as well.
SINGLE = 50


@dataclass
class Figures:
    """What a campaign over one kind of input found.

    Attributes
    ----------
    inputs, distinct, accepted : int
        Inputs tried, different ones among them, and those let in.
    slowest_s : float
        Longest time of one input; for a batch, of the batch.
    growth_MB : float
        Growth of resident memory between the first fifth and the end.
    faults : list of str
        What went wrong.
    """

    inputs: int = 0
    distinct: int = 0
    accepted: int = 0
    slowest_s: float = 0.0
    growth_MB: float = 0.0
    faults: list[str] = field(default_factory=list)


def resident_MB() -> float:
    return psutil.Process().memory_info().rss / 2**20


def formula(table: CompositionTable, row: int) -> str:
    """Return a row as a formula that holds every figure of its fractions."""
    part = slice(table.indptr[row], table.indptr[row + 1])
    if part.stop == part.start + 1:
        # C1 is a grade of ferrite.
        return str(table.elements[table.indices[part.start]])
    return "".join(
        f"{table.elements[c]}{np.format_float_positional(v, unique=True, trim='-')}"
        for c, v in zip(table.indices[part], table.values[part], strict=True)
    )


def check_parsed_recipes(
    table: CompositionTable, texts: list[str], faults: list[str]
) -> None:
    """Check what was let in: sums, order of elements, signs, and the way back."""
    if not len(table):
        return
    sums = np.add.reduceat(table.values, table.indptr[:-1])
    for row in np.flatnonzero(~(np.abs(sums - 1.0) <= 1e-9)):
        faults.append(f"sums to {sums[row]}: {texts[table.row_index[row]]!r}")
    for row in np.unique(
        np.repeat(np.arange(len(table)), np.diff(table.indptr))[
            ~((table.values > 0) & (table.values <= 1))
        ]
    ):
        faults.append(
            f"fraction outside 0 to 1: {texts[table.row_index[row]]!r}"
        )
    texts_again = [formula(table, row) for row in range(len(table))]
    # The parser keeps thirty-nine decimals.
    plain = [
        i
        for i in range(len(table))
        if table.values[table.indptr[i] : table.indptr[i + 1]].min() > 1e-20
    ]
    again = CompositionTable.from_strings(
        [texts_again[i] for i in plain], basis="atomic"
    )
    if again.errors:
        faults.append(
            f"no way back from {again.errors[0].text!r}: {again.errors[0].reason}"
        )
        return
    before = table[np.array(plain, int)].to_array()
    back = again.to_array()
    for row in np.flatnonzero(
        np.abs(before - back).max(axis=1, initial=0.0) > 1e-9
    ):
        faults.append(
            f"comes back as another: {texts[table.row_index[plain[row]]]!r}"
        )


def run(count: int, seed: int = 1) -> Figures:
    """Parse `count` bad recipes in batches, some of them singly too."""
    figures = Figures()
    # Filled, so that its pages count before anything is measured.
    hashes = np.full(count, 1, np.uint64)
    # Compiled before anything is timed.
    CompositionTable.from_strings(["SmCo5", "Nd₂Fe₁₄B"])
    parse_composition("SmCo5")
    read_amounts("SmCo5")
    started = None
    for number, (chance, size) in enumerate(
        mutation.batches(seed, count, BATCH)
    ):
        texts = mutation.recipes(chance, size)
        basis = BASES[number % 3]
        start = time.perf_counter()
        table = CompositionTable.from_strings(texts, basis=basis)
        figures.slowest_s = max(figures.slowest_s, time.perf_counter() - start)
        if len(table) + len(table.errors) != size:
            figures.faults.append(
                f"batch {number}: {size} rows in, {len(table)} and {len(table.errors)} out"
            )
        figures.faults += [
            f"no reason: {e.text!r}" for e in table.errors if len(e.reason) < 10
        ]
        check_parsed_recipes(table, texts, figures.faults)
        _singly(chance, texts, table, basis, figures)
        hashes[figures.inputs : figures.inputs + size] = [
            hash(t) & (2**64 - 1) for t in texts
        ]
        figures.inputs += size
        figures.accepted += len(table)
        if started is None and figures.inputs >= count / 5:
            started = resident_MB()
    figures.growth_MB = resident_MB() - (started or resident_MB())
    figures.distinct = len(np.unique(hashes))
    return figures


def _singly(
    chance: random.Random,
    texts: list[str],
    table: CompositionTable,
    basis: str,
    figures: Figures,
) -> None:
    """Parse some of a batch one by one, and as a host formula of a substitution."""
    let_in = set(table.row_index.tolist())
    for row in chance.sample(range(len(texts)), min(SINGLE, len(texts))):
        start = time.perf_counter()
        try:
            parse_composition(texts[row], basis)
            is_accepted = True
        except InputError:
            is_accepted = False
        except Exception as error:
            figures.faults.append(
                f"{type(error).__name__} on {texts[row]!r}: {error}"
            )
            continue
        try:
            read_amounts(texts[row])
        except InputError:
            pass
        except Exception as error:
            figures.faults.append(
                f"read_amounts: {type(error).__name__} on {texts[row]!r}: {error}"
            )
        twin = naive_parse.parse(texts[row], basis)
        if is_accepted != (twin[0] == FINE):
            figures.faults.append(
                f"the slow parser says otherwise of {texts[row]!r}"
            )
        if is_accepted != (row in let_in):
            figures.faults.append(
                f"alone and in a batch differ: {texts[row]!r}"
            )
        took = time.perf_counter() - start
        if took > 1.0:
            figures.faults.append(f"{took:.1f} s for {texts[row]!r}")
