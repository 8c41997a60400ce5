from .compensation import compensation as compensation
from .device import bill as bill
from .makeup import Makeup as Makeup
from .makeup import makeup as makeup
from .replace import Replacement as Replacement
from .replace import replace as replace
