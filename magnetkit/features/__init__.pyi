from ._elements import composition_statistics as composition_statistics
from ._elements import load_ions as load_ions
from ._elements import load_table as load_table
from .compositions import CompositionStatistics as CompositionStatistics
from .crystals import StructureDescriptors as StructureDescriptors
from .rare_earths import RareEarthDescriptors as RareEarthDescriptors
from .rare_earths import rare_earth_descriptors as rare_earth_descriptors
