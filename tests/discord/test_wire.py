"""The checker of request bodies refuses what Discord would refuse."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from tests.discord import wire

NOBODY: dict[str, Any] = {"parse": []}
V2 = 1 << 15
Body = dict[str, Any]


def display(text: str) -> Body:
    return {"type": 10, "content": text}


def row(*children: Body) -> Body:
    return {"type": 1, "components": list(children)}


def button(**changes: object) -> Body:
    return {"type": 2, "style": 2, "label": "Go", "custom_id": "go", **changes}


def message(*components: Body, **changes: object) -> Body:
    return {"flags": V2, "components": list(components), "allowed_mentions": NOBODY, **changes}


def select(options: int = 1, width: int = 3) -> Body:
    return {
        "type": 3,
        "custom_id": "choose",
        "options": [{"label": f"{n:0{width}}", "value": str(n)} for n in range(options)],
    }


def command(**changes: object) -> Body:
    return {"name": "ask", "description": "Ask", "type": 1, **changes}


MESSAGE, COMMANDS, CALLBACK = "/channels/1/messages", "/applications/1/commands", "/interactions/1/token/callback"

GOOD = [
    ("POST", MESSAGE, message(display("x" * 4000), row(button()), row(select(25)))),
    ("POST", MESSAGE, {"content": "x" * 2000, "allowed_mentions": NOBODY}),
    ("PATCH", "/webhooks/1/token/messages/@original", message(display("x"))),
    ("POST", CALLBACK, {"type": 5, "data": {"flags": 64}}),
    ("POST", CALLBACK, {"type": 8, "data": {"choices": [{"name": "x" * 100, "value": "x"}] * 25}}),
    ("PUT", COMMANDS, [command()]),
    ("POST", "/channels/1/typing", None),
]

BAD = {
    "text over 4000": (MESSAGE, message(display("x" * 2001), display("x" * 2000))),
    "emoji count as Discord counts them": (MESSAGE, message(display("🔥" * 2001))),
    "41 components": (MESSAGE, message(*[display("x")] * 41)),
    "content beside V2": (MESSAGE, message(display("x"), content="x")),
    "content over 2000": (MESSAGE, {"content": "x" * 2001, "allowed_mentions": NOBODY}),
    "a ping": (MESSAGE, {"content": "x", "allowed_mentions": {"parse": ["everyone"]}}),
    "default pings": (MESSAGE, {"content": "x"}),
    "custom_id too long": (MESSAGE, message(row(button(custom_id="x" * 101)))),
    "custom_id twice": (MESSAGE, message(row(button(), button()))),
    "a nested custom_id twice": (MESSAGE, message({"type": 17, "components": [row(button())]}, row(button()))),
    "a button without words": (MESSAGE, message(row(button(label=None)))),
    "a long label": (MESSAGE, message(row(button(label="x" * 81)))),
    "a link with a custom_id": (MESSAGE, message(row(button(style=5, url="https://pytorch.org")))),
    "six buttons in a row": (MESSAGE, message(row(*[button(custom_id=str(n)) for n in range(6)]))),
    "a select beside a button": (MESSAGE, message(row(select(), button()))),
    "26 options": (MESSAGE, message(row(select(26)))),
    "a long option": (MESSAGE, message(row(select(1, width=101)))),
    "an unknown component": (MESSAGE, message({"type": 99})),
    "a colour that is none": (MESSAGE, message({"type": 17, "accent_color": "red", "components": [display("x")]})),
    "26 choices": (CALLBACK, {"type": 8, "data": {"choices": [{"name": "x", "value": "x"}] * 26}}),
    "a long choice": (CALLBACK, {"type": 8, "data": {"choices": [{"name": "x", "value": "x" * 101}]}}),
    "an upper-case command": (COMMANDS, [command(name="Ask")]),
    "16 message commands": (COMMANDS, [{"name": str(n), "type": 3} for n in range(16)]),
    "a command without description": (COMMANDS, [{"name": "ask", "type": 1, "description": ""}]),
    "optional before required": (
        COMMANDS,
        [
            command(
                options=[
                    {"type": 3, "name": "a", "description": "a"},
                    {"type": 3, "name": "b", "description": "b", "required": True},
                ]
            )
        ],
    ),
    "a modal with a long title": (
        CALLBACK,
        {
            "type": 9,
            "data": {
                "title": "x" * 46,
                "custom_id": "m",
                "components": [
                    {"type": 18, "label": "x", "component": {"type": 4, "custom_id": "t", "style": 1, "label": None}}
                ],
            },
        },
    ),
    "a route that does not exist": ("/nowhere", {}),
}


@pytest.mark.parametrize(("method", "path", "body"), GOOD)
def test_what_discord_takes_passes(method: str, path: str, body: Any) -> None:  # noqa: ANN401
    wire.check(method, path, body)


@pytest.mark.parametrize(("path", "body"), BAD.values(), ids=BAD.keys())
def test_what_discord_refuses_does_not(path: str, body: Any) -> None:  # noqa: ANN401
    before = copy.deepcopy(body)
    with pytest.raises(wire.Rejected):
        wire.check("PUT" if path == COMMANDS else "POST", path, body)
    assert body == before
