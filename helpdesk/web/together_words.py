"""The words of working together: papers, colleagues in the same thread, tasks, supervisors."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from helpdesk.web.plurals import SAMPLES, Words


def together() -> Words:
    """Every word of the workspace's scripts that colleagues say to each other."""
    return {**_papers(), **_company(), **_for_me(), **_steering()}


def _papers() -> Words:
    return {
        "thread.whisper": _("Whisper from {name}"),
        "thread.ask": _("{name} asks {whom}"),
        "thread.asking": _("{name} asks"),
        "thread.answer": _("{name} answers"),
        "ask.me": _("you"),
        "ask.someone": _("a colleague"),
        "ask.whom": _("Choose whom you ask."),
        "ask.waiting": _("Waiting for {whom}"),
        "ask.answer": _("Answer it"),
        "ask.label": _("Answer to {name}, not visible to the customer"),
        "whisper.use": _("Use it in the reply"),
        "line.joined": _("{actor} joined the conversation"),
        "line.task.added": _("{actor} noted a promise"),
        "line.task.done": _("{actor} kept a promise"),
    }


def _company() -> Words:
    return {
        "company.here": {
            key: ngettext("{names} is also here", "{names} are also here", n)
            for key, n in SAMPLES.items()
        },
        "company.writing": {
            key: ngettext("{name} is writing a reply…", "{name} and others are writing a reply…", n)
            for key, n in SAMPLES.items()
        },
        "company.answered": _("{name} answered while you were writing. Read it before you send."),
        "parcel.anyway": _("Send anyway"),
    }


def _for_me() -> Words:
    return {
        "forme.title": _("For you"),
        "forme.some": {
            key: ngettext("For you: {n} conversation calls", "For you: {n} conversations call", n)
            for key, n in SAMPLES.items()
        },
        "forme.mentions": _("Asked and mentioned"),
        "forme.tasks": _("Promised and due"),
        "forme.watching": _("You watch"),
        "forme.none": _("Nobody asks for you. What you watch appears here too."),
        "mention.note": _("{name} mentioned you"),
        "mention.ask": _("{name} asks you"),
        "mention.answer": _("{name} answered you"),
        "mention.whisper": _("{name} whispers to you"),
        "mention.open": _("Open it"),
        "task.due": _("Promised and due now: {text}"),
        "watch.on": _("You watch this conversation"),
        "watch.off": _("You no longer watch this conversation"),
        "watch.news": _("{name} wrote in a conversation that you watch"),
        "watch.start": _("Watch this conversation"),
        "watch.stop": _("Stop watching"),
    }


def _steering() -> Words:
    return {
        "steer.silent": _("Look on unseen"),
        "steer.seen": _("Let colleagues see me here"),
        "steer.whisper": _("Whisper to the agent"),
        "steer.whisper.label": _("Only agents see this"),
        "steer.whisper.go": _("Whisper"),
        "steer.join": _("Join the conversation"),
        "steer.joined": _("You joined the conversation"),
        "steer.take": _("Take over"),
        "steer.take.label": _("Why do you take it over?"),
        "steer.take.go": _("Take over"),
    }
