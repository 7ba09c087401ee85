"""Plots, films and the page that shows a run."""
