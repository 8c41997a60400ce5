"""Plots with units and labels from the column registry, each a `Figure`.

Those that the report shows too are described in `magnetkit.report._figures`.
"""

import inspect
import os
from base64 import b64encode
from collections.abc import Callable, Sequence
from functools import wraps
from html import escape
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from .._core import _arguments
from .._core._arguments import check_arguments
from .._core._files import replacing
from .._core._types import FloatArray
from .._core.columns import COLUMNS
from .._core.elements import SYMBOLS
from .._core.errors import InputError
from .._core.units import ZERO_CELSIUS
from ..alloy._read import Compositions, read_inputs
from ..choose.result import Ranked
from . import _figures
from ._figures import (
    AXIS,
    COLOURS,
    GREY,
    Part,
    figure_layout,
    line,
    make_axis,
    numbers,
    points,
)

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from ..diffusion.diffuse import Diffusion
    from ..magnetism.demagnetization import Demagnetization
    from ..phases.snapshot import Snapshot


__all__ = [
    "Figure", "demagnetization", "depth_profile", "grade_map", "margin_map", "overlay",
    "pareto", "parity", "property_against_temperature", "section", "sweep",
    "terbium_against_temperature",
]  # fmt: skip
_PICTURES = (".png", ".svg", ".pdf")


def __dir__() -> list[str]:
    return __all__


def _check_date_of_source() -> None:
    """Raise InputError if the variable SOURCE_DATE_EPOCH is nothing that matplotlib can read.

    It must be digits alone; one that is not set passes.
    """
    text = os.environ.get("SOURCE_DATE_EPOCH", "0")
    if not text.isdigit():
        raise InputError(
            f"SOURCE_DATE_EPOCH must be whole seconds since 1970, got {text!r}; correct or unset it"
        )


class Figure(Part):
    """A figure as plotly's ``data`` and ``layout``, which notebooks show and files keep.

    ``figure["layout"]["width"] = 800`` makes it wider; ``plotly.graph_objects.Figure(figure)`` is
    one of plotly's own, to add to. Pictures are drawn by matplotlib, of the extra ``plots``.

    Parameters
    ----------
    data : list of dict
        Traces.
    layout : dict
        Axes, title, legend and size.
    """

    def __init__(self, data: list[Part], layout: Part) -> None:
        super().__init__(data=data, layout=layout)

    def __repr__(self) -> str:
        return f"<Figure of {len(self['data'])} traces: show it, or save it as .html, .png or .svg>"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        """Return what a notebook shows, by MIME type: plotly's JSON and, if matplotlib is there, a PNG.

        Keys are "application/vnd.plotly.v1+json" (a dict with ``data`` and ``layout``),
        "text/plain" and "image/png" (base64 as text); the last is left out where the picture cannot
        be drawn. What the notebook asks for (`_`) does not count.
        """
        bundle = {
            "application/vnd.plotly.v1+json": dict(self),
            "text/plain": repr(self),
        }
        try:
            return bundle | {
                "image/png": b64encode(self._picture("png", 100)).decode(
                    "ascii"
                )
            }
        except InputError:
            return bundle

    def _picture(self, kind: str, dpi: int) -> bytes:
        """Draw the figure by matplotlib and return the file's content; `kind` is "png", "svg" or "pdf".

        The same figure gives the same bytes of "png" and "svg"; in a "pdf" stands the date of its
        making unless SOURCE_DATE_EPOCH is set. `dpi` counts for "png". InputError without
        matplotlib, or if that variable is no number.
        """
        _check_date_of_source()
        picture = self.draw().figure
        out = BytesIO()
        from matplotlib import rc_context

        with rc_context({"svg.hashsalt": "magnetkit"}):
            stamp = {"Date": None} if kind == "svg" else None
            picture.savefig(  # type: ignore[union-attr]
                out, format=kind, dpi=dpi, bbox_inches="tight", metadata=stamp
            )
        return out.getvalue()

    def draw(self, ax: "Axes | None" = None) -> "Axes":
        """Draw it into matplotlib's axes, new ones without `ax`, and return them.

        Parameters
        ----------
        ax : Axes, optional
            Where to draw; axes in a new figure otherwise, which is ``.figure``
            of the result.

        Returns
        -------
        Axes

        Raises
        ------
        InputError
            If matplotlib is not installed.
        """
        from ._draw import draw

        return draw(self, ax)

    def show(self) -> None:
        """Show it by plotly: in a notebook, or in a window of the browser."""
        from plotly.io import show

        show(dict(self), validate=False)

    def to_html(self) -> str:
        """Return a page of HTML, as text, that shows it and needs no network."""
        from plotly.io import to_html

        return str(
            to_html(dict(self), config={"displaylogo": False}, validate=False)
        )

    def savefig(self, path: str | Path) -> None:
        """Write it to a file, by the name that matplotlib has for it; see `save`.

        Nothing is returned.

        Parameters
        ----------
        path : str or Path
            Ends in .html, .png, .svg or .pdf.

        Raises
        ------
        InputError
            As `save`.
        """
        self.save(path)

    def save(self, path: str | Path) -> Path:
        """Write it to a file.

        Parameters
        ----------
        path : str or Path
            Ends in .html (a page by plotly, without network), .png, .svg or .pdf, in any case. An
            existing file is replaced; the folder must exist.

        Returns
        -------
        Path
            The file, as given.

        Raises
        ------
        InputError
            If it ends otherwise, matplotlib is not installed for a picture, or
            the file cannot be written.
        """
        file = _arguments.path("path", path)
        kind = file.suffix.lower()
        if kind not in (".html", *_PICTURES):
            raise InputError(
                f"a figure is written as .html, .png, .svg or .pdf, got {file.name!r}"
            )
        picture = kind in _PICTURES
        content = (
            self._picture(kind[1:], 200)
            if picture
            else self.to_html().encode("utf-8")
        )
        with replacing(file) as temporary:
            temporary.write_bytes(content)
        return file


