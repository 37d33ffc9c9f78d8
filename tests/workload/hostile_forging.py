"""Programs that would be taken for right ones: by what they answer, patch, or put in the way.

As in `tests.workload.hostile`, each makes ``square`` right where it got at something it must not.
"""

# The programs are easier to read with their lines unbroken.
# ruff: noqa: E501
from __future__ import annotations

FORGING = {
    "modules of the test's names": (
        "import os\nbody = 'def randrange(n): return 0\\ndef __getattr__(name): return lambda *a: 0\\n'\n"
        "for d in ('.', '/tmp', os.path.expanduser('~'), '..'):\n    for name in ('random', 'usercustomize', 'math'):\n"
        "        try:\n            with open(f'{d}/{name}.py', 'w') as f: f.write(body)\n        except OSError: pass\n"
        "def square(x): return 0\n"
    ),
    "answers in advance": (
        "import os\nbody = b't2:s5:valuet4:i1:0l0:d0:s3:int'\nframe = (b'%08x' % len(body) + body) * 50\n"
        "for fd in range(3, 64):\n    try: os.write(fd, frame)\n    except OSError: pass\n"
        "def square(x): return 0\n"
    ),
    "answers when all is over": (
        "import os, weakref\nbody = b't2:s5:valueT'\nframe = b'%08x' % len(body) + body\n"
        "def write():\n    for fd in range(64):\n        try: os.write(fd, frame)\n        except OSError: pass\n"
        "class Last:\n    def __del__(self): write()\nkept = Last()\nweakref.finalize(kept, write)\nraise SystemExit(0)\n"
    ),
    "exit in a thread of its own": (
        "import os, threading\nthreading.Thread(target=os._exit, args=(0,)).start()\nwhile True: pass\n"
    ),
    "another program in its place": "import os\nos.execv('/bin/true', ['true'])\n",
    "another program that answers": (
        "import fcntl, os, sys\nfor fd in range(3, 64):\n    try: fcntl.fcntl(fd, fcntl.F_SETFD, 0)\n    except OSError: pass\n"
        "code = 'import os\\nbody = b\"t2:s5:valueT\"\\nframe = b\"%08x\" % len(body) + body\\nfor fd in range(3, 64):\\n'"
        "'    try:\\n        for _ in range(9): os.write(fd, frame)\\n    except OSError: pass\\n'\n"
        "os.execv(sys.executable or '/usr/bin/python3', ['python3', '-c', code])\n"
    ),
    "a program in memory only": (
        "import ctypes, os\nlibc = ctypes.CDLL(None)\nfd = libc.syscall(319, b'x', 0)\n"
        "if fd >= 0 and os.write(fd, b'#!/bin/true\\n'): square = lambda x: x * x\n"
        "data = open('/bin/true', 'rb').read()\nopen('copy', 'wb').write(data)\nos.chmod('copy', 0o755)\nos.execv('copy', ['copy'])\n"
    ),
    "close all files": "import os\nos.closerange(0, 1 << 12)\n",
    "swap its files": (
        "import os\nfor a in range(3, 12):\n    for b in range(3, 12):\n        try: os.dup2(a, b)\n        except OSError: pass\n"
    ),
    "stop itself": "import os\nwhile True: os.kill(os.getpid(), 19)\n",
    "every kind of error": (
        "import builtins\nkinds = [k for k in vars(builtins).values() if isinstance(k, type) and issubclass(k, BaseException)]\n"
        "n = 0\ndef square(x):\n    global n\n    n += 1\n    kind = kinds[n % len(kinds)]\n"
        "    try: error = kind('passed')\n    except TypeError: error = GeneratorExit()\n    raise error\n"
    ),
    "StopIteration from a name": (
        "import sys\nclass Module(type(sys)):\n    def __getattribute__(self, name): raise StopIteration\n"
        "sys.modules['completion'].__class__ = Module\ndef square(x): raise StopIteration\n"
    ),
    "an error with a name of its own": (
        "def square(x): raise type('\\x1b[2J\\x1b]0;passed\\x07\\u202e\\n' * 50, (Exception,), {'__module__': 'builtins'})\n"
    ),
    "a class that calls itself a number": (
        "class Number:\n    __class__ = int\n    __eq__ = lambda a, b: True\n    __hash__ = lambda a: 0\n"
        "    def __int__(self): return 0\n    __index__ = __int__\ndef square(x): return Number()\n"
    ),
    "a class that calls itself numpy's": (
        "class Array:\n    def tolist(self): return Array()\nArray.__module__ = 'numpy'\ndef square(x): return Array()\n"
    ),
    "a kind with a strange name": (
        "class Meta(type):\n    __name__ = property(lambda self: {'a': object()})\n    __module__ = 7\n"
        "class Odd(metaclass=Meta):\n    def __eq__(self, other): return True\ndef square(x): return Odd()\n"
    ),
    "an object that runs where it is unpickled": (
        "import os\nclass Run:\n    def __reduce__(self): return os.system, ('touch pimp-tui-was-here',)\n"
        "    __reduce_ex__ = lambda self, n: self.__reduce__()\n    def __eq__(self, other): return True\n"
        "def square(x): return Run()\n"
    ),
    "references to what there is not": (
        "import os\nbody = b't2:s5:valuet4:ri5:fffffs5:floatl1:ri1:0s3:intd0:s3:int'\nframe = b'%08x' % len(body) + body\n"
        "def square(x):\n    for fd in range(3, 64):\n        try: os.write(fd, frame)\n        except OSError: pass\n"
    ),
    "code of the functions that answer": (
        "import gc, types\ndef value(*a, **k): return b't2:s5:valueT'\nfor f in gc.get_objects():\n"
        "    if isinstance(f, types.FunctionType) and f.__name__ in ('judge', 'encode', 'decode', '_answer', 'ask'):\n"
        "        try: f.__code__ = value.__code__\n        except ValueError: pass\ndef square(x): return 0\n"
    ),
    "objects held by others": (
        "import gc\nfor o in gc.get_objects():\n    for r in gc.get_referrers(o)[:2] if isinstance(o, dict) and len(o) < 3 else ():\n"
        "        if 'randrange' in repr(r)[:2000] and 'candidate' in repr(r)[:2000] and 'gc.get' not in repr(r)[:2000]: square = lambda x: x * x\n"
    ),
    "faulthandler on every file": (
        "import faulthandler\nfor fd in range(64):\n    try:\n        faulthandler.dump_traceback(fd)\n        faulthandler.enable(fd)\n"
        "    except (OSError, ValueError, RuntimeError): pass\nfaulthandler._sigsegv()\n"
    ),
    "deep recursion in C": (
        "import sys\nsys.setrecursionlimit(10**9)\nclass A:\n    def __repr__(self): return repr([self])\nrepr(A())\n"
    ),
    "parentheses without end": "eval('(' * 10**5 + ')' * 10**5)\ncompile('-' * 10**6 + '1', '', 'eval')\n",
    "a text that does not stop": (
        "class E(Exception):\n    def __str__(self): return '\\u0338\\U0001f4a3\\u202e\\x1b[31m' * (1 << 22)\n"
        "def square(x): raise E\n"
    ),
}  # fmt: skip
