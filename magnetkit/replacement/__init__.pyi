from .compensation import compensation as compensation
from .device import bill as bill
from .replace import Replacement as Replacement
from .replace import replace as replace
