"""Candidates by batches through every stage: workers, results folder, resuming."""
