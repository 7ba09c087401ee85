"""Losses and densities: pure functions, each with its paper and equation."""
