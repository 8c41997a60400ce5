"""A user's first tasks on a real terminal of 80 columns."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.cli import transcript

SCRIPT = Path(transcript.__file__)
# What each task's answer must hold, by how the task begins.
SAID = {
    "--help": "From candidates to a choice",
    "predict SmCo5 Nd2Fe14B --temperature 150C": "│ Temperature (°C)             │ 150",
    "predict Nd2Fe14B --temperature 150": "150K",
    "predict -": "SmCo5",
    "predict SmCo5 --json": '"coercivity_kA_m"',
    "predict melts.csv": "A1",
    "predict --compare": "margin",
    "screen alloys.csv --application energy-traction-motor --out": "Decision:",
    "replace": "--measured",
    "grades N42SH": "Between makers",
    "applications show": "my-pump",
}
EXIT = {"predict Nd2Fe14B --temperature 150": 1}


def run(folder, width):
    """Run the tasks on a terminal; return what each said and its exit."""
    master, slave = pty.openpty()
    fcntl.ioctl(
        slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, width, 0, 0)
    )
    environment = {
        k: v
        for k, v in os.environ.items()
        if k not in ("COLUMNS", "LINES", "NO_COLOR")
    }
    process = subprocess.Popen(
        [sys.executable, SCRIPT, folder],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env={**environment, "TERM": "xterm-256color"},
        close_fds=True,
    )
    os.close(slave)
    chunks = []
    while True:
        try:
            chunk = os.read(master, 65536)
        except OSError:
            break
        if not chunk:
            break
        chunks.append(chunk)
    assert process.wait() == 0, b"".join(chunks)[-2000:]
    os.close(master)
    text = re.sub(
        r"\x1b\[[0-9;?]*[A-Za-z]", "", b"".join(chunks).decode("utf-8")
    )
    parts = text.replace("\r\n", "\n").split(transcript.MARK)[1:]
    return [
        (
            task.split("\n", 1)[0],
            task.split("\n", 1)[1],
            int(code.split("\n")[0].split()[1]),
        )
        for task, code in zip(parts[::2], parts[1::2], strict=True)
    ]


@pytest.fixture(scope="module", params=[80])
def session(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(f"wide{request.param}")
    return request.param, folder, run(folder, request.param)


def test_every_task_ends_with_its_exit_code(session):
    _, _, done = session
    assert [task for task, _, _ in done] == transcript.tasks()
    assert len(done) >= 25
    for task, output, code in done:
        task_begin = max((b for b in EXIT if task == b), key=len, default=None)
        assert code == EXIT.get(task_begin, 0), (task, output)
        begin = max(
            (b for b in SAID if task.startswith(b)), key=len, default=None
        )
        if begin is not None and (
            begin != "predict Nd2Fe14B --temperature 150" or task_begin
        ):
            assert SAID[begin] in output, (task, output)


def test_output_fits_the_terminal(session):
    width, _, done = session
    for task, output, _ in done:
        assert not re.search(r"(\.\.\.|…)\s*[│┃]", output), (task, output)
        tables = [
            line
            for line in output.split("\n")
            if line and line[0] in "│┃┏┡└├╭╰"
        ]
        assert all(len(line) <= width for line in tables), (
            task,
            max(map(len, tables)),
        )
        # A column that does not fit would be cut off with its rule.
        assert all(line.rstrip()[-1] in "│┃┓┩┘╮╯┤" for line in tables), (
            task,
            output,
        )


def test_the_workbook_is_what_a_buyer_opens(session):
    _, folder, _ = session
    book = load_workbook(folder / "answers.xlsx")
    assert book.sheetnames == [
        "Answer",
        "Rows",
        "Refused",
        "columns",
        "All columns",
    ]
    rows = list(book["All columns"].iter_rows(values_only=True))
    assert rows[1][rows[0].index("id")] == "x1"
    # A number stays one.
    assert rows[1][rows[0].index("offer EUR/kg")] == 61.5
    assert rows[1][rows[0].index("coercivity_kA_m")] > 0
