"""Timing the feature kernels beside the memory they fill and the packages that do the same."""
