"""What is kept of a game: final classes with capabilities, saved and loaded."""
