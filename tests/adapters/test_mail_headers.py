"""Headers of any quality are read as far as they can be."""

from datetime import UTC, datetime

import pytest

from bot.adapters.mail_charsets import clean, decode
from bot.adapters.mail_headers import (
    date_of,
    decode_words,
    file_name_of,
    ids_of,
    message_id_of,
    parameters_of,
    thread_ids_of,
)
from bot.adapters.mail_html import html_to_text


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("plain", "plain"),
        ("=?utf-8?Q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        ("=?windows-1252?B?SvxyZ2Vu?=", "Jürgen"),
        ("=?utf-8?b?R3LDvA==?= =?utf-8?b?w58=?= aus", "Grüß aus"),
        ("=?utf-8?b?R3LD?= =?utf-8?b?vMOf?=", "Grüß"),
        ("=?utf-8?q?a_b?= c =?iso-8859-1?q?=FC?=", "a b c ü"),
        ("=?utf-8*de?q?=C3=BC?=", "ü"),
        ("=?utf-8?q?with spaces?=", "with spaces"),
        ("=?no-such-charset?q?=C3=BC?=", "ü"),
        ("=?utf-8?q?=FC?=", "ü"),
        ("=?utf-8?b?R3L?=", "Gr"),
        ("=?utf-8?b?!!!?=", ""),
        ("=?utf-8?x?abc?=", "=?utf-8?x?abc?="),
        ("=?utf-8?q?broken", "=?utf-8?q?broken"),
        ("=?utf-8?q?a=00b=0D=0ABcc:_x?=", "ab Bcc: x"),
        ("=?utf-7?q?+2AA-?=", "\ufffd"),
        ("=?idna?q?xn--mnchen-3ya?=", "xn--mnchen-3ya"),
        ("=?=?=?=", "=?=?=?="),
    ],
)
def test_encoded_words_are_read_and_broken_ones_stay(raw: str, expected: str) -> None:
    assert decode_words(raw) == expected


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ('attachment; filename="RIS final.xlsx"', "RIS final.xlsx"),
        ("attachment; filename=RIS.xlsx; size=3", "RIS.xlsx"),
        ("attachment; filename*=UTF-8''Gr%C3%BCn.xlsx", "Grün.xlsx"),
        ("attachment; filename*0*=iso-8859-1''Gr%FC; filename*1=\"n.xlsx\"", "Grün.xlsx"),
        ('attachment; filename*1="b.xlsx"; filename*0="a"', "ab.xlsx"),
        ('attachment; filename="=?utf-8?Q?Gr=C3=BCn.xlsx?="', "Grün.xlsx"),
        ('attachment; filename="a\\"b;c.xlsx"', 'a"b;c.xlsx'),
        ("attachment; filename*=no-such''a%ZZ.xlsx", "a%ZZ.xlsx"),
        ("attachment; filename*=%C3%BC.xlsx", "ü.xlsx"),
        ('attachment; filename="never closed.xlsx', "never closed.xlsx"),
        ("attachment; filename*x*=a; filename**=b", ""),
        ("attachment; filename", ""),
    ],
)
def test_parameters_are_read_in_every_spelling(value: str, name: str) -> None:
    assert parameters_of(value).get("filename", "") == name


@pytest.mark.parametrize(
    ("claimed", "name"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\dana\\RIS.xlsx", "RIS.xlsx"),
        ("RIS\u202exslx.exe", "RISxslx.exe"),
        ("a\x00b\r\nc.xlsx", "ab c.xlsx"),
        ("..hidden", "hidden"),
        ("..", ""),
        ("a" * 300 + ".xlsx", "a" * 145 + ".xlsx"),
        ("Kopie von RIS final v2 (003).xls", "Kopie von RIS final v2 (003).xls"),
    ],
)
def test_a_file_name_is_a_name_and_no_path(claimed: str, name: str) -> None:
    assert file_name_of(claimed) == name


def test_ids_are_found_folded_bare_and_in_order() -> None:
    assert ids_of("<a@b.example>\t<c\r\n d@e.example> junk") == ("<a@b.example>", "<cd@e.example>")
    assert ids_of("a@b.example") == ("<a@b.example>",)
    assert thread_ids_of("<3@x>", "<1@x> <2@x> <3@x>") == ("<3@x>", "<2@x>", "<1@x>")


@pytest.mark.parametrize(
    ("value", "expected"),
    [("<a@b>", "<a@b>"), (" a@b ", "<a@b>"), ("", ""), ("<>", ""), ("[x]", "<[x]>"), ("<a b@c>", "<ab@c>")],
)
def test_a_message_id_always_has_its_brackets(value: str, expected: str) -> None:
    assert message_id_of(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Mon, 02 Sep 2024 08:30:00 +0200", datetime(2024, 9, 2, 6, 30, tzinfo=UTC)),
        ("2 Sep 2024 08:30:00 -0000", datetime(2024, 9, 2, 8, 30, tzinfo=UTC)),
        ("yesterday", None),
        ("", None),
        ("Mon, 99 Sep 2024 08:30:00 +0200", None),
        ("31 Dec 9999 23:59:59 -2359", None),
        ("Mon, 02 Sep 2024 08:30:00 +999999", None),
    ],
)
def test_a_date_is_an_instant_or_nothing(value: str, expected: datetime | None) -> None:
    assert date_of(value) == expected


