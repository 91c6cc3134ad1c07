from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.portions import BLANKS, portions

ROOT = Path(__file__).parents[2]
VECTORS = json.loads((Path(__file__).parent / "portions.json").read_text())
SIGNS = "ab. \n!?żé😀👍🏽\u200d\u0301。של"
MADE = [
    (SIGNS[i % 7 :] * (i % 5 + 1) + SIGNS[: i % 11], i % 13 + 1, (i % 3) * 17) for i in range(80)
]


@pytest.mark.parametrize(("piece", "times", "chars", "size", "cut"), VECTORS)
def test_cut_where_a_reader_pauses(
    piece: str, times: int, chars: int, size: int, cut: list[str]
) -> None:
    assert portions(piece * times, chars, size) == cut


def test_the_composer_cuts_at_the_same_places() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("there is no node")
    script = """
        import { readFile } from "node:fs/promises";
        const file = await readFile(new URL(process.argv[1]), "utf8");
        const code = file.replace(/^import .*$/gm, "");
        const { portions } = await import("data:text/javascript," + encodeURIComponent(code));
        let input = "";
        for await (const chunk of process.stdin) input += chunk;
        console.log(JSON.stringify(JSON.parse(input).map((one) => portions(...one))));
    """
    cases = [(piece * times, chars, size) for piece, times, chars, size, _cut in VECTORS] + MADE
    module = (ROOT / "static/helpdesk/js/lib/portions.js").as_uri()
    command = [node, "--input-type=module", "--no-warnings", "--eval", script, module]
    ran = subprocess.run(
        command, input=json.dumps(cases), capture_output=True, text=True, check=True, timeout=60
    )

    assert json.loads(ran.stdout) == [portions(*one) for one in cases]


@given(st.text(SIGNS, max_size=120), st.integers(1, 40), st.sampled_from([0, 4, 9, 40]))
def test_every_sign_is_in_one_piece_and_every_piece_fits(text: str, chars: int, size: int) -> None:
    cut = portions(text, chars, size)

    bare = str.maketrans("", "", BLANKS)
    assert "".join(cut).translate(bare) == text.translate(bare)
    assert all(len(one) <= chars and one == one.strip(BLANKS) and one for one in cut)
    assert not size or all(len(one.encode()) <= size for one in cut)
