"""A shift: lists, journal, order, screen."""
