"""Allegory: deep generative modelling of a person's own data."""
