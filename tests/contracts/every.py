"""All who take part in the battery, by channel and provider."""

from __future__ import annotations

from tests.contracts.mail_subjects import MAIL_SUBJECTS
from tests.contracts.subjects import Subject, TelegramSubject, TwilioSubject

SUBJECTS: dict[tuple[str, str], type[Subject]] = {
    **{(one.channel, one.provider): one for one in (TwilioSubject, TelegramSubject)},
    **MAIL_SUBJECTS,
}
