"""Measurements in the form that the calibration and the validation read.

Embedded: ``datasets/intrinsic`` (compounds, single measurements). Fetched on demand or read from
the mirror: the Curie temperatures DS1+DS2, and a compilation of published 2:14:1 series.
"""

from pathlib import Path

import numpy as np
import pandas as pd
from magnetkit.elements import INDEX
from magnetkit.errors import DataError
from magnetkit.settings import get_settings

from magnetkit import datasets
from magnetkit.alloy.table import CompositionTable
from magnetkit.phases._host_kernels import OUTSIDE
from magnetkit.phases.partition import assign_hosts, site_rules
from magnetkit.phases.records import HOST_NAMES

COLUMNS = [
    "host",
    "formula",
    "property",
    "temperature_K",
    "value",
    "deviation",
    "paper",
    "method",
    "limit",
]

RELATIVE = {
    "saturation_polarization_T": 0.015,
    "anisotropy_constant_MJ_m3": 0.03,
    "anisotropy_constant_2_MJ_m3": 0.20,
    "anisotropy_field_T": 0.07,
}
"""Relative error of a good measurement, by property."""
ABSOLUTE = {
    "saturation_polarization_T": 0.01,
    "anisotropy_constant_MJ_m3": 0.05,
    "anisotropy_constant_2_MJ_m3": 0.10,
    "anisotropy_field_T": 0.20,
    "curie_temperature_K": 4.0,
    "reorientation_K": 0.10,
    "cone_limit_K": 0.15,
    "compensation_K": 0.02,
    "uniaxial": 0.20,
}
"""Least absolute error in the property's unit (transitions: of the quantity that vanishes)."""
# What rare earths add to K_1 falls as the square of the temperature: far up, the same kelvin of a
# reorientation are less of K_1 (0.1 MJ/m3 is 30 K at 546 K in Nd2Co14B, 2 K at 135 K in
# Nd2Fe14B). Up to here `ABSOLUTE` holds, K.
_STEEP = 300.0
_CONFIDENCE = {"high": 1.0, "medium": 1.6, "low": 3.0}

_AT_300 = (
    "saturation_polarization_T",
    "anisotropy_constant_MJ_m3",
    "anisotropy_constant_2_MJ_m3",
    "anisotropy_field_T",
)
DOUBTFUL = {"Lu2Fe14B", "HoFe11Ti"}
"""Embedded compounds whose values at 300 K contradict their own table (see the notes there)."""
# Printed fields of planar compounds are not those of an easy axis.
_AXIAL_FIELD = "axis"
# Printed compositions are rounded.
_FORMULA_ROUNDING = 0.005


def deviation(prop: str, value: float, confidence: str) -> float:
    """Return the standard deviation given to a measurement."""
    sd = float(np.hypot(RELATIVE.get(prop, 0.0) * value, ABSOLUTE[prop]))
    if prop == "reorientation_K":
        sd *= min(1.0, (_STEEP / value) ** 2)
    return sd * _CONFIDENCE[confidence]


def embedded_measurements() -> pd.DataFrame:
    """Return the embedded measurements, one a row."""
    rows = []
    compounds = pd.read_csv(datasets.path("intrinsic/compounds.csv"))
    compounds = compounds[compounds["formula"] != "Th2Fe14B"]
    for record in compounds.to_dict("records"):
        host = record["host"]
        formula = record["formula"]
        confidence = record["confidence"]
        cells = [
            (p, 300.0, record[p]) for p in _AT_300 if formula not in DOUBTFUL
        ]
        cells.append(
            (
                "saturation_polarization_T",
                4.2,
                record["saturation_polarization_4K_T"],
            )
        )
        cells.append(
            ("curie_temperature_K", np.nan, record["curie_temperature_K"])
        )
        if record["easy_direction"] in ("axis", "plane"):
            cells.append(
                (
                    "uniaxial",
                    300.0,
                    1.0 if record["easy_direction"] == "axis" else -1.0,
                )
            )
        for prop, temperature, value in cells:
            if np.isnan(value) or (
                prop == "anisotropy_field_T"
                and record["easy_direction"] != _AXIAL_FIELD
            ):
                continue
            sd = deviation(prop, value, confidence)
            if (
                "conflict" in str(record["verification"])
                and temperature == 300.0
            ):
                sd *= 2.0
            rows.append(
                (host, formula, prop, temperature, value, sd, record["source"])
            )
    rows += _read_single_values("intrinsic/measurements.csv")
    return _with_method(rows)


def held_out() -> pd.DataFrame:
    """Return the embedded measurements that no fit ever sees, one a row."""
    return _with_method(_read_single_values("intrinsic/held_out.csv"))


def unused_measurements() -> pd.DataFrame:
    """Return the embedded measurements of papers that entered no fit, one a row."""
    return _with_method(_read_single_values("intrinsic/papers.csv"))


def _read_single_values(name: str) -> list[tuple]:
    """Read an embedded table of one value a row."""
    return [
        (
            r["host"],
            r["formula"],
            r["property"],
            r["temperature_K"],
            r["value"],
            deviation(r["property"], r["value"], r["confidence"]),
            r["source"],
        )
        for r in pd.read_csv(datasets.path(name)).to_dict("records")
    ]


def _with_method(rows: list[tuple]) -> pd.DataFrame:
    """Return rows without method as a table: none of the embedded fields names its own."""
    return pd.DataFrame(rows, columns=COLUMNS[:-2]).assign(
        method="unknown", limit=""
    )


