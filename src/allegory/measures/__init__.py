"""How good a model is: pure functions over capabilities and data."""
