"""What the intrinsic model is worth on measurements, kept apart by paper.

The published 2:14:1 series are predicted paper by paper, each by a model calibrated without it;
beside it stands a common model, extremely randomized trees on the composition, in the same run.
The Curie temperatures of further papers entered no fit, but the form of the model was chosen
knowing them.
"""

from collections.abc import Callable
from statistics import NormalDist

import numpy as np
import pandas as pd
from magnetkit.elements import INDEX, RARE_EARTHS
from numpy.typing import NDArray

from magnetkit._core._types import FloatArray
from magnetkit.alloy.table import CompositionTable
from magnetkit.compound.evaluate import PROPERTIES
from magnetkit.compound.parameters import load
from magnetkit.phases.partition import partition
from magnetkit.surrogates.intrinsic import evaluate

from .. import observations
from .calibration import Fit
from .observed import FIELD, FIRST, Observed
from .validation_report import CLEAR, markdown

# Half an interval of 90 % in standard deviations.
_HALF = NormalDist().inv_cdf(0.95)
_SERIES = (
    "saturation_polarization_T",
    "anisotropy_field_T",
    "curie_temperature_K",
)
# Embedded rows that a paper of the series printed first: held out with it.
_SAME = {
    "herbst1991": "Herbst",
    "MagnetizationandmagneticanisotropyofR2Fe14Bmeasuredonsinglecrystals": "Hirosawa",
    "SagawaHirosawaEtal1987d": "Hirosawa",
    "Burzo1998": "Burzo",
}
COLUMNS = [
    "test",
    "host",
    "property",
    "n",
    "papers",
    "mean_error",
    "median_error",
    "relative_error",
    "pairs_right",
    "pairs",
    "clear_pairs_right",
    "clear_pairs",
    "coverage_90",
]


# Of the rare-earth places, from which a composition is of the group.
_SHARE = 0.2
# Values printed alike differ by the rounding of a conversion.
_ALIKE = 1e-9
# Papers that others contradict (the report says by what).
_CONTRADICTED = (
    "10.1016/j.intermet.2014.08.003",
    "10.1016/S0925-8388(01)01260-9",
)


def pairs(
    value: FloatArray,
    predicted: FloatArray,
    paper: NDArray,
    formula: NDArray,
    least: float = 0.0,
) -> tuple[float, int]:
    """Return the share of pairs within a paper that are ordered as measured, and their number.

    Pairs of one composition, or of values that differ by no more than `least` or are printed alike,
    have no order.
    """
    right = total = 0
    for name in np.unique(paper):
        rows = paper == name
        v = value[rows]
        p = predicted[rows]
        f = formula[rows]
        i, j = np.triu_indices(len(v), 1)
        apart = np.abs(v[i] - v[j]) > max(least, _ALIKE)
        is_finite = (
            apart & (f[i] != f[j]) & np.isfinite(p[i]) & np.isfinite(p[j])
        )
        right += int((((v[i] - v[j]) * (p[i] - p[j]) > 0) & is_finite).sum())
        total += int(is_finite.sum())
    return (right / total if total else np.nan), total


def compare_papers(series: pd.DataFrame, kind: str) -> dict[str, object]:
    """Return what papers on one compound say of each other, as a row of the table of `validate`.

    The errors are the differences between two papers; the pairs are two compounds that both papers
    measured, right if both order them alike.
    """
    of_kind = series[series["property"] == kind]
    value = of_kind.pivot_table("value", "formula", "paper").to_numpy(float)
    first, second = np.triu_indices(value.shape[1], 1)
    difference: list[float] = []
    mean: list[float] = []
    counts = np.zeros(4, int)
    for one, two in zip(first, second, strict=True):
        couple = value[:, [one, two]]
        couple = couple[np.isfinite(couple).all(axis=1)]
        difference += list(np.abs(couple[:, 0] - couple[:, 1]))
        mean += list(couple.mean(axis=1))
        i, j = np.triu_indices(len(couple), 1)
        step = couple[i] - couple[j]
        for k, threshold in enumerate((_ALIKE, CLEAR[kind])):
            is_clear = (np.abs(step) > threshold).all(axis=1)
            counts[2 * k] += int(
                (is_clear & (step[:, 0] * step[:, 1] > 0)).sum()
            )
            counts[2 * k + 1] += int(is_clear.sum())
    return {
        "test": "  papers on one compound",
        "host": "2:14:1",
        "property": kind,
        "n": len(difference),
        "papers": value.shape[1],
        "mean_error": np.mean(difference),
        "median_error": np.median(difference),
        "relative_error": np.mean(np.array(difference) / np.array(mean)),
        "pairs_right": counts[0] / counts[1],
        "pairs": counts[1],
        "clear_pairs_right": counts[2] / counts[3],
        "clear_pairs": counts[3],
        "coverage_90": np.nan,
    }


