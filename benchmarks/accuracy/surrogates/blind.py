"""What the embedded facts alone say of papers that nobody saw."""

import numpy as np

from magnetkit.phases.partition import partition
from magnetkit.surrogates import _merit as figures
from magnetkit.surrogates._curie import asked
from magnetkit.surrogates._curie_training import trained
from magnetkit.surrogates._measured import NO_PAPER, TrainingSet, _curie_set, keys

_CURIE = "curie_temperature_K"


def report(data: TrainingSet, coverage: float) -> str:
    """Return one paragraph: a model trained on the embedded facts, on the papers of `data`."""
    known = _curie_set(None, None)  # the embedded facts alone
    seen, cited = set(keys(known.table.to_array())), np.unique(known.groups)
    new = np.array([key not in seen for key in keys(data.table.to_array())])
    new &= ~np.isin(data.groups, cited)
    rows = np.flatnonzero(new & ~np.char.startswith(data.groups, NO_PAPER))
    if not len(rows):
        return f"Nothing but the {len(known)} embedded values is at hand."
    model, _ = trained(known)
    found = model.of_phases(asked(partition(data.table[rows])), coverage)
    given = np.isfinite(found.value)
    value, made, half = data.values[rows][given], found.value[given], found.half[given]
    f = figures.accuracy(value, made, data.groups[rows][given], figures.TOLERANCE[_CURIE])
    held = (np.abs(value - made) <= half).mean()
    return (
        f"With no set fetched, {len(known)} embedded values alone: {f['rows']} compounds of unseen "
        f"papers in hosts with physics are {f['mae']:.0f} K off (median {f['median']:.0f} K, pairs "
        f"{f['pairs']:.2f}) and {held:.0%} of them lie in their {coverage:.0%} intervals; "
        f"{len(rows) - f['rows']} of other hosts get no number."
    )
