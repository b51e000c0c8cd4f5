"""The seccomp filter: which system calls a snippet may make.

An allow-list. What is not on it answers EPERM if it is dangerous and known, else ENOSYS, so that libc and Python fall
back to older ways. Calls of other architectures (32-bit, x32) kill the process: nobody needs them but attacks.
"""

from __future__ import annotations

import contextlib
import errno
import functools
import stat
import tempfile
from types import ModuleType
from typing import Final

from bot.sandbox import linux
from bot.sandbox.errors import LayerMissing
from bot.sandbox.layers import LAYERS

FILES: Final = """
    access chdir chmod close close_range copy_file_range creat dup dup2 dup3 faccessat faccessat2 fadvise64 fallocate
    fchdir fchmod fchmodat fchmodat2 fchown fchownat fcntl fdatasync fgetxattr flistxattr flock fstat fstatfs fsync
    ftruncate getcwd getdents getdents64 getxattr lchown lgetxattr link linkat listxattr llistxattr lseek lstat mkdir
    mkdirat newfstatat open openat openat2 pread64 preadv preadv2 pwrite64 pwritev pwritev2 read readahead readlink
    readlinkat readv rename renameat renameat2 rmdir sendfile stat statfs statx symlink symlinkat
    sync_file_range truncate umask unlink unlinkat utime utimensat utimes write writev chown futimesat
    inotify_add_watch inotify_init inotify_init1 inotify_rm_watch
"""
MEMORY: Final = """
    brk madvise mincore mlock mlock2 mlockall mmap mprotect mremap msync munlock munlockall munmap membarrier
    get_mempolicy mseal
"""
PROCESSES: Final = """
    arch_prctl capget execve exit exit_group fork get_robust_list get_thread_area getcpu getegid geteuid getgid
    getgroups getpgid getpgrp getpid getppid getpriority getresgid getresuid getrlimit getrusage getsid gettid getuid
    kill pidfd_open pidfd_send_signal prlimit64 restart_syscall rseq sched_get_priority_max sched_get_priority_min
    sched_getaffinity sched_getattr sched_getparam sched_getscheduler sched_rr_get_interval sched_setaffinity
    sched_setattr sched_setparam sched_setscheduler sched_yield set_robust_list set_thread_area set_tid_address
    setpgid setpriority setrlimit setsid sysinfo tgkill times tkill uname vfork wait4 waitid
    setuid setgid setreuid setregid setresuid setresgid setfsuid setfsgid
"""
SIGNALS_AND_TIME: Final = """
    alarm clock_getres clock_gettime clock_nanosleep getitimer gettimeofday nanosleep pause rt_sigaction rt_sigpending
    rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend rt_sigtimedwait rt_tgsigqueueinfo setitimer sigaltstack
    signalfd signalfd4 time timer_create timer_delete timer_getoverrun timer_gettime timer_settime timerfd_create
    timerfd_gettime timerfd_settime
"""
WAITING: Final = """
    epoll_create epoll_create1 epoll_ctl epoll_pwait epoll_pwait2 epoll_wait eventfd eventfd2 futex futex_waitv
    futex_wait futex_wake futex_requeue pipe pipe2 poll ppoll pselect6 select
"""
LOCAL_SOCKETS: Final = """
    accept accept4 bind connect getpeername getsockname getsockopt listen recvfrom recvmmsg recvmsg sendmmsg sendmsg
    sendto setsockopt shutdown getrandom
"""
# Shared memory of System V and message queues would be memory that no limit of ours counts.
# Named so that the answer is a clear "Operation not permitted"; everything unlisted is refused all the same.
REFUSED: Final = """
    acct add_key adjtimex bpf chroot clock_adjtime clock_settime delete_module finit_module fsconfig fsmount fsopen
    fspick init_module io_cancel io_destroy io_getevents io_setup io_submit io_uring_enter io_uring_register
    io_uring_setup ioperm iopl kcmp kexec_file_load kexec_load keyctl landlock_create_ruleset lookup_dcookie
    migrate_pages mount mount_setattr move_mount move_pages name_to_handle_at nfsservctl open_by_handle_at
    open_tree perf_event_open pidfd_getfd pivot_root process_madvise process_mrelease process_vm_readv
    process_vm_writev ptrace quotactl quotactl_fd reboot remap_file_pages request_key seccomp setdomainname sethostname
    setns settimeofday swapoff swapon sysfs syslog umount2 unshare userfaultfd uselib ustat vhangup vmsplice splice tee
    fanotify_init fanotify_mark mbind set_mempolicy set_mempolicy_home_node personality capset setgroups sync syncfs
    mq_getsetattr mq_notify mq_open mq_timedreceive mq_timedsend mq_unlink msgctl msgget msgrcv msgsnd semctl semget
    semop semtimedop shmat shmctl shmdt shmget
"""

