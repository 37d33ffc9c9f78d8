"""Programs that try to get out, to hang the machine, or to be scored without solving the task.

Each may make ``square`` right where it got at something it must not; OUTSIDE and SECRET are a
folder of the host that anybody may write to and a file in it.
"""

# The programs are easier to read with their lines unbroken.
# ruff: noqa: E501
from __future__ import annotations

from tests.workload.hostile_forging import FORGING
from tests.workload.hostile_reaching import REACHING, REACHING_BOMBS, TRACE

PROGRAMS = {
    "fork bomb": "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass\n",
    "thread bomb": "import threading, time\nwhile True: threading.Thread(target=time.sleep, args=(9,)).start()",
    "memory bomb": "x = []\nwhile True: x.append(bytearray(1 << 24))\n",
    "memory bomb in children": (
        "import os\nfor _ in range(2): os.fork()\nx = []\n"
        "while True:\n    try: x.append(bytearray(1 << 24))\n    except MemoryError: pass\n"
    ),
    "endless loop": "while True: pass\n",
    "endless loop in C": "sum(iter(int, 1))\n",
    "endless recursion": "def f(n): return f(n) + f(n)\nf(0)\n",
    "endless sleep": "import time\ntime.sleep(1e6)\n",
    "endless print": "while True: print('x' * 10**6)\n",
    "endless files": f"n = 0\nwhile True:\n    open('{TRACE}' + str(n), 'w').write('x' * 10**5)\n    n += 1\n",
    "huge file": f"with open('{TRACE}', 'w') as f:\n    while True: f.write('x' * 10**6)\n",
    "signal masking": (
        "import signal\nfor s in range(1, 65):\n    try: signal.signal(s, signal.SIG_IGN)\n"
        "    except (OSError, ValueError): pass\nsignal.pthread_sigmask(0, range(1, 65))\nwhile True: pass\n"
    ),
    "kill all": "import os\nos.kill(-1, 9)\nwhile True: pass\n",
    "kill the checker": "import os\nos.kill(os.getppid(), 9)\nos.kill(1, 9)\nwhile True: pass\n",
    "stop the checker": "import os\nos.kill(os.getppid(), 19)\nwhile True: pass\n",
    "exit 0": "import os\nos._exit(0)\n",
    "sys.exit 0": "import sys\nsys.exit(0)\n",
    "exit 0 in the function": "def square(x):\n    import os\n    os._exit(0)\n",
    "kill itself": "import os\nos.kill(os.getpid(), 9)\n",
    "crash": "import ctypes\nctypes.string_at(0)\n",
    "ptrace the checker": (
        "import ctypes, os\nlibc = ctypes.CDLL(None)\n"
        "if libc.ptrace(16, os.getppid(), 0, 0) == 0: square = lambda x: x * x\n"
    ),
    "read the checker's memory": (
        "import ctypes, os\nlibc = ctypes.CDLL(None)\nbuf = ctypes.create_string_buffer(64)\n"
        "class IO(ctypes.Structure): _fields_ = [('b', ctypes.c_void_p), ('n', ctypes.c_size_t)]\n"
        "mine, its = IO(ctypes.addressof(buf), 64), IO(id(buf), 64)\n"
        "n = libc.process_vm_readv(os.getppid(), ctypes.byref(mine), 1, ctypes.byref(its), 1, 0)\n"
        "if n > 0: square = lambda x: x * x\n"
    ),
    "read /proc of the checker": (
        "import os\nfor name in ('mem', 'maps', 'environ', 'fd/0', 'cmdline'):\n"
        "    for pid in (1, os.getppid()):\n"
        "        try:\n            open(f'/proc/{pid}/{name}', 'rb').close()\n"
        "            square = lambda x: x * x\n        except OSError: pass\n"
    ),
    "search its memory for the test": (
        "import gc\nfound = [o for o in gc.get_objects() if isinstance(o, dict)\n"
        "         and any('random' + 'range' in str(v) for v in o.values() if isinstance(v, (str, bytes)))]\n"
        "if any(o for o in found if '__name__' not in o): square = lambda x: x * x\n"
    ),
    "inherited files": (
        "import os, fcntl\nfor fd in range(3, 256):\n    try:\n        fcntl.fcntl(fd, fcntl.F_SETFL, os.O_NONBLOCK)\n"
        "        data = os.read(fd, 1 << 16)\n"
        "        if b'random' in data or b'nonce' in data: square = lambda x: x * x\n"
        "    except OSError: pass\n"
    ),
    "forged verdict": (
        "import os\nbody = b'd2:s6:passedTs6:reasons6:passed'\nframe = b'%08x' % len(body) + body\n"
        "for fd in range(256):\n    try: os.write(fd, frame)\n    except OSError: pass\nos._exit(0)\n"
    ),
    "passed printed": "import sys\nprint('passed'); sys.stderr.write('passed'); sys.exit(0)\n",
    "an equal of everything": (
        "class Any:\n    def __eq__(self, other): return True\n    __hash__ = None\n"
        "def square(x): return Any()\n"
    ),
    "a number equal to everything": (
        "class Any(int):\n    def __eq__(self, other): return True\n    def __ne__(self, other): return False\n"
        "    __hash__ = int.__hash__\ndef square(x): return Any(1)\n"
    ),
    "patched builtins": (
        "import builtins\nbuiltins.AssertionError = type('E', (Exception,), {})\n"
        "builtins.isinstance = lambda *a: True\nbuiltins.all = builtins.any = lambda x: True\n"
        "def square(x): return 0\n"
    ),
    "patched checker": (
        "import sys\nfor name, module in list(sys.modules.items()):\n"
        "    if name.startswith('inside'):\n"
        "        module.judge = lambda *a: (True, 'passed', None)\n"
        "        module.encode = lambda *a, **k: b't2:s5:valueT'\n"
        "def square(x): return 0\n"
    ),
    "patched checker by its frames": (
        "import sys\nf = sys._getframe()\nwhile f:\n"
        "    f.f_globals['judge'] = lambda *a: (True, 'passed', None)\n    f = f.f_back\n"
        "def square(x): return 0\n"
    ),
    "patched random": "import random\nrandom.randrange = lambda n: 0\ndef square(x): return 0\n",
    "raised StopIteration": "def square(x): raise StopIteration\n",
    "raised TimeUp": "def square(x): raise KeyboardInterrupt\n",
    "huge result": "def square(x): return 'x' * (1 << 28)\n",
    "deep result": "def square(x):\n    r = x * 1\n    for _ in range(10**5): r = [r]\n    return r\n",
    "result without end": "def square(x):\n    while True: yield x\n",
    "connect out": (
        "import socket\nfor to in (('1.1.1.1', 53), ('127.0.0.1', 22), ('169.254.169.254', 80)):\n"
        "    try:\n        socket.create_connection(to, 0.2)\n        square = lambda x: x * x\n"
        "    except OSError: pass\n"
    ),
    "look up a name": (
        "import socket\ntry:\n    socket.getaddrinfo('example.com', 80)\n    square = lambda x: x * x\n"
        "except OSError: pass\n"
    ),
    "sockets of the host": (
        "import socket\nfor path in ('/run/docker.sock', '/var/run/docker.sock', '/run/dbus/system_bus_socket'):\n"
        "    try:\n        socket.socket(socket.AF_UNIX).connect(path)\n        square = lambda x: x * x\n"
        "    except OSError: pass\n"
    ),
    "read secrets": (
        "import os\nfor path in ('/etc/passwd', '/etc/shadow', '/root/.ssh', '/home', '/root/.bashrc',\n"
        "             os.path.expanduser('~/.ssh'), '/var/log', '/sys', '/boot', OUTSIDE, SECRET):\n"
        "    for look in (os.listdir, open):\n        try:\n            look(path)\n"
        "            square = lambda x: x * x\n        except OSError: pass\n"
    ),
    "read the environment": "import os\nif 'PIMP_TUI_SECRET' in os.environ: square = lambda x: x * x\n",
    "write outside": (
        f"import os\nfor d in ('/', '/usr', '/usr/bin', '/etc', '/var/tmp', '/root', '/home', '/dev', OUTSIDE):\n"
        f"    try:\n        open(os.path.join(d, '{TRACE}'), 'w').close()\n        square = lambda x: x * x\n"
        "    except OSError: pass\n"
    ),
    "write through a link": (
        f"import os\nos.symlink(OUTSIDE, 'link')\ntry:\n    open('link/{TRACE}', 'w').close()\n"
        "    square = lambda x: x * x\nexcept OSError: pass\n"
    ),
    "read through a link": (
        "import os\nfor make in (os.symlink, os.link):\n    try:\n        make(SECRET, make.__name__)\n"
        "        open(make.__name__).read()\n        square = lambda x: x * x\n    except OSError: pass\n"
    ),
    "remount": (
        "import ctypes\nlibc = ctypes.CDLL(None)\n"
        "if libc.mount(None, b'/', None, 32, None) == 0 or libc.mount(b't', b'/tmp', b'tmpfs', 0, None) == 0:\n"
        "    square = lambda x: x * x\n"
    ),
    "namespaces of its own": (
        "import ctypes\nlibc = ctypes.CDLL(None)\n"
        "if libc.unshare(0x10000000) == 0 or libc.syscall(56, 0x10000000 | 17, 0, 0, 0, 0) > 0:\n"
        "    square = lambda x: x * x\n"
    ),
    "shared memory": (
        "import ctypes\nlibc = ctypes.CDLL(None)\n"
        "if libc.shmget(0, 1 << 24, 0o1600) >= 0: square = lambda x: x * x\n"
        "import os\ntry:\n    os.memfd_create('x')\n    square = lambda x: x * x\nexcept OSError: pass\n"
    ),
    "become root": (
        "import os\nfor become in ([lambda: os.setuid(0)] if os.getuid() else []) + [\n"
        "        lambda: os.setuid(1), lambda: os.setgroups([0]), lambda: os.setresgid(1, 1, 1)]:\n"
        "    try:\n        become()\n        square = lambda x: x * x\n    except OSError: pass\n"
    ),
    "raise its limits": (
        "import resource\nfor k in (resource.RLIMIT_AS, resource.RLIMIT_NPROC, resource.RLIMIT_CPU):\n"
        "    try:\n        resource.setrlimit(k, (-1, -1))\n        square = lambda x: x * x\n"
        "    except (ValueError, OSError): pass\n"
    ),
    "change the checker": (
        "import os, resource\np = os.getppid()\n"
        "for f in (lambda: resource.prlimit(p, resource.RLIMIT_CPU, (0, 0)),\n"
        "          lambda: resource.prlimit(p, resource.RLIMIT_NOFILE, (0, 0)),\n"
        "          lambda: resource.prlimit(p, resource.RLIMIT_AS, (0, 0)),\n"
        "          lambda: os.setpriority(os.PRIO_PROCESS, p, 19), lambda: os.sched_setaffinity(p, {0}),\n"
        "          lambda: os.sched_setscheduler(p, os.SCHED_IDLE, os.sched_param(0))):\n"
        "    try:\n        f()\n        square = lambda x: x * x\n    except OSError: pass\n"
    ),
    "interrupt the checker": (
        "import os, signal\nwhile True:\n    for s in (2, 14, 15, 24, 1):\n"
        "        try: os.kill(os.getppid(), s)\n        except OSError: pass\n"
    ),
    "signals by files": (
        "import fcntl, os, socket\nr, w = os.pipe()\nfor do in (\n"
        "        lambda: fcntl.fcntl(r, fcntl.F_SETOWN, os.getppid()), lambda: fcntl.fcntl(r, 10, 9),\n"
        "        lambda: fcntl.ioctl(socket.socketpair()[0], 0x8901, os.getppid().to_bytes(4, 'little'))):\n"
        "    try:\n        do()\n        square = lambda x: x * x\n    except OSError: pass\n"
    ),
    "sockets of other kinds": (
        "import socket\nfor family in (17, 30, 31, 38, 40, 42, 44):\n    for kind in (1, 2, 3, 5):\n"
        "        try:\n            socket.socket(family, kind)\n            square = lambda x: x * x\n"
        "        except OSError: pass\n"
    ),
    "take the checker's files": (
        "import ctypes, os\nlibc = ctypes.CDLL(None)\nfd = libc.syscall(434, os.getppid(), 0)\n"
        "for n in range(8):\n    if fd >= 0 and libc.syscall(438, fd, n, 0) >= 0: square = lambda x: x * x\n"
    ),
    "calls of another kind": (
        "import ctypes\nlibc = ctypes.CDLL(None)\n"
        "if libc.syscall(0x40000000 | 39) > 0: square = lambda x: x * x\n"
        "for n in (321, 298, 323, 425, 250, 304): # bpf perf_event_open userfaultfd io_uring keyctl open_by_handle\n"
        "    if libc.syscall(n, 0, 0, 0, 0, 0) >= 0: square = lambda x: x * x\n"
    ),
    "kernel queues": (
        "import ctypes\nlibc = ctypes.CDLL(None)\n"
        "if max(libc.msgget(0, 0o1600), libc.semget(0, 1, 0o1600), libc.syscall(240, b'q', 66, 384, 0)) >= 0:\n"
        "    square = lambda x: x * x\n"
    ),
    "files without end": "n = 0\nwhile True:\n    open(str(n), 'w').close()\n    n += 1\n",
    "folders without end": (
        "import os\ntry:\n    os.mkdir('closed', 0)\n    for _ in range(3000):\n        os.mkdir('d')\n        os.chdir('d')\n"
        "except OSError: pass\n"
    ),
    "fill all there is": (
        "import os\ntotal = 0\nfor d in ('/dev', '/dev/shm', '/dev/mqueue', '/run', '/var/tmp', '/', '.'):\n"
        "    try:\n        for n in range(64):\n            with open(f'{d}/fill{n}', 'wb') as f:\n"
        "                total += f.write(bytes(1 << 20))\n    except OSError: pass\n"
        "if total > 40 << 20: square = lambda x: x * x\n"
    ),
    "a pipe nobody writes to": "import os\nos.mkfifo('pipe')\nopen('pipe').read()\n",
    "read standard input": "import sys\nif sys.stdin.read(): square = lambda x: x * x\n",
    "passed at exit": (
        "import atexit, os, sys\natexit.register(lambda: [os.write(fd, b'+passed') for fd in (1, 2)])\n"
        "atexit.register(os._exit, 0)\nsys.exit(0)\n"
    ),
    "trace": (
        "import sys, threading\nseen = []\ndef trace(frame, event, arg):\n"
        "    if event == 'return' and frame.f_code.co_name in ('check', 'judge'): seen.append(frame)\n"
        "    return trace\nsys.settrace(trace)\nsys.setprofile(trace)\nthreading.settrace(trace)\n"
        "def square(x): return x * x if seen else 0\n"
    ),
    "frames of its caller": (
        "import sys\ndef square(x):\n    f = sys._getframe(1)\n    while f:\n"
        "        if 'check' in f.f_globals or 'candidate' in f.f_locals: return x * x\n        f = f.f_back\n"
    ),
    "audit hook": (
        "import sys\ndef hook(event, arguments):\n    if event == 'exec': raise SystemExit(0)\n"
        "sys.addaudithook(hook)\n"
    ),
    "threads that stay": (
        "import threading, time\nfor _ in range(4): threading.Thread(target=time.sleep, args=(1e6,)).start()\n"
    ),
    "threads that answer": (
        "import os, threading\ndef answer():\n    while True:\n        for fd in range(3, 64):\n"
        "            try: os.write(fd, b'0000000at2:s5:valueT')\n            except OSError: pass\n"
        "threading.Thread(target=answer).start()\n"
    ),
    "dribbled answer": (
        "import os, time\nwhile True:\n    for fd in range(3, 64):\n        try: os.write(fd, b'0')\n"
        "        except OSError: pass\n    time.sleep(0.005)\n"
    ),
    "collisions for the checker": (
        "import os\nitems = b''.join(b'i%d:%x' % (len(b'%x' % n), n) for n in range(0, (2**61 - 1) * 10**5, 2**61 - 1))\n"
        "body = b't2:s5:valuee100000:' + items\nframe = b'%08x' % len(body) + body\n"
        "for fd in range(3, 64):\n    try:\n        view = memoryview(frame)\n"
        "        while view: view = view[os.write(fd, view):]\n    except OSError: pass\n"
    ),
    "a huge number": "def square(x): return 1 << (1 << 26)\n",
    "an error of its own making": (
        "class E(AssertionError):\n    def __str__(self): raise self\n    __repr__ = __str__\n"
        "def square(x): raise E\n"
    ),
    "stay behind": (
        "import os, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n"
        "        time.sleep(1e6)\n    os._exit(0)\n"
    ),
    **FORGING,
    **REACHING,
}  # fmt: skip

# Not tried where no pid namespace of their own holds them.
BOMBS = frozenset({
    "fork bomb", "thread bomb", "memory bomb", "memory bomb in children", "kill all",
    "kill the checker", *REACHING_BOMBS,
})  # fmt: skip
