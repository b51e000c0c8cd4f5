"""The commands are registered when Discord does not know them, and only then."""

from __future__ import annotations

from simcord.http import router

from tests.discord.probes import Probes
from tests.discord.world import World, text_of


def registrations(world: World) -> int:
    return sum(request.method == "PUT" and request.path.endswith("/commands") for request in world.env.http_requests)


async def test_an_unchanged_bot_registers_once(world: World) -> None:
    assert registrations(world) == 1
    await world.restart()
    await world.restart()
    assert registrations(world) == 1


async def test_a_changed_command_is_registered_again(world: World, probes: Probes) -> None:
    key = f"commands:{world.env.backend.application_id}"
    assert await world.store.values.get(key)
    await world.store.values.set(key, "the hash of an older version")
    await world.restart()
    assert registrations(world) == 2
    assert probes.answered.answer[:100] in text_of(await world.ask(world.alice, probes.answered.question))


async def test_commands_that_discord_lost_are_registered_again(world: World) -> None:
    path = f"/applications/{world.env.backend.application_id}/commands"
    router.dispatch(world.env.backend, "PUT", path, json=[])
    await world.restart()
    assert {"ask", "run", "help", "mock start"} <= set(world.alice.available_commands(world.general))
