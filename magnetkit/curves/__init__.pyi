from ._formats import Curve as Curve
from .curve import curve as curve
from .curve import limits as limits
from .curve import use_limits as use_limits