@pytest.mark.parametrize(
    ("content", "charset", "text"),
    [
        ("Grün".encode("cp1252"), "iso-8859-1", "Grün"),
        ("„Grün“".encode("cp1252"), "iso-8859-1", "„Grün“"),
        ("Grün".encode(), "us-ascii", "Grün"),
        ("Grün".encode("cp1252"), "utf-8", "Grün"),
        ("Grün".encode("utf-16"), "utf-8", "Grün"),
        ("\ufeffGrün".encode(), "", "Grün"),
        (b"abc", "punycode", "abc"),
        (b"\\x41", "unicode_escape", "\\x41"),
        (b"abc", "zip", "abc"),
        (b"abc", "a" * 5000, "abc"),
        (b"abc", "utf\x00-8", "abc"),
        (b"a\x81\x00b", "x-unknown", "a\ufffdb"),
    ],
)
def test_bytes_become_text_whatever_they_claim(content: bytes, charset: str, text: str) -> None:
    assert decode(content, charset) == text


def test_no_lone_surrogate_nul_or_direction_mark_gets_through() -> None:
    assert clean("a\udcfcb\x00c\u202ed\ud83d\ude00\r\ne\tf") == "a\ufffdbcd\N{GRINNING FACE}\ne\tf"


def test_html_reads_as_people_see_it() -> None:
    html = (
        "<html><head><title>x</title><style>p{}</style></head><body><div style='display:none'>preview</div>"
        "<!--[if mso]>hidden<![endif]--><p>Hello&nbsp;there,<br>one &amp; two</p>"
        "<ul><li>a</li><li><p>b</p></li></ul>"
        "<table><tr><td><p>Name</p></td><td><p>Dana</p></td></tr><tr><td>Seats</td><td>5</td></tr></table>"
        "<blockquote>old<blockquote>older</blockquote></blockquote>end<script>alert(1)</script></body></html>"
    )

    assert html_to_text(html) == (
        "Hello there,\none & two\n\n- a\n- b\n\nName\tDana\nSeats\t5\n\n> old\n>\n>> older\n\nend"
    )


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ('<p class="hidden">shown</p><p hidden>not</p><p style="DISPLAY : none">not</p>', "shown"),
        ("a &lt;b&gt; c < d & e > f", "a <b> c < d & e > f"),
        ("<p>a<style>b{}</style>c", "ac"),
        ("<pre>a\n  b</pre>c", "a\nb\n\nc"),
        ('<img src="data:image/png;base64,' + "A" * 50_000 + '">x', "x"),
        ("<head><title>never closed<body>seen", ""),
        ("<head>not<body>seen", "seen"),
        ("a<o:p></o:p>b<br/>c<hr>d", "ab\nc\nd"),
        ("<div>a</div><br><div>b</div>", "a\n\nb"),
        ("&#xd800;&#0;&#99999999999;x", "\ufffd\ufffd\ufffdx"),
    ],
)
def test_html_s_corners(html: str, text: str) -> None:
    assert html_to_text(html) == text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<ol><li>Hamburg</li><li><p>Germany</p></li></ol>", "1. Hamburg\n2. Germany"),
        ("<ol><li>Hamburg<li>Germany</ol>", "1. Hamburg\n2. Germany"),
        ('<ol start="3"><li>a<li value=7>b<li>c</ol>', "3. a\n7. b\n8. c"),
        ("<ol><li>a</ol><p>and</p><ol start=2><li>b</ol>", "1. a\n\nand\n\n2. b"),
        ("<ol><li>a<ul><li>x</ul><li>b</ol>", "1. a\n\n- x\n\n2. b"),
        ("<ol><li>a<ol><li>x<li>y</ol></li><li>b</ol>", "1. a\n\n1. x\n2. y\n2. b"),
        ("<ol><li>a<li hidden>not</li><li style='display:none'>not</li><li>b</ol>", "1. a\n2. b"),
        ("<ol style='display:none'><li>not</ol><ul><li>a</ul>", "- a"),
        ("<blockquote><ol><li>City?</ol></blockquote><ol><li>Hamburg</ol>", "> 1. City?\n\n1. Hamburg"),
        ("<ol start=99999999999><li>a</ol>", "1. a"),
        ("<ol><li>a</ul><li>b</ol></ol><li>c", "1. a\n\n2. b\n\n- c"),
        ("<head><ol><body><li>a", "- a"),
    ],
)
def test_numbered_items_keep_their_numbers(html: str, text: str) -> None:
    assert html_to_text(html) == text
