"""Crystal hosts, phase data of the Materials Project, and the hull of competing phases."""