def _keys(formulas: "pd.Series") -> NDArray[np.str_]:
    table = CompositionTable.from_strings(list(formulas), basis="atomic")
    return np.array(table.formulas(4))


def held_out(
    data: pd.DataFrame, series: pd.DataFrame, paper: str
) -> pd.DataFrame:
    """Return what a model may see that shall predict `paper`.

    Without the paper, without embedded rows it printed first, and without the rows of the Curie
    temperature compilation (which names no papers) that have one of its compositions, pure
    compounds apart.
    """
    keep = data["paper"] != paper
    if paper in _SAME:
        keep &= ~data["paper"].str.contains(_SAME[paper])
    of_paper = series[series["paper"] == paper]
    compilation = (data["paper"] == "DS1+DS2") & (data["host"] == "2:14:1")
    keys = np.full(len(data), "", dtype="U200")
    keys[compilation] = _keys(data.loc[compilation, "formula"])
    return data[keep & ~np.isin(keys, np.unique(_keys(of_paper["formula"])))]


def leave_one_paper_out(
    series: pd.DataFrame,
    rest: pd.DataFrame,
    report: Callable[[str], None] | None = None,
) -> pd.DataFrame:
    """Predict every paper of the series by a model calibrated without it.

    Parameters
    ----------
    series : DataFrame
        Rows of `observations.series`.
    rest : DataFrame
        All other observations.
    report : callable, optional
        Told each paper before it is predicted.

    Returns
    -------
    DataFrame
        `series` with columns ``predicted`` (fields as the method of each sees them), ``hard``
        (fields as those of the hard axis throughout) and ``trees`` (the comparator).
    """
    everything = pd.concat([rest, series], ignore_index=True)
    start = Fit("2:14:1", everything).run().variables
    parts = []
    for paper in series["paper"].unique():
        if report is not None:
            report(paper)
        test = series[series["paper"] == paper].reset_index(drop=True)
        model = Fit("2:14:1", held_out(everything, series, paper))
        model.variables = start.copy()
        model.run(6)
        p = model.parameters(model.variables)
        cold_prediction = Observed("2:14:1", test).predict(p)
        hard = Observed(
            "2:14:1", test.assign(method="singular_point")
        ).predict(p)
        trees = _trees(series, test, paper)
        parts.append(
            test.assign(predicted=cold_prediction, hard=hard, trees=trees)
        )
    return pd.concat(parts, ignore_index=True)


def _trees(series: pd.DataFrame, test: pd.DataFrame, paper: str) -> FloatArray:
    """Return the comparator's predictions: trees on the atomic fractions, per property."""
    from sklearn.ensemble import ExtraTreesRegressor

    def features(frame: pd.DataFrame) -> FloatArray:
        table = CompositionTable.from_strings(
            list(frame["formula"]), basis="atomic"
        )
        return table.to_array()

    result = np.full(len(test), np.nan)
    for kind in test["property"].unique():
        train = series[
            (series["property"] == kind) & (series["paper"] != paper)
        ]
        rows = (test["property"] == kind).to_numpy()
        model = ExtraTreesRegressor(300, random_state=0)
        model.fit(features(train), train["value"])
        result[rows] = model.predict(features(test[rows]))
    return result


