"""Redaction: a copy of what was said without what must not be passed on.

`figures` finds stretches of figures, spoken or written; `kinds` says what they are; `places` finds
addresses; `call` puts a call's spells and utterances together.  All of it is pure, reads no store
and changes nothing: the original stays as it is.
"""
