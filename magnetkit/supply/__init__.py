"""Heavy rare earth, supply risk and cost of an alloy."""
