"""A group quiz whose bot is killed again and again: no acknowledged answer is lost, and the quiz goes on."""

from __future__ import annotations

import asyncio
import random
from contextlib import suppress
from pathlib import Path

from bot.store import Store, sqlite_url
from tests.e2e.process import started
from tests.e2e.quiz_players import Acknowledged, Players
from tests.fakes.discord_server import TOKEN, DiscordServer

KILLS = 4


async def killed_while_playing(kills: int, data_folder: Path) -> tuple[Players, list[Acknowledged]]:
    """Kill the bot that many times at random moments of quizzes.

    Returns the players, and which of the answers that were acknowledged are not in the database.
    """
    server = DiscordServer()
    players = Players(server, 3, {"format": "multiple choice", "count": 5, "timing": "fast"})
    environment = {
        "DISCORD_TOKEN": TOKEN,
        "TUTOR_DATA_DIR": str(data_folder),
        "TUTOR_HTTP_LISTEN": "127.0.0.1:0",
        "TUTOR_WORKER_URL": "unix:/nonexistent/worker.sock",
    }
    async with server.running():
        playing: asyncio.Task[None] | None = None
        for number in range(kills + 1):
            async with started(["-m", "tests.e2e.on_wire", server.url, "bot"], environment) as process:
                async with asyncio.timeout(60):
                    await server.identified.get()
                playing = playing or asyncio.create_task(players.play())
                if number < kills:
                    # At a random moment; leaving the block kills the process.
                    await asyncio.sleep(random.uniform(0.2, 3.0))
                else:
                    players.finished.clear()
                    async with asyncio.timeout(120):
                        await players.finished.wait()
                assert not playing.done(), playing.result()
                assert process.output.count("Traceback") == 0, process.output
        assert playing is not None
        playing.cancel()
        with suppress(asyncio.CancelledError):
            await playing
    return players, await _lost(data_folder, players.acknowledged)


async def _lost(data_folder: Path, acknowledged: list[Acknowledged]) -> list[Acknowledged]:
    store = await Store.open(sqlite_url(data_folder / "tutor.db"))
    lost = []
    for one in acknowledged:
        kept = await store.quizzes.answer_of(one.quiz, one.position, one.user_id)
        if kept is None or kept.given != (one.letter,):
            lost.append(one)
    await store.aclose()
    return lost


async def test_no_acknowledged_answer_is_lost_and_the_quiz_goes_on(data_folder: Path) -> None:
    players, lost = await killed_while_playing(KILLS, data_folder)
    assert players.acknowledged
    assert lost == []
