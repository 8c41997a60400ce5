"""Validation of the surrogates beside other models; model cards."""

from .validation import validate

__all__ = ["validate"]
