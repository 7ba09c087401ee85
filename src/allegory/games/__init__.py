"""How each system is trained, one system a file."""
