"""Heavy rare earth by the gram: diffusion in a magnet of a shape, in a field.

Names load on first use; `__init__.pyi` lists them.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
