from .calibrate import Calibration as Calibration
from .calibrate import calibrate as calibrate
from .calibrate import calibration as calibration
from .makeup import Makeup as Makeup
from .makeup import makeup as makeup
