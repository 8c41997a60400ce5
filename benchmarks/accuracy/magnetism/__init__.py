"""Fits and validation of intrinsic properties and of magnets."""

from .validation import validate

__all__ = ["validate"]
