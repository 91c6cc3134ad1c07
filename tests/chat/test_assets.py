"""The visitor's files stay small, whole and free of what a strict page forbids."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import brotli
import pytest
from django.test import Client

from chat import assets, compression
from helpdesk.models import Inbox

KB = 1024
LOADER_LIMIT = 3 * KB
PANEL_LIMIT = 20 * KB
PAGE_LIMIT = 5 * KB
BROWSER = {"Accept-Encoding": "gzip, deflate, br, zstd"}


def test_loader_is_at_most_three_kilobytes() -> None:
    assert len(compression.smallest(assets.assets()["widget.js"].body, "br")) <= LOADER_LIMIT


def test_the_pages_script_is_small_too() -> None:
    assert len(compression.smallest(assets.assets()["page.js"].body, "br")) <= PAGE_LIMIT


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "he", "ru"])
def test_panel_is_ready_with_three_requests_and_twenty_kilobytes(
    client: Client, language: str
) -> None:
    """All that the panel waits for, as a browser gets it: page, style and script."""
    Inbox.objects.create(name="Shop", channel="chat", key="shop-key")
    answer = client.get(f"/chat/shop-key/?language={language}", headers=BROWSER)
    page = brotli.decompress(answer.content).decode()
    head = page.split("</head>")[0]
    files = re.findall(r'(?:src|href)="(/[^"]+)"', head)
    assert len(files) == 2
    assert not re.search(r'(?:src|href)="(?!#|data:)', page.split("</head>")[1])
    sizes = [len(answer.content)]
    for path in files:
        file = client.get(path, headers=BROWSER)
        assert file["Content-Encoding"] == "br"
        sizes.append(len(file.content))
    assert sum(sizes) <= PANEL_LIMIT, sizes


@pytest.mark.parametrize("name", ["widget.js", "panel.js", "panel.css", "page.js", "site.css"])
def test_a_compressed_file_is_the_file(name: str) -> None:
    body = assets.assets()[name].body
    assert brotli.decompress(compression.smallest(body, "br")) == body
    assert gzip.decompress(compression.smallest(body, "gzip")) == body
    assert compression.smallest(body, "") == body


@pytest.mark.parametrize(
    ("accept", "encoding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip;q=1.0, br;q=0", "gzip"),
        ("GZIP", "gzip"),
        ("identity", ""),
        ("br;q=0.000, gzip; q=0", ""),
        ("", ""),
    ],
)
def test_the_best_encoding_the_browser_takes(client: Client, accept: str, encoding: str) -> None:
    answer = client.get("/widget.js", headers={"Accept-Encoding": accept} if accept else {})
    assert answer.get("Content-Encoding", "") == encoding
    assert "Accept-Encoding" in answer["Vary"]


def test_joined_script_is_one_whole() -> None:
    script = assets.assets()["panel.js"].body.decode()
    assert not re.search(r"^(?:import|export)\b", script, re.MULTILINE)
    assert script.count("const $main = (") == 1
    assert script.index("const $kit = (") < script.index("const $main = (")


def test_lean_drops_comments_and_indentation_only() -> None:
    source = "/* about\n   it */\nconst a = 1; /* why */\n\n  call(a);\n"
    assert assets.lean(source) == "const a = 1;\ncall(a);\n"


def _write(folder: Path, **modules: str) -> Path:
    for name, source in modules.items():
        (folder / f"{name}.js").write_text(source, encoding="utf-8")
    return folder


def test_modules_keep_their_own_names(tmp_path: Path) -> None:
    folder = _write(
        tmp_path,
        one="const secret = 1;\nexport function first() { return secret; }\n",
        main='import { first as begin } from "./one.js";\nconst secret = 2;\nbegin(secret);\n',
    )
    joined = assets.joined(folder, "main")
    assert "return { first };" in joined
    assert "const { first: begin } = $one;" in joined
    assert joined.index("$one = (") < joined.index("$main = (")


def test_circles_are_refused(tmp_path: Path) -> None:
    folder = _write(
        tmp_path,
        main='import { b } from "./other.js";\n',
        other='import { a } from "./main.js";\n',
    )
    with pytest.raises(ValueError, match="circular import: main -> other -> main"):
        assets.joined(folder, "main")


@pytest.mark.parametrize(
    "line",
    [
        'import everything from "./one.js";',
        'import { a } from "https://elsewhere.example/a.js";',
        "export default 1;",
        "export let a = 1;",
    ],
)
def test_what_the_joiner_does_not_know_is_refused(tmp_path: Path, line: str) -> None:
    with pytest.raises(ValueError, match="not in our dialect"):
        assets.joined(_write(tmp_path, main=f"{line}\n"), "main")
