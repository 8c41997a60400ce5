"""The hard phase at temperature, as users ask for it."""

from ..surrogates.intrinsic import evaluate, intrinsic

__all__ = ["evaluate", "intrinsic"]
