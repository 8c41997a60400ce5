"""Validation of the hull and of the energies of mixed crystals."""

from .validation import validate

__all__ = ["validate"]
