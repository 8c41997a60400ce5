"""The tests of the benchmarks have the cache and the settings of the package's tests."""

from tests.conftest import pytest_unconfigure

__all__ = ["pytest_unconfigure"]
