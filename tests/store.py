"""Store anew what tests hold: ``python -m tests.store [answers] [transcripts] [readme] [page] [NAME ...]``.

Without words all of it; a NAME is that of one transcript. What has changed is printed. As in tests,
data sets and models that the user has fetched or trained count for nothing.
"""

import json
import re
import sys
import tempfile
from collections.abc import Collection
from contextlib import chdir, redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

# First: it gives the cache of the tests, before anything reads the settings.
from tests import conftest  # isort: skip
from tests import test_answers, test_readme
from tests.docs import test_scientist
from tests.transcript import FOLDER, run_transcript


def _write(file: Path, text: str) -> None:
    """Write a text where it differs from what is stored, and say so."""
    if file.read_text("utf-8") != text:
        file.write_text(text, "utf-8")
        print(f"stored {file.name}")


def store_answers() -> None:
    """Compute the answers of `tests.test_answers` anew, and store them, a column on a line."""
    answers = {
        case: test_answers.stored_columns(case) for case in test_answers.CASES
    }
    text = re.sub(
        r"\[[^\[\]]*\]",
        lambda found: "".join(found[0].split()),
        json.dumps(answers, indent=0),
    )
    _write(test_answers.FILE, text + "\n")


def store_transcripts(names: Collection[str] = ()) -> None:
    """Run the transcripts of these names, or all, and store what they print."""
    for file in sorted(FOLDER.glob("*.txt")):
        if names and file.stem not in names:
            continue
        with tempfile.TemporaryDirectory() as folder:
            printed = run_transcript(file.read_text("utf-8"), Path(folder))
        _write(file, printed)


def store_readme() -> None:
    """Put what commands and the Python block print now into README.md.

    Of a line whose words have changed, what the command prints now takes the place.
    """
    text = test_readme.TEXT
    (code,) = test_readme.blocks("python")
    (shown,) = test_readme.blocks("text")
    printed = StringIO()
    with tempfile.TemporaryDirectory() as folder:
        with chdir(folder), redirect_stdout(printed):
            exec(compile(code, "README.md", "exec"), {})
        text = text.replace(shown, printed.getvalue())
        for command, shown in test_readme.COMMANDS:
            with pytest.MonkeyPatch.context() as patch:
                output = test_readme.run_command(command, folder, patch)
            old = f"{command}\n{shown}"
            text = text.replace(
                old, f"{command}\n{renew_lines(shown, output)}"
            )
    _write(test_readme.ROOT / "README.md", text)


def renew_lines(shown: str, output: str) -> str:
    """Return the lines that are shown below a command as its output has them now.

    Parameters
    ----------
    shown : str
        Lines of the page; "..." stands for what is left out.
    output : str
        All that the command prints, on one line.

    Returns
    -------
    str
        The lines with today's figures. One whose words have changed is cut
        from the output behind the words that it begins with still, about as
        long as before, and ends in "...". One that begins with none of its
        words stays, and is named on stdout.
    """
    at = 0
    parts = re.split(r"(\.\.\.|\n)", shown)
    for place in range(0, len(parts), 2):
        part = parts[place]
        match = test_readme.match_text(" ".join(part.split()), output, at)
        if match is not None:
            at = match.end()
            figures = iter(match.groups())
            parts[place] = test_readme.FIGURE.sub(
                lambda _, figures=figures: next(figures), part
            )
            continue
        text = _cut_from_output(part.strip(), output[at:])
        if not text:
            print(f"README.md: no longer printed: {part.strip()}")
            continue
        indent = part[: len(part) - len(part.lstrip())]
        dots = "" if parts[place + 1 : place + 2] == ["..."] else "..."
        parts[place] = indent + text + dots
    return "".join(parts)


def _cut_from_output(line: str, output: str) -> str:
    """Return what stands in the output behind the first words of a line, as long as it; or ""."""
    words = line.split()
    for count in range(len(words) - 1, 0, -1):
        begin = " ".join(words[:count])
        match = test_readme.match_text(begin, output)
        if match is not None:
            text = output[match.start() :][: len(line)]
            return text.rpartition(" ")[0]
    return ""


def store_page() -> None:
    """Put what the blocks of the scientist's page print now below them, where it differs."""
    text = test_scientist.PAGE.read_text("utf-8")
    with (
        tempfile.TemporaryDirectory() as folder,
        pytest.MonkeyPatch.context() as patch,
    ):
        results = test_scientist.run_blocks(Path(folder), patch)
    for code, shown, printed in results:
        if shown and not test_scientist.same(printed, shown):
            below = f"{code}```\n\n```text\n"
            text = text.replace(below + shown, below + printed)
    _write(test_scientist.PAGE, text)


def main(words: list[str]) -> None:
    """Store what the words name; all without them."""
    names = set(words) - {"answers", "transcripts", "readme", "page"}
    if not words or "answers" in words:
        store_answers()
    if not words or "transcripts" in words or names:
        store_transcripts(names)
    if not words or "readme" in words:
        store_readme()
    if not words or "page" in words:
        store_page()
    conftest.pytest_unconfigure()


if __name__ == "__main__":
    main(sys.argv[1:])
