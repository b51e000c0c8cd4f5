"""Read YAML and Markdown files of ours strictly: every value typed, every fault with its file and line.

What the corpus and the interview files share. A reader asks `Fields` for one value after the other; whatever is
missing, of the wrong kind or unknown is noted as a `Fault`, and reading goes on, so that all faults are told at once.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_SOURCE = re.compile(r"https://\S+")


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong in a file; prints as `file:line: what`."""

    path: Path
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.what}"


class Fields:
    """Typed access to a YAML mapping that remembers on which line each key stands.

    What is wrong is added to `faults`, which a mapping shares with the mappings inside it. `kind` is what the mapping
    describes, with its article, for the sentence about unknown keys.
    """

    def __init__(
        self,
        path: Path,
        kind: str,
        faults: list[Fault],
        line: int,
        values: Mapping[object, object] | None = None,
        node: yaml.Node | None = None,
        first_line: int = 1,
    ) -> None:
        self.path = path
        self.faults = faults
        self._kind = kind
        self._line = line
        self._first_line = first_line
        self._readable = values is not None
        self._values = {str(key): value for key, value in (values or {}).items()}
        self._lines: dict[str, int] = {}
        self._nodes: dict[str, yaml.Node] = {}
        self._read: set[str] = set()
        for key, inner in node.value if isinstance(node, yaml.MappingNode) else ():
            name, place = str(key.value), key.start_mark.line + first_line
            if name in self._lines:
                faults.append(Fault(path, place, f"{name} is given twice"))
            self._lines[name] = place
            self._nodes[name] = inner

    def fault(self, key: str, what: str) -> None:
        """Note that something is wrong with the value of `key`."""
        self.faults.append(Fault(self.path, self.line_of(key), what))

    def line_of(self, key: str) -> int:
        """Where `key` stands, or the mapping itself where it has no such key."""
        return self._lines.get(key, self._line)

    def has(self, key: str) -> bool:
        """Whether the file gives `key`; a key asked for is a known one."""
        self._read.add(key)
        return key in self._values

    def _get(self, key: str) -> object:
        if not self.has(key) and self._readable:
            self.fault(key, f"{key} is missing")
        return self._values.get(key)

    def text(self, key: str, longest: int | None = None) -> str:
        """A text that is not empty, without the white space around it; "" where there is none."""
        value = self._get(key)
        if value is None:
            if key in self._values:
                self.fault(key, f"{key} is empty")
            return ""
        if not isinstance(value, str) or not value.strip():
            self.fault(key, f"{key} must be text (quote it), not {value!r}")
            return ""
        if longest and len(value) > longest:
            self.fault(key, f"{key} has {len(value)} characters; {longest} fit where Discord shows it")
        return value.strip()

    def exact_text(self, key: str, *, may_be_empty: bool = False) -> str:
        """A text exactly as it stands, white space and all."""
        value = self._get(key)
        if key not in self._values:
            return ""
        if not isinstance(value, str) or not (value or may_be_empty):
            empty = ', "" for none' if may_be_empty else ""
            self.fault(key, f"{key} must be text (quote it{empty}), not {value!r}")
            return ""
        return value

    def choice(self, key: str, allowed: Collection[str]) -> str:
        """One of the allowed words."""
        value = self.text(key)
        if value and value not in allowed:
            self.fault(key, f"{key} must be one of {', '.join(allowed)}, not {value!r}")
        return value

    def identifier(self, key: str, name: str) -> str:
        """An id, which must be the name of its file."""
        value = self.text(key)
        if value and not _ID.fullmatch(value):
            self.fault(key, f"{key} must be lower-case words joined by hyphens")
        if value and value != name:
            self.fault(key, f"{key} {value!r} must be the file's name, {name!r}")
        return value

    def number(self, key: str, least: int, most: int) -> int:
        """A whole number in a range; `least` where there is none."""
        value = self._get(key)
        if key not in self._values:
            return least
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            self.fault(key, f"{key} must be a whole number from {least} to {most}, not {value!r}")
            return least
        return value

    def texts(self, key: str, at_least: int, longest: int | None = None, at_most: int | None = None) -> tuple[str, ...]:
        """A list of texts that are not empty."""
        value = self._get(key)
        if key not in self._values:
            return ()
        if not isinstance(value, list) or not all(isinstance(item, str) and item.strip() for item in value):
            self.fault(key, f"{key} must be a list of texts (quote those with a colon)")
            return ()
        self._count(key, value, at_least, at_most)
        if longest and any(len(item) > longest for item in value):
            self.fault(key, f"{key} has an entry of more than {longest} characters")
        return tuple(item.strip() for item in value)

    def sources(self, key: str = "sources") -> tuple[str, ...]:
        """At least one link to documentation."""
        links = self.texts(key, at_least=1)
        for link in links:
            if not _SOURCE.fullmatch(link):
                self.fault(key, f"a source must be one https:// link, not {link!r}")
        return links

    def items(self, key: str, kind: str, keys: str, at_least: int, at_most: int | None = None) -> tuple[Fields, ...]:
        """A list of mappings. `kind` is what one of them is, with its article; `keys` says what a list holds."""
        value = self._get(key)
        if key not in self._values:
            return ()
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self.fault(key, f"{key} must be a list of {keys}")
            return ()
        self._count(key, value, at_least, at_most)
        node = self._nodes.get(key)
        nodes = node.value if isinstance(node, yaml.SequenceNode) else [None] * len(value)
        return tuple(
            self._inner(kind, item, place, self.line_of(key)) for item, place in zip(value, nodes, strict=True)
        )

    def mapping(self, key: str, kind: str) -> Fields:
        """A mapping inside this one; where there is none, one in which nothing is missed any more."""
        value = self._get(key)
        if key in self._values and not isinstance(value, dict):
            self.fault(key, f"{key} must be a mapping of names to values")
        if not isinstance(value, dict):
            return Fields(self.path, kind, self.faults, self.line_of(key))
        return self._inner(kind, value, self._nodes.get(key), self.line_of(key))

    def forbid_others(self) -> None:
        """Note every key that nobody asked for."""
        for key in self._values:
            if key not in self._read:
                self.fault(key, f"{key} is no field of {self._kind}")

    def _count(self, key: str, value: Sequence[object], at_least: int, at_most: int | None) -> None:
        if len(value) < at_least:
            self.fault(key, f"{key} has {len(value)} entries; at least {at_least} are wanted")
        if at_most is not None and len(value) > at_most:
            self.fault(key, f"{key} has {len(value)} entries; at most {at_most} are wanted")

    def _inner(self, kind: str, value: Mapping[object, object], node: yaml.Node | None, line: int) -> Fields:
        place = node.start_mark.line + self._first_line if node is not None else line
        return Fields(self.path, kind, self.faults, place, value, node, self._first_line)


