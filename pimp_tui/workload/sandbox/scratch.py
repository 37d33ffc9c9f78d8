"""The throw-away folder of tiers that cannot mount one of their own."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import itertools
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from .faults import SandboxFault
from .inside.isolate import FIRST_SPARE_UID, NOBODY

PREFIX = "pimp-tui-scratch-"
# Beside what a program may write: it is stopped a moment after it passed its limit.
MARGIN_BYTES = 64 << 20
SPARE_BYTES = 1 << 20
STALE_S = 6 * 3600.0  # no program runs that long
MEND = "make room in the folder for temporary files, or name another one in TMPDIR"


_swept: list[str] = []


@contextlib.contextmanager
def scratch(needed_bytes: int) -> Iterator[Path]:
    """A new folder, gone at the end whatever was made of it.

    Args:
        needed_bytes: what a program may write there.

    Raises:
        SandboxFault: it cannot be made, or the disk has no room for what the program may write.
    """
    _sweep(tempfile.gettempdir())
    try:
        folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{_here()}-{os.getpid()}-"))
    except OSError as error:
        raise SandboxFault(f"no throw-away folder ({error})", MEND) from None
    try:
        require_room(folder, needed_bytes + MARGIN_BYTES)
        yield folder
    finally:
        remove(folder)


def require_room(folder: Path, needed_bytes: int = SPARE_BYTES) -> None:
    """Raises `SandboxFault` where the disk has less room: a program may have failed by that."""
    disk = os.statvfs(folder)
    free = disk.f_bavail * disk.f_frsize
    if free < needed_bytes:
        raise SandboxFault(
            f"the disk is full: {free >> 20} MB free in {folder.parent}, "
            f"{needed_bytes >> 20} MB needed",
            MEND,
        )
    if disk.f_files and not disk.f_favail:
        raise SandboxFault(f"the disk takes no more files: {folder.parent}", MEND)


def remove(folder: Path) -> None:
    """Removes a tree of a program that has ended.

    `shutil.rmtree` recurses, which a chain of thousands of folders defeats, and makes closed
    folders accessible by a path that may lead through a link (CVE-2023-6597). Here folders within
    are first moved up to the top, so that no path is longer than two names and none a link.
    """
    with contextlib.suppress(OSError):
        _empty(folder)
    shutil.rmtree(folder, ignore_errors=True)


def _sweep(parent: str) -> None:
    """Once per process: what a scorer that was killed could not remove.

    Of another machine or container only what is old: its processes do not show here.
    """
    if parent in _swept:
        return
    _swept.append(parent)
    here = _here()
    for folder in Path(parent).glob(f"{PREFIX}*-*-*"):
        place, number, _ = folder.name.removeprefix(PREFIX).split("-", 2)
        with contextlib.suppress(OSError, ValueError):
            owner = folder.lstat()
            ours = owner.st_uid in (os.geteuid(), NOBODY) or owner.st_uid >= FIRST_SPARE_UID
            old = time.time() - owner.st_mtime > STALE_S
            over = not _runs(int(number)) if place == here else old
            if stat.S_ISDIR(owner.st_mode) and ours and over:
                remove(folder)


@functools.cache
def _here() -> str:
    """A name for this boot of this machine and the processes that show here."""
    facts = [os.uname().nodename]
    with contextlib.suppress(OSError):
        facts.append(Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii"))
        facts.append(str(Path("/proc/self/ns/pid").readlink()))
    return hashlib.sha256("\0".join(facts).encode()).hexdigest()[:8]


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _empty(folder: Path) -> None:
    names = (f".pimp-tui-{number}" for number in itertools.count())
    todo = [folder]
    while todo:
        place = todo.pop()
        place.chmod(stat.S_IRWXU)
        with os.scandir(place) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    Path(entry.path).chmod(stat.S_IRWXU)
                    if place == folder:
                        todo.append(Path(entry.path))
                        continue
                    target = next(name for name in names if not os.path.lexists(folder / name))
                    Path(entry.path).rename(folder / target)
                    todo.append(folder / target)
                else:
                    Path(entry.path).unlink()
        if place != folder:
            place.rmdir()


def over(folder: Path, max_bytes: int, max_files: int) -> str | None:
    """Which limit a folder's contents exceed, in words; stops counting there."""
    size = files = 0
    todo = [str(folder)]
    while todo:
        try:
            with os.scandir(todo.pop()) as entries:
                for entry in entries:
                    files += 1
                    if entry.is_dir(follow_symlinks=False):
                        todo.append(entry.path)
                    else:
                        size += entry.stat(follow_symlinks=False).st_blocks * 512
                    if files > max_files:
                        return f"more than {max_files} files"
                    if size > max_bytes:
                        return "size of all its files"
        except OSError:  # it goes on changing meanwhile
            continue
    return None
