"""Validation of what is learnt beside other models."""

from .validation import validate

__all__ = ["validate"]
