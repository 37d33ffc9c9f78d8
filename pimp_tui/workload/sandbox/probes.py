"""The programs by which a tier is tried: what each can see and do, and what that must be."""

from __future__ import annotations

# Returns what the program can see and do; `PROBE_TEST` says what it must be.
PROBE = """
import ctypes, os, resource, socket

def probe():
    seen = {"pid": os.getppid(), "limits": [], "network": False, "written": []}
    for kind in ("AS", "CPU", "NPROC", "FSIZE", "NOFILE", "CORE"):
        if resource.getrlimit(getattr(resource, "RLIMIT_" + kind))[1] == resource.RLIM_INFINITY:
            seen["limits"].append(kind)
    seen["interfaces"] = [name for _, name in socket.if_nameindex() if name != "lo"]
    seen["uid"] = os.getuid()
    for folder in ("/", "/usr", "/usr/bin", "/etc", "/var/tmp", "/home", "/root"):
        try:
            with open(os.path.join(folder, ".pimp-tui-probe"), "w") as file:
                file.write("x")
            os.unlink(file.name)
            seen["written"].append(folder)
        except OSError:
            pass
    seen["proc"] = os.path.isdir("/proc/1")
    seen["nested"] = ctypes.CDLL(None).unshare(0x10000000) == 0
    children = 0
    pids = []
    try:
        for _ in range(PROCESSES + 8):
            pid = os.fork()
            if pid == 0:
                os.read(hold, 1)
                os._exit(0)
            pids.append(pid)
    except OSError:
        pass
    seen["children"] = len(pids)
    with open("scratch", "w") as file:
        file.write("x")
    return seen

hold, end = os.pipe()
"""

PROBE_TEST = """
def check(candidate):
    seen = candidate()
    assert seen["pid"] == 1, "no pid namespace"
    assert not seen["limits"], f"no limit of {seen['limits']}"
    assert not seen["interfaces"], f"network {seen['interfaces']}"
    assert not seen["written"], f"writable {seen['written']}"
    assert not seen["proc"], "/proc is visible"
    assert seen["uid"] != 0, "runs as root"
    assert not seen["nested"], "may make namespaces of its own"
    assert seen["children"] < PROCESSES, "no limit of processes"
"""

# Where processes, network and file system are the host's: everything by which it would get at them.
WEAK_PROBE = """
import ctypes, os, resource, signal, socket

def probe():
    seen = {"limits": [], "written": [], "read": [], "done": []}
    for kind in ("AS", "CPU", "FSIZE", "NOFILE", "CORE"):
        if resource.getrlimit(getattr(resource, "RLIMIT_" + kind))[1] == resource.RLIM_INFINITY:
            seen["limits"].append(kind)
    for folder in ("/", "/usr", "/etc", "/tmp", "/var/tmp", "/dev/shm", "/home", "/root", ".."):
        try:
            with open(os.path.join(folder, ".pimp-tui-probe"), "w") as file:
                file.write("x")
            os.unlink(file.name)
            seen["written"].append(folder)
        except OSError:
            pass
    for path in ("/etc/passwd", "/proc/self/status", "/proc/1/cmdline", "/sys/kernel/notes"):
        try:
            open(path, "rb").close()
            seen["read"].append(path)
        except OSError:
            pass
    libc = ctypes.CDLL(None)
    for name, action in (
        ("open a socket", lambda: socket.socket()),
        ("start a process", lambda: os.fork() or os._exit(0)),
        ("signal its parent", lambda: os.kill(os.getppid(), 0)),
        ("limit its parent", lambda: resource.prlimit(os.getppid(), resource.RLIMIT_CORE)),
        ("change attributes of files", lambda: os.chmod(".", 0o700)),
        ("make namespaces of its own", lambda: must(libc.unshare(0x10000000))),
        ("trace", lambda: must(libc.ptrace(16, os.getppid(), 0, 0))),
    ):
        try:
            action()
            seen["done"].append(name)
        except OSError:
            pass
    with open("scratch", "w") as file:
        file.write("x")
    return seen

def must(result):
    if result < 0:
        raise OSError
"""

WEAK_PROBE_TEST = """
def check(candidate):
    seen = candidate()
    assert not seen["limits"], f"no limit of {seen['limits']}"
    assert not seen["written"], f"writable {seen['written']}"
    assert not seen["read"], f"readable {seen['read']}"
    assert not seen["done"], f"may {seen['done']}"
"""
