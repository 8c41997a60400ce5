"""The answer of a replacement on two pages for a buyer: verdict, ways, orders, duty, grounds."""

from html import escape
from pathlib import Path
from typing import Any

from .._core._files import replacing
from ..choose.order_line import order_line

_STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; color: #1c1c1c; margin: 0 auto; max-width: 60rem; padding: 0 1rem 2rem; }
h1 { font-size: 1.5rem; margin: 1rem 0 .3rem; } h2 { font-size: 1.1rem; margin: 1.2rem 0 .3rem; border-top: 1px solid #cfcfcf; padding-top: .4rem; }
.verdict { background: #f4f6f8; border-left: 5px solid #00558c; padding: .5rem 1rem; }
table { border-collapse: collapse; width: 100%; font-size: .85rem; font-variant-numeric: tabular-nums; }
th, td { border-bottom: 1px solid #cfcfcf; padding: .25rem .4rem; text-align: right; vertical-align: top; }
th { background: #f4f6f8; } .text { text-align: left; overflow-wrap: anywhere; }
li { margin: .3rem 0; }
@media print { @page { size: A4; margin: 14mm; } body { font-size: 9.5pt; max-width: none; padding: 0; } tr, li { break-inside: avoid; } h2 { break-after: avoid; } }
"""  # noqa: E501
_LIKELY_ENOUGH = 0.3


def write_buyer_page(replacement: Any, path: Path) -> Path:
    """Write the answer of a replacement as one printable file of two pages; return the file."""
    text = buyer_page(replacement)
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")
    return path


def buyer_page(replacement: Any) -> str:
    """Return the answer of a replacement as HTML: two pages of A4."""
    lines = replacement.lines()
    title = f"Replacement of {replacement.reference['grade'] or 'a magnet'}"
    celsius = replacement.reference["temperature_K"] - 273.15
    body = [
        f"<h1>{escape(title)} at {celsius:.0f} °C</h1>",
        f'<p class="verdict"><strong>{escape(lines[0])}</strong></p>',
        "<h2>What it has to do</h2>",
        f"<p>{escape(_requirements(replacement))}</p>",
    ]
    if replacement.ways:
        body += ["<h2>Ways</h2>", _ways_table(replacement), "<h2>To order</h2>"]
        body.append(_order_lines(replacement))
    body.append("<h2>What this rests on</h2>")
    body.append(_list(line for line in lines[1:] if not _is_of_a_way(line)))
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}'
        f"</title><style>{_STYLE}</style></head><body>\n{chr(10).join(body)}\n</body></html>\n"
    )


def _requirements(replacement: Any) -> str:
    """Return in words what is asked of a replacement."""
    requirement_lines = [
        line for line in replacement.lines() if line.startswith("Asked at")
    ]
    if requirement_lines:
        return requirement_lines[0]
    today = f"today's magnet has P {replacement.own_probability:.2f}"
    limits = ", ".join(str(limit) for limit in replacement.limits.values())
    return f"{limits or 'as today'} ({replacement.basis}); {today}."


def _is_of_a_way(line: str) -> bool:
    """Return whether a line of the answer says what the table of ways says already."""
    return line.startswith(("   ", "Ways (", "Asked at")) or line[:2] in (
        "1.",
        "2.",
        "3.",
        "4.",
    )


def _ways_table(replacement: Any) -> str:
    heads = ["", "Way", "P", "H_k / H", "Heavy rare earth, wt.%", "Saved, wt.%"]
    heads += ["B_r, T", "H_cJ, kA/m", "Elements, USD/kg", "Sold by"]
    rows = [f"<tr>{''.join(_head(head) for head in heads)}</tr>"]
    for number, way in enumerate(replacement.ways, start=1):
        margin = getattr(way, "demagnetization_safety", float("nan"))
        cells = [
            _cell(str(number)),
            _cell(way.name, is_text=True),
            _cell(f"{way.probability_meets_requirements:.2f}"),
            _cell("" if margin != margin else f"{margin:.2f}"),
            _cell(f"{way.heavy_rare_earth_wt_pct:.1f}"),
            _cell(f"{way.heavy_rare_earth_saved_wt_pct:.1f}"),
            _cell(f"{way.remanence_guaranteed_T:.3f}"),
            _cell(f"{way.coercivity_guaranteed_kA_m:.0f}"),
            _cell(f"{way.cost_USD_kg:.0f}"),
            _cell(way.makers or "ask", is_text=True),
        ]
        rows.append(f"<tr>{''.join(cells)}</tr>")
    return f"<table>{''.join(rows)}</table>"


def _head(text: str) -> str:
    kind = ' class="text"' if text in ("Way", "Sold by") else ""
    return f"<th{kind}>{escape(text)}</th>"


def _cell(text: str, *, is_text: bool = False) -> str:
    kind = ' class="text"' if is_text else ""
    return f"<td{kind}>{escape(text)}</td>"


def _order_lines(replacement: Any) -> str:
    """Return the order line of each way that is likely enough, as a list."""
    texts = []
    for number, way in enumerate(replacement.ways, start=1):
        if way.probability_meets_requirements < _LIKELY_ENOUGH:
            continue
        line = getattr(way, "order_line", "") or order_line(
            way,
            temperature_K=replacement.reference["temperature_K"],
            drawing=str(replacement.reference["grade"] or ""),
        )
        texts.append(f"{number}. {line}")
    return _list(texts)


def _list(texts: Any) -> str:
    return f"<ul>{''.join(f'<li>{escape(text)}</li>' for text in texts)}</ul>"
