"""A parts list: what replaces each magnet, kilograms by element and dollars a year, shortages.

Rows that ask the same question are asked once. A row that is not understood is listed and the rest
goes on.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .._core import datasets
from .._core._arguments import check_arguments, parse_whole_number
from .._core._progress import bar
from .._core._words import write_count
from .._core.elements import RARE_EARTHS
from .._core.errors import InputError
from .._core.plausible import check_plausible
from .._core.settings import get_settings
from .._core.units import parse_temperature
from ..alloy.user_tables import UserTable, read_user_table, row_text
from ..choose.exposure import mass_shares
from ..choose.order_line import order_line
from ..supply.scenario import Scenario, with_prices
from ..supply.shortage import Shortage, load_shortage, shortages
from ._part import Amount, Part, sum_heavy
from ._parts_tables import main_table, notes, symbol_prices, totals, ways_table
from ._shortage_plan import plan_changes
from .replace import Replacement, replace

if TYPE_CHECKING:
    import pandas as pd

_FOLDER = "devices"
_OF_ONE_MAGNET = {
    "grade",
    "recipe",
    "basis",
    "shell",
    "measured",
    "values",
    "mass_kg",
}
_OF_ONE_MAGNET |= {"offer", "diffused", "kinds", "out", "force"}
"""Keywords of `replace` that a list does not take."""
_SIZE = re.compile(
    r"^\s*(\d*[.,]?\d+)\s*[x×*]\s*(\d*[.,]?\d+)\s*[x×*]\s*(\d*[.,]?\d+)\s*(?:mm)?\s*$"
)
_SEVERAL = re.compile(r"\w\s*(?:[/;]|\bor\b|\boder\b)\s*\w", re.IGNORECASE)
"""What stands between two grades in one cell."""
_ROUTES = 0.05  # Least probability of a kind of makeup that widens the range of an element.


@dataclass(frozen=True, repr=False, eq=False)
class PartsAnswer:
    """What replaces the magnets of a parts list.

    Attributes
    ----------
    parts : tuple of Part
        The rows that were understood, in the order of the list.
    frame : pandas.DataFrame
        One row a part: ``Row``, ``Part``, ``Magnet``, ``Temperature, °C``,
        ``Verdict``, ``Replacement``, ``P``, ``kg a year``, kg and USD a year
        today and then, ``Order line``, ``Why``, and the user's own columns.
    totals : pandas.DataFrame
        One row an element: kg a year today and then, low, mean and high.
    ways : pandas.DataFrame
        All ways of all parts.
    changes : pandas.DataFrame
        For each shortage the parts that it stops, and in which order to change them.
    shortages : pandas.DataFrame
        One row a shortage: kilograms and dollars.
    refused : pandas.DataFrame
        Rows that were not understood: ``Row``, ``Text``, ``Why``.
    notes : list of str
        What was read, what gaps were filled with, and sources.
    """

    parts: tuple[Part, ...]
    frame: "pd.DataFrame"
    totals: "pd.DataFrame"
    ways: "pd.DataFrame"
    changes: "pd.DataFrame"
    shortages: "pd.DataFrame"
    refused: "pd.DataFrame"
    notes: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """Return the answer in some twenty lines."""
        from ._parts_tables import lines

        return lines(self)

    def to_excel(self, path: str | Path) -> Path:
        """Write the answer as a workbook to read, sort and sum; see `write_parts_workbook`.

        Parameters
        ----------
        path : str or Path
            File to write, .xlsx; an existing one is replaced.

        Returns
        -------
        Path
            The file that was written.

        Raises
        ------
        InputError
            If it ends otherwise, or cannot be written.
        """
        from ._parts_workbook import write_parts_workbook

        return write_parts_workbook(self, Path(path))

    def to_json(self) -> str:
        """Return all tables and notes as one JSON object; each table is a list of records.

        The keys are ``frame``, ``totals``, ``ways``, ``shortages``,
        ``changes``, ``refused`` and ``notes``, a list of texts. Records map
        column headers to values; missing numbers are null.
        """
        import json

        tables = ("frame", "totals", "ways", "shortages", "changes", "refused")
        parts = [
            f'"{name}": {getattr(self, name).to_json(orient="records", force_ascii=False)}'
            for name in tables
        ]
        return f'{{{", ".join(parts)}, "notes": {json.dumps(self.notes, ensure_ascii=False)}}}'

    def __repr__(self) -> str:
        """Return the lines as one text."""
        return "\n".join(self.lines())


def devices() -> list[str]:
    """Return the names of the embedded devices, which are parts lists."""
    return sorted(f.stem for f in (datasets.root() / _FOLDER).glob("*.csv"))


@check_arguments
def replace_parts(
    table: Any,
    *,
    temperature: float | str | None = None,
    per_year: int = 1,
    units: Mapping[str, str] | None = None,
    scenario: str | Path | Scenario = "baseline",
    prices: Mapping[str, str] | None = None,
    shortage: Sequence[Any] = (),
    strict: bool = False,
    workers: int = 1,
    progress: bool = False,
    **keywords: Any,
) -> PartsAnswer:
    """Find what replaces each magnet of a parts list.

    Parameters
    ----------
    table : path, frame, list of records or str
        A parts list (.xlsx, .csv, .tsv, .parquet; ``parts.xlsx#Sheet:3`` names
        sheet and header row) with a column of grades or recipes, headers as
        people write them, with the unit: part, grade, kg/year (or pieces and
        mass, or size in mm), temperature, load line, maker. A frame, or a list
        of dicts by such headers, stands for a file. Or the name of an embedded
        device, "patriot" or "f22-engine".
    temperature : float or str, optional
        Temperature of rows that state none, K or a text such as ``"150C"``; the grade's highest
        otherwise. A bare 150 is 150 K, with a warning.
    per_year : int
        Devices a year, where the list says pieces in a device.
    units : mapping of str to str, optional
        Unit of a column whose header names none, by header: ``{"Max temp":
        "C"}``.
    scenario : str, Path or Scenario
        Prices that dollars are counted by: a name of
        `magnetkit.supply.scenarios`, a TOML file, or a `Scenario`.
    prices : mapping of str to str, optional
        Other prices by element, as a factor of the scenario's,
        ``{"Tb": "3x"}``, or as a price, ``{"Tb": "900USD/kg"}``.
    shortage : sequence of str, Path or Shortage
        Shortages beside the embedded ones, which are always answered: names of
        scenarios, TOML files, or `Shortage`; one alone is accepted.
    strict : bool
        Fail on the first row that is not understood; otherwise it is in
        ``refused``.
    workers : int
        Processes that ask at once; more than one needs a script that guards its start
        (``if __name__ == "__main__":``).
    progress : bool
        Show a bar.
    **keywords
        As of `magnetkit.replace`, for all rows; not those that say what one
        magnet is: ``grade``, ``recipe``, ``basis``, ``shell``, ``measured``,
        ``values``, ``mass_kg``, ``offer``, ``diffused``, ``kinds``, ``out`` and
        ``force`` are an InputError.

    Returns
    -------
    PartsAnswer
        Its ``frame`` has one row for each row understood, in the order of the
        list, with ``Row``, ``Part``, ``Magnet``, ``Verdict``, ``Replacement``
        and more; ``refused`` is a frame of ``Row``, ``Text`` and ``Why``.
        ``parts``, ``totals``, ``ways``, ``changes``, ``shortages`` and
        ``notes`` are as `PartsAnswer` says.

    Raises
    ------
    InputError
        If the table cannot be read, or no row of it can be used.

    Examples
    --------
    >>> rotor = {"part": "rotor", "grade": "N42SH", "kg/year": 120, "Max temp C": 150}
    >>> answer = replace_parts([rotor])
    >>> answer.frame["Part"].tolist()
    ['rotor']
    """
    import pandas as pd

    parse_whole_number("per_year", per_year)
    parse_whole_number("workers", workers)
    if of_one := sorted(_OF_ONE_MAGNET & keywords.keys()):
        raise InputError(
            f"{of_one[0]} is of one magnet: `magnetkit.replace` takes it; a list has columns"
        )
    state = with_prices(scenario, prices or {})
    all_shortages = _load_shortages(shortage)
    user_table = read_user_table(_source(table), "parts", units, strict)
    _check_columns(user_table)
    gaps = _fill_temperatures(user_table, temperature)
    graded_rows = [
        row for row in user_table.rows if row.get("grade") is not None
    ]
    questions = list(dict.fromkeys(map(_question, graded_rows)))
    keywords |= {"scenario": scenario, "prices": prices}
    answers = _ask_questions(questions, keywords, workers, progress=progress)
    parts, places, refusals = _answer_rows(
        user_table, answers, per_year, strict=strict
    )
    own_columns = user_table.own.iloc[places].reset_index(drop=True)
    by_element = symbol_prices(state)
    changes, summary = plan_changes(parts, all_shortages, state)
    return PartsAnswer(
        parts=tuple(parts),
        frame=main_table(parts, own_columns, user_table.columns, by_element),
        totals=totals(parts),
        ways=ways_table(parts, by_element),
        changes=changes,
        shortages=summary,
        refused=pd.DataFrame(
            [
                (line, text, why)
                for line, (text, why) in sorted(refusals.items())
            ],
            columns=["Row", "Text", "Why"],
        ),
        notes=notes(user_table, parts, state, len(questions), gaps),
    )


def _load_shortages(shortage: Any) -> list[Shortage]:
    """Load the embedded shortages, then the user's, as a list.

    `shortage` is one of the user's (a name, a file or a Shortage) or several.
    None of the user's is an empty sequence. The name of an embedded one, such as
    "dy-tb-stop", adds nothing. InputError if any other has a name that is taken,
    if a name is unknown, and for a scenario that restricts nothing.

    Names are those of `load_shortage`: embedded shortages or scenarios; a file
    is a Path or a text that ends in ".toml". Each `Shortage` is loaded once,
    in the order of the names, then of `shortage`.
    """
    users = (
        [shortage] if isinstance(shortage, str | Path | Shortage) else shortage
    )
    embedded_shortages = {name: load_shortage(name) for name in shortages()}
    for one in users:
        user_shortage = load_shortage(one)
        if (
            user_shortage.name in embedded_shortages
            and one != user_shortage.name
        ):
            raise InputError(
                f"two shortages are called {user_shortage.name!r}; give yours another name"
            )
        embedded_shortages[user_shortage.name] = user_shortage
    return list(embedded_shortages.values())


def _source(table: Any) -> Any:
    if isinstance(table, str) and table in devices():
        return datasets.root() / _FOLDER / f"{table}.csv"
    return table


def _fill_temperatures(
    listed: UserTable, temperature: float | str | None
) -> list[str]:
    """Fill in the temperature of the rows of a parts list that have a grade and none, in place.

    Of the `UserTable` `listed` the dicts in ``rows``, with ``grade`` and
    ``temperature`` (missing or None), and ``lines`` count. Rows get
    ``temperature``, K. Without `temperature`, K or a text such as "150C", they
    stay as they are, and the highest of each grade counts. The result is a list
    with one text that names the lines of those rows, at most ten, and what is
    taken, with or without `temperature`; it is empty without such rows.
    InputError if `temperature` cannot be read.
    """
    lines = []
    for line, row in zip(listed.lines, listed.rows, strict=True):
        if row.get("grade") is not None and row.get("temperature") is None:
            lines.append(str(line))
            if temperature is not None:
                row["temperature"] = parse_temperature(temperature)
    if not lines:
        return []
    what = (
        "the highest of each grade"
        if temperature is None
        else str(temperature)
    )
    rows_text = ", ".join(lines[:10]) + (", ..." if len(lines) > 10 else "")
    return [
        f"No temperature in {write_count(len(lines), 'row')} ({rows_text}): {what} is taken."
    ]


def _check_columns(listed: UserTable) -> None:
    """Raise InputError if the table `listed` has neither a column of grades nor one of recipes.

    A column counts by its ``name``, "grade" or "recipe"; the message names up
    to 12 headers.
    """
    names = {column.name for column in listed.columns}
    if not names & {"grade", "recipe"}:
        headers = ", ".join(column.header for column in listed.columns[:12])
        raise InputError(
            f"no column of grades: expected a header such as Grade, Material, Werkstoff or 牌号 "
            f"(or a recipe), got {headers or 'none'}{_encoding_hint(headers)}"
        )


def _encoding_hint(headers: str) -> str:
    """Write a hint where headers may have been read by another encoding, else an empty text.

    `headers` are the headers in one text. Any character that is not ASCII, as
    "°", gives the hint, which begins with "; ".
    """
    if headers.isascii():
        return ""
    return (
        "; if these letters are wrong, save the file as CSV UTF-8, or as .xlsx"
    )


Question = tuple[tuple[str, Any], ...]
"""What a row asks of `replace`: the keywords that it states, with their values."""
_ASKED = (
    "grade",
    "temperature",
    "load_line",
    "outside_field_kA_m",
    "hours",
    "recipe",
)
_OF_RECIPE = ("basis", "shell")
# So many questions are worth the start of another process.
_QUESTIONS_A_PROCESS = 60
# So many go to a process at once: enough to share the melts of a grade, few for a bar that moves.
_MOST_A_GROUP = 20


def _question(row: Mapping[str, Any]) -> Question:
    """Collect the keywords of `replace` for a row, as a tuple of pairs of keyword and value.

    `row` maps known names to values, missing or None for an empty cell; such a
    name has no pair. Those that count are ``grade``, ``temperature`` (K),
    ``load_line``, ``outside_field_kA_m``, ``hours`` and ``recipe``, in this
    order, then, if there is a recipe, ``basis`` and ``shell``. Rows with equal
    keywords share the answer.

    >>> _question({"part": "rotor", "grade": "N42SH", "temperature": 423.15})
    (('grade', 'N42SH'), ('temperature', 423.15))
    """
    names = _ASKED + (_OF_RECIPE if row.get("recipe") is not None else ())
    return tuple(
        (name, row[name]) for name in names if row.get(name) is not None
    )


def _ask_question(
    question: Question, keywords: Mapping[str, Any]
) -> Replacement | InputError:
    """Call `replace` for one question, for the likeliest kind; an InputError is returned, not raised.

    `question` holds pairs of keyword and value, ``("grade", "N42SH")``. They
    override `keywords`, those that all questions share; ``kinds`` is 1 unless
    these say otherwise.

    Other errors are raised.
    """
    try:
        return replace(**{"kinds": 1, **keywords, **dict(question)})
    except InputError as error:
        return InputError(str(error))


def _ask_questions(
    questions: Sequence[Question],
    keywords: Mapping[str, Any],
    workers: int,
    *,
    progress: bool,
) -> dict[Question, Replacement | InputError]:
    """Answer each distinct question once, in `workers` processes.

    Questions on one grade are asked one after the other, those of one temperature together, since
    they share intermediate results.

    Parameters
    ----------
    questions : sequence of Question
        Tuples of pairs of keyword and value of `replace`, each once; at least
        one if `workers` is more than 1.
    keywords : mapping
        Keywords of `replace` that all share.
    workers : int
        Most processes; at most one for each 60 questions, so that fewer than
        120 are answered in this process.
    progress : bool
        Whether to show a bar on stderr.

    Returns
    -------
    dict
        Answer, a `Replacement`, or the InputError it raised, by question.
    """
    answers: dict[Question, Replacement | InputError] = {}
    workers = min(workers, len(questions) // _QUESTIONS_A_PROCESS)
    rest = sorted(questions, key=_grade_and_temperature)
    with bar("parts", len(questions), progress) as advance:
        if workers > 1:
            # The first is asked here, so that kernels are compiled once.
            first = rest.pop(0)
            answers[first] = _ask_question(first, keywords)
            advance()
            for group, texts in _ask_in_processes(rest, keywords, workers):
                answers |= dict(zip(group, texts, strict=True))
                advance(len(group))
            return answers
        for question in rest:
            answers[question] = _ask_question(question, keywords)
            advance()
    return answers


def _grade_and_temperature(question: Question) -> tuple[str, float]:
    question_values = dict(question)
    return str(question_values.get("grade", "")), float(
        question_values.get("temperature", 0.0)
    )


def _ask_in_processes(
    questions: Sequence[Question], keywords: Mapping[str, Any], workers: int
) -> Iterator[tuple[Sequence[Question], list[Replacement | InputError]]]:
    """Answer questions in several processes; yield groups of them with their answers, as they finish.

    `questions` are sorted, so that neighbours share results. `keywords` of
    `replace` are those that all share, `workers` is the number of processes, at
    least 1. A group has 20 questions at most, the answers stand in its order.
    An answer is a Replacement or the InputError it raised. There must be at
    least one question. Another error is raised here. `keywords` must be
    picklable; the processes are spawned.
    """
    from concurrent.futures import ProcessPoolExecutor, as_completed
    from multiprocessing import get_context

    size = min(_MOST_A_GROUP, -(-len(questions) // workers))
    groups = [questions[i : i + size] for i in range(0, len(questions), size)]
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        tasks = {
            pool.submit(_ask_group, group, keywords): group for group in groups
        }
        for task in as_completed(tasks):
            yield tasks[task], task.result()


def _ask_group(
    questions: Sequence[Question], keywords: Mapping[str, Any]
) -> list[Replacement | InputError]:
    """Return the answer to each of some questions."""
    return [_ask_question(question, keywords) for question in questions]


def _answer_rows(
    user_table: UserTable,
    answers: Mapping[Question, Replacement | InputError],
    per_year: int,
    *,
    strict: bool,
) -> tuple[list[Part], list[int], dict[int, tuple[str, str]]]:
    """Answer the rows of a parts list.

    Parameters
    ----------
    user_table : UserTable
        The list: ``rows`` (dicts by known name, as `_answer_part` reads them),
        ``lines`` (their numbers in the list), ``own`` (a frame of the same
        rows) and ``refused`` (text and reason by line) are used. It is not
        changed.
    answers : mapping
        `Replacement`, or InputError, by question, as of `_question`, for each
        row with a grade (KeyError otherwise).
    per_year : int
        Devices a year, for rows that say pieces in a device.
    strict : bool
        Fail on the first row that cannot be answered.

    Returns
    -------
    parts : list of Part
        In the order of the list, without the rows that are refused.
    places : list of int
        Positions of their rows in ``user_table.rows``, from 0.
    refusals : dict of int to tuple of str
        Text of a row and why it is not answered, by line; those that could not
        be read are among them.

    Raises
    ------
    InputError
        If no row can be used; with `strict`, for the first that cannot.
    """
    parts = []
    places = []
    refusals = dict(user_table.refused)
    for place, row in enumerate(user_table.rows):
        line = user_table.lines[place]
        try:
            parts.append(_answer_part(line, row, answers, per_year))
            places.append(place)
        except InputError as error:
            if strict:
                raise InputError(f"row {line}: {error}") from None
            record = user_table.own.iloc[place].to_dict()
            refusals[line] = (row_text(record), str(error))
    if not parts:
        line, (_, why) = min(
            refusals.items(), default=(0, ("", "the table is empty"))
        )
        raise InputError(f"no row can be used; row {line}: {why}")
    return parts, places, refusals


def _answer_part(
    line: int,
    row: Mapping[str, Any],
    answers: Mapping[Question, Replacement | InputError],
    per_year: int,
) -> Part:
    """Build the part of one row with its answer.

    A row with a recipe and no grade is counted and has no answer.

    Parameters
    ----------
    line : int
        Number of the row in the user's list.
    row : mapping
        Its cells by known name, missing or None for an empty one: ``part``,
        ``maker``, ``grade``, ``recipe``, the names of `_question`, and the
        amounts of `_kg_year`. A part without a name is called "row" and its
        line.
    answers : mapping
        `Replacement`, or InputError, by question, as of `_question`; KeyError
        without that of a row with a grade.
    per_year : int
        Devices a year.

    Returns
    -------
    Part
        Without a grade its ``answer`` and ``way`` are None, ``temperature_K``
        is NaN, and ``then`` is ``today``. With one, ``magnet`` is the grade as
        magnetkit names it, ``way`` the recommended one or None, and ``order``
        its order line.

    Raises
    ------
    InputError
        If the row has no grade or recipe, or its question was not understood.
    """
    grade = row.get("grade")
    recipe = row.get("recipe")
    if grade is None and recipe is None:
        raise InputError("no grade and no recipe in this row")
    name = str(row.get("part") or f"row {line}")
    maker = str(row.get("maker") or "")
    if grade is None:
        shares = _shares_of_recipe(row)
        return Part(
            line=line,
            name=name,
            magnet=str(recipe),
            maker=maker,
            temperature_K=math.nan,
            kg_year=_kg_year(row, None, per_year),
            answer=None,
            way=None,
            today=shares,
            then=shares,
            heavy_today=sum_heavy(shares),
        )
    answer = answers[_question(row)]
    if isinstance(answer, InputError):
        if _SEVERAL.search(str(grade)):
            raise InputError(
                f"{answer}; two grades in one cell? Give each its own row"
            )
        raise answer
    way = recommended_way(answer)
    today = shares_today(answer)
    then = today if way is None else element_shares(way)
    order = ""
    if way is not None:
        order = way.order_line or order_line(
            way,
            temperature_K=answer.reference["temperature_K"],
            drawing=str(grade),
        )
    return Part(
        line=line,
        name=name,
        magnet=str(answer.reference["grade"]),
        maker=maker,
        temperature_K=float(answer.reference["temperature_K"]),
        kg_year=_kg_year(row, answer, per_year),
        answer=answer,
        way=way,
        today=today,
        then=then,
        heavy_today=_stated_heavy(answer, today),
        order=order,
    )


def recommended_way(answer: Replacement) -> Any:
    """Return the way that an answer recommends, None where the magnet stays.

    It is a `Way` of ``answer.ways``, the first whose ``recommended`` is true. A
    magnet that does not stand its duty (verdict ``reach``) may have one too.
    """
    return next((way for way in answer.ways if way.recommended), None)


def shares_today(answer: Replacement) -> dict[str, Amount]:
    """Compute wt.% of each element of the magnet in use of `answer`, with the range of its estimate.

    ``answer.reference["made_of"]`` is a list of dicts of ``composition``
    (wt.%), ``shell`` and ``weight``; kinds of a weight below 0.05 are left out
    unless all are. The heavy rare earths have the range of the estimate over
    all recipes that fit, the other elements that of the kinds of recipe. The
    light rare earths take what the heavy ones leave. The dict maps symbols, in
    the order of the alphabet, to `Amount` (``low``, ``mean``, ``high``), wt.%
    of the magnet with what is diffused in; it is empty where nothing is known
    of what the magnet is made of.
    """
    made_of = answer.reference.get("made_of") or []
    kinds = [one for one in made_of if one["weight"] >= _ROUTES] or made_of
    total = sum(one["weight"] for one in kinds)
    if not total:
        return {}
    weights = [one["weight"] / total for one in kinds]
    each = [
        mass_shares(one["composition"], one["shell"] or "") for one in kinds
    ]
    heavy = set(get_settings().heavy_rare_earths)
    spread = _heavy_spread(answer.reference, each, weights, heavy)
    amounts = {}
    for element in sorted(set().union(*each)):
        values = [shares.get(element, 0.0) for shares in each]
        mean = float(np.dot(weights, values))
        factors = spread if element in heavy else Amount(1.0, 1.0, 1.0)
        low = min(values) * factors.low
        high = max(values) * factors.high
        mean = mean * factors.mean
        amounts[element] = Amount(min(low, mean), mean, max(high, mean))
    return _balance_light(amounts, heavy)


def _balance_light(
    amounts: dict[str, Amount], heavy: set[str]
) -> dict[str, Amount]:
    """Scale the light rare earths so that the means of all elements sum to 100 wt.%.

    `amounts` are `Amount` (``low``, ``mean``, ``high``) of wt.% by symbol,
    `heavy` the symbols of the heavy rare earths, which stay as they are. Ends
    are scaled like the means, by one factor. The result is a new dictionary;
    without light rare earths it is `amounts` itself.
    """
    light = [e for e in amounts if e in RARE_EARTHS and e not in heavy]
    total = sum(amounts[e].mean for e in light)
    excess = sum(amount.mean for amount in amounts.values()) - 100.0
    if not total:
        return amounts
    factor = 1.0 - excess / total
    return amounts | {
        element: amounts[element].times(factor) for element in light
    }


def _stated_heavy(answer: Replacement, today: Mapping[str, Amount]) -> Amount:
    """Return the heavy rare earth of the magnet in use of `answer`, wt.%, with the range of its estimate.

    It is an `Amount` (``low``, ``mean``, ``high``), read from the
    ``heavy_rare_earth_wt_pct`` of ``answer.reference`` with ``_lo`` and
    ``_hi``. If that is missing or NaN it is the sum of the heavy ones, by the
    setting, of `today`, `Amount` of wt.% by symbol.
    """
    estimate = _heavy_estimate(answer.reference)
    if estimate.mean != estimate.mean:
        return sum_heavy(today)
    return estimate


def _heavy_estimate(reference: Mapping[str, Any]) -> Amount:
    """Return the estimated heavy rare earth of the magnet in use, wt.%; NaN without an estimate.

    `reference` maps columns to values of the magnet in use:
    ``heavy_rare_earth_wt_pct_lo``, ``heavy_rare_earth_wt_pct`` and
    ``heavy_rare_earth_wt_pct_hi``, numbers, become ``low``, ``mean`` and
    ``high`` of the `Amount`. A key that is missing gives NaN.
    """
    ends = [
        float(reference.get(f"heavy_rare_earth_wt_pct{end}", math.nan))
        for end in ("_lo", "", "_hi")
    ]
    return Amount(*ends)


def _heavy_spread(
    reference: Mapping[str, Any],
    each: Sequence[Mapping[str, float]],
    weights: Sequence[float],
    heavy: set[str],
) -> Amount:
    """Compute factors that scale the kinds' heavy rare earth to the estimate's mean and ends.

    Parameters
    ----------
    reference : mapping
        Values of the magnet in use: ``heavy_rare_earth_wt_pct`` with ``_lo``
        and ``_hi``.
    each : sequence of mapping
        wt.% by symbol of each kind, at least one.
    weights : sequence of float
        Weight of each kind, 1 in all.
    heavy : set of str
        Symbols of the heavy rare earths.

    Returns
    -------
    Amount
        Factors ``low``, ``mean`` and ``high`` of the kinds' least, mean and
        largest content, the first at most 1 and the last at least 1; all 1
        without an estimate (an end is NaN) or heavy rare earth.
    """
    totals = []
    for shares in each:
        totals.append(sum(shares.get(element, 0.0) for element in heavy))
    mean = float(np.dot(weights, totals))
    estimate = _heavy_estimate(reference)
    is_known = not math.isnan(estimate.low + estimate.mean + estimate.high)
    if mean < 1e-6 or not is_known:
        return Amount(1.0, 1.0, 1.0)
    return Amount(
        min(estimate.low / max(min(totals), 1e-9), 1.0),
        estimate.mean / mean,
        max(estimate.high / max(totals), 1.0),
    )


def element_shares(way: Any) -> dict[str, Amount]:
    """Return wt.% of each element of a way: what is ordered for a melt, an estimate for a grade.

    `way` is a `Way`; its ``candidate`` (wt.%) and ``shell`` count. The dict
    maps symbols to `Amount` whose ``low``, ``mean`` and ``high`` are equal,
    wt.% of the magnet with its shell; elements that are not in are left out.
    """
    return _exact_shares(way.candidate, way.shell)


def _exact_shares(recipe: str, shell: str | None) -> dict[str, Amount]:
    shares = mass_shares(recipe, shell or "")
    return {element: Amount(x, x, x) for element, x in shares.items()}


def _shares_of_recipe(row: Mapping[str, Any]) -> dict[str, Amount]:
    """Return wt.% of each element of the recipe of a row, its shell included.

    `row` has ``recipe`` and, where they are stated, ``basis`` ("auto", "atomic"
    or "weight"; "auto" otherwise, for which the text must say wt.% or be a
    formula) and ``shell``, such as "Tb 0.5 wt%". The dict maps symbols to
    `Amount` whose ``low``, ``mean`` and ``high`` are equal. InputError if the
    recipe cannot be read.
    """
    from ..choose._request import given_recipe
    from ..magnetism._composition_estimate import read_recipe

    table = read_recipe(str(row["recipe"]), row.get("basis") or "auto")
    text = given_recipe(table, None).best.text
    return _exact_shares(text, row.get("shell"))


def _kg_year(
    row: Mapping[str, Any], answer: Replacement | None, per_year: int
) -> float:
    """Compute the magnet mass of a row, kg a year; NaN where the row states no amount.

    `row` maps known names to values, missing or None where empty:
    ``mass_kg_year``, which goes before all else; or pieces, ``number_year``,
    else ``number`` in a device times `per_year` devices, times ``mass_kg`` of a
    piece, else that of its ``size``, such as "40x15x5mm". NaN without pieces or
    without mass and size.

    `answer` gives the density for a size. InputError for a size that cannot be
    used, as without an answer.
    """
    if row.get("mass_kg_year") is not None:
        return float(row["mass_kg_year"])
    pieces = row.get("number_year")
    if pieces is None and row.get("number") is not None:
        pieces = float(row["number"]) * per_year
    if pieces is None:
        return math.nan
    mass = row.get("mass_kg")
    if mass is None and row.get("size") is not None:
        mass = _mass_of_size(str(row["size"]), answer)
    if mass is None:
        return math.nan
    return float(pieces) * float(mass)


def _mass_of_size(size: str, answer: Replacement | None) -> float:
    """Compute the mass, kg, of a block given as ``40x15x5mm`` (sides in mm).

    Sides are separated by x, × or *, with a decimal point or comma; "mm" may be
    left out. The density is ``answer.reference["density_kg_m3"]``. InputError
    without a grade (`answer` is None), for a `size` of another form, or for an
    implausible mass.
    """
    match = _SIZE.match(size)
    if match is None:
        raise InputError(
            f"size {size!r:.40}: expected a block such as 40x15x5mm, or give a mass"
        )
    if answer is None:
        raise InputError(
            "a recipe needs a mass; a size is enough where the grade is known"
        )
    sides = [float(side.replace(",", ".")) for side in match.groups()]
    mass = (
        float(answer.reference["density_kg_m3"]) * float(np.prod(sides)) * 1e-9
    )
    try:
        check_plausible("magnet_mass_kg", mass)
    except InputError as error:
        raise InputError(f"size {size!r:.40}, in mm: {error}") from None
    return mass