def _method(
    reference: str, formula: str, typed: dict[tuple[str, str], tuple[str, str]]
) -> tuple:
    """Return method and limit of a field: of the one compound, of the paper, or unknown."""
    return typed.get(
        (reference, formula), typed.get((reference, ""), ("unknown", ""))
    )


def methods() -> dict[tuple[str, str], tuple[str, str]]:
    """Return method and limit of the fields of the series by paper and compound, "" for all."""
    frame = pd.read_csv(
        datasets.path("intrinsic/methods.csv"), keep_default_na=False
    )
    return {
        (r["reference"], r["formula"]): (r["method"], r["limit"])
        for r in frame.to_dict("records")
    }


def mirror(name: str) -> Path:
    """Return a file of the mirror folder.

    Raises
    ------
    DataError
        If no mirror is set or it lacks the file.
    """
    root = get_settings().mirror
    if root is None or not (root / name).is_file():
        raise DataError(
            f"{name!r} is not at hand; set MAGNETKIT_MIRROR to the folder that holds it, got {root}"
        )
    return root / name


def series() -> pd.DataFrame:
    """Return the published 2:14:1 substitution series, one measurement a row, from the mirror.

    Raises
    ------
    DataError
        If the mirror does not hold them.
    """
    frame = pd.read_csv(mirror("literature/substitution_series_R2T14B.csv"))
    frame = frame[~frame["excluded"]]
    rows = []
    method_table = methods()
    for r in frame.to_dict("records"):
        for column, prop, temperature, sd in (
            (
                "mu0Ms_T",
                "saturation_polarization_T",
                300.0,
                0.02 * r["mu0Ms_T"] + 0.01,
            ),
            (
                "mu0Ha_T",
                "anisotropy_field_T",
                300.0,
                0.06 * r["mu0Ha_T"] + 0.3,
            ),
            ("Tc_K", "curie_temperature_K", np.nan, 5.0),
        ):
            if not np.isnan(r[column]):
                method = "unknown", ""
                if prop == "anisotropy_field_T":
                    method = _method(r["ref_key"], r["formula"], method_table)
                if method[1] == "doubtful":
                    continue
                rows.append(
                    (
                        "2:14:1",
                        r["formula"],
                        prop,
                        temperature,
                        r[column],
                        sd,
                        r["ref_key"],
                        *method,
                    )
                )
    return pd.DataFrame(rows, columns=COLUMNS)


def curie() -> pd.DataFrame:
    """Return the Curie temperatures DS1+DS2 of compounds in one of the hosts.

    Only compounds that the split leaves whole, that are inside the model (see `_in_model`) and
    that order well above liquid helium: the set also holds amorphous alloys, hydrides and
    misprints. Its papers are not named.
    """
    from magnetkit._core._fetch import fetch

    frame = pd.read_csv(fetch("curie"))
    frame = frame[frame["TC"] > 150.0].drop_duplicates(["Name"])
    # Degrees Celsius by mistake, a known slip of the set.
    frame = frame[frame["Name"] != "Sm0.6Gd0.4Co5"]
    table = CompositionTable.from_strings(list(frame["Name"]), basis="atomic")
    rows = _by_host(
        table, frame["TC"].to_numpy()[table.row_index], "DS1+DS2", 15.0
    )
    return rows[_is_in_model(rows)].reset_index(drop=True)


def _is_in_model(frame: pd.DataFrame) -> np.ndarray:
    """Return which rows are inside the model.

    Iron or cobalt, and nothing without a site: beryllium and small carbon contents weigh little and
    slip through the split.
    """
    table = CompositionTable.from_strings(
        list(frame["formula"]), basis="atomic"
    )
    role, _ = site_rules()
    codes = frame["host"].map(HOST_NAMES.index).to_numpy()
    atoms = table.to_array()
    homeless = np.where(role[codes] == OUTSIDE, atoms, 0.0).sum(axis=1)
    magnetic = atoms[:, INDEX["Fe"]] + atoms[:, INDEX["Co"]]
    return (homeless < _FORMULA_ROUNDING) & (magnetic > 0.0)


def curie_papers() -> pd.DataFrame:
    """Return the Curie temperatures held out for validation, by paper, from the mirror."""
    frame = pd.read_csv(mirror("literature/curie_series_by_paper.csv"))
    table = CompositionTable.from_strings(
        list(frame["formula"]), basis="atomic"
    )
    papers = frame["paper"].to_numpy()[table.row_index]
    return _by_host(
        table, frame["Tc_K"].to_numpy()[table.row_index], papers, 10.0
    )


def _by_host(
    table: CompositionTable,
    value: np.ndarray,
    paper: "str | np.ndarray",
    sd: float,
) -> pd.DataFrame:
    from magnetkit.phases.partition import partition

    host = assign_hosts(table)
    whole = partition(table).hard_weight_fraction > 0.97
    keep = (host >= 0) & whole & (table.fraction("H") == 0.0)
    frame = pd.DataFrame(
        {
            "host": np.array([*HOST_NAMES, ""])[host],
            "formula": table.formulas(8),
            "property": "curie_temperature_K",
            "temperature_K": np.nan,
            "value": value,
            "deviation": sd,
            "paper": paper,
            "method": "unknown",
            "limit": "",
        }
    )
    return frame[keep].reset_index(drop=True)
