"""Write docs/physics.md from its template, the docstrings of the laws and the law book.

``python docs/physics_page.py`` writes the page; with ``--check`` it fails where the page differs
from what code and data say. A line ``{{ laws }}`` of the template becomes a section a mechanism:
equation, symbols, range and source are the docstring's, constants the law book's. A line
``{{ magnets }}`` becomes the figures of left-out papers that `magnetkit.validate` gives.
"""

import inspect
import sys
from importlib import import_module
from pathlib import Path

from magnetkit import validate
from magnetkit.magnetism.laws import STATUS, Constant, constants, law
from magnetkit.magnetism.process import Family, parameters

HERE = Path(__file__).parent
TEMPLATE, PAGE = HERE / "physics.template", HERE / "physics.md"

SECTIONS = (
    ("Sintered Nd-Fe-B: the boundary", ("magnetism._boundary",), "boundary"),
    (
        "Grains",
        (
            "magnetism._balance:microstructure",
            "magnetism._balance:solid_state_loss",
            "magnetism._balance:ribbon_refinement",
            "magnetism._balance:reduced_remanence",
        ),
        "grains",
    ),
    ("Cellular 2:17", ("magnetism._cells",), "cells"),
    ("Shells and what is diffused", ("magnetism.shells",), "shell"),
    (
        "Coercivity with temperature",
        (
            "magnetism._magnet_kernels:alpha_ratio",
            "magnetism._magnet_kernels:linear_fraction",
            "magnetism._magnet_kernels:magnet_state",
            "magnetism._magnet_kernels:producer_alpha",
            "magnetism._magnet_kernels:knee_field",
        ),
        "temperature",
    ),
    ("What a grade is made of", ("magnetism._composition_estimate",), "makeup"),
    ("Formula or charge", ("magnetism._boundary:formula_likelihood",), "formula"),
    ("Distance to what was measured", ("magnetism._evidence",), "evidence"),
    ("What is no part of the metal", ("phases.partition:purify",), "phases"),
    ("What makers print", ("magnetism.printed_temperature:chord_end",), "printed"),
)
"""Heading, docstrings (module, or module:function) and file of the law book of each mechanism."""

_FITTED = (
    "alpha_k", "n_eff", "grain_slope", "wetted", "cobalt_loss", "lanthanum_loss",
    "surface_enrichment", "pinning_kA_m", "copper_scale", "hot_kA_m", "iron_limit", "decay",
)  # fmt: skip


LEFT_OUT = {
    "B_r of magnets": "remanence_T",
    "H_cJ of magnets": "coercivity_kA_m",
    "coefficient of H_cJ": "coercivity_coefficient_pct_K",
}
"""Measured magnets of which figures are stored."""


def docstring(path: str) -> str:
    """Return the docstring of a module, or of ``module:function`` without its parameters."""
    module_name, _, function = path.partition(":")
    found = import_module(f"magnetkit.{module_name}")
    if function:
        found = getattr(found, function)
        found = getattr(found, "py_func", found)
    text = inspect.cleandoc(found.__doc__ or "")
    return text.partition("\nParameters\n---")[0].strip()


def number(value: float) -> str:
    """Return a number as it is written in tables."""
    return f"{value:.4g}"


def constant_row(constant: Constant) -> str:
    """Return a row of the table of constants."""
    source = f"{constant.source}; rows: {constant.rows}" if constant.rows else constant.source
    value = f"{number(constant.value)} ± {number(constant.deviation)}"
    cells = (f"`{constant.name}`", constant.meaning, value, constant.unit, constant.status, source)
    return "| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |"


def section(title: str, paths: tuple[str, ...], name: str) -> str:
    """Return the section of a mechanism."""
    lines = [f"### {title}", ""]
    for path in paths:
        lines += [docstring(path), ""]
    lines += [f"Constants: `datasets/laws/{name}.toml`.", ""]
    lines += [
        "| constant | meaning | value | unit | status | source |",
        "|---|---|---|---|---|---|",
    ]
    lines += [constant_row(constant) for constant in law(name)]
    return "\n".join(lines)


def family_table() -> str:
    """Return what is fitted by family, as a table."""
    families = {host: f for host, f in parameters().families.items() if isinstance(f, Family)}
    lines = [
        "### Fitted by family",
        "",
        "`datasets/recipes/parameters.toml`, written by `calibrate.py` beside it.",
        "",
        "| parameter | " + " | ".join(families) + " |",
        "|---|" + "---|" * len(families),
    ]
    for name in _FITTED:
        values = [number(getattr(family, name)) for family in families.values()]
        lines.append(f"| `{name}` | " + " | ".join(values) + " |")
    return "\n".join(lines)


def status_line() -> str:
    """Return how many constants rest on what."""
    counts = constants()["status"].value_counts()
    parts = [f"{int(counts.get(status, 0))} {status}" for status in STATUS]
    return f"Of {int(counts.sum())} constants of the law book {', '.join(parts)}."


def left_out_rows() -> str:
    """Return how far off magnets of papers that were left out are, as `mk.validate` has it."""
    lines = []
    for label, target in LEFT_OUT.items():
        table = validate(target).table.set_index("family")
        figures = []
        for family in ("2:14:1", "all"):
            row = table.loc[family]
            figures.append(
                f"{family}: {100 * row['inside']:.0f} % of {row['answered']:.0f} inside the 90 % "
                f"range, rms of ln {row['rms']:.2f}"
            )
        what = f'the whole paper left out, `mk.validate("{target}")`'
        lines.append(f"| {label} | {what} | {'; '.join(figures)} |")
    return "\n".join(lines)


def page() -> str:
    """Return docs/physics.md as code and data say it."""
    laws = [status_line(), *(section(*each) for each in SECTIONS), family_table()]
    text = TEMPLATE.read_text(encoding="utf-8")
    text = text.replace("{{ laws }}", "\n\n".join(laws))
    return text.replace("{{ magnets }}", left_out_rows())


def main(arguments: list[str]) -> int:
    """Write the page, or compare it."""
    text = page()
    if "--check" in arguments:
        same = PAGE.is_file() and PAGE.read_text(encoding="utf-8") == text
        if not same:
            print(f"{PAGE} differs from code and data; run python docs/physics_page.py")
        return 0 if same else 1
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
