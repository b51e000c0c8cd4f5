"""How 200 mock interviews at once fare in one process: presses, the clock, and a restart in the middle.

The real process over a real PostgreSQL; Discord's gateway and REST are played by a server on loopback.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import re
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from bot.settings import CHECKOUT, load_settings

sys.path.insert(0, str(CHECKOUT))
from tests.e2e.process import Process, started
from tests.fakes.discord_server import TOKEN, DiscordServer, Json, Used
from tests.store.postgres import postgres

INTERVIEWS = 200
TALK_S = 225.0
"""The second parts end a little after that, so that the restart falls into the end of many."""
AT_ONCE = 20
PRESSES_A_SECOND = 20
SETTLED_S = 20.0


@dataclass
class Room:
    """One interview: its two people by number, and the last message of it with buttons."""

    people: tuple[int, int]
    id: str = ""
    card: Json = None
    roles: dict[str, int] = field(default_factory=dict)


class Bench:
    """Plays two people in each of many interviews."""

    def __init__(self, server: DiscordServer, count: int) -> None:
        self.server = server
        self.rooms = [Room((2 * number, 2 * number + 1)) for number in range(count)]
        self.acknowledged: list[float] = []
        self.at_once: list[float] = []
        self.all_at_once = False
        """Whether everybody presses in the same moment, around the restart."""
        self.answers: dict[str, int] = {}
        self._by_id: dict[str, Room] = {}
        self._changed = asyncio.Condition()
        self._chance = random.Random(7)  # noqa: S311  not a secret

    async def watch(self) -> None:
        """Notice the cards that the bot shows."""
        by_host = {self.server.person(room.people[0]): room for room in self.rooms}
        while True:
            message = await self.server.posted.get()
            words = str(message.get("components"))
            found = re.search(r"mock:[a-z-]+:([0-9a-f]{10})", words)
            if found is None:
                continue
            room = self._by_id.get(found[1])
            if room is None:
                host = next(int(id) for id in re.findall(r"<@(\d+)>", words))
                room = self._by_id[found[1]] = by_host[host]
                room.id = found[1]
            room.card = message
            if roles := re.search(r"Candidate:\*\* <@(\d+)>.*Interviewer:\*\* <@(\d+)>", words):
                first = self.server.person(0)
                room.roles = {"candidate": int(roles[1]) - first, "interviewer": int(roles[2]) - first}
            async with self._changed:
                self._changed.notify_all()

    async def shows(self, room: Room, action: str) -> None:
        """Wait until a room's card has a button."""
        async with asyncio.timeout(60), self._changed:
            await self._changed.wait_for(lambda: f"mock:{action}:" in str(room.card))

    async def press(self, room: Room, action: str, person: int) -> Used:
        """Press a button and wait until it is acknowledged."""
        found = re.search(rf"mock:{action}:[0-9a-f:-]+", str(room.card))
        if found is None:
            raise LookupError(f"no {action} on {room.card}")
        begun = time.perf_counter()
        used = await self.server.press(found[0], room.card, person=person)
        async with asyncio.timeout(30):
            await asyncio.shield(used.callback)
        self._note(begun)
        return used

    async def answer(self, room: Room, words: str) -> None:
        """Send an answer of the candidate, and wait until it is acknowledged."""
        found = re.search(r"mock:answer:([0-9a-f:-]+)", str(room.card))
        if found is None:
            return
        begun = time.perf_counter()
        used = await self.server.submit(
            f"mock:box:answer:{found[1]}", room.card, person=room.roles["candidate"], text=words
        )
        async with asyncio.timeout(30):
            await asyncio.shield(used.callback)
        self._note(begun)
        self.answers[words] = 1

    def _note(self, begun: float) -> None:
        noted = self.at_once if self.all_at_once else self.acknowledged
        noted.append((time.perf_counter() - begun) * 1000)

    async def open_all(self) -> None:
        """From the command to the first part, in all of them."""
        gate = asyncio.Semaphore(AT_ONCE)

        async def open_one(room: Room) -> None:
            async with gate:
                host, guest = room.people
                await self.server.slash("mock start", person=host, kind="mixed", length=20)
                await self.shows(room, "join")
                await self.press(room, "join", guest)
                await self._seated(room, guest)
                await self.press(room, "start", host)
                await self.shows(room, "here")
                await self.press(room, "here", guest)
                await self.shows(room, "notes")

        await asyncio.gather(*map(open_one, self.rooms))

    async def _seated(self, room: Room, person: int) -> None:
        async with asyncio.timeout(60), self._changed:
            await self._changed.wait_for(lambda: f"<@{self.server.person(person)}>" in str(room.card))

    async def talk(self, seconds: float) -> None:
        """People open notes and send answers, here and there, all the time."""
        until = time.perf_counter() + seconds
        doing: set[asyncio.Task[object]] = set()
        while time.perf_counter() < until:
            room = self._chance.choice(self.rooms)
            if "mock:notes:" in str(room.card) and room.roles:
                if self._chance.random() < 0.3:
                    words = f"Answer {len(self.answers)} {self._chance.random()} because gradients accumulate."
                    doing.add(asyncio.create_task(self.answer(room, words)))
                else:
                    doing.add(asyncio.create_task(self._notes(room)))
            await asyncio.sleep(self._chance.expovariate(PRESSES_A_SECOND))
        await asyncio.gather(*doing)

    async def _notes(self, room: Room) -> None:
        used = await self.press(room, "notes", room.roles["interviewer"])
        async with asyncio.timeout(30):
            await used.edited.get()

    async def all_notes(self, begun: float) -> list[float]:
        """Seconds since `begun` until each room has opened its notes again."""

        async def one(room: Room) -> float:
            await self._notes(room)
            return time.perf_counter() - begun

        return list(await asyncio.gather(*map(one, self.rooms)))


