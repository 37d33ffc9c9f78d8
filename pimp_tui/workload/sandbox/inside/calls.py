"""System calls by name, with their numbers on x86_64 and aarch64 (asm/unistd_64.h, asm-generic).

None where an architecture never had the call.
"""

from __future__ import annotations

ARCHITECTURES = ("x86_64", "aarch64")
Numbers = dict[str, tuple[int | None, int | None]]

# No program under test needs these, in whichever tier. Beside what reaches out of a sandbox: memory
# that no limit of address space counts, kernel queues, and what changes the checker, which has the
# same user.
REFUSED: Numbers = {
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271),
    "kcmp": (312, 272), "pidfd_getfd": (438, 438), "process_madvise": (440, 440),
    "process_mrelease": (448, 448), "pidfd_send_signal": (424, 424),
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51),
    "open_tree": (428, 428), "move_mount": (429, 429), "fsopen": (430, 430),
    "fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433),
    "mount_setattr": (442, 442), "unshare": (272, 97), "setns": (308, 268),
    "kexec_load": (246, 104), "kexec_file_load": (320, 294), "init_module": (175, 105),
    "delete_module": (176, 106), "finit_module": (313, 273), "reboot": (169, 142),
    "swapon": (167, 224), "swapoff": (168, 225), "acct": (163, 89), "quotactl": (179, 60),
    "quotactl_fd": (443, 443), "syslog": (103, 116), "personality": (135, 92),
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "io_uring_register": (427, 427),
    "add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219),
    "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265),
    "memfd_create": (319, 279), "memfd_secret": (447, 447), "shmget": (29, 194),
    "msgget": (68, 186), "semget": (64, 190), "mq_open": (240, 180),
    "setpriority": (141, 140), "sched_setparam": (142, 118), "sched_setscheduler": (144, 119),
    "sched_setaffinity": (203, 122), "sched_setattr": (314, 274), "ioprio_set": (251, 30),
    "migrate_pages": (256, 238), "move_pages": (279, 239), "io_setup": (206, 0),
    "modify_ldt": (154, None),
}  # fmt: skip

# Refused too where the program shares processes, network and files' owners with the host.
# Landlock does not cover the attributes of files, nor sockets other than TCP.
REFUSED_WITHOUT_NAMESPACES: Numbers = {
    "fork": (57, None), "vfork": (58, None), "execve": (59, 221), "execveat": (322, 281),
    "connect": (42, 203), "bind": (49, 200), "listen": (50, 201),
    "accept": (43, 202), "accept4": (288, 242), "sendmsg": (46, 211), "sendmmsg": (307, 269),
    "chmod": (90, None), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452),
    "chown": (92, None), "fchown": (93, 55), "lchown": (94, None), "fchownat": (260, 54),
    "utime": (132, None), "utimes": (235, None), "futimesat": (261, None),
    "utimensat": (280, 88), "setxattr": (188, 5), "lsetxattr": (189, 6), "fsetxattr": (190, 7),
    "setxattrat": (463, 463), "removexattr": (197, 14), "lremovexattr": (198, 15),
    "fremovexattr": (199, 16), "removexattrat": (466, 466), "truncate": (76, 45),
    "inotify_init": (253, None), "inotify_init1": (294, 26), "fanotify_init": (300, 262),
    "pidfd_open": (434, 434), "shmat": (30, 196), "shmctl": (31, 195), "semop": (65, 193),
    "semctl": (66, 191), "semtimedop": (220, 192), "msgsnd": (69, 189), "msgrcv": (70, 188),
    "msgctl": (71, 187), "mq_unlink": (241, 181), "setpgid": (109, 154),
}  # fmt: skip

# Judged by their arguments.
SIGNALS: Numbers = {
    "kill": (62, 129), "tkill": (200, 130), "tgkill": (234, 131),
    "rt_sigqueueinfo": (129, 138), "rt_tgsigqueueinfo": (297, 240),
}  # fmt: skip
EXAMINED: Numbers = {
    "clone": (56, 220), "clone3": (435, 435), "prlimit64": (302, 261), "prctl": (157, 167),
    "sendto": (44, 206), "socket": (41, 198), "fcntl": (72, 25), "ioctl": (16, 29),
    "setrlimit": (160, 164),
}  # fmt: skip


def numbers(table: Numbers, machine: str) -> list[int]:
    """The table's numbers on a machine."""
    column = ARCHITECTURES.index(machine)
    return [number for row in table.values() if (number := row[column]) is not None]
