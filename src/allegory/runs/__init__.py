"""A run from end to end: its folder, its start and resumption, its evaluation, its model."""
