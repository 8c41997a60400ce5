"""The pages of the documentation: their Python runs, their commands are commands, they build."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import typer

import magnetkit as mk
from magnetkit.cli.app import app

ROOT = Path(__file__).resolve().parents[2]
PAGES = [
    p
    for p in sorted((ROOT / "docs").rglob("*.md"))
    if "reference" not in p.parts
]
GUIDES = [
    p
    for p in PAGES
    if p.parent.name in ("start", "howto") or p.stem == "index"
]
FENCES = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def blocks(page, kind):
    return [
        text
        for name, text in FENCES.findall(page.read_text("utf-8"))
        if name == kind
    ]


def commands(page):
    """Return the lines that begin with magnetkit, in blocks and in text, each with what follows."""
    text = page.read_text("utf-8").replace("\\\n", " ")
    lines = [
        x for _, block in FENCES.findall(text) for x in block.splitlines()
    ]
    inline = re.findall(r"`(magnetkit [a-z][^`]*)`", text)
    return [
        line for line in [*lines, *inline] if line.startswith("magnetkit ")
    ]


@pytest.mark.parametrize("page", GUIDES, ids=lambda p: p.stem)
def test_every_command_and_option_exists(page):
    for line in commands(page):
        command = typer.main.get_command(app)
        words = shlex.split(line)[1:]
        while words and hasattr(command, "commands"):
            assert words[0] in command.commands, line
            command = command.commands[words.pop(0)]
        options = {name for p in command.params for name in p.opts} | {
            "--help"
        }
        assert {w for w in words if w.startswith("--")} <= options, line


# The scientist's page has a test of its own, of what it prints too.
RUN = [
    p
    for p in PAGES
    if blocks(p, "python") and "add-" not in p.name and p.stem != "scientist"
]


@pytest.mark.parametrize("page", RUN, ids=lambda p: p.stem)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_python_of_a_page_runs(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for i, text in enumerate(blocks(page, "csv")):
        name = ("my_elements.csv", "more.csv")[min(i, 1)]
        (tmp_path / name).write_text(text, encoding="utf-8")
    names = {"mk": mk}
    for text in blocks(page, "python"):
        if text.startswith("# server"):
            continue
        exec(compile(text, page.name, "exec"), names)


def test_the_element_table_gives_its_columns(tmp_path):
    page = ROOT / "docs/howto/element-table.md"
    (tmp_path / "mine.csv").write_text(
        blocks(page, "csv")[0], encoding="utf-8"
    )
    frame = (
        mk.features.CompositionStatistics(preset=str(tmp_path / "mine.csv"))
        .set_output(transform="pandas")
        .fit_transform(["Nd2Fe14B", "NdFe2"])
    )
    assert isinstance(frame, pd.DataFrame)
    assert {name.split()[-1] for name in frame} == {
        "radius_pm",
        "price_USD_kg",
    }


def every_command(command, path):
    yield path, command
    for name, below in getattr(command, "commands", {}).items():
        yield from every_command(below, f"{path} {name}")


def test_the_site_builds_offline_without_a_warning(tmp_path):
    pytest.importorskip("mkdocs", reason="needs the extra `docs`")
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "mkdocs",
            "build",
            "--strict",
            "--quiet",
            "--site-dir",
            tmp_path,
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={
            **os.environ,
            "NO_MKDOCS_2_WARNING": "1",
            "http_proxy": "http://127.0.0.1:1",
            "https_proxy": "http://127.0.0.1:1",
        },
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "WARNING" not in done.stderr
    front = (tmp_path / "index.html").read_text("utf-8")
    assert not re.findall(
        r"<(?:script|link|img)[^>]+(?:src|href)=.?https?:", front
    )
    for name in (
        "gallery",
        "reference/columns",
        "physics",
        "notebooks/09-replacing-a-grade",
    ):
        assert (tmp_path / f"{name}.html").is_file()
    page = (tmp_path / "reference/commands.html").read_text("utf-8")
    for path, command in every_command(
        typer.main.get_command(app), "magnetkit"
    ):
        heading = re.search(
            rf'id="(?:exec-\d+--)?{path.replace(" ", "-")}"', page
        )
        text = (
            page[heading.end() :].partition("<h")[0]
            if heading
            else page.partition("<h2")[0]
        )
        names = [
            name
            for p in command.params
            for name in p.opts
            if name.startswith("-")
        ]
        assert [name for name in names if name not in text] == [], path
    # A page opened from disk finds what it searches in.
    assert (tmp_path / "search/search_index.js").is_file()
    assert 'src="iframe-worker.js"' in front
