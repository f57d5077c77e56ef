"""More attacks on the jail, of the kinds that need a closer look at Linux. Written as those in attacks.py are."""

from __future__ import annotations

WRITES = {
    "hard_link_into_the_scratch_folder": """
        link = tempfile.mkdtemp() + "/link"
        os.link(t["outside"] + "/keep.txt", link)
        open(link, "a").write("x")
        return True""",
    "exchange_two_files": """
        one, two = (t["project"] + "/" + n for n in ("data.txt", "model.py"))
        return raw(316, -100, one.encode(), -100, two.encode(), 2) == raw(316, -100, one.encode(), -100, two.encode(), 2)""",
    "change_an_owner": 'os.chown(t["project"] + "/data.txt", os.getuid(), os.getgid()); return True',
    "set_an_attribute": 'os.setxattr(t["project"] + "/data.txt", "user.kls", b"x"); return True',
    "set_a_flag": """
        file = os.open(t["project"] + "/data.txt", os.O_RDONLY)
        return fcntl.ioctl(file, 0x40086602, struct.pack("l", 0x40)) is not None""",
    "hold_a_lease": """
        file = os.open(t["project"] + "/data.txt", os.O_RDONLY)
        return fcntl.fcntl(file, 1024, fcntl.F_RDLCK) == 0""",
    "hold_a_lock": 'fcntl.flock(os.open(t["project"] + "/data.txt", os.O_RDONLY), fcntl.LOCK_EX); return True',
    "write_into_a_pipe_of_the_project": """
        return os.write(os.open(t["project"] + "/pipe", os.O_WRONLY | os.O_NONBLOCK), b"x")""",
    "write_on_a_terminal": 'return os.write(os.open(t["tty"], os.O_WRONLY | os.O_NOCTTY), b"x")',
    "poison_a_cache_of_the_packages": """
        os.makedirs(t["site"] + "/__pycache__", exist_ok=True)
        open(t["site"] + "/__pycache__/evil.cpython-311.pyc", "wb").write(b"x")
        return True""",
    "poison_a_cache_of_the_project": """
        os.makedirs(t["project"] + "/__pycache__", exist_ok=True)
        return open(t["project"] + "/__pycache__/model.cpython-311.pyc", "wb").write(b"x")""",
    "add_a_path_line": 'return open(t["site"] + "/evil.pth", "w").write("#")',
    "add_a_program_to_the_interpreter": 'return open(t["site"] + "/../../../bin/evil", "w").write("#")',
    "add_a_hook_to_the_history": 'return open(t["project"] + "/.git/post-checkout", "w").write("#")',
    "write_through_the_agents_folder": """
        import sys
        agent = os.path.dirname(sys.modules["kls_agent"].__file__) if t["inside"] else t["beside"]
        return open(agent + "/evil.py", "w").write("#")""",
    "set_the_core_pattern": 'return open("/proc/sys/kernel/core_pattern", "r+")',
    "open_the_magic_key": 'return open("/proc/sysrq-trigger", "w")',
    "set_the_kernels_memory_policy": 'return open("/sys/kernel/mm/transparent_hugepage/enabled", "r+")',
}
READS = {
    "read_a_key_in_the_project": 'return "SECRET" in open(t["project"] + "/deploy/id_ed25519").read()',
    "read_a_certificate_in_the_project": 'return "SECRET" in open(t["project"] + "/deploy/server.pem").read()',
    "read_a_cloud_account_in_the_project": 'return "SECRET" in open(t["project"] + "/deploy/service-account.json").read()',
    "read_the_history_of_a_vendored_project": 'return "SECRET" in open(t["project"] + "/vendor/.git/config").read()',
    "read_an_env_made_meanwhile": 'return "SECRET" in open(t["project"] + "/late/.env").read()',
    "read_an_env_saved_meanwhile": 'return "SECRET" in open(t["project"] + "/.env").read()',
    "read_an_env_by_a_link": 'return "SECRET" in open(t["project"] + "/plain-link").read()',
    "read_the_shells_history": 'return "SECRET" in open(t["home"] + "/.bash_history").read()',
    "read_by_a_leaked_folder": """
        for number in range(3, 1024):
            try:
                if os.read(os.open("secret.txt", os.O_RDONLY, dir_fd=number), 6) == b"SECRET":
                    return number
            except OSError:
                pass""",
    "enter_a_leaked_folder": """
        for number in range(3, 1024):
            try:
                os.fchdir(number)
                if "SECRET" in open("secret.txt").read():
                    return number
            except OSError:
                pass""",
    "attach_anothers_memory": """
        libc = ctypes.CDLL(None, use_errno=True)
        libc.shmat.restype = ctypes.c_void_p
        address = libc.shmat(t["segment"], None, 0o10000)
        if address in (None, ctypes.c_void_p(-1).value):
            raise OSError(ctypes.get_errno(), "shmat")
        return ctypes.string_at(address, 6) == b"SECRET" """,
    "receive_anothers_message": """
        buffer = ctypes.create_string_buffer(64)
        return raw(70, t["queue"], buffer, 56, 0, 0o4000) > 0""",
    "read_anothers_semaphore": "return raw(66, t['semaphore'], 0, 12, 0) == 7",
    "open_anothers_shared_file": 'return "SECRET" in open(t["shm"]).read()',
    "open_anothers_message_queue": 'return raw(240, t["mq"].encode(), 0, 0, 0) >= 0',
    "remove_anothers_message_queue": 'return raw(241, t["mq2"].encode()) == 0',
    "see_who_listens": 'return ":%04X " % t["tcp"] in open("/proc/net/tcp").read()',
    "see_the_network_cards": 'return os.listdir("/sys/class/net")',
    "read_the_name_server": 'return open("/etc/resolv.conf").read()',
    "read_the_kernels_memory": 'return open("/proc/kcore", "rb").read(64)',
    "read_a_strangers_memory_map": 'return open("/proc/%d/maps" % t["victim"]).read()',
    "read_the_process_one": 'return b"kls" in open("/proc/1/environ", "rb").read() + b"kls" if os.getppid() != 1 else 0',
    "read_the_machines_id": 'return open("/etc/machine-id").read()',
}
NETWORK = {
    "ask_a_name_server": """
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.settimeout(5)
        question = b"\\x00\\x01\\x01\\x00\\x00\\x01" + bytes(6) + b"\\x03kls\\x04test\\x00\\x00\\x01\\x00\\x01"
        s.sendto(question, ("127.0.0.1", t["udp"]))
        return s.recv(512)""",
    "multipath_tcp": "return socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262)",
    "to_the_hypervisor": "return socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM)",
    "kernel_crypto": "return socket.socket(socket.AF_ALG, socket.SOCK_SEQPACKET)",
    "a_tunnel": 'return open("/dev/net/tun", "rb+", buffering=0)',
    "bind_an_abstract_name": 's = socket.socket(socket.AF_UNIX); s.bind("\\0kls-%d" % os.getpid()); return True',
    "bind_in_the_project": """
        s = socket.socket(socket.AF_UNIX); s.bind(t["beside"] + "/s%d" % os.getpid()); return True""",
    "message_with_an_address": """
        one, two = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        return one.sendmsg([b"x"], [], 0, t["datagram"])""",
}
PROCESSES = {
    "start_a_memory_file": """
        file = os.memfd_create("kls")
        os.write(file, open("/usr/bin/true", "rb").read())
        pid = os.fork()
        pid == 0 and os.execve(file, ["true"], {})
        return os.waitpid(pid, 0)[1] == 0""",
    "share_files_with_a_new_process": """
        pid = raw(56, 0x400 | 0x200 | 17, 0, 0, 0, 0)
        pid == 0 and os._exit(0)
        return os.waitpid(pid, 0)""",
    "be_a_sibling": "pid = raw(56, 0x8000 | 17, 0, 0, 0, 0); pid == 0 and os._exit(0); return pid",
    "new_process_in_a_namespace": """
        pid = raw(56, 0x10000000 | 17, 0, 0, 0, 0)
        pid == 0 and os._exit(0)
        return os.waitpid(pid, 0)""",
    "outlive_the_parent": "return raw(157, 1, 0, 0, 0, 0) == 0",
    "become_readable": "return raw(157, 4, 1, 0, 0, 0) == 0",
    "take_a_descriptor_of_the_parent": "return raw(438, os.pidfd_open(os.getppid()), 1, 0) >= 0",
    "signal_by_the_folder_of_a_process": """
        return raw(424, os.open("/proc/%d" % os.getppid(), os.O_RDONLY), 18, None, 0) == 0""",
    "compare_with_the_parent": "return raw(312, os.getpid(), os.getppid(), 0, 0, 0) >= 0",
    "ask_for_the_parents_locks": """
        return raw(274, os.getppid(), ctypes.byref(ctypes.c_void_p()), ctypes.byref(ctypes.c_size_t())) == 0""",
    "write_the_parents_memory_by_call": """
        buffer = ctypes.create_string_buffer(8)
        local = struct.pack("QQ", ctypes.addressof(buffer), 0)
        return raw(311, os.getppid(), local, 1, local, 1, 0) == 0""",
    "schedule_the_parent": "os.sched_setscheduler(os.getppid(), os.SCHED_BATCH, os.sched_param(0)); return True",
    "starve_the_parents_disk": "return raw(251, 1, os.getppid(), (2 << 13) | 7) == 0",
    "signal_by_an_extended_owner": """
        reading, writing = os.pipe()
        return fcntl.fcntl(reading, 15, struct.pack("ii", 1, os.getppid())) is not None""",
    "signal_by_a_sockets_owner": """
        one, two = socket.socketpair()
        return fcntl.ioctl(one, 0x8901, struct.pack("i", os.getppid())) is not None""",
    "type_into_a_terminal": """
        terminals = [*range(64), os.open(t["tty"], os.O_RDWR | os.O_NOCTTY)]
        for number in terminals:
            try:
                return fcntl.ioctl(number, 0x5412, b"x") is not None
            except OSError:
                pass""",
    "read_the_parents_memory_by_a_thread": """
        return open("/proc/self/task/%d/../../../%d/mem" % (os.getpid(), os.getppid()), "rb")""",
    "find_the_parents_program": 'return os.readlink("/proc/%d/exe" % t["victim"])',
}
KERNEL = {
    "adjust_the_clock": "return raw(305, 0, ctypes.create_string_buffer(256)) >= 0",
    "change_the_personality": "return raw(135, 0xFFFFFFFF) >= 0",
    "hide_memory": "return raw(447, 0) >= 0",
    "process_accounting": "return raw(163, None) == 0",
    "ports": "return raw(172, 3) == 0",
    "a_table_of_segments": "return raw(154, 0, ctypes.create_string_buffer(16), 16) >= 0",
    "clone_a_mount": 'return raw(428, -100, t["outside"].encode(), 1) >= 0',
    "all_capabilities": 'return raw(126, struct.pack("Ii", 0x20080522, 0), struct.pack("6I", 1, 1, 0, 0, 0, 0)) == 0',
    "another_user": "os.setresuid(1, 1, 1); return True",
    "other_groups": "os.setgroups([1]); return True",
    "real_time": "os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)); return True",
    "higher_limits": """
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (1 << 20, 1 << 20))
        except ValueError as error:
            raise PermissionError from error
        return True""",
    "through_the_32_bit_door": """
        import mmap
        code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
        code.write(bytes.fromhex("53b814000000cd805bc3"))  # getpid
        function = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))
        return function() > 0""",
    "through_the_x32_door": "return raw(0x40000000 + 39) > 0",
    "a_call_of_tomorrow": "return raw(463, 0, 0, 0, 0, 0, 0) if not t['inside'] else raw(463, -100, b'/', 0, 0, 0) >= 0",
    "the_hosts_namespaces": """
        kinds = ("user", "net", "pid", "ipc", "uts", "cgroup", "mnt")
        return any(os.readlink("/proc/self/ns/" + kind) == t["namespaces"][kind] for kind in kinds)""",
}

# What this machine, or a user without root, may refuse outside the jail too.
MAY_FAIL_OUTSIDE = {
    "set_an_attribute", "set_a_flag", "set_the_core_pattern", "open_the_magic_key", "set_the_kernels_memory_policy",
    "read_the_kernels_memory", "read_the_process_one", "read_the_machines_id", "read_the_name_server", "multipath_tcp",
    "to_the_hypervisor", "kernel_crypto", "a_tunnel", "take_a_descriptor_of_the_parent", "compare_with_the_parent",
    "ask_for_the_parents_locks", "type_into_a_terminal", "hide_memory", "process_accounting", "ports",
    "a_table_of_segments", "clone_a_mount", "all_capabilities", "another_user", "other_groups", "real_time",
    "higher_limits", "through_the_32_bit_door", "through_the_x32_door", "a_call_of_tomorrow",
    "write_the_parents_memory_by_call", "open_anothers_message_queue", "remove_anothers_message_queue",
    "new_process_in_a_namespace", "read_the_parents_memory_by_a_thread",
}  # fmt: skip
# Of no use where there are no namespaces: there is no wall there, but nothing to be had either.
NAMESPACES = {"the_hosts_namespaces"}
