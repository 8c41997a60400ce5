"""The magnet model on papers that nothing was fitted to, family by family.

``python -m benchmarks.accuracy papers`` prints it and ``datasets/magnets/VALIDATION.md`` keeps it;
``datasets/recipes/calibrate.py`` fits from here the offset and the range of each family. A paper
that is judged is left out of everything: of the laws' constants, of offsets and ranges, and of the
magnets that a distance is measured from. What judges is the call of a user,
`magnetkit.magnetism.sintered`.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.accuracy import table_row
from magnetkit import datasets
from magnetkit.magnetism import sintered
from magnetkit.magnetism._family_ranges import (
    ANY,
    Range,
    _carried_families,
    families_in_place,
    key,
)
from magnetkit.magnetism.measured_magnets import (
    NO_ROUTE,
    USUAL,
    measured_magnets,
    uses,
    without_papers,
)
from magnetkit.magnetism.process import routes

from .. import provenance_line
from . import hot, left_out, recipes

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]
Ranges = dict[str, dict[str, Range]]

COERCIVITY = "coercivity_kA_m"
REMANENCE = "remanence_T"
BETA = "coercivity_coefficient_pct_K"
QUANTITIES = (COERCIVITY, REMANENCE, BETA)
"""What is compared, in this order."""

WEIGHTS = "magnets/weights.toml"
FAMILIES_FILE = "magnets/families.toml"
COVERAGE = 0.9
FEW = 10
"""With fewer papers than this a family's range is at least that of all families together."""

FAR = 3.0
"""Factor by which no answer may be off."""

# Rounds of the robust mean of papers, and the deviations beyond which one pulls no farther.
_ROUNDS = 30
_FARTHEST = 2.5
# Standard deviations that are tried, of papers and of the magnets in one (ln).
_TRIED = np.geomspace(0.01, 1.0, 40)
# Half width of ranges whose size does not matter yet.
_UNIT = 1.0


def compared_rows() -> "pd.DataFrame":
    """Return the measured magnets that a user could ask for: recipe and route are known."""
    table = measured_magnets()
    has_recipe = (
        (table["recipe"] != "")
        & (table["diffused"] == "")
        & (table["route"] != NO_ROUTE)
    )
    has_quantity = np.any(
        [uses(table, quantity) for quantity in QUANTITIES], axis=0
    )
    return table[has_recipe & has_quantity].reset_index(drop=True)


def family_keys(rows: "pd.DataFrame") -> list[str]:
    """Return the `key` of the family of each row: by its route, or its host's usual one."""
    return [
        key(host, "" if route in (USUAL, NO_ROUTE) else routes()[route].family)
        for host, route in zip(rows["host"], rows["route"], strict=True)
    ]


def request(row: Any) -> dict[str, Any]:
    """Return the arguments with which a user asks `sintered` for a row of the table."""
    names = ("grain_size_um", "alignment", "aged_for_C")
    process: dict[str, Any] = {
        name: float(row[name]) for name in names if row[name] == row[name]
    }
    if row["route"] != USUAL:
        # A number that no law of the route knows is refused.
        takes = routes()[row["route"]].bounds
        process = {
            name: value for name, value in process.items() if name in takes
        }
        process["route"] = row["route"]
    arguments: dict[str, Any] = {
        "basis": row["basis"],
        "process": process or None,
    }
    if row["to_K"] == row["to_K"]:
        arguments["between"] = (row["from_K"], row["to_K"])
    return arguments


@contextmanager
def leave_paper_out(paper: str, ranges: Ranges) -> Iterator[None]:
    """Let the model be that which has not seen a paper, its families' ranges being given."""
    data = recipes.recipes()
    hosts = data.loc[data["group"] == paper, "host"].unique()
    with ExitStack() as stack:
        stack.enter_context(families_in_place(ranges))
        for host in set(hosts) & set(recipes.FREE):
            stack.enter_context(left_out.leave_source_out(host, paper))
        stack.enter_context(without_papers([paper]))
        yield


def zero_ranges() -> Ranges:
    """Return ranges without any offset: predictions are then those of the laws alone."""
    return {ANY: {quantity: Range(0.0, _UNIT) for quantity in QUANTITIES}}