@asynccontextmanager
async def bot(server: DiscordServer, folder: str, database: str) -> AsyncIterator[Process]:
    """The bot, connected."""
    environment = {
        "DISCORD_TOKEN": TOKEN,
        "TUTOR_DATA_DIR": folder,
        "TUTOR_DATABASE_URL": database,
        "TUTOR_HTTP_LISTEN": "127.0.0.1:0",
        "TUTOR_WORKER_URL": "unix:/nonexistent/worker.sock",
    }
    async with started(["-m", "tests.e2e.on_wire", server.url, "bot"], environment) as process:
        async with asyncio.timeout(300):
            await server.identified.get()
        yield process


@dataclass(frozen=True)
class Measured:
    """Milliseconds and seconds, and how many answers are not in the database."""

    acknowledged: list[float]
    at_once: list[float]
    late: list[float]
    overdue: list[float]
    again: list[float]
    answers: int
    lost: int


async def measure(count: int, talk_s: float) -> Measured:
    """Open `count` interviews, let them talk, restart in the middle, and look into the database."""
    settings = load_settings()
    server = DiscordServer()
    with postgres() as running, tempfile.TemporaryDirectory() as folder:
        database = running.create("bench")
        for part in ("models", "index"):
            (Path(folder) / part).symlink_to(settings.data_dir / part)
        async with server.running():
            bench = Bench(server, count)
            watching = asyncio.create_task(bench.watch())
            async with bot(server, folder, database) as process:
                await bench.open_all()
                await bench.talk(talk_s)
                bench.all_at_once = True
                # Sent and not yet acknowledged when the process is told to end.
                sending = asyncio.gather(
                    *(bench.answer(room, f"Last words {room.id} because it accumulates.") for room in bench.rooms),
                    return_exceptions=True,
                )
                await asyncio.sleep(0.3)
                down = datetime.now().astimezone()
                begun = time.perf_counter()
                await process.stop()
                sending.cancel()
            async with bot(server, folder, database) as process:
                again = await bench.all_notes(begun)
                bench.all_at_once = False
                await bench.talk(SETTLED_S)
                await process.stop()
            watching.cancel()
        late, overdue, kept = await _clock_events(database, down)
    lost = [words for words in bench.answers if words not in kept]
    return Measured(bench.acknowledged, bench.at_once, late, overdue, again, len(bench.answers), len(lost))


async def _clock_events(database: str, down: datetime) -> tuple[list[float], list[float], set[str]]:
    """How late parts began that time began, before the restart and over it; and the answers that are kept."""
    engine = create_async_engine(database)
    async with engine.connect() as connection:
        events = list(
            await connection.execute(
                sa.text("SELECT interview_id, at, kind, text FROM interview_events ORDER BY interview_id, id")
            )
        )
        states = {row[0]: row[1] for row in await connection.execute(sa.text("SELECT id, state FROM interviews"))}
    await engine.dispose()
    late: list[float] = []
    overdue: list[float] = []
    parts = {id: iter(state["round"]["script"]["parts"]) for id, state in states.items()}
    before: dict[str, tuple[datetime, int]] = {}
    for id, at, kind, _ in events:
        if kind != "phase":
            continue
        if id in before:
            began, minutes = before[id]
            behind = (at - began).total_seconds() - 60 * minutes
            (late if at < down else overdue).append(behind)
        before[id] = (at, next(parts[id])["minutes"])
    return late, overdue, {text for _, _, kind, text in events if kind == "answer"}


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--interviews", type=int, default=INTERVIEWS, help="how many at once")
    parser.add_argument("--seconds", type=float, default=TALK_S, help="how long they talk before the restart")
    arguments = parser.parse_args()
    found = asyncio.run(measure(arguments.interviews, arguments.seconds))
    cuts, at_once = (statistics.quantiles(each, n=20) for each in (found.acknowledged, found.at_once))
    print(f"| {arguments.interviews} mock interviews at once, on PostgreSQL | |\n|---|---|")
    print(f"| presses and boxes, p50 to acknowledged | {statistics.median(found.acknowledged):.0f} ms |")
    print(f"| p95 to acknowledged | {cuts[18]:.0f} ms |")
    print(f"| p95 when all {arguments.interviews} press in the same moment | {at_once[18]:.0f} ms |")
    print(f"| parts that time began | {len(found.late)} |")
    print(f"| the latest of them began after its time | {max(found.late, default=0.0):.2f} s |")
    print(f"| restart: all answer again after | {max(found.again):.1f} s |")
    print(f"| restart: parts that time began over it and after | {len(found.overdue)} |")
    print(f"| restart: the latest of them began after its time | {max(found.overdue, default=0.0):.2f} s |")
    print(f"| acknowledged answers, and those that were lost | {found.answers}, {found.lost} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