_AX = """ax : matplotlib Axes, optional
    Drawn into as well.

Returns
-------
Figure
"""


def _plot(drawing: Callable[..., Part]) -> Callable[..., Figure]:
    """Convert a function that builds a figure to a public plot with checked arguments.

    `drawing` takes any arguments and returns plotly's ``data`` and ``layout``, a
    dict of these two keys. The plot takes the same arguments, converts the axes to
    the units of the setting and returns a `Figure`. It takes the keyword `ax` too,
    axes of matplotlib to draw into as well; signature and docstring say so.
    """
    checker = check_arguments(drawing)

    @wraps(drawing)
    def plot(*given: Any, ax: "Axes | None" = None, **options: Any) -> Figure:
        figure = Figure(**_figures.convert_axes(checker(*given, **options)))
        if ax is not None:
            figure.draw(ax)
        return figure

    ours = inspect.Parameter(
        "ax", inspect.Parameter.KEYWORD_ONLY, default=None
    )
    signature = inspect.signature(drawing)
    plot.__signature__ = signature.replace(  # type: ignore[attr-defined]
        parameters=[*signature.parameters.values(), ours],
        return_annotation=Figure,
    )
    head, mark, rest = inspect.cleandoc(drawing.__doc__ or "").partition(
        "\nRaises\n"
    )
    plot.__doc__ = f"{head.rstrip()}\n{_AX}{mark}{rest}"
    return plot


def _need(frame: "pd.DataFrame", *names: str) -> None:
    """Raise InputError if the table `frame` lacks one of `names`; the message lists all that it lacks."""
    missing = [name for name in names if name not in frame]
    if missing:
        raise InputError(
            f"the table has no column {', '.join(missing)}; give a table of magnetkit.screen, "
            "predict or magnetism.sintered"
        )


def _check_column(column: str) -> str:
    """Return `column` if it is a name of `magnetkit.columns.COLUMNS`; InputError otherwise.

    Ends such as "remanence_T_lo" are none.
    """
    if column not in COLUMNS:
        raise InputError(
            f"{column!r} is no result column; magnetkit.columns.COLUMNS lists them"
        )
    return column


