"""What users read: commands as typed, and their outputs as stored in ``tests/transcripts``.

``python -m tests.store transcripts`` stores them anew.
"""

import re

import pytest

from tests.transcript import COLUMNS, FOLDER, compare, run_transcript

FILES = sorted(FOLDER.glob("*.txt"))
TABLE = "│┃┏┡└├╭╰"
TABLE_END = "│┃┓┩┘┤╮╯"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_commands_print_what_is_stored(file, tmp_path):
    stored = file.read_text("utf-8")
    differences = compare(stored, run_transcript(stored, tmp_path))
    if differences:
        pytest.fail(differences, pytrace=False)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_transcript_fits_a_terminal(file):
    for line in file.read_text("utf-8").splitlines():
        assert len(line) <= COLUMNS, line
        # A row that does not fit would go on in the next line, a cell that does not, end in dots.
        if line[:1] in TABLE and line:
            assert line[-1] in TABLE_END, line
            assert not re.search(r"(\.\.\.|…)\s*[│┃]", line), line


def test_lines_differ_by_more_than_the_last_digits_of_numbers():
    stored = "a 1.0000001 b\n-0 Nd2\nc"
    assert compare(stored, "a 1.0 b\n0 Nd2\nc") == ""
    for printed in ("a 1.00001 b\n0 Nd2\nc", "a 1.0 b\n0 Nd3\nc", "a 1.0 b"):
        assert compare(stored, printed)
    changed = compare(stored, "a 1.0  b\n0 Nd2\nd").splitlines()
    assert changed[-2:] == ["-c", "+d"]
    assert compare("a b", "a  b") == (
        "--- stored\n+++ printed\n@@ -1 +1 @@\n-a b\n+a  b"
    )
