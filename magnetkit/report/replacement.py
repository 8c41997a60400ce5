"""The head of the report of a replacement: what to do, today's magnet beside it, one picture."""

from collections.abc import Mapping
from html import escape
from math import floor
from typing import Any

_WIDTH = 720
_LABEL_WIDTH = 240
_ROW = 26
_BAR = 16
"""Pixels of the picture: its width, what names take, the height of a row and of its bar."""
_MOST = 3.0
"""Margins beyond this are drawn to the edge."""


def replacement_head(manifest: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the record for the head of a report; None if the result comes from no replacement."""
    record = manifest.get("replacement")
    if not isinstance(record, dict):
        return None
    return {**record, "picture": draw_margins(record["margins"], record["duty"])}


def _cut(value: float) -> str:
    """Return a margin with two decimals, cut as in the table of ways, so that 1.10 is never less."""
    return f"{floor(100.0 * value + 1e-6) / 100.0:.2f}"


def draw_margins(margins: list[dict[str, Any]], duty: str) -> str:
    """Draw the margins of magnets, knee field divided by the field against each, as SVG text.

    Each of `margins` has ``name`` and ``margin``. `duty` is the duty in words; a line marks the
    margin that it asks for.
    """
    height = 58 + _ROW * len(margins)
    scale = (_WIDTH - _LABEL_WIDTH - 60) / _MOST
    title = f"Knee field over the field against the magnet, guaranteed, {duty}"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" '
        f'width="100%" font-size="13" font-family="sans-serif"><title>{escape(title)}</title>',
        f'<text x="0" y="16">{escape(title)}</text>',
    ]
    top = 30
    for place, one in enumerate(margins):
        y = top + _ROW * place
        value = float(one["margin"]) if one["margin"] is not None else 0.0
        length = min(value, _MOST) * scale
        colour = "#1f77b4" if value >= 1.1 else "#d62728"
        parts.append(f'<text x="0" y="{y + 13}">{escape(str(one["name"])[:34])}</text>')
        parts.append(
            f'<rect x="{_LABEL_WIDTH}" y="{y}" width="{length:.1f}" height="{_BAR}" fill="{colour}"/>'
        )
        parts.append(
            f'<text x="{_LABEL_WIDTH + length + 6:.1f}" y="{y + 13}">{_cut(value)}</text>'
        )
    x = _LABEL_WIDTH + 1.1 * scale
    bottom = top + _ROW * len(margins)
    parts.append(
        f'<line x1="{x:.1f}" y1="{top - 6}" x2="{x:.1f}" y2="{bottom}" stroke="#000" '
        'stroke-dasharray="4 3"/>'
    )
    parts.append(
        f'<text x="{x - 60:.1f}" y="{bottom + 18}">1.1, what a duty asks</text></svg>'
    )
    return "".join(parts)
