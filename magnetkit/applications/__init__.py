"""Device profiles: what a magnet must do, where, and with which source."""
