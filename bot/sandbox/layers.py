"""The layers of the jail: what each is for, what making it takes, and how to get it where it is refused."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from bot.sandbox import linux
from bot.sandbox.errors import ConfigError, LayerMissing

NAMESPACES_MEND: Final = (
    "Let ordinary users make user namespaces (sysctl user.max_user_namespaces, kernel.unprivileged_userns_clone, "
    "on Ubuntu kernel.apparmor_restrict_unprivileged_userns=0), or start the worker with the docker-compose.yml of "
    "this project, which brings the profile that allows it"
)
MOUNT_MEND: Final = (
    "Allow mount, umount2 and pivot_root inside user namespaces; in Docker that takes the seccomp profile of this "
    "project's docker-compose.yml (and on AppArmor hosts a profile with mount, umount, pivot_root, userns)"
)


@dataclass(frozen=True)
class Layer:
    """One layer: `keeps` says what it keeps from a snippet, `mend` how to get it; `flag` is its clone(2) flag."""

    name: str
    keeps: str
    mend: str
    flag: int = 0


LAYERS: Final[dict[str, Layer]] = {
    layer.name: layer
    for layer in (
        Layer("user", "power over anything outside", NAMESPACES_MEND, linux.CLONE_NEWUSER),
        Layer("mount", "the machine's files", MOUNT_MEND, linux.CLONE_NEWNS),
        Layer("pid", "other processes, and outliving its end", NAMESPACES_MEND, linux.CLONE_NEWPID),
        Layer(
            "proc",
            "what /proc tells of the machine and of other runs",
            "In Docker set security_opt: systempaths=unconfined as this project's docker-compose.yml does, "
            "or give this layer up by name with TUTOR_WORKER_ISOLATION=no-proc",
        ),
        Layer("network", "every network, and other runs' abstract sockets", NAMESPACES_MEND, linux.CLONE_NEWNET),
        Layer("ipc", "other programs' shared memory and message queues", NAMESPACES_MEND, linux.CLONE_NEWIPC),
        Layer("uts", "the machine's name", NAMESPACES_MEND, linux.CLONE_NEWUTS),
        Layer("cgroup", "the machine's control groups", NAMESPACES_MEND, linux.CLONE_NEWCGROUP),
        Layer("capabilities", "every privilege, and gaining one", "Use a kernel of version 5.8 or later"),
        Layer(
            "seccomp",
            "the parts of the kernel that a snippet has no use for",
            "Install libseccomp (Debian: apt-get install libseccomp2) and the Python package pyseccomp",
        ),
        Layer(
            "rlimits",
            "more descriptors, processes, address space or file size than its share",
            "Start the worker with hard limits (ulimit -H -a) that are not below its own",
        ),
    )
}

# The cell itself: without these three there is nothing for the others to be layers of.
STRUCTURE: Final = frozenset({"user", "mount", "pid"})


@contextmanager
def making(name: str) -> Iterator[None]:
    """Turn a refusal in the body into a LayerMissing that names this layer."""
    try:
        yield
    # ValueError is what setrlimit raises for EPERM.
    except (OSError, ValueError) as problem:
        raise LayerMissing.because(name, str(problem), LAYERS[name].mend) from None


def parse_isolation(text: str) -> frozenset[str]:
    """The layers in force for TUTOR_WORKER_ISOLATION: `full`, or `no-LAYER,no-LAYER…`; raises ConfigError."""
    if text == "full":
        return frozenset(LAYERS)
    optional = [name for name in LAYERS if name not in STRUCTURE]
    given_up = set()
    for word in text.split(","):
        name = word.strip().removeprefix("no-")
        if not word.strip().startswith("no-") or name not in optional:
            allowed = ", ".join(f"no-{name}" for name in optional)
            raise ConfigError(f"TUTOR_WORKER_ISOLATION={text!r}: allowed are full, or any of {allowed}.")
        given_up.add(name)
    return frozenset(LAYERS) - given_up


def namespace_flags(layers: frozenset[str]) -> int:
    """The clone(2) flags of all namespaces among `layers`."""
    flags = 0
    for name in layers:
        flags |= LAYERS[name].flag
    return flags
