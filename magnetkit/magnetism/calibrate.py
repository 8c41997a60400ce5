"""Calibration on a producer's own magnets, by Bayes' rule.

The user's table is read row by row and bad rows are named; each measured value becomes a score
against the model. The scores give what the producer's magnets have in common, and the spread that
is left (`magnetkit.magnetism._measured`).
"""

from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .._core._arguments import check_arguments, warn
from .._core._constants import DEVIATIONS_90
from .._core._words import write_count
from .._core.errors import InputError
from .._core.units import ROOM_K
from ..alloy._files import read_small_table
from ..alloy._grade_names import is_grade
from ..alloy.notation import BASES, Basis, basis_code
from ..alloy.shell_rows import read_shells
from ..alloy.shells import read_shell
from ..alloy.table import CompositionTable
from ..alloy.user_tables import read_user_table
from ..phases.records import root_host
from ._figures import kinds
from ._magnets import alloys
from ._measured import (
    COERCIVITY,
    EFFECTS,
    QUANTITIES,
    Known,
    Producer,
    atomic_fractions,
    check_name,
    fall_deviation,
    splits,
    store,
)
from ._reference import KnownValue, score_known_value
from .levels import lever, log_coercivity
from .measured_curve import read_curve
from .process import Process
from .sintered import sintered_at

if TYPE_CHECKING:
    import pandas as pd


_PROCESS_COLUMNS = ("grain_size_um", "alignment", "density", "grain_boundary")

_LIMITS = {
    "remanence_T": (0.02, 2.5),
    "coercivity_kA_m": (1.0, 1e4),
    "temperature_K": (1.0, 1500.0),
}
# Standard deviation of the logarithm of a measurement.
_MEASUREMENT = {"coercivity_kA_m": 0.03, "remanence_T": 0.01}
# Standard deviations from which recipe and measurement contradict each other, or a row is odd.
_IMPOSSIBLE = 5.0
_ODD = 3.0
# Recipes that differ by less, summed over atomic fractions, are one recipe.
_SAME = 0.001
# The widening of ranges by scatter is reported from this factor on.
_WIDER = 1.05


_ODD_VALUE = (
    "row {row} ({magnet}) {remark}: {quantity} {measured:g}, expected {after:.4g} "
    "({after_lo:.4g} to {after_hi:.4g})"
)
"""What is said of a row of the report whose value does not fit."""


