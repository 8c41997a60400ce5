"""All properties of some compositions, without a device."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from ..features._input import as_table
from ..units import parse_temperature
from .properties import Conditions, describe


def predict(
    table: Any,
    temperature: float | str = 300.0,
    *,
    shell: str | None = None,
    scenario: str = "baseline",
    between: tuple[float, float] | None = None,
    snapshot: Path | None = None,
) -> pd.DataFrame:
    """Predict every property of some compositions at one temperature.

    Parameters
    ----------
    table : CompositionTable, or n recipes or pymatgen compositions
        Recipes as a list, array, series or frame, as the transformers of `magnetkit.features`
        take them.
    temperature : float or str
        K, or a text such as ``"150C"``.
    shell : str, optional
        Grain-boundary shell of all of them, e.g. ``"Tb 0.5 wt%"``.
    scenario : str
        Supply scenario.
    between : tuple of float, optional
        Temperatures of the chords alpha and beta, K; 20 to 120 degrees C otherwise.
    snapshot : Path, optional
        Folder of a phase snapshot; the embedded one otherwise.

    Returns
    -------
    DataFrame, n rows
        Properties by physics, surrogate and table, each predicted one with its 90 % interval and
        where it comes from; columns as in `magnetkit.columns`.

    Raises
    ------
    InputError
        If the temperature, shell or scenario cannot be used.
    CompositionError
        If a recipe cannot be read.

    Examples
    --------
    >>> frame = predict(["SmCo5", "Nd2Fe14B"], temperature="150C")
    >>> frame["host"].tolist()
    ['1:5', '2:14:1']
    """
    given = table
    table = as_table(given)
    written = isinstance(given, list) and all(isinstance(text, str) for text in given)
    conditions = Conditions(scenario=scenario, snapshot=snapshot)
    if between is not None:
        conditions = replace(conditions, between=between)
    shells = [shell] * len(table) if shell else None
    labels = given if written else None
    return describe(table, parse_temperature(temperature), conditions, labels, shells)