def _row(
    test: str,
    host: str,
    kind: str,
    frame: pd.DataFrame,
    predicted: FloatArray,
    coverage: float = np.nan,
) -> dict[str, object]:
    value = frame["value"].to_numpy(float)
    error = np.abs(predicted - value)
    papers = frame["paper"].to_numpy(str)
    formulas = frame["formula"].to_numpy(str)
    share, number = pairs(value, predicted, papers, formulas)
    clear, clear_number = pairs(
        value, predicted, papers, formulas, CLEAR.get(kind, 0.0)
    )
    return {
        "test": test,
        "host": host,
        "property": kind,
        "n": len(frame),
        "papers": frame["paper"].nunique(),
        "mean_error": np.nanmean(error),
        "median_error": np.nanmedian(error),
        "relative_error": np.nanmean(error / np.abs(value)),
        "pairs_right": share,
        "pairs": number,
        "clear_pairs_right": clear,
        "clear_pairs": clear_number,
        "coverage_90": coverage,
    }


def kinds(table: CompositionTable) -> dict[str, NDArray[np.bool_]]:
    """Return which compositions are of the groups that are judged apart, by name.

    More cobalt than iron; praseodymium, or cerium, in a fifth of the rare-earth places or more.

    Examples
    --------
    >>> from magnetkit import CompositionTable
    >>> table = CompositionTable.from_strings(["Pr2Fe14B", "Nd2Co14B"], basis="atomic")
    >>> {name: rows.tolist() for name, rows in kinds(table).items()}
    {'Co-rich': [False, True], 'Pr': [True, False], 'Ce': [False, False]}
    """
    rare = table.to_array()[:, [INDEX[s] for s in RARE_EARTHS]].sum(axis=1)
    return {
        "Co-rich": table.fraction("Co") > table.fraction("Fe"),
        "Pr": table.fraction("Pr") >= _SHARE * rare,
        "Ce": table.fraction("Ce") >= _SHARE * rare,
    }


def _groups(frame: pd.DataFrame, kind: str) -> list[dict[str, object]]:
    """Return the rows of the groups of compositions that are judged apart."""
    table = CompositionTable.from_strings(
        list(frame["formula"]), basis="atomic"
    )
    values = frame["predicted"].to_numpy()
    return [
        _row(f"  of them {name}", "2:14:1", kind, frame[mask], values[mask])
        for name, mask in kinds(table).items()
    ]


