"""Writing ``report.html``: one file that needs no network."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from html import escape
from importlib.util import find_spec
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined

from .._core._files import replacing, seal
from .._core.columns import COLUMNS, Column, layouts
from .._core.elements import RARE_EARTHS
from ..choose._profile_parts import CHANCE
from ..choose.result import LEADING_ROWS, REPLACEMENT
from ..magnetism._figures import describe_missing_comparison
from ..magnetism.sintered import comparators
from ..phases.hull import hull_section
from ..phases.records import HOSTS
from ..phases.snapshot import open_snapshot
from ..supply.tables import claims
from . import _content, _figures
from ._content import Magnets, composition_table
from ._figures import (
    AXIS,
    BLACK,
    COLOURS,
    POINTS,
    Part,
    X,
    Y,
    column_axis,
    figure_layout,
    numbers,
)
from ._text import cost_note, display_scale, rename_unit, with_range

if TYPE_CHECKING:
    from ..choose.result import Ranked


_REJECTED = 200
_TEMPERATURES = 13
_SHOWN = layouts()["report"]
_RANGES = ("remanence_T", "coercivity_kA_m", "max_energy_product_kJ_m3")
_TEXTS = ("text", "category")


def write_report(result: "Ranked", path: Path) -> Path:
    """Write the report of a screening.

    Parameters
    ----------
    result : Ranked
        The screening, or the result of a replacement.
    path : Path
        File to write, a page of HTML whatever its suffix; replaced as a whole. The folder must
        exist.

    Returns
    -------
    Path
        `path`.

    Raises
    ------
    InputError
        If the file cannot be written.
    """
    environment = Environment(
        loader=PackageLoader("magnetkit.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"kelvin": _content.kelvin, "code": _mark_code}
    page = environment.get_template("report.html.jinja").render(
        **_page_content(result)
    )
    with replacing(path) as temporary:
        temporary.write_text(seal(page), encoding="utf-8", newline="\n")
    return path


def _mark_code(text: object) -> str:
    """Return a text as HTML, escaped; what stands between backticks becomes code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(str(text)))


def _page_content(result: "Ranked") -> dict[str, Any]:
    """Collect everything that the page's template needs, by name.

    `result` is the screening. Only its leading rows and a sample are read,
    since the table may hold many millions. The values are texts, numbers,
    lists and dicts of them, but for ``profile`` and ``conditions``, which are
    the objects. ``decided``, ``properties`` and ``evidence`` are tables of
    `_rows`; ``verdict``, ``lead`` and ``notes`` lists of sentences; ``head``
    the replacement's entry of the manifest or None; ``legend`` a text;
    ``labels`` and ``temperature`` (K) those of the decisions. ``objectives``,
    ``requirements``, ``stages``, ``failures``, ``elements``, ``sources`` and
    ``validations`` are what the functions of `_content` of these names return,
    ``late`` what `overdue_facts` and ``changed`` what `has_changed` does;
    ``share``, ``missed``, ``phases_known`` and ``forms`` are of `constants`.
    ``comparators`` has the headings ``comparator_headings``; ``claims`` is a
    list of dicts; ``identity`` is of the manifest. Numbers are ``total``,
    ``points``, ``embedded`` (leading rows) and ``rejected_count``, of which
    the first are in ``rejected``. ``drawn`` is the set of figures, ``columns``
    those of `_table`. ``data`` is JSON of ``figures`` and ``table``,
    ``plotly`` the script that draws them.
    """
    ranked = result.best(LEADING_ROWS)
    spread = result.sample_ranks(POINTS)
    shown = _content.shown_magnets(result)
    drawn = _draw_figures(result, spread, shown)
    head = result.manifest.get(REPLACEMENT)
    table = _table(ranked, _ranking_columns(ranked))
    return {
        "profile": result.profile,
        "temperature": shown.job.temperature,
        "conditions": shown.job.conditions,
        "objectives": _content.objectives(result.profile),
        "lead": [] if head else _content.lead(result),
        "head": head,
        "verdict": _content.verdict_text(result),
        "legend": _content.LEGEND,
        "labels": shown.labels,
        "decided": _rows(shown.rows, _SHOWN["decisions"], named=False),
        "properties": _rows(shown.rows, _SHOWN["properties"]),
        "evidence": _rows(shown.rows, _SHOWN["evidence"]),
        "notes": [
            cost_note(shown.table),
            f"{cold}."
            if (
                cold := describe_missing_comparison(
                    result.profile.temperature_min_K
                )
            )
            else "",
        ],
        "requirements": _content.requirements(shown),
        "total": len(result),
        "comparator_headings": [
            _display_column(name) for name in _SHOWN["comparators"]
        ],
        "comparators": _comparators(shown.job.temperature),
        "stages": _content.stages(result),
        "failures": _content.failures(result),
        "elements": _content.elements(shown),
        "claims": claims().to_dict("records"),
        "late": _content.overdue_facts(shown),
        "drawn": set(drawn),
        "points": POINTS,
        **_content.constants(result),
        "embedded": len(ranked),
        "rejected": result.rejected[:_REJECTED],
        "rejected_count": len(result.rejected),
        "changed": _content.has_changed(result),
        "sources": _content.sources(),
        "validations": _content.validations(),
        "identity": result.manifest["identity"],
        "columns": table["columns"],
        "data": _escape_for_script({"figures": drawn, "table": table}),
        "plotly": _plotly(),
    }