@check_arguments
def sweep(
    compositions: Compositions,
    temperature: float | str | Sequence[float | str],
    labels: Sequence[str] | None = None,
    **conditions: Any,
) -> "pd.DataFrame":
    """Compute the sintered magnets of some recipes at several temperatures.

    Parameters
    ----------
    compositions : text, list, column, frame, path, pymatgen Composition or CompositionTable
        n recipes, each of which must be readable; see `magnetkit.predict`. There
        is no ``basis`` here: a text with a balance, or whose amounts sum to 100,
        must name its own, as in "Nd30 Dy1 B1 Fe bal wt.%"; a formula such as
        "Nd2Fe14B" needs none. Names of grades are refused.
    temperature : float, str or sequence of them
        k temperatures: a number, K, or one text, ``"150C"``,
        ``"20C,100C,150C"`` or the range ``"20C:200C:10"``; or a sequence of
        numbers and texts of one temperature each, in which ranges and lists are
        an InputError.
    labels : sequence of str, length n, optional
        Name of each recipe; as written otherwise. ValueError if there are not
        n.
    **conditions
        As for `magnetkit.magnetism.sintered`: ``shell`` (such as "Tb 0.5 wt%",
        for all or one a recipe), ``process``, ``host``, ``between``,
        ``load_line``, ``interval``; TypeError for others.

    Returns
    -------
    DataFrame, n * k rows
        Columns of `sintered`, among them ``temperature_K``, ``remanence_T`` and
        ``coercivity_kA_m`` with their ends, and ``candidate``; all recipes at the
        first temperature, then at the next, numbered from 0.

    Raises
    ------
    InputError
        If a recipe or a temperature cannot be read.
    """
    import pandas as pd

    from .._core.units import parse_temperature, parse_temperatures
    from ..magnetism.sintered import sintered_at

    # A sweep has its range in its axis: numbers below 200 K are no slip here.
    if isinstance(temperature, str):
        kelvin = parse_temperatures(temperature)
    else:
        kelvin = [
            parse_temperature(t)
            for t in np.atleast_1d(np.asarray(temperature, object))
        ]
    inputs = read_inputs(compositions, strict=True)
    candidate_names = (
        inputs.table.formulas()
        if inputs.labels is None
        else inputs.labels.to_pylist()
    )
    names = candidate_names if labels is None else list(labels)
    conditions.setdefault("shell", inputs.shells)
    frames = sintered_at(inputs.table, kelvin, **conditions)
    return pd.concat(
        [f.assign(candidate=names) for f in frames], ignore_index=True
    )


@_plot
def property_against_temperature(frame: "pd.DataFrame", column: str) -> Part:
    """Draw a property over temperature, its interval as a band where the table has one.

    The result is a `Figure`, a dict of plotly's ``data`` and ``layout``, its
    axes in the units of the setting.

    Parameters
    ----------
    frame : DataFrame
        ``candidate``, ``temperature_K`` and `column`: rows of several temperatures, as
        `magnetkit.report.plots.sweep` returns them. The band needs `column` with ``_lo`` and
        ``_hi``. Rows without a value are left out.
    column : str
        Result column, such as "coercivity_kA_m".

    Raises
    ------
    InputError
        If the table lacks one of the three, or `column` is no result column.
    """
    _need(frame, "candidate", "temperature_K", _check_column(column))
    layout = figure_layout(
        _figures.temperature_axis(celsius=False), _figures.column_axis(column)
    )
    return {
        "data": _figures.lines_over_temperature(frame, column),
        "layout": layout,
    }


@_plot
def demagnetization(
    curves: "Demagnetization", labels: Sequence[str] | None = None
) -> Part:
    """Draw J(H) (thick) and B(H) (thin) against the reverse field, with the load line.

    The result is a `Figure`, a dict of plotly's ``data`` and ``layout``, its
    axes in the units of the setting.

    A working point past the knee, where flux is lost, is a cross.

    Parameters
    ----------
    curves : Demagnetization
        As `magnetkit.magnetism.demagnetization` returns them: n magnets at k temperatures. Of a
        `magnetkit.curve` it is the attribute ``curves``.
    labels : sequence of str, length n, optional
        Names of the magnets, plain text; "magnet 1" and so on otherwise. ValueError if there are
        not n.
    """
    magnets = labels or [
        f"magnet {i + 1}" for i in range(len(curves.remanence))
    ]
    celsius = [
        f"{kelvin - ZERO_CELSIUS:.0f} °C" for kelvin in curves.temperature
    ]
    names = [f"{name}, {one}" for name in magnets for one in celsius]
    return _figures.demagnetization(
        [curves], names, _figures.looks(*curves.remanence.shape)
    )


