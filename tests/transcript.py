"""Transcripts: commands as typed, and what a terminal of 80 columns shows of each.

A file of ``tests/transcripts`` is one session in a folder with the files of `write_inputs`. A line
that begins with ``$`` is typed: ``magnetkit`` with options, which may read ``< FILE``, and of whose
output ``| head -n N``, ``| tail -n N`` or ``| grep -E PATTERN`` may show some lines (stdout is then
no terminal), ``2> /dev/null`` none of stderr; or the same words with a FILE. A backslash goes on in
the next line. Below it stands what is printed, stdout and stderr as they come.
"""

import difflib
import io
import logging
import re
import shlex
import sys
import warnings
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import rich.progress
from magnetkit.settings import get_settings
from openpyxl import Workbook

FOLDER = Path(__file__).with_name("transcripts")
COLUMNS = 80
_TYPED = re.compile(r"^\$ ((?:.*\\\n)*.*)$", re.MULTILINE)
_NUMBER = re.compile(r"([-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)")
_INPUTS = {
    "alloys.csv": "composition,shell,id\nNd2Fe14B,,a\nNd1.8Dy0.2Fe14B,,b\n"
    "Nd1.9Dy0.1Fe14B,Tb 0.6 wt%,c\n",
    "rejects.csv": "composition,id\nSmCo5,a\nSmXy5,b\n,c\nNd2Fe14B,d\n",
    "recipes.txt": "SmCo5\nNd2Fe14B\n",
    "melts.csv": "melt,Nd wt%,Dy wt%,B,Fe\nA1,30.5,1.2,1.0,bal.\nA2,31,,1.0,bal.\n",
    "loop.csv": "H (kA/m),J (T)\n0,1.20\n-200,1.19\n-400,1.18\n-600,1.16\n"
    "-800,1.10\n-900,0.60\n-950,0.00\n",
    "measured.csv": "composition,basis,T °C,Br kG,HcJ kOe\n"
    "Nd30Dy1.5Co1B1Fe66.5,weight,20,12.9,18.8\n"
    "Nd29Pr1Dy3Co1B1Fe65,weight,20,12.2,25.8\n"
    "Nd31Co1B1Fe67,weight,20,13.5,12.7\n",
    "parts.csv": "part,grade,kg/year,Max temp C\nrotor,N42SH,120,150\n"
    "sensor,N35,3,80\npump,N99XX,10,100\n",
    "gaps.csv": "part,grade,kg/year,Max temp C\nrotor,N42SH,1200,\nrotor,N35,,80\n"
    "pump,,10,100\n",
    "cerium.txt": "Ce2Fe14B\n",
    "empty.csv": "",
    "pairs.csv": "a,b\nx,y\n",
    "unread.csv": "composition\n??\n",
    "bare.csv": "part,grade,Max temp\nrotor,N42SH,150\n",
    "curie.csv": "composition,curie_temperature_K,paper\nSmCo5,1000,1\n"
    "YCo5,980,1\nNd2Fe14B,585,2\nPr2Fe14B,565,2\nSm2Co17,1190,3\n",
}
_BUYERS_ROWS = (
    ("id", "composition", "offer EUR/kg"),
    ("x1", "Nd30.5Dy1.2Co0.9Cu0.1B1.0Fe bal.", 61.5),
    ("x2", "Nd29.0Pr2.0B1.0Fe bal.", 48),
)


class _Today(date):
    """The date of all transcripts."""

    @classmethod
    def today(cls) -> date:
        """Return it."""
        return date(2026, 11, 5)


class _Screen(io.TextIOWrapper):
    """A stream in memory that claims to be a terminal, or a pipe."""

    def __init__(self, *, is_terminal: bool) -> None:
        super().__init__(io.BytesIO(), "utf-8", write_through=True)
        self._is_terminal = is_terminal

    def isatty(self) -> bool:
        """Return whether this is a terminal."""
        return self._is_terminal

    def text(self) -> str:
        """Return what was written."""
        return self.buffer.getvalue().decode()


def write_inputs(folder: Path) -> None:
    """Write the files that the commands of transcripts read."""
    for name, text in _INPUTS.items():
        (folder / name).write_text(text, "utf-8")
    book = Workbook()
    for row in _BUYERS_ROWS:
        book.active.append(row)
    book.save(folder / "buyer.xlsx")


def read_commands(text: str) -> list[str]:
    """Return the lines typed in a transcript, without "$", as they stand."""
    return _TYPED.findall(text)


