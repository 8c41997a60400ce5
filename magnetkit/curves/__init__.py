"""Demagnetization curves for field solvers: of a recipe, a grade or a candidate, as files."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