def _ranking_columns(ranked: pd.DataFrame) -> tuple[str, ...]:
    """Choose the columns of the table of `ranked` candidates; a shell or host of all is left out.

    The frame must have ``shell`` and ``host``. Columns of the layout "shown"
    that it lacks are left out. Without rows both are left out; where no row
    has a shell, ``shell`` is.
    """
    names = [name for name in _SHOWN["shown"] if name in ranked]
    for name in ("shell", "host"):
        if len(set(ranked[name].astype(object).fillna(""))) < 2:
            names = [other for other in names if other != name]
    return tuple(names)


def _rows(
    frame: pd.DataFrame, names: tuple[str, ...], named: bool = True
) -> dict[str, Any]:
    """Build a table of the decisions for the page's template.

    Parameters
    ----------
    frame : pandas.DataFrame
        Rows of the decisions, in SI units. It must have every one of `names` (KeyError); a
        predicted value also needs ``_lo`` and ``_hi`` to have a range.
    names : tuple of str
        Columns of the registry, such as "remanence_T".
    named : bool
        Only passed on: the template writes the rows under their names, otherwise under their
        numbers.

    Returns
    -------
    dict
        ``headings``, for each of `names` a `Column` (not a dict) whose ``unit`` is that displayed;
        ``rows``, for each decision a list of one cell for each of `names`, each a dict with the
        texts ``text`` and ``range`` in display units, see `_cell`; and ``named``, the argument.
        Nothing but the columns `names` is in it.
    """
    cells = [_row_cells(row, names) for _, row in frame.iterrows()]
    return {
        "headings": [_display_column(name) for name in names],
        "rows": cells,
        "named": named,
    }


def _display_column(name: str) -> Column:
    """Return a `Column` of the registry with the unit that it is displayed in; KeyError for another."""
    return replace(COLUMNS[name], unit=display_scale(name).unit)


def _comparators(temperature: float) -> list[dict[str, Any]]:
    """List the magnets without rare earth, films left out, at a `temperature`, K.

    Returns
    -------
    list of dict
        One a magnet: ``cells``, a list of dicts with ``text`` and ``range``
        (see `_cell`), one for each column of the layout "comparators"; and plain
        texts of ``kind``, ``source``, ``confidence`` and ``note``, empty where
        missing. Films are those without ``max_working_temperature_K`` or
        ``remanence_coefficient_pct_K``.
    """
    rows = comparators(temperature)
    rows = rows.dropna(
        subset=["max_working_temperature_K", "remanence_coefficient_pct_K"]
    )
    records = []
    for _, row in rows.iterrows():
        record: dict[str, Any] = {
            "cells": _row_cells(row, _SHOWN["comparators"])
        }
        for name in ("kind", "source", "confidence", "note"):
            record[name] = _render_text(row[name])
        records.append(record)
    return records


def _row_cells(row: "pd.Series", names: tuple[str, ...]) -> list[Any]:
    return [_cell(row, name) for name in names]


def _render_text(value: Any) -> str:
    if pd.isna(value):
        return ""
    return str(value)


