"""Every property of a composition, stage by stage."""

from .predict import predict

__all__ = ["predict"]