def predictions(ranges_without: Any = None) -> "pd.DataFrame":
    """Predict each measured magnet with its paper left out.

    Parameters
    ----------
    ranges_without : callable, optional
        Takes a paper and returns the ranges of all families without it; by default those of the
        laws alone (`zero_ranges`).

    Returns
    -------
    pandas.DataFrame
        One row a value: ``id paper family how confidence bound quantity fitted measured
        predicted low high status distance``; ``predicted`` is NaN where the model does not answer,
        ``fitted`` says whether laws and ranges are fitted to the value.
    """
    import pandas as pd

    rows = compared_rows()
    rows["key"] = family_keys(rows)
    records: list[dict[str, Any]] = []
    for paper, part in rows.groupby("paper", sort=False):
        ranges = (
            zero_ranges() if ranges_without is None else ranges_without(paper)
        )
        with leave_paper_out(str(paper), ranges):
            for _, row in part.iterrows():
                records += _predict_row(row)
    return pd.DataFrame(records)


def _predict_row(row: Any) -> Iterator[dict[str, Any]]:
    """Yield a record for each quantity that a row is compared in."""
    # With its unit: a number as cold as nitrogen is taken for degrees C that lack theirs.
    answer = sintered(
        [row["recipe"]], f"{row['temperature_K']}K", **request(row)
    ).iloc[0]
    for quantity in QUANTITIES:
        if not uses(row.to_frame().T, quantity).iloc[0]:
            continue
        value = float(answer[quantity])
        yield {
            "id": row["id"],
            "paper": row["paper"],
            "family": row["key"],
            "how": row["how"],
            "confidence": row["confidence"],
            "bound": row["coercivity_bound"] if quantity == COERCIVITY else "",
            "quantity": quantity,
            "fitted": bool(
                uses(row.to_frame().T, quantity, in_fits=True).iloc[0]
            ),
            "measured": float(row[quantity]),
            # No coercivity at all is no answer that a logarithm could judge.
            "predicted": value if value != 0.0 else np.nan,
            "low": float(answer[f"{quantity}_lo"]),
            "high": float(answer[f"{quantity}_hi"]),
            "status": answer["status"],
            "distance": float(answer["evidence_distance"]),
        }


def errors(frame: "pd.DataFrame") -> Array:
    """Return by how much measured values lie above predictions, shape (n,), NaN without answer.

    ln(measured / predicted); of a coefficient measured / predicted - 1.
    """
    ratio = (frame["measured"] / frame["predicted"]).to_numpy(float)
    coefficient = (frame["quantity"] == BETA).to_numpy()
    return np.where(coefficient, ratio - 1.0, np.log(np.abs(ratio)))


def measurement_noise(frame: "pd.DataFrame") -> Array:
    """Return the standard deviation of ln of each measured value, by how it is known, (n,)."""
    weights = datasets.toml(WEIGHTS)
    noise = np.empty(len(frame))
    for i, (how, confidence, quantity) in enumerate(
        zip(frame["how"], frame["confidence"], frame["quantity"], strict=True)
    ):
        by_quantity = weights[
            "remanence" if quantity == REMANENCE else "coercivity"
        ]
        noise[i] = np.hypot(by_quantity[how], by_quantity[confidence])
    return noise


def scatter(
    error: Array, noise: Array, papers: NDArray[Any]
) -> tuple[float, float]:
    """Return the most probable standard deviations of papers, and of the magnets of one paper.

    An error is that of its paper, common to all its magnets, plus one of the magnet, plus the
    noise of the measurement. Errors beyond three deviations by their median count as three.
    """
    middle = np.median(error)
    size = 1.4826 * np.median(np.abs(error - middle))
    residual = np.clip(error - middle, -3.0 * size, 3.0 * size)
    _, places = np.unique(papers, return_inverse=True)
    best = np.inf
    deviations = (0.0, 0.0)
    for of_magnet in _TRIED:
        variance = of_magnet**2 + noise**2
        weight = np.bincount(places, 1.0 / variance)
        total = np.bincount(places, residual / variance)
        alone = np.log(variance).sum() + (residual**2 / variance).sum()
        for of_paper in _TRIED:
            inflation = 1.0 + of_paper**2 * weight
            loss = (
                alone
                + np.log(inflation).sum()
                - (of_paper**2 * total**2 / inflation).sum()
            )
            if loss < best:
                best = loss
                deviations = (float(of_paper), float(of_magnet))
    return deviations


