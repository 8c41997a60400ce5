"""The tests of the benchmarks share what those of the package share."""

pytest_plugins = ["tests.conftest"]