def _draw_figures(
    result: "Ranked",
    spread: pd.DataFrame,
    shown: _content.Magnets,
) -> dict[str, Part]:
    """Build the figures of the page by name, in the units of the setting.

    Parameters
    ----------
    result : Ranked
        The screening.
    spread : pandas.DataFrame
        A sample over all ranks, with all columns of results, as
        ``result.sample_ranks(n)`` returns it.
    shown : Magnets
        The decisions, as `_content.shown_magnets` returns them.

    Returns
    -------
    dict of str to dict
        Plotly's ``data`` and ``layout``, by name: "pareto", "grades", "temperature",
        "demagnetization", "supply" and, where a host has one and no replacement
        is reported, "section".
    """
    profile = result.profile
    axes = _figures.trade_off_axes(profile, shown.rows, spread)
    drawn = {
        "pareto": _figures.pareto(spread, shown.rows, *axes),
        "grades": _grade_map(spread, shown, list(profile.hosts)),
        "temperature": _temperature_figure(
            shown, profile.temperature_min_K, profile.temperature_max_K
        ),
        "demagnetization": _demagnetization(shown),
        "supply": _supply(shown),
    }
    if REPLACEMENT not in result.manifest:
        section = _section(shown.rows, shown.job.conditions.snapshot)
        if section is not None:
            drawn["section"] = section
    return {
        name: _figures.convert_axes(figure) for name, figure in drawn.items()
    }


def _cell(row: pd.Series, name: str) -> dict[str, str]:
    """Build a cell of the report's tables: its ``text`` and the ``range`` beneath it.

    `row` has the columns of results and `name` is one of them, such as
    "remanence_T" (KeyError otherwise); beneath a candidate stands its shell. Both
    are texts, not escaped. Values are in display units, without their unit; a
    missing number is "–". The range is such as "1.18 to 1.28", and empty where
    there is none.
    """
    value_text: Callable[[Any], str] = _content.number
    if name == CHANCE:
        value_text = _content.probability_text
    ends = 2 if name == "remanence_coefficient_pct_K" else 3
    text, interval = with_range(
        row,
        name,
        value_text,
        lambda v: _content.number(v, ends),
    )
    if name == "candidate":
        interval = _render_text(row.get("shell"))
    return {"text": text, "range": interval}


def _table(ranked: pd.DataFrame, names: tuple[str, ...]) -> dict[str, Any]:
    """Convert ranked candidates to compact columns for the page's script, in the units shown.

    Numbers have four significant digits, those of integer columns are whole,
    None for NaN; texts but those of ``candidate`` are codes, from 0, into
    ``texts``, in which a missing one is "". Names of columns change with their
    units.

    Parameters
    ----------
    ranked : DataFrame
        Rows to write: all of them, so the caller cuts them to the leading ones.
    names : tuple of str
        Columns, each of which must be in `ranked` (KeyError). ``remanence_T``, ``coercivity_kA_m``
        and ``max_energy_product_kJ_m3`` add their ``_lo`` and ``_hi``, which must be there too.

    Returns
    -------
    dict
        ``rows``, their number, and ``columns``, a list of dicts with ``name``, ``label``, ``unit``,
        ``title``, ``text`` (whether it holds texts), ``shown`` (whether in the table, not only in
        the download), ``minor`` (whether left out on a phone), ``values`` and, for codes,
        ``texts``.
    """
    columns = []
    with_ends: list[str] = []
    for name in names:
        with_ends.append(name)
        if name in _RANGES:
            with_ends += [f"{name}_lo", f"{name}_hi"]
    for name in with_ends:
        base = name.removesuffix("_lo").removesuffix("_hi")
        column = _display_column(base)
        factor, offset, unit = display_scale(base)
        entry: dict[str, Any] = {
            "name": name
            if unit == COLUMNS[base].unit
            else rename_unit(name, base, unit),
            "label": column.short,
            "unit": column.unit,
            "title": column.heading,
            "text": column.kind in _TEXTS,
            "shown": name == base and name not in _SHOWN["downloaded"],
            "minor": base not in _SHOWN["phone"],
        }
        if not entry["text"]:
            values = factor * ranked[name].astype(float).to_numpy() + offset
            whole = column.kind == "integer"
            entry["values"] = (
                [None if v != v else int(v) for v in values]
                if whole
                else numbers(values)
            )
        elif name == "candidate":
            entry["values"] = ranked[name].astype(str).tolist()
        else:
            codes, texts = pd.factorize(
                ranked[name].astype(object).fillna("").astype(str)
            )
            entry["values"] = codes.tolist()
            entry["texts"] = list(texts)
        columns.append(entry)
    return {"columns": columns, "rows": len(ranked)}


