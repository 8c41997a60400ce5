"""Requirements of a device, Pareto fronts, the order of candidates, and how firm it is."""
