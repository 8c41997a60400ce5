"""``magnetkit replace`` of a parts list."""

import os
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import typer

from .._core._progress import message
from .._core.errors import InputError

_TABLE = re.compile(
    r"\.(csv|tsv|txt|parquet|xlsx?|xlsm|ods|numbers)(#.*)?$", re.IGNORECASE
)


def is_parts_list(name: str | None) -> bool:
    """Say whether an argument names a file or an embedded device rather than a grade.

    `name` is the argument, or None where there is none. A name counts that
    ends in .csv, .tsv, .txt, .parquet, .xls, .xlsx, .xlsm, .ods or .numbers,
    in any case, also with a sheet behind "#", even if there is no such file.
    So does any file that is there. Devices are those of
    `magnetkit.run.parts.devices`.
    """
    if name is None:
        return False
    if _TABLE.search(name) or Path(name).is_file():
        return True
    from ..run.parts import devices

    return name in devices()


def answer_parts_list(
    name: str,
    *,
    temperature: str | None,
    per_year: int | None,
    units: Sequence[str],
    shortages: Sequence[str],
    out: Any,
    force: bool,
    quiet: bool,
    json: bool,
    keywords: Mapping[str, Any],
) -> None:
    """Answer a parts list: print the answer on stdout, and write it into the workbook `out` if given.

    Parameters
    ----------
    name : str
        File, maybe as ``FILE#SHEET:ROW``, or embedded device ("patriot",
        "f22-engine").
    temperature : str or None
        For rows that name none, with its unit, such as "150C"; InputError
        without a unit.
    per_year : int or None
        Devices a year; 1 without it.
    units : sequence of str
        Texts ``HEADER=UNIT``, such as "Max temp=C".
    shortages : sequence of str
        Shortages to plan for beside the embedded ones: names of scenarios, or
        files.
    out : path or None
        Workbook to write, .xlsx.
    force : bool
        Replace an existing workbook, an InputError otherwise.
    quiet, json : bool
        No progress; JSON in place of sentences.
    keywords : mapping
        Further keywords of `replace_parts`, such as ``require``, ``family``
        and ``scenario``; None and empty ones are left out.

    Raises
    ------
    InputError
        If the list or an option cannot be used.
    """
    from ..report._text import say
    from ..run.parts import replace_parts
    from ._options import with_unit

    place = None if out is None else _check_place(Path(str(out)), name, force)
    options = {
        key: value
        for key, value in keywords.items()
        if value not in (None, (), [], {})
    }
    answer = replace_parts(
        name,
        temperature=with_unit(temperature),
        per_year=per_year or 1,
        units=_read_units(units),
        shortage=list(shortages),
        workers=os.cpu_count() or 1,
        progress=sys.stderr.isatty() and not quiet,
        **options,
    )
    if json:
        typer.echo(answer.to_json())
    else:
        for line in answer.lines():
            say(line)
    if place is not None:
        answer.to_excel(place)
        message(f"see {place}")


def _check_place(path: Path, name: str, force: bool) -> Path:
    """Check the path of the workbook to write, and return it.

    Parameters
    ----------
    path : Path
        The workbook.
    name : str
        Path of the parts list, which may name a sheet as ``FILE#SHEET``.
    force : bool
        An existing workbook may be replaced.

    Returns
    -------
    Path
        `path` itself.

    Raises
    ------
    InputError
        If it is no .xlsx, is the parts list itself or a folder, exists and `force` is False, or its
        folder does not exist.
    """
    from ._options import check_folder

    if path.suffix.lower() != ".xlsx":
        raise InputError(
            f"--out {path}: the answer of a parts list is a workbook, e.g. answer.xlsx"
        )
    if os.path.realpath(path) == os.path.realpath(name.partition("#")[0]):
        raise InputError(
            f"--out {path} is the parts list itself; name another file"
        )
    if path.exists() and not force:
        raise InputError(
            f"{path} is there already; name another file or give --force"
        )
    check_folder(path)
    return path


def _read_units(texts: Sequence[str]) -> dict[str, str]:
    """Read the texts ``HEADER=UNIT`` into a dictionary.

    Parameters
    ----------
    texts : sequence of str
        Such as "Max temp=C"; the last "=" counts, so that a header may hold
        one.

    Returns
    -------
    dict of str to str
        Unit by header, without blanks around them; empty without texts. Of a
        header named twice the last counts.

    Raises
    ------
    InputError
        If one has another form.
    """
    units = {}
    for text in texts:
        header, sign, unit = text.rpartition("=")
        if not sign or not header.strip() or not unit.strip():
            raise InputError(
                f"--unit {text!r}: expected HEADER=UNIT, e.g. 'Max temp=C'"
            )
        units[header.strip()] = unit.strip()
    return units
