"""Posts and who holds them, call-outs, shifts, roll calls."""
