"""A shift: which accounts are to be called, whether each may be called now, and what came of it."""
