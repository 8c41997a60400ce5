"""Run the notebooks and store their outputs: ``make notebooks``, or some by number.

``python notebooks/execute.py 03 05`` runs two of them. Outputs hold nothing that names a machine
or a moment, so that running again changes a file only where a result changed.
"""

import asyncio
import base64
import io
import os
import sys
import time
from pathlib import Path

from benchmarks import use_embedded_data

HERE = Path(__file__).resolve().parent
SECONDS = 300
"""Longest that one cell may take; the tests want a whole notebook within 60 s."""


def notebooks(numbers: list[str] | None = None) -> list[Path]:
    """Return the notebooks in order, or those whose names begin with one of `numbers`."""
    files = sorted(HERE.glob("[0-9]*.ipynb"))
    return [f for f in files if not numbers or f.name.startswith(tuple(numbers))]


async def run(file: Path, after: str | None = None):
    """Return the notebook executed in a kernel of its own, with a last cell `after` if given.

    Raises
    ------
    nbclient.exceptions.CellExecutionError
        If a cell raises.
    """
    import nbformat
    from nbclient import NotebookClient

    book = nbformat.read(file, as_version=4)
    if after is not None:
        book.cells.append(nbformat.v4.new_code_cell(after))
    client = NotebookClient(book, timeout=SECONDS, kernel_name="python3", record_timing=False)
    # The kernel finds this checkout whether or not magnetkit is installed, and warns of nothing
    # that belongs to Jupyter itself.
    path = os.pathsep.join(filter(None, (str(HERE.parent), os.environ.get("PYTHONPATH"))))
    client.extra_arguments = ["--IPKernelApp.log_level=ERROR"]
    await client.async_execute(cwd=str(HERE), env={**os.environ, "PYTHONPATH": path})
    return book


def clean(book):
    """Return the notebook without what differs from run to run."""
    book.metadata = {
        "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
        "language_info": {"name": "python"},
    }
    for cell in book.cells:
        cell.metadata = {}
        for output in cell.get("outputs", []):
            # Beside a picture, the data that JupyterLab would draw it of: as large as the rest.
            output.get("data", {}).pop("application/vnd.plotly.v1+json", None)
            if "image/png" in output.get("data", {}):
                output.metadata = {}
                output.data["image/png"] = smaller(output.data["image/png"])
    return book


def smaller(image: str) -> str:
    """Return a PNG (base64) in 256 colours: a plot loses nothing the eye sees, and two thirds."""
    from PIL import Image

    stream = io.BytesIO()
    with Image.open(io.BytesIO(base64.b64decode(image))) as picture:
        picture.convert("RGB").quantize(256).save(stream, "PNG", optimize=True)
    return base64.b64encode(stream.getvalue()).decode() + "\n"


def main(numbers: list[str]) -> None:
    """Run and store the notebooks asked for, all without arguments."""
    import nbformat

    for file in notebooks(numbers):
        start = time.perf_counter()
        book = clean(asyncio.run(run(file)))
        nbformat.write(book, file)
        print(f"{file.name}: {time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    use_embedded_data()
    main(sys.argv[1:])
