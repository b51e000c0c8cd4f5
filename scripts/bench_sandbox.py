"""How fast a snippet becomes its result in the warm jail, beside a cold jailed `python -c` of it in the same run."""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import aiohttp

CHECKOUT = Path(__file__).parents[1]
SNIPPET = """import torch
x = torch.randn(3, 3, requires_grad=True); (x ** 2).sum().backward()
print(x.grad.shape)
"""
COLD = "bwrap --unshare-all --die-with-parent --ro-bind / / --dev /dev --proc /proc --tmpfs /tmp --".split()
ROUNDS = 200
COLD_ROUNDS = 7
AT_ONCE = 16
BUSY_S = 10.0
# What passes between the runs of a server at rest: longer than making a new cell takes.
PAUSE_S = 0.1
KILLS = 5
KILL_AFTER_S = 0.5


class Worker:
    """A worker of its own process on a Unix socket, with its limits as in production."""

    def __init__(self, folder: Path, **environ: str) -> None:
        self.path = str(folder / f"worker-{time.monotonic_ns()}.sock")
        self.log = Path(self.path).with_suffix(".log").open("wb")
        self.began = time.perf_counter()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bot.sandbox"],
            cwd=CHECKOUT,
            env={"PATH": os.environ["PATH"], "TUTOR_WORKER_LISTEN": f"unix:{self.path}", **environ},
            stderr=self.log,
        )

    def session(self) -> aiohttp.ClientSession:
        """A session whose connections go to this worker."""
        return aiohttp.ClientSession("http://worker", connector=aiohttp.UnixConnector(path=self.path, limit=0))

    async def ready(self, http: aiohttp.ClientSession) -> float:
        """Wait until it is warm; seconds since its start."""
        while True:
            try:
                async with http.get("/readyz") as answer:
                    if answer.status == 200:
                        return time.perf_counter() - self.began
            except aiohttp.ClientConnectorError:
                if self.process.poll() is not None:
                    raise SystemExit(f"The worker stopped; why is in {self.log.name}") from None
            await asyncio.sleep(0.02)

    def memory_mb(self) -> float:
        """Memory of all its processes, what they share divided among the sharers."""
        total, pending = 0.0, [self.process.pid]
        while pending:
            pid = pending.pop()
            try:
                rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
                tasks = list(Path(f"/proc/{pid}/task").iterdir())
                pending += [int(child) for task in tasks for child in (task / "children").read_text().split()]
            except OSError:
                continue
            total += sum(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")) / 1024
        return total

    def stop(self) -> None:
        """End it."""
        self.process.terminate()
        self.process.wait(30)
        self.log.close()


@contextmanager
def started(folder: Path, **environ: str) -> Iterator[Worker]:
    """A worker for the body of the `with`."""
    worker = Worker(folder, **environ)
    try:
        yield worker
    finally:
        worker.stop()


async def run(http: aiohttp.ClientSession, code: str = SNIPPET, **fields: object) -> tuple[float, float, str]:
    """Milliseconds through HTTP and inside the supervisor, and the status."""
    began = time.perf_counter()
    async with http.post("/run", json={"code": code, **fields}) as answer:
        status = (await answer.json()).get("status", f"HTTP {answer.status}")
        inside = float(answer.headers.get("Server-Timing", "dur=nan").partition("dur=")[2])
    return (time.perf_counter() - began) * 1000, inside, str(status)


def run_cold(prefix: Sequence[str]) -> float:
    """Milliseconds of a fresh interpreter that imports torch and runs the snippet."""
    began = time.perf_counter()
    subprocess.run([*prefix, sys.executable, "-c", SNIPPET], check=True, stdout=subprocess.DEVNULL)  # noqa: S603
    return (time.perf_counter() - began) * 1000


async def one_at_a_time(http: aiohttp.ClientSession, rounds: int) -> None:
    """Warm runs, with the cold peer's runs spread among them so that both meet the same machine."""
    prefix = COLD if shutil.which("bwrap") else []
    peer = "cold: bubblewrap + python -c" if prefix else "cold: python -c, not even jailed (no bwrap here)"
    warm, cold = [], []
    for place in range(rounds):
        if place % (rounds // COLD_ROUNDS) == 0:
            cold.append(await asyncio.to_thread(run_cold, prefix))
        await asyncio.sleep(PAUSE_S)
        warm.append(await run_well(http))
    show_spread("warm, inside the supervisor", [inside for _, inside in warm])
    show_spread("warm, through HTTP", [through for through, _ in warm])
    show_spread(peer, cold)
    for _ in range(20):
        await run_well(http)
    warm = [await run_well(http) for _ in range(rounds)]
    show_spread("without a pause, inside the supervisor", [inside for _, inside in warm])
    show_spread("without a pause, through HTTP", [through for through, _ in warm])


async def run_well(http: aiohttp.ClientSession) -> tuple[float, float]:
    """As `run`, for a run that must not fail."""
    through, inside, status = await run(http)
    if status != "ok":
        raise SystemExit(f"a run ended as {status!r}")
    return through, inside


def show_spread(name: str, values: Sequence[float]) -> None:
    """One line with percentiles of milliseconds."""
    show(name, f"p50 {statistics.median(values):8.1f} ms   p95 {percentile(values, 95):8.1f} ms   n {len(values)}")


async def many_at_once(http: aiohttp.ClientSession) -> None:
    """Sixteen clients that never pause."""
    statuses: list[str] = []
    end = time.perf_counter() + BUSY_S

    async def client() -> None:
        while time.perf_counter() < end:
            statuses.append((await run(http))[2])

    began = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(AT_ONCE)))
    took = time.perf_counter() - began
    failed = sum(status != "ok" for status in statuses)
    show(f"{AT_ONCE} at once", f"{len(statuses) / took:.1f} runs a second, {failed} of {len(statuses)} failed")


