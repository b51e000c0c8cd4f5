"""Puts a command on a machine that lacks something: `launcher.py [--refuse WHAT]… [--mask-proc] COMMAND…`.

Started as root it first becomes an ordinary user (in a mount namespace in which that user can reach the interpreter,
wherever root keeps it), because that is whom machines refuse things. Nothing is imitated: the kernel itself refuses.
"""

from __future__ import annotations

import argparse
import errno
import os
import sys
import tempfile
from pathlib import Path

import pyseccomp as scmp

from bot.sandbox import jail, linux

ORDINARY = 10001
ROOT = Path(__file__).parents[2]
UNSHARE = {
    "user": linux.CLONE_NEWUSER,
    "mount": linux.CLONE_NEWNS,
    "pid": linux.CLONE_NEWPID,
    "network": linux.CLONE_NEWNET,
    "ipc": linux.CLONE_NEWIPC,
    "uts": linux.CLONE_NEWUTS,
    "cgroup": linux.CLONE_NEWCGROUP,
}
PRCTL = {"seccomp": 22, "capabilities": 24, "no_new_privs": 38}
CALLS = ("mount", "pivot_root", "setns", "setrlimit", "prlimit64", "sethostname")


def become_ordinary(shown: list[str], mask_proc: bool) -> None:
    """Give up root; `shown` are folders that stay as they are."""
    linux.unshare(linux.CLONE_NEWNS)
    extra = [str(ROOT / "bot"), str(ROOT / "tests"), "/usr", "/bin", "/sbin", "/etc/ld.so.conf"]
    jail.enter_root(jail.View.of_interpreter(extra), 64)
    for path in ("/proc", *shown):
        jail.show(path)
    if mask_proc:
        linux.mount("/dev/null", "/proc/version", None, linux.MS_BIND)
    jail.leave_old_root()
    os.setgroups([])
    os.setresgid(ORDINARY, ORDINARY, ORDINARY)
    os.setresuid(ORDINARY, ORDINARY, ORDINARY)
    linux.set_dumpable(True)


def refuse(whats: list[str]) -> None:
    """Have the kernel answer EPERM to these."""
    rules = scmp.SyscallFilter(scmp.ALLOW)
    for what in whats:
        if what in UNSHARE:
            rules.add_rule(
                scmp.ERRNO(errno.EPERM), "unshare", scmp.Arg(0, scmp.MASKED_EQ, UNSHARE[what], UNSHARE[what])
            )
        elif what in PRCTL:
            rules.add_rule(scmp.ERRNO(errno.EPERM), "prctl", scmp.Arg(0, scmp.EQ, PRCTL[what]))
        else:
            rules.add_rule(scmp.ERRNO(errno.EPERM), what)
    linux.forbid_new_privileges()
    with tempfile.TemporaryFile() as file:
        rules.export_bpf(file)
        file.seek(0)
        linux.load_filter(file.read())


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--refuse", action="append", default=[], choices=[*UNSHARE, *PRCTL, *CALLS])
    parser.add_argument("--mask-proc", action="store_true", help="cover a file of /proc, as Docker does")
    parser.add_argument("--show", action="append", default=[], help="a folder that the command needs")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    wanted = parser.parse_args()
    if os.geteuid() == 0:
        become_ordinary(wanted.show, wanted.mask_proc)
    if wanted.refuse:
        refuse(wanted.refuse)
    os.chdir(ROOT)
    os.execv(wanted.command[0], wanted.command)  # noqa: S606


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main()