def _predict(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the calibrated model's value and interval for rows of any property but transitions.

    It is the model alone, whatever has been learnt beside it where this runs, asked as a user asks:
    the host is found, not given.
    Fields and constants as the method of the row sees them, the interval in proportion.
    """
    result = pd.DataFrame(
        np.nan, index=frame.index, columns=["predicted", "lo", "hi"]
    )
    for kelvin, rows in frame.fillna({"temperature_K": 300.0}).groupby(
        "temperature_K"
    ):
        temperature = float(str(kelvin))
        table = CompositionTable.from_strings(
            list(rows["formula"]), basis="atomic"
        )
        for host in rows["host"].unique():
            mask = (rows["host"] == host).to_numpy()
            got = evaluate(
                partition(table[mask]), temperature, parameters=load()
            )
            for kind in rows["property"].unique():
                pick = (rows["property"] == kind).to_numpy()[mask]
                index = rows.index[mask][pick]
                if kind == "curie_temperature_K":
                    value = got.curie[pick]
                    sd = got.curie_sd[pick]
                else:
                    place = PROPERTIES.index(kind)
                    value = got.value[pick, 0, place]
                    sd = got.sd[pick, 0, place]
                for name, times in (
                    ("predicted", 0.0),
                    ("lo", -_HALF),
                    ("hi", _HALF),
                ):
                    result.loc[index, name] = value + times * sd
    for host, rows in frame[frame["property"].isin([FIELD, FIRST])].groupby(
        "host"
    ):
        sight = Observed(
            str(host), rows.fillna({"temperature_K": 300.0})
        ).predict(load())
        mask = result.loc[rows.index, "predicted"].to_numpy()
        with np.errstate(divide="ignore", invalid="ignore"):
            result.loc[rows.index] *= np.where(
                mask * sight > 0.0, sight / mask, 1.0
            )[:, None]
    return result


def _coverage(frame: pd.DataFrame, got: pd.DataFrame) -> float:
    has_prediction = got["predicted"].notna()
    inside = frame["value"].between(got["lo"], got["hi"])
    if has_prediction.any():
        return float(inside[has_prediction].mean())
    return np.nan


def validate(
    report: Callable[[str], None] | None = None,
) -> pd.DataFrame:
    """Compare the intrinsic model with measurements.

    The series and the Curie temperatures come from the mirror folder (setting
    ``MAGNETKIT_MIRROR``); without it only the compounds and curves are compared.

    Parameters
    ----------
    report : callable, optional
        Told what is being done.

    Returns
    -------
    DataFrame
        One row a test and property: number of rows and papers, mean, median and mean relative
        error, share of pairs within a paper ordered right (of all, and of those that differ by more
        than 10 K, 0.02 T of polarization or 0.2 T of field), share of values inside the interval.
        ``attrs["report"]`` holds the whole report.
    """
    from magnetkit.errors import MagnetkitError

    rows: list[dict[str, object]] = []
    measurements = observations.embedded_measurements()
    try:
        series = observations.series()
        curie = observations.curie()
        papers = observations.curie_papers()
    except MagnetkitError as error:
        if report is not None:
            report(str(error))
    else:
        rest = pd.concat([measurements, curie], ignore_index=True)
        out = leave_one_paper_out(series, rest, report)
        for kind in _SERIES:
            is_value = (out["property"] == kind) & (
                out["limit"] != "lower_bound"
            )
            part = out[is_value].reset_index(drop=True)
            got = _predict(part)
            # The interval's relative width is that of the published parameters.
            width = pd.DataFrame({"predicted": part["predicted"]})
            width["lo"] = part["predicted"] * got["lo"] / got["predicted"]
            width["hi"] = part["predicted"] * got["hi"] / got["predicted"]
            labels = [
                ("predicted", "leave one paper out"),
                ("trees", "  extra trees"),
            ]
            if kind == FIELD:
                labels.insert(
                    1, ("hard", "  by the hard-axis field throughout")
                )
            for name, label in labels:
                cover = (
                    _coverage(part, width) if name == "predicted" else np.nan
                )
                rows.append(
                    _row(
                        label,
                        "2:14:1",
                        kind,
                        part,
                        part[name].to_numpy(),
                        cover,
                    )
                )
            rows += _groups(part, kind)
            rows.append(compare_papers(series, kind))
        got = _predict(papers)
        borne_out = ~papers["paper"].isin(_CONTRADICTED).to_numpy()
        for host in papers["host"].unique():
            mask = (papers["host"] == host).to_numpy()
            for label, some in (
                ("papers not fitted", mask),
                ("  without two that others contradict", mask & borne_out),
            ):
                if label != "papers not fitted" and some.sum() == mask.sum():
                    continue
                part = papers[some]
                values = got["predicted"].to_numpy()[some]
                cover = _coverage(part, got[some])
                rows.append(
                    _row(
                        label, host, "curie_temperature_K", part, values, cover
                    )
                )
    apart = observations.held_out()
    got_apart = _predict(apart)
    for key, part in apart.groupby(["host", "property"], sort=False):
        host, kind = map(str, key)
        mask = got_apart.loc[part.index]
        rows.append(
            _row(
                "held out",
                host,
                kind,
                part,
                mask["predicted"].to_numpy(),
                _coverage(part, mask),
            )
        )
    table = pd.DataFrame(rows, columns=COLUMNS)
    table.attrs["report"] = markdown(
        table, measurements, apart.join(got_apart)
    )
    return table
