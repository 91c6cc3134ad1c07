"""One module for each gateway."""
