"""The bot's health over HTTP: is it alive, can it serve, and how is it doing."""

from __future__ import annotations

import logging
import math
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import discord
from aiohttp import web
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.client import TutorBot
from bot.errors import StoreError
from bot.settings import Listen
from bot.store import Store

log = logging.getLogger(__name__)


class Health(Collector):
    """What is known about the bot's state. `store` and the bot are absent until they have been opened."""

    def __init__(self) -> None:
        self.store: Store | None = None
        self._bot: TutorBot | None = None
        self.registry = CollectorRegistry()
        self.registry.register(self)
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        self._interactions = Counter(
            "tutor_interactions", "Commands, buttons and forms that were used.", ["kind"], registry=self.registry
        )
        self._connections = Counter(
            "tutor_connections", "Connections to Discord that were begun.", registry=self.registry
        )
        self._resumes = Counter("tutor_resumes", "Lost connections that were resumed.", registry=self.registry)

    def watch(self, bot: TutorBot) -> None:
        """From now on, `bot` is the bot."""
        self._bot = bot
        self._connections.inc()
        bot.add_listener(self._count_interaction, "on_interaction")
        bot.add_listener(self._count_resume, "on_shard_resumed")

    @property
    def connected(self) -> bool:
        """Whether Discord has sent its servers, and every shard's socket is open now."""
        bot = self._bot
        return bot is not None and bot.is_ready() and not any(shard.is_closed() for shard in bot.shards.values())

    async def problems(self) -> list[str]:
        """Why the bot cannot serve right now; empty when it can."""
        if self.store is None:
            return ["still starting"]
        found = []
        if not self.connected:
            found.append("not connected to Discord")
        try:
            await self.store.ping()
        except StoreError as error:
            log.warning("The database does not answer: %s", error.__cause__ or error)
            found.append("the database does not answer")
        return found

    def collect(self) -> Iterator[Metric]:
        """The gauges, read when they are asked for."""
        bot = self._bot
        yield GaugeMetricFamily("tutor_connected", "Whether every shard is connected.", value=int(self.connected))
        if bot is None:
            return
        yield GaugeMetricFamily("tutor_guilds", "Servers that the bot is in.", value=len(bot.guilds))
        latency = GaugeMetricFamily("tutor_gateway_latency_seconds", "Heartbeat to its answer.", labels=["shard"])
        for shard, seconds in bot.latencies:
            if math.isfinite(seconds):
                latency.add_metric([str(shard)], seconds)
        yield latency

    async def _count_interaction(self, interaction: discord.Interaction[Any]) -> None:
        self._interactions.labels(kind=interaction.type.name).inc()

    async def _count_resume(self, shard_id: int) -> None:
        self._resumes.inc()


def health_app(health: Health) -> web.Application:
    """`/healthz`, `/readyz` and `/metrics`."""

    async def alive(request: web.Request) -> web.Response:
        return web.json_response({"alive": True})

    async def ready(request: web.Request) -> web.Response:
        problems = await health.problems()
        return web.json_response({"ready": not problems, "problems": problems}, status=503 if problems else 200)

    async def metrics(request: web.Request) -> web.Response:
        return web.Response(body=generate_latest(health.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    app = web.Application()
    app.add_routes([web.get("/healthz", alive), web.get("/readyz", ready), web.get("/metrics", metrics)])
    return app


@asynccontextmanager
async def serve_health(health: Health, listen: Listen) -> AsyncIterator[str]:
    """Serve `health` on `listen` and yield the address; a place that is taken is logged, and costs nothing else."""
    runner = web.AppRunner(health_app(health), access_log=None)
    await runner.setup()
    site = web.UnixSite(runner, listen.path) if listen.path else web.TCPSite(runner, listen.host, listen.port)
    address = str(listen)
    try:
        await site.start()
        if not listen.path:
            # Port 0 lets the system choose.
            host, port = runner.addresses[0][:2]
            address = str(Listen(host, port))
        log.info("Health is served on %s.", address)
    except OSError as error:
        log.warning("TUTOR_HTTP_LISTEN=%s: %s. The bot runs without /healthz, /readyz and /metrics.", listen, error)
    try:
        yield address
    finally:
        await runner.cleanup()
