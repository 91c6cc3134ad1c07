"""Rules B5-B7 and B18-B20: encoded words, addresses and charsets that lie."""

from __future__ import annotations

import codecs

import pytest

from channels_email import parsing
from channels_email.charsets import codec_name, decode
from channels_email.detecting import detect
from channels_email.headers import decode_words
from channels_email.parsing import Letter
from tests.mails.making import message, multipart, part
from tests.mails.odd_parts import PDF, text

LIMIT = 25 * 1024 * 1024


def read(data: bytes) -> Letter:
    return parsing.read(data, max_file=LIMIT)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("=?utf-8?B?xb?= =?utf-8?B?zDs8WCdw?=", "żółw"),
        ("=?UTF-8?Q?=C5?=\r\n =?utf8?q?=BC?=", "ż"),
        ("=?gb2312?B?ww==?= =?gb2312?B?+w==?=", "名"),
        ("=?iso-2022-jp?B?GyRCRnw=?= =?iso-2022-jp?B?S1wbKEI=?=", "日本"),
        ("=?utf-8?q?a?= =?utf-8?q?b?=", "ab"),
        ("=?utf-8?q?a?= =?iso-8859-2?q?=BF?=", "aż"),
        ("x =?utf-8?q?a?= y", "x a y"),
        ("x=?utf-8?q?a?=y", "xay"),
        ('"=?utf-8?q?a?="', '"a"'),
        ("=?utf-8?b?xbw=?= (=?utf-8?b?xbw=?=)", "ż (ż)"),
        ("=?utf-8?b?xbw?=", "ż"),
        ("=?utf-8?b?xb w=?=", "ż"),
        ("=?utf-8?q?really??=", "really?"),
        ("=?utf-8?q?two words?=", "two words"),
        ("=?iso-8859-1?q?caf=E9 é?=", "café é"),
        ("=?1252?q?caf=E9?=", "café"),
        ("=?utf-8*en?q?a?=", "a"),
        ("=?utf-8?x?a?=", "=?utf-8?x?a?="),
        ("=?utf-8?q?=ZZ?=", "=ZZ"),
        ("=?a?q?=?utf-8?q?=C5=BC?=", "=?a?q?ż"),
        ("a =?= b ?= c", "a =?= b ?= c"),
        ("=?utf-8?q?cut=20off", "cut off"),
        ("=?utf-8?b?xbzDs8WC", "żół"),
    ],
)
def test_b5_encoded_words_as_the_wild_writes_them(value: str, words: str) -> None:
    assert read(f"Subject: {value}\r\n\r\nx".encode()).subject == words.strip()


def test_b5_words_never_raise_and_keep_readable_text() -> None:
    for value in ("=?", "=?=?=?=", "=?utf-8?b?====?=", "=?utf-8?q??=", "=?\x00?q?a?=", "?=" * 50):
        decode_words(value).encode()
    assert decode_words("=?utf-8?b?!!!?= plain").strip() == "plain"


@pytest.mark.parametrize(
    ("value", "address", "name"),
    [
        ("=?utf-8?q?victim=40bank.com=3E?= <evil@x.example>", "evil@x.example", "victim@bank.com>"),
        ("=?utf-8?q?a=40b.c=2C_?= <evil@x.example>", "evil@x.example", "a@b.c,"),
        ('"=?utf-8?q?a=22_=3Cv=40bank.com=3E?=" <evil@x.example>', "evil@x.example", None),
        ("a@b.example (Name)", "a@b.example", "Name"),
        ('"\u202eevil\u2066" <a@b.example>', "a@b.example", "evil"),
        ('"a\tb\x07" <a@b.example>', "a@b.example", "a b"),
        ('"' + "n" * 5000 + '" <a@b.example>', "a@b.example", "n" * 200),
        ("Ann (Sales) <a@b.example>", "a@b.example", "Ann (Sales)"),
        ("'Ann' <a@b.example>", "a@b.example", "Ann"),
        ("<a@b.example> Ann", "a@b.example", "Ann"),
        ("Ann a@b.example", "a@b.example", "Ann"),
        ('"a@b.example"', "a@b.example", ""),
        ('"john doe"@b.example', '"john doe"@b.example', ""),
        ("Ann <=?utf-8?q?a=40b.example?=>", "a@b.example", "Ann"),
        ("=?utf-8?q?Ann_=3Ca=40b.example=3E?=", "a@b.example", "Ann"),
        ("a@[192.0.2.1]", "a@[192.0.2.1]", ""),
        ("<<a@b.example>>", "a@b.example", ""),
        ('"Ann B" a@b.example', "a@b.example", "Ann B"),
        ("=?utf-8?q?Example, Ann?= <a@b.example>", "a@b.example", "Example, Ann"),
        ("Ann <a@b.example.>", "a@b.example", "Ann"),
        ("Ann < a@b .example >", "a@b.example", "Ann"),
    ],
)
def test_b6_addresses_are_split_before_words_are_decoded(
    value: str, address: str, name: str | None
) -> None:
    letter = read(f"From: {value}\r\nTo: {value}\r\n\r\nx".encode())
    assert letter.sender is not None
    assert letter.sender.address == address
    assert len(letter.to) == 1
    if name is not None:
        assert letter.sender.name == name