@_plot
def overlay(curves: Sequence[Any]) -> Part:
    """Draw curves one over the other as `demagnetization` does, measured points as open circles.

    The result is a `Figure`, a dict of plotly's ``data`` and ``layout``, its
    axes in the units of the setting.

    Parameters
    ----------
    curves : sequence of Curve
        As `magnetkit.curve` returns them, one or more in a list, such as a measured one and that of
        its grade. A curve by itself is an InputError. The load line is that of the first.
    """
    names = []
    dots: list[Any] = []
    for one_curve in curves:
        dots += one_curve.measured
        for kelvin in one_curve.curves.temperature:
            names.append(f"{one_curve.name}, {kelvin - ZERO_CELSIUS:.0f} °C")
    loops = [one_curve.curves for one_curve in curves]
    looks = _figures.looks(len(names))
    return _figures.demagnetization(loops, names, looks, measured=dots)


@_plot
def grade_map(
    frame: "pd.DataFrame",
    *,
    hosts: Sequence[str] | None = None,
    intervals: bool = False,
) -> Part:
    """Draw remanence (up) against coercivity (across) in front of commercial grades at 20 C.

    The result is a `Figure`, a dict of plotly's ``data`` and ``layout``, its
    axes in the units of the setting.

    Parameters
    ----------
    frame : DataFrame, n rows
        ``remanence_T`` and ``coercivity_kA_m``, best at 293.15 K as the grades are. Points are
        named by ``candidate``, or by the index where there is no such column.
    hosts : sequence of str, optional
        A list of hosts such as "2:14:1" whose grades are drawn, all by default and where no grade
        of them is sold.
    intervals : bool
        Draw the intervals of the table, for which ``_lo`` and ``_hi`` of both are needed.

    Raises
    ------
    InputError
        If the table lacks a column.
    """
    axes = {"x": _figures.X, "y": _figures.Y}
    ends = (
        [f"{n}_{end}" for n in axes.values() for end in ("lo", "hi")]
        if intervals
        else []
    )
    _need(frame, *axes.values(), *ends)
    names = [escape(str(name)) for name in frame.get("candidate", frame.index)]
    look = {"color": COLOURS[0], "size": 7}
    trace = _figures.candidates(
        frame, axes["x"], axes["y"], "Candidates", look, names
    )
    for axis, name in axes.items() if intervals else ():
        trace[f"error_{axis}"] = {
            "array": numbers(frame[f"{name}_hi"] - frame[name]),
            "arrayminus": numbers(frame[name] - frame[f"{name}_lo"]),
            "color": COLOURS[5],
        }
    return _figures.grade_map(hosts, trace)


@_plot
def pareto(result: Ranked, x: str | None = None, y: str | None = None) -> Part:
    """Draw the candidates of a screening on two objectives, its decisions by number.

    The result is a `Figure`, a dict of plotly's ``data`` and ``layout``, its
    axes in the units of the setting.

    The first Pareto front is ringed, today's magnet a star.

    Parameters
    ----------
    result : Ranked
        Of `magnetkit.screen`.
    x, y : str, optional
        Result columns such as "supply_risk"; the first objective of the device that sets the
        decisions apart and the last by default. Candidates without a value in one are left out. At
        most 2000 candidates are drawn, the best among them.

    Raises
    ------
    InputError
        If one is no result column, or the screening has none of it.
    """
    frame = result.sample_ranks(_figures.POINTS)
    across, up, colour = _figures.trade_off_axes(
        result.profile, result.decisions, frame
    )
    x = x or across
    y = y or up
    _need(frame, _check_column(x), _check_column(y))
    title = f"{result.profile.title}, {frame['temperature_K'].iloc[0] - ZERO_CELSIUS:.0f} °C"
    return _figures.pareto(frame, result.decisions, x, y, colour, title)


