"""Beside the phone: account, script, live transcript and compliance flags, all on one machine."""

__version__ = "0.1.0"
