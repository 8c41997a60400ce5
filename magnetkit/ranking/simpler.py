"""Which leading candidates add an element to another and gain nothing that counts."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..applications.objective import CHANCE, Objective
from ..composition import CompositionTable
from ..composition.shells import read_shell
from ..hosts.records import root_of
from .draws import scales
from .judged import Job

LEAST = 0.25
"""Share of a unit of regret that counts as a gain, an assumption: for the embedded devices 0.25
wt.% of heavy rare earth, 0.025 of the risk, and 0.05 of the probability of meeting the
requirements, which is the tolerance of the order too (`magnetkit.ranking.order.TOLERANCE`)."""


def simpler_rank(leading: pd.DataFrame, job: Job) -> NDArray[np.int64]:
    """Return the first of the simpler recipes that are as good as each candidate.

    Simpler is an alloy of the same host that lacks an element of this one, or its shell, and holds
    none that this one lacks. It is as good if this one gains by no objective of the device, and
    not in the probability of meeting its requirements, as much as `LEAST` of a unit of regret.

    Parameters
    ----------
    leading : DataFrame, n rows
        Judged candidates in order of rank: ``rank``, ``formula``, ``shell``, ``host``, the
        columns of the objectives and ``probability_meets_requirements``.
    job : Job
        The device, and under what it was screened.

    Returns
    -------
    ndarray of int64, shape (n,)
        Rank of the first such alloy; 0 where there is none.
    """
    holds, loss = _ingredients(leading), _losses(leading, job)
    host = leading["host"].astype(str).map(root_of).to_numpy()
    rank = leading["rank"].to_numpy(np.int64)
    found = np.zeros(len(leading), np.int64)
    for i in range(len(leading)):
        within = ~(holds & ~holds[i]).any(axis=1) & (holds != holds[i]).any(axis=1)
        gains = (loss - loss[i] >= LEAST).any(axis=1)
        as_good = np.flatnonzero(within & ~gains & (host == host[i]))
        if len(as_good):
            found[i] = rank[as_good[0]]
    return found


def _ingredients(leading: pd.DataFrame) -> NDArray[np.bool_]:
    """Return what each candidate is made of: elements of the alloy, then those of a shell."""
    alloy = CompositionTable.from_strings(list(leading["formula"]), basis="atomic").to_array() > 0
    shells = [read_shell(text or None) for text in leading["shell"].astype(object).fillna("")]
    rims = ["" if shell is None else shell.R for shell in shells]
    shell = np.array([[rim == R for R in sorted(set(rims) - {""})] for rim in rims], bool)
    return np.column_stack([alloy, shell.reshape(len(leading), -1)])


def _losses(leading: pd.DataFrame, job: Job) -> NDArray[np.float64]:
    """Return the loss in each objective, and by the probability of a miss, in units of regret."""
    unit = scales(job)
    objectives = [Objective.parse(text) for text in job.profile.objectives]
    columns = [o.loss(leading[o.column].to_numpy(np.float64), unit[o.column]) for o in objectives]
    missed = 1.0 - leading[CHANCE].to_numpy(np.float64)
    return np.column_stack([*columns, missed / unit[CHANCE]])
