"""Every property of a composition, stage by stage."""

from .comparison import compare
from .predict import predict

__all__ = ["compare", "predict"]
