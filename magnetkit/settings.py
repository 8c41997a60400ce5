"""User settings, from the environment (``MAGNETKIT_*``) or set in Python.

The Materials Project key is not a setting: it is read from ``MP_API_KEY`` when a pull starts
and kept nowhere.
"""

from functools import lru_cache
from pathlib import Path

import platformdirs
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

# The definition in the field's supply literature counts yttrium with the heavy rare earths.
HEAVY_RARE_EARTHS = ("Gd", "Tb", "Dy", "Ho", "Er", "Tm", "Yb", "Lu", "Y")


class Settings(BaseSettings):
    """Settings of one process; each field reads ``MAGNETKIT_<FIELD>``.

    Attributes
    ----------
    cache_dir : Path
        Where pulled data, fetched sets and trained models are kept.
    data_dir : Path
        Where what the user gave is kept: the mills of `magnetkit calibrate`.
    mirror : Path or None
        Folder that serves the downloads of ``datasets/registry.toml`` offline.
    heavy_rare_earths : tuple of str
        The elements counted as heavy rare earths.
    """

    model_config = SettingsConfigDict(env_prefix="MAGNETKIT_", extra="forbid")

    cache_dir: Path = Field(
        default_factory=lambda: Path(platformdirs.user_cache_dir("magnetkit", appauthor=False))
    )
    data_dir: Path = Field(
        default_factory=lambda: Path(platformdirs.user_data_dir("magnetkit", appauthor=False))
    )
    mirror: Path | None = None
    heavy_rare_earths: tuple[str, ...] = HEAVY_RARE_EARTHS


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """Return the settings of this process (``get_settings.cache_clear()`` reads them anew)."""
    return Settings()