@_plot
def section(
    system: str,
    compositions: Compositions = None,
    *,
    temperature: float | None = None,
    snapshot: "Snapshot | str | Path | None" = None,
) -> Part:
    """Draw the hull of two or three elements, and how likely candidates form on it.

    The result is a `Figure`, a dict of plotly's ``data`` and ``layout``, its
    axes in the units of the setting.

    The stable phases are those of the snapshot at 0 K: of two elements by their formation energy,
    of three in a triangle, those in balance joined. Candidates are coloured by
    `magnetkit.phases.stability`; one with other elements is left out.

    Parameters
    ----------
    system : str
        Two or three different elements, such as ``"Sm-Co"`` or ``"Sm-Co-Fe"``.
    compositions : text, list, column, frame, path, pymatgen Composition or CompositionTable
        Candidates, see `magnetkit.predict`, amounts as "auto" reads them; none by default.
    temperature : float, optional
        Of the probability, K, or a text such as "1000C"; that at which each host is made without
        it.
    snapshot : str, Path or Snapshot, optional
        Phases; the embedded snapshot without it.

    Raises
    ------
    InputError
        If `system` is not two or three elements, or the snapshot has no phases of one.
    """
    from ..phases.hull import hull_section
    from ..phases.snapshot import open_snapshot
    from ..phases.stability import stability

    elements = system.split("-")
    distinct = set(elements) & set(SYMBOLS)
    if len(elements) not in (2, 3) or len(distinct) < len(elements):
        raise InputError(
            f"a section takes two or three elements such as Sm-Co-Fe, got {system!r}"
        )
    source = open_snapshot(snapshot)
    hull = hull_section(source, elements)
    shares = np.empty((0, len(elements)))
    odds = np.empty(0)
    energies = np.empty(0)
    names = list[str]()
    if compositions is not None:
        candidates = read_inputs(compositions, "auto").table
        in_section = candidates[
            np.abs(candidates.fraction(*elements) - 1.0) < 1e-9
        ]
        names = in_section.formulas()
        shares = np.column_stack([in_section.fraction(e) for e in elements])
    if names:
        stability_table = stability(
            in_section, temperature=temperature, snapshot=source
        )
        odds = stability_table["probability_phase_forms"].to_numpy(float)
        energies = stability_table["formation_energy_eV_atom"].to_numpy(float)
    title = f"{system}, phases of the snapshot at 0 K"
    if len(elements) == 3:
        return _figures.section(hull, shares, odds, names, title=title)
    return _figures.binary_section(
        hull, shares[:, 1], energies, odds, names, title=title
    )


@_plot
def parity(
    measured: ArrayLike,
    predicted: ArrayLike,
    column: str,
    *,
    lo: ArrayLike | None = None,
    hi: ArrayLike | None = None,
) -> Part:
    """Draw predictions against measurements, with intervals where they are given.

    The result is a `Figure`, a dict of plotly's ``data`` and ``layout``, its
    axes in the units of the setting.

    Parameters
    ----------
    measured, predicted : array_like, shape (n,)
        Rows where one of these, or of `lo` and `hi`, is NaN or infinite are left out.
    column : str
        Result column, for the labels, in whose unit the values are; any other name stands as it is.
    lo, hi : array_like, shape (n,), optional
        Ends of the interval of the predictions, in the same unit; drawn where both are given.

    Raises
    ------
    InputError
        If lengths differ, or no row is left.
    """
    label = column
    unit = ""
    if column in COLUMNS:
        label = _figures.column_axis(column)["title"]["text"]
        unit = f" {COLUMNS[column].unit}".rstrip()
    true, guess, *ends = _drop_missing(
        measured, predicted, *(v for v in (lo, hi) if v is not None)
    )
    dots = points(
        "",
        true,
        guess,
        {"size": 6, "color": COLOURS[0]},
        "%{x}, predicted %{y}",
    )
    if len(ends) == 2:
        # A prediction may lie a rounding outside its own interval.
        bars = {"arrayminus": guess - ends[0], "array": ends[1] - guess}
        dots["error_y"] = {
            name: numbers(np.maximum(bar, 0.0)) for name, bar in bars.items()
        }
        dots["error_y"]["color"] = COLOURS[0]
    reach = [min(true.min(), guess.min()), max(true.max(), guess.max())]
    mean = float(np.mean(np.abs(guess - true)))
    layout = figure_layout(
        make_axis(f"measured: {label}"),
        make_axis(f"predicted: {label}"),
        title=f"mean absolute error {mean:.3g}{unit}, {len(true)} rows",
    )
    traces = [line("", reach, reach, color="#666", width=1), dots]
    return {"data": traces, "layout": layout | {"showlegend": False}}


