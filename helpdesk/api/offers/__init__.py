"""What the product offers, by noun."""

from helpdesk.api.offers import contacts, conversations, desk, weaving, work


def write_down() -> None:
    """Fill helpdesk.api.product's table."""
    for part in (conversations, work, weaving, contacts, desk):
        part.write_down()
