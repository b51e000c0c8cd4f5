"""The jail's file system: a root of its own with the interpreter, the libraries, and nothing else of the machine."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.sandbox import linux

# Who a snippet is inside: an ordinary user, whoever the worker is outside.
INNER_ID: Final = 1000
WORK: Final = "/snippet"
SCRATCH: Final = (WORK, "/tmp", "/dev/shm")  # noqa: S108
# A directory that every Linux has: the new root is mounted over it, in a mount namespace that nobody else sees.
_STAGE: Final = "/tmp"  # noqa: S108
_OLD: Final = "/.old"
_KEPT: Final = "/.kept"
_DEVICES: Final = ("null", "zero", "full", "random", "urandom")
_LIBRARIES: Final = ("/lib", "/lib64", "/usr/lib", "/usr/lib64")
_CPU: Final = "/sys/devices/system/cpu"
_SAFE: Final = linux.MS_NOSUID | linux.MS_NODEV
_INODES: Final = 4096
_KEPT_FLAGS: Final = {
    os.ST_RDONLY: linux.MS_RDONLY,
    os.ST_NOSUID: linux.MS_NOSUID,
    os.ST_NODEV: linux.MS_NODEV,
    os.ST_NOEXEC: linux.MS_NOEXEC,
    os.ST_NOATIME: linux.MS_NOATIME,
    os.ST_NODIRATIME: linux.MS_NODIRATIME,
    os.ST_RELATIME: linux.MS_RELATIME,
}


@dataclass(frozen=True)
class View:
    """What of the machine is seen inside: real paths to bind, by the path that they appear at, and links to make."""

    binds: dict[str, str]
    links: dict[str, str]

    @classmethod
    def of_interpreter(cls, extra: Iterable[str] = ()) -> View:
        """The running interpreter, its virtual environment and its shared libraries, and `extra` paths."""
        binds: dict[str, str] = {}
        links: dict[str, str] = {}
        for path in _LIBRARIES:
            if os.path.islink(path):
                links[path] = os.readlink(path)
            elif os.path.isdir(path):
                binds[path] = path
        for prefix in (sys.base_prefix, sys.prefix):
            if prefix == "/usr":
                binds[os.path.realpath(sys.executable)] = os.path.realpath(sys.executable)
            else:
                binds[prefix] = os.path.realpath(prefix)
        for path in (*extra, "/etc/ld.so.cache", _CPU):
            if os.path.exists(path):
                binds[path] = os.path.realpath(path)
        return cls(_outermost(binds), links)

    def covered(self) -> dict[str, str]:
        """Binds that a run's scratch folders would cover (a checkout in /tmp), and where they are kept for it."""
        below = [target for target in self.binds if target.startswith(tuple(f"{folder}/" for folder in SCRATCH))]
        return {target: f"{_KEPT}/{place}" for place, target in enumerate(below)}


def enter_root(view: View, writable_tmp_mb: int) -> None:
    """Build a root from `view` and move into it; the old root is gone afterwards. Raises OSError.

    Needs a mount namespace of its own and CAP_SYS_ADMIN in the user namespace that owns it. /proc is left empty.
    """
    linux.mount("none", "/", None, linux.MS_REC | linux.MS_PRIVATE)
    linux.mount("tmpfs", _STAGE, "tmpfs", _SAFE, "size=1m,mode=0755")
    os.mkdir(_STAGE + _OLD)
    linux.pivot_root(_STAGE, _STAGE + _OLD)
    os.chdir("/")
    for folder in ("/proc", "/etc", *SCRATCH):
        os.makedirs(folder, exist_ok=True)
    linux.mount("tmpfs", "/tmp", "tmpfs", _SAFE, f"size={writable_tmp_mb}m,mode=01777")  # noqa: S108
    for target, source in view.binds.items():
        _bind(_OLD + source, target)
    for target, kept in view.covered().items():
        _bind(_OLD + view.binds[target], kept)
    for target, destination in view.links.items():
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with suppress(FileExistsError):
            os.symlink(destination, target)
    for device in _DEVICES:
        _bind(f"{_OLD}/dev/{device}", f"/dev/{device}", read_only=False)
    for name, destination in (("fd", ""), ("stdin", "/0"), ("stdout", "/1"), ("stderr", "/2")):
        os.symlink(f"/proc/self/fd{destination}", f"/dev/{name}")
    Path("/etc/passwd").write_text(f"snippet:x:{INNER_ID}:{INNER_ID}::{WORK}:/bin/false\n")
    Path("/etc/group").write_text(f"snippet:x:{INNER_ID}:\n")


