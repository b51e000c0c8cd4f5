"""What goes over the wire: a request to run a snippet, its result, and how ready a worker is.

JSON forms are those of `tutor run`: file contents are base64. Everything that comes from outside goes through
`from_json`, which raises `BadRun` with one sentence for anything that is not as it should be.
"""

from __future__ import annotations

import base64
import binascii
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from bot.sandbox.errors import BadRun

Status = Literal["ok", "error", "timeout", "memory", "output", "killed"]
STATUSES: tuple[Status, ...] = get_args(Status)

MAX_BODY_BYTES = 1 << 20
MAX_FILES_IN = 32
MAX_NAME_BYTES = 120
MAX_DEPTH = 4


@dataclass(frozen=True)
class RunRequest:
    """A snippet to run.

    `files` are written to the working folder before it starts. `timeout_s` and `memory_mb` can only lower the worker's
    own limits; None takes them. `client` is an opaque key (a user's id) by which waiting runs are queued fairly.
    `argv` is the snippet's sys.argv; with `merged` standard error goes where standard output goes, in order.
    """

    code: str
    files: Mapping[str, bytes] = field(default_factory=dict)
    timeout_s: float | None = None
    memory_mb: int | None = None
    client: str = ""
    argv: tuple[str, ...] = ("main.py",)
    merged: bool = False

    def to_json(self) -> dict[str, Any]:
        """The body of `POST /run`; the client's key travels in a header."""
        body: dict[str, Any] = {"code": self.code}
        if self.files:
            body["files"] = {name: base64.b64encode(data).decode() for name, data in self.files.items()}
        if self.timeout_s is not None:
            body["timeout_s"] = self.timeout_s
        if self.memory_mb is not None:
            body["memory_mb"] = self.memory_mb
        return body

    @classmethod
    def from_json(cls, body: object, client: str = "") -> RunRequest:
        """Read the body of `POST /run`; raises BadRun."""
        if not isinstance(body, dict):
            raise BadRun('Send a JSON object such as {"code": "print(1)"}.')
        unknown = sorted(set(body) - {"code", "files", "timeout_s", "memory_mb"})
        if unknown:
            raise BadRun(f"Unknown field {unknown[0]!r}: allowed are code, files, timeout_s and memory_mb.")
        code = body.get("code")
        if not isinstance(code, str):
            raise BadRun("The field 'code' must be a string with the Python code to run.")
        if not _encodable(code):
            raise BadRun("The code holds half a character (a lone surrogate); send it as valid Unicode text.")
        raw = body.get("files")
        if raw is not None and not isinstance(raw, dict):
            raise BadRun("The field 'files' must be an object of file names and base64 contents.")
        files = {checked_name(name): decode_content(name, data) for name, data in (raw or {}).items()}
        check_files(files)
        return cls(
            code=code,
            files=files,
            timeout_s=_positive(body.get("timeout_s"), "timeout_s"),
            memory_mb=_positive_int(body.get("memory_mb"), "memory_mb"),
            client=client,
        )


@dataclass(frozen=True)
class RunFile:
    """A file that the snippet left in its working folder; `path` is relative to it, `content` its bytes."""

    path: str
    content: bytes

    @property
    def size(self) -> int:
        """Size in bytes."""
        return len(self.content)


@dataclass(frozen=True)
class RunResult:
    """What came of a run.

    `value` is the repr of the last expression or None; `truncated` says that output or files were cut at a limit;
    `ms` is the wall time of the snippet and `memory_mb` its peak beyond the interpreter's own; `explanation` is one
    plain sentence about the exception and `question` the id of the corpus question about it, or None.
    `returncode` is the exit status as a shell would give it (137 when killed).
    """

    status: Status
    stdout: str = ""
    stderr: str = ""
    value: str | None = None
    files: tuple[RunFile, ...] = ()
    truncated: bool = False
    ms: float = 0.0
    explanation: str | None = None
    question: str | None = None
    memory_mb: float = 0.0
    returncode: int = 0

    def to_json(self) -> dict[str, Any]:
        """The answer of `POST /run` and the output of `tutor run --json`."""
        return {
            "status": self.status,
            "stdout": self.stdout,
            "stderr": self.stderr,
            "value": self.value,
            "files": [
                {"path": file.path, "size": file.size, "content": base64.b64encode(file.content).decode()}
                for file in self.files
            ],
            "truncated": self.truncated,
            "ms": round(self.ms, 1),
            "explanation": self.explanation,
            "question": self.question,
            "memory_mb": round(self.memory_mb, 1),
            "returncode": self.returncode,
        }

    @classmethod
    def from_json(cls, body: object) -> RunResult:
        """Read a worker's answer; raises ValueError, KeyError or TypeError when it is not one."""
        if not isinstance(body, dict) or body["status"] not in STATUSES:
            raise ValueError("not the answer of a worker")
        files = tuple(
            RunFile(str(item["path"]), base64.b64decode(item["content"], validate=True)) for item in body["files"]
        )
        return cls(
            status=body["status"],
            stdout=str(body["stdout"]),
            stderr=str(body["stderr"]),
            value=_optional_text(body["value"]),
            files=files,
            truncated=bool(body["truncated"]),
            ms=float(body["ms"]),
            explanation=_optional_text(body.get("explanation")),
            question=_optional_text(body.get("question")),
            memory_mb=float(body.get("memory_mb", 0.0)),
            returncode=int(body.get("returncode", 0)),
        )


