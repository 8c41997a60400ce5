"""Workbooks that are none, too large, or compute.

``python -m benchmarks.faults.workbooks FOLDER`` prints as JSON what was found.
"""

import json
import multiprocessing
import resource
import sys
import zipfile
from pathlib import Path

from magnetkit.errors import MagnetkitError
from openpyxl import Workbook

from magnetkit.alloy._files import read_blocks

ROOM_MB = 1200
WORKBOOK_LIMIT_S = 60
BLANKS = 600 << 20
# Entities of which each is the one before, twice.
_LAUGHS = '<!ENTITY l0 "SmCo5">' + "".join(
    f'<!ENTITY l{i} "&l{i - 1};&l{i - 1};">' for i in range(1, 30)
)


def write_workbook(file: Path, rows: list[list[object]]) -> Path:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    book.save(file)
    return file


def _replace_sheet(file: Path, sheet: bytes, lie: int = 0) -> Path:
    """Put other content in the sheet of a workbook; `lie` is the size its directory states."""
    source = write_workbook(file, [["composition"], ["SmCo5"]])
    with zipfile.ZipFile(source) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(
                name, sheet if name.endswith("sheet1.xml") else content
            )
    if lie:
        raw = file.read_bytes()
        size = len(sheet).to_bytes(4, "little")
        file.write_bytes(raw.replace(size, lie.to_bytes(4, "little")))
    return file


def _sheet(rows: bytes) -> bytes:
    head = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    return head + rows + b"</sheetData></worksheet>"


def _cell(row: int, text: str, at: str = "A") -> bytes:
    return f'<row r="{row}"><c r="{at}{row}" t="inlineStr"><is><t>{text}</t></is></c></row>'.encode()


_HEAD = _cell(1, "composition")


def cases(folder: Path) -> dict[str, Path]:
    """Write the workbooks; return them by what they are."""
    folder.mkdir(parents=True, exist_ok=True)
    blank = _sheet(_HEAD + b" " * BLANKS)
    laughs = (
        b"<!DOCTYPE x ["
        + _LAUGHS.encode()
        + b"]>"
        + _sheet(_HEAD + _cell(2, "&l29;"))
    )
    files = {
        "600 MB of blanks": _replace_sheet(folder / "a.xlsx", blank),
        "600 MB stated as 100 bytes": _replace_sheet(
            folder / "b.xlsx", blank, 100
        ),
        "entities that double thirty times": _replace_sheet(
            folder / "c.xlsx", laughs
        ),
        "last cell of a sheet": _replace_sheet(
            folder / "d.xlsx", _sheet(_HEAD + _cell(1048576, "SmCo5", "XFD"))
        ),
        "row four billion": _replace_sheet(
            folder / "e.xlsx", _sheet(_HEAD + _cell(4294967295, "SmCo5"))
        ),
        "cut": folder / "f.xlsx",
        "emptied": folder / "g.xlsx",
        "formulas": write_workbook(
            folder / "h.xlsx",
            [
                ["composition", "note"],
                ["SmCo5", "=1+1"],
                ['=HYPERLINK("http://x","SmCo5")', "x"],
            ],
        ),
    }
    files["cut"].write_bytes(files["formulas"].read_bytes()[:-200])
    files["emptied"].write_bytes(b"")
    return files


def peak_mb() -> float:
    """Return the most memory that this process had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0


def _read(file: Path, answers: multiprocessing.Queue) -> None:
    try:
        rows = [
            row
            for block in read_blocks(file, 1000)
            for row in block.table.to_pylist()
        ]
        text = f"read {rows[:2]}"
    except MagnetkitError as error:
        text = f"refused: {error}"
    except BaseException as error:
        text = f"fault: {type(error).__name__}: {error}"
    answers.put((text, peak_mb()))


def run(folder: Path) -> list[dict]:
    """Read each in a process of its own, so that a signal is a figure."""
    spawn = multiprocessing.get_context("spawn")
    rows = []
    for name, file in cases(folder).items():
        answers = spawn.Queue()
        process = spawn.Process(target=_read, args=(file, answers))
        process.start()
        try:
            text, memory = answers.get(timeout=WORKBOOK_LIMIT_S)
        except Exception:
            text = "fault: no answer"
            memory = 0.0
        process.join(5)
        process.kill()
        faults = [text] if text.startswith("fault") else []
        if memory > ROOM_MB:
            faults.append(f"{memory:.0f} MB")
        rows.append(
            {
                "workbook": name,
                "said": text[:60],
                "MB": round(memory),
                "faults": faults,
            }
        )
    return rows


if __name__ == "__main__":
    print(json.dumps(run(Path(sys.argv[1]))))