def _escape_for_script(value: Any) -> str:
    """Write `value` as JSON that no text inside can end the script element around it.

    `value` is of dicts, lists, texts, numbers, bools and None. The letters <,
    > and & become escapes of JSON. ValueError for NaN or infinity.
    """
    text = json.dumps(
        value, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    )
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _plotly() -> str:
    """Read the script of plotly.js (MIT licence), which plotly's Python package carries.

    It is safe inside a script element of HTML. AssertionError without that package.
    """
    # Found, not imported, which would take half a second.
    spec = find_spec("plotly")
    assert spec is not None
    file = Path(str(spec.origin)).parent / "package_data" / "plotly.min.js"
    # No script may end the element that holds it; in a string of JavaScript this changes nothing.
    return file.read_text(encoding="utf-8").replace("</script", "<\\/script")


def _grade_map(spread: pd.DataFrame, shown: Magnets, hosts: list[str]) -> Part:
    """Build the map of B_r and H_cJ at 20 C: candidates and decisions in front of grades.

    Parameters
    ----------
    spread : pandas.DataFrame
        A sample of the candidates, which are evaluated here: ``formula``, ``shell``, ``route``,
        ``candidate``, ``rank``, ``meets_requirements`` and ``probability_meets_requirements``. It
        is not changed. One without B_r or H_cJ at 20 C is left out.
    shown : Magnets
        The decisions, as `_content.shown_magnets` returns them, evaluated at
        20 C here too.
    hosts : list of str
        Host families such as "2:14:1", whose grades are drawn; all if none of them is sold.

    Returns
    -------
    dict
        Plotly's ``data`` and ``layout``.
    """
    points = spread.reset_index(drop=True)
    decisions = shown.rows.copy()
    for rows in (points, decisions):
        (cold,) = _content.by_route(
            rows, [_figures.GRADE_TEMPERATURE_K], shown.job
        )
        rows[[X, Y]] = cold[[X, Y]].to_numpy()
    points = points.dropna(subset=[X, Y])
    meets = points["meets_requirements"].astype(bool)
    # See-through, so that the grades behind stay visible.
    blue = {
        "color": COLOURS[5],
        "opacity": 0.6,
        "size": 6,
        "line": _figures.EDGE,
    }
    traces = []
    for part, name, look in (
        (points[~meets], "Misses a requirement", blue),
        (points[meets], "Meets all", {"color": COLOURS[0], "size": 7}),
    ):
        texts = _figures.hover_texts(part)
        traces.append(_figures.candidates(part, X, Y, name, look, texts))
    return _figures.grade_map(
        hosts, *traces, *_figures.decisions(decisions, X, Y)
    )


def _section(best: pd.DataFrame, snapshot: Path | str | None) -> Part | None:
    """Build the section of the host of the last row of `best` whose host has one.

    Magnets of more elements stand where they lie if every rare earth counts as the section's and
    other elements are left aside.

    Parameters
    ----------
    best : pandas.DataFrame
        Magnets, today's first: ``formula`` (atomic), ``host`` (such as "2:14:1"),
        ``probability_phase_forms``, ``decomposes_to``, ``candidate`` and ``shell``. Those of other
        hosts are left out.
    snapshot : str, Path or None
        Phases; the embedded snapshot for None.

    Returns
    -------
    dict or None
        Plotly's ``data`` and ``layout``; None if no host has a section, or the snapshot lacks an
        element of it.
    """
    hosts = [
        host
        for host in best["host"].astype(str)
        if host in HOSTS and HOSTS[host].section
    ]
    host = hosts[-1] if hosts else ""
    best = best[best["host"].astype(str) == host]
    source = open_snapshot(snapshot)
    system = HOSTS[host].section if host in HOSTS else ()
    if not system or not set(system) <= set(
        source.manifest.get("elements", system)
    ):
        return None
    sites = [RARE_EARTHS, *((element,) for element in system[1:])]
    table = composition_table(best)
    share = np.column_stack([table.fraction(*site) for site in sites])
    share /= share.sum(axis=1, keepdims=True)
    odds = best["probability_phase_forms"].to_numpy(float)
    rows = zip(
        _figures.candidate_names(best),
        odds,
        best["decomposes_to"],
        strict=True,
    )
    texts = [
        f"{escape(name)}<br>forms with probability {_content.number(p, 2)}<br>{escape(str(other))}"
        for name, p, other in rows
    ]
    return _figures.section(
        hull_section(source, system), share, odds, texts, "Decisions"
    )


