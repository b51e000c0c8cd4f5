"""What Discord itself would say to a request body.

Every body that the bot sends is checked against Discord's own OpenAPI document (`discord-openapi.json`, from
github.com/discord/discord-api-spec, MIT) and against the limits that the document leaves out.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema

DOCUMENT = Path(__file__).with_name("discord-openapi.json")
V2 = 1 << 15
Json = Any
BODY_METHODS = ("POST", "PUT", "PATCH")


class Rejected(AssertionError):
    """Discord would not have taken this request."""


@functools.cache
def _document() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(DOCUMENT.read_text(encoding="utf-8"))
    return loaded


@functools.cache
def _routes() -> list[tuple[re.Pattern[str], str]]:
    # Literal segments before parameters, so that ".../messages/@original" is not taken for ".../{message_id}".
    paths = sorted(_document()["paths"], key=lambda path: path.count("{"))
    return [(re.compile(re.sub(r"\\\{.+?\\\}", "[^/]+", re.escape(path))), path) for path in paths]


@functools.cache
def _validator(method: str, path: str) -> jsonschema.Draft202012Validator | None:
    template = next((template for pattern, template in _routes() if pattern.fullmatch(path)), None)
    if template is None:
        raise Rejected(f"{method} {path} is not in Discord's document")
    operation = _document()["paths"][template].get(method.lower())
    if operation is None:
        raise Rejected(f"Discord has no {method} {template}")
    content = operation.get("requestBody", {}).get("content", {})
    if "application/json" not in content:
        return None
    schema = {**content["application/json"]["schema"], "components": _document()["components"]}
    return jsonschema.Draft202012Validator(schema)


def check(method: str, path: str, body: Json) -> None:
    """Raise `Rejected` if Discord would refuse `body` for this route (a path without `/api/v10`)."""
    if method not in BODY_METHODS or body is None:
        return
    # Ids are masked so that the compiled validator of a route is found again.
    template = re.sub(r"/\d{5,}", "/0", re.sub(r"/(webhooks|interactions)/\d+/[^/]+", r"/\1/0/token", path))
    validator = _validator(method, template)
    if validator is not None:
        for error in validator.iter_errors(_with_text_ids(body)):
            best = jsonschema.exceptions.best_match([error])
            raise Rejected(f"{method} {path}: {best.json_path}: {best.message[:500]}")
    check_limits(method, path, body)


def check_limits(method: str, path: str, body: Json) -> None:
    """Raise `Rejected` where `body` breaks a limit that the document leaves out. Much faster than `check`."""
    for fault in _faults(path, body):
        raise Rejected(f"{method} {path}: {fault}")


def _with_text_ids(value: Json) -> Json:
    """Ids as text. Discord takes numbers too, as discord.py sends them; its document has forgotten them."""
    if isinstance(value, dict):
        if isinstance(value.get("users"), list):
            value = {**value, "users": [str(user_id) for user_id in value["users"]]}
        if "attachments" in value:
            # The id of a file that comes along is its number among them.
            files = [{**file, "id": str(file["id"])} for file in value["attachments"]]
            value = {**value, "attachments": files}
        return {
            key: str(inner) if type(inner) is int and inner >> 32 and key.endswith("id") else _with_text_ids(inner)
            for key, inner in value.items()
        }
    return [_with_text_ids(inner) for inner in value] if isinstance(value, list) else value


def _faults(path: str, body: Json) -> Iterator[str]:
    if path.endswith("/commands"):
        yield from _commands(body)
    elif path.endswith("/callback"):
        data = body.get("data") or {}
        if body["type"] == 9:
            yield from _modal(data)
        elif body["type"] == 8:
            yield from _choices(data.get("choices", []))
        else:
            yield from _message(data)
    elif isinstance(body, dict):
        yield from _message(body)


def walk(components: Json) -> Iterator[dict[str, Any]]:
    """Every component of a body, nested ones too."""
    for component in components or ():
        yield component
        yield from walk(component.get("components"))
        yield from walk([component[key] for key in ("accessory", "component") if key in component])


def _message(body: dict[str, Any]) -> Iterator[str]:
    if len(body.get("content") or "") > 2000:
        yield "content is longer than 2000 characters"
    texts = [part for embed in body.get("embeds") or () for part in _strings(embed)]
    if sum(map(len, texts)) > 6000:
        yield "embeds have more than 6000 characters"
    parts = list(walk(body.get("components")))
    if (body.get("flags") or 0) & V2:
        if len(parts) > 40:
            yield f"{len(parts)} components"
        # Counted as UTF-16, the strictest reading of "characters".
        size = sum(_utf16(part["content"]) for part in parts if part["type"] == 10)
        if size > 4000:
            yield f"{size} characters of text"
        if any(body.get(key) for key in ("content", "embeds", "poll", "sticker_ids")):
            yield "content, embeds, polls and stickers do not go with Components V2"
    elif len(body.get("components") or ()) > 5:
        yield "more than five action rows"
    if parts or body.get("content"):
        yield from _pings(body.get("allowed_mentions"), "\n".join(part.get("content", "") for part in parts))
    yield from _components(parts)


def _pings(allowed: Json, text: str) -> Iterator[str]:
    """Nobody is pinged but people who are named one by one, and only where the bot itself writes their mention."""
    named = (allowed or {}).get("users", [])
    if allowed != {"parse": []} | ({"users": named} if "users" in (allowed or {}) else {}):
        yield f"somebody could be pinged: {allowed}"
    for user_id in named:
        if f"<@{user_id}>" not in text:
            yield f"{user_id} may be pinged but is not mentioned"


def _components(parts: list[dict[str, Any]]) -> Iterator[str]:
    ids = [part["custom_id"] for part in parts if "custom_id" in part]
    if len(ids) != len(set(ids)):
        yield f"a custom_id is used twice: {ids}"
    for part in parts:
        if len(part.get("custom_id", "")) > 100:
            yield f"custom_id is longer than 100: {part['custom_id']}"
        if part["type"] == 2:
            if not (part.get("label") or part.get("emoji")):
                yield "a button has neither label nor emoji"
            if len(part.get("label") or "") > 80:
                yield f"a button's label is longer than 80: {part['label']}"
            if (part["style"] == 5) != ("url" in part) or ("url" in part and "custom_id" in part):
                yield f"a link button has a url and no custom_id: {part}"
        if part["type"] == 3:
            values = [option["value"] for option in part["options"]]
            if len(values) != len(set(values)) or not 1 <= len(values) <= 25:
                yield f"a select needs 1 to 25 different values: {values}"
            if any(_utf16(words) > 100 for option in part["options"] for words in _strings(option)):
                yield "a select option is longer than 100"
        if part["type"] == 1:
            kinds = [child["type"] for child in part["components"]]
            if not 1 <= len(kinds) <= 5 or (len(kinds) > 1 and set(kinds) != {2}):
                yield f"an action row holds {kinds}"


def _modal(data: dict[str, Any]) -> Iterator[str]:
    if not 1 <= len(data["title"]) <= 45:
        yield f"a modal's title has {len(data['title'])} characters"
    if not 1 <= len(data["components"]) <= 5:
        yield f"a modal has {len(data['components'])} components"
    for part in walk(data["components"]):
        if part["type"] == 18 and len(part["label"]) > 45:
            yield f"a label is longer than 45: {part['label']}"
        if part["type"] == 4 and len(part.get("value") or "") > 4000:
            yield "a text input's value is longer than 4000"
    yield from _components(list(walk(data["components"])))


def _choices(choices: list[dict[str, Any]]) -> Iterator[str]:
    if len(choices) > 25:
        yield f"{len(choices)} choices"
    for choice in choices:
        if not 1 <= _utf16(choice["name"]) <= 100 or len(str(choice["value"])) > 100:
            yield f"a choice is longer than 100: {choice}"


def _commands(commands: list[dict[str, Any]]) -> Iterator[str]:
    for kind, most in ((1, 100), (2, 15), (3, 15)):
        if sum(command.get("type", 1) == kind for command in commands) > most:
            yield f"more than {most} commands of type {kind}"
    for command in commands:
        if command.get("type", 1) == 1 and command["name"] != command["name"].lower():
            yield f"{command['name']} is not lower case"
        if (command.get("type", 1) == 1) != (1 <= len(command.get("description") or "") <= 100):
            yield f"{command['name']}: a slash command, and no other, has a description of 1 to 100 characters"
        if sum(map(len, _strings(command, ("name", "description", "value")))) > 8000:
            yield f"{command['name']} has more than 8000 characters"
        required = [option.get("required", False) for option in command.get("options") or ()]
        if required != sorted(required, reverse=True):
            yield f"{command['name']}: required options come first"
        for option in command.get("options") or ():
            yield from _choices(option.get("choices") or [])


def _strings(value: Json, keys: tuple[str, ...] | None = None) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if isinstance(inner, str):
                if keys is None or key in keys:
                    yield inner
            else:
                yield from _strings(inner, keys)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner, keys)


def _utf16(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
