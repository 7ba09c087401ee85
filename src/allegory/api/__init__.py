"""The library in a line each."""
