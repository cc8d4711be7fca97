"""A minute of rest after a hard call, and quiet hints: for the agent alone, kept nowhere."""
