"""Model cards: what a validation measured, as Markdown and JSON."""

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...columns import COLUMNS


@dataclass(frozen=True, eq=False)
class ModelCard:
    """What a surrogate is and what was measured of it.

    Attributes
    ----------
    target : str
        What it predicts.
    manifest : dict
        Data, parameters, hashes and versions of the model.
    content : dict
        Figures by kind of split, the misses among them.
    """

    target: str
    manifest: dict[str, Any]
    content: dict[str, Any]

    def to_json(self) -> str:
        """Return the card as JSON; what could not be measured is null."""
        whole = {"target": self.target, "model": self.manifest, "figures": self.content}
        return json.dumps(_plain(whole), indent=2) + "\n"

    def to_markdown(self) -> str:
        """Return the card as Markdown."""
        column = COLUMNS[self.target]
        lines = [
            f"# Surrogate of the {column.label.lower()} ({column.unit})",
            "",
            f"Trained on {self.manifest['rows']} rows in {self.manifest['groups']} groups: "
            f"{self.manifest['origin']}. Rows removed: "
            + (
                "; ".join(f"{why} {count}" for why, count in self.manifest["removed"].items())
                or "none"
            )
            + ".",
            "",
            f"Model: {self.manifest['estimator']}. Intervals are conformal, calibrated on groups "
            "that were left out; the domain ends where a composition is newer than 90 % of them.",
            "",
        ]
        for title, part in self.content.items():
            lines += [f"## {title[0].upper()}{title[1:]}", "", *_section(part), ""]
        return "\n".join(lines)

    def write(self, file: Path) -> tuple[Path, Path]:
        """Write ``.md`` and ``.json`` beside the model `file`; return both paths.

        Parameters
        ----------
        file : Path
            File of the model.

        Returns
        -------
        tuple of Path
            The Markdown and the JSON file.
        """
        paths = file.with_suffix(".md"), file.with_suffix(".json")
        file.parent.mkdir(parents=True, exist_ok=True)
        paths[0].write_text(self.to_markdown(), encoding="utf-8")
        paths[1].write_text(self.to_json(), encoding="utf-8")
        return paths


_ACCURACY = ("rows", "mae", "median", "r2", "pairs")


def _section(part: dict[str, Any]) -> list[str]:
    if "mae" in part:
        return _table({"model": part})
    tables = {k: v for k, v in part.items() if isinstance(v, dict) and "mae" in v}
    rest = {k: v for k, v in part.items() if k not in tables}
    lines = _table(tables) if tables else []
    for name, figures in tables.items():
        extra = {k: v for k, v in figures.items() if k not in _ACCURACY}
        if extra:
            lines += ["", f"Intervals and domain, {name}:", "", *_list(extra)]
    if rest:
        lines += ["", *_list(rest)]
    return lines or ["Nothing to measure on this set."]


def _table(rows: dict[str, dict[str, Any]]) -> list[str]:
    lines = ["| | rows | MAE | median | R2 | pairs in order |", "|---|---|---|---|---|---|"]
    for name, row in rows.items():
        lines.append(f"| {name} | " + " | ".join(_text(row[k]) for k in _ACCURACY) + " |")
    return lines


def _list(values: dict[str, Any]) -> list[str]:
    return [f"- {name}: {_text(value)}" for name, value in values.items()]


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{k} {_text(v)}" for k, v in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(_text(v) for v in value)
    if isinstance(value, float):
        return "not known" if math.isnan(value) else f"{value:.4g}"
    return str(value)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
