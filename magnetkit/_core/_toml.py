"""Records of devices and scenarios: TOML files read into checked models, and new ones written."""

import math
import re
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from . import datasets
from ._arguments import suggest
from ._files import describe_no_file
from .errors import InputError

# Largest number of faults of a file that are listed, and its largest size.
_MOST_FAULTS = 20
_MOST_BYTES = 1 << 20
# A key of so many parts takes gigabytes to read.
_DEEP = re.compile(r"(?<![\w\"'-])(?:[\w\"'-]++\s*+\.\s*+){50}")

_Model = TypeVar("_Model", bound=BaseModel)
FROM_FILE = {"from_file": True}
"""Context of the validation of what a user wrote, rather than of a record of our own."""
Text = Annotated[str, Field(min_length=1)]
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]


class Strict(BaseModel):
    """A model without unknown fields, NaN, numbers given as text or as true, and later changes."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, allow_inf_nan=False, strict=True
    )

    @model_validator(mode="before")
    @classmethod
    def _lists_to_tuples(cls, given: Any) -> Any:
        """Convert the lists of a file to tuples."""
        return _frozen(given)


def _frozen(given: Any) -> Any:
    """Return the content of a TOML file with tuples in place of lists, at every depth.

    `given` is any value; dicts are copied, other values are returned as they are. Keys of dicts
    stay.
    """
    if isinstance(given, dict):
        return {name: _frozen(value) for name, value in given.items()}
    if isinstance(given, list | tuple):
        return tuple(map(_frozen, given))
    return given


class Evidence(Strict):
    """Where a number comes from: publication, page or reason, and whether that states it."""

    source: Text
    status: Literal["cited", "assumption"]


def names(folder: str) -> list[str]:
    """Return the names of the TOML files in a folder of the embedded data.

    They stand without ".toml", sorted. `folder` is such as "supply/scenarios"; one that does not
    exist gives an empty list.
    """
    return sorted(f.stem for f in (datasets.root() / folder).glob("*.toml"))


def is_user_file(name_or_path: str | Path) -> bool:
    """Return whether a record is a file of the user rather than the name of an embedded one.

    `name_or_path` is such a file if it is a Path, or a text that ends in ``.toml``; whether it
    exists is not asked.
    """
    return isinstance(name_or_path, Path) or name_or_path.endswith(".toml")


def load(
    name_or_path: str | Path, model: type[_Model], kind: str, folder: str
) -> _Model:
    """Read and check a TOML file: a name in a folder of the embedded data, or a path.

    Parameters
    ----------
    name_or_path : str or Path
        Name such as "baseline", one of `names` of the folder, or a file (`is_user_file`).
    model : type
        Class of its content, a pydantic model, such as a `Strict`.
    kind : str
        Word for such a file in messages, such as "scenario".
    folder : str
        Folder of the embedded files, such as "supply/scenarios".

    Returns
    -------
    model
        An object of the class `model`.

    Raises
    ------
    InputError
        In one line: which file, and of every fault which field, what was
        expected and what came. Also if there is no such name, or the file is
        no TOML. A key that the model does not have is a fault of a `Strict`.
    """
    if is_user_file(name_or_path):
        return _read(Path(name_or_path), model, kind)
    text = str(name_or_path)
    choices = names(folder)
    if text not in choices:
        question = suggest(text, choices)
        hint = f" ({question})" if question else ""
        raise InputError(
            f"no {kind} {text!r}{hint}; known are {', '.join(choices)}, or give the path of a "
            "TOML file"
        )
    return _read(datasets.path(f"{folder}/{text}.toml"), model, kind)


def _read(file: Path, model: type[_Model], kind: str) -> _Model:
    """Read a TOML file and validate it.

    Parameters
    ----------
    file : Path
        File of at most `_MOST_BYTES`, in UTF-8.
    model : type
        Class of its content, a pydantic model.
    kind : str
        Word for such a file in messages, such as "scenario".

    Returns
    -------
    model
        An object of the class `model`.

    Raises
    ------
    InputError
        If it is no file, cannot be read, is no TOML, too long or too deep, or does not fit the
        model; names the file and the faults.
    """
    # Reading a pipe would wait for somebody to write into it.
    if not_file := describe_no_file(file):
        raise InputError(f"{kind} file {file} is {not_file}, not a file")
    try:
        with file.open("rb") as stream:
            data = stream.read(_MOST_BYTES + 1)
        # Bytes, not letters: what was cut off would be missed.
        if len(data) > _MOST_BYTES:
            raise ValueError(
                f"over {_MOST_BYTES:,} bytes, more than a record has"
            )
        text = data.decode("utf-8-sig")
        if _DEEP.search(text):
            raise ValueError("nested deeper than a record is")
        content = tomllib.loads(text)
    except OSError as error:
        raise InputError(
            f"{kind} file {file}: {error.strerror or error}"
        ) from None
    except (ValueError, RecursionError) as error:
        raise InputError(
            f"{kind} file {file} is not valid TOML: {f'{error}'.split(';')[0]}"
        ) from None
    try:
        return model.model_validate(content, context=FROM_FILE)
    except ValidationError as error:
        raise InputError(f"{kind} file {file}: {_explain(error)}") from None


def validate_record(
    model: type[_Model], content: dict[str, Any], about: str = ""
) -> _Model:
    """Validate a record as parsed.

    Parameters
    ----------
    model : type
        Class of the record, a pydantic model.
    content : dict
        Values by the names of the fields. An unknown key is a fault of a
        `Strict`, and so is a number given as a text.
    about : str
        Start of the message, such as "line 3: ".

    Returns
    -------
    model
        An object of the class `model`.

    Raises
    ------
    InputError
        With the first fault alone: `about`, the field and pydantic's own
        words, such as "line 3: mass_g: Input should be a valid number". A
        fault that a check of the model finds has the words of that check,
        without the field.
    """
    try:
        return model.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        about += (
            "" if first["type"] == "value_error" else f"{first['loc'][0]}: "
        )
        raise InputError(
            about + first["msg"].removeprefix("Value error, ")
        ) from None


def write_new(name: str, template: Path, folder: Path) -> Path:
    """Write a commented file to fill in, from a template.

    Every ``NAME`` of the template is replaced.

    Parameters
    ----------
    name : str
        Small letters, digits and hyphens, such as "my-pump"; stands for ``NAME`` in the template.
    template : Path
        File of text in UTF-8, which must exist (FileNotFoundError).
    folder : Path
        Existing folder to write to.

    Returns
    -------
    Path
        The new file, ``<name>.toml`` in the folder.

    Raises
    ------
    InputError
        If the name has other characters, or the file exists or cannot be written.
    """
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", name):
        raise InputError(
            f"name {name!r}: expected small letters, digits and hyphens, such as my-pump"
        )
    path = folder / f"{name}.toml"
    text = template.read_text(encoding="utf-8").replace("NAME", name)
    try:
        with path.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError:
        raise InputError(
            f"{path} is there already; choose another name or remove it"
        ) from None
    except OSError as error:
        raise InputError(
            f"{path} cannot be written: {error.strerror or error}"
        ) from None
    return path


def _explain(error: ValidationError) -> str:
    """List the faults of a validation in one line, the first `_MOST_FAULTS`, 20, in words.

    `error` is pydantic's. Such as "field a: field required; field b: ..., got
    'x'; and 3 more".
    """
    problems = [
        _problem(problem) for problem in error.errors(include_url=False)
    ]
    others_count = len(problems) - _MOST_FAULTS
    return "; ".join(problems[:_MOST_FAULTS]) + (
        f"; and {others_count} more" if others_count > 0 else ""
    )


def _problem(problem: Any) -> str:
    """Say in words which field is wrong, what was expected and what came.

    `problem` is a dict of pydantic's ``errors()``, with ``loc``, ``msg``, ``type`` and ``input``.
    Such as "field price.low: input should be a valid number, got 'x'".
    """
    field = ".".join(map(str, problem["loc"])) or "the whole"
    expectation = problem["msg"].removeprefix("Value error, ")
    expectation = expectation[0].lower() + expectation[1:]
    got = (
        ""
        if problem["type"] == "missing"
        else f", got {_short(problem['input'])}"
    )
    return f"field {field}: {expectation}{got}"


def _short(value: Any) -> str:
    """Write a value for a message in at most 60 characters.

    It is the value's ``repr``, cut with three dots; nan and inf are written so.
    """
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    text = repr(value)
    if len(text) <= 60:
        return text
    return text[:57] + "..."
