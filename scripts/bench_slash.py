"""How fast `/ask` is answered over the wire with many people asking at once.

The real process; Discord's gateway and REST are played by a server on loopback.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from bot.settings import CHECKOUT, load_settings
from knowledge.evaluation import REPORT, read_set

sys.path.insert(0, str(CHECKOUT))
from tests.e2e.process import started
from tests.fakes.discord_server import TOKEN, DiscordServer

PEOPLE = 20
ROUNDS = 25


async def measure(groups: Sequence[int]) -> dict[int, list[float]]:
    """Milliseconds from the command to the finished answer, for each number of people asking at once."""
    settings = load_settings()
    questions = [one.q for one in read_set(REPORT) if one.ids]
    times: dict[int, list[float]] = {group: [] for group in groups}
    server = DiscordServer()
    with tempfile.TemporaryDirectory() as folder:
        for part in ("models", "index"):
            (Path(folder) / part).symlink_to(settings.data_dir / part)
        environment = {
            "DISCORD_TOKEN": TOKEN,
            "TUTOR_DATA_DIR": folder,
            "TUTOR_HTTP_LISTEN": "127.0.0.1:0",
            "TUTOR_WORKER_URL": "unix:/nonexistent/worker.sock",
        }
        async with server.running(), started(["-m", "tests.e2e.on_wire", server.url, "bot"], environment):
            async with asyncio.timeout(60):
                await server.identified.get()
            person = 0
            for group in groups:
                for turn in range(ROUNDS):
                    asked = [
                        (person + number, questions[(turn * group + number) % len(questions)])
                        for number in range(group)
                    ]
                    person += group
                    times[group] += await asyncio.gather(*(_ask(server, who, question) for who, question in asked))
                    await asyncio.sleep(0.2)
    return times


async def _ask(server: DiscordServer, person: int, question: str) -> float:
    begun = time.perf_counter()
    used = await server.slash("ask", person=person, question=question)
    async with asyncio.timeout(20):
        await used.edited.get()
    return (time.perf_counter() - begun) * 1000


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=PEOPLE, help="how many ask at once")
    people = parser.parse_args().people
    times = asyncio.run(measure((1, people)))
    print("| `/ask` over the wire to the finished answer | p50 ms | p95 ms |\n|---|---|---|")
    for at_once, each in times.items():
        cuts = statistics.quantiles(each, n=20)
        print(f"| {at_once} at once | {statistics.median(each):.1f} | {cuts[18]:.1f} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