@dataclass(frozen=True)
class Calibration:
    """A calibration on measured magnets.

    Attributes
    ----------
    process : Process
        With the calibration; what `process=` takes.
    report : pandas.DataFrame
        A row for each measured value: ``row magnet composition host temperature_K quantity
        measured``, the model's ``before before_lo before_hi``, the value predicted from the other
        magnets (``after after_lo after_hi``; the model alone where there are none),
        ``standard_score`` (measured against after) and ``remark``.
    rejected : dict of int to str
        Rows left out, from 1, and why.
    contradictions : list of str
        Magnets of one recipe that differ by more than three standard deviations.
    notes : list of str
        What was done with each column of the table.
    """

    process: Process
    report: "pd.DataFrame"
    rejected: dict[int, str] = field(default_factory=dict)
    contradictions: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """Write the outcome as sentences: error and width before and after, odd rows, rejected rows.

        The list has one sentence for each quantity of the report (H_cJ, B_r), one for each row with
        a remark, the contradictions, the notes, and one for each rejected row, in this order.
        Nothing is printed.
        """
        texts = []
        for quantity, part in self.report.groupby("quantity", sort=False):
            label = {"coercivity_kA_m": "H_cJ", "remanence_T": "B_r"}[
                str(quantity)
            ]
            magnets = part["magnet"].nunique()
            text = f"{label}, {magnets} magnet{'s' if magnets > 1 else ''}: "
            error = {}
            reach = {}
            for name in ("before", "after"):
                off = np.sqrt(
                    np.mean(np.log(part["measured"] / part[name]) ** 2)
                )
                error[name] = 100 * float(np.expm1(off))
                ratio = part[f"{name}_hi"] / part[f"{name}_lo"]
                width = np.mean(np.log(ratio)) / 2.0
                reach[name] = 100 * float(np.expm1(width))
                text += f"{name} {error[name]:.0f} % off, range ±{reach[name]:.0f} %; "
            if magnets == 1:
                text += "one magnet cannot be predicted from the others; "
            elif error["after"] > max(error["before"], reach["after"]):
                text += "the others make it worse: check values, units and basis, and measure more "
                text += "before you rely on it; "
            half_width, wider = self._left(str(quantity), part)
            text += f"for the producer's next magnet ±{100 * np.expm1(half_width):.0f} %"
            if wider > _WIDER:
                text += f", {100 * (wider - 1.0):.0f} % wider as its magnets differ by more than "
                text += "the model's uncertainty"
            texts.append(text)
        odd = self.report[self.report["remark"] != ""]
        texts += [_ODD_VALUE.format_map(row) for row in odd.to_dict("records")]
        texts += self.contradictions
        texts += self.notes
        return texts + [
            f"row {n} left out: {why}" for n, why in self.rejected.items()
        ]

    def _left(
        self, quantity: str, part: "pd.DataFrame"
    ) -> tuple[float, float]:
        """Predict how uncertain a further magnet of the producer is.

        Parameters
        ----------
        quantity : str
            ``"coercivity_kA_m"`` or ``"remanence_T"``.
        part : pandas.DataFrame
            Rows of the report of that quantity: ``before_lo``, ``before_hi`` and ``host`` are read.

        Returns
        -------
        half_width : float
            Half width of the 90 % range of ln, for a composition like the
            measured ones; `wider` is in it already.
        wider : float
            Factor, 1 or more, by which the scatter of the measured magnets widens it; 1 where the
            producer has no magnet of these hosts.
        """
        producer = self.process.producer
        assert producer is not None
        before = np.log(part["before_hi"] / part["before_lo"]).mean() / 2.0
        before = min(
            float(before), DEVIATIONS_90 * splits()[quantity].deviation
        )
        shares = []
        stretches = []
        for host in part["host"].unique():
            if known := producer.known(host, quantity):
                _, share = known.posterior(known.table, known.effects)
                shares.append(share.mean())
                stretches.append(known.stretch)
        if not shares:
            return before, 1.0
        return float(before * np.mean(shares)), float(np.mean(stretches))


@check_arguments
def calibrate(
    frame: Any,
    name: str,
    basis: Basis = "auto",
    *,
    strict: bool = False,
    keep: bool = True,
) -> Process:
    """Calibrate on a producer's measured magnets; the result is a `process` under a name.

    Parameters
    ----------
    frame : pandas, polars or Arrow table, mapping of columns, or path of a table
        A row for each magnet and temperature: ``composition`` (or ``grade``,
        of which the likeliest recipe is taken, as of a supplier's curves),
        ``temperature_K``, ``remanence_T`` and ``coercivity_kA_m`` (one of the
        two may be empty); optional ``basis`` ("auto", "atomic" or "weight"),
        ``magnet`` (rows of one label are one magnet), ``maker``, ``shell``
        (what is diffused in, ``"Tb 0.5 wt%"``), ``grain_size_um``,
        ``alignment`` (mean cosine), ``density`` (over the pore-free),
        ``grain_boundary`` (volume fraction), and ``curve``, the path (from the
        working folder) of the file of a measured curve J(H) or B(H), as of
        `read_curve`, in place of the values and their temperature. One row is
        enough.
    name : str
        Name of the calibration, 1 to 64 letters, figures, '.', '_' and '-';
        one stored under it before is replaced, never added to.
    basis : {"auto", "atomic", "weight"}
        Basis of rows that name none; "auto" refuses a text that could be
        either, as one with "bal." or a sum of 100.
    strict : bool
        Fail on the first row that cannot be used; otherwise such rows are left out with a warning.
    keep : bool
        Store it in the user's data folder, so that `process="my-mill"` finds it.

    Returns
    -------
    Process
        For `process=`; `calibration` also returns the report.

    Raises
    ------
    InputError
        If the table or no row of it can be used, one row cannot and `strict`
        is set, or the name cannot be stored or means a grade or "none".
    """
    return calibration(frame, name, basis, strict=strict, keep=keep).process


