"""Matplotlib plots with units and labels from the column registry."""
