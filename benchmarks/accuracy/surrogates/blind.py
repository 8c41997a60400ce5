"""What the embedded facts alone say of papers that nobody saw."""

import numpy as np

from magnetkit.phases.partition import partition
from magnetkit.surrogates import _merit as figures
from magnetkit.surrogates._curie import prepare_query
from magnetkit.surrogates._curie_training import train_model
from magnetkit.surrogates._measured import NO_PAPER, TrainingSet, _curie_set, keys

_CURIE = "curie_temperature_K"


def report(data: TrainingSet, coverage: float) -> str:
    """Return one paragraph: a model trained on the embedded facts, on the papers of `data`."""
    known = _curie_set(None, None)  # the embedded facts alone
    seen = set(keys(known.table.to_array()))
    cited = np.unique(known.groups)
    new = np.array([key not in seen for key in keys(data.table.to_array())])
    new &= ~np.isin(data.groups, cited)
    rows = np.flatnonzero(new & ~np.char.startswith(data.groups, NO_PAPER))
    if not len(rows):
        return f"Nothing but the {len(known)} embedded values is at hand."
    model, _ = train_model(known)
    whose = prepare_query(partition(data.table[rows]))
    found = model.predict_phases(whose, coverage)
    has_physics = np.isfinite(model.base(whose.phases, whose.codes))
    answered = np.isfinite(found.value)
    value = data.values[rows]
    half = found.half
    texts = []
    for part, hosts in (
        (has_physics, "hosts with physics"),
        (~has_physics, "other hosts"),
    ):
        own = answered & part
        f = figures.accuracy(
            value[own],
            found.value[own],
            data.groups[rows][own],
            figures.TOLERANCE[_CURIE],
        )
        inside = (np.abs(value - found.value) <= half)[own].mean()
        texts.append(
            f"{f['rows']} compounds of unseen papers in {hosts} are {f['mae']:.0f} K off (median "
            f"{f['median']:.0f} K, pairs {f['pairs']:.2f}) and {inside:.0%} of them lie in their "
            f"{coverage:.0%} intervals"
        )
    return (
        f"With no set fetched, {len(known)} embedded values alone: {'; '.join(texts)}; "
        f"{(~answered).sum()} are too far from all that is known for a number."
    )
