from .partition import Partition as Partition
from .partition import assign_hosts as assign_hosts
from .partition import partition as partition
from .records import HOST_NAMES as HOST_NAMES
from .records import HOSTS as HOSTS
