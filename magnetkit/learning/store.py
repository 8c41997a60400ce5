"""Model files: a manifest line, then a skops archive with known types only.

A file whose content does not match its hash, that another version wrote, or that holds a type
this module does not name, is refused; nothing in it is run.
"""

import hashlib
import json
import os
import tempfile
import warnings
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from .. import datasets
from .._version import __version__
from ..errors import StoreError

MAGIC = b"magnetkit surrogate 1\n"
TRUSTED = ("magnetkit.learning.process.TrendProcess",)
"""Types beyond those that skops itself holds safe."""

# Rooms that show or judge what is learnt, and have no part in it.
_APART = ("cli", "evaluation", "show")

_WAY_OUT = "delete it and train again (`magnetkit train`)"


@lru_cache(maxsize=1)
def code_sha256() -> str:
    """Return a hash of the code, and of the embedded tables, that decide what a model is."""
    package = Path(__file__).resolve().parents[1]
    digest = hashlib.sha256(__version__.encode())
    for file in sorted(package.rglob("*.py")):
        name = file.relative_to(package)
        if name.parts[0] not in _APART:
            digest.update(name.as_posix().encode() + b"\0" + file.read_bytes())
    for name, entry in sorted(datasets.registry()["files"].items()):
        digest.update(f"{name} {entry['sha256']}".encode())
    return digest.hexdigest()


def key(parts: dict[str, Any]) -> str:
    """Return what a model file is called after: a hash of `parts`, the code and the versions."""
    whole = {**parts, "code": code_sha256(), "versions": versions()}
    return hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()[:16]


def versions() -> dict[str, str]:
    """Return the versions a model file depends on."""
    import numpy
    import sklearn

    return {"magnetkit": __version__, "numpy": numpy.__version__, "sklearn": sklearn.__version__}


def save(file: Path, content: dict[str, Any], manifest: dict[str, Any]) -> Path:
    """Write a model file in one step.

    Parameters
    ----------
    file : Path
        Where to; its folder is made.
    content : dict
        What skops stores: estimators and arrays.
    manifest : dict
        Plain values that describe it; versions, code and content hash are added.

    Raises
    ------
    StoreError
        If it cannot be written.
    """
    import skops.io

    payload = skops.io.dumps(content)
    whole = {
        **manifest,
        "versions": versions(),
        "code_sha256": code_sha256(),
        "content_sha256": hashlib.sha256(payload).hexdigest(),
    }
    line = json.dumps(whole, sort_keys=True).encode() + b"\n"
    work = None
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, work = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}-")
        with os.fdopen(handle, "wb") as stream:
            stream.write(MAGIC + line + payload)
        os.replace(work, file)
    except OSError as error:
        raise StoreError(
            f"{file} cannot be written: {error.strerror}; set MAGNETKIT_CACHE_DIR to a folder with "
            "room that you may write to"
        ) from None
    finally:
        if work is not None:
            Path(work).unlink(missing_ok=True)
    return file


def read(file: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return content and manifest of a model file.

    Raises
    ------
    StoreError
        If it is missing, no model file, damaged, of another version or holds a foreign type.
    """
    import skops.io

    try:
        raw = file.read_bytes()
    except OSError as error:
        raise StoreError(f"model file {file} cannot be read: {error.strerror}") from None
    if not raw.startswith(MAGIC):
        raise StoreError(f"{file} is no model file of this format; {_WAY_OUT}")
    line, mark, payload = raw[len(MAGIC) :].partition(b"\n")
    try:
        manifest = json.loads(line) if mark else None
    except ValueError:
        manifest = None
    if not isinstance(manifest, dict):
        raise StoreError(f"{file} has no readable manifest: damaged or cut short; {_WAY_OUT}")
    digest = hashlib.sha256(payload).hexdigest()
    if digest != manifest.get("content_sha256"):
        raise StoreError(
            f"{file} is damaged or was changed: content hash {digest[:12]}, expected "
            f"{str(manifest.get('content_sha256'))[:12]}; {_WAY_OUT}"
        )
    if manifest.get("versions") != versions() or manifest.get("code_sha256") != code_sha256():
        raise StoreError(
            f"{file} was written by other versions ({manifest.get('versions')}), these are "
            f"{versions()}; {_WAY_OUT}"
        )
    try:
        foreign = set(skops.io.get_untrusted_types(data=payload)) - set(TRUSTED)
        if foreign:
            raise StoreError(f"{file} holds types that are not trusted: {sorted(foreign)}")
        content = skops.io.loads(payload, trusted=list(TRUSTED))
    except StoreError:
        raise
    except Exception as error:  # skops raises many kinds on a malformed archive
        raise StoreError(f"{file} cannot be decoded ({error}); {_WAY_OUT}") from None
    return content, manifest


Packed = tuple[dict[str, Any], dict[str, Any]]


def kept(
    file: Path,
    train: Callable[[], Any],
    pack: Callable[[Any], Packed],
    unpack: Callable[[dict[str, Any], dict[str, Any]], Any],
) -> Any:
    """Return the model in a file, or train it and keep it there.

    Parameters
    ----------
    file : Path
        Its name holds a hash of all that decides the model, see `key`.
    train : callable
        Returns the model.
    pack, unpack : callable
        Turn the model into content and manifest, and back.
    """
    if file.is_file():
        return unpack(*read(file))
    model = train()
    try:
        save(file, *pack(model))
    except StoreError as error:
        # Whoever only wants a prediction gets it.
        warnings.warn(f"{error}; this model will be trained again next time", stacklevel=3)
    return model
