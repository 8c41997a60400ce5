"""The scientist's page as a reader follows it: every block runs and prints what stands below it."""

import contextlib
import io
import re
from pathlib import Path

import pytest

from tests.phases import mp_server as look_alike
from tests.phases.conftest import separate_cache, serve_documents
from tests.phases.embedded import embedded_documents

PAGE = Path(__file__).resolve().parents[2] / "docs/start/scientist.md"
BLOCK = re.compile(
    r"^```python\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?",
    re.MULTILINE | re.DOTALL,
)


def same(printed, stored):
    """Return whether two texts have the same words, and numbers to one in the last digit."""
    words = printed.split()
    expected_words = stored.split()
    if len(words) != len(expected_words):
        return False
    for word, other in zip(words, expected_words, strict=True):
        if word == other:
            continue
        try:
            value, expected = (
                float(text.strip("[],")) for text in (word, other)
            )
        except ValueError:
            return False
        if abs(value - expected) > 0.0101 * max(1.0, abs(expected)):
            return False
    return True


def run_blocks(folder, patch):
    """Run the page's blocks in a folder, and return code, output in the page and what is printed."""
    blocks = BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    for kind, documents in embedded_documents(["B-Dy-Fe-Nd-Pr"]).items():
        patch.setitem(look_alike.ALL, kind, documents)
    patch.chdir(folder)
    names: dict = {}
    results = []
    with separate_cache(folder, patch), serve_documents(patch):
        for code, output in blocks:
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                exec(code, names)
            results.append((code, output, out.getvalue()))
    return results


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_every_block_prints_what_stands_below_it(monkeypatch, tmp_path):
    results = run_blocks(tmp_path, monkeypatch)
    assert len(results) == 11
    for code, output, printed in results:
        assert same(printed, output), (
            f"{code}\nprints\n{printed}\nnot\n{output}"
        )
    assert (tmp_path / "hull.html").stat().st_size > 1000
