"""``python -m magnetkit`` is the same as the ``magnetkit`` command."""

from .cli import main

if __name__ == "__main__":
    main()
