"""Examples come in: from a folder, an array or a renderer to a packed, split data set."""
