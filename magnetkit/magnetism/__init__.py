"""Intrinsic properties at temperature, and the magnet made of them."""