def _drop_missing(*given: ArrayLike) -> list[FloatArray]:
    """Leave out the positions of vectors where any is NaN or infinite.

    Parameters
    ----------
    *given : array_like, shape (n,)
        One or more vectors of equal length. They are not changed.

    Returns
    -------
    list of ndarray of float64, shape (m,)
        New vectors in the same order.

    Raises
    ------
    InputError
        If the lengths differ, one is no vector, or no position is left.
    """
    vectors = [np.asarray(values, dtype=np.float64) for values in given]
    if len({v.shape for v in vectors}) > 1 or vectors[0].ndim != 1:
        shapes = ", ".join(str(v.shape) for v in vectors)
        raise InputError(
            f"expected vectors of the same length, got shapes {shapes}"
        )
    is_complete = np.isfinite(np.stack(vectors)).all(axis=0)
    if not is_complete.any():
        raise InputError("no row has both a measurement and a prediction")
    return [v[is_complete] for v in vectors]


@_plot
def depth_profile(found: "Diffusion", element: str | None = None) -> Part:
    """Draw heavy rare earth, H_cJ and reverse field through the middle, along the easy axis.

    The result is a `Figure`, a dict of plotly's ``data`` and ``layout``, its
    axes in the units of the setting.

    H_cJ and field have an axis of their own on the right. The place is in mm
    from the middle of the magnet.

    Parameters
    ----------
    found : Diffusion
        Designs, as `magnetkit.diffuse` returns them.
    element : str, optional
        ``Tb`` or ``Dy``, one that was asked for (KeyError); the best otherwise.
    """
    along = found.circuit.along
    name = element or found.best
    rows = found.margins(name)
    for axis in {"x", "y", "z"} - {along}:
        at = rows[f"{axis}_mm"]
        rows = rows[
            np.isclose(at, float(at.iloc[int(at.abs().to_numpy().argmin())]))
        ]
    rows = rows.sort_values(f"{along}_mm")
    at = rows[f"{along}_mm"]
    reverse = rows["reverse_kA_m"]
    traces = [
        line(f"{name} (left)", at, rows["amount_wt_pct"], color=COLOURS[2])
    ]
    for label, values, colour, dash in (
        (
            "H<sub>cJ</sub> before",
            rows["before_kA_m"] + reverse,
            GREY,
            "solid",
        ),
        (
            "H<sub>cJ</sub> after",
            rows["after_kA_m"] + reverse,
            COLOURS[0],
            "solid",
        ),
        ("reverse field", reverse, COLOURS[1], "dash"),
    ):
        traces.append(
            line(label, at, values, color=colour, dash=dash) | {"yaxis": "y2"}
        )
    zero = {"rangemode": "tozero"}
    layout = figure_layout(
        make_axis(f"{along} (mm)"), make_axis(f"{name} (wt.%)") | zero
    )
    right = make_axis("H<sub>cJ</sub>, reverse field (kA/m)") | zero
    layout["yaxis2"] = AXIS | right | {"overlaying": "y", "side": "right"}
    layout["yaxis2"] |= {"tickmode": "auto", "showgrid": False}
    return {"data": traces, "layout": layout}


