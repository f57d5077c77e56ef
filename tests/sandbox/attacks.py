"""Attacks on the jail: each is the body of a function that returns something true when it got through.

`t` tells where the valuables are (see escape.py). Standard library only; `raw` makes a system call by number and raises OSError.
"""

from __future__ import annotations

import textwrap

import attacks_deeper as deeper

WRITES = {
    "write_outside": 'open(t["outside"] + "/new", "w").write("x"); return True',
    "append_to_a_file": 'open(t["outside"] + "/keep.txt", "a").write("x"); return True',
    "truncate_a_file": 'os.truncate(t["outside"] + "/keep.txt", 0); return True',
    "remove_a_file": 'open(t["outside"] + "/keep2.txt", "a").close(); os.unlink(t["outside"] + "/keep2.txt"); return True',
    "rename_a_file": 'os.rename(t["outside"] + "/keep.txt", t["outside"] + "/keep.txt"); return True',
    "make_a_folder": 'os.mkdir(t["outside"] + "/folder-%d" % os.getpid()); return True',
    "change_a_mode": 'os.chmod(t["outside"] + "/keep.txt", 0o600); return True',
    "change_a_time": 'os.utime(t["outside"] + "/keep.txt", (1, 1)); return True',
    "write_through_a_symbolic_link": """
        link = tempfile.mkdtemp() + "/link"
        os.symlink(t["outside"] + "/keep.txt", link)
        open(link, "a").write("x")
        return True""",
    "write_into_a_linked_folder": """
        link = tempfile.mkdtemp() + "/link"
        os.symlink(t["outside"], link)
        open(link + "/new2", "w").write("x")
        return True""",
    "write_through_a_hard_link": """
        link = t["beside"] + "/link"
        os.path.exists(link) and os.unlink(link)
        os.link(t["outside"] + "/keep.txt", link)
        open(link, "a").write("x")
        return True""",
    "write_into_the_project": 'open(t["project"] + "/model.py", "a").write("#"); return True',
    "add_a_module_to_the_project": 'open(t["project"] + "/numpy_.py", "w").write("#"); return True',
    "poison_the_interpreter": 'open(t["site"] + "/sitecustomize.py", "w").write("#"); return True',
    "write_a_dot_file_at_home": 'open(t["home"] + "/.bashrc", "a").write("#"); return True',
    "climb_out_by_proc_self_root": 'open("/proc/self/root" + t["outside"] + "/keep.txt", "a").write("x"); return True',
    "climb_out_by_a_descriptor": """
        folder = os.open("/", os.O_RDONLY)
        name = t["outside"].lstrip("/") + "/keep.txt"
        return os.open(name, os.O_WRONLY, dir_fd=folder)""",
}
READS = {
    "read_a_key_at_home": 'return open(t["home"] + "/.ssh/id_rsa").read()',
    "read_another_project": 'return open(t["outside"] + "/secret.txt").read()',
    "read_the_projects_env": 'return "SECRET" in open(t["project"] + "/.env").read()',
    "read_an_env_below_the_project": 'return "SECRET" in open(t["project"] + "/service/.env.local").read()',
    "read_the_projects_history": 'return "SECRET" in open(t["project"] + "/.git/config").read()',
    "list_another_project": 'return os.listdir(t["outside"])',
    "read_the_environment": 'return os.environ.get("KLS_TEST_SECRET")',
    "read_the_parents_environment": """
        return open("/proc/%d/environ" % os.getppid(), "rb").read()""",
    "read_a_strangers_environment": """
        return b"KLS_TEST_SECRET" in open("/proc/%d/environ" % t["victim"], "rb").read()""",
    "read_a_strangers_command_line": 'return b"kls-victim" in open("/proc/%d/cmdline" % t["victim"], "rb").read()',
    "look_through_all_processes": """
        for name in os.listdir("/proc"):
            try:
                if name.isdigit() and b"kls-victim" in open("/proc/%s/cmdline" % name, "rb").read():
                    return name
            except OSError:
                pass""",
    "read_the_list_of_users": 'return open("/etc/passwd").read()',
    "climb_out_by_the_parents_root": 'return open("/proc/%d/root%s/secret.txt" % (os.getppid(), t["outside"])).read()',
    "climb_out_by_a_strangers_folder": 'return os.listdir("/proc/%d/cwd/" % t["victim"])',
    "read_an_inherited_descriptor": """
        for number in range(3, 1024):
            try:
                if b"SECRET" in os.pread(number, 100, 0):
                    return number
            except OSError:
                pass""",
    "open_the_parents_descriptors": """
        folder = "/proc/%d/fd/" % os.getppid()
        return [os.open(folder + name, os.O_RDONLY | os.O_NONBLOCK) for name in os.listdir(folder)[:1]]""",
    "get_a_file_handle": """
        handle = ctypes.create_string_buffer(struct.pack("Ii", 128, 0) + bytes(128))
        return raw(303, -100, (t["outside"] + "/secret.txt").encode(), handle, ctypes.byref(ctypes.c_int()), 0) == 0""",
}
NETWORK = {
    "tcp_to_loopback": 'return socket.create_connection(("127.0.0.1", t["tcp"]), 2)',
    "udp_to_loopback": 'return socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", t["udp"]))',
    "tcp_over_ipv6": 's = socket.socket(socket.AF_INET6); s.bind(("::", 0)); return True',
    "http": 'import urllib.request; return urllib.request.urlopen("http://127.0.0.1:%d/" % t["http"], timeout=2).read()',
    "listen": 's = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen(); return True',
    "unix_socket_in_the_project": """
        s = socket.socket(socket.AF_UNIX); s.connect(t["unix"]); return True""",
    "unix_datagram": 'return socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b"x", t["datagram"])',
    "abstract_socket": 's = socket.socket(socket.AF_UNIX); s.connect(t["abstract"]); return True',
    "datagram_from_a_socket_pair": """
        return socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)[0].sendto(b"x", t["datagram"])""",
    "netlink": "return socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)",
    "dev_tcp": """
        return subprocess.run(["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/%d" % t["tcp"]], check=True)""",
    "raw_socket": "return socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)",
    "packet_socket": "return socket.socket(socket.AF_PACKET, socket.SOCK_RAW)",
    "io_uring": "return raw(425, 4, ctypes.create_string_buffer(120)) >= 0",
}
PROCESSES = {
    "fork": "pid = os.fork(); pid == 0 and os._exit(0); os.waitpid(pid, 0); return True",
    "subprocess": 'return subprocess.run(["/usr/bin/true"], check=True)',
    "os_system": 'return os.system("exit 3") == 3 << 8',
    "posix_spawn": 'return os.waitpid(os.posix_spawn("/usr/bin/true", ["true"], {}), 0)',
    "multiprocessing": """
        import multiprocessing
        process = multiprocessing.get_context("fork").Process(target=int)
        process.start(); process.join()
        return process.exitcode == 0""",
    "execve": """
        reading, writing = os.pipe()
        os.set_inheritable(writing, True)
        os.execv("/usr/bin/env", ["env"]) if t["inside"] else None
        return True""",
    "execveat": """
        program = os.open("/usr/bin/true", os.O_RDONLY)
        return True if not t["inside"] else raw(322, program, b"", None, None, 0x1000)""",
    "setuid_copy": """
        copy = tempfile.mkdtemp(dir=t["beside"] if not t["inside"] else None) + "/true"
        shutil.copy("/usr/bin/true", copy); os.chmod(copy, 0o4755)
        return subprocess.run([copy], check=True)""",
    "daemon": """
        pid = os.fork()
        if pid == 0:
            os.setsid()
            os.fork() or open(t["outside"] + "/daemon", "w").write("x")
            os._exit(0)
        os.waitpid(pid, 0)
        return True""",
    "raw_clone": """
        pid = raw(56, 17, 0, 0, 0, 0)
        pid == 0 and os._exit(0)
        return os.waitpid(pid, 0)""",
    "raw_clone3": """
        arguments = struct.pack("8Q", 0, 0, 0, 0, 17, 0, 0, 0)
        pid = raw(435, arguments, len(arguments))
        pid == 0 and os._exit(0)
        return os.waitpid(pid, 0)""",
    "raw_vfork": 'return True if not t["inside"] else raw(58) == 0 and os._exit(0)',
    "signal_a_stranger": 'os.kill(t["victim"], signal.SIGCONT); return True',
    "signal_the_parent": "os.kill(os.getppid(), signal.SIGCONT); return True",
    "signal_a_group": 'os.killpg(os.getpgid(t["victim"]), signal.SIGCONT); return True',
    "signal_everybody": """
        for name in os.listdir("/proc"):
            if name.isdigit() and int(name) != os.getpid():
                try:
                    os.kill(int(name), 0)
                    return name
                except OSError:
                    pass""",
    "tgkill": "return raw(234, os.getppid(), os.getppid(), 18) == 0",
    "tkill": "return raw(200, os.getppid(), 18) == 0",
    "queue_a_signal": """
        information = ctypes.create_string_buffer(struct.pack("iiiiii", 18, 0, -1, 0, os.getpid(), os.getuid()), 128)
        return raw(129, os.getppid(), 18, information) == 0""",
    "signal_by_descriptor": "return signal.pidfd_send_signal(os.pidfd_open(os.getppid()), 0) is None",
    "signal_by_owned_descriptor": """
        reading, writing = os.pipe()
        fcntl.fcntl(reading, fcntl.F_SETOWN, os.getppid())
        return fcntl.fcntl(reading, fcntl.F_GETOWN) == os.getppid()""",
    "ptrace_a_stranger": """
        done = raw(101, 0x4206, t["victim"], 0, 0) == 0
        return done""",
    "ptrace_the_parent": "return raw(101, 0x4206, os.getppid(), 0, 0) == 0",
    "read_a_strangers_memory": 'return open("/proc/%d/mem" % t["victim"], "rb")',
    "write_the_parents_memory": 'return open("/proc/%d/mem" % os.getppid(), "rb+")',
    "read_the_parents_memory_map": 'return open("/proc/%d/maps" % os.getppid()).read()',
    "copy_the_parents_memory": """
        buffer = ctypes.create_string_buffer(8)
        local = struct.pack("QQ", ctypes.addressof(buffer), 8)
        start = int(open("/proc/%d/maps" % os.getppid()).read().split("-")[0], 16)
        return raw(310, os.getppid(), local, 1, struct.pack("QQ", start, 8), 1, 0) == 8""",
    "limit_the_parent": "resource.prlimit(os.getppid(), resource.RLIMIT_CORE, (0, 0)); return True",
    "slow_the_parent_down": "os.setpriority(os.PRIO_PROCESS, os.getppid(), 19); return True",
    "pin_the_parent": "os.sched_setaffinity(os.getppid(), os.sched_getaffinity(0)); return True",
}
KERNEL = {
    "user_namespace": "return raw(272, 0x10000000) == 0",
    "network_namespace": "return raw(272, 0x40000000) == 0",
    "mount": 'return raw(272, 0x00020000) == 0 and raw(165, b"none", t["outside"].encode(), b"tmpfs", 0, None) == 0',
    "new_mount_api": 'return raw(430, b"tmpfs", 0) >= 0',
    "chroot": 'os.chroot("/"); return True',
    "join_a_namespace": 'return raw(308, os.open("/proc/%d/ns/net" % os.getppid(), os.O_RDONLY), 0) == 0',
    "device_node": """
        name = (tempfile.mkdtemp() if t["inside"] else tempfile.mkdtemp(dir=t["beside"])) + "/null"
        os.mknod(name, 0o20666, os.makedev(1, 5))
        return os.path.exists(name)""",
    "raw_disk": """
        return [open("/dev/" + n, "rb") for n in os.listdir("/dev") if stat.S_ISBLK(os.stat("/dev/" + n).st_mode)][0]""",
    "keyring": 'return raw(248, b"user", b"kls", b"x", 1, -3) > 0',
    "bpf": 'return raw(321, 0, struct.pack("IIIII", 2, 4, 4, 1, 0) + bytes(100), 120) >= 0',
    "perf": 'return raw(298, struct.pack("IIQ", 1, 128, 1) + bytes(112), 0, -1, -1, 0) >= 0',
    "userfaultfd": "return raw(323, 1) >= 0",
    "memory_file": 'return os.memfd_create("kls")',
    "shared_memory_segment": "return raw(29, 0, 4096, 0o600) >= 0",
    "message_queue": "return raw(68, 0, 0o600 | 0o1000) >= 0",
    "semaphores": "return raw(64, 0, 1, 0o600 | 0o1000) >= 0",
    "host_name": "socket.sethostname(socket.gethostname()); return True",
    "kernel_log": "return raw(103, 3, ctypes.create_string_buffer(64), 64) >= 0",
    "file_system_watch": "return raw(300, 0, 0) >= 0",
}
OWN = {**WRITES, **READS, **NETWORK, **PROCESSES, **KERNEL}
ATTACKS = {**OWN, **deeper.WRITES, **deeper.READS, **deeper.NETWORK, **deeper.PROCESSES, **deeper.KERNEL}

