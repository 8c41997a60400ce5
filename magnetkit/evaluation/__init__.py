"""What justifies the models and does not run in them: fitting, validation, peers, timing.

Only its own commands import it.
"""