@_plot
def margin_map(
    found: "Diffusion",
    when: Literal["before", "after"] = "after",
    element: str | None = None,
) -> Part:
    """Draw the margin, H_cJ less the reverse field along the easy axis, on the worst layer.

    The result is a `Figure`, a dict of plotly's ``data`` and ``layout``: x and
    y in mm, the margin in kA/m, whatever the setting of units.

    Parameters
    ----------
    found : Diffusion
        Designs, as `magnetkit.diffuse` returns them.
    when : {"before", "after"}
        Diffusion; both have the same colours. The layer is that with the smallest margin then.
    element : str, optional
        ``Tb`` or ``Dy``, one that was asked for (KeyError); the best otherwise.

    Raises
    ------
    InputError
        If it is neither before nor after.
    """
    if when not in ("before", "after"):
        raise InputError(f"when must be before or after, got {when!r}")
    margins = found.margins(element)
    along = found.circuit.along
    x, y = (a for a in "xyz" if a != along)
    worst = float(
        margins[f"{along}_mm"].iloc[
            int(margins[f"{when}_kA_m"].to_numpy().argmin())
        ]
    )
    layer = margins[np.isclose(margins[f"{along}_mm"], worst)]
    grid = layer.pivot_table(
        index=f"{y}_mm", columns=f"{x}_mm", values=f"{when}_kA_m"
    )
    largest = float(
        margins[["before_kA_m", "after_kA_m"]].abs().to_numpy().max()
    )
    trace = {
        "type": "heatmap", "x": numbers(grid.columns), "y": numbers(grid.index),
        "z": [numbers(row) for row in grid.to_numpy(float)], "zmin": -largest, "zmax": largest,
        "colorscale": "RdBu", "reversescale": True,
        "colorbar": _figures.colour_bar("margin (kA/m)"),
    }  # fmt: skip
    layout = figure_layout(
        make_axis(f"{x} (mm)") | {"constrain": "domain"},
        make_axis(f"{y} (mm)") | {"constrain": "domain", "scaleanchor": "x"},
        title=f"{when} diffusion, {along} = {worst:.2g} mm",
    )
    return {"data": [trace], "layout": layout}


@_plot
def terbium_against_temperature(table: "pd.DataFrame") -> Part:
    """Draw the heavy rare earth that magnets need over the temperature they have to stand.

    The result is a `Figure`, a dict of plotly's ``data`` and ``layout``, its
    axes in the units of the setting.

    Parameters
    ----------
    table : DataFrame
        ``temperature_K``, ``thickness_mm`` and ``amount_wt_pct`` (NaN where no
        coating does it), as `magnetkit.diffusion.needed_by_temperature`
        returns them. A line in degrees C is drawn for each thickness, and a
        dotted one upright at its lowest temperature without a value.

    Raises
    ------
    InputError
        If the table lacks one of these columns.
    """
    _need(table, "temperature_K", "thickness_mm", "amount_wt_pct")
    traces = []
    shapes = []
    for i, (thickness, part) in enumerate(table.groupby("thickness_mm")):
        part = part.sort_values("temperature_K")
        celsius = part["temperature_K"].to_numpy(float) - ZERO_CELSIUS
        amount = part["amount_wt_pct"].to_numpy(float)
        colour = COLOURS[i % len(COLOURS)]
        marker = {"size": 8, "color": colour}
        line_and_markers = {"mode": "lines+markers", "marker": marker}
        traces.append(
            line(f"{thickness:g} mm", celsius, amount, color=colour)
            | line_and_markers
        )
        if np.isnan(amount).any():
            at = float(celsius[np.isnan(amount)].min())
            dotted_line = {"color": colour, "dash": "dot", "width": 1.5}
            ends = {"x0": at, "x1": at, "yref": "paper", "y0": 0, "y1": 1}
            shapes.append({"type": "line", "line": dotted_line} | ends)
    axis = _figures.temperature_axis(celsius=True)
    layout = figure_layout(
        axis, make_axis("Least heavy rare earth put on (wt.%)")
    ) | {"shapes": shapes}
    layout["legend"]["title"] = {
        "text": "thickness; dotted: none does it",
        "side": "top",
    }
    return {"data": traces, "layout": layout}
