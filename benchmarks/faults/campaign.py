"""The campaign on faults: ``make test-faults``.

``python -m benchmarks.faults.campaign [PART ...]`` runs some parts alone. Each part runs in a
process of its own, so that a crash is a figure and not the end. The figures go to ``figures.json``,
where parts that were not asked for keep theirs. ``FAULTS.md`` is written from these and from
notes, and from nothing else: the part ``page`` writes it anew. Long lines, shared caches and keys
take as long here as in the tests of this folder, which hold them alone.
"""

import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

FILE = Path(__file__).with_name("FAULTS.md")
FIGURES = Path(__file__).with_name("figures.json")
CAMPAIGN_SEED = 20_261_124
# By kind: what is cheap to read is read more often.
FILES = {"model file": 60_000, "scenario TOML": 20_000}
FILES_OTHERWISE = 6_000
MOMENTS = 20
TABLES = 6_000
PART_LIMIT_S = 3_600
NOTES = {
    "What was run": "run.md",
    "Supply chain": "supply.md",
    "Fourth round": "fourth.md",
}
"""What was run outside the campaign, as it was noted."""


def files() -> list[dict]:
    from benchmarks.faults import input_files

    rows = []
    # In memory where there is such a place: half a million small files are written.
    place = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with (
        tempfile.TemporaryDirectory(dir=place) as folder,
        input_files.kinds(Path(folder)) as kinds,
    ):
        for kind in kinds:
            count = FILES.get(kind.name, FILES_OTHERWISE)
            rows.append(
                {
                    "kind": kind.name,
                    **vars(input_files.run(kind, count, CAMPAIGN_SEED)),
                }
            )
    return rows


def interruption() -> list[dict]:
    return run_module("interruption", CAMPAIGN_SEED, MOMENTS)


