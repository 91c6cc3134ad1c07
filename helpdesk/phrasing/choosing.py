"""Which variant of a template fits a conversation, and what is odd about it (domain 8)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

NEUTRAL = "neutral"
OTHER_REGISTER, OTHER_LANGUAGE = "register", "language"


class Form(NamedTuple):
    """What the choice looks at in a variant; "" is any language or any channel."""

    language: str
    register: str = NEUTRAL
    channel: str = ""


@dataclass(frozen=True)
class Wanted:
    """What the conversation asks for; `default` is the language of its inbox."""

    language: str
    register: str = NEUTRAL
    channel: str = ""
    default: str = "en"


@dataclass(frozen=True)
class Choice:
    """Which form, by its place, and what is not as wanted: "register" or "language"."""

    at: int
    warning: str = ""

    @property
    def may_go_alone(self) -> bool:
        """Whether it may be sent without a person's look: never in a foreign language."""
        return self.warning != OTHER_LANGUAGE


def choose(forms: Sequence[Form], wanted: Wanted) -> Choice | None:
    """The best of a template's forms, or None if none is in a language that will do.

    Exact, then the neutral one of the language, then its other register with a warning, then the
    same of the base language (pt-BR: pt), then a text for any language, then the default language
    with a warning. Among equals the channel's own form, then the one for any channel.
    """
    for language in _languages(wanted):
        found = _of(forms, language, wanted)
        if found:
            return found
    spare = _of(forms, wanted.default, wanted) or _of(forms, base(wanted.default), wanted)
    return Choice(spare.at, OTHER_LANGUAGE) if spare else None


def base(language: str) -> str:
    """The language without its region: pt for pt-BR."""
    return language.partition("-")[0]


def _languages(wanted: Wanted) -> Iterator[str]:
    if wanted.language:
        yield wanted.language
        yield base(wanted.language)
    yield ""


def _of(forms: Sequence[Form], language: str, wanted: Wanted) -> Choice | None:
    here = [at for at, one in enumerate(forms) if one.language == language]

    def rank(at: int) -> tuple[int, str, str]:
        _language, form, channel = forms[at]
        order = 0 if channel == wanted.channel else 2 if channel else 1
        return order, channel, form

    for register in (wanted.register, NEUTRAL):
        same = [at for at in here if forms[at].register == register]
        if same:
            return Choice(min(same, key=rank))
    return Choice(min(here, key=rank), OTHER_REGISTER) if here else None


def register(own: str, rules: Mapping[str, str], language: str) -> str:
    """How to address a customer (R42): as they wish, else as the inbox does in the language.

    own: the customer's own, or "". rules: the inbox's register by language, "" for all others.
    """
    for found in (own, rules.get(language), rules.get(base(language)), rules.get("")):
        if found:
            return found
    return NEUTRAL
