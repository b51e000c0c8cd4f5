"""Snippets with what must be observed, kept as data: loading them and comparing."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from bot.sandbox.wire import RunRequest, RunResult

EXPECTATIONS = frozenset(
    {
        "status",
        "stdout",
        "stdout_contains",
        "stdout_lacks",
        "stderr_contains",
        "stderr_lacks",
        "value",
        "value_contains",
        "files",
        "max_files",
        "truncated",
        "within_s",
    }
)


@dataclass(frozen=True)
class Case:
    """One snippet: `category` is its file's name, `expect` what must be observed."""

    category: str
    name: str
    request: RunRequest
    expect: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.category}:{self.name}"


def load(folder: Path) -> list[Case]:
    """Every case of every YAML file in a folder; raises ValueError for one that could not fail."""
    cases = []
    for path in sorted(folder.glob("*.yaml")):
        for raw in yaml.safe_load(path.read_text(encoding="utf-8")):
            expect = raw.get("expect", {})
            unknown = set(expect) - EXPECTATIONS
            if unknown or not expect:
                raise ValueError(f"{path.name}: {raw.get('name')}: expects nothing, or unknown {sorted(unknown)}")
            files = {name: text.encode() for name, text in raw.get("files", {}).items()}
            request = RunRequest(raw["code"], files, raw.get("timeout_s"), raw.get("memory_mb"))
            cases.append(Case(path.stem, raw["name"], request, expect))
    return cases


def differences(case: Case, result: RunResult, took_s: float) -> list[str]:
    """What of the case's expectations does not hold, one line each."""
    expect = case.expect
    checks: list[tuple[bool, str]] = []
    if "status" in expect:
        allowed = expect["status"] if isinstance(expect["status"], list) else [expect["status"]]
        checks.append((result.status in allowed, f"status {result.status}, not {allowed}"))
    if "stdout" in expect:
        checks.append((result.stdout == expect["stdout"], f"stdout {result.stdout!r}, not {expect['stdout']!r}"))
    for key, text in (("stdout", result.stdout), ("stderr", result.stderr), ("value", result.value or "")):
        for wanted in _texts(expect.get(f"{key}_contains")):
            checks.append((wanted in text, f"{key} {text!r} lacks {wanted!r}"))
        for unwanted in _texts(expect.get(f"{key}_lacks")):
            checks.append((unwanted not in text, f"{key} holds {unwanted!r}"))
    if "value" in expect:
        value = None if expect["value"] is None else str(expect["value"])
        checks.append((result.value == value, f"value {result.value!r}, not {value!r}"))
    names = [file.path for file in result.files]
    if "files" in expect:
        checks.append((sorted(names) == sorted(expect["files"]), f"files {names}, not {expect['files']}"))
    if "max_files" in expect:
        checks.append((len(names) <= expect["max_files"], f"{len(names)} files, more than {expect['max_files']}"))
    if "truncated" in expect:
        checks.append((result.truncated == expect["truncated"], f"truncated is {result.truncated}"))
    if "within_s" in expect:
        checks.append((took_s <= expect["within_s"], f"took {took_s:.1f} s, more than {expect['within_s']}"))
    wrong = [message for holds, message in checks if not holds]
    return [*wrong, f"stdout {result.stdout[-500:]!r}, stderr {result.stderr[-1500:]!r}"] if wrong else []


def _texts(value: object) -> list[str]:
    if value is None:
        return []
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]
