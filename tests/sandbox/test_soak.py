"""Many runs of every kind, four at a time: afterwards the worker is as it was.

`SOAK_RUNS` sets how many, as does scripts/bench sandbox --soak.
"""

from __future__ import annotations

import asyncio
import gc
import itertools
import os
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.sandbox.client import WorkerClient
from bot.sandbox.wire import RunRequest, Status
from tests.sandbox.conftest import StartWorker
from tests.sandbox.worker_process import WorkerProcess

RUNS = int(os.environ.get("SOAK_RUNS", "2000"))
WARM_UP = 40
AT_ONCE = 4
MOST_GROWTH_MB = 16.0

FRIENDLY: list[tuple[str, tuple[Status, ...]]] = [
    ("import torch\nx = torch.randn(3, 3, requires_grad=True)\n(x ** 2).sum().backward()\nx.grad.shape", ("ok",)),
    ("import torch\ntorch.nn.Linear(4, 2)(torch.ones(3, 4)).shape", ("ok",)),
    ("import torch\ntorch.ones(2, 3) @ torch.ones(2, 3)", ("error",)),
    ("open('out.txt', 'w').write('x' * 1000)\nprint('done')", ("ok",)),
    ("import numpy as np\nnp.linalg.inv(np.eye(3)).sum()", ("ok",)),
    ("import threading\nt = threading.Thread(target=print, args=(1,))\nt.start()\nt.join()", ("ok",)),
    ("import os\nif os.fork() == 0:\n    os._exit(0)\nos.wait()[1]", ("ok",)),
    ("print('x' * 5000)\nraise SystemExit(3)", ("error",)),
]
HOSTILE: list[tuple[str, tuple[Status, ...]]] = [
    ("import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        pass", ("timeout", "memory")),
    ("kept = []\nwhile True:\n    kept.append(bytearray(b'1') * (8 << 20))", ("memory",)),
    ("while True:\n    print('x' * 1000)", ("output",)),
    ("import os\nos.closerange(0, 1000)\nwhile True:\n    pass", ("timeout",)),
    ("import ctypes\nctypes.string_at(0)", ("killed",)),
    ("import os\nos.kill(os.getppid(), 9)\nos.kill(-1, 9)", ("killed", "error")),
    ("import os, time\nif os.fork() == 0:\n    os.setsid()\n    os.fork() or time.sleep(99)\nos._exit(0)", ("ok",)),
    ("for n in range(9000):\n    open(f'{n}.txt', 'w').write('x')", ("error",)),
    ("with open('/dev/shm/f', 'wb') as f:\n    while True:\n        f.write(b'x' * (1 << 20))", ("error", "memory")),
    (
        "import signal\nfor n in {*range(1, 32)} - {9, 19}:\n    signal.signal(n, signal.SIG_IGN)\nwhile 1: 0",
        ("timeout",),
    ),
    ("import os\nos.mkfifo('p')\nopen('p')", ("timeout",)),
    ("import socket\nsocket.socket().connect(('127.0.0.1', 22))", ("error",)),
]


@dataclass(frozen=True)
class State:
    """What a worker holds while nothing runs."""

    processes: int
    descriptors: tuple[int, ...]
    mounts: tuple[int, ...]
    groups: int
    memory_mb: float


async def test_a_soak_leaves_nothing_behind(start_worker: StartWorker) -> None:
    worker = start_worker({"TUTOR_WORKER_SLOTS": "4", "TUTOR_RUN_TIMEOUT_S": "4"})
    client = WorkerClient([worker.url])
    mixed = _mixed()
    await _run(client, [next(mixed) for _ in range(WARM_UP)])
    before = await _settled(worker)
    wrong = await _run(client, [next(mixed) for _ in range(RUNS)])
    after = await _settled(worker)
    await client.aclose()
    assert wrong == []
    assert after.memory_mb - before.memory_mb < MOST_GROWTH_MB, f"memory grew from {before} to {after}"
    assert _without_memory(after) == _without_memory(before)


def _mixed() -> Iterator[tuple[str, tuple[Status, ...]]]:
    """Nine friendly runs for each hostile one, for ever."""
    chance = random.Random(7)
    rounds = ([*(chance.choice(FRIENDLY) for _ in range(9)), HOSTILE[n % len(HOSTILE)]] for n in itertools.count())
    return itertools.chain.from_iterable(rounds)


async def _run(client: WorkerClient, snippets: list[tuple[str, tuple[Status, ...]]]) -> list[str]:
    """Run them, four at a time; a line for each that ended as it should not."""
    places = asyncio.Semaphore(AT_ONCE)

    async def one(code: str, allowed: tuple[Status, ...]) -> list[str]:
        async with places:
            endless = "timeout" in allowed
            result = await client.run(RunRequest(code, timeout_s=0.5 if endless else None, memory_mb=200))
        return [] if result.status in allowed else [f"{result.status}, not {allowed}: {code!r} {result.stderr[-300:]}"]

    return list(itertools.chain.from_iterable(await asyncio.gather(*(one(*snippet) for snippet in snippets))))


async def _settled(worker: WorkerProcess) -> State:
    """The worker's state once its warm cells are made and the dead ones are gone: the same four times in a row."""
    states = [_state(worker)]
    async with asyncio.timeout(30):
        while len(states) < 4 or len({_without_memory(state) for state in states[-4:]}) > 1:
            await asyncio.sleep(0.3)
            states.append(_state(worker))
    return states[-1]


def _state(worker: WorkerProcess) -> State:
    gc.collect()
    pids = sorted(worker.processes())
    own = [worker.process.pid, *pids]
    return State(
        processes=len(pids),
        descriptors=tuple(sorted(_count(f"/proc/{pid}/fd") for pid in own)),
        mounts=tuple(sorted(_lines(f"/proc/{pid}/mountinfo") for pid in own if not _shares_our_mounts(pid))),
        groups=sum(1 for _ in Path("/sys/fs/cgroup").rglob(f"torch-tutor-{worker.process.pid}/cell-*/")),
        memory_mb=sum(_proportional_mb(pid) for pid in own),
    )


def _without_memory(state: State) -> tuple[object, ...]:
    return (state.processes, state.descriptors, state.mounts, state.groups)


def _shares_our_mounts(pid: int) -> bool:
    """Whether it is in the mount namespace of the machine, where others mount too."""
    try:
        return os.readlink(f"/proc/{pid}/ns/mnt") == os.readlink("/proc/self/ns/mnt")
    except OSError:
        return False


def _count(folder: str) -> int:
    try:
        return len(os.listdir(folder))
    except OSError:
        return 0


def _lines(path: str) -> int:
    try:
        return Path(path).read_text().count("\n")
    except OSError:
        return 0


def _proportional_mb(pid: int) -> float:
    """Memory of a process, what it shares divided among the sharers."""
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")) / 1024
