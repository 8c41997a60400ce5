"""Model files: a manifest line, then a skops archive with known types only.

A file whose content does not match its hash, that another version wrote, or that holds a type
this module does not name, is refused; nothing in it is run.
"""

import hashlib
import json
import os
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Any

from .. import datasets
from .._version import __version__
from ..errors import StoreError

MAGIC = b"magnetkit surrogate 1\n"
TRUSTED = (
    "magnetkit.surrogates.average.ProcessAverage",
    "magnetkit.surrogates.distilled.DistilledProcess",
    "magnetkit.surrogates.process.CompositionProcess",
    "magnetkit.surrogates.residual.PhysicsResidual",
)
"""Types beyond those that skops itself holds safe."""

# What the answers are made of, beside the surrogates' own modules.
_OTHER_CODE = (
    "kernels/gp.py",
    "kernels/hosts.py",
    "kernels/intrinsic.py",
    "kernels/magnetism.py",
    "kernels/nearby.py",
    "kernels/network.py",
    "features/descriptors.py",
    "magnetism/priors.py",
    "hosts/partition.py",
    "conformal.py",
)
_OTHER_DATA = ("intrinsic/priors.toml", "hosts/hosts.toml")

_WAY_OUT = "delete it and train again (`magnetkit train`)"


@lru_cache(maxsize=1)
def code_sha256() -> str:
    """Return a hash of the code, and of the tables in it, that decide what a trained model is."""
    package = Path(__file__).resolve().parent
    files = sorted(package.glob("*.py"))
    files += [package.parent / name for name in _OTHER_CODE]
    files += [datasets.path(name) for name in _OTHER_DATA]
    digest = hashlib.sha256(__version__.encode())
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()


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
