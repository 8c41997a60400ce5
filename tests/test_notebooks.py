"""The notebooks: they run as they stand, and what is stored in them can be shown to anyone."""

import asyncio
import re
from pathlib import Path

import pytest

from tests.scripts import script

nbformat = pytest.importorskip("nbformat")
pytest.importorskip("nbclient")
pytest.importorskip("matplotlib")

ROOT = Path(__file__).resolve().parents[1]
SECONDS = 60
BYTES = 350_000
PRIVATE = re.compile(
    r"/(work|home|root|tmp|Users|var)/|[A-Z]:\\\\|https?://(localhost|127\.|10\.)"
)
CPU = "import time; print('CPU', time.process_time())"


execute = script("notebooks/execute.py")
FILES = execute.notebooks()


@pytest.fixture(scope="module")
def executed():
    """Every notebook run in a kernel of its own, two at a time; what it raised, if it did."""

    async def everything():
        places = asyncio.Semaphore(2)

        async def run(file):
            async with places:
                return await execute.run(file, after=CPU)

        return await asyncio.gather(*map(run, FILES), return_exceptions=True)

    # Two at a time on few cores: more threads of linear algebra would wait for each other, busily.
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENBLAS_NUM_THREADS", "1")
        return dict(zip(FILES, asyncio.run(everything()), strict=True))


def _outputs(book):
    return [o for cell in book.cells if cell.cell_type == "code" for o in cell.outputs]


def _kinds(cell):
    return {"text" if o.output_type == "stream" else "image" if "image/png" in o.data else "value"
            for o in cell.outputs}  # fmt: skip


def _texts(book):
    for output in _outputs(book):
        data = output.get("data", {})
        yield from (text for kind, text in data.items() if kind != "image/png")
        yield output.get("text", "")
    yield from (cell.source for cell in book.cells)


def test_all_are_there():
    assert [f.name[:2] for f in FILES] == [f"{i:02d}" for i in range(1, 12)]


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.name[:2])
def test_what_is_stored_can_be_read_without_running(file):
    book = nbformat.read(file, 4)
    nbformat.validate(book)
    assert file.stat().st_size < BYTES
    assert book.cells[0].source.startswith(f"# {file.name[:2]} ")
    code = [cell for cell in book.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    assert any("image/png" in o.get("data", {}) for o in _outputs(book))
    assert not [
        o
        for o in _outputs(book)
        if o.output_type == "error" or o.get("name") == "stderr"
    ]
    found = [match[0] for text in _texts(book) for match in PRIVATE.finditer(text)]
    assert not found


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.name[:2])
def test_it_runs_and_shows_what_is_stored(file, executed):
    book = executed[file]
    if isinstance(book, Exception):
        raise book
    said = "".join(o.text for o in _outputs(book) if o.get("name") == "stderr")
    assert said == ""
    seconds = float(book.cells.pop().outputs[0].text.split()[1])
    assert seconds < SECONDS
    for cell, stored in zip(book.cells, nbformat.read(file, 4).cells, strict=True):
        if cell.cell_type == "code":
            assert _kinds(cell) == _kinds(stored), cell.source