def run_module(module: str, *arguments: object) -> list[dict]:
    """Run a module of the campaign in a new folder; return the rows that it prints as JSON."""
    with tempfile.TemporaryDirectory() as folder:
        words = [str(a) for a in arguments] + [folder]
        done = subprocess.run(
            [sys.executable, "-m", f"benchmarks.faults.{module}", *words],
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    if len(rows) == 1 and isinstance(rows[0], list):
        return rows[0]
    return rows


def texts() -> list[dict]:
    return run_module("texts")


def workbooks() -> list[dict]:
    return run_module("workbooks")


def tables() -> list[dict]:
    return run_module("user_tables", TABLES, CAMPAIGN_SEED)


def arguments() -> list[dict]:
    return run_module("arguments")


PARTS: dict[str, tuple[Callable[[], list[dict]], str]] = {
    "files": (
        files,
        "Bad files, each either refused by an error of magnetkit's own that says why, or read. "
        "*Resealed* ones carry the hash that fits what was spoiled.",
    ),
    "interruption": (
        interruption,
        "Commands stopped at random moments; what they leave is whole, and the command run again "
        "(a screening with `--resume`) leaves the same bytes (a model: the same numbers). "
        "*done_before*: the command had ended when the signal came.",
    ),
    "texts": (
        texts,
        "Markup in each text of a profile, a scenario, a table and a manifest, one at a time; the "
        "report is then parsed as a browser does.",
    ),
    "workbooks": (
        workbooks,
        "Workbooks that are none, too large, or compute; memory of each.",
    ),
    "tables": (
        tables,
        "Measured magnets, parts of a device, fields of a solver and mills, spoiled as files are: "
        "refused in words, or what is taken are numbers.",
    ),
    "arguments": (
        arguments,
        "Numbers, texts, lists, mappings, arrays, frames, objects, 28 of them, in each argument of "
        "public functions: refused by name, or taken.",
    ),
}


def alone(name: str) -> dict:
    """Run a part in a process of its own; a crash or a hang is a fault."""
    start = time.monotonic()
    code = (
        "import json; from benchmarks.faults.campaign import PARTS; "
        f"print(json.dumps(PARTS[{name!r}][0]()))"
    )
    try:
        done = subprocess.run(
            [sys.executable, "-X", "faulthandler", "-c", code],
            capture_output=True,
            text=True,
            timeout=PART_LIMIT_S,
            check=False,
        )
        rows = (
            json.loads(done.stdout.splitlines()[-1])
            if done.returncode == 0
            else []
        )
        if done.returncode:
            rows = [
                {"faults": [f"exit {done.returncode}: {done.stderr[-2000:]}"]}
            ]
    except subprocess.TimeoutExpired:
        rows = [{"faults": [f"not done after {PART_LIMIT_S} s"]}]
    return {
        "seconds": round(time.monotonic() - start),
        "date": time.strftime("%Y-%m-%d"),
        "python": platform.python_version(),
        "commit": _commit(),
        "rows": rows,
    }


def _commit() -> str:
    """Return the state of the checkout that a part ran on."""
    arguments = ["git", "rev-parse", "--short", "HEAD"]
    done = subprocess.run(
        arguments, cwd=FILE.parent, capture_output=True, text=True, check=False
    )
    return done.stdout.strip() or "no checkout"


def page(figures: dict[str, dict]) -> str:
    """Return the figures as Markdown."""
    out = ["# Faults: what the campaign found", ""]
    out += [
        "Written by `make test-faults`; short runs of every part stand in `make test-accuracy`.",
        "",
    ]
    inputs = [
        r
        for p in ("files", "tables")
        for r in figures.get(p, {}).get("rows", [])
    ]
    distinct = sum(r.get("distinct", 0) for r in inputs)
    faults = sum(
        len(r["faults"]) for part in figures.values() for r in part["rows"]
    )
    missing = [name for name in PARTS if name not in figures]
    out += [
        f"{distinct:,} distinct bad files; {faults} faults in the parts below.",
        "",
    ]
    if missing:
        out += [f"Not run at length: {', '.join(missing)}.", ""]
    for name, (_, told) in PARTS.items():
        if name not in figures:
            continue
        part = figures[name]
        out += [f"## {name.capitalize()}", "", told, ""]
        for group in _group_by_columns(part["rows"]):
            heads = list(group[0])
            out.append(f"| {' | '.join(h.replace('_', ' ') for h in heads)} |")
            out.append(f"|{' --- |' * len(heads)}")
            for row in group:
                out.append(
                    f"| {' | '.join(_cell(row[head]) for head in heads)} |"
                )
            out.append("")
        listed = [f for row in part["rows"] for f in row["faults"]][:10]
        out += [f"- fault: `{f[:300]!r}`" for f in listed]
        state = f", at {part['commit']}" if "commit" in part else ""
        out += [
            f"{part['seconds']} s on {part['date']}, Python {part['python']}{state}.",
            "",
        ]
    for title, name in NOTES.items():
        text = (
            (Path(__file__).parent / name).read_text(encoding="utf-8").rstrip()
        )
        out += [f"## {title}", "", text, ""]
    return "\n".join(out)


def _group_by_columns(rows: list[dict]) -> list[list[dict]]:
    groups: dict[tuple, list[dict]] = {}
    for row in rows:
        groups.setdefault(tuple(row), []).append(row)
    return list(groups.values())


def _cell(value: object) -> str:
    if isinstance(value, list):
        return str(len(value))
    if isinstance(value, float):
        return f"{value:.3g}"
    if isinstance(value, int):
        return f"{value:,}"
    return str(value).replace("|", "\\|")


def stored_figures() -> dict[str, dict]:
    if FIGURES.is_file():
        return json.loads(FIGURES.read_text())
    return {}


def main(names: list[str]) -> int:
    # A job in the background ignores Ctrl-C, and so would all that it starts.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for name in [] if names == ["page"] else names or PARTS:
        print(f"{name} ...", file=sys.stderr, flush=True)
        part = alone(name)
        count = sum(len(row["faults"]) for row in part["rows"])
        print(
            f"{name}: {part['seconds']} s, {count} faults",
            file=sys.stderr,
            flush=True,
        )
        FIGURES.write_text(
            json.dumps({**stored_figures(), name: part}, indent=1) + "\n"
        )
    figures = stored_figures()
    FILE.write_text(page(figures), encoding="utf-8")
    return int(
        any(row["faults"] for part in figures.values() for row in part["rows"])
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