@dataclass(frozen=True)
class Readiness:
    """Whether a worker can run code now, and how well it is jailed.

    `isolation` is "full" or the weaker level that was asked for; `layers` are the layers in force, `limits` says what
    enforces memory and pids; `waiting` runs are in its queue; `reason` is why it is not ready, as a sentence.
    """

    ready: bool
    isolation: str = "full"
    layers: tuple[str, ...] = ()
    limits: Mapping[str, str] = field(default_factory=dict)
    slots: int = 0
    running: int = 0
    waiting: int = 0
    reason: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The answer of `GET /readyz`."""
        return {
            "ready": self.ready,
            "isolation": self.isolation,
            "layers": list(self.layers),
            "limits": dict(self.limits),
            "slots": self.slots,
            "running": self.running,
            "waiting": self.waiting,
            "reason": self.reason,
        }

    @classmethod
    def from_json(cls, body: object) -> Readiness:
        """Read the answer of `GET /readyz`; raises ValueError, KeyError or TypeError when it is not one."""
        if not isinstance(body, dict):
            raise ValueError("not the answer of a worker")
        return cls(
            ready=bool(body["ready"]),
            isolation=str(body["isolation"]),
            layers=tuple(str(layer) for layer in body["layers"]),
            limits={str(name): str(how) for name, how in body["limits"].items()},
            slots=int(body["slots"]),
            running=int(body["running"]),
            waiting=int(body["waiting"]),
            reason=_optional_text(body["reason"]),
        )


def checked_name(name: object) -> str:
    """A file name that may be written to or returned from the working folder; raises BadRun.

    Relative, at most four levels deep, 120 bytes a part, no `.` or `..` part, no control or unassigned characters.
    """
    if not isinstance(name, str) or not name or not _encodable(name):
        raise BadRun("A file needs a name of ordinary characters.")
    parts = name.split("/")
    if len(parts) > MAX_DEPTH or any(part in ("", ".", "..") for part in parts):
        raise BadRun(f"The file name {name[:80]!r} must be a plain relative path such as 'data/points.csv'.")
    if any(len(part.encode()) > MAX_NAME_BYTES for part in parts):
        raise BadRun(f"The file name {name[:80]!r} is too long: {MAX_NAME_BYTES} bytes a part are allowed.")
    if "\\" in name or any(unicodedata.category(char).startswith("C") for char in name):
        raise BadRun(f"The file name {name[:80]!r} holds a character that is not allowed in names.")
    return name


def decode_content(name: object, data: object) -> bytes:
    """The bytes of a file that came as base64; raises BadRun."""
    try:
        if not isinstance(data, str):
            raise ValueError
        return base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        raise BadRun(f"The content of the file {str(name)[:80]!r} must be a base64 string.") from None


def check_files(files: Mapping[str, bytes]) -> None:
    """Refuse too many files, and names of which one is a folder of another; raises BadRun."""
    if len(files) > MAX_FILES_IN:
        raise BadRun(f"At most {MAX_FILES_IN} files can be sent with a snippet.")
    for name in files:
        parts = name.split("/")
        for depth in range(1, len(parts)):
            if "/".join(parts[:depth]) in files:
                raise BadRun(f"The file {name[:80]!r} cannot lie in another file.")


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _positive(value: object, name: str) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < float("inf"):
        raise BadRun(f"The field '{name}' must be a number above 0.")
    return float(value)


def _positive_int(value: object, name: str) -> int | None:
    number = _positive(value, name)
    if number is None:
        return None
    if number < 1 or number != int(number):
        raise BadRun(f"The field '{name}' must be a whole number above 0.")
    return int(number)


def _optional_text(value: object) -> str | None:
    return None if value is None else str(value)
