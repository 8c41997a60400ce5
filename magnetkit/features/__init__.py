"""Scikit-learn transformers over the feature kernels."""