@pytest.mark.parametrize(
    ("charset", "name"),
    [("utf-8", "Zażółć"), ("iso-8859-2", "Zażółć"), ("koi8-r", "Приветы"), ("shift_jis", "日本語")],
)
def test_b7_raw_bytes_in_fields_mean_the_messages_charset(charset: str, name: str) -> None:
    file = part(
        "application/pdf", PDF, "base64", extra='Content-Disposition: attachment; filename="@@.pdf"'
    )
    data = message(
        multipart("mixed", text("hello", charset), file), sender="@@ <a@b.example>", subject="@@"
    )
    letter = read(data.replace(b"@@", name.encode(charset)))
    assert letter.sender is not None
    assert (letter.subject, letter.sender.name) == (name, name)
    assert letter.files[0].name == f"{name}.pdf"


def test_b7_without_a_charset_the_letters_tell_and_at_last_cp1252() -> None:
    russian = "Здравствуйте, где заказ"
    assert read(b"Subject: " + russian.encode("cp1251") + b"\n\nx").subject == russian
    assert read(b"Subject: caf\xe9\n\nx").subject == "café"


@pytest.mark.parametrize(
    ("label", "codec"),
    [
        ("gb2312", "gb18030"),
        ("GBK", "gb18030"),
        ("ks_c_5601-1987", "cp949"),
        ("Shift_JIS", "cp932"),
        ("iso-8859-1", "cp1252"),
        ("ISO_8859-1:1987", "cp1252"),
        ("us-ascii", "utf-8"),
        ("windows-874", "cp874"),
        ("x-mac-cyrillic", "mac-cyrillic"),
        ("utf8", "utf-8"),
        ("cp-850", "cp850"),
        ("charset=utf-8", "utf-8"),
        ('"iso-8859-2"', "iso8859-2"),
        ("iso-8859-8-i", "iso8859-8"),
        ("iso-2022-jp", "iso2022_jp_ext"),
        ("unicode-1-1-utf-7", "utf-7"),
        ("1252", "cp1252"),
        ("win-1251", "cp1251"),
        ("koi8-u", "koi8-u"),
        ("utf-8http-equivContent-Type", "utf-8"),
        ("base64", ""),
        ("zlib", ""),
        ("unicode_escape", ""),
        ("no-such", ""),
        ("\x00", ""),
        ("ż", ""),
    ],
)
def test_b18_labels_of_the_wild(label: str, codec: str) -> None:
    assert codec_name(label) == codec


def test_b18_unknown_labels_do_not_fill_pythons_memory() -> None:
    import encodings

    known = len(encodings._cache)
    for number in range(500):
        decode(b"caf\xe9", f"nobody-{number}")
    assert len(encodings._cache) == known


@pytest.mark.parametrize(
    ("data", "label", "shown"),
    [
        (b"\x1b$B-!\x1b(B", "iso-2022-jp", "①"),
        (b"\x1b$B-!F|K\\\x1b(B ok", "iso-2022-jp", "①日本 ok"),
        (b"\x1b(I1\x1b(B", "iso-2022-jp", "ｱ"),
        ("한국".encode("iso2022_kr"), "iso-2022-kr", "한국"),
        ("髙".encode("cp932"), "shift_jis", "髙"),
        ("똠".encode("cp949"), "euc-kr", "똠"),
        ("镕".encode("gb18030"), "gb2312", "镕"),
        (b"\x93a\x94", "iso-8859-1", "“a”"),
        (b"+AGE- b", "utf-7", "a b"),
        (codecs.BOM_UTF8 + "ż".encode(), "us-ascii", "ż"),
        ("żółw".encode("utf-16"), "utf-16", "żółw"),
        ("żółw".encode("utf-16-be"), "utf-16", "żółw"),
        ("hello".encode("utf-16-le"), "utf-16", "hello"),
        (b"hello", "utf-16", "hello"),
    ],
)
def test_b18_wide_rows_marks_and_escapes(data: bytes, label: str, shown: str) -> None:
    assert decode(data, label) == shown


