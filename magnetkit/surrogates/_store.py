"""Model files: a manifest line, then arrays, and how they make up the model.

The payload is NumPy's archive of arrays without pickles; its array ``tree`` is JSON that says where
each goes. A file whose content does not match its hash, that another version wrote, or that names a
type this module does not, is refused; nothing in it is run.

One hash of the numbers of a trained model, and one of the code that it was made by.
"""

import ast
import hashlib
import io
import json
import logging
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from .._core._arguments import warn
from .._core._files import replace_file
from .._core.errors import StoreError
from .._core.settings import get_settings


def fingerprint(value: Any) -> str:
    """Compute the SHA-256, in hexadecimal digits, of all that `value` holds.

    The value may be an estimator, array, plain value (None, bool, number, text, bytes), or dict,
    list or tuple of these. Two models have the same hash if and only if every array and every
    setting in them is the same, whether they were trained here or read from a file. The order of a
    dict's keys does not count; types of arrays do, and a list is as good as a tuple.
    """
    digest = hashlib.sha256()
    for part in _parts(value):
        digest.update(len(part).to_bytes(8, "little") + part)
    return digest.hexdigest()


def _parts(value: Any) -> Iterator[bytes]:
    """Yield the bytes to hash of `value` and of all that it contains.

    Dictionaries are taken in the order of their keys as texts. Objects other than arrays, plain
    values, lists, tuples and dictionaries count by the name of their type and their attributes; one
    without attributes is a TypeError.
    """
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
    elif value is None or isinstance(
        value, bool | int | float | complex | str | bytes
    ):
        yield f"{type(value).__name__} {value!r}".encode()
    elif isinstance(value, list | tuple | np.ndarray):
        yield f"sequence {len(value)}".encode()
        for item in value:
            yield from _parts(item)
    else:
        yield type(value).__qualname__.encode()
        yield from _parts(vars(value))


def syntax_sha256(files: Iterable[str | Path]) -> str:
    """Compute the SHA-256, in hexadecimal digits, of the syntax of Python files.

    `files` are paths, texts or `Path`; OSError if one cannot be read, SyntaxError if one is no
    Python. Comments, docstrings and layout do not count, nor do the names and places of the files,
    whose order must not change. Versions of Python may write the same syntax in different ways. The
    result is noted in the cache folder, where it can be written, and read from there the next time.
    """
    sources = [Path(file).read_bytes() for file in files]
    digest_of_sources = hashlib.sha256(
        b"".join(hashlib.sha256(s).digest() for s in sources)
    ).hexdigest()
    # To parse them takes long: once for each state of the files.
    note = (
        get_settings().cache_dir
        / "syntax"
        / f"{sys.implementation.cache_tag}-{digest_of_sources}"
    )
    with suppress(OSError, ValueError):
        if re.fullmatch(r"[0-9a-f]{64}", noted_digest := note.read_text()):
            return noted_digest
    digest = hashlib.sha256(b"".join(map(_syntax, sources))).hexdigest()
    with suppress(OSError):
        note.parent.mkdir(parents=True, exist_ok=True)
        with replace_file(note) as work:
            work.write_text(digest)
    return digest


@lru_cache(maxsize=512)
def _syntax(source: bytes) -> bytes:
    """Compute the SHA-256, 32 bytes, of the syntax of a Python module without its docstrings.

    `source` is its text, encoded. Texts behind constants do not count either. SyntaxError if it is
    no Python.
    """
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(body := getattr(node, "body", None), list):
            body[:] = [
                statement for statement in body if not _is_docstring(statement)
            ]
    return hashlib.sha256(ast.dump(tree).encode()).digest()


def _is_docstring(node: ast.stmt) -> bool:
    """Return whether a statement is a text alone, of a function or behind a constant."""
    text = node.value if isinstance(node, ast.Expr) else None
    return isinstance(text, ast.Constant) and isinstance(text.value, str)


MAGIC = b"magnetkit model 3\n"

VERSIONED = ("numpy", "scipy", "scikit-learn")
"""Packages that fit a model."""

_WAY_OUT = "delete it and train again (`magnetkit models train`)"

_log = logging.getLogger("magnetkit")


