from .curve import curve as curve
from .formats import Curve as Curve