@check_arguments
def calibration(
    frame: Any,
    name: str,
    basis: Basis = "auto",
    *,
    strict: bool = False,
    keep: bool = True,
) -> Calibration:
    """Calibrate on a producer's measured magnets and report how well they fit.

    Parameters
    ----------
    frame, name, basis, strict, keep
        As of `calibrate`, the latter three optional: table of magnets, name of the calibration,
        basis of rows that name none, whether one bad row fails, and whether the calibration is
        stored under its name, in place of one of that name.

    Returns
    -------
    Calibration
        ``process``, a `Process`; ``report``, a pandas frame of a row for each
        measured value: ``row`` (from 1), ``magnet``, ``composition``,
        ``host``, ``temperature_K``, ``quantity``, ``measured``, ``before`` and
        ``after`` with ``_lo`` and ``_hi`` (in the unit of the column that
        ``quantity`` names), ``standard_score`` and ``remark``; ``rejected``, a
        dict of why a row is left out, by its number from 1; ``contradictions``
        and ``notes``, lists of sentences. A UserWarning names the rows left
        out.

    Raises
    ------
    InputError
        If the table or no row of it can be used, one row cannot and `strict`
        is set, or the name cannot be stored or means a grade or "none".
    """
    if check_name(name).casefold() == "none" or is_grade(name):
        raise InputError(
            f"{name!r} already means {'a grade' if is_grade(name) else 'no calibration'} where a "
            "calibration is asked for: give the producer another name, such as my-mill"
        )
    notes: list[str] = []
    rows, refusals = read_magnets(frame, basis, notes)
    values = []
    usable_rows = []
    for row in rows:
        try:
            values += _values(row)
            usable_rows.append(row)
        except InputError as error:
            refusals[row.number] = str(error)
    refusals = dict(sorted(refusals.items()))
    _report_refusals(refusals, strict or not values)
    if not values:
        raise InputError(
            "no measured magnet in the table; expected one row or more"
        )
    contradictions = _contradictions(values)
    producer = Producer(name, tuple(v["record"] for v in values))
    report = _report(values, producer)
    if keep:
        store(producer, [_plain_values(row) for row in usable_rows])
    return Calibration(
        Process(producer=producer), report, refusals, contradictions, notes
    )


def _report_refusals(refusals: dict[int, str], strict: bool) -> None:
    """Warn of the rows that cannot be used; if `strict` raise InputError of the first.

    `refusals` maps numbers of rows, from 1, to the reason; the first is that of the dict. Nothing
    happens where it is empty. The warning is one UserWarning for all rows.
    """
    if not refusals:
        return
    if strict:
        number, why = next(iter(refusals.items()))
        raise InputError(f"row {number}: {why} ({len(refusals)} of such rows)")
    refusal_text = "; ".join(f"row {n}: {why}" for n, why in refusals.items())
    warn(
        f"{write_count(len(refusals), 'row')} left out: {refusal_text}",
        UserWarning,
    )


@dataclass(frozen=True)
class MeasuredRow:
    """One measured magnet at one temperature.

    Fields are ``number`` (row of the table, from 1), ``magnet`` (label),
    ``text`` (composition as given), ``table`` (one row), ``temperature`` (K),
    ``values`` (dict by "coercivity_kA_m" and "remanence_T"), ``process`` (dict
    of settings given) and ``shell`` (a text, empty for nothing).
    """

    number: int  # row of the table, from 1
    magnet: str  # its label; rows of one label are one magnet
    text: str  # composition as given
    table: CompositionTable  # the same, one row
    temperature: float  # K
    values: dict[str, float]  # what was measured of `QUANTITIES`
    process: dict[str, float]  # how it was made, where given
    shell: str = ""  # what is diffused in, empty for nothing