def family_offset(
    error: Array,
    noise: Array,
    papers: NDArray[Any],
    deviations: tuple[float, float],
    prior_deviation: float,
) -> float:
    """Return the mean error of a family, each of its papers having a level of its own.

    The mean of the laws alone, zero, counts as a paper known to `prior_deviation`. A paper farther
    off than `_FARTHEST` of its deviations pulls no more than one at that distance.
    """
    if not error.size:
        return 0.0
    of_paper, of_magnet = deviations
    _, places = np.unique(papers, return_inverse=True)
    precision = 1.0 / (of_magnet**2 + noise**2)
    total = np.bincount(places, precision)
    mean = np.bincount(places, precision * error) / total
    deviation = np.sqrt(of_paper**2 + 1.0 / total)
    offset = 0.0
    for _ in range(_ROUNDS):
        step = offset + np.clip(
            mean - offset, -_FARTHEST * deviation, _FARTHEST * deviation
        )
        weight = deviation**-2.0
        offset = float(
            (weight * step).sum() / (weight.sum() + prior_deviation**-2.0)
        )
    return offset


def conformal_half_width(sizes: Array, papers: NDArray[Any]) -> float:
    """Return the half width that holds `COVERAGE` of new papers; infinite where too few tell.

    Each paper counts once, whatever the number of its magnets; one more, which is not known yet,
    lies beyond all (Vovk, Gammerman and Shafer, Algorithmic Learning in a Random World (2005)).
    """
    names, places, counts = np.unique(
        papers, return_inverse=True, return_counts=True
    )
    order = np.argsort(sizes)
    weight_sum = np.cumsum(1.0 / counts[places[order]])
    enough = weight_sum >= COVERAGE * (len(names) + 1) - 1e-9
    if enough.any():
        return float(sizes[order[enough.argmax()]])
    return np.inf


class FamilyFit:
    """Offsets and ranges of families, from `predictions` of the laws alone."""

    def __init__(self, frame: "pd.DataFrame") -> None:
        has_answer = (
            frame["fitted"]
            & frame["predicted"].notna()
            & (frame["bound"] == "")
        )
        self.frame = frame[has_answer].reset_index(drop=True)
        self.error = errors(self.frame)
        self.noise = measurement_noise(self.frame)
        self.papers = self.frame["paper"].to_numpy(str)
        self.family = self.frame["family"].to_numpy(str)
        self.quantity = self.frame["quantity"].to_numpy(str)
        self.prior = datasets.toml(WEIGHTS)["prior"]
        # What else widens the range of H_cJ: distance from measured magnets, doubtful mechanisms.
        ratio = (self.frame["high"] / self.frame["low"].clip(1e-3)).to_numpy(
            float
        )
        # Coefficients are negative; their ratio is not used.
        with np.errstate(invalid="ignore"):
            half_width = np.log(ratio) / 2.0
        wider = half_width**2 - _UNIT**2
        self.wider = np.where(
            self.quantity == COERCIVITY, wider.clip(0.0), 0.0
        )
        self.deviations = {name: self._scatter(name) for name in QUANTITIES}

    def _scatter(self, quantity: str) -> tuple[float, float]:
        rows = self.quantity == quantity
        return scatter(self.error[rows], self.noise[rows], self.papers[rows])

    def offset(
        self, family: str, quantity: str, without: Sequence[str] = ()
    ) -> float:
        """Return the offset of a family without some papers.

        It is 0 of a coefficient, and where constants of the law are fitted to the family's magnets:
        these are its level.
        """
        if quantity == BETA or family in recipes.FREE:
            return 0.0
        rows = (self.family == family) & (self.quantity == quantity)
        rows &= ~np.isin(self.papers, without)
        return family_offset(
            self.error[rows],
            self.noise[rows],
            self.papers[rows],
            self.deviations[quantity],
            self.prior[quantity],
        )

    def sizes(
        self, family: str, quantity: str, without: Sequence[str]
    ) -> tuple[Array, Any]:
        """Return how wide a range each value had asked for, its own paper left out too.

        What else widens the range of H_cJ is taken off.
        """
        rows = (self.family == family) & (self.quantity == quantity)
        rows &= ~np.isin(self.papers, without)
        papers = self.papers[rows]
        sizes = self.error[rows].copy()
        for paper in np.unique(papers):
            of_paper = papers == paper
            sizes[of_paper] -= self.offset(family, quantity, (*without, paper))
        return np.sqrt(np.clip(sizes**2 - self.wider[rows], 0.0, None)), papers

    def ranges(self, without: Sequence[str] = ()) -> Ranges:
        """Return offset and half width of every family and quantity, some papers left out.

        A family of fewer than `FEW` papers has at least the range of its like: families whose laws
        are fitted to their magnets, or those whose constants are stated.
        """
        result: Ranges = {ANY: {}}
        for quantity in QUANTITIES:
            names = np.unique(self.family[self.quantity == quantity])
            judged = {
                name: self.sizes(name, quantity, without) for name in names
            }
            fit_names = [name for name in names if name in recipes.FREE]
            other_names = [name for name in names if name not in recipes.FREE]
            for alike in (fit_names or other_names, other_names or fit_names):
                pooled = _pooled_half_width([judged[name] for name in alike])
                if not np.isfinite(pooled):
                    pooled = _pooled_half_width(list(judged.values()))
                result[ANY][quantity] = Range(0.0, pooled)
                for name in alike:
                    sizes, papers = judged[name]
                    half_width = conformal_half_width(sizes, papers)
                    if len(np.unique(papers)) < FEW:
                        half_width = max(pooled, float(sizes.max(initial=0.0)))
                    offset = self.offset(name, quantity, without)
                    result.setdefault(name, {})[quantity] = Range(
                        offset, half_width
                    )
        return result


