"""Programs that try to get out, to hang the machine, or to be scored without solving the task.

None may pass and none may leave a trace. They run only in tiers that the probe has shown to
isolate; the test's own expectations are random, so that nothing can be known beforehand.
"""

# The programs are easier to read with their lines unbroken.
# ruff: noqa: E501
from __future__ import annotations

import os
import time
from pathlib import Path

import psutil
import pytest

from pimp_tui.workload import sandbox
from pimp_tui.workload.sandbox import Job, Limits

# The odd size of storage stands in the command line and tells our processes from others'.
STORAGE_BYTES = (16 << 20) + os.getpid()
LIMITS = Limits(0.3, 1.0, memory_bytes=512 << 20, processes=16, storage_bytes=STORAGE_BYTES)
PROMPT = "def square(x):\n"
TRACE = "pimp-tui-was-here"

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
        "             os.path.expanduser('~/.ssh'), '/var', '/sys', '/boot', SECRET):\n"
        "    if os.path.exists(path): square = lambda x: x * x\n"
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
        "import os\ntry:\n    os.setuid(0)\n    square = lambda x: x * x\nexcept OSError: pass\n"
    ),
    "raise its limits": (
        "import resource\nfor k in (resource.RLIMIT_AS, resource.RLIMIT_NPROC, resource.RLIMIT_CPU):\n"
        "    try:\n        resource.setrlimit(k, (-1, -1))\n        square = lambda x: x * x\n"
        "    except (ValueError, OSError): pass\n"
    ),
    "stay behind": (
        "import os, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n"
        "        time.sleep(1e6)\n    os._exit(0)\n"
    ),
}  # fmt: skip

TEST = """
import random

def check(candidate):
    for _ in range(3):
        x = random.randrange(10**9)
        assert candidate(x) == x * x
"""


@pytest.fixture(scope="module")
def outside(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("outside")
    folder.chmod(0o777)
    (folder / "secret").write_text("secret")
    return folder


@pytest.mark.parametrize("name", PROGRAMS)
def test_it_does_not_pass_and_leaves_nothing(name, outside, isolating_tiers, monkeypatch):
    if not isolating_tiers:
        pytest.skip("no tier isolates here; bombs are not tried without")
    monkeypatch.setenv("PIMP_TUI_SECRET", "1")
    head = f"OUTSIDE = {str(outside)!r}\nSECRET = OUTSIDE + '/secret'\ndef square(x): return -1\n"
    for tier in isolating_tiers:
        start = time.monotonic()
        outcome = sandbox.run(tier, Job(head + PROGRAMS[name], PROMPT, TEST, "square"), LIMITS)
        assert not outcome.passed, f"{tier}: {outcome.reason}"
        assert time.monotonic() - start < 15
    mark = str(STORAGE_BYTES)
    left = [p for p in psutil.process_iter(["cmdline"]) if mark in (p.info["cmdline"] or [])]
    assert left == []
    folders = (outside, Path("/"), Path("/usr"), Path("/usr/bin"), Path("/etc"), Path("/var/tmp"))
    assert [f for f in folders if any(f.glob(TRACE + "*"))] == []


def test_an_honest_program_passes_in_the_same_limits(isolating_tiers):
    for tier in isolating_tiers:
        job = Job(PROMPT + "    return x * x\n", PROMPT, TEST, "square")
        assert sandbox.run(tier, job, LIMITS).passed
