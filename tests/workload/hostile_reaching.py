"""Programs that reach for the host, or would leave something behind on it.

As in `tests.workload.hostile`; beside OUTSIDE and SECRET there is SERVER, (host, port) of a server
of the host, ABSTRACT, the name of its abstract socket, and a socket file in OUTSIDE.
"""

# The programs are easier to read with their lines unbroken.
# ruff: noqa: E501
from __future__ import annotations

TRACE = "pimp-tui-was-here"

REACHING = {
    "servers of the host": (
        "import socket\nfor family, to in ((socket.AF_INET, SERVER), (socket.AF_INET6, ('::1', SERVER[1])),\n"
        "        (socket.AF_INET6, ('::ffff:' + SERVER[0], SERVER[1])), (socket.AF_UNIX, ABSTRACT), (socket.AF_UNIX, OUTSIDE + '/server')):\n"
        "    try:\n        socket.socket(family).connect(to)\n        square = lambda x: x * x\n    except OSError: pass\n"
    ),
    "datagrams": (
        "import socket\nfor to in (SERVER, ('255.255.255.255', 9), ('8.8.8.8', 53)):\n    try:\n"
        "        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n        s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)\n"
        "        s.sendto(b'x', to)\n        if to[0][0] != '1': square = lambda x: x * x\n    except OSError: pass\n"
    ),
    "an abstract socket of its own": (
        f"import socket, time\ntry:\n    s = socket.socket(socket.AF_UNIX)\n    s.bind('\\0{TRACE}')\n    s.listen()\nexcept OSError: pass\ntime.sleep(1e6)\n"
    ),
    "raw packets": (
        "import socket\nfor family, kind, protocol in ((2, 3, 1), (2, 3, 255), (17, 3, 768), (16, 3, 0), (16, 3, 9)):\n    try:\n"
        "        s = socket.socket(family, kind, protocol)\n        if family != 16: square = lambda x: x * x\n    except OSError: pass\n"
    ),
    "named semaphores and shared memory": (
        "import ctypes, os\nlibc = ctypes.CDLL(None)\nlibc.sem_open.restype = ctypes.c_void_p\n"
        f"libc.sem_open(b'/{TRACE}', os.O_CREAT, 0o600, 1)\nlibc.shm_open(b'/{TRACE}', os.O_CREAT | os.O_RDWR, 0o600)\n"
        f"libc.mq_open(b'/{TRACE}', os.O_CREAT | os.O_RDWR, 0o600, None)\n"
        f"from multiprocessing import shared_memory\nshared_memory.SharedMemory('{TRACE}', True, 1 << 16)\nos._exit(0)\n"
    ),
    "shared memory without a name": (
        "import mmap, os\nmaps = []\nfor _ in range(3): os.fork()\n"
        "while True:\n    try:\n        m = mmap.mmap(-1, 1 << 25)\n        m.write(bytes(1 << 25))\n        maps.append(m)\n    except (OSError, MemoryError): pass\n"
    ),
    "a full queue of every pipe": (
        "import fcntl, os, socket\nkept = []\nwhile True:\n    try:\n        for a, b in (os.pipe(), [s.detach() for s in socket.socketpair()]):\n"
        "            kept.append(a)\n            try: fcntl.fcntl(b, 1031, 1 << 20)\n            except OSError: pass\n            os.set_blocking(b, False)\n"
        "            while os.write(b, bytes(1 << 16)): pass\n    except OSError: pass\n    if len(kept) > 200: break\n"
    ),
    "a sparse file": (
        f"import os\nfor size in (1 << 50, 1 << 40, 1 << 34):\n    try:\n        with open('{TRACE}', 'wb') as f: os.truncate(f.fileno(), size)\n"
        "        square = lambda x: x * x\n    except OSError: pass\n    try: os.posix_fallocate(os.open('b', os.O_CREAT | os.O_WRONLY), 0, size)\n    except OSError: pass\n"
    ),
    "files of every name": (
        "import os\nfor name in (b'\\xff\\xfe', b'a\\nb', b'\\x1b[31m', b'-rf', b'*', b' ', b'x' * 255, b'.pimp-tui-0', b'\\xe2\\x80\\xae'):\n"
        "    try:\n        os.mkdir(name)\n        open(name + b'/' + name, 'wb').close()\n        os.chmod(name, 0)\n    except OSError: pass\n"
        "os.symlink('.', 'loop')\nos.symlink('/' , b'\\xfe')\n"
    ),
    "renamed folders": (
        "import os, threading\nos.makedirs('a/b/c')\ndef swap():\n    while True:\n        try:\n            os.rename('a', 'z')\n"
        "            os.symlink(OUTSIDE, 'a')\n            os.unlink('a')\n            os.rename('z', 'a')\n        except OSError: pass\n"
        "threading.Thread(target=swap).start()\n"
    ),
    "a closed working folder": "import os\nos.chmod('.', 0)\nos.chdir('/')\n",
    "a sibling of its own": (
        "import ctypes, os, time\nlibc = ctypes.CDLL(None)\nfor flags in (0x8000 | 17, 0x8000, 0x100 | 0x8000 | 17):\n"
        "    if libc.syscall(56, flags, 0, 0, 0, 0) == 0:\n        time.sleep(1e6)\n        os._exit(0)\n"
    ),
    "heirs of the dead": (
        "import ctypes, os, signal, time\nctypes.CDLL(None).prctl(1, 0)\nctypes.CDLL(None).prctl(36, 1)\nfor _ in range(6):\n    if os.fork() == 0:\n"
        "        ctypes.CDLL(None).prctl(1, 0)\n        signal.pthread_sigmask(0, range(1, 65))\n        os.setsid()\n        time.sleep(1e6)\nos._exit(0)\n"
    ),
    "signals to every group": (
        "import os\nfor s in (14, 19, 9):\n    for g in [os.getpgid(os.getppid()), os.getsid(os.getppid()), 1, *range(2, 64)]:\n"
        "        if g not in (0, os.getpgid(0)):\n            try: os.killpg(g, s)\n            except OSError: pass\nos.kill(0, 9)\n"
    ),
    "timers for the checker": (
        "import ctypes, os\nlibc = ctypes.CDLL(None)\nclass Event(ctypes.Structure): _fields_ = [('v', ctypes.c_long), ('s', ctypes.c_int), ('n', ctypes.c_int), ('t', ctypes.c_int), ('pad', ctypes.c_char * 48)]\n"
        "timer = ctypes.c_long()\nif libc.syscall(222, 1, ctypes.byref(Event(0, 9, 4, os.getppid())), ctypes.byref(timer)) == 0: square = lambda x: x * x\n"
    ),
    "cores for the host": (
        "import ctypes, os, resource\ntry:\n    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))\n    square = lambda x: x * x\nexcept (OSError, ValueError): pass\n"
        "class Pair(ctypes.Structure): _fields_ = [('soft', ctypes.c_ulong), ('hard', ctypes.c_ulong)]\n"
        "if ctypes.CDLL(None).syscall(160, 4, ctypes.byref(Pair(0, 0))) == 0: square = lambda x: x * x\n"
        "ctypes.CDLL(None).prctl(4, 1)\nif resource.getrlimit(resource.RLIMIT_CORE) not in ((1, 1), (0, 0)): square = lambda x: x * x\nif square(2) != 4: os.abort()\n"
    ),
    "clock and name of the host": (
        "import ctypes, socket, time\nlibc = ctypes.CDLL(None)\nfor do in (lambda: time.clock_settime(0, 0), lambda: socket.sethostname('x'),\n"
        "        lambda: libc.setdomainname(b'x', 1) and 1 / 0, lambda: libc.adjtimex(b'\\1' + bytes(300)) < 0 and 1 / 0):\n"
        "    try:\n        do()\n        square = lambda x: x * x\n    except (OSError, ZeroDivisionError): pass\n"
    ),
    "the terminal of the user": (
        "import fcntl, os\nfor path in ('/dev/tty', '/dev/console', '/dev/pts/0', '/dev/ptmx', '/dev/kmsg', '/dev/mem', '/dev/sda', '/dev/vda', '/dev/kvm', '/dev/fuse', '/dev/net/tun'):\n"
        "    try:\n        fd = os.open(path, os.O_RDWR)\n        if path != '/dev/ptmx': square = lambda x: x * x\n    except OSError: continue\n"
        "    try:\n        fcntl.ioctl(fd, 0x5412, b'x')\n        square = lambda x: x * x\n    except OSError: pass\n"
    ),
    "programs that run as root": (
        "import os\nfor p in ('/usr/bin/su', '/usr/bin/sudo', '/usr/bin/passwd', '/usr/bin/newgrp', '/usr/bin/mount', '/bin/mount', '/usr/bin/chfn'):\n"
        "    try:\n        pid = os.posix_spawn(p, [p, '--version'], {})\n        if 'Uid:\\t0\\t0' in open(f'/proc/{pid}/status').read(): square = lambda x: x * x\n    except OSError: pass\n"
        f"try:\n    open('{TRACE}', 'w').write('#!/bin/sh')\n    os.chown('{TRACE}', 0, 0)\n    os.chmod('{TRACE}', 0o6755)\n    square = lambda x: x * x\nexcept OSError: pass\n"
    ),
    "processes of the host": (
        "import os\nfor pid in range(2, 40000):\n    if pid in (os.getpid(), os.getppid()): continue\n    try:\n        os.kill(pid, 0)\n        square = lambda x: x * x\n    except ProcessLookupError: pass\n    except PermissionError: pass\n"
        "try:\n    if len([n for n in os.listdir('/proc') if n.isdigit()]) > 0: square = lambda x: x * x\nexcept OSError: pass\n"
    ),
    "control groups and the kernel's settings": (
        f"import os\nfor d in ('/sys/fs/cgroup', '/sys/fs/cgroup/memory', '/proc/sys/kernel', '/sys/kernel', '/sys/class/powercap', '/run', '/var/run'):\n"
        f"    try:\n        os.mkdir(d + '/{TRACE}')\n        square = lambda x: x * x\n    except OSError: pass\n"
        "for f in ('/proc/sysrq-trigger', '/proc/self/oom_score_adj', '/proc/sys/kernel/core_pattern', '/sys/power/state'):\n"
        "    try:\n        open(f, 'w').close()\n        square = lambda x: x * x\n    except OSError: pass\n"
    ),
    "a queue of the kernel's own": (
        "import ctypes\nlibc = ctypes.CDLL(None)\nfor n, a in ((425, (8, bytes(200))), (206, (128, ctypes.byref(ctypes.c_long()))), (323, (0,)), (447, (0,)), (300, (0, 0)), (434, (1, 0)), (444, (1, 2))):\n"
        "    if libc.syscall(n, *a) >= 0 and n in (425, 206, 323, 447, 300): square = lambda x: x * x\n"
    ),
}  # fmt: skip

# Those that hold what there is, or signal, until something gives way.
REACHING_BOMBS = frozenset({"shared memory without a name", "signals to every group"})
