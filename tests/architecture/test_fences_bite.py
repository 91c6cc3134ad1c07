"""A fence that catches nothing protects nothing: each is shown a small violation."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.architecture import fences

VIOLATIONS: tuple[tuple[Callable[[Path], list[str]], str, str], ...] = (
    (fences.too_long, "helpdesk/services/long.py", "x = 1\n" * 401),
    (fences.too_long, "chat/views.py", "def f():\n" + "    x = 1\n" * 60),
    (fences.too_long, "templates/a/page.html", "<p>\n" * 151),
    (fences.too_long, "static/helpdesk/js/main.js", "a();\n" * 201),
    (fences.too_long, "static/css/base.css", "a {}\n" * 301),
    (fences.vague_names, "chat/utils.py", ""),
    (fences.vague_names, "helpdesk/services/handle_mail.py", ""),
    (
        fences.publishing_outside_realtime,
        "helpdesk/services/loud.py",
        "async def f(layer):\n    await layer.group_send('inbox.1', {})\n",
    ),
    (
        fences.unscoped_rows,
        "helpdesk/api/views/all.py",
        "def rows():\n    return Conversation.objects.all()\n",
    ),
    (
        fences.unscoped_rows,
        "helpdesk/web/consumers.py",
        "def rows():\n    return Message._default_manager.all()\n",
    ),
    (fences.channels_in_the_core, "helpdesk/events.py", "from channels_sms import segments\n"),
    (fences.channels_in_the_core, "helpdesk/inbound.py", "import chat.sessions\n"),
    (
        fences.channels_in_the_core,
        "helpdesk/outbox.py",
        "def f(inbox):\n    return inbox.channel == 'sms'\n",
    ),
    (fences.other_http_clients, "channels_sms/adapter.py", "import requests\n"),
    (fences.other_http_clients, "helpdesk/files.py", "from urllib import request\n"),
    (
        fences.services_without_transaction,
        "helpdesk/services/tags.py",
        "def tag(conversation, name):\n    conversation.save()\n",
    ),
    (
        fences.nameless_after_commit,
        "helpdesk/services/tags.py",
        "transaction.on_commit(partial(go, 1), robust=True)\n",
    ),
    (fences.unsafe_markup, "templates/a/b.html", "<script>alert(1)</script>"),
    (fences.unsafe_markup, "templates/a/b.html", '<p style="color: red">'),
    (fences.unsafe_markup, "templates/a/b.html", '<p onclick="go()">'),
    (fences.unsafe_markup, "templates/a/b.html", "{{ body|safe }}"),
    (fences.unsafe_markup, "static/chat/js/line.js", "line.innerHTML = text;"),
    (fences.unsafe_markup, "static/chat/js/line.js", "frame.srcdoc = text;"),
    (
        fences.unsafe_markup,
        "helpdesk/web/views/a.py",
        "from django.utils.safestring import mark_safe\nx = mark_safe('<b>')\n",
    ),
    (
        fences.unreadable_migrations,
        "chat/migrations/0002_auto_20260101_0000.py",
        "class Migration:\n    dependencies = [('chat', '0001_initial')]\n",
    ),
    (
        fences.unreadable_migrations,
        "chat/migrations/0002_more.py",
        "class Migration:\n    dependencies = [('chat', '0001_initial')]\n"
        "    operations = [migrations.RunPython(fill)]\n",
    ),
)


@pytest.mark.parametrize(
    ("fence", "path", "text"),
    VIOLATIONS,
    ids=[f"{fence.__name__}-{number}" for number, (fence, _, _) in enumerate(VIOLATIONS)],
)
def test_violation_is_caught(
    tmp_path: Path, fence: Callable[[Path], list[str]], path: str, text: str
) -> None:
    first = tmp_path / "chat/migrations/0001_initial.py"
    first.parent.mkdir(parents=True)
    first.write_text("class Migration:\n    dependencies = []\n")
    assert not fence(tmp_path), "the fence must not bark at nothing"
    target = tmp_path / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text)
    found = fence(tmp_path)
    assert any(path.rpartition("/")[0] in line for line in found), found


def test_branched_migrations_are_caught(tmp_path: Path) -> None:
    folder = tmp_path / "chat/migrations"
    folder.mkdir(parents=True)
    (folder / "0001_initial.py").write_text("class Migration:\n    dependencies = []\n")
    for name in ("0002_left", "0002_right"):
        text = "class Migration:\n    dependencies = [('chat', '0001_initial')]\n"
        (folder / f"{name}.py").write_text(text)
    assert fences.unreadable_migrations(tmp_path) == ["chat/migrations: not one line: 0001_initial"]


def test_harmless_markup_passes(tmp_path: Path) -> None:
    page = tmp_path / "templates/page.html"
    page.parent.mkdir()
    page.write_text(
        '<script type="module" src="/a.js"></script><p class="safe">{{ safe_name }}</p>'
        '<script type="application/json">{}</script>'
    )
    assert not fences.unsafe_markup(tmp_path)
