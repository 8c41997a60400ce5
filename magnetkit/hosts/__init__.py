"""Crystal hosts: prototypes, sites, and which part of a composition goes into the hard phase."""

from .partition import HOST_NAMES, HOSTS, Partition, assign_hosts, partition

__all__ = ["HOSTS", "HOST_NAMES", "Partition", "assign_hosts", "partition"]
