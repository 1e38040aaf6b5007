"""Where things are: region sets, the place of each claim, and how a set is built and installed."""
