"""Numba kernels: arrays in, arrays out.

Nothing here knows pandas, pymatgen, files or display units. The dtype and axes of every argument
stand above its kernel; NaN and empty input have a stated meaning in each. The package sets the
hooks below before the first kernel is imported.
"""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

places: Callable[[], Iterable[Path]] = tuple
"""Returns the folders for compiled kernels, in order; none: nothing is stored."""

said: Callable[[str], object] = str
"""Takes a message to the user."""

symbols: Callable[[], Sequence[str]] = tuple
"""Returns the chemical symbols in order of atomic number."""