def run_transcript(text: str, folder: Path) -> str:
    """Run the commands of a transcript in an empty folder, and return the transcript anew."""
    output = ""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        # Without colours and bars that are drawn over.
        patch.setenv("TERM", "dumb")
        patch.setenv("COLUMNS", str(COLUMNS))
        patch.setenv("MAGNETKIT_DATA_DIR", str(folder / "kept"))
        for name in ("MAGNETKIT_MIRROR", "MP_API_KEY"):
            patch.delenv(name, raising=False)
        patch.setattr("magnetkit.supply.tables.date", _Today)
        # The handler that a command adds goes with it.
        logger = logging.getLogger("magnetkit")
        patch.setattr(logger, "handlers", [*logger.handlers])
        get_settings.cache_clear()
        write_inputs(folder)
        for typed in read_commands(text):
            shown = _run(typed.replace("\\\n", ""), patch)
            shown = shown.replace(str(folder), "<folder>")
            output += f"$ {typed}\n{_break_lines(shown)}"
    get_settings.cache_clear()
    return output


def _break_lines(text: str) -> str:
    """Break long lines as a terminal does; drop blanks at the ends of lines."""
    lines = []
    for line in text.splitlines():
        for place in range(0, max(len(line), 1), COLUMNS):
            lines.append(line[place : place + COLUMNS].rstrip() + "\n")
    return "".join(lines)


def _run(typed: str, patch: pytest.MonkeyPatch) -> str:
    """Run what was typed, and return what a terminal shows of it."""
    command, _, filter_command = typed.partition(" | ")
    words = shlex.split(command)
    if words[0] != "magnetkit":
        return _filter_lines(Path(words.pop()).read_text("utf-8"), words)
    if words[-2:-1] == ["<"]:
        patch.setattr("sys.stdin", io.StringIO(Path(words[-1]).read_text()))
        del words[-2:]
    is_quiet = words[-2:] == ["2>", "/dev/null"]
    if is_quiet:
        del words[-2:]
    terminal = _Screen(is_terminal=True)
    errors = _Screen(is_terminal=False) if is_quiet else terminal
    pipe = _Screen(is_terminal=False)
    out = pipe if filter_command else terminal
    code = _call_main(words[1:], out, errors, patch)
    output = terminal.text()
    if filter_command:
        output += _filter_lines(pipe.text(), shlex.split(filter_command))
    return output + (f"[exit {code}]\n" if code else "")


def _filter_lines(text: str, words: list[str]) -> str:
    """Return the lines of a text that head, tail or grep would print."""
    name, option, value = words
    lines = text.splitlines(keepends=True)
    if (name, option) == ("grep", "-E"):
        return "".join(line for line in lines if re.search(value, line))
    assert option == "-n", words
    count = int(value)
    return "".join({"head": lines[:count], "tail": lines[-count:]}[name])


def _call_main(
    words: list[str], out: Any, err: Any, patch: pytest.MonkeyPatch
) -> int:
    """Call the entry of the command line, and return its exit code."""
    from magnetkit._core import _progress
    from magnetkit.cli import _start, main

    patch.setattr(sys, "argv", ["magnetkit", *words])
    patch.setattr(sys, "stdout", out)
    patch.setattr(sys, "stderr", err)
    # Ctrl-C is pytest's; bars are drawn over, and what is compiled depends on the cache.
    patch.setattr(_start, "watch", lambda: None)
    patch.setattr(_progress._Notice, "start", lambda *_: None)
    patch.setattr(_progress._Notice, "end", lambda _: None)
    patch.setattr(rich.progress.Progress, "start", lambda _: None)
    patch.setattr(rich.progress.Progress, "stop", lambda _: None)
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        for kind in (DeprecationWarning, ImportWarning, ResourceWarning):
            warnings.simplefilter("ignore", kind)
        with pytest.raises(SystemExit) as end:
            main()
    return int(end.value.code or 0)


def compare(stored: str, printed: str) -> str:
    """Return the lines that differ as a unified diff; empty where there are none.

    Numbers may differ by a millionth, and -0 is 0.
    """
    before = stored.splitlines()
    after = list(_keep_alike(before, printed.splitlines()))
    lines = difflib.unified_diff(before, after, "stored", "printed", "", "", 2)
    return "\n".join(line.rstrip("\n") for line in lines)


def _keep_alike(before: list[str], after: list[str]) -> Iterator[str]:
    """Yield the lines of `after`, the stored one in place of each that is alike."""
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for _, start, end, new_start, new_end in matcher.get_opcodes():
        for place in range(new_start, new_end):
            old = start + place - new_start
            if old < end and _is_alike(before[old], after[place]):
                yield before[old]
            else:
                yield after[place]


def _is_alike(stored: str, printed: str) -> bool:
    """Say whether two lines differ in the last digits of numbers alone."""
    words = stored.split()
    words_printed = printed.split()
    if words == words_printed:
        return stored == printed
    return len(words) == len(words_printed) and all(
        map(_is_word_alike, words, words_printed)
    )


def _is_word_alike(stored: str, printed: str) -> bool:
    """Say whether two words are equal but for numbers, and these within a millionth."""
    parts = _NUMBER.split(stored)
    parts_printed = _NUMBER.split(printed)
    return parts[::2] == parts_printed[::2] and [
        float(n) for n in parts_printed[1::2]
    ] == pytest.approx([float(n) for n in parts[1::2]], rel=1e-6, abs=0)
