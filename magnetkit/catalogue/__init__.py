"""Commercial grades: what makers print of them, and what is made of it at temperature."""

from .names import find, is_grade, nearest
from .table import QUANTITIES, grades

__all__ = ["QUANTITIES", "find", "grades", "is_grade", "nearest"]
