"""Regression on arrays and on compositions, with what it learns from; no physics of magnets."""
