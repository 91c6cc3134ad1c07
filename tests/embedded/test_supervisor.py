"""The supervisor with toy programs; no database, no Django."""

import asyncio
import dataclasses
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from helpdesk.embedded.failures import StartError
from helpdesk.embedded.leftovers import ChildRecord
from helpdesk.embedded.process import start_mark
from helpdesk.embedded.supervisor import Program, Supervisor

ROOT = Path(__file__).resolve().parents[2]

TOY = """
import signal, sys, time
def leave(*_):
    print("bye", flush=True)
    sys.exit(0)
signal.signal(signal.SIGTERM, leave)
print("hello", flush=True)
while True:
    time.sleep(0.05)
"""
STUBBORN = """
import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
os.write(1, b"hello\\n")
while True:
    time.sleep(0.05)
"""


def toy(name: str, code: str = TOY, *, level: int = 0, grace: float = 5) -> Program:
    return Program(
        name=name,
        argv=(sys.executable, "-c", code),
        env=dict(os.environ),
        cwd=ROOT,
        level=level,
        grace_seconds=grace,
    )


async def until(condition: Callable[[], object], seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        await asyncio.sleep(0.02)


async def test_output_has_the_name_in_front() -> None:
    lines: list[str] = []
    supervisor = Supervisor(write=lines.append)
    await supervisor.start(toy("web"))
    await until(lambda: "web      | hello" in lines)
    await supervisor.stop()
    assert lines[-1] == "web      | bye"


async def test_one_that_may_wait_steps_back_with_all_that_it_starts() -> None:
    code = "import os, time; time.sleep(0.5); os.system('nice'); time.sleep(60)"
    lines: list[str] = []
    supervisor = Supervisor(write=lines.append)
    await supervisor.start(dataclasses.replace(toy("worker", code), nice=7))
    pid = supervisor.pid("worker")
    await until(lambda: any(line.startswith("worker   | ") for line in lines))
    session = await asyncio.to_thread(_nice_of_session, pid)
    assert session in {None, "7"}
    await supervisor.stop()
    assert lines[-1] == f"worker   | {max(7, os.getpriority(os.PRIO_PROCESS, 0))}"


def _nice_of_session(pid: int | None) -> str | None:
    file = Path(f"/proc/{pid}/autogroup")
    return file.read_text().split()[-1] if file.exists() else None


async def test_the_highest_level_stops_first_and_is_waited_for() -> None:
    lines: list[str] = []
    supervisor = Supervisor(write=lines.append)
    slow = TOY.replace('print("bye"', 'time.sleep(0.4); print("bye"')
    await supervisor.start(toy("low"))
    await supervisor.start(toy("middle", slow, level=1))
    await supervisor.start(toy("high", slow, level=2))
    await until(lambda: sum("hello" in line for line in lines) == 3)
    await supervisor.stop()
    assert [line.split()[0] for line in lines if "bye" in line] == ["high", "middle", "low"]


@pytest.mark.faults
async def test_a_killed_program_is_started_again() -> None:
    lines: list[str] = []
    supervisor = Supervisor(write=lines.append)
    await supervisor.start(toy("worker"))
    first = supervisor.pid("worker")
    assert first
    os.kill(first, signal.SIGKILL)
    await until(lambda: supervisor.pid("worker") not in (None, first))
    await supervisor.stop()
    assert "parley   | worker was killed by SIGKILL; restarting in 0.5 s" in lines


async def test_restarts_slow_down() -> None:
    lines: list[str] = []
    supervisor = Supervisor(write=lines.append)
    await supervisor.start(toy("broken", "raise SystemExit(3)"))
    await until(lambda: any("restarting in 1 s" in line for line in lines))
    await supervisor.stop()
    first = next(line for line in lines if "restarting" in line)
    assert first == "parley   | broken ended unexpectedly with exit code 3; restarting in 0.5 s"


@pytest.mark.faults
async def test_one_that_ignores_the_signal_is_killed_with_its_children() -> None:
    lines: list[str] = []
    supervisor = Supervisor(write=lines.append)
    # One write per line: unbuffered prints of two processes would mix on the pipe.
    forked = "import os\nos.write(1, b'%d\\n' % os.fork())\n" + STUBBORN
    await supervisor.start(toy("stuck", forked, grace=0.3))
    await until(lambda: sum("hello" in line for line in lines) == 2)
    family = [int(line.split()[-1]) for line in lines if line.split()[-1].isdigit()]
    began = time.monotonic()
    await supervisor.stop()
    assert time.monotonic() - began < 5
    assert "parley   | stuck did not stop in time and was killed" in lines
    await until(lambda: all(start_mark(pid) is None for pid in family if pid))


async def test_a_line_without_end_does_not_stop_the_output() -> None:
    lines: list[str] = []
    supervisor = Supervisor(write=lines.append)
    code = 'print("x" * 300_000, flush=True); print("after", flush=True)\n' + TOY
    await supervisor.start(toy("chatty", code))
    await until(lambda: "chatty   | after" in lines)
    await supervisor.stop()


async def test_readiness_that_never_comes_is_an_error() -> None:
    supervisor = Supervisor(write=lambda _line: None)
    program = dataclasses.replace(toy("slow"), ready=lambda _pid: False, ready_seconds=0.3)
    with pytest.raises(StartError, match="slow is not ready after"):
        await supervisor.start(program)
    await supervisor.stop()


async def test_run_once_returns_the_exit_code() -> None:
    lines: list[str] = []
    supervisor = Supervisor(write=lines.append)
    assert await supervisor.run_once(toy("once", "print('did'); raise SystemExit(4)")) == 4
    assert lines == ["once     | did"]


HOLDER = """
import asyncio, os, sys
from pathlib import Path
sys.path.insert(0, {root!r})
from helpdesk.embedded.leftovers import ChildRecord
from helpdesk.embedded.supervisor import Program, Supervisor

async def main():
    supervisor = Supervisor(record=ChildRecord(Path({state!r})))
    for name in ("one", "two"):
        argv = (sys.executable, "-c", {code!r})
        await supervisor.start(Program(name, argv, dict(os.environ), Path({root!r})))
        print("pid", supervisor.pid(name), flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


def hold_and_kill(state: Path, code: str) -> list[int]:
    """Run a supervisor with two toys in a process of its own, kill it, return the toys' ids."""
    script = HOLDER.format(root=str(ROOT), state=str(state), code=code)
    env = os.environ | {"STATE_DIR": str(state)}
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, env=env
    ) as holder:
        assert holder.stdout
        pids: list[int] = []
        greeted = 0
        while len(pids) < 2 or greeted < 2:
            line = holder.stdout.readline()
            assert line
            greeted += "hello" in line
            if line.startswith("pid"):
                pids.append(int(line.split()[1]))
        holder.kill()
    return pids


@pytest.mark.faults
@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's help is Linux's")
async def test_no_orphan_remains_when_the_supervisor_is_killed(tmp_path: Path) -> None:
    pids = await asyncio.to_thread(hold_and_kill, tmp_path, TOY)
    await until(lambda: all(start_mark(pid) is None for pid in pids), 5)


@pytest.mark.faults
async def test_the_next_start_ends_what_the_kernel_could_not(tmp_path: Path) -> None:
    pids = await asyncio.to_thread(hold_and_kill, tmp_path, STUBBORN)
    assert all(start_mark(pid) for pid in pids)
    record = ChildRecord(tmp_path)
    assert sorted(record.living().values()) == sorted(pids)
    assert await asyncio.to_thread(record.end_all, 0.3) == ["one", "two"]
    await until(lambda: all(start_mark(pid) is None for pid in pids), 5)
    assert not ChildRecord(tmp_path).living()


def test_a_stranger_with_a_recorded_id_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "children.json").write_text(f'{{"worker": [{os.getpid()}, "1"]}}')
    assert ChildRecord(tmp_path).end_all(0.1) == []
