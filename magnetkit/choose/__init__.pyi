from . import applications as applications
from .savings import heavy_rare_earth_ledger as heavy_rare_earth_ledger
