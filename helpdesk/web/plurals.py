"""What every dict of words for the scripts is made of.

A plural is a dict by plural category; scripts choose with Intl.PluralRules. Each category is
translated for a number that belongs to it in every language we speak:
`{key: ngettext("{n} chat", "{n} chats", n) for key, n in SAMPLES.items()}`.
"""

from __future__ import annotations

Words = dict[str, str | dict[str, str]]
SAMPLES = {"one": 1, "two": 2, "few": 3, "many": 5, "other": 5}
