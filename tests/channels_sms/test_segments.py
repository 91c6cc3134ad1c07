from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels_sms.segments import segments

ROOT = Path(__file__).parents[2]
VECTORS = json.loads((Path(__file__).parent / "segments.json").read_text())


@pytest.mark.parametrize(("piece", "times", "encoding", "count"), VECTORS)
def test_published_vectors(piece: str, times: int, encoding: str, count: int) -> None:
    counted = segments(piece * times)

    assert (counted.encoding, counted.count) == (encoding, count)


def test_the_composer_counts_what_we_count() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("there is no node")
    module = ROOT / "static/helpdesk/js/lib/segments.js"
    texts = [
        *(piece * times for piece, times, _encoding, _count in VECTORS),
        *("a€ą😀\n{é"[i % 7] * i + "b" * (j * 37) for i in range(60) for j in range(10)),
    ]
    script = """
        const { segments } = await import(process.argv[1]);
        let input = "";
        for await (const chunk of process.stdin) input += chunk;
        const counted = JSON.parse(input).map((text) => segments(text));
        console.log(JSON.stringify(counted.map((one) => [one.encoding, one.units, one.count])));
    """
    command = [node, "--input-type=module", "--no-warnings", "--eval", script, module.as_uri()]
    ran = subprocess.run(
        command, input=json.dumps(texts), capture_output=True, text=True, check=True, timeout=60
    )
    ours = [segments(text) for text in texts]

    assert json.loads(ran.stdout) == [[one.encoding, one.units, one.count] for one in ours]


@settings(deadline=None)
@given(st.text("aé€ą😀\n{", max_size=400) | st.text("aé€{", max_size=400))
def test_count_is_what_the_units_need_and_at_most_one_wasted_unit_per_segment(text: str) -> None:
    counted = segments(text)

    joined = 153 if counted.encoding == "gsm7" else 67
    alone = 160 if counted.encoding == "gsm7" else 70
    if counted.units <= alone:
        assert counted.count == 1
    else:
        assert -(-counted.units // joined) <= counted.count <= -(-counted.units // (joined - 1))
