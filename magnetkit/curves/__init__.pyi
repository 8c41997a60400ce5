from ._formats import Curve as Curve
from .compare import Margin as Margin
from .compare import compare as compare
from .compare import find_margin as find_margin
from .curve import curve as curve
from .curve import limits as limits
from .curve import use_limits as use_limits
from .same_flux import match_flux as match_flux
