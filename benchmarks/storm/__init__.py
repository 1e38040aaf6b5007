"""A typhoon that never was: its world, the ways to dispatch in it, and the days that follow."""
