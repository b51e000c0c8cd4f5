"""How fast presses of a group quiz are acknowledged with many people answering at once, and what a kill loses.

The real process on SQLite; Discord's gateway and REST are played by a server on loopback. A press counts as
acknowledged when the bot has said that the answer is in, which it does after the answer is in the database.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

from bot.settings import CHECKOUT, load_settings
from bot.store import Store, sqlite_url

sys.path.insert(0, str(CHECKOUT))
from tests.e2e.process import started
from tests.e2e.quiz_players import button, options, texts
from tests.e2e.test_quiz_killed import killed_while_playing
from tests.fakes.discord_server import TOKEN, DiscordServer

PEOPLE = 100
WITHIN_S = 2.0
QUESTIONS = 5
KILLS = 50


def data_folder(folder: Path) -> Path:
    """A data folder with the model and the index, and a database of its own."""
    for part in ("models", "index"):
        (folder / part).symlink_to(load_settings().data_dir / part)
    return folder


async def measure(people: int, within_s: float) -> tuple[list[float], int, int]:
    """Milliseconds from press to acknowledgement; how many answers were given, and how many the database has."""
    server = DiscordServer()
    times: list[float] = []
    with tempfile.TemporaryDirectory() as name:
        folder = data_folder(Path(name))
        environment = {
            "DISCORD_TOKEN": TOKEN,
            "TUTOR_DATA_DIR": name,
            "TUTOR_HTTP_LISTEN": "127.0.0.1:0",
            "TUTOR_WORKER_URL": "unix:/nonexistent/worker.sock",
        }
        async with server.running(), started(["-m", "tests.e2e.on_wire", server.url, "bot"], environment):
            async with asyncio.timeout(60):
                await server.identified.get()
            used = await server.slash(
                "quiz start", players="everybody here", format="multiple choice", count=QUESTIONS, timing="normal"
            )
            lobby = await used.edited.get()
            quiz = None
            for person in range(people):
                joined = await server.press(button(lobby, "join") or "", lobby, person=person)
                await joined.callback
            await server.press(button(lobby, "begin") or "", lobby)
            for _ in range(QUESTIONS):
                card = await _next_with(server, options)
                quiz = options(card)[0]["quiz"]
                waits = [random.uniform(0, within_s) for _ in range(people)]  # noqa: S311  not a secret
                times += await asyncio.gather(
                    *(_press_later(server, card, person, wait_s) for person, wait_s in enumerate(waits))
                )
                shown = await _next_with(server, lambda card: button(card, "next"))
                await server.press(button(shown, "next") or "", shown)
            await _next_with(server, lambda card: "The quiz is over" in texts(card))
        store = await Store.open(sqlite_url(folder / "tutor.db"))
        answers = await store.quizzes.answers(quiz or "")
        kept = sum(answer.final and answer.mark is not None for answer in answers)
        await store.aclose()
    return times, people * QUESTIONS, kept


async def _next_with(server: DiscordServer, wanted: object) -> object:
    while True:
        async with asyncio.timeout(60):
            card = await server.posted.get()
        if callable(wanted) and wanted(card):
            return card


async def _press_later(server: DiscordServer, card: object, person: int, wait_s: float) -> float:
    await asyncio.sleep(wait_s)
    found = random.choice(options(card))  # noqa: S311  not a secret
    begun = time.perf_counter()
    used = await server.press(found[0], card, person=person)
    async with asyncio.timeout(30):
        said = await used.callback
    if "Your answer" not in texts(said.get("data") or {}):
        raise RuntimeError(f"not taken: {said}")
    return (time.perf_counter() - begun) * 1000


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=PEOPLE, help="how many answer")
    parser.add_argument("--within", type=float, default=WITHIN_S, help="within how many seconds")
    parser.add_argument("--kills", type=int, default=KILLS, help="how often the bot is killed; 0 leaves that out")
    given = parser.parse_args()
    times, pressed, kept = asyncio.run(measure(given.people, given.within))
    cuts = statistics.quantiles(times, n=20)
    print(
        f"| {given.people} people answer within {given.within:g} s | p50 ms | p95 ms | longest ms |\n|---|---|---|---|"
    )
    print(f"| press to acknowledged | {statistics.median(times):.1f} | {cuts[18]:.1f} | {max(times):.1f} |")
    print(f"\n{pressed} answers given, {kept} in the database.")
    if given.kills:
        with tempfile.TemporaryDirectory() as name:
            players, lost = asyncio.run(killed_while_playing(given.kills, data_folder(Path(name))))
        told = len(players.acknowledged)
        print(f"Killed {given.kills} times at random: {told} answers acknowledged, {len(lost)} lost; it went on.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
