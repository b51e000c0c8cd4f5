"""Discord on the wire: its gateway and the REST routes that the bot uses, on loopback, with faults to order."""

from __future__ import annotations

import asyncio
import itertools
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import aiohttp
from aiohttp import WSMsgType, web

Json = Any

TOKEN: Final = "token-of-the-wire-test"
APPLICATION: Final = "700000000000000001"
GUILD: Final = "700000000000000002"
CHANNEL: Final = "700000000000000003"
MEMBER: Final = "700000000000000004"
EVERY_PERMISSION: Final = str((1 << 50) - 1)
MESSAGE_CONTENT: Final = 1 << 15
NOW: Final = "2026-08-01T12:00:00.000000+00:00"

DISPATCH, HEARTBEAT, IDENTIFY, RESUME, RECONNECT, INVALID, HELLO, ACK = 0, 1, 2, 6, 7, 9, 10, 11

BOT_USER: Final = {
    "id": APPLICATION,
    "username": "Torch Tutor",
    "discriminator": "0000",
    "global_name": None,
    "avatar": None,
    "bot": True,
    "verified": True,
    "mfa_enabled": False,
    "flags": 0,
    "locale": "en-US",
}
ALICE: Final = {"id": MEMBER, "username": "alice", "discriminator": "0", "global_name": "Alice", "avatar": None}
ALICE_HERE: Final = {
    "user": ALICE,
    "roles": [],
    "joined_at": NOW,
    "deaf": False,
    "mute": False,
    "flags": 0,
    "permissions": EVERY_PERMISSION,
}


@dataclass(frozen=True, slots=True)
class Request:
    """One REST request, as it came in."""

    method: str
    path: str
    body: Json
    authorization: str | None


@dataclass(slots=True)
class Fault:
    """What to answer instead, to the next `times` requests that fit."""

    method: str
    path: str
    status: int
    times: int
    body: Json
    headers: dict[str, str]


@dataclass(slots=True)
class Used:
    """An interaction: what the bot answered first, and the message that its user sees now."""

    id: str
    token: str
    callback: asyncio.Future[Json] = field(default_factory=asyncio.Future)
    edited: asyncio.Queue[Json] = field(default_factory=asyncio.Queue)


