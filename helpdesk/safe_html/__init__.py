"""HTML that strangers wrote: safe to keep (`clean`), fit to be read (`show`), in linear time.

Pure: knows nothing of Django, of channels or of whose mail it is. What is kept is an allow-list's
choice (J1-J7); what is shown is made of that choice once more, with our own elements added after.
"""

from helpdesk.safe_html.cleaning import VERSION, clean
from helpdesk.safe_html.pictures import Remote, remote, stamp
from helpdesk.safe_html.showing import Words, direction, is_uncoloured, show

__all__ = [
    "VERSION",
    "Remote",
    "Words",
    "clean",
    "direction",
    "is_uncoloured",
    "remote",
    "show",
    "stamp",
]
