"""What users see: plots, the HTML report, the explorer and the tables of the command line.

Names load on first use.
"""

import lazy_loader

_SUBMODULES = ["explorer", "plots", "report", "tables"]

__getattr__, __dir__, __all__ = lazy_loader.attach(__name__, submodules=_SUBMODULES)