def _pooled_half_width(judged: Sequence[tuple[Array, NDArray[Any]]]) -> float:
    sizes = np.concatenate([sizes for sizes, _ in judged])
    papers = np.concatenate([papers for _, papers in judged])
    return conformal_half_width(sizes, papers)


def hot_curves() -> "pd.DataFrame":
    """Return beta of the curves of sintered Nd-Fe-B, as rows of `predictions`.

    A class of grades or a paper left out counts as a paper (``recipes/hot_curves.csv``).
    """
    import pandas as pd

    laws = hot.compare_laws()
    laws = laws[(laws["law"] == hot.USED) & laws["used"]].set_index("id")
    curves = hot.curves().set_index("id").loc[laws.index]
    return pd.DataFrame(
        {
            "id": laws.index,
            "paper": curves["group"].to_numpy(str),
            "family": "2:14:1",
            "how": "sheet",
            "confidence": "high",
            "bound": "",
            "quantity": BETA,
            "fitted": True,
            "measured": laws["known"].to_numpy(float) - 1.0,
            "predicted": laws["left_out"].to_numpy(float) - 1.0,
            "low": np.nan,
            "high": np.nan,
            "status": "ok",
            "distance": 0.0,
        }
    )


def summary(frame: "pd.DataFrame") -> "pd.DataFrame":
    """Return how `predictions` fare by quantity and family.

    Parameters
    ----------
    frame : pandas.DataFrame
        Of `predictions`.

    Returns
    -------
    pandas.DataFrame
        ``quantity family asked answered papers inside median rms counted rms_counted width far``:
        numbers of values asked for and answered, and of papers with an answer; share of the
        answers inside their range (a bound that is met is inside); median and root mean square of
        the `errors`; number of answers whose recipe and route are known well enough to be fitted
        to, and the root mean square of their errors; median width of the ranges, ln of upper over
        lower end, infinite where that is 0 (of a coefficient their difference); number of answers
        more than a factor of `FAR` off.
    """
    import pandas as pd

    records = []
    for (quantity, family), rows in frame.groupby(
        ["quantity", "family"], sort=False
    ):
        records.append(
            {"quantity": quantity, "family": family, **_error_figures(rows)}
        )
    for quantity, rows in frame.groupby("quantity", sort=False):
        records.append(
            {"quantity": quantity, "family": "all", **_error_figures(rows)}
        )
    return pd.DataFrame(records)


def _error_figures(rows: "pd.DataFrame") -> dict[str, float]:
    answers = rows[rows["predicted"].notna()]
    error = errors(answers)
    exact = (answers["bound"] == "").to_numpy()
    coefficient = (answers["quantity"] == BETA).to_numpy()
    is_fit = answers["fitted"].to_numpy(bool)
    # A range that begins at nothing is infinitely wide.
    with np.errstate(invalid="ignore", divide="ignore"):
        wide = np.log((answers["high"] / answers["low"]).to_numpy(float))
    wide = np.where(coefficient, answers["high"] - answers["low"], wide)
    return {
        "asked": len(rows),
        "answered": len(answers),
        "papers": answers["paper"].nunique(),
        "inside": float(is_inside(answers).mean()),
        "median": float(np.median(error[exact])) if exact.any() else np.nan,
        "rms": _root_mean_square(error[exact]),
        "counted": int(is_fit.sum()),
        "rms_counted": _root_mean_square(error[exact & is_fit]),
        "width": float(np.median(wide)) if len(wide) else np.nan,
        "far": int((np.abs(error[exact & ~coefficient]) > np.log(FAR)).sum()),
    }


