"""Reading archives from strangers: nothing is ever unpacked onto a disk, and nothing is larger than was agreed."""

from __future__ import annotations

import io
import lzma
import zipfile
import zlib
from pathlib import PurePosixPath

from knowledge.deck_formats.parsed import Unreadable

MOST_MEMBERS = 20_000
LARGEST_RATIO = 200
"""Text shrinks to a tenth, a database to a thirtieth; what shrinks further was made to burst whoever opens it."""
SMALL = 1 << 20
"""What is no larger than this may shrink as it likes."""
DAMAGED = "That archive is damaged. Make it again and send that one."
BOMB = "That archive is far larger inside than outside, so I do not open it."
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_DAMAGE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError, NotImplementedError)


class Archive:
    """A zip archive in memory. Every method raises Unreadable where the archive is not what it should be."""

    def __init__(self, data: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except _DAMAGE as error:
            raise Unreadable(DAMAGED) from error
        if len(self._zip.infolist()) > MOST_MEMBERS:
            raise Unreadable(f"That archive has more than {MOST_MEMBERS:,} files in it.")

    def names(self) -> list[str]:
        """The files in it, each once, in the archive's order; folders are left out."""
        return list(dict.fromkeys(member.filename for member in self._zip.infolist() if not member.is_dir()))

    def read(self, name: str, limit: int) -> bytes:
        """What is in a file, whatever size the archive claims for it, up to `limit` bytes."""
        member = self._zip.getinfo(name)
        if member.flag_bits & 1:
            raise Unreadable("That archive is encrypted. Send one without a password.")
        if member.compress_type not in _METHODS:
            raise Unreadable("That archive is compressed in an unusual way. Make a plain zip file.")
        if member.file_size > max(SMALL, LARGEST_RATIO * member.compress_size):
            raise Unreadable(BOMB)
        try:
            with self._zip.open(member) as file:
                found = file.read(limit + 1)
        except _DAMAGE as error:
            raise Unreadable(DAMAGED) from error
        if len(found) > limit:
            raise Unreadable(f"A file in that archive is larger than {limit >> 20 or 1} MiB.")
        return found


def leaves(name: str) -> bool:
    """Whether a path in an archive points out of it."""
    path = PurePosixPath(name.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts or ":" in path.parts[0]
