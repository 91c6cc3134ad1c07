"""The visitor's files stay small, whole and free of what a strict page forbids."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

from chat import assets

KB = 1024
LOADER_LIMIT = 3 * KB + 100
PANEL_LIMIT = 16 * KB


def test_loader_is_about_three_kilobytes() -> None:
    assert len(assets.assets()["widget.js"].gzipped) <= LOADER_LIMIT


def test_panel_script_and_style_leave_room_for_the_page() -> None:
    files = assets.assets()
    assert len(files["panel.js"].gzipped) + len(files["panel.css"].gzipped) <= PANEL_LIMIT


def test_a_gzipped_file_is_the_file() -> None:
    for file in assets.assets().values():
        assert gzip.decompress(file.gzipped) == file.body


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
