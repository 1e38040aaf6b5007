"""Measurements to be run by hand or by `make bench`; what they stand on is tested in tests/benchmarks."""