LETTERS = {
    "cp1251": "Здравствуйте, где мой заказ номер пять?",
    "koi8-r": "Здравствуйте, где мой заказ номер пять?",
    "iso8859-5": "Здравствуйте, где мой заказ номер пять?",
    "cp1255": "שלום, מה שלומך היום? איפה ההזמנה",
    "cp1253": "Καλημέρα, πού είναι η παραγγελία μου;",
    "cp1256": "مرحبا أين طلبي رقم خمسة",
    "cp874": "สวัสดีครับ สินค้าอยู่ที่ไหน",
    "cp1250": "Zażółć gęślą jaźń, proszę o fakturę",
    "iso8859-2": "Zażółć gęślą jaźń, proszę o śniadanie",
    "cp1252": "Grüße aus München, schöne Straße über",
    "cp1254": "Teşekkürler, siparişim nerede? Işık büyük",
    "gb18030": "你好，我的订单在哪里？谢谢您",
    "big5": "您好，我的訂單在哪裡？謝謝您的幫助",
    "cp949": "안녕하세요 주문은 어디에 있나요",
    "cp932": "こんにちは、注文はどこですか",
    "euc_jp": "こんにちは、注文はどこですか",
}


@pytest.mark.parametrize("charset", LETTERS)
def test_b18_letters_tell_an_unlabelled_charset(charset: str) -> None:
    words = LETTERS[charset]
    assert decode(words.encode(charset)) == words
    assert decode(words.encode(charset), "x-unknown") == words


def test_b18_what_nothing_fits_is_cp1252() -> None:
    assert detect(b"plain") == detect(b"\x80\x81\x82\xff") == "cp1252"


@pytest.mark.parametrize(
    ("data", "label", "shown"),
    [
        ("日本".encode("iso-2022-jp"), "utf-8", "日本"),
        ("日本".encode("iso-2022-jp"), "iso-8859-1", "日本"),
        ("Привет".encode(), "windows-1251", "Привет"),
        ("Grüße".encode(), "iso-8859-1", "Grüße"),
        ("Grüße".encode(), "koi8-r", "Grüße"),
        ("你好,我的订单".encode(), "gb2312", "你好,我的订单"),
        ("こんにちは".encode(), "shift_jis", "こんにちは"),
        ("Zażółć gęślą".encode() + b"\xff", "utf-8", "Zażółć gęślą\ufffd"),
        ("Zażółć gęślą".encode()[:-1], "utf-8", "Zażółć gęśl\ufffd"),
        ("联通".encode("gb18030"), "gb2312", "联通"),
        ("Grüße".encode("cp1252"), "utf-8", "Grüße"),
    ],
)
def test_b19_a_label_that_is_provably_wrong_is_overruled(
    data: bytes, label: str, shown: str
) -> None:
    assert decode(data, label) == shown


@pytest.mark.parametrize(
    ("mime", "meta", "coded", "shown"),
    [
        ("iso-8859-2", "windows-1251", "iso-8859-2", "Zażółć"),
        ("", "windows-1250", "windows-1250", "Zażółć"),
        ("x-unknown", "windows-1250", "windows-1250", "Zażółć"),
        ("us-ascii", "windows-1250", "windows-1250", "Zażółć"),
        ("utf-8", "windows-1250", "utf-8", "Zażółć"),
        ("", "windows-1250", "utf-8", "Zażółć"),
    ],
)
def test_b20_mime_label_wins_over_the_meta_tag_unless_wrong(
    mime: str, meta: str, coded: str, shown: str
) -> None:
    page = f'<head><meta http-equiv=Content-Type content="text/html; charset={meta}"></head>{shown}'
    kind = f"text/html; charset={mime}" if mime else "text/html"
    assert read(message(part(kind, page.encode(coded), "8bit"))).text == shown
