"""What the report says: the question, the answer and the tables, as plain text and numbers."""

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import compress
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from .._core import datasets
from .._core.columns import COLUMNS
from .._core.elements import INDEX, SYMBOLS
from .._core.units import (
    KILO_GAUSS,
    KILO_OERSTED,
    ZERO_CELSIUS,
    kelvin_text,
)
from ..alloy.shell_rows import with_shell
from ..alloy.table import CompositionTable
from ..choose._decisions import recommended_row
from ..choose._draws import magnets_by_route
from ..choose._job import held_beside
from ..choose._profile_parts import MEETS_PROBABILITY
from ..choose._requirements import UNPROVEN
from ..choose.result import ANSWER, REPLACEMENT
from ..choose.rule import rule_text
from ..choose.thresholds import SAVING_WT_PCT
from ..magnetism._measured import ALPHA
from ..magnetism._stages import supplies
from ..magnetism.conditions import calibration_name
from ..magnetism.demagnetization import Demagnetization, demagnetization
from ..phases._forming import FORMS, WEIGHTS
from ..supply.scenario import scenarios
from ..supply.tables import element_table, overdue
from ._figures import candidate_names, decision_names, decision_numbers
from ._text import calibration_note, display_scale, with_range

if TYPE_CHECKING:
    from ..choose._job import Job
    from ..choose._profile_parts import Requirement
    from ..choose.applications import Profile
    from ..choose.result import Ranked


