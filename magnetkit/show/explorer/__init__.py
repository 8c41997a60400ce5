"""A local page over a results folder: limits, scenarios, the Pareto front and the table."""

from .server import serve

__all__ = ["serve"]
