"""Every plot of the gallery is drawn by its code, and no text of it lies on another."""

import ast
import re
from itertools import combinations
from pathlib import Path

import pytest

import magnetkit as mk

PAGE = (Path(__file__).resolve().parents[2] / "docs/gallery.md").read_text(
    "utf-8"
)
ENTRIES = dict(
    re.findall(
        r"^## ([^\n]*)\n\n```python [^\n]*\n(.*?)^show\(", PAGE, re.M | re.S
    )
)


@pytest.fixture(params=ENTRIES)
def figure(request):
    space = {}
    exec(ENTRIES[request.param], space)
    canvas = space["figure"].draw().figure
    canvas.draw_without_rendering()
    return canvas


def test_every_public_plot_is_in_the_gallery():
    plots = [
        name
        for name in mk.plots.__all__
        if name not in ("Figure", "sweep", "table")
    ]
    assert [name for name in plots if f"plots.{name}(" not in PAGE] == []


@pytest.mark.parametrize("entry", ENTRIES)
def test_no_figure_is_of_made_up_data(entry):
    for node in ast.walk(ast.parse(ENTRIES[entry])):
        name = getattr(node, "attr", getattr(node, "id", ""))
        assert not re.search("rand|rng|linspace|normal", str(name))
        # Numbers come from the package or its data: no series of them is typed.
        if isinstance(node, ast.List | ast.Tuple):
            numbers = [
                e
                for e in node.elts
                if isinstance(getattr(e, "value", None), float)
            ]
            assert len(numbers) < 3


def texts(ax):
    """Return the texts that are drawn: no tick beyond the limits of its axis."""
    for axis, (low, high) in (
        (ax.xaxis, sorted(ax.get_xlim())),
        (ax.yaxis, sorted(ax.get_ylim())),
    ):
        for tick in axis.get_major_ticks():
            if low <= tick.get_loc() <= high:
                yield from (tick.label1, tick.label2)
        yield axis.label
    yield from (ax.title, *ax.texts)
    if ax.get_legend() is not None:
        yield from ax.get_legend().get_texts()


def test_no_text_lies_on_another(figure):
    shown = [
        t
        for ax in figure.axes
        for t in texts(ax)
        if t.get_visible() and t.get_text().strip()
    ]
    boxes = [(text.get_text(), text.get_window_extent()) for text in shown]
    assert len(boxes) > 3
    overlaps = [
        (one, other)
        for (one, a), (other, b) in combinations(boxes, 2)
        if min(a.x1, b.x1) - max(a.x0, b.x0) > 1.0
        and min(a.y1, b.y1) - max(a.y0, b.y0) > 2.0
    ]
    assert overlaps == []