def key(data: Any, modules: Iterable[ModuleType]) -> str:
    """Return a hash, 16 hexadecimal digits, of all that decides a trained model.

    `data` is what it is fitted to, as `fingerprint` takes it. `modules`, module objects in any
    order, are those that fit it, and write and read its file. Versions of NumPy, SciPy and
    scikit-learn enter, too. An edit anywhere else leaves the model valid.
    """
    files = sorted({str(module.__file__) for module in modules})
    return fingerprint((data, versions(), syntax_sha256(files)))[:16]


def model_file(target: str, key: str) -> Path:
    """Return where the model of a target is kept that was trained as its `key` says."""
    name = re.sub(r"[^\w.-]+", "_", target)
    return get_settings().cache_dir / "surrogates" / f"{name}-{key}.model"


def versions() -> dict[str, str]:
    """Return the versions of the packages that a model depends on."""
    return {package: metadata.version(package) for package in VERSIONED}


def save(
    file: Path, content: dict[str, Any], manifest: dict[str, Any]
) -> Path:
    """Write a model file in one step; its folder is created.

    Parameters
    ----------
    file : Path
        Replaced if it exists.
    content : dict
        Values by name: arrays, numbers, texts, bools, None, tuples and
        dictionaries of these, and `TrendProcess`. Keys are texts. A list is a
        TypeError; an object of another class must not be in it.
    manifest : dict
        Plain values that describe it, as JSON takes them, not changed; the file's has ``versions``
        and ``content_sha256`` beside.

    Returns
    -------
    Path
        `file`.

    Raises
    ------
    StoreError
        If it cannot be written.
    """
    payload = _dumps(content)
    digest = hashlib.sha256(payload).hexdigest()
    full_manifest = {
        **manifest,
        "versions": versions(),
        "content_sha256": digest,
    }
    line = json.dumps(full_manifest, sort_keys=True).encode() + b"\n"
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with replace_file(file) as work:
            work.write_bytes(MAGIC + line + payload)
    except OSError as error:
        raise StoreError(
            f"{file} cannot be written: {error.strerror}; set MAGNETKIT_CACHE_DIR to a folder with "
            "room that you may write to"
        ) from None
    return file


