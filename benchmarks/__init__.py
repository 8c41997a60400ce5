"""What is measured of magnetkit in a checkout: accuracy, speed, and what it stands of faults."""

import os
from pathlib import Path


def use_embedded_data() -> None:
    """Let no mirror, and nothing that the user has fetched or trained, count in this process.

    What the checkout stores is what a user of the embedded data gets. Models are kept in
    ``build/embedded``.
    """
    from magnetkit.settings import get_settings

    os.environ.pop("MAGNETKIT_MIRROR", None)
    cache = Path(__file__).parents[1] / "build/embedded"
    os.environ["MAGNETKIT_CACHE_DIR"] = str(cache)
    get_settings.cache_clear()
