"""What teaches and measures the rules: examples, training of the scorer, recognition errors.

It belongs to the workshop, not to a call: nothing of the running program imports it.
"""