def read_magnets(
    source: Any, basis: Basis = "auto", notes: list[str] | None = None
) -> tuple[list[MeasuredRow], dict[int, str]]:
    """Read measured magnets from a table.

    Parameters
    ----------
    source : str, path or frame
        As `magnetkit.calibrate` takes it; a str is a path. Needed are ``composition`` or ``grade``,
        and either ``temperature_K`` with ``coercivity_kA_m`` or ``remanence_T``, or ``curve``, the
        path of a file from the working directory.
    basis : {"auto", "atomic", "weight"}
        Of rows that name none.
    notes : list of str, optional
        What the reader did with each column is appended to it.

    Returns
    -------
    rows : list of MeasuredRow
        One for each magnet and temperature: ``number`` (from 1), ``magnet``
        (its label, "row 3" where there is none), ``text``, ``table`` (one
        row), ``temperature`` (K), ``values`` (dict by "coercivity_kA_m" and
        "remanence_T", without what is not given), ``process`` (dict of the
        settings given) and ``shell`` (a text). Values are not compared with
        the model.
    rejected : dict of int to str
        Why a row is rejected, by row number, rising. Rows count from 1 without
        the header.

    Raises
    ------
    InputError
        If the table cannot be read or lacks a column that every row needs.
    """
    basis_code(basis)
    remarks: list[str] = []
    table = read_user_table(_number_rows(source, remarks), "magnets")
    names = {column.name for column in table.columns}
    has_recipe = bool({"composition", "grade"} & names)
    has_values = "temperature_K" in names and bool(set(QUANTITIES) & names)
    if not has_recipe or not (has_values or "curve" in names):
        headers = ", ".join(column.header for column in table.columns[:12])
        raise InputError(
            f"expected the columns composition, temperature_K and {' or '.join(QUANTITIES)}, got "
            f"{headers or 'none'}; a row is a magnet at a temperature"
        )
    if notes is not None:
        notes += [table.sentence(), *remarks, *table.notes]
    rows: list[MeasuredRow] = []
    refusals = {line: why for line, (_, why) in table.refused.items()}
    for number, record in zip(table.lines, table.rows, strict=True):
        try:
            rows.append(_row(number, _with_curve(record), basis))
        except InputError as error:
            refusals[number] = str(error)
    return rows, dict(sorted(refusals.items()))


def _number_rows(source: Any, notes: list[str]) -> Any:
    """Return the table of a file, a str or Path, as a pandas frame; any other `source` as it is.

    Rows of the frame are labelled from 0 without gaps, which counts as row 1; blank lines do not
    count. InputError for a line that is no row. What was done to read the file is
    appended to `notes`.
    """
    if isinstance(source, str | Path):
        return read_small_table(Path(source), notes).to_pandas()
    return source


def _with_curve(record: dict[str, Any]) -> dict[str, Any]:
    """Return a row with temperature, H_cJ and B_r of the file that its ``curve`` names, if it does.

    H_cJ is NaN where the curve ends before. InputError if the file cannot be read.
    """
    if _missing(record.get("curve")):
        return record
    curve = read_curve(str(record["curve"]))
    values = {q: getattr(curve, q) for q in QUANTITIES}
    return {**record, "temperature_K": curve.temperature_K, **values}


