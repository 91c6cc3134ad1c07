"""The marks of machines, one mail header each; written after the programs that set them."""

from __future__ import annotations

MACHINES = {
    "auto-submitted": "Auto-Submitted: auto-generated",
    "auto-submitted-odd": "Auto-Submitted: AUTO-REPLIED (vacation)",
    "precedence": "Precedence: Bulk",
    "precedence-junk": "Precedence: JUNK",
    "precedence-list": "Precedence: list",
    "precedence-auto": "Precedence: auto_reply",
    "list-id": "List-Id: <news.shop.example>",
    "list-unsubscribe": "List-Unsubscribe: <https://shop.example/u>",
    "suppress-all": "X-Auto-Response-Suppress: All",
    "suppress-oof": "X-Auto-Response-Suppress: DR, OOF, AutoReply",
    "autoreply": "X-Autoreply: yes",
    "autorespond": "X-Autorespond: away",
    "auto-reply-from": "X-Auto-Reply-From: ann@customer.example",
    "autoreply-from": "X-AutoReply-From: ann@customer.example",
    "return-path": "Return-Path: <>",
    "x-loop": "X-Loop: shop",
    "feedback": "Feedback-ID: 1:campaign:bulk:shop",
    "received": "\r\n".join(["Received: from a by b"] * 51),
}