# What this machine, or a user without root, may refuse outside the jail too: then there is nothing to show.
MAY_FAIL_OUTSIDE = {
    "raw_socket", "packet_socket", "io_uring", "mount", "new_mount_api", "chroot", "join_a_namespace", "device_node",
    "raw_disk", "bpf", "perf", "userfaultfd", "host_name", "kernel_log", "file_system_watch", "user_namespace",
    "network_namespace", "ptrace_the_parent", "ptrace_a_stranger", "write_the_parents_memory", "read_a_strangers_memory",
    "get_a_file_handle", "tcp_over_ipv6", "keyring", "copy_the_parents_memory", *deeper.MAY_FAIL_OUTSIDE,
}  # fmt: skip

HEAD = """
import ctypes, fcntl, os, resource, shutil, signal, socket, stat, struct, subprocess, tempfile


def raw(number, *arguments):
    libc = ctypes.CDLL(None, use_errno=True)
    cast = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    answer = libc.syscall(ctypes.c_long(number), *cast)
    if answer < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return answer


def attempt(attack, t):
    try:
        return "escaped" if attack(t) else "held"
    except BaseException as error:
        return "held-" + type(error).__name__
"""
# It ends the process that makes it.
ALONE = ("through_the_32_bit_door",)


def program(*names: str) -> str:
    """The source of some attacks: for each a function `attack_N(t)`, and `attempt(attack, t)`: "escaped" or "held..."."""
    return HEAD + "".join(function(f"attack_{n}", ATTACKS[name]) for n, name in enumerate(names))


def function(name: str, body: str) -> str:
    """A function of the targets with this body."""
    lines = textwrap.dedent(body if body.startswith("\n") else "\n" + body)
    return f"\n\ndef {name}(t):\n{textwrap.indent(lines, '    ')}\n"