def _read_recipe(
    record: dict[str, Any], basis: Basis
) -> tuple[str, CompositionTable, str]:
    """Read the recipe of one row; a row with a grade alone gets the grade's likeliest recipe.

    `record` maps columns to cells: ``composition``, ``shell``, ``grade`` and
    ``basis``, each of which may lack, or be None or an empty text. `basis`
    ("auto", "atomic" or "weight") is that of a row that names none. With a
    composition the grade does not count; the grade's own shell counts where
    the row has none.

    Returns
    -------
    text : str
        The recipe, or the name of the grade.
    table : CompositionTable
        The recipe, one row.
    shell : str
        Its shell, empty without one.

    Raises
    ------
    InputError
        If recipe, shell, grade or basis cannot be read.
    """
    text = str(record.get("composition") or "")
    shell = record.get("shell")
    shell_text = "" if _missing(shell) else str(read_shell(str(shell)) or "")
    if not text and not _missing(record.get("grade")):
        from ._composition_estimate import grade_magnet

        magnet = grade_magnet(str(record["grade"]).strip(), ROOM_K)
        return (
            str(record["grade"]).strip(),
            magnet.table,
            shell_text or str(magnet.shell or ""),
        )
    own_basis = record.get("basis")
    if not _missing(own_basis) and str(own_basis).strip() not in BASES:
        raise InputError(
            f"basis must be one of {', '.join(BASES)}; got {own_basis!r:.40}"
        )
    basis_name: Any = basis if _missing(own_basis) else str(own_basis).strip()
    table = CompositionTable.from_strings([text], basis=basis_name)
    if table.errors:
        error = table.errors[0]
        raise InputError(f"{error.text!r:.80}: {error.reason}")
    return text, table, shell_text


def _row(number: int, record: dict[str, Any], basis: Basis) -> MeasuredRow:
    """Build the measured magnet of one row of the table.

    `number` is that of the row, from 1, `record` maps columns to cells, and
    `basis` holds for a row that names none. ``composition`` or ``grade``,
    ``temperature_K`` and one of ``remanence_T`` and ``coercivity_kA_m`` must
    be there; ``basis``, ``shell``, ``magnet``, ``grain_size_um``,
    ``alignment``, ``density`` and ``grain_boundary`` may. Numbers may be
    texts, without a unit; the temperature is in K. The fields of the result
    are ``number``, ``magnet``, ``text``, ``table``, ``temperature``,
    ``values``, ``process`` and ``shell``. Without ``magnet`` the label is such
    as "row 3". InputError if temperature, values or recipe are missing or out
    of range.
    """
    text, table, shell = _read_recipe(record, basis)
    temperature = _number("temperature_K", record.get("temperature_K"))
    if temperature is None:
        raise InputError("no temperature_K; a magnet is measured at one")
    values = {q: _number(q, record.get(q)) for q in QUANTITIES}
    if all(v is None for v in values.values()):
        raise InputError(f"neither {' nor '.join(QUANTITIES)} is given")
    process = {p: _number(p, record.get(p)) for p in _PROCESS_COLUMNS}
    stated_values = {q: v for q, v in values.items() if v is not None}
    made_by = {p: v for p, v in process.items() if v is not None}
    magnet = record.get("magnet")
    label = f"row {number}" if _missing(magnet) else str(magnet).strip()
    return MeasuredRow(
        number, label, text, table, temperature, stated_values, made_by, shell
    )


