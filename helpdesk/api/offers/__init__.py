"""What the product offers, by noun."""

from helpdesk.api.offers import contacts, conversations, desk, weaving


def write_down() -> None:
    """Fill helpdesk.api.product's table."""
    for part in (conversations, weaving, contacts, desk):
        part.write_down()
