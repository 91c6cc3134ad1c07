"""What the panel's script says, in the active language; {braces} are filled in the browser."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext, ngettext, pgettext


def words() -> dict[str, str]:
    """What the first screens say, each by the name the script asks for."""
    here = {
        f"here{count}": ngettext("{names} is here.", "{names} are here.", count)
        for count in (1, 2, 3)
    }
    return here | {
        "today": gettext("Today"),
        "yesterday": gettext("Yesterday"),
        "you": pgettext("visitor", "You"),
        "online": gettext("Usually answers in under 10 seconds"),
        "busy": gettext("Everyone is in a chat now. You get a place in line."),
        "full": gettext("Many people are waiting now. You may leave a message."),
        "away": gettext("Nobody is here right now. Write to us, your message is kept."),
        "closed": gettext("Closed now"),
        "opens": gettext("Closed. Opens {when}"),
        "until": gettext("Open until {time}."),
        "person": gettext("A person, answers right away"),
        "ended": gettext("This chat is finished"),
        "kept": gettext("We have your message. A person answers in a moment."),
        "keptAway": gettext("We have your message. The answer will wait for you here."),
        "reads": gettext("{name} is here and reads your message."),
        "typing": pgettext("visitor", "{name} is typing"),
        "sending": pgettext("visitor", "Sending"),
        "waiting": gettext("Waiting for the connection"),
        "sent": gettext("Sent"),
        "seen": gettext("Seen"),
        "failed": gettext("Not sent. Your text is kept."),
        "retry": pgettext("visitor", "Try again"),
        "remove": gettext("Remove"),
        "download": gettext("Download {name}"),
        "unread": gettext("new messages"),
        "dismiss": gettext("Dismiss"),
        "offline": gettext("This needs the connection. Nothing is lost, try again in a moment."),
    }


def _more() -> dict[str, str]:
    """All that is not the first word."""
    return _line() | _forms() | _menu() | _end() | _refused()


def _line() -> dict[str, str]:
    """The place in line, questions while waiting, the way out by e-mail."""
    return {
        "next": gettext("You are next"),
        "place": gettext("Your place in line: {place}"),
        "soon": gettext("A person answers in a moment"),
        "usually": gettext("Usually {range}"),
        "about": gettext("About {range}"),
        "longest": gettext("The last waits were up to about {time}"),
        "urgent": gettext("An urgent request went ahead of you."),
        "keeps": gettext("Your place is kept if you close this."),
        "meanwhile": gettext("Meanwhile: {question}"),
        "count": gettext("{number} of {total}"),
        "skip": gettext("Skip"),
        "before": gettext("The team sees it before they answer."),
        "noted": gettext("Thank you. The team sees your answers."),
        "save": gettext("Save"),
        "leave": gettext("Leave now, answer me by e-mail"),
        "leaveHelp": gettext("You can close this. We answer to your address."),
        "left": gettext("We answer by e-mail. You can close this."),
    }


def _forms() -> dict[str, str]:
    """A message when nobody is here, and the questions before the first text."""
    return {
        "email": gettext("Your e-mail address"),
        "name": gettext("Your name"),
        "optional": gettext("optional"),
        "message": gettext("Your message"),
        "consent": gettext("Use my address to answer this message. Nothing else."),
        "needed": gettext("Please fill this in"),
        "badEmail": gettext("The address needs a form such as name@example.com"),
        "needConsent": gettext("Without your consent we cannot answer by e-mail"),
        "form": gettext("Leave a message"),
        "formOpens": gettext("We are here again {when} in your time, and answer by e-mail."),
        "formAway": gettext("Nobody is here right now. We answer by e-mail."),
        "formBusy": gettext("We answer by e-mail, so that you need not wait."),
        "send": gettext("Send message"),
        "instead": gettext("Chat here instead"),
        "thanks": gettext("Thank you, we have your message"),
        "thanksText": gettext("The answer comes to {email}."),
        "formFailed": gettext("Not sent yet. Your text is kept here, please try again."),
        "hours": gettext("Opening hours"),
        "zone": gettext("In your time zone, {zone}"),
        "shut": gettext("Closed all day"),
        "ask": gettext("Before we start"),
        "askText": gettext("So that the right person answers."),
        "start": gettext("Start the chat"),
    }


def _menu() -> dict[str, str]:
    """The menu and what it does."""
    return {
        "menu": gettext("Menu"),
        "end": gettext("End chat"),
        "endSure": gettext("End this chat?"),
        "endHelp": gettext("You can write again any time."),
        "goOn": gettext("Keep talking"),
        "transcript": gettext("Send me the transcript"),
        "sound": gettext("Sound"),
        "quiet": gettext("No invitations"),
        "popOut": gettext("Open in a window"),
        "noWindow": gettext("Your browser did not open the window. Please allow it."),
    }


def _end() -> dict[str, str]:
    """Rating, thanks, transcript."""
    return {
        "how": gettext("How did {name} do?"),
        "howWe": gettext("How did we do?"),
        "score1": gettext("1 of 5, very bad"),
        "score2": gettext("2 of 5, bad"),
        "score3": gettext("3 of 5, fair"),
        "score4": gettext("4 of 5, good"),
        "score5": gettext("5 of 5, very good"),
        "choose": gettext("Choose 1 to 5 stars"),
        "solved": gettext("Is it solved?"),
        "yes": gettext("Yes"),
        "no": gettext("No"),
        "add": gettext("Anything to add?"),
        "rate": gettext("Send rating"),
        "rateThis": gettext("Rate this chat"),
        "rated": gettext("Thank you for your rating"),
        "endedAt": gettext("Chat ended {time}"),
        "bye": gettext("Thank you for the chat"),
        "newChat": gettext("New chat"),
        "goesOn": gettext("This conversation is finished. Write again and it goes on here."),
        "mailed": gettext("The transcript is on its way to {email}."),
        "cancel": gettext("Cancel"),
        "replies": gettext("Quick replies"),
    }


def _refused() -> dict[str, str]:
    """What was refused and why, by the server's code."""
    return {
        "no_too_long": gettext("This text is too long. Shorten it, please."),
        "no_slow_down": gettext("That was a lot at once. It goes out in a moment."),
        "no_refused": gettext("This was not accepted. Your text is kept."),
        "no_banned": gettext("We cannot take messages from you here."),
        "no_offline": gettext("This needs the connection. Nothing is lost, try again in a moment."),
        "no_email": gettext("The address needs a form such as name@example.com"),
        "no_consent": gettext("Without your consent we cannot answer by e-mail"),
        "no_empty": gettext("Please fill this in"),
        "no_choice": gettext("Please choose one of the answers"),
        "no_too_soon": gettext("It was sent within the last hour. Please look in your mailbox."),
        "no_no_email": gettext("E-mail is not available here right now."),
        "no_too_late": gettext("This chat can no longer be rated."),
    }


def _tools() -> dict[str, str]:
    """Files, emoji, and the picture of a screen."""
    return {
        "uploadFailed": gettext("Not uploaded"),
        "badFile": gettext("Files of this kind are not accepted"),
        "removeFile": pgettext("visitor", "Remove {name}"),
        "tooBig": gettext("{name} is too big: at most {limit} each."),
        "tooMany": gettext("At most {limit} files in one message."),
        "emoji": gettext("Emoji"),
        "fromFiles": gettext("Choose a file"),
        "photo": gettext("Take a photo"),
        "shot": gettext("Picture of the screen"),
        "shotName": gettext("screenshot"),
        "noShot": gettext("No picture was taken."),
        "crop": gettext("What should we see?"),
        "cropHelp": gettext("Drag over the picture, or move its edges below."),
        "left_": gettext("Left edge"),
        "right_": gettext("Right edge"),
        "top_": gettext("Top edge"),
        "bottom_": gettext("Bottom edge"),
        "use": gettext("Attach this picture"),
        "cancel": gettext("Cancel"),
    }


PARTS: dict[str, Callable[[], dict[str, str]]] = {"more": _more, "tools": _tools}
