"""The engine: candidates through every stage, ranked for a device."""
