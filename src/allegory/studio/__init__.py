"""The studio: a local web application over the same runs and tools as the command line."""
