"""What the product offers, by noun."""

from helpdesk.api.offers import contacts, conversations, desk


def write_down() -> None:
    """Fill helpdesk.api.product's table."""
    for part in (conversations, contacts, desk):
        part.write_down()
