"""Control groups: the real limit of a run's memory and processes, where the machine lets us have them.

Both versions occur, and often neither is writable; then memory is watched from outside (`watch.py`) and processes are
limited by rlimits alone. Version 1 has one hierarchy for each controller, version 2 one for all.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

log = logging.getLogger(__name__)

_NAME: Final = "torch-tutor-"
_CONTROLLERS: Final = ("memory", "pids")
_MIB: Final = 1 << 20


@dataclass(frozen=True)
class Group:
    """The control group of one cell: a folder for each controller (the same one under version 2)."""

    version: int
    folders: Mapping[str, Path]

    def add(self, pid: int) -> None:
        """Put a process (and what it forks from now on) into the group."""
        for folder in set(self.folders.values()):
            (folder / "cgroup.procs").write_text(str(pid))

    def limit_memory(self, memory_mb: int) -> None:
        """Let the group use this much memory, its temporary files included, and no swap."""
        if "memory" not in self.folders:
            return
        size = str(memory_mb * _MIB)
        folder = self.folders["memory"]
        if self.version == 2:
            (folder / "memory.max").write_text(size)
            with suppress(OSError):
                (folder / "memory.swap.max").write_text("0")
        else:
            (folder / "memory.limit_in_bytes").write_text(size)
            with suppress(OSError):
                (folder / "memory.memsw.limit_in_bytes").write_text(size)

    def ran_out_of_memory(self) -> bool:
        """Whether the kernel has killed in this group for want of memory."""
        if "memory" not in self.folders:
            return False
        name = "memory.events" if self.version == 2 else "memory.oom_control"
        lines = (self.folders["memory"] / name).read_text().splitlines()
        return any(line.startswith("oom_kill ") and line != "oom_kill 0" for line in lines)

    def peak_mb(self) -> float | None:
        """The most memory that the group has used, in MiB, if the kernel tells."""
        if "memory" not in self.folders:
            return None
        name = "memory.peak" if self.version == 2 else "memory.max_usage_in_bytes"
        try:
            return int((self.folders["memory"] / name).read_text()) / _MIB
        except OSError:
            return None

    def remove(self) -> None:
        """Remove the group, which must be empty."""
        for folder in set(self.folders.values()):
            with suppress(FileNotFoundError):
                folder.rmdir()


@dataclass(frozen=True)
class Cgroups:
    """The folder, for each controller that can be had, in which the cells' groups are made."""

    version: int
    folders: Mapping[str, Path]

    def make(self, number: int, pids: int) -> Group:
        """A new group for cell `number` that may hold `pids` processes and threads; raises OSError."""
        folders = {name: folder / f"cell-{number}" for name, folder in self.folders.items()}
        for folder in set(folders.values()):
            folder.mkdir()
        if "pids" in folders:
            (folders["pids"] / "pids.max").write_text(str(pids))
        return Group(self.version, folders)

    def remove(self) -> None:
        """Remove everything, once no process of the worker is left."""
        for folder in set(self.folders.values()):
            _remove_tree(folder)

    @classmethod
    def prepare(cls, uid: int) -> Cgroups | None:
        """Make our groups below the one that this process is in and give them to user `uid`; None where refused.

        Of version 2 this process is moved into a group of its own, so that it may move others.
        """
        own = _own_paths()
        try:
            for version, found in ((2, _version_2(own)), (1, _version_1(own))):
                if found:
                    return cls(version, _make_bases(version, found, uid))
        except OSError as problem:
            log.warning("no control groups: %s", problem)
        return None


def _own_paths() -> dict[str, str]:
    """This process's group by controller name (`""` for version 2), from /proc/self/cgroup."""
    paths = {}
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, names, path = line.split(":", 2)
        for name in names.split(","):
            paths[name] = path
    return paths


def _mounts(kind: str) -> Iterator[tuple[Path, str, list[str]]]:
    """Mount point, root and options of every writable mount of this file system."""
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        left, _, right = line.partition(" - ")
        fields, (found, _, options) = left.split(), right.split(" ", 2)
        if found == kind and "ro" not in fields[5].split(","):
            yield Path(fields[4]), fields[3], options.split(",")


def _below(mount: Path, root: str, path: str) -> Path:
    inside = path if root == "/" else "/" + os.path.relpath(path, root).lstrip(".")
    return mount / inside.strip("/")


def _version_2(own: Mapping[str, str]) -> dict[str, Path]:
    for mount, root, _ in _mounts("cgroup2"):
        folder = _below(mount, root, own.get("", "/"))
        with suppress(OSError):
            offered = (folder / "cgroup.controllers").read_text().split()
            if "memory" in offered:
                return {name: folder for name in _CONTROLLERS if name in offered}
    return {}


def _version_1(own: Mapping[str, str]) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for mount, root, options in _mounts("cgroup"):
        for name in _CONTROLLERS:
            if name in options and name in own:
                found[name] = _below(mount, root, own[name])
    return found


def _make_bases(version: int, parents: Mapping[str, Path], uid: int) -> dict[str, Path]:
    bases = {}
    for name, parent in parents.items():
        _remove_left_behind(parent)
        base = bases[name] = parent / f"{_NAME}{os.getpid()}"
        if base.exists():
            continue
        if version == 2:
            _let_children_have(parent, parents)
        base.mkdir()
        if version == 2:
            own = base / "worker"
            own.mkdir()
            (own / "cgroup.procs").write_text(str(os.getpid()))
            _let_children_have(base, parents)
            _give(own, uid)
        _give(base, uid)
    return bases


def _let_children_have(folder: Path, controllers: Mapping[str, Path]) -> None:
    (folder / "cgroup.subtree_control").write_text(" ".join(f"+{name}" for name in controllers))


def _give(folder: Path, uid: int) -> None:
    os.chown(folder, uid, uid)
    for name in ("cgroup.procs", "cgroup.subtree_control", "tasks"):
        if (folder / name).exists():
            os.chown(folder / name, uid, uid)


def _remove_left_behind(parent: Path) -> None:
    """Groups of workers that were killed before they could tidy up."""
    for folder in parent.glob(f"{_NAME}*"):
        if not Path("/proc", folder.name.removeprefix(_NAME)).exists():
            with suppress(OSError):
                _remove_tree(folder)


def _remove_tree(folder: Path) -> None:
    for inner in folder.glob("*/"):
        _remove_tree(inner)
    with suppress(FileNotFoundError):
        folder.rmdir()
