"""What kernels need of the package: folders for machine code, messages, chemical symbols.

The package sets these hooks before the first kernel is imported, so that no kernel imports it.
"""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

places: Callable[[], Iterable[Path]] = tuple
"""Returns the folders for compiled kernels, in order; none: nothing is stored."""

said: Callable[[str], object] = str
"""Takes a message to the user."""

symbols: Callable[[], Sequence[str]] = tuple
"""Returns the chemical symbols in order of atomic number."""
