"""The one exception of this package."""


class StartError(Exception):
    """Something that stops the start; its text is one line for a person, with the remedy."""
