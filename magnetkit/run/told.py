"""What a results folder was made to answer, kept in its manifest."""

import json
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from ..errors import StoreError
from ..files import is_url
from .holding import WAIT_S, held
from .manifest import ANSWER, MANIFEST
from .place import LocalPlace, Place, RemotePlace


def write_answer(out: str | Path, manifest: Mapping[str, Any]) -> None:
    """Write the answer of a result into the manifest of its folder.

    Parameters
    ----------
    out : str or Path
        The folder, or its URL in a store.
    manifest : mapping
        Of the result, with its `ANSWER`.

    Raises
    ------
    StoreError
        If the folder has no manifest or that of another result.
    InputError
        If it cannot be written.
    """
    place: Place = RemotePlace(str(out)) if is_url(out) else LocalPlace(Path(out))
    with nullcontext() if is_url(out) else held(Path(out), WAIT_S):
        try:
            there = json.loads(place.get(MANIFEST))
            same = there["files"] == manifest["files"]
        except (OSError, ValueError, KeyError, TypeError):
            raise StoreError(f"{out} is no results folder, or is damaged; screen again") from None
        if not same:
            raise StoreError(f"{out} was screened anew meanwhile; choose another --out folder")
        there[ANSWER] = manifest[ANSWER]
        place.put(MANIFEST, json.dumps(there, indent=1, ensure_ascii=False).encode())