def _missing(value: Any) -> bool:
    """Say whether a cell, `value`, is empty: None, NaN or a blank text; `pandas.NA` is not."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return True
    try:
        return bool(value != value)
    except (TypeError, ValueError):
        return False


def _number(name: str, value: Any) -> float | None:
    """Convert a cell to a number; None if it is empty.

    `name` is the column, `value` the cell as `read_user_table` gives it: a number, or empty, which
    is None, NaN or a blank text. Limits, ends included, are 0.02 to 2.5 of "remanence_T", 1 to 1e4
    of "coercivity_kA_m" and 1 to 1500 of "temperature_K"; other columns take any finite number.
    InputError if the number lies outside the limits.
    """
    if _missing(value):
        return None
    number = float(value)
    low, high = _LIMITS.get(name, (-1e300, 1e300))
    if not low <= number <= high:
        raise InputError(
            f"{name} must lie between {low:g} and {high:g}, got {value!r:.40}"
        )
    return number


def _values(row: MeasuredRow) -> list[dict[str, Any]]:
    """Score each measured quantity of a row against the model.

    Returns
    -------
    list of dict
        One for each quantity of ``row.values``: ``row``, the `MeasuredRow`;
        ``record``, the magnet as a `Producer` keeps it (``host``,
        ``quantity``, ``magnet``, ``composition``, ``temperature_K``,
        ``score``, ``deviation``, ``noise``, ``slope``, ``shell_share`` and
        ``grain_effect``); ``known``, a dict of ``measured``, ``before``,
        ``before_lo`` and ``before_hi`` in the quantity's unit; ``model``, its
        `Alloys`.

    Raises
    ------
    InputError
        If the recipe makes no magnet in the model, or contradicts the measurement.
    """
    process = row.process or None
    frames = sintered_at(
        row.table, [row.temperature, ROOM_K], process, row.shell
    )
    hot, room = (f.iloc[0] for f in frames)
    if hot["status"] != "ok":
        raise InputError(
            f"{row.text}: the model makes no magnet of it ({hot['status']})"
        )
    model = alloys(row.table, process, read_shells(row.shell, 1))
    host = root_host(str(hot["host"]))
    effects = kinds(row.table, [host], [row.shell], process).effects[0]
    values = []
    for quantity, measured_value in row.values.items():
        ends = ("", "_lo", "_hi")
        value, low, high = (float(hot[f"{quantity}{end}"]) for end in ends)
        one = KnownValue(
            quantity, measured_value, row.temperature, _MEASUREMENT[quantity]
        )
        score = score_known_value(one, hot, room, model) if low > 0.0 else None
        if score is None:
            raise InputError(
                f"{row.text}: the model gives it no {quantity} at this temperature"
            )
        if abs(score["score"]) > _IMPOSSIBLE:
            raise InputError(
                f"{quantity} {measured_value:g} contradicts the recipe {row.text}: {value:.4g} expected, "
                f"{abs(score['score']):.1f} standard deviations away; check units and basis"
            )
        record = {
            "host": host,
            "quantity": quantity,
            "magnet": row.magnet,
            "composition": atomic_fractions(row.table, 0),
            "temperature_K": row.temperature,
            **score,
            **dict(zip(EFFECTS, effects.tolist(), strict=True)),
        }
        row_values = {
            "measured": measured_value,
            "before": value,
            "before_lo": low,
            "before_hi": high,
        }
        values.append(
            {"row": row, "record": record, "known": row_values, "model": model}
        )
    return values


def _contradictions(values: list[dict[str, Any]]) -> list[str]:
    """Find pairs of magnets of one recipe and process that contradict; return one sentence on each.

    `values` are dicts of `_values`: ``record``, ``row`` and ``known`` are
    read. Two contradict where their scores differ by more than three standard
    deviations of what their ``noise`` and two magnets' own errors make. The
    ``noise`` of both records, a variance, is then raised in place to at least
    half their squared difference, so that neither outweighs the other. Pairs
    measured at temperatures more than 2 K apart are not compared, nor are
    those of two hosts, quantities, processes or shells.
    """
    contradictions = []
    for one, other in combinations(values, 2):
        a = one["record"]
        b = other["record"]
        away = abs(a["temperature_K"] - b["temperature_K"])
        if _comparable(one) != _comparable(other) or away > 2.0:
            continue
        x = a["composition"]
        y = b["composition"]
        elements = {*x, *y}
        apart = sum(abs(x.get(e, 0.0) - y.get(e, 0.0)) for e in elements)
        own_variance = (
            0.0
            if a["magnet"] == b["magnet"]
            else 2.0 * splits()[a["quantity"]].residue
        )
        tolerance = np.sqrt(own_variance + a["noise"] + b["noise"])
        gap = abs(a["score"] - b["score"])
        if apart < _SAME and gap > _ODD * tolerance:
            contradictions.append(
                f"rows {one['row'].number} and {other['row'].number} contradict each other: "
                f"{a['quantity']} {one['known']['measured']:g} and "
                f"{other['known']['measured']:g} of one recipe, "
                f"{gap / tolerance:.1f} standard deviations apart; both are trusted less"
            )
            for record in (a, b):
                record["noise"] = max(record["noise"], gap**2 / 2.0)
    return contradictions


def _comparable(value: dict[str, Any]) -> tuple[Any, ...]:
    """Return what two of `_values` must have in common to be compared.

    `value` is one of these dicts. The tuple is host, quantity, the dict of process settings, and
    the text of the shell.
    """
    record = value["record"]
    row = value["row"]
    return record["host"], record["quantity"], row.process, row.shell


def _report(
    values: list[dict[str, Any]], producer: Producer
) -> "pd.DataFrame":
    """Compare each measured value with its prediction before and after the calibration.

    `values` are those of `_values`, one for each measured value, and
    `producer` is the calibration on all of them; a magnet is predicted from
    the producer's others; without others ``after`` is ``before``.

    Returns
    -------
    pandas.DataFrame
        One row a value, in the order of `values`: ``row`` (from 1), ``magnet``, ``composition`` (a
        text), ``host``, ``temperature_K``, ``quantity`` (a column's name, in whose unit the figures
        are), ``measured``, ``before`` and ``after`` with ends ``_lo`` and ``_hi`` of 90 %,
        ``standard_score``, and ``remark``, empty or "does not fit the others".
    """
    import pandas as pd

    rows = []
    for value in values:
        record = value["record"]
        row = value["row"]
        before = value["known"]["before"]
        mean, remaining, fall = _from_the_others(producer, record)
        deviation = record["deviation"]
        level = float(np.exp(mean * deviation))
        centre = before * level
        half = DEVIATIONS_90 * remaining * deviation
        if record["quantity"] == COERCIVITY:
            other = value["model"].with_level(level, fall)
            change = log_coercivity(other, row.temperature)
            change -= log_coercivity(value["model"], row.temperature)
            centre = before * float(np.exp(change))
            half *= lever(other, row.temperature)
        noisy = np.sqrt(remaining**2 + record["noise"] + record["slope"] ** 2)
        score = (record["score"] - mean) / noisy
        remark = "does not fit the others" if abs(score) > _ODD else ""
        line = {
            "row": row.number,
            "magnet": row.magnet,
            "composition": row.text,
            "host": record["host"],
            "temperature_K": row.temperature,
            "quantity": record["quantity"],
            **value["known"],
            "after": centre,
            "after_lo": centre * np.exp(-half),
            "after_hi": centre * np.exp(half),
            "standard_score": score,
            "remark": remark,
        }
        rows.append(line)
    return pd.DataFrame(rows)


def _from_the_others(
    producer: Producer, record: dict[str, Any]
) -> tuple[float, float, float]:
    """Predict the score of one record from the producer's other magnets.

    `record` is one of ``producer.magnets``, of the usual route; records of the
    same label, ``magnet``, are left out. ``host`` and ``quantity`` of it are
    read too.

    Returns
    -------
    mean, deviation : float
        Posterior of the score, in standard deviations of the model's error; 0 and 1 without others
        of host and quantity.
    fall : float
        Fall of coercivity with temperature, divided by the model's; 1 without others.
    """
    rest = (m for m in producer.magnets if m["magnet"] != record["magnet"])
    other_records = Producer(producer.name, tuple(rest))
    posterior_source: Known | None = other_records.known(
        record["host"], record["quantity"]
    )
    if posterior_source is None:
        return 0.0, 1.0, 1.0
    single = Producer("", (record,)).known(record["host"], record["quantity"])
    assert single is not None
    mean, variance = posterior_source.posterior(single.table, single.effects)
    fall = float(np.exp(fall_deviation() * posterior_source.mean_slope()))
    return float(mean[0]), float(variance[0]), fall


def _plain_values(row: MeasuredRow) -> dict[str, Any]:
    """Return a measured row as a record by column, to be stored: numbers, texts and what was measured.

    The keys are ``row`` (its number, from 1), ``magnet``, ``composition`` (the text as given) and
    ``temperature_K``; ``shell``, ``coercivity_kA_m``, ``remanence_T``, ``grain_size_um``,
    ``alignment``, ``density`` and ``grain_boundary`` stand in it where `row` has them.
    """
    record = {
        "row": row.number,
        "magnet": row.magnet,
        "composition": row.text,
        "temperature_K": row.temperature,
    }
    if row.shell:
        record["shell"] = row.shell
    return {**record, **row.values, **row.process}
