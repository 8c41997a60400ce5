"""Which belief is in force: trained at first use, kept in the cache, or a user's own."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from ..errors import InputError
from ..learning import store
from ..learning.curie import FOLDS, TARGET, curie_set, own_set
from ..learning.sets import TrainingSet
from ..settings import get_settings
from .belief import Belief, Branch


def training_set(data: "str | Path | None" = None) -> TrainingSet:
    """Return what a belief is trained on: a user's file alone, or all that is at hand."""
    return curie_set() if data is None else own_set(Path(data))


# Threads that ask for an untrained belief at the same time must not each train it.
_LOADING = Lock()


def load(
    data: "str | Path | None" = None,
    add: "str | Path | None" = None,
    progress: bool = False,
) -> Belief:
    """Return a belief, trained at first use and kept in the cache.

    Parameters
    ----------
    data : str or Path, optional
        A CSV file to learn from instead of everything else: nothing fetched, and no typed value,
        enters.
    add : str or Path, optional
        A CSV file whose rows stand beside what is known otherwise; the scales stay.
    progress : bool
        Show a progress bar on stderr while training.
    """
    if data is not None and add is not None:
        raise InputError("data= replaces what is known and add= adds to it: give one of the two")
    with _LOADING:
        settings = str(get_settings())
        return _load(*(None if x is None else str(x) for x in (data, add)), progress, settings)


@lru_cache(maxsize=8)
def _load(data: str | None, add: str | None, progress: bool, settings: str) -> Belief:
    if add is not None:
        from .training import with_rows

        rows = own_set(Path(add), least=1)
        return with_rows(_load(None, None, progress, settings), rows)
    known = training_set(data)
    file = store.file_of(TARGET, key_of(known))
    return store.load_or_train(file, lambda: _trained(known, progress), _packed, _unpacked(known))


def key_of(known: TrainingSet) -> str:
    """Return a hash of what decides the belief that is trained on a set.

    The physics enters by its answers to the compounds of the set: other code or tables that give
    the same ones leave the belief as it is.
    """
    from .. import conformal
    from ..kernels import belief as kernel
    from ..kernels import posterior
    from ..learning import likelihood, plain, process, thinning
    from . import belief, training

    own = training.rows_of(known, physics=True)
    # `host` says where there is no physics.
    columns = np.nan_to_num(np.column_stack([own.x, own.base]))
    size = np.abs(columns).max(axis=0)
    # The last digits depend on the machine; adding zero makes one of the two zeros.
    design = np.round(columns / np.where(size > 0.0, size, 1.0), 9) + 0.0
    scales = [f"{each:.9g}" for each in size]
    groups = (known.groups, training.folds_of(known))
    received = (design, scales, own.host, own.compound, known.values, *groups)
    fits = (belief, training, process, likelihood, plain, thinning, conformal, kernel, posterior)
    return store.key(received, (*fits, sys.modules[__name__], store))


def _trained(known: TrainingSet, progress: bool) -> Belief:
    from .._console import bar
    from .training import train

    with bar(f"training {TARGET}", FOLDS + 1, progress) as advance:
        belief = train(known, advance)
    return replace(belief, manifest={**belief.manifest, "key": key_of(known)})


def retrain(data: TrainingSet, progress: bool = False) -> Belief:
    """Train, and keep in the cache whatever is there."""
    belief = _trained(data, progress)
    store.save(belief.file, *_packed(belief))
    _load.cache_clear()
    return belief


def _packed(belief: Belief) -> store.Packed:
    content = {
        "processes": tuple(branch.process for branch in belief.branches),
        "coefficients": tuple(branch.coefficients for branch in belief.branches),
        "edges": tuple(branch.edge for branch in belief.branches),
        "learns": tuple(branch.learns for branch in belief.branches),
        "sparse_for": tuple(branch.sparse_for for branch in belief.branches),
        "of_host": belief.of_host,
        "inside": belief.scores[0],
        "outside": belief.scores[1],
        "anywhere": belief.anywhere,
    }
    return content, belief.manifest


def _unpacked(known: TrainingSet) -> Any:
    def unpack(content: dict[str, Any], manifest: dict[str, Any]) -> Belief:
        names = ("processes", "coefficients", "edges", "learns", "sparse_for")
        branches = (Branch(*parts) for parts in zip(*(content[n] for n in names), strict=True))
        return Belief(
            tuple(branches),
            content["of_host"],
            (content["inside"], content["outside"]),
            known,
            manifest,
            content["anywhere"],
        )

    return unpack


_CHOSEN: ContextVar[tuple[str | None, str | None]] = ContextVar("belief", default=(None, None))


@contextmanager
def using(data: "str | Path | None" = None, add: "str | Path | None" = None) -> Iterator[None]:
    """Let everything inside believe what `load(data, add)` returns."""
    given = None if data is None else str(data), None if add is None else str(add)
    token = _CHOSEN.set(given)
    try:
        yield
    finally:
        _CHOSEN.reset(token)


def current() -> Belief:
    """Return the belief in force."""
    return load(*_CHOSEN.get())
