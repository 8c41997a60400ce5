"""The engine: candidates through every stage, ranked for a device."""

from .engine import screen
from .predict import predict
from .refined import refined
from .result import ScreenResult

__all__ = ["ScreenResult", "predict", "refined", "screen"]