async def after_a_kill(folder: Path) -> None:
    """One slot: how long after the limit of a run the next one, which waits already, has its result."""
    with started(folder, TUTOR_WORKER_SLOTS="1") as worker:
        async with worker.session() as http:
            await worker.ready(http)
            plain = min([(await run(http, "1"))[0] for _ in range(10)])
            late = []
            for _ in range(KILLS):
                began = time.perf_counter()
                endless = asyncio.create_task(run(http, "while True: pass", timeout_s=KILL_AFTER_S))
                await asyncio.sleep(KILL_AFTER_S / 2)
                await run(http, "1")
                late.append((time.perf_counter() - began - KILL_AFTER_S) * 1000 - plain)
                await endless
    show("slot free after a kill", f"{statistics.median(late):.0f} ms, at most {max(late):.0f} ms after the limit")


async def memory_of_a_slot(folder: Path) -> None:
    """What eight more idle slots take."""
    sizes = {}
    for slots in (2, 10):
        with started(folder, TUTOR_WORKER_SLOTS=str(slots)) as worker:
            async with worker.session() as http:
                await worker.ready(http)
                await asyncio.sleep(3)
                sizes[slots] = worker.memory_mb()
    show("memory of the worker", f"{sizes[2]:.0f} MB with 2 slots, {(sizes[10] - sizes[2]) / 8:.1f} MB for each more")


def percentile(values: Sequence[float], share: int) -> float:
    """The value below which `share` percent lie."""
    return sorted(values)[min(len(values) - 1, len(values) * share // 100)]


def show(name: str, figures: str) -> None:
    """One line of the table."""
    print(f"{name:<48} {figures}", flush=True)


async def bench(rounds: int) -> None:
    """Everything, printed as it comes."""
    cores = len(os.sched_getaffinity(0))
    print(f"{platform.machine()}, {cores} cores, load {os.getloadavg()[0]:.1f}, Python {platform.python_version()}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with started(folder, TUTOR_WORKER_SLOTS=str(cores)) as worker:
            async with worker.session() as http:
                show("ready after", f"{await worker.ready(http):.1f} s")
                for _ in range(20):
                    await run(http)
                await one_at_a_time(http, rounds)
                await many_at_once(http)
        await after_a_kill(folder)
        await memory_of_a_slot(folder)


def main() -> int:
    """Measure and print; `--soak` instead runs the soak test with that many runs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="warm runs one at a time")
    parser.add_argument("--soak", type=int, metavar="RUNS", help="soak with this many runs, e.g. 2000, instead")
    arguments = parser.parse_args()
    if arguments.soak:
        environ = {**os.environ, "SOAK_RUNS": str(arguments.soak)}
        command = [sys.executable, "-m", "pytest", "-q", "-o", "timeout=3600", "tests/sandbox/test_soak.py"]
        return subprocess.run(command, cwd=CHECKOUT, env=environ, check=False).returncode  # noqa: S603
    asyncio.run(bench(max(arguments.rounds, COLD_ROUNDS)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
