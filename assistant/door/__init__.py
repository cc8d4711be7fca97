"""The screen-pop door: a softphone or dialler on this machine starts, holds and ends calls."""
