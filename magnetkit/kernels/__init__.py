"""Numba kernels: arrays in, arrays out.

Nothing here knows pandas, pymatgen, files or units of display. The dtype and axes of every
argument stand above its kernel; NaN and empty input have a stated meaning in each.
"""

from collections.abc import Callable

at_first_compiling: list[Callable[[], None]] = []
"""What is called, once, as this process first compiles a kernel."""
