"""User settings, from the environment (``MAGNETKIT_*``) or set in Python.

``MAGNETKIT_DATASETS`` is read by `magnetkit.datasets`, on which this module rests.

The Materials Project key is not a setting: it is read from ``MP_API_KEY`` when a pull starts
and kept nowhere.
"""

import difflib
import logging
import os
import re
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

import platformdirs
from pydantic import Field, ValidationError, ValidationInfo, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    SettingsConfigDict,
    SettingsError,
)

from .errors import InputError

_log = logging.getLogger(__name__)

# The supply literature counts yttrium with the heavy rare earths.
HEAVY_RARE_EARTHS = ("Gd", "Tb", "Dy", "Ho", "Er", "Tm", "Yb", "Lu", "Y")


class Settings(BaseSettings):
    """Settings of one process; each field reads ``MAGNETKIT_<FIELD>``.

    Attributes
    ----------
    cache_dir : Path
        Where pulled data, fetched sets and trained models are stored.
    data_dir : Path
        Where the user's own data are kept: the calibrations of `magnetkit calibrate`.
    mirror : Path or None
        Folder that serves the downloads of ``datasets/registry.toml`` offline.
    heavy_rare_earths : tuple of str
        The elements counted as heavy rare earths: ``Dy,Tb`` or a JSON list.
    charge_inputs : dict
        What is charged beside elements, wt.%, where it differs from ``datasets/supply/inputs.csv``:
        ``{"PrNd": {"Pr": 20, "Nd": 80}}``.
    scrap : dict
        What is fed back into a charge: its ``share``, wt.% of the charge, and its elements in wt.%,
        those of the recipe itself where none but O, N or C are named.
    yields : dict
        Your own yields by step, 0 to 1, in place of printed ones: ``{"milling": 0.95}``.
    units : {"si", "cgs"}
        Units in which people read results: T and kA/m, or kG, kOe and MGOe. Frames, CSV, Parquet
        and JSON files are in SI units.
    """

    # A variable that is set to nothing is as good as unset: no cache in the current folder.
    model_config = SettingsConfigDict(
        env_prefix="MAGNETKIT_", extra="forbid", env_ignore_empty=True
    )

    cache_dir: Path = Field(
        default_factory=lambda: Path(
            platformdirs.user_cache_dir("magnetkit", appauthor=False)
        )
    )
    data_dir: Path = Field(
        default_factory=lambda: Path(
            platformdirs.user_data_dir("magnetkit", appauthor=False)
        )
    )
    mirror: Path | None = None
    heavy_rare_earths: Annotated[tuple[str, ...], NoDecode] = HEAVY_RARE_EARTHS
    charge_inputs: dict[str, dict[str, float]] = {}
    scrap: dict[str, Annotated[float, Field(ge=0.0, le=100.0)]] = {}
    yields: dict[str, Annotated[float, Field(gt=0.0, le=1.0)]] = {}
    units: Literal["si", "cgs"] = "si"

    @field_validator("cache_dir", "data_dir", "mirror")
    @classmethod
    def _home(cls, value: Path | None, field: ValidationInfo) -> Path | None:
        """Return a folder with ~ written out, or None as it is.

        `value` is the folder and `field` says of which setting. ValueError, which pydantic
        reports, if the mirror is no folder; the other folders need not exist.
        """
        value = value and value.expanduser()
        if (
            field.field_name == "mirror"
            and value is not None
            and not value.is_dir()
        ):
            raise ValueError("it is no folder; make it, or unset the variable")
        return value

    @field_validator("heavy_rare_earths", mode="before")
    @classmethod
    def _read_list(cls, value: Any) -> Any:
        """Return the symbols in a text, separated by commas or blanks, or in a JSON list.

        A `value` that is no text is returned as it is. The result is a list of texts, which are not
        checked.
        """
        if isinstance(value, str):
            return re.findall(r"[^][\s,\"']+", value)
        return value

    @field_validator("heavy_rare_earths")
    @classmethod
    def _check_known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        """Check that the field ``heavy_rare_earths`` has distinct symbols of rare earths, one or more.

        Y counts as a rare earth, Sc does not. The value is returned as it is.
        ValueError, which pydantic reports, otherwise.
        """
        if value == HEAVY_RARE_EARTHS:
            return value
        from .elements import RARE_EARTHS

        wrong = [symbol for symbol in value if symbol not in RARE_EARTHS]
        if wrong or not value or len(set(value)) < len(value):
            why = (
                f"{wrong[0]!r} is no rare earth"
                if wrong
                else "one is named twice, or none"
            )
            raise ValueError(f"{why}; expected symbols such as Dy,Tb")
        return value


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """Return the settings of this process (``get_settings.cache_clear()`` reads them anew).

    They are read from the environment at the first call and kept. A variable that begins with
    ``MAGNETKIT_`` and is no setting gives a logged warning.

    Returns
    -------
    Settings
        The same object at each call. ``cache_dir`` and ``data_dir`` are Paths,
        ``mirror`` a Path or None. ``heavy_rare_earths`` is a tuple of symbols.
        ``charge_inputs`` is a dict by input of dicts by symbol, wt.%;
        ``scrap`` is a dict of "share" (of the charge) and symbols to wt.%;
        ``yields`` maps steps such as "milling" to 0 to 1. Each is empty where
        nothing was set. ``units`` is "si" or "cgs". The field ``cache_dir`` is
        read from ``MAGNETKIT_CACHE_DIR``, and so on.

    Raises
    ------
    InputError
        If an environment variable cannot be used.
    """
    whole_names = {"MAGNETKIT_DATASETS", "MAGNETKIT_NUMBA_CACHE"}
    names = whole_names | {
        f"MAGNETKIT_{name.upper()}" for name in Settings.model_fields
    }
    for name in sorted(os.environ.keys() - names):
        if not name.startswith("MAGNETKIT_"):
            continue
        suggestions = difflib.get_close_matches(name, names, n=1)
        hint = f"there is {', '.join(sorted(names))}"
        if suggestions:
            hint = f"did you mean {suggestions[0]}?"
        _log.warning("%s is no setting; %s", name, hint)
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "_".join(map(str, first["loc"])).upper()
        raise InputError(
            f"MAGNETKIT_{name} is {first['input']!r}: {first['msg'].removeprefix('Value error, ')}"
        ) from None
    except SettingsError as error:
        name = f"{error}".split('"')[1].upper()
        raise InputError(
            f"MAGNETKIT_{name}: expected JSON, e.g. {{}}, got another text"
        ) from None


def kernel_places() -> tuple[Path, ...]:
    """List the folders for compiled kernels, of which the first writable one is used.

    One beside the package, so that kernels compiled by an administrator serve every user, else the
    user's cache. ``MAGNETKIT_NUMBA_CACHE=0`` stores none; else ``NUMBA_CACHE_DIR`` names the only
    folder. No folder is created.

    Returns
    -------
    tuple of Path
        Two folders, one, or none. In the order in which they are tried.

    Raises
    ------
    InputError
        If ``NUMBA_NUM_THREADS`` is no whole number of 1 or more: numba would
        end in a ValueError as it is imported.
    """
    threads = os.environ.get("NUMBA_NUM_THREADS", "")
    if threads and not re.fullmatch(r"0*[1-9]\d*", threads):
        raise InputError(
            f"NUMBA_NUM_THREADS is {threads!r}; expected a whole number of 1 or more, or none"
        )
    if os.environ.get("MAGNETKIT_NUMBA_CACHE", "1") == "0":
        return ()
    if folder := os.environ.get("NUMBA_CACHE_DIR"):
        return (Path(folder),)
    beside = Path(__file__).parents[1] / "_core" / "__pycache__"
    return beside, get_settings().cache_dir / "kernels"
