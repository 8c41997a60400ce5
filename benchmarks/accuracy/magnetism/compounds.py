"""The compounds of the field at temperature, by the model in force, beside what was measured."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.accuracy import table_row
from magnetkit.alloy.table import CompositionTable
from magnetkit.compound.parameters import load
from magnetkit.phases.partition import partition
from magnetkit.phases.records import HOST_NAMES
from magnetkit.surrogates.intrinsic import intrinsic

from .. import observations
from .observed import Observed

TEMPERATURES = (4.2, 295.0, 450.0, 573.0)
_EARTHS = "Y Ce Pr Nd Sm Gd Tb Dy Ho Er".split()
_FEW = "Y Pr Nd Sm Gd Tb Dy".split()
COMPOUNDS = (
    *(f"{r}2{t}14B" for t in ("Fe", "Co") for r in _EARTHS),
    *(f"{r}Co5" for r in _FEW),
    *(f"{r}2Co17" for r in _FEW),
    *("SmFe11Ti", "Nd2Fe14C", "Sm2Fe17N3"),
)
JUDGED = (
    "saturation_polarization_T",
    "anisotropy_constant_MJ_m3",
    "anisotropy_field_T",
)
_MODEL = (
    *JUDGED,
    "anisotropy_constant_2_MJ_m3",
    "anisotropy_constant_3_MJ_m3",
    "nucleation_field_T",
    "curie_temperature_K",
)
# Printed temperatures this close are one, K.
_SAME = 6.0
_WIDE = 0.15
_SOURCE = "model: intrinsic/parameters.csv; measured: intrinsic/compounds.csv, measurements.csv"


def compound_table() -> pd.DataFrame:
    """Return polarization, constants and fields of `COMPOUNDS` at `TEMPERATURES`.

    Returns
    -------
    DataFrame
        One row a compound and temperature: ``compound``, ``temperature_K``, ``status``,
        ``easy_direction``, the model's values, and of `JUDGED` the median of what was measured
        within 6 K (``measured_*``) beside what the model says such a measurement shows, its method
        unknown (``seen_*``); ``source`` names the tables.
    """
    parts = [
        intrinsic(list(COMPOUNDS), temperature=f"{kelvin}K")
        for kelvin in TEMPERATURES
    ]
    frame = pd.concat(parts, ignore_index=True)
    frame["compound"] = np.tile(
        np.array(COMPOUNDS, dtype=object), len(TEMPERATURES)
    )
    frame = frame[
        ["compound", "temperature_K", "status", "easy_direction", *_MODEL]
    ]
    measurements = observations.embedded_measurements()
    for name in JUDGED:
        series = measurements[measurements["property"] == name]
        neighbours = [
            series[
                (series["formula"] == f)
                & ((series["temperature_K"] - t).abs() < _SAME)
            ]
            for f, t in zip(
                frame["compound"], frame["temperature_K"], strict=True
            )
        ]
        frame[f"measured_{name}"] = [
            rows["value"].median() for rows in neighbours
        ]
        frame[f"seen_{name}"] = _predict_observations(frame, name)
    order = {formula: i for i, formula in enumerate(COMPOUNDS)}
    place = frame["compound"].map(order)
    sorted_frame = frame.iloc[
        np.lexsort((frame["temperature_K"], place))
    ].reset_index(drop=True)
    return sorted_frame.assign(source=_SOURCE)


def _predict_observations(
    frame: pd.DataFrame, name: str
) -> NDArray[np.float64]:
    table = CompositionTable.from_strings(
        frame["compound"].tolist(), basis="atomic"
    )
    hosts = partition(table).host
    result = np.full(len(frame), np.nan)
    for code in np.unique(hosts):
        rows = np.flatnonzero(hosts == code)
        ask = frame.iloc[rows][["compound", "temperature_K"]].rename(
            columns={"compound": "formula"}
        )
        ask = ask.assign(property=name, value=np.nan)
        result[rows] = Observed(HOST_NAMES[int(code)], ask).predict(load())
    return np.where(frame["status"] == "paramagnetic", np.nan, result)


def report(frame: pd.DataFrame) -> str:
    """Return how far the model is from what was measured, property by property, as a page."""
    lines = [
        "# Compounds at 4.2, 295, 450 and 573 K",
        "",
        f"Written by `build.py`: {len(COMPOUNDS)} compounds by the model in force, beside the",
        "median of what `datasets/intrinsic` holds within 6 K of these temperatures, constants and",
        "fields as a measurement of unknown method shows them (`seen_*`). The model was",
        "calibrated on most of it: a comparison, no test (that is VALIDATION.md). Listed is what",
        f"misses by more than {100 * _WIDE:.0f} %. Nd2Fe14B at 450 K is measured from memory of a",
        "drawing, below single crystals and crystal fields (tests/magnetism/test_compounds.py).",
        "",
        "| property | T (K) | values | median error | over that: measured, model |",
        "|---|---|---|---|---|",
    ]
    for name in JUDGED:
        for kelvin, rows in frame.groupby("temperature_K"):
            usable = rows[
                rows[f"measured_{name}"].notna() & rows[f"seen_{name}"].notna()
            ]
            if usable.empty:
                continue
            measurement = usable[f"measured_{name}"]
            error = (usable[f"seen_{name}"] / measurement - 1.0).abs()
            worst = ", ".join(
                f"{row['compound']} {row[f'measured_{name}']:.3g}, {row[f'seen_{name}']:.3g}"
                for _, row in usable[error > _WIDE].iterrows()
            )
            lines.append(
                table_row(
                    name,
                    f"{kelvin:g}",
                    len(usable),
                    f"{100 * error.median():.1f} %",
                    worst,
                )
            )
    return "\n".join([*lines, ""])
