"""The version, which is that of the daemon's release."""
__version__ = "0.1.0"
