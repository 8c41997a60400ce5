from .evaluate import Intrinsic as Intrinsic
from .parameters import Parameters as Parameters
