"""Benchmarks of the pipeline, and fits of the constants in the models; `make bench` runs `python -m benchmarks`."""
