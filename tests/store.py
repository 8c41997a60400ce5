"""Store anew what tests hold: ``python -m tests.store [answers] [transcripts] [NAME ...]``.

Without words all of it; a NAME is that of one transcript. What has changed is printed.
"""

import json
import re
import sys
import tempfile
from collections.abc import Collection
from pathlib import Path

from tests import test_answers
from tests.transcript import FOLDER, run_transcript


def _write(file: Path, text: str) -> None:
    """Write a text where it differs from what is stored, and say so."""
    if file.read_text("utf-8") != text:
        file.write_text(text, "utf-8")
        print(f"stored {file.name}")


def store_answers() -> None:
    """Compute the answers of `tests.test_answers` anew, and store them, a column on a line."""
    answers = {
        case: test_answers.columns(answer())
        for case, answer in test_answers.CASES.items()
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


def main(words: list[str]) -> None:
    """Store what the words name; all without them."""
    names = set(words) - {"answers", "transcripts"}
    if not words or "answers" in words:
        store_answers()
    if not words or "transcripts" in words or names:
        store_transcripts(names)


if __name__ == "__main__":
    main(sys.argv[1:])
