"""Each layer alone: it stops its attack with every other optional layer given up, and without it the attack works."""

from __future__ import annotations

import asyncio
import ctypes
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.sandbox.client import WorkerClient
from bot.sandbox.layers import LAYERS, STRUCTURE
from bot.sandbox.wire import RunRequest
from tests.sandbox.conftest import StartWorker
from tests.sandbox.worker_process import WorkerProcess, run_once

OPTIONAL = frozenset(LAYERS) - STRUCTURE
STOPPED = "stopped"


def without(names: frozenset[str]) -> dict[str, str]:
    """The environment of a worker that gives these layers up."""
    return {"TUTOR_WORKER_ISOLATION": ",".join(f"no-{name}" for name in sorted(names)), "TUTOR_WORKER_SLOTS": "1"}


@dataclass(frozen=True)
class Attack:
    """Code that prints `stopped` or `NOT STOPPED`; `beside` are layers that it takes to make the attack at all."""

    code: str
    beside: frozenset[str] = frozenset()


SHM_KEY = 0x70726F62
ATTEMPT = """
def attempt(attack):
    try:
        done = attack()
    except OSError as problem:
        print("stopped")
    else:
        print("NOT STOPPED" if done else "stopped")
"""

ATTACKS = {
    "network": Attack(
        "import socket\ndef attack():\n    return socket.create_connection(('127.0.0.1', {port}), 2)\nattempt(attack)"
    ),
    "ipc": Attack(
        "import ctypes\nlibc = ctypes.CDLL(None)\nattempt(lambda: libc.shmget({key}, 16, 0) >= 0)".replace(
            "{key}", str(SHM_KEY)
        )
    ),
    "uts": Attack("import os\nattempt(lambda: os.uname().nodename == {host!r})"),
    "cgroup": Attack(
        "import os\nattempt(lambda: os.readlink('/proc/self/ns/cgroup') == {cgroup!r})", frozenset({"proc"})
    ),
    "capabilities": Attack(
        "import ctypes\nlibc = ctypes.CDLL(None)\nattempt(lambda: libc.mount(b'none', b'/tmp', b'tmpfs', 0, None) == 0)"
    ),
    "seccomp": Attack("import ctypes\nlibc = ctypes.CDLL(None)\nattempt(lambda: libc.ptrace(0, 0, 0, 0) == 0)"),
    "rlimits": Attack("import os\nattempt(lambda: len([os.dup(1) for _ in range(400)]) == 400)"),
}


@pytest.fixture
def listener() -> Iterator[int]:
    """The port of something that listens on this machine."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def shared_memory() -> Iterator[None]:
    """A shared memory segment of this machine's that everybody may attach."""
    libc = ctypes.CDLL(None, use_errno=True)
    segment = libc.shmget(SHM_KEY, 16, 0o1666)
    assert segment >= 0
    yield
    libc.shmctl(segment, 0, None)


@pytest.mark.parametrize("layer", ATTACKS)
async def test_layer_alone_stops_its_attack(
    layer: str, listener: int, shared_memory: None, start_worker: StartWorker
) -> None:
    attack = ATTACKS[layer]
    code = ATTEMPT + attack.code.format(
        port=listener, host=os.uname().nodename, cgroup=os.readlink("/proc/self/ns/cgroup")
    )
    alone = start_worker(without(OPTIONAL - {layer} - attack.beside))
    bare = start_worker(without(OPTIONAL - attack.beside))
    with_layer = await run_once(alone.url, RunRequest(code))
    without_it = await run_once(bare.url, RunRequest(code))
    assert with_layer.stdout == "stopped\n", f"layer '{layer}' alone did not stop: {with_layer}"
    assert without_it.stdout == "NOT STOPPED\n", f"the attack proves nothing about layer '{layer}': {without_it}"


@pytest.fixture(scope="module")
def bare(jail: None) -> Iterator[WorkerProcess]:
    """A worker with nothing but the three layers that make a cell."""
    with tempfile.TemporaryDirectory(prefix="worker-") as folder:
        process = WorkerProcess(Path(folder), without(OPTIONAL))
        try:
            process.wait_until_ready()
            yield process
        finally:
            process.stop()


