"""The pull from the Materials Project: client, cache and documents."""
