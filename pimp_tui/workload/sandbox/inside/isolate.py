"""Own namespaces: user, pid, network, mount, ipc and host name, without a helper program.

Sources: namespaces(7), user_namespaces(7), pivot_root(2), mount_setattr(2) (Linux >= 5.12).
"""

# Importing pathlib would cost more than everything done here.
# ruff: noqa: PTH102, PTH103, PTH106, PTH112, PTH114, PTH115, PTH123, PTH211
from __future__ import annotations

import ctypes
import os

from . import system
from .folders import SYSTEM_FOLDERS

CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC = 0x20000, 0x4000000, 0x8000000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_REMOUNT = 1, 2, 4, 32
MS_BIND, MS_REC, MS_PRIVATE = 4096, 16384, 1 << 18
MNT_DETACH = 2
MOUNT_ATTR_RDONLY_NOSUID_NODEV = 1 | 2 | 4
AT_FDCWD, AT_RECURSIVE = -100, 0x8000
SYS_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
SYS_MOUNT_SETATTR = 442
DEVICES = ("null", "zero", "urandom")
# A user id of its own gives each sandbox a process count of its own (RLIMIT_NPROC is per user).
FIRST_SPARE_UID, SPARE_UIDS, NOBODY = 1_610_612_736, 1 << 24, 65_534


def enter(folders: list[str], writable_bytes: int, files: int) -> None:
    """Returns in a new process that is pid 1 of its own namespaces; the caller's process waits.

    Args:
        folders: what the program may read besides the system's folders (Python, packages).
        writable_bytes: size of the throw-away ``/tmp``, its working folder.
        files: how many files fit in there; empty ones take memory too.

    Raises:
        OSError: the kernel or a security module refuses one of the steps.
    """
    as_root = os.geteuid() == 0
    user, group = os.geteuid(), os.getegid()
    kinds = CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS
    system.check(system.libc.unshare(kinds | (0 if as_root else CLONE_NEWUSER)), "unshare")
    if not as_root:
        _write("/proc/self/setgroups", "deny")
        _write("/proc/self/uid_map", f"{user} {user} 1")
        _write("/proc/self/gid_map", f"{group} {group} 1")
    pid = os.fork()
    if pid:
        _wait_for(pid)
    system.die_with_parent()
    if as_root:
        user = spare_user()
    _build_root(folders, f"size={writable_bytes},nr_inodes={files},mode=700", user)
    if as_root:
        become(user)
    system.drop_privileges()


def _wait_for(pid: int) -> None:
    """Stays outside as the handle by which the sandbox is killed as a whole."""
    for descriptor in (0, 1):
        os.close(descriptor)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    os._exit(status if status >= 0 else 128 - status)


def spare_user() -> int:
    """A user id that nothing else runs under, or nobody's where a container maps few ids."""
    user = FIRST_SPARE_UID + int.from_bytes(os.urandom(3), "big") % SPARE_UIDS
    try:
        with open("/proc/self/uid_map", encoding="ascii") as file:
            ranges = [(int(row.split()[0]), int(row.split()[2])) for row in file]
    except FileNotFoundError:  # inside bubblewrap, which was started with all ids
        return user
    return user if any(first <= user < first + many for first, many in ranges) else NOBODY


def become(user: int) -> None:
    """Gives up root for good; process limits do not hold for root."""
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
    system.die_with_parent()  # a change of user clears it


def _build_root(folders: list[str], scratch: str, user: int) -> None:
    found = [path for path in SYSTEM_FOLDERS if os.path.lexists(path)]
    sources = {path: os.path.realpath(path) for path in [*found, *folders]}
    links = {path: os.readlink(path) for path in found if os.path.islink(path)}
    _mount(None, "/", None, MS_REC | MS_PRIVATE)
    _mount("tmpfs", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, "size=1m,mode=755")
    os.mkdir("/tmp/old", 0o700)
    number = SYS_PIVOT_ROOT.get(os.uname().machine)
    if number is None:
        raise OSError(38, f"own namespaces are not known on {os.uname().machine}")
    system.check(system.libc.syscall(ctypes.c_long(number), b"/tmp", b"/tmp/old"), "pivot_root")
    os.chdir("/")
    # Before the folders, which may lie below it.
    os.mkdir("/tmp", 0o700)
    options = f"{scratch},uid={user},gid={user}"
    _mount("tmpfs", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, options)
    for path, source in sources.items():
        if path in links:
            os.symlink(links[path], path)
        elif not os.path.isdir(path):
            os.makedirs(path, 0o755)
            _mount("/old" + source, path, None, MS_BIND | MS_REC)
            _seal(path)
    os.mkdir("/dev", 0o755)
    for name in DEVICES:
        os.close(os.open(f"/dev/{name}", os.O_CREAT | os.O_WRONLY, 0o644))
        _mount(f"/old/dev/{name}", f"/dev/{name}", None, MS_BIND)
    os.symlink("/tmp", "/dev/shm")
    system.check(system.libc.umount2(b"/old", MNT_DETACH), "umount")
    os.rmdir("/old")
    _mount(None, "/", None, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV)
    os.chdir("/tmp")


def _mount(
    source: str | None, target: str, kind: str | None, flags: int, data: str | None = None
) -> None:
    arguments = [None if text is None else text.encode() for text in (source, target, kind)]
    options = None if data is None else data.encode()
    result = system.libc.mount(*arguments, ctypes.c_ulong(flags), options)
    system.check(result, f"mount {target}")


def _seal(path: str) -> None:
    """Makes a bound tree read-only with everything mounted below it."""
    attributes = (ctypes.c_uint64 * 4)(MOUNT_ATTR_RDONLY_NOSUID_NODEV, 0, 0, 0)
    result = system.libc.syscall(
        ctypes.c_long(SYS_MOUNT_SETATTR),
        ctypes.c_long(AT_FDCWD),
        path.encode(),
        ctypes.c_long(AT_RECURSIVE),
        attributes,
        ctypes.c_size_t(ctypes.sizeof(attributes)),
    )
    system.check(result, f"read-only mount of {path}")


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="ascii") as file:
        file.write(text)
