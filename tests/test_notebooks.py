"""The notebooks: they run as they stand, and what is stored in them can be shown to anyone."""

import json
import re
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.scripts import script

pytest.importorskip("IPython")
fastjsonschema = pytest.importorskip("fastjsonschema")
pytest.importorskip("matplotlib")

ROOT = Path(__file__).resolve().parents[1]
SECONDS = 60
BYTES = 350_000
PRIVATE = re.compile(
    r"/(work|home|root|tmp|Users|var)/|[A-Z]:\\\\|https?://(localhost|127\.|10\.)"
)
FILES = script("notebooks/execute.py").notebooks()


@pytest.fixture
def shell(monkeypatch):
    """An IPython shell with pictures in the notebook, in this process, which has loaded the package."""
    import matplotlib.pyplot as plt
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.core.pylabtools import select_figure_formats

    monkeypatch.chdir(ROOT / "notebooks")
    # A shell puts its own module there, which no process that is started later could import.
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
    shell = InteractiveShell.instance()
    plt.switch_backend("module://matplotlib_inline.backend_inline")
    select_figure_formats(shell, {"png"})
    yield shell
    plt.switch_backend("Agg")
    shell.reset()
    InteractiveShell.clear_instance()


def _run(shell, source):
    """Run the code of a cell; return the kinds of its outputs and what it wrote on stderr."""
    from IPython.utils.capture import capture_output

    with capture_output() as outputs:
        # A shell puts its own hook in place for each cell.
        shell.display_trap.hook = sys.displayhook
        shell.run_cell(source, silent=False).raise_error()
    kinds = {_kind(output.data) for output in outputs.outputs}
    return (kinds | {"text"} if outputs.stdout else kinds), outputs.stderr


def _kind(data):
    """Say what a reader sees of the data of an output."""
    if "image/png" in data:
        return "image"
    return "value"


def _read(file):
    return json.loads(file.read_text(encoding="utf-8"))


def _code_cells(book):
    return [cell for cell in book["cells"] if cell["cell_type"] == "code"]


def _outputs(book):
    for cell in _code_cells(book):
        yield from cell["outputs"]


def _kinds(cell):
    """Return the kinds of the stored outputs of a cell."""
    return {
        "text" if o["output_type"] == "stream" else _kind(o["data"])
        for o in cell["outputs"]
    }


def _texts(book):
    """Yield what a notebook shows as text; Jupyter stores it in lines."""
    for output in _outputs(book):
        for kind, text in output.get("data", {}).items():
            if kind != "image/png":
                yield "".join(text)
        yield "".join(output.get("text", ""))
    for cell in book["cells"]:
        yield "".join(cell["source"])


@pytest.fixture(scope="module")
def validate():
    """A check against Jupyter's schema, without its package, which takes seconds to load."""
    folder = Path(find_spec("nbformat").origin).parent
    schema = folder / "v4" / "nbformat.v4.5.schema.json"
    return fastjsonschema.compile(_read(schema))


def test_lists_all_notebooks():
    assert [f.name[:2] for f in FILES] == [f"{i:02d}" for i in range(1, 12)]


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.name[:2])
def test_stored_output_reads_without_running(file, validate):
    book = _read(file)
    validate(book)
    assert file.stat().st_size < BYTES
    first = "".join(book["cells"][0]["source"])
    assert first.startswith(f"# {file.name[:2]} ")
    counts = [cell["execution_count"] for cell in _code_cells(book)]
    assert counts == list(range(1, len(counts) + 1))
    assert any("image/png" in o.get("data", {}) for o in _outputs(book))
    for output in _outputs(book):
        assert output["output_type"] != "error"
        assert output.get("name") != "stderr"
    secrets = [
        match[0] for text in _texts(book) for match in PRIVATE.finditer(text)
    ]
    assert not secrets


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.name[:2])
@pytest.mark.filterwarnings("default")
def test_runs_to_the_stored_output(file, shell):
    start = time.process_time()
    for cell in _code_cells(_read(file)):
        source = "".join(cell["source"])
        kinds, errors = _run(shell, source)
        assert errors == ""
        assert kinds == _kinds(cell), source
    assert time.process_time() - start < SECONDS
