"""Noise schedules, and solvers that take noise off step by step, for whatever denoises."""
