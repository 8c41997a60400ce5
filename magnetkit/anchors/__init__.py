"""Measured magnets as anchors: what they say of the other magnets of their mill."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
