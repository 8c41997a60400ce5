"""Compositions: one recipe (`notation`), many (`table`), and making candidates (`substitution`)."""

from .notation import parse_composition
from .refinement import refine
from .substitution import Substitutions, substitutions
from .table import CompositionTable, ParseError

__all__ = [
    "CompositionTable",
    "ParseError",
    "Substitutions",
    "parse_composition",
    "refine",
    "substitutions",
]
