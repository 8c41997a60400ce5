"""One hash of the numbers of a trained model, wherever and whenever it was written."""

import hashlib
from collections.abc import Iterator
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
