"""``python -m benchmarks.features.frames``: `featurize_dataframe` beside matminer's.

Both describe the formulas of the embedded snapshot (7,703 of the Materials Project, CC BY 4.0) by
the 132 columns of the preset magpie; magnetkit also 250,000 formulas drawn from them. Times are
those of the processor, all threads together, without the first call, which compiles. matminer is of
the second environment (``make peers``).
"""

import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

import magnetkit as mk

MANY = 250_000


def _processor_seconds(work: Callable[[], Any]) -> tuple[Any, float]:
    """Return the result of some work, and what it took of the processor, s."""
    start = time.process_time()
    result = work()
    return result, time.process_time() - start


def main() -> None:
    """Run and print one line a package."""
    formulas = mk.phases.load()["formula"].to_numpy(object)
    frame = pd.DataFrame({"composition": formulas})
    statistics = mk.features.CompositionStatistics()
    statistics.featurize_dataframe(frame.head(), "composition")
    ours, seconds = _processor_seconds(
        lambda: statistics.featurize_dataframe(frame, "composition")
    )
    print(f"magnetkit  {len(frame):7,d} formulas  {seconds:8.2f} s")
    many = pd.DataFrame({"composition": np.resize(formulas, MANY)})
    _, seconds = _processor_seconds(
        lambda: statistics.featurize_dataframe(many, "composition")
    )
    print(f"magnetkit  {MANY:7,d} formulas  {seconds:8.2f} s")
    try:
        from matminer.featurizers.composition import ElementProperty
    except ImportError:
        print("matminer   is not installed here: make peers")
        return
    from pymatgen.core import Composition

    featurizer = ElementProperty.from_preset("magpie")
    featurizer.set_n_jobs(1)

    def describe() -> pd.DataFrame:
        frame = pd.DataFrame(
            {"composition": [Composition(text) for text in formulas]}
        )
        return featurizer.featurize_dataframe(frame, "composition", pbar=False)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs, seconds = _processor_seconds(describe)
    print(f"matminer   {len(frame):7,d} formulas  {seconds:8.2f} s")
    labels = list(theirs.columns[1:])
    assert labels == list(ours.columns[1:])
    difference = np.nanmax(
        np.abs(theirs[labels].to_numpy(float) - ours[labels].to_numpy(float))
    )
    print(f"same columns, values to {difference:.1e}")


if __name__ == "__main__":
    main()