_LICENCES = re.compile(
    r"CC BY 4\.0|BSD[\w-]*|\bMIT\b|public\s+domain|free\s+of\s+copyright",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Magnets:
    """The magnets that are shown in full: today's, then the other decisions of a screening.

    `table` has their compositions, `shells` the texts of what is diffused into
    them, empty for nothing; `labels` are plain text, not escaped; `rows` are as
    in `Ranked.decisions`; `job` has the device and the conditions.
    """

    table: CompositionTable
    shells: list[str]
    labels: list[str]
    rows: pd.DataFrame
    job: "Job"

    def at(self, temperatures: Sequence[float]) -> list[pd.DataFrame]:
        """Return the magnets at other temperatures, K, each by its route, as `by_route` does.

        It is a list of one frame for each temperature.
        """
        return by_route(self.rows, temperatures, self.job)


def composition_table(frame: pd.DataFrame) -> CompositionTable:
    """Return the compositions of rows of results, by the column ``formula``, atomic texts."""
    return CompositionTable.from_strings(
        frame["formula"].astype(str).tolist(), basis="atomic"
    )


def by_route(
    rows: pd.DataFrame, temperatures: Sequence[float], job: "Job"
) -> list[pd.DataFrame]:
    """Evaluate the magnets of result rows at other temperatures, each by its own route.

    Parameters
    ----------
    rows : pandas.DataFrame
        Has ``formula`` (atomic), ``shell`` (such as "Tb 0.5 wt%"; missing or empty for none) and
        ``route`` (a name such as "hot-deformed"; missing or empty for the usual one).
    temperatures : sequence of float
        K.
    job : Job
        Conditions of the screening, ``result.job`` of a `Ranked`, which give
        the process of each route.

    Returns
    -------
    list of pandas.DataFrame
        One for each temperature, with a row for each of `rows`, in their
        order, numbered from 0: ``host``, ``status`` and magnetic properties
        such as ``remanence_T`` and ``coercivity_kA_m`` with their ends
        ``_lo`` and ``_hi``. Other columns
        of `rows`, such as ranks, are not in it. Without rows `rows` itself for
        each.
    """
    if not len(rows):
        return [rows] * len(temperatures)
    shells = rows["shell"].astype(object).fillna("").tolist()
    groups = job.groups(rows["route"].astype(object).fillna(""))
    groups_by_route = magnets_by_route(
        composition_table(rows), shells, temperatures, groups
    )
    return [one.frame() for one in groups_by_route]


def demagnetization_curves(
    table: CompositionTable, shell: str, kelvin: float, job: "Job"
) -> Demagnetization:
    """Compute the demagnetization curves of one magnet by the process and load line of a job.

    `table` has one row, `shell` is a text such as "Tb 0.5 wt%", empty for
    none; `kelvin` is in K. `job` is such as ``result.job`` of a `Ranked`; the
    ``process`` and the load line of the ``duty`` of its ``conditions`` count,
    not its temperature. The `Demagnetization` has one magnet at one
    temperature: ``remanence`` (T), ``coercivity`` (A/m), ``working_field``
    (A/m), ``working_induction`` (T) and ``above_knee`` have the shape (1, 1);
    ``field`` (H, A/m, 0 or below), ``polarization`` and ``induction`` (T) are
    (1, 1, m).
    """
    process = job.conditions.process
    line = job.conditions.duty.load_line
    return demagnetization(
        table, [kelvin], process=process, shell=[shell], load_line=line
    )


def shown_magnets(result: "Ranked") -> Magnets:
    """Collect the decisions of a screening, as magnets with labels and rows.

    Parameters
    ----------
    result : Ranked
        The screening. It is not changed.

    Returns
    -------
    Magnets
        Today's magnet first, then the other decisions. ``table`` has their
        compositions and ``job`` is that of `result`. ``labels`` are such as
        "0. Today’s magnet", ``shells`` are texts, empty for none, and ``rows``
        the columns of ``result.decisions``, with ``failed_requirements`` in
        words, empty where none is missed.
    """
    decisions = result.best()
    profile = result.profile
    shells = decisions["shell"].astype(object).fillna("").tolist()
    misses = decisions["failed_requirements"].fillna("")
    decisions["failed_requirements"] = [
        requirement_text(t, profile) if t else "" for t in misses
    ]
    return Magnets(
        composition_table(decisions),
        shells,
        decision_names(decisions),
        decisions,
        result.job,
    )


def number(value: object, digits: int = 3) -> str:
    """Format a number with some significant digits.

    Parameters
    ----------
    value : object
        A number, or a text of one.
    digits : int
        Significant digits.

    Returns
    -------
    str
        A dash "–" where there is no number or NaN; infinity as its sign;
        numbers of a size below 1e-6 as "0"; one with more digits before the
        point than `digits` as a whole number, such as "1234", without an
        exponent and without a thousands separator; one below 1e-4 with an
        exponent, "2.00e−05". Trailing zeros stay, as in "2.00". Minus is the
        sign "−".
    """
    try:
        x = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return "–"
    if x != x:
        return "–"
    if x in (float("inf"), float("-inf")):
        if x > 0:
            return "∞"
        return "−∞"
    if abs(x) < 1e-6:
        return "0"
    text = f"{x:#.{digits}g}".removesuffix(".")
    return (f"{x:.0f}" if "e+" in text else text).replace("-", "−")


def probability_text(value: object) -> str:
    """Write a probability with two significant digits, "< 0.001" below a thousandth.

    `value` is a number, 0 to 1, or a text of one. A missing one is a dash "–",
    below 1e-6 it is "0"; one near 1 may become "1.0".
    """
    text = number(value, 2)
    if text not in ("–", "0") and float(value) < 1e-3:  # type: ignore[arg-type]
        return "< 0.001"
    return text


def kelvin(temperature: float) -> str:
    """Return a temperature in both units, e.g. ``423 K (150 °C)``."""
    return kelvin_text(temperature).replace("-", "−")


def lead(result: "Ranked") -> list[str]:
    """Return the sentences that `magnetkit.replace` answered with, where that made the result; else none.

    They are the list of texts "answer" of ``result.manifest``.
    """
    sentences = result.manifest.get(ANSWER)
    if isinstance(sentences, list):
        return list(map(str, sentences))
    return []


_STATUS = {
    "keep": "Keep",
    "ready": "Ready to melt",
    "buy": "Buy",
    "trial": "Trial",
}


def answer(result: "Ranked", cgs: bool = False) -> list[str]:
    """Write what to decide between: the question, each decision, the one to take, the next test.

    `result` is the screening. The first text is the question, then one follows for
    each decision, today's magnet first, such as "0. Keep: ...", then what
    `verdict_text` returns behind its question, and last `LEGEND`, which explains
    the others; they are plain text. Fields and flux densities are in kOe and kG if
    `cgs`, else in kA/m and T.
    """
    decisions = result.decisions
    today = decisions.iloc[0]
    question, *verdict = verdict_text(result)
    texts = [question]
    for place, number in enumerate(decision_numbers(decisions)):
        row = decisions.iloc[place]
        status = _STATUS[row["decision_status"]]
        line = _decision_line(row, today, result, cgs)
        texts.append(f"{number}. {status}: {line}.")
    return [*texts, *verdict, LEGEND]


def calibration(result: "Ranked") -> str:
    """Return whose magnets the values of a screening rest on, as "Calibration: ... ."."""
    name = calibration_name(result.manifest["identity"]["process"])
    return calibration_note(name, result.profile.reference.grade)


LEGEND = (
    "Br and HcJ are what 99 % of lots of one producer reach; P: the probability to meet every "
    "requirement; saved: of heavy rare earth, wt.% of the magnet."
)


def place_to_take(result: "Ranked", decided: pd.DataFrame) -> int | None:
    """Return the position in `decided` of the decision to take, from 0; None to keep today's magnet.

    `decided` has the rows of the decisions of `result`, today's magnet first, with
    the columns of ``result.decisions``. The result of a replacement takes its own
    recommended way, the first whose ``share_best`` is 1 or more; of any other
    result 0 is never returned.
    """
    if REPLACEMENT in result.manifest:
        first = np.flatnonzero(decided["share_best"].to_numpy(float) >= 1.0)
        if len(first):
            return int(first[0])
        return None
    return recommended_row(decided, result.job)


def verdict_text(result: "Ranked") -> list[str]:
    """Write what was asked, which decision to take and the next test, one text each.

    Parameters
    ----------
    result : Ranked
        The screening, such as `magnetkit.screen` returns.

    Returns
    -------
    list of str
        Three texts in this order, the question (with the calibration), the decision (with the rule)
        and the next test; a fourth on a lower class of the grade, if "lower_class" of the
        manifest's summary has one.
    """
    decisions = result.decisions
    meeting = int(result.manifest["summary"]["meet_requirements"])
    hot = kelvin(float(result.manifest["identity"]["temperature_K"]))
    total = result.judged
    of = place_to_take(result, decisions)
    if of is None:
        # What might save more than is sure is decided by a measurement.
        trials = np.flatnonzero(decisions["decision_status"] == "trial")
        of = 0
        if len(trials) and decisions["heavy_rare_earth_wt_pct"].iloc[0] > 0.05:
            of = int(trials[0])
    rule = rule_text(result.profile.most_cost_per_flux)
    candidates = f"{total:,} candidates"
    if total == 1:
        candidates = "1 candidate"
    beside = " and ".join(
        requirement_in_words(one) for one in held_beside(result.profile)
    )
    if beside:
        beside = f" Beside what is asked the device keeps {beside}."
    number_of = {0: "none meets", 1: "1 meets"}.get(
        meeting, f"{meeting:,} meet"
    )
    return [
        f"{result.profile.title}: {candidates} for {hot}; {_count_prefix(result)}{number_of} "
        f"every requirement.{beside} {calibration(result)}",
        f"{_verdict(result, decisions)} The rule: {rule}.",
        f"Next, for {decision_numbers(decisions)[of]}: {decisions['next_test'].iloc[of]}.",
        *filter(None, [result.manifest["summary"].get("lower_class")]),
    ]


def _count_prefix(result: "Ranked") -> str:
    """Return "at least " if a bound left candidates of `result` out, so that counts are lower limits.

    The text is empty otherwise. "limit" of "sieve" in the manifest's summary says so.
    """
    if (result.manifest["summary"].get("sieve") or {}).get("limit"):
        return "at least "
    return ""


def _decision_line(
    row: "pd.Series", today: "pd.Series", result: "Ranked", cgs: bool
) -> str:
    """Write one decision in a line: what to make, what it saves, its values and its cost.

    Parameters
    ----------
    row, today : pandas.Series
        The decision and today's magnet, rows of ``result.decisions``. Of `today`
        ``cost_per_flux_USD_m3_T`` and ``supply_risk`` count, which the decision
        is compared with.
    result : Ranked
        The screening; its ``profile`` names the grade in use.
    cgs : bool
        Values in kG and kOe, else in T and kA/m.

    Returns
    -------
    str
        Without number and full stop. Where ``decision_status`` is "keep": name, grade, heavy
        rare earth (wt.%), probability and guaranteed values alone.
    """
    profile = result.profile
    (name,) = candidate_names(row.to_frame().T)
    b_r = float(row["remanence_guaranteed_T"])
    h_cj = float(row["coercivity_guaranteed_kA_m"])
    b_r_unit = "T"
    h_unit = "kA/m"
    if cgs:
        b_r = b_r / KILO_GAUSS
        h_cj = 1e3 / KILO_OERSTED * h_cj
        b_r_unit = "kG"
        h_unit = "kOe"
    chance = f"P {probability_text(row['probability_meets_requirements'])}"
    magnet = f"Br {number(b_r)} {b_r_unit}, HcJ {number(h_cj)} {h_unit}"
    heavy = float(row["heavy_rare_earth_wt_pct"])
    if row["decision_status"] == "keep":
        known_alphas = [
            a for a in profile.reference.anchors if a.column == ALPHA
        ]
        steady = "".join(
            f"; known: α {a.value:g} ± {a.spread:g} %/K ({a.status})"
            for a in known_alphas
        )
        grade = profile.reference.grade
        return f"{name} ({grade}), {number(heavy)} wt.% heavy; {chance}; {magnet}{steady}"
    saving = float(row["heavy_rare_earth_saved_wt_pct"])
    heavy_today = heavy + saving
    share = (
        f" ({100 * saving / heavy_today:.0f} %)" if heavy_today > 0.05 else ""
    )
    saves = (
        f"saves {number(saving)}{share}"
        if saving > 0
        else f"{number(heavy)} wt.% heavy"
    )
    flux = (
        float(row["cost_per_flux_USD_m3_T"])
        / float(today["cost_per_flux_USD_m3_T"])
        - 1.0
    )
    risk = float(row["supply_risk"]) - float(today["supply_risk"])
    alike = int(row["copies"] or 0) - int(row["decision_status"] != "trial")
    alike_text = f"; {_count_prefix(result)}{alike} alike" if alike > 0 else ""
    evidence = number(float(row["evidence_distance"]), 2)
    text = f"{row['decision']}: {name}; {saves}, {chance}; {magnet}; "
    text += f"cost per flux {100 * flux:+.0f} %, supply risk {risk:+.2f}, "
    text += f"evidence {evidence}{alike_text}"
    return text + _trial_risk(row, profile)


def _trial_risk(row: "pd.Series", profile: "Profile") -> str:
    """Say which requirements a trial may miss, as a text that begins with ``"; "``.

    If it misses none, the text says in what it is far from measured magnets.

    Parameters
    ----------
    row : pandas.Series
        A decision: ``decision_status`` ("trial" for one), ``failed_requirements`` (column names
        joined by "; ", empty or None for none) and ``evidence_farthest`` (a text).
    profile : Profile
        The device, whose requirements are put in words.

    Returns
    -------
    str
        Empty if there is nothing of that, and for a decision that is no trial.
    """
    if row["decision_status"] != "trial":
        return ""
    misses = str(row["failed_requirements"] or "")
    farthest = str(row["evidence_farthest"] or "")
    if not misses or misses == UNPROVEN:
        if farthest:
            return f"; far from measured magnets in {farthest}"
        return ""
    return f"; may miss {requirement_text(misses, profile)}"


def _verdict(result: "Ranked", decided: pd.DataFrame) -> str:
    """Say in one sentence which decision to take, or why to keep today's magnet.

    Parameters
    ----------
    result : Ranked
        The screening, such as `magnetkit.screen` returns.
    decided : pandas.DataFrame
        Rows of the decisions, today's magnet first: ``heavy_rare_earth_wt_pct``,
        ``heavy_rare_earth_saved_wt_pct``, ``decision_status`` and what `decision_numbers` and
        `place_to_take` need.

    Returns
    -------
    str
        Begins with "Decision:" and ends in a full stop. The saving is in g a
        device; it is no measure where today's magnet is unlikely to meet the
        requirements.
    """
    place = place_to_take(result, decided)
    today = decided.iloc[0]
    numbers = decision_numbers(decided)
    if place is not None:
        row = decided.iloc[place]
        grams = (
            10.0
            * float(row["heavy_rare_earth_saved_wt_pct"])
            * result.profile.magnet_mass_kg
        )
        if grams != grams:
            return (
                f"Decision: {numbers[place]}, which is likely to meet what today’s magnet hardly "
                "does."
            )
        beside = _saves_more(decided, place)
        return f"Decision: {numbers[place]}, which saves {number(grams)} g a device{beside}."
    reason = "since nothing of its family that is sure enough lowers the exposure to heavy rare earth"
    if float(today["heavy_rare_earth_wt_pct"]) <= 0.05:
        reason = "which holds no heavy rare earth to save"
        able = decided["decision_status"].isin(["ready", "buy"])
        if able.any():
            names = " or ".join(compress(numbers, able))
            reason += f", unless cost or supply risk weigh most: then {names}"
    return f"Decision: keep today’s magnet, {reason}."


def _saves_more(decided: pd.DataFrame, place: int) -> str:
    """Say which other decision saves more, and what is against it.

    Parameters
    ----------
    decided : pandas.DataFrame
        Rows of the decisions, today's magnet first: ``heavy_rare_earth_saved_wt_pct`` (wt.%),
        ``decision_status`` and what `decision_numbers` needs.
    place : int
        Position of the decision to take, from 0.

    Returns
    -------
    str
        Begins with ``"; "`` and names the one that saves most, such as "; 3
        saves more and is a trial"; empty if that saves less than
        `SAVING_WT_PCT` (0.3 wt.%) more.
    """
    savings = decided["heavy_rare_earth_saved_wt_pct"].astype(float)
    other = int(savings.to_numpy().argmax())
    if savings.iloc[other] < savings.iloc[place] + SAVING_WT_PCT:
        return ""
    against = "is less sure"
    if decided["decision_status"].iloc[other] == "trial":
        against = "is a trial"
    return f"; {decision_numbers(decided)[other]} saves more and {against}"


def requirement_text(text: str, profile: "Profile") -> str:
    """Replace column names in a text of requirements by labels and units.

    `text` names requirements of the device `profile` as the column
    ``failed_requirements`` of results does, joined by "; ". Parts that are no
    requirement of it stay as they are. An empty text becomes "none alone, but all of
    them together".
    """
    for requirement in profile.requirements:
        text = text.replace(
            str(requirement), requirement_in_words(requirement)
        )
    return text or "none alone, but all of them together"


def requirement_in_words(requirement: "Requirement") -> str:
    """Write a requirement in words, e.g. ``Remanence ≥ 0.8 T at 20 °C``, in the units of the setting.

    It is one of ``profile.requirements``. ``minimum`` gives "≥", ``maximum``
    "≤", ``absolute_maximum`` "≤" and the label between bars. No temperature
    stands where ``temperature_K`` is None. A share of the reference magnet is
    written as the number that its limit is.
    """
    column = COLUMNS[requirement.column]
    name = (
        column.label
        if requirement.absolute_maximum is None
        else f"|{column.label}|"
    )
    sign = "≥" if requirement.minimum is not None else "≤"
    kelvin = requirement.temperature_K
    factor, offset, unit = display_scale(requirement.column)
    at = "" if kelvin is None else f" at {kelvin - ZERO_CELSIUS:.4g} °C"
    limit = factor * requirement.limit + offset
    return f"{name} {sign} {limit:.4g} {unit}".rstrip() + at


def _lower_label(label: str) -> str:
    """Return a label without its capital, but for names: ``Dy + Tb`` and ``Curie`` stay.

    `label` must not be empty. These are labels whose first word is a symbol of
    an element, or "Curie".
    """
    if label.split()[0] in (*INDEX, "Curie"):
        return label
    return label[:1].lower() + label[1:]


def objectives(profile: "Profile") -> list[str]:
    """Write the objectives of `profile` in words, in their order, e.g. ``least material cost``.

    A direction "min" is "least", any other "largest". The result is a list of
    one text each. `profile` is that of a device, such as
    `magnetkit.applications.load` returns; its ``goals`` are read.
    """
    texts = []
    for name, direction in profile.goals:
        extreme = "least" if direction == "min" else "largest"
        label = "margin"
        if name != "margin":
            label = _lower_label(COLUMNS[name].label)
        texts.append(f"{extreme} {label}")
    return texts


def requirements(shown: Magnets) -> list[dict[str, Any]]:
    """Describe each requirement of the device and the values of each decision.

    `shown` are the decisions, as `shown_magnets` returns them; they are
    evaluated here at the temperatures of the requirements.

    Returns
    -------
    list of dict
        One for each requirement, in the order of the device: ``text``, it in
        words; ``source`` and its ``status``, such as "cited"; ``values``, a
        list of a tuple (value, range) of texts for each magnet shown, such as
        ("587", "419 to 756"), in the unit of ``text`` and without it. The
        range is empty where there is none. Whether it is met is not said.
    """
    at = sorted(
        {
            r.temperature_K or shown.job.temperature
            for r in shown.job.profile.requirements
        }
    )
    frames = dict(zip(at, shown.at(at), strict=True))
    requirement_rows = []
    for requirement in shown.job.profile.requirements:
        column = requirement.column
        kelvin = requirement.temperature_K or shown.job.temperature
        rows = frames[kelvin] if column in frames[kelvin] else shown.rows
        values = [
            with_range(row, column, number, number)
            for _, row in rows.iterrows()
        ]
        evidence = {
            "source": requirement.source,
            "status": requirement.status,
            "values": values,
        }
        requirement_rows.append(
            {"text": requirement_in_words(requirement)} | evidence
        )
    return requirement_rows


def stages(result: "Ranked") -> list[str]:
    """Say how candidates were narrowed down to those that are kept.

    Parameters
    ----------
    result : Ranked
        The screening, such as `magnetkit.screen` returns.

    Returns
    -------
    list of str
        A sentence for each stage, how many candidates it evaluated, and one
        for those that are kept, without full stops; empty if all candidates
        were evaluated in full.
    """
    sieve = result.manifest["summary"].get("sieve")
    if sieve is None:
        return []
    lines = [
        f"{n:,} were evaluated by {stage}"
        for stage, n in sieve["stages"].items()
    ]
    return [
        *lines,
        f"the best {len(result):,} were evaluated in full and are kept",
    ]


def failures(result: "Ranked") -> list[tuple[str, int]]:
    """Count what candidates miss: requirements, and statuses other than ok.

    Parameters
    ----------
    result : Ranked
        The screening, such as `magnetkit.screen` returns.

    Returns
    -------
    list of (str, int)
        Requirement in words, or "status: " and the status, and the number of candidates; the most
        frequent first. A candidate counts for each requirement that it misses; of one whose status
        is not "ok" the status alone counts. Of a screening with ``keep`` a candidate counts once,
        by what ended it: a requirement on the composition, "requirements missed", "loss", "loss by
        composition" or a status.
    """
    profile = result.profile
    sieve = result.manifest["summary"].get("sieve")
    counts: Counter[str] = Counter()
    if sieve is not None:
        counts.update(sieve["ended"])
        status = sieve["status"]
    else:
        table = result.select(["status", "failed_requirements"]).to_pandas()
        status = table["status"].value_counts()
        sets = table.loc[
            table["status"] == "ok", "failed_requirements"
        ].value_counts()
        for text, n in sets[sets > 0].items():
            for part in filter(None, str(text).split("; ")):
                counts[part] += int(n)
    texts = [
        (requirement_text(part, profile), n) for part, n in counts.items()
    ]
    for text, n in status.items():
        if text != "ok" and n:
            texts.append((f"status: {text}", int(n)))
    return sorted(texts, key=lambda pair: -pair[1])


def constants(result: "Ranked") -> dict[str, str]:
    """Collect the numbers that the sentences of the page need, as texts by name.

    `result` is the screening, which says how probable its intervals are.

    Returns
    -------
    dict of str to str
        ``share``, probability of the intervals in % without the sign, "90"
        where the result does not say; ``missed``, chance of a miss at most,
        likewise; ``phases_known``, a count; ``forms``, the probability, 0 to
        1, from which a phase counts as forming.
    """
    weights = json.loads(datasets.path(WEIGHTS).read_text(encoding="utf-8"))
    return {
        "share": f"{100 * result.manifest['identity'].get('interval', 0.9):g}",
        "missed": f"{100 * (1 - MEETS_PROBABILITY):.0f}",
        "phases_known": str(weights["rows"]),
        "forms": f"{FORMS:g}",
    }


def has_changed(result: "Ranked") -> bool:
    """Say whether version or embedded data differ from those that `result` was screened with.

    These are "magnetkit" and "data" of "identity" in its manifest; a missing
    one counts as other. The manifest must have "identity".
    """
    from .._core._version import __version__

    identity = result.manifest["identity"]
    return (
        identity.get("magnetkit") != __version__
        or identity.get("data") != datasets.digests()
    )


def sources() -> list[dict[str, str]]:
    """Describe every embedded data folder, in alphabetical order.

    A folder counts that has a SOURCE.md. Each dict has ``name``, that of the folder;
    ``licences``, those that its SOURCE.md names, joined by ", ", empty for none; and
    the ``text`` of that file, Markdown.
    """
    rows = []
    for file in sorted(datasets.root().glob("*/SOURCE.md")):
        text = file.read_text(encoding="utf-8")
        licences: dict[str, str] = {}
        for match in _LICENCES.findall(text):
            plain = re.sub(r"\s+", " ", match)
            licences.setdefault(plain.lower(), plain)
        rows.append(
            {
                "name": file.parent.name,
                "licences": ", ".join(licences.values()),
                "text": text,
            }
        )
    return rows


def validations() -> list[tuple[str, str]]:
    """Return the embedded validation reports: their subject and their text.

    They are tuples in alphabetical order. The subject is the name of the data folder, the text
    Markdown.
    """
    files = sorted(datasets.root().glob("*/VALIDATION.md"))
    return [
        (file.parent.name, file.read_text(encoding="utf-8")) for file in files
    ]


def scenarios_to_show(own: str) -> list[str]:
    """Return the names of the embedded supply scenarios, behind `own` where that is another.

    Another is one that is not embedded. `own` is the name, or the path of a
    TOML file, of the scenario of the screening.
    """
    if own in scenarios():
        return scenarios()
    return [own, *scenarios()]


def by_scenario(shown: Magnets) -> list[dict[str, Any]]:
    """Compute supply risk and cost of the shown magnets in every scenario.

    `shown` are the magnets, as `shown_magnets` returns them. The scenario of
    the screening comes first if it is no embedded one.

    Returns
    -------
    list of dict
        One a scenario: ``title``, a text, and lists of float ``supply_risk`` (0 to
        1) and ``cost_USD_kg``, one for each magnet in the order of `shown`.
    """
    rows = []
    for name in scenarios_to_show(shown.job.conditions.scenario):
        conditions = replace(shown.job.conditions, scenario=name)
        frame = supplies(shown.table, shown.shells, conditions)
        rows.append(
            {
                "title": conditions.supply_scenario.title,
                "supply_risk": frame["supply_risk"].tolist(),
                "cost_USD_kg": frame["cost_USD_kg"].tolist(),
            }
        )
    return rows


def elements(shown: Magnets) -> list[list[str]]:
    """Describe the supply of each element in the shown magnets, the riskiest element first.

    `shown` are the magnets, as `shown_magnets` returns them; their shells
    count. The scenario is that of the screening.

    Returns
    -------
    list of list of str
        A row an element, seven texts: symbol, import reliance ("100 %"),
        concentration with its stage ("0.45 (mine)"), largest producer with its
        share ("China, 99 %"), risk (0 to 1), price in USD/kg with its range
        where that is known ("300 (250 to 400)"), export controls. An element
        without supply figures has no row.
    """
    table = element_table(
        shown.job.conditions.scenario, shown.job.conditions.recycled
    )
    table = table[table["element"].isin(_present_elements(shown))]
    rows = []
    for row in table.sort_values("supply_risk", ascending=False).to_dict(
        "records"
    ):
        low = number(row["price_low_USD_kg"])
        high = number(row["price_high_USD_kg"])
        range_text = "" if low == "–" else f" ({low} to {high})"
        rows.append(
            [
                row["element"],
                f"{100.0 * row['import_reliance']:.0f} %",
                f"{number(row['concentration'], 2)} ({row['stage']})",
                f"{row['largest_producer']}, {100.0 * row['largest_share']:.0f} %",
                number(row["supply_risk"], 2),
                f"{number(row['price_USD_kg'])}{range_text}",
                row["export_control"],
            ]
        )
    return rows


def overdue_facts(shown: Magnets) -> list[str]:
    """Return the facts on the elements of the magnets `shown` that are due for a review today.

    They are a list of sentences, see `magnetkit.supply.overdue`; empty where none is late.
    """
    return overdue(symbols=_present_elements(shown))


def _present_elements(shown: Magnets) -> list[str]:
    """List the symbols of the elements in any of the magnets shown, their shells included.

    `shown` has ``table`` and ``shells``. They are by atomic number, each once.
    """
    whole = (
        with_shell(shown.table, shown.shells)
        if any(shown.shells)
        else shown.table
    )
    return [SYMBOLS[i] for i in np.flatnonzero(whole.to_array().sum(axis=0))]
