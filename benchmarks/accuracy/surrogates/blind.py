"""What the embedded facts alone say of papers that nobody saw."""

import numpy as np

from benchmarks.accuracy.surrogates import figures
from magnetkit.phases.partition import partition
from magnetkit.surrogates._curie import prepare_query
from magnetkit.surrogates._curie_training import train_model
from magnetkit.surrogates._measured import (
    NO_PAPER,
    TrainingSet,
    _curie_set,
    keys,
)
from magnetkit.surrogates._merit import TOLERANCE

_CURIE = "curie_temperature_K"


def report(data: TrainingSet, coverage: float) -> str:
    """Return one paragraph: a model trained on the embedded facts, on the papers of `data`."""
    facts = _curie_set(None, None)  # the embedded facts alone
    fact_compounds = set(keys(facts.table.to_array()))
    fact_papers = np.unique(facts.groups)
    new = np.array(
        [key not in fact_compounds for key in keys(data.table.to_array())]
    )
    new &= ~np.isin(data.groups, fact_papers)
    rows = np.flatnonzero(new & ~np.char.startswith(data.groups, NO_PAPER))
    if not len(rows):
        return f"Nothing but the {len(facts)} embedded values is at hand."
    model, _ = train_model(facts)
    whose = prepare_query(partition(data.table[rows]))
    prediction = model.predict_phases(whose, coverage)
    has_physics = np.isfinite(model.base(whose.phases, whose.codes))
    is_finite = np.isfinite(prediction.value)
    value = data.values[rows]
    half = prediction.half
    texts = []
    for part, hosts in (
        (has_physics, "hosts with physics"),
        (~has_physics, "other hosts"),
    ):
        mask = is_finite & part
        f = figures.accuracy(
            value[mask],
            prediction.value[mask],
            data.groups[rows][mask],
            TOLERANCE[_CURIE],
        )
        inside = (np.abs(value - prediction.value) <= half)[mask].mean()
        texts.append(
            f"{f['rows']} compounds of unseen papers in {hosts} are {f['mae']:.0f} K off (median "
            f"{f['median']:.0f} K, pairs {f['pairs']:.2f}) and {inside:.0%} of them lie in their "
            f"{coverage:.0%} intervals"
        )
    return (
        f"With no set fetched, {len(facts)} embedded values alone: {'; '.join(texts)}; "
        f"{(~is_finite).sum()} are too far from all that is known for a number."
    )
