"""The self-contained HTML report of a screening."""

from .html import write_report

__all__ = ["write_report"]
