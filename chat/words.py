"""What the panel's script says, in the active language; {braces} are filled in the browser."""

from __future__ import annotations

from django.utils.translation import gettext, ngettext


def words() -> dict[str, str]:
    """Each word by the name the script asks for."""
    here = {
        f"here{count}": ngettext("{names} is here.", "{names} are here.", count)
        for count in (1, 2, 3)
    }
    return here | {
        "today": gettext("Today"),
        "yesterday": gettext("Yesterday"),
        "you": gettext("You"),
        "promise": gettext("Usually answers in under 10 seconds"),
        "promiseShort": gettext("Answers in under 10 seconds"),
        "away": gettext("Nobody is here right now. Write to us, your message is kept."),
        "awayShort": gettext("Away now, your message is kept"),
        "kept": gettext("We have your message. A person answers in a moment."),
        "keptAway": gettext("We have your message. The answer will wait for you here."),
        "finished": gettext("This conversation is finished. Write again and it goes on here."),
        "typing": gettext("{name} is typing"),
        "sending": gettext("Sending"),
        "waiting": gettext("Waiting for the connection"),
        "sent": gettext("Sent"),
        "seen": gettext("Seen"),
        "failed": gettext("Not sent. Your text is kept."),
        "retry": gettext("Try again"),
        "remove": gettext("Remove"),
        "removeFile": gettext("Remove {name}"),
        "download": gettext("Download {name}"),
        "uploadFailed": gettext("Not uploaded"),
        "tooBig": gettext("{name} is too big: at most {limit} each."),
        "unread": gettext("new messages"),
        "dismiss": gettext("Dismiss"),
    }
