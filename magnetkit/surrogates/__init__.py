"""Surrogate models with intervals and a domain."""
