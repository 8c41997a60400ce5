"""Numba kernels: arrays in, arrays out.

Nothing here knows pandas, pymatgen, files or units of display. The dtype and axes of every
argument stand above its kernel; NaN and empty input have a stated meaning in each. What comes from
elsewhere is handed over below before the first is imported.
"""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

places: Callable[[], Iterable[Path]] = tuple
"""Returns the folders that compiled kernels may be kept in, in order; none: nothing is kept."""

said: Callable[[str], object] = str
"""Takes what a user should know."""

symbols: Callable[[], Sequence[str]] = tuple
"""Returns the chemical symbols in order of atomic number."""