def read_text(path: Path) -> str | Fault:
    """The text of a file, or why it has none."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        return Fault(path, error.object[: error.start].count(b"\n") + 1, "is not UTF-8 text")
    except OSError as error:
        return Fault(path, 1, f"cannot be read: {error.strerror}")


def read_yaml(path: Path, text: str, kind: str, first_line: int = 1) -> Fields:
    """The fields of a YAML text whose first line is line `first_line` of the file."""
    try:
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
        values = yaml.load(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line if error.problem_mark else 0
        fault = Fault(path, line + first_line, f"is not YAML: {error.problem}")
    except (yaml.YAMLError, ValueError) as error:
        fault = Fault(path, first_line, f"is not YAML: {error}")
    else:
        if isinstance(values, dict):
            return Fields(path, kind, [], 1, values, node, first_line)
        fault = Fault(path, first_line, "must be a mapping of names to values")
    return Fields(path, kind, [fault], 1)


@dataclass(frozen=True, slots=True)
class Document:
    """A Markdown file: its front matter, and its body with the line on which that begins."""

    front: Fields
    body: str
    body_line: int


def split_document(text: str, path: Path, kind: str) -> Document | Fault:
    """Take the front matter off a Markdown text."""
    if not text.startswith("---\n") or "\n---\n" not in text[4:]:
        return Fault(path, 1, "must start with YAML front matter between two lines of ---")
    front_end = text.index("\n---\n", 3)
    body_start = front_end + len("\n---\n")
    front = read_yaml(path, text[4 : front_end + 1], kind, first_line=2)
    return Document(front, text[body_start:], text.count("\n", 0, body_start) + 1)
