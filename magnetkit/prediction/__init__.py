"""Every property of a composition, stage by stage."""

from .comparison import compare
from .conditions import Conditions
from .predict import predict

__all__ = ["Conditions", "compare", "predict"]
