"""Commercial grades: what makers print of them, and what is made of it at temperature."""

from .names import find, is_grade, nearest
from .nearest import nearest_grades
from .table import QUANTITIES, grades

__all__ = ["QUANTITIES", "find", "grades", "is_grade", "nearest", "nearest_grades"]