def show(path: str) -> None:
    """Let a path of the old root be seen in the new one as it is, writable where it was."""
    _bind(_OLD + path, path, read_only=False)


def leave_old_root() -> None:
    """Let go of the machine's file system and make our own root read-only."""
    linux.unmount(_OLD)
    os.rmdir(_OLD)
    linux.mount("none", "/", None, linux.MS_REMOUNT | linux.MS_BIND | linux.MS_RDONLY | _SAFE)


def mount_proc(options: str = "") -> None:
    """A /proc of this pid namespace. The kernel allows it only where an unmasked one is in sight already."""
    linux.mount("proc", "/proc", "proc", _SAFE | linux.MS_NOEXEC, options)


def old_proc() -> int:
    """A descriptor of the machine's /proc, for the one thing that needs it before there is an own one: id maps."""
    return os.open(_OLD + "/proc", os.O_PATH | os.O_DIRECTORY)


def map_ids(proc: int, outer_uid: int, outer_gid: int) -> None:
    """Make this process the ordinary user of the user namespace that it has just entered."""
    linux.set_dumpable(True)
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{INNER_ID} {outer_uid} 1"),
        ("gid_map", f"{INNER_ID} {outer_gid} 1"),
    ):
        fd = os.open(f"self/{name}", os.O_WRONLY, dir_fd=proc)
        try:
            os.write(fd, text.encode())
        finally:
            os.close(fd)


def mount_scratch(view: View, disk_mb: int) -> list[int]:
    """Fresh, empty file systems for one run; descriptors of the working folder, /tmp and /dev/shm.

    Through the descriptors the files can be read (and the space in use be seen) after the run's processes are gone.
    """
    folders = []
    for target in SCRATCH:
        options = f"size={disk_mb}m,nr_inodes={_INODES},mode=0755"
        linux.mount("tmpfs", target, "tmpfs", _SAFE | linux.MS_NOEXEC, options)
        folders.append(os.open(target, os.O_RDONLY | os.O_DIRECTORY))
    for target, kept in view.covered().items():
        _bind(kept, target)
    return folders


def _bind(source: str, target: str, read_only: bool = True) -> None:
    if os.path.isdir(source):
        os.makedirs(target, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        os.close(os.open(target, os.O_CREAT | os.O_WRONLY, 0o644))
    linux.mount(source, target, None, linux.MS_BIND | linux.MS_REC)
    # Flags that came with the mount are locked in a user namespace: a remount must repeat them.
    state = os.statvfs(target).f_flag
    flags = linux.MS_NOSUID
    for kept, flag in _KEPT_FLAGS.items():
        if state & kept:
            flags |= flag
    if read_only:
        flags |= linux.MS_RDONLY | linux.MS_NODEV
    linux.mount("none", target, None, linux.MS_REMOUNT | linux.MS_BIND | flags)


def _outermost(binds: dict[str, str]) -> dict[str, str]:
    """Drop what lies inside another bind, and order the rest so that folders come before what is below them."""
    kept: dict[str, str] = {}
    for target in sorted(binds):
        if not any(target != other and target.startswith(other + "/") for other in kept):
            kept[target] = binds[target]
    return kept