_NEW_NAMESPACES: Final = (
    linux.CLONE_NEWNS,
    linux.CLONE_NEWCGROUP,
    linux.CLONE_NEWUTS,
    linux.CLONE_NEWIPC,
    linux.CLONE_NEWUSER,
    linux.CLONE_NEWPID,
    linux.CLONE_NEWNET,
)
# A child of the zygote's instead of one's own.
_CLONE_PARENT: Final = 0x8000
_AF_UNIX: Final = 1
_S_IFMT: Final = 0o170000
# TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX
_IOCTLS: Final = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)
# TIOCSTI types into a terminal, TIOCLINUX pastes into one
_REFUSED_IOCTLS: Final = (0x5412, 0x541C)
# {SET,GET}_PDEATHSIG, GET_DUMPABLE, {SET,GET}_NAME, GET_SECCOMP, CAPBSET_READ, {SET,GET}_TIMERSLACK,
# GET_NO_NEW_PRIVS, SET_VMA (names of memory areas)
_PRCTLS: Final = (1, 2, 3, 15, 16, 21, 23, 29, 30, 39, 0x53564D41)
# SET_DUMPABLE would hide the process from the worker's memory count
_REFUSED_PRCTLS: Final = (4,)


@functools.cache
def compile_filter() -> bytes:
    """The filter as the kernel takes it; raises LayerMissing where libseccomp is not installed."""
    try:
        import pyseccomp
    except (ImportError, OSError, RuntimeError) as problem:
        raise LayerMissing.because("seccomp", f"libseccomp was not found ({problem})", LAYERS["seccomp"].mend) from None
    return _Rules(pyseccomp).program()


class _Rules:
    """The rules of the filter, written with libseccomp."""

    def __init__(self, scmp: ModuleType) -> None:
        self._scmp = scmp
        self._allow = scmp.ALLOW
        self._refuse = scmp.ERRNO(errno.EPERM)
        self._filter = scmp.SyscallFilter(scmp.ERRNO(errno.ENOSYS))
        self._filter.set_attr(scmp.Attr.ACT_BADARCH, scmp.KILL_PROCESS)
        # A binary tree instead of a chain of 300 comparisons; libseccomp before 2.5 does not know it.
        with contextlib.suppress(OSError):
            self._filter.set_attr(scmp.Attr.CTL_OPTIMIZE, 2)

    def program(self) -> bytes:
        for name in " ".join((FILES, MEMORY, PROCESSES, SIGNALS_AND_TIME, WAITING, LOCAL_SOCKETS)).split():
            self._add(self._allow, name)
        for name in REFUSED.split():
            self._add(self._refuse, name)
        self._clone()
        self._sockets()
        self._pipes_by_name()
        self._by_value("ioctl", 1, _IOCTLS, _REFUSED_IOCTLS)
        self._by_value("prctl", 0, _PRCTLS, _REFUSED_PRCTLS)
        with tempfile.TemporaryFile() as file:
            self._filter.export_bpf(file)
            file.seek(0)
            return file.read()

    def _clone(self) -> None:
        """Threads and own processes, but no namespaces; clone3, whose flags no filter can see, answers ENOSYS."""
        argument = self._scmp.Arg
        refused = (*_NEW_NAMESPACES, _CLONE_PARENT)
        every = functools.reduce(int.__or__, refused)
        self._add(self._allow, "clone", argument(0, self._scmp.MASKED_EQ, every, 0))
        for flag in refused:
            self._add(self._refuse, "clone", argument(0, self._scmp.MASKED_EQ, flag, flag))

    def _sockets(self) -> None:
        for name in ("socket", "socketpair"):
            self._add(self._allow, name, self._scmp.Arg(0, self._scmp.EQ, _AF_UNIX))
            self._add(self._refuse, name, self._scmp.Arg(0, self._scmp.NE, _AF_UNIX))

    def _pipes_by_name(self) -> None:
        """mkfifo makes its pipe with mknod; everything else that mknod makes is refused."""
        for name, mode in (("mknod", 1), ("mknodat", 2)):
            self._add(self._allow, name, self._scmp.Arg(mode, self._scmp.MASKED_EQ, _S_IFMT, stat.S_IFIFO))
            for kind in (stat.S_IFCHR, stat.S_IFBLK, stat.S_IFSOCK, stat.S_IFREG, 0):
                self._add(self._refuse, name, self._scmp.Arg(mode, self._scmp.MASKED_EQ, _S_IFMT, kind))

    def _by_value(self, name: str, argument: int, allowed: tuple[int, ...], refused: tuple[int, ...]) -> None:
        """Decide by the 32 bits of an argument that the kernel looks at, whatever is in the upper half."""
        for action, values in ((self._allow, allowed), (self._refuse, refused)):
            for value in values:
                self._add(action, name, self._scmp.Arg(argument, self._scmp.MASKED_EQ, 0xFFFFFFFF, value))

    def _add(self, action: int, name: str, *arguments: object) -> None:
        number = self._scmp.resolve_syscall(self._scmp.Arch.NATIVE, name)
        # A call that this libseccomp does not know yet stays refused with ENOSYS.
        if number != -1:
            self._filter.add_rule(action, number, *arguments)
