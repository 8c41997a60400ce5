from ._composition_estimate import CompositionEstimate as CompositionEstimate
from ._composition_estimate import estimate_composition as estimate_composition
from .calibrate import Calibration as Calibration
from .calibrate import calibrate as calibrate
from .calibrate import calibration as calibration
from .grades import QUANTITIES as QUANTITIES
from .grades import grades as grades
