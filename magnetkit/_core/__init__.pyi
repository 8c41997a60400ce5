from . import columns as columns
from . import datasets as datasets
from . import elements as elements
from . import errors as errors
from . import settings as settings
from . import units as units
