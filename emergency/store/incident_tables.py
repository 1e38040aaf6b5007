"""How incidents hang together."""
