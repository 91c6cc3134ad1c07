"""The words of conversations that belong together: merging, splitting, linking."""

from __future__ import annotations

from django.utils.translation import gettext as _

from helpdesk.web.plurals import Words


def weave() -> Words:
    """Every word that the scripts of this part show."""
    return {**_dialogs(), **_acts(), **_lines()}


def _dialogs() -> Words:
    return {
        "weave.merge": _("Merge…"),
        "weave.link": _("Link…"),
        "weave.merge.title": _("Merge this conversation into another"),
        "weave.merge.hint": _(
            "It is closed and read in the other one's thread from then on. You can undo it."
        ),
        "weave.link.title": _("Link with another conversation"),
        "weave.link.hint": _("Both stay what they are, and each shows the other beside it."),
        "weave.own": _("The customer's own"),
        "weave.found": _("Found"),
        "weave.none": _("No conversation fits. Try a number, a name or a word from it."),
        "weave.first": _("The customer has no other conversation. Search for one."),
        "weave.other": _(
            "This one is with {name}. Each of the two still sees only their own messages."
            " Press Enter again to merge."
        ),
        "weave.whom": _("Who is answered"),
        "weave.notyours": _("In {inbox}, which is not yours: only colleagues there can answer"),
        "weave.shut": _("{name} wrote in {inbox}: only colleagues who work there can answer"),
        "weave.how.merged_into": _("merged into it"),
        "weave.how.follows": _("follows it"),
        "weave.how.followed": _("followed by it"),
        "weave.how.split_from": _("split from it"),
        "weave.how.split_to": _("split off"),
        "weave.how.linked": _("linked"),
    }


def _acts() -> Words:
    return {
        "weave.merged": _("Merged into #{n}."),
        "weave.undo": _("Undo"),
        "weave.unmerged": _("The merge is undone"),
        "weave.split": _("Split off as #{n}."),
        "weave.back": _("Back to the first"),
        "weave.handed": _("It is their conversation now."),
        "weave.handed.back": _("It is again of who sent it."),
        "weave.linked": _("Linked with #{n}."),
        "weave.unlinked": _("No longer linked with #{n}."),
        "weave.unlink": _("Remove the link with #{n}"),
        "weave.into": _("Merged into #{n}: it is read and answered there."),
        "weave.split.title": _("Split from here"),
        "weave.split.all": _("This message and all after it"),
        "weave.split.one": _("Only this message"),
        "message.trace": _("How it came here"),
        "tag.remove": _("Remove the tag {name}"),
    }


def _lines() -> Words:
    return {
        "line.woven.merged.in": _("{actor} merged #{n} into this conversation"),
        "line.woven.merged.out": _("{actor} merged this conversation into #{n}"),
        "line.woven.unmerged.in": _("{actor} took #{n} out of this conversation again"),
        "line.woven.unmerged.out": _("{actor} undid the merge into #{n}"),
        "line.woven.split.from": _("{actor} split this off #{n}"),
        "line.woven.split.to": _("{actor} split messages off into #{n}"),
        "line.requester": _("{actor} made {name} the customer"),
        "line.woven.linked": _("{actor} linked it with #{n}"),
        "line.woven.unlinked": _("{actor} removed the link with #{n}"),
    }
