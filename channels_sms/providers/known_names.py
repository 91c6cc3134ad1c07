"""The fields that each gateway is known to send; others are counted (helpdesk.drift).

A sharp in a name stands for its number. Source: the gateways' own references.
"""

from __future__ import annotations


def _of(names: str) -> frozenset[str]:
    return frozenset(names.split())


TWILIO = _of(
    "MessageSid SmsSid SmsMessageSid AccountSid MessagingServiceSid From To Body NumMedia "
    "MediaUrl# MediaContentType# NumSegments FromCity FromState FromZip FromCountry ToCity "
    "ToState ToZip ToCountry ProfileName WaId OptOutType ApiVersion SmsStatus MessageStatus "
    "ErrorCode ErrorMessage RawDlrDoneDate ButtonText ButtonPayload MessageType Forwarded "
    "FrequentlyForwarded Latitude Longitude Address Label OriginalRepliedMessageSender "
    "OriginalRepliedMessageSid ReferralBody ReferralHeadline ReferralSourceId "
    "ReferralSourceType ReferralSourceUrl ReferralMediaId ReferralMediaContentType "
    "ReferralMediaUrl ReferralNumMedia ReferralCtwaClid ChannelMetadata StructuredMessage "
    "ChannelPrefix ChannelInstallSid ChannelToAddress ChannelStatusCode ChannelStatusMessage "
    "EventType delivery AddOns"
)
VONAGE = _of(
    "type to msisdn messageId message-timestamp timestamp nonce text keyword concat "
    "concat-ref concat-total concat-part data udh api-key sig status scts price err-code "
    "client-ref network-code"
)
