"""What an adapter raises: a send that did not succeed, a call or a payload that is refused.

Known to everybody as names of helpdesk.adapters.
"""

from __future__ import annotations


class SendError(Exception):
    """A send that did not succeed; `code` is the provider's, the text is for the agent.

    done: the addresses that have the message all the same; a later attempt leaves them out.
    bad: addresses that take no mail at all, so that nothing more is sent there.
    """

    done: tuple[str, ...] = ()
    bad: tuple[str, ...] = ()

    def __init__(self, text: str, code: str = "") -> None:
        super().__init__(text)
        self.text = text
        self.code = code


class PermanentError(SendError):
    """Repeating cannot help: the delivery fails now and the agent is told."""


class OptedOutError(PermanentError):
    """The provider knows that they want nothing more from our address; so do we now."""


class TransientError(SendError):
    """Nothing was sent; try again, not before `retry_after` seconds if given."""

    def __init__(self, text: str, code: str = "", retry_after: float | None = None) -> None:
        super().__init__(text, code)
        self.retry_after = retry_after


class AmbiguousError(SendError):
    """The connection was cut after bytes left: the provider may or may not have it."""


class ChannelBrokenError(SendError):
    """Credentials or account refused: the inbox is marked broken, its queue held, not lost."""


class RefusedError(Exception):
    """A webhook that is not who it says it is: 403, nothing stored.

    challenge: 401 instead, since this caller tells its password only when it is asked for it.
    """

    def __init__(self, text: str, *, challenge: bool = False) -> None:
        super().__init__(text)
        self.challenge = challenge


class UnreadableError(Exception):
    """A payload that can never be parsed: quarantined at once instead of after retries."""


class WaitError(Exception):
    """A payload that is only a part: read again in `seconds`; that is no failure."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"{seconds:.0f} s")
        self.seconds = seconds
