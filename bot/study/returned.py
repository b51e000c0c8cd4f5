"""Which of the files that a run left behind are handed on, under which names, and which are not and why."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from bot.sandbox.wire import RunFile

MOST = 10
LARGEST_TOGETHER = 10 << 20
NAME = 60

_IMAGES = {b"\x89PNG\r\n\x1a\n": ".png", b"\xff\xd8\xff": ".jpg", b"GIF87a": ".gif", b"GIF89a": ".gif"}
# Data that people make with PyTorch. A stranger's program or web page is not spread under the bot's name.
_KNOWN = frozenset(
    ".pt .pth .npy .npz .safetensors .onnx .csv .tsv .json .jsonl .txt .md .log .py .ipynb .yaml .yml .toml "
    ".wav .mp3 .mp4 .webm".split()
)


@dataclass(frozen=True, slots=True)
class Named:
    """A file under the name by which Discord will know it."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Returned:
    """Images to show, files to attach, and what is not handed on, each as `name (why)`."""

    images: tuple[Named, ...] = ()
    files: tuple[Named, ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[Named, ...]:
        """Everything that is attached."""
        return self.images + self.files


def choose(found: Iterable[RunFile], output: bytes = b"", *, barred: str = "") -> Returned:
    """What fits into one message: at most 10 files of 10 MiB together; the full `output` first, then images.

    `barred` says why nothing may be attached at all.
    """
    ordered = sorted(found, key=lambda file: (_image(file.content) is None, file.path))
    images: list[Named] = []
    files: list[Named] = []
    left_out: list[str] = []
    taken: set[str] = set()
    room = LARGEST_TOGETHER
    if output and not barred:
        files.append(Named("output.txt", output))
        taken.add("output.txt")
        room -= len(output)
    for file in ordered:
        suffix = _image(file.content) or _suffix(file)
        if barred:
            left_out.append(f"{file.path} ({barred})")
        elif not file.content:
            left_out.append(f"{file.path} (empty)")
        elif suffix is None:
            left_out.append(f"{file.path} (not a kind of file that I pass on)")
        elif len(images) + len(files) >= MOST:
            left_out.append(f"{file.path} (a message holds {MOST} files)")
        elif file.size > room:
            left_out.append(f"{file.path} (a message holds 10 MiB)")
        else:
            named = Named(_name(file.path, suffix, taken), file.content)
            (images if _image(file.content) else files).append(named)
            room -= file.size
    return Returned(tuple(images), tuple(files), tuple(left_out))


def _image(content: bytes) -> str | None:
    """The suffix of an image that Discord shows, by its first bytes."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return ".webp"
    return next((suffix for magic, suffix in _IMAGES.items() if content.startswith(magic)), None)


def _suffix(file: RunFile) -> str | None:
    """The suffix under which a file may be passed on; any other text is passed on as text."""
    suffix = PurePosixPath(file.path).suffix.lower()
    if suffix in _KNOWN:
        return suffix
    try:
        file.content.decode()
    except UnicodeDecodeError:
        return None
    return ".txt"


def _name(path: str, suffix: str, taken: set[str]) -> str:
    """A name that Discord leaves as it is, so that `attachment://` finds it, and that no other file has."""
    plain = re.sub(r"[^A-Za-z0-9._-]", "_", path).lstrip("._-")
    stem = plain[: -len(suffix)] if plain.lower().endswith(suffix) else plain
    stem = re.sub(r"^(?:SPOILER_)+", "", stem, flags=re.IGNORECASE)[:NAME].rstrip(".") or "file"
    name, number = f"{stem}{suffix}", 1
    while name in taken:
        number += 1
        name = f"{stem}-{number}{suffix}"
    taken.add(name)
    return name