async def test_user_layer_alone_keeps_power_over_the_machine(bare: WorkerProcess) -> None:
    """The snippet holds every capability of its own namespace there, and still cannot make a device."""
    code = ATTEMPT + (
        "import os, stat\n"
        "attempt(lambda: os.mknod('/tmp/disk', stat.S_IFBLK | 0o600, os.makedev(8, 0)) is None)\n"
        "attempt(lambda: os.setuid(0) is None)\n"
        "import time\nattempt(lambda: time.clock_settime(time.CLOCK_REALTIME, time.time()) is None)\n"
    )
    assert (await run_once(bare.url, RunRequest(code))).stdout == "stopped\n" * 3, "layer 'user'"


async def test_mount_layer_alone_keeps_the_machines_files(bare: WorkerProcess, tmp_path: Path) -> None:
    marker = tmp_path / "secret.txt"
    marker.write_text("secret")
    wanted = [str(marker), "/etc/shadow", "/etc/hostname", "/home", "/var", "/usr/bin/env", __file__]
    code = f"import os\nprint([path for path in {wanted!r} if os.path.lexists(path)], sorted(os.listdir('/etc')))"
    result = await run_once(bare.url, RunRequest(code))
    assert result.stdout == "[] ['group', 'ld.so.cache', 'passwd']\n", "layer 'mount'"


@pytest.fixture
def bystander() -> Iterator[subprocess.Popen[bytes]]:
    """A process of this machine's that has nothing to do with the worker."""
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    yield process
    process.kill()
    process.wait()


async def test_pid_layer_alone_keeps_other_processes(bare: WorkerProcess, bystander: subprocess.Popen[bytes]) -> None:
    code = ATTEMPT + f"import os\nattempt(lambda: os.kill({bystander.pid}, 9) is None)"
    result = await run_once(bare.url, RunRequest(code))
    assert result.stdout == "stopped\n", "layer 'pid'"
    assert bystander.poll() is None, "layer 'pid'"


async def test_pid_layer_alone_ends_everything_with_the_run(bare: WorkerProcess, tmp_path: Path) -> None:
    """A daemon that has left its session and closed its output is gone when the answer comes."""
    code = (
        "import os, time\n"
        "if os.fork() == 0:\n"
        "    os.setsid()\n"
        "    if os.fork() == 0:\n"
        "        os.closerange(0, 99)\n"
        "        time.sleep(1234)\n"
        "    os._exit(0)\n"
        "os.wait()\n"
        "print(len([pid for pid in range(2, 50) if alive(pid)]))"
    )
    alive = "def alive(pid):\n    import os\n    try:\n        os.kill(pid, 0)\n        return True\n"
    alive += "    except OSError:\n        return False\n"
    quiet = await _settled(bare)
    result = await run_once(bare.url, RunRequest(alive + code))
    assert result.stdout == "2\n"
    assert await _settled(bare) == quiet, "layer 'pid': processes of the run are left"


async def test_proc_layer_alone_shows_the_runs_own_processes_and_nothing_else(start_worker: StartWorker) -> None:
    alone = start_worker(without(OPTIONAL - {"proc"}))
    code = "import os\nprint(sorted(os.listdir('/proc')))"
    result = await run_once(alone.url, RunRequest(code))
    assert result.stdout == "['1', '2', 'self', 'thread-self']\n", "layer 'proc'"


async def test_weaker_isolation_is_shown_and_logged(bare: WorkerProcess) -> None:
    client = WorkerClient([bare.url])
    readiness = await client.ready()
    await client.aclose()
    assert readiness.layers == tuple(sorted(STRUCTURE))
    assert readiness.isolation == without(OPTIONAL)["TUTOR_WORKER_ISOLATION"]
    assert "WEAKER ISOLATION" in bare.log()
    assert all(f"{name} (" in bare.log() for name in OPTIONAL)


async def _settled(worker: WorkerProcess) -> int:
    """How many processes the worker has once its next warm cell is made: the same number three times in a row."""
    counts = [0, -1, -2]
    while len(set(counts[-3:])) > 1:
        await asyncio.sleep(0.2)
        counts.append(len(worker.processes()))
    return counts[-1]
