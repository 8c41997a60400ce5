"""One hash of the numbers of a trained model, and one of the code that it was made by."""

import ast
import hashlib
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np


def fingerprint(value: Any) -> str:
    """Return the SHA-256 of all that a value holds.

    Two models have the same hash if and only if every array and every setting in them is the same,
    be they trained here or read from a file.

    Parameters
    ----------
    value : object
        Estimators, arrays, plain values, and mappings and sequences of them.

    Returns
    -------
    str
        Hexadecimal digits.
    """
    digest = hashlib.sha256()
    for part in _parts(value):
        digest.update(len(part).to_bytes(8, "little") + part)
    return digest.hexdigest()


def _parts(value: Any) -> Iterator[bytes]:
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, np.ndarray) and value.dtype != object:
        yield f"array {value.dtype.str} {value.shape}".encode()
        yield np.ascontiguousarray(value).tobytes()
    elif isinstance(value, dict):
        yield b"mapping"
        for key in sorted(value, key=str):
            yield str(key).encode()
            yield from _parts(value[key])
    elif value is None or isinstance(value, bool | int | float | complex | str | bytes):
        yield f"{type(value).__name__} {value!r}".encode()
    elif isinstance(value, list | tuple | np.ndarray):
        yield f"sequence {len(value)}".encode()
        for item in value:
            yield from _parts(item)
    else:
        yield type(value).__qualname__.encode()
        yield from _parts(vars(value))


def syntax_sha256(files: Iterable[str | Path]) -> str:
    """Return the SHA-256 of what Python files tell the computer to do.

    Comments, docstrings and layout have no part in it, nor have the names and places of the files.
    Versions of Python may write the same syntax in different ways.

    Parameters
    ----------
    files : iterable of str or Path
        In an order that does not change.

    Returns
    -------
    str
        Hexadecimal digits.
    """
    digest = hashlib.sha256()
    for file in files:
        digest.update(_syntax(Path(file).read_bytes()))
    return digest.hexdigest()


@lru_cache(maxsize=512)
def _syntax(source: bytes) -> bytes:
    """Return a hash of the syntax of a module."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(body := getattr(node, "body", None), list):
            body[:] = [statement for statement in body if not _is_docstring(statement)]
    return hashlib.sha256(ast.dump(tree).encode()).digest()


def _is_docstring(node: ast.stmt) -> bool:
    """Return whether a statement is a text alone, of a function or behind a constant."""
    text = node.value if isinstance(node, ast.Expr) else None
    return isinstance(text, ast.Constant) and isinstance(text.value, str)