class DiscordServer:
    """Start with `running()`. `identified`, `resumed` and `requests` say what the bot did; `closed` how it left.

    An identification counts once the bot has been sent its servers, or has been refused an intent.
    """

    def __init__(self, *, message_content_allowed: bool = True) -> None:
        self.requests: list[Request] = []
        self.unknown: list[str] = []
        self.identified: asyncio.Queue[Json] = asyncio.Queue()
        self.resumed: asyncio.Queue[Json] = asyncio.Queue()
        self.closed: asyncio.Queue[int | None] = asyncio.Queue()
        self.commands: list[Json] = []
        self.posted: asyncio.Queue[Json] = asyncio.Queue()
        """What the bot wrote into the channel, and every edit of it."""
        self.identify_close: int | None = None
        self.url = ""
        self._message_content_allowed = message_content_allowed
        self._faults: list[Fault] = []
        self._used: dict[str, Used] = {}
        self._ids = itertools.count(800000000000000000)
        self._sequence = itertools.count(1)
        self._sent: list[Json] = []
        self._socket: web.WebSocketResponse | None = None

    @asynccontextmanager
    async def running(self, port: int = 0) -> AsyncIterator[DiscordServer]:
        app = web.Application()
        app.router.add_get("/gateway", self._gateway)
        app.router.add_get("/gateway/", self._gateway)
        app.router.add_route("*", "/api/{path:.*}", self._rest)
        runner = web.AppRunner(app, shutdown_timeout=1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield self
        finally:
            await runner.cleanup()

    # ------------------------------------------------------------------------------------------------ orders

    def fail(
        self,
        method: str,
        path: str,
        status: int,
        *,
        times: int = 1,
        body: Json = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        """Answer the next requests whose path matches with an error."""
        self._faults.append(Fault(method, path, status, times, body or {"message": "ordered"}, headers or {}))

    def rate_limit(self, method: str, path: str, seconds: float) -> None:
        """Answer the next such request with a 429, as Discord words it."""
        body = {"message": "You are being rate limited.", "retry_after": seconds, "global": False}
        self.fail(method, path, 429, body=body, headers={"Via": "1.1 google", "Retry-After": str(seconds)})

    async def drop(self, code: int) -> None:
        """Close the gateway's socket."""
        assert self._socket is not None
        await self._socket.close(code=code)

    async def withdraw_token(self) -> None:
        """Close the gateway's socket and let nobody in again, as when somebody resets the token."""
        self.identify_close = 4004
        await self.drop(4004)

    async def reconnect(self) -> None:
        """Ask the bot to connect anew, as Discord does before it restarts a gateway."""
        await self._send({"op": RECONNECT, "d": None})

    async def slash(self, name: str, *, person: int = 0, **options: str | int) -> Used:
        """Alice uses a slash command, such as `ask` or `quiz start`, or another `person` by number."""
        name, _, subcommand = name.partition(" ")
        command = next(known for known in self.commands if known["name"] == name)
        given: list[Json] = [
            {"name": key, "type": 4 if isinstance(value, int) else 3, "value": value} for key, value in options.items()
        ]
        if subcommand:
            given = [{"name": subcommand, "type": 1, "options": given}]
        data = {"id": command["id"], "name": name, "type": 1, "guild_id": GUILD, "options": given}
        return await self._interact(2, data, person=person)

    async def press(self, custom_id: str, message: Json, *, person: int = 0) -> Used:
        """Alice presses a button under a message, or another `person` by number."""
        data = {"component_type": 2, "custom_id": custom_id}
        return await self._interact(3, data, message=message, person=person)

    async def submit(self, custom_id: str, message: Json, *, person: int = 0, **fields: str) -> Used:
        """Alice, or another `person` by number, sends a box that was opened from a message."""
        rows = [
            {"type": 18, "component": {"type": 4, "custom_id": name, "value": value}} for name, value in fields.items()
        ]
        return await self._interact(5, {"custom_id": custom_id, "components": rows}, message=message, person=person)

    def person(self, number: int) -> int:
        """The user id of a person by number."""
        return int(MEMBER) + number

    async def say(self, content: str) -> None:
        """Alice writes in the channel, mentioning the bot."""
        text = f"<@{APPLICATION}> {content}"
        message = self._message(author=ALICE, content=text, mentions=[BOT_USER], member=ALICE_HERE)
        await self._dispatch("MESSAGE_CREATE", {**message, "guild_id": GUILD})

    # ----------------------------------------------------------------------------------------------- gateway

    async def _gateway(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(timeout=1)
        await socket.prepare(request)
        self._socket = socket
        await socket.send_json({"op": HELLO, "d": {"heartbeat_interval": 500}})
        async for frame in socket:
            if frame.type is not WSMsgType.TEXT:
                break
            packet = json.loads(frame.data)
            if packet["op"] == HEARTBEAT:
                await socket.send_json({"op": ACK})
            elif packet["op"] == IDENTIFY:
                await self._identify(socket, packet["d"])
            elif packet["op"] == RESUME:
                await self._resume(socket, packet["d"])
        self.closed.put_nowait(socket.close_code)
        return socket

    async def _identify(self, socket: web.WebSocketResponse, said: Json) -> None:
        if self.identify_close:
            await socket.close(code=self.identify_close)
        elif said["token"] != TOKEN:
            await socket.close(code=4004)
        elif said["intents"] & MESSAGE_CONTENT and not self._message_content_allowed:
            self.identified.put_nowait(said)
            await socket.close(code=4014)
        else:
            self._sent.clear()
            await self._dispatch(
                "READY",
                {
                    "v": 10,
                    "user": BOT_USER,
                    "guilds": [{"id": GUILD, "unavailable": True}],
                    "session_id": f"session{next(self._ids)}",
                    "resume_gateway_url": f"{self.url.replace('http', 'ws')}/gateway",
                    "shard": said["shard"],
                    "application": {"id": APPLICATION, "flags": 0},
                },
            )
            await self._dispatch("GUILD_CREATE", _guild())
            self.identified.put_nowait(said)

    async def _resume(self, socket: web.WebSocketResponse, said: Json) -> None:
        if self.identify_close:
            await socket.close(code=self.identify_close)
            return
        self.resumed.put_nowait(said)
        for packet in [packet for packet in self._sent if packet["s"] > said["seq"]]:
            await self._send(packet)
        await self._dispatch("RESUMED", {"_trace": []})

    async def _dispatch(self, event: str, data: Json) -> None:
        """Send an event now, or when the bot has resumed."""
        packet = {"op": DISPATCH, "t": event, "s": next(self._sequence), "d": data}
        self._sent.append(packet)
        await self._send(packet)

    async def _send(self, packet: Json) -> None:
        if self._socket is not None and not self._socket.closed:
            await self._socket.send_json(packet)

    # -------------------------------------------------------------------------------------------------- REST

    async def _rest(self, request: web.Request) -> web.Response:
        path = "/" + request.match_info["path"].removeprefix("v10/")
        body = await _body(request)
        self.requests.append(Request(request.method, path, body, request.headers.get("Authorization")))
        for fault in self._faults:
            if fault.times and fault.method == request.method and re.search(fault.path, path):
                fault.times -= 1
                return _answer(fault.body, fault.status, fault.headers)
        if not path.startswith(("/interactions/", "/webhooks/")) and (
            request.headers.get("Authorization") != f"Bot {TOKEN}"
        ):
            return _answer({"message": "401: Unauthorized", "code": 0}, 401)
        known = self._route(request.method, path, body)
        if known is None:
            self.unknown.append(f"{request.method} {path}")
            return _answer({"message": "404: Not Found", "code": 0}, 404)
        return _answer(*known)

    def _route(self, method: str, path: str, body: Json) -> tuple[Json, int] | None:
        """The answer to a request; None where this Discord has no such route."""
        match [method, *path.strip("/").split("/")]:
            case ["GET", "users", "@me"]:
                return BOT_USER, 200
            case ["GET", "oauth2", "applications", "@me"]:
                return _application(), 200
            case ["GET", "gateway", "bot"]:
                limit = {"total": 1000, "remaining": 999, "reset_after": 0, "max_concurrency": 1}
                gateway = f"{self.url.replace('http', 'ws')}/gateway"
                return {"url": gateway, "shards": 1, "session_start_limit": limit}, 200
            case ["GET", "applications", _, "commands"]:
                return self.commands, 200
            case ["PUT", "applications", _, "commands"]:
                made = {
                    "application_id": APPLICATION,
                    "version": "1",
                    "default_member_permissions": None,
                    "description": "",
                }
                self.commands = [{"id": str(next(self._ids)), **made, **command} for command in body]
                return self.commands, 200
            case ["POST", "interactions", _, token, "callback"] if token in self._used:
                return self._called_back(self._used[token], body), 200
            case ["PATCH" | "POST" | "GET", "webhooks", _, token, *_] if token in self._used:
                message = self._message(token=token, **(body or {}))
                if method != "GET":
                    self._used[token].edited.put_nowait(message)
                return message, 200
            case ["POST", "channels", _, "typing"]:
                return None, 204
            case ["POST", "channels", _, "messages"]:
                message = self._message(**body)
                self.posted.put_nowait(message)
                return message, 200
            case ["POST", "channels", parent, "threads"]:
                return {**_channel(), **_thread(str(next(self._ids)), parent, body)}, 201
            case ["PUT", "channels", _, "thread-members", _]:
                return None, 204
            case ["POST", "users", "@me", "channels"]:
                return {
                    "id": body["recipient_id"],
                    "type": 1,
                    "recipients": [{**ALICE, "id": body["recipient_id"]}],
                }, 200
            case ["GET", "users", user]:
                return {**ALICE, "id": user}, 200
            case ["PATCH", "channels", _, "messages", message_id]:
                message = {**self._message(**body), "id": message_id}
                self.posted.put_nowait(message)
                return message, 200
            case _:
                return None

    def _called_back(self, used: Used, body: Json) -> Json:
        """What Discord says to an interaction's first answer."""
        used.callback.set_result(body)
        interaction: Json = {"id": used.id, "type": 2, "response_message_id": used.id}
        if body["type"] == 5:
            interaction["response_message_loading"] = True
        message = self._message(token=used.token, **(body.get("data") or {}))
        return {"interaction": interaction, "resource": {"type": body["type"], "message": message}}

    async def _interact(self, kind: int, data: Json, message: Json = None, person: int = 0) -> Used:
        used = Used(str(next(self._ids)), f"interaction-token-{next(self._ids)}")
        self._used[used.token] = used
        event = {
            "id": used.id,
            "application_id": APPLICATION,
            "type": kind,
            "token": used.token,
            "version": 1,
            "data": data,
            "guild_id": GUILD,
            "guild": {"id": GUILD, "locale": "en-US", "features": []},
            "channel_id": CHANNEL,
            "channel": {**_channel(), "permissions": EVERY_PERMISSION},
            "member": ALICE_HERE | {"user": ALICE | {"id": str(self.person(person))}},
            "app_permissions": EVERY_PERMISSION,
            "locale": "en-US",
            "guild_locale": "en-US",
            "entitlements": [],
            "authorizing_integration_owners": {"0": GUILD},
            "context": 0,
            "attachment_size_limit": 10485760,
        }
        await self._dispatch("INTERACTION_CREATE", event | ({"message": message} if message else {}))
        return used

    def _message(self, *, token: str = "", author: Json = BOT_USER, **body: Json) -> Json:
        """A message with the given fields. The one that answers an interaction keeps its id through every edit."""
        return {
            "id": self._used[token].id if token else str(next(self._ids)),
            "type": 0,
            "channel_id": CHANNEL,
            "author": author,
            "content": "",
            "timestamp": NOW,
            "edited_timestamp": None,
            "tts": False,
            "mention_everyone": False,
            "mentions": [],
            "mention_roles": [],
            "attachments": [],
            "embeds": [],
            "components": [],
            "pinned": False,
            "flags": 0,
            **body,
        }


async def _body(request: web.Request) -> Json:
    """The JSON of a request, be it all of it or the payload beside files."""
    if request.content_type.startswith("multipart/"):
        form = await request.post()
        return json.loads(str(form.get("payload_json", "null")))
    text = await request.text()
    return json.loads(text) if text else None


def _answer(body: Json, status: int, headers: dict[str, str] | None = None) -> web.Response:
    # discord.py reads JSON only where the type is exactly this, and reads it wherever it is.
    kind = {} if body is None else {aiohttp.hdrs.CONTENT_TYPE: "application/json"}
    return web.Response(
        body=b"" if body is None else json.dumps(body).encode(), status=status, headers=kind | (headers or {})
    )


def _application() -> Json:
    return {
        "id": APPLICATION,
        "name": "Torch Tutor",
        "icon": None,
        "description": "",
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "flags": 0,
        "owner": ALICE,
        "team": None,
        "summary": "",
        "rpc_origins": [],
    }


def _thread(id: str, parent: str, body: Json) -> Json:
    metadata = {"archived": False, "auto_archive_duration": 1440, "archive_timestamp": NOW, "locked": False}
    return {
        "id": id,
        "type": body.get("type", 11),
        "name": body["name"],
        "parent_id": parent,
        "owner_id": APPLICATION,
        "thread_metadata": metadata,
        "message_count": 0,
        "member_count": 1,
    }


def _channel() -> Json:
    return {
        "id": CHANNEL,
        "type": 0,
        "guild_id": GUILD,
        "name": "general",
        "position": 0,
        "permission_overwrites": [],
        "nsfw": False,
        "parent_id": None,
        "rate_limit_per_user": 0,
        "topic": None,
        "last_message_id": None,
        "flags": 0,
    }


def _guild() -> Json:
    everyone = {
        "id": GUILD,
        "name": "@everyone",
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "position": 0,
        "permissions": EVERY_PERMISSION,
        "managed": False,
        "mentionable": False,
        "flags": 0,
    }
    me = {"user": BOT_USER, "roles": [], "joined_at": NOW, "deaf": False, "mute": False, "flags": 0}
    return {
        "id": GUILD,
        "name": "Torch School",
        "icon": None,
        "splash": None,
        "discovery_splash": None,
        "owner_id": MEMBER,
        "region": "",
        "afk_channel_id": None,
        "afk_timeout": 300,
        "verification_level": 0,
        "default_message_notifications": 0,
        "explicit_content_filter": 0,
        "roles": [everyone],
        "emojis": [],
        "stickers": [],
        "features": [],
        "mfa_level": 0,
        "application_id": None,
        "system_channel_id": None,
        "system_channel_flags": 0,
        "rules_channel_id": None,
        "vanity_url_code": None,
        "description": None,
        "banner": None,
        "premium_tier": 0,
        "premium_subscription_count": 0,
        "preferred_locale": "en-US",
        "public_updates_channel_id": None,
        "nsfw_level": 0,
        "premium_progress_bar_enabled": False,
        "safety_alerts_channel_id": None,
        "joined_at": NOW,
        "large": False,
        "unavailable": False,
        "member_count": 2,
        "voice_states": [],
        "members": [me, ALICE_HERE],
        "channels": [_channel()],
        "threads": [],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }
