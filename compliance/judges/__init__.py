"""One judge for each way in which a rule can be broken; the monitor asks them all."""