def _temperature_figure(shown: Magnets, low: float, high: float) -> Part:
    """Build B_r and H_cj of the decisions over temperature, one above the other.

    Parameters
    ----------
    shown : Magnets
        The decisions, as `_content.shown_magnets` returns them, which are
        evaluated here; today's has its interval as an area.
    low, high : float
        Ends of the temperatures, K, both included.

    Returns
    -------
    dict
        Plotly's ``data`` and ``layout``, the axis in degrees C: B_r (T) above,
        H_cJ (kA/m) below. Lines have no point where there is no value.
    """
    at = list(map(float, np.linspace(low, high, _TEMPERATURES)))
    frames = zip(at, shown.at(at), strict=True)
    frame = pd.concat(
        [f.assign(candidate=shown.labels, temperature_K=t) for t, f in frames]
    )
    upper, lower = (
        # One band: five of them on each other hide what they say.
        _figures.lines_over_temperature(
            frame, column, _styles(shown), celsius=True, bands=1
        )
        for column in (Y, X)
    )
    on = {"xaxis": "x2", "yaxis": "y2", "showlegend": False}
    celsius = _figures.temperature_axis(celsius=True)
    layout = figure_layout(celsius, column_axis(Y), height=640)
    _add_lower_axes(
        layout, celsius, column_axis(X) | {"rangemode": "tozero"}, (0.42, 0.56)
    )
    return {
        "data": [*upper, *(trace | on for trace in lower)],
        "layout": layout,
    }


def _demagnetization(shown: Magnets) -> Part:
    """Build J(H) and B(H) of the decisions with the load line, at the temperature of the job.

    `shown` are the decisions, as `_content.shown_magnets` returns them, each
    evaluated by its ``route`` of ``rows``, with its row of ``table`` and its
    text of ``shells``. The result is plotly's ``data`` and ``layout``, in kA/m
    and T; x is the reverse field -H, positive.
    """
    figures = []
    for row, route in enumerate(shown.rows["route"].astype(object).fillna("")):
        job, _ = shown.job.groups([route])[0]
        figures.append(
            _content.demagnetization_curves(
                shown.table[row : row + 1],
                shown.shells[row],
                job.temperature,
                job,
            )
        )
    return _figures.demagnetization(figures, shown.labels, _styles(shown))


def _supply(shown: Magnets) -> Part:
    """Build the bars of supply risk and cost of the decisions in every scenario.

    `shown` are the decisions, as `_content.shown_magnets` returns them. The
    result is plotly's ``data`` and ``layout``: two panels, risk (0 to 1) above
    and cost (USD/kg) below, a group of bars for each scenario; ``data`` has
    two traces for each decision, risk, then cost.
    """
    states = _content.by_scenario(shown)
    titles = [
        "<br>".join(map(escape, wrap(state["title"], 26))) for state in states
    ]
    traces = []
    for i, name in enumerate(shown.labels):
        colour, _ = _styles(shown)[i]
        for axis, column in (("", "supply_risk"), ("2", "cost_USD_kg")):
            bar = {
                "type": "bar",
                "orientation": "h",
                "name": escape(name),
                "y": titles,
                "x": numbers([state[column][i] for state in states]),
                "xaxis": f"x{axis}",
                "yaxis": f"y{axis}",
                "marker": {"color": colour},
                "legendgroup": str(i),
                "showlegend": not axis,
            }
            traces.append(bar)
    rows = {"automargin": True, "autorange": "reversed"}
    layout = figure_layout(column_axis("supply_risk"), rows, height=1060)
    _add_lower_axes(layout, column_axis("cost_USD_kg"), rows, (0.43, 0.57))
    return {"data": traces, "layout": layout | {"barmode": "group"}}


def _add_lower_axes(
    layout: Part, x: Part, y: Part, gap: tuple[float, float]
) -> None:
    """Add a second pair of axes, "xaxis2" and "yaxis2", below the first to a layout, in place.

    Parameters
    ----------
    layout : dict
        Plotly's layout; ``xaxis`` and ``yaxis``, which it must have, become the
        upper pair.
    x, y : dict
        Layout of the new axes, added to what all axes have.
    gap : tuple of float
        Lower and upper end of the gap between both pairs, as shares of the
        height.
    """
    layout["yaxis"] |= {"domain": [gap[1], 1.0]}
    layout["xaxis"] |= {"anchor": "y"}
    layout["xaxis2"] = AXIS | x | {"anchor": "y2"}
    layout["yaxis2"] = AXIS | y | {"domain": [0.0, gap[0]], "anchor": "x2"}


def _styles(shown: Magnets) -> list[_figures.Look]:
    """Return the look of each magnet in `shown`: today's is dashed, the other decisions have colours.

    Looks are tuples such as ("#0072B2", "solid"), the first ("#000000", "dash"). There are at most
    seven.
    """
    return [
        (BLACK, "dash"),
        *((colour, "solid") for colour in COLOURS[: len(shown.labels) - 1]),
    ]
