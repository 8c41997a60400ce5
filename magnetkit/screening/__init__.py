"""The engine: candidates through every stage, ranked for a device."""

from ..run.engine import screen
from ..prediction.predict import predict
from ..run.refined import refined
from ..run.result import ScreenResult

__all__ = ["ScreenResult", "predict", "refined", "screen"]