def _root_mean_square(error: Array) -> float:
    """Return the root mean square, NaN of nothing."""
    if not error.size:
        return np.nan
    return float(np.sqrt(np.mean(error**2)))


def is_inside(answered: "pd.DataFrame") -> NDArray[np.bool_]:
    """Say which measured values lie in their range, and which bounds the range can meet, (n,)."""
    above = answered["measured"] >= answered["low"]
    below = answered["measured"] <= answered["high"]
    above |= answered["bound"] == "at least"
    below |= answered["bound"] == "at most"
    return (above & below).to_numpy()


def report(fit: FamilyFit | None = None) -> str:
    """Return the validation page: every family left out by paper, pairs, then every value.

    Parameters
    ----------
    fit : FamilyFit, optional
        What `fit_families` returned, where the caller has it.
    """
    from . import pairs

    fit = fit_families() if fit is None else fit
    ranges_without = lru_cache(maxsize=None)(
        lambda paper: fit.ranges((paper,))
    )
    frame = predictions(ranges_without)
    lines = [
        "# Measured magnets, each with its paper left out",
        "",
        provenance_line("python -m benchmarks.accuracy papers"),
        "",
        "Each magnet of magnets.csv whose recipe and route are known is asked of "
        "`magnetkit.magnetism.sintered` with its paper left out of everything: of the fit of the "
        "laws, of offset and range of its family, of the magnets that a distance is measured "
        "from. Inside: share of the answers whose 90 % range holds the measured value. Median and "
        "rms: of ln(measured / predicted), of beta measured / predicted - 1. Width: median of "
        "ln(upper / lower), infinite (inf) where the lower end is 0; of beta upper - lower, %/K. "
        f"Far: answers more than a factor of {FAR:g} off. Counted: answers whose recipe and route "
        "are known well enough to be fitted to (upper-case letters of `use`); the others are odd "
        "magnets, from memory, or of an assumed recipe or route.",
        "",
        "| quantity | family | asked | answered | papers | inside | median | rms | counted "
        "| rms of counted | width | far |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for row in summary(frame).to_dict("records"):
        lines.append(
            table_row(
                row["quantity"],
                row["family"],
                row["asked"],
                row["answered"],
                row["papers"],
                f"{row['inside']:.2f}",
                f"{row['median']:+.3f}",
                f"{row['rms']:.3f}",
                row["counted"],
                f"{row['rms_counted']:.3f}",
                f"{row['width']:.2f}",
                row["far"],
            )
        )
    lines += ["", *pairs.lines(ranges_without), "", *_value_lines(frame)]
    return "\n".join(lines) + "\n"


def _value_lines(frame: "pd.DataFrame") -> list[str]:
    lines = [
        "## Every value",
        "",
        "| magnet | family | quantity | measured | predicted | 90 % | inside |",
        "|---|---|---|---|---|---|---|",
    ]
    inside = is_inside(frame)
    for met, row in zip(inside, frame.to_dict("records"), strict=True):
        head = f"| {row['id']} | {row['family']} | {row['quantity']} | {row['measured']:.4g} "
        if np.isnan(row["predicted"]):
            lines.append(f"{head}| {row['status']} | | |")
            continue
        word = "yes" if met else "no"
        span = f"{row['low']:.4g} to {row['high']:.4g}"
        lines.append(f"{head}| {row['predicted']:.4g} | {span} | {word} |")
    return lines


def fit_families() -> FamilyFit:
    """Return the fit of offsets and ranges to all measured magnets, and to the hot curves."""
    import pandas as pd

    return FamilyFit(
        pd.concat([predictions(), hot_curves()], ignore_index=True)
    )


def write_families(file: Path, ranges: Ranges) -> None:
    """Write the offsets and ranges of all families as TOML, which is read anew from then on."""
    lines = [
        "# Written by recipes/calibrate.py; SOURCE.md explains every key."
    ]
    for family, of_family in ranges.items():
        lines.append("")
        for quantity, numbers in of_family.items():
            lines.append(f'[family."{family}".{quantity}]')
            lines += [
                f"{name} = {value:.6f}"
                for name, value in numbers._asdict().items()
            ]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    # What is reported after the fit rests on these ranges, not on those before it.
    _carried_families.cache_clear()
