"""Deadlines that ran, and the reports written for them."""
