from .calibrate import Calibration as Calibration
from .calibrate import calibrate as calibrate
from .calibrate import calibration as calibration