def read(
    file: Path, same_versions: bool = True
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Read a model file.

    Parameters
    ----------
    file : Path
        What `save` wrote.
    same_versions : bool
        Whether it must have been written by these versions of the package and its libraries.

    Returns
    -------
    content : dict
        Arrays, numbers, texts, bools, None, tuples, dictionaries and `TrendProcess` by name, as
        `save` took them; NumPy's numbers have become plain ones.
    manifest : dict
        What describes it, with ``versions`` (by package) and ``content_sha256``.

    Raises
    ------
    StoreError
        If it is missing, no model file, damaged, of other versions, or holds a foreign type.
    """
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise StoreError(
            f"model file {file} cannot be read: {error.strerror}"
        ) from None
    if not raw.startswith(MAGIC):
        raise StoreError(f"{file} is no model file of this format; {_WAY_OUT}")
    line, mark, payload = raw[len(MAGIC) :].partition(b"\n")
    try:
        manifest = json.loads(line) if mark else None
    except ValueError:
        manifest = None
    if not isinstance(manifest, dict):
        raise StoreError(
            f"{file} has no readable manifest: damaged or cut short; {_WAY_OUT}"
        )
    digest = hashlib.sha256(payload).hexdigest()
    if digest != manifest.get("content_sha256"):
        raise StoreError(
            f"{file} is damaged or was changed: content hash {digest[:12]}, expected "
            f"{str(manifest.get('content_sha256'))[:12]}; {_WAY_OUT}"
        )
    if same_versions and manifest.get("versions") != versions():
        raise StoreError(
            f"{file} was written by other versions ({manifest.get('versions')}), these are "
            f"{versions()}; {_WAY_OUT}"
        )
    try:
        content = _loads(payload)
    except (
        Exception
    ) as error:  # NumPy raises many kinds on a malformed archive
        raise StoreError(
            f"{file} cannot be decoded ({error}); {_WAY_OUT}"
        ) from None
    return content, manifest


def _dumps(content: dict[str, Any]) -> bytes:
    """Serialize the `content` of a model as the bytes of a NumPy archive, which `_loads` reads.

    `content` is as of `save`. The archive has the arrays, named a0, a1 and so
    on, and, as "tree", a JSON tree of all values that names them. An object
    must be a `TrendProcess`: its class is not written. TypeError for a list,
    or what else has no attributes.
    """
    arrays: dict[str, np.ndarray] = {}

    def tree(value: Any) -> Any:
        """Convert a value to its node of the JSON tree, see `_loads`.

        An array in `value` is put into ``arrays``, and named in the node,
        ``{"array": "a0"}``. A tuple is ``{"tuple": [...]}``, a dict ``{"dict":
        {...}}``, a plain value itself, and any other object ``{"process":
        {...}}`` of its attributes, without its type. A list is a TypeError.
        """
        if isinstance(value, np.ndarray):
            arrays[f"a{len(arrays)}"] = value
            return {"array": f"a{len(arrays) - 1}"}
        if isinstance(value, tuple):
            return {"tuple": [tree(v) for v in value]}
        if isinstance(value, dict):
            return {"dict": {k: tree(v) for k, v in value.items()}}
        if isinstance(value, np.generic):
            return value.item()
        if value is None or isinstance(value, (bool, int, float, str)):
            return value
        return {"process": {k: tree(v) for k, v in vars(value).items()}}

    text = json.dumps(tree(content)).encode()
    payload = io.BytesIO()
    np.savez(
        payload,
        allow_pickle=False,
        tree=np.frombuffer(text, np.uint8),
        **arrays,
    )
    return payload.getvalue()


def _loads(payload: bytes) -> dict[str, Any]:
    """Rebuild the content of a model from `payload`, the bytes of `_dumps`.

    The result is a dict of arrays, plain values, tuples, dicts and `TrendProcess` by name.
    ValueError for a foreign type, or if it is no dictionary; malformed bytes raise what NumPy
    raises.
    """
    from ._process import TrendProcess

    with np.load(io.BytesIO(payload), allow_pickle=False) as archive:
        arrays = dict(archive)

    def build(node: Any) -> Any:
        """Rebuild the value of a `node` of the JSON tree.

        A node is a plain value, or a dictionary with one key: "array" with a
        name in the archive, "tuple" with a list of nodes, "dict" or "process"
        with a dict of nodes. A "process" becomes a `TrendProcess`. ValueError
        for another key, KeyError for an array that the archive has not.
        """
        if not isinstance(node, dict):
            return node
        ((kind, value),) = node.items()
        if kind == "array":
            return arrays[value]
        if kind == "tuple":
            return tuple(map(build, value))
        if kind not in ("dict", "process"):
            raise ValueError(f"no type {kind!r} is known")
        inner = {k: build(v) for k, v in value.items()}
        if kind == "dict":
            return inner
        process = TrendProcess()
        for name, value in inner.items():
            setattr(process, name, value)
        return process

    content = build(json.loads(arrays.pop("tree").tobytes()))
    if not isinstance(content, dict):
        raise ValueError("it holds no model")
    return content


Packed = tuple[dict[str, Any], dict[str, Any]]


def load_or_train(
    file: Path,
    train: Callable[[], Any],
    pack: Callable[[Any], Packed],
    unpack: Callable[[dict[str, Any], dict[str, Any]], Any],
) -> Any:
    """Return the model in a file, or train it and write the file.

    A damaged file is removed with a warning in the log, and the model trained
    anew. If the file cannot be written, a UserWarning is issued and the model
    returned all the same.

    Parameters
    ----------
    file : Path
        Its name holds a hash of all that decides the model, see `key` and `model_file`.
    train : callable
        Takes nothing, returns the model. It is called only if the file is missing or cannot be
        used.
    pack : callable
        Takes the model, returns content and manifest as of `save`.
    unpack : callable
        Takes content and manifest, as `read` returns them, and returns the model. Only a StoreError
        of it counts as a damaged file.

    Returns
    -------
    model
        What `unpack` or `train` returned.
    """
    # Of a place that may not be read, or whose name is too long, as well.
    if os.path.isfile(file):
        try:
            return unpack(*read(file))
        except StoreError as error:
            # Its name says what it should hold: this code's model of these data.
            _log.warning(str(error).replace(_WAY_OUT, "training it anew"))
            with suppress(OSError):
                file.unlink()
    model = train()
    try:
        save(file, *pack(model))
    except StoreError as error:
        # Whoever only wants a prediction gets it.
        warn(f"{error}; this model will be trained again next time")
    return model
