"""Runs every attack outside the jail and, as a model file that is confirmed for real, inside it; prints what got through.

usage: escape.py PYTHON FOLDER BWRAP|landlock [--inside-only]

PYTHON has Keras and can write to its own packages; FOLDER is empty and ours.
Standard library only, so that any user's interpreter can run it. Prints {"outside": {name: outcome}, "inside": {...}, ...}.
"""

from __future__ import annotations

import contextlib
import ctypes
import http.server
import json
import os
import socket
import struct
import subprocess
import sys
import threading
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT), str(Path(__file__).resolve().parent)]

from attacks import ALONE, ATTACKS, program  # noqa: E402
from poisons import MARK, POISONS  # noqa: E402

from kls.confirm import jail  # noqa: E402
from kls.confirm.bubblewrap import Bubblewrap  # noqa: E402
from kls.confirm.confirm import confirm  # noqa: E402
from kls.confirm.landlock import Landlock  # noqa: E402
from kls.confirm.session import Facts, Session  # noqa: E402

VICTIM = (
    "import ctypes, time; ctypes.CDLL(None).prctl(0x59616D61, ctypes.c_ulong(-1), 0, 0, 0); "
    "print(1, flush=True); time.sleep(600)"
)
MODEL = """
import keras
x = inputs = keras.Input((2,))
{layers}
model = keras.Model(inputs, x)
"""
TOGETHER = 16


def valuables(folder: Path) -> dict[str, object]:
    """Everything worth attacking, made below a folder."""
    files = {
        "outside/secret.txt": "SECRET", "outside/keep.txt": "keep", "home/.ssh/id_rsa": "SECRET", "home/.bashrc": "#",
        "project/model.py": "#", "project/.env": "SECRET=1", "project/service/.env.local": "SECRET=1",
        "project/.git/config": "SECRET", "project/data.txt": "plain", "beside/readme": "",
        "project/deploy/id_ed25519": "SECRET", "project/deploy/server.pem": "SECRET", "home/.bash_history": "SECRET",
        "project/deploy/service-account.json": "SECRET", "project/vendor/.git/config": "SECRET", "project/late/readme": "",
    }  # fmt: skip
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    os.mkfifo(folder / "project" / "pipe")
    (folder / "project" / "plain-link").symlink_to(".env")
    places = {name: str(folder / name) for name in ("outside", "home", "project", "beside")}
    return {**places, "unix": str(folder / "project" / "u.sock"), "datagram": str(folder / "project" / "d.sock")}


def listeners(targets: dict[str, object]) -> list[object]:
    """Servers of every kind, on this machine; returns what must be kept alive."""
    tcp = socket.create_server(("127.0.0.1", 0))
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind(("127.0.0.1", 0))
    unix, datagram, abstract = (
        socket.socket(socket.AF_UNIX, kind) for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_STREAM)
    )
    targets["abstract"] = f"\0kls-{os.getpid()}"
    for server, address in ((unix, targets["unix"]), (datagram, targets["datagram"]), (abstract, targets["abstract"])):
        server.bind(address)
    for server in (unix, abstract):
        server.listen(100)
    web = http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
    web.RequestHandlerClass.log_message = lambda *arguments: None  # type: ignore[method-assign]
    threading.Thread(target=web.serve_forever, daemon=True).start()
    threading.Thread(target=answer, args=(udp,), daemon=True).start()
    targets.update(tcp=tcp.getsockname()[1], udp=udp.getsockname()[1], http=web.server_port)
    return [tcp, udp, unix, datagram, abstract, web]


def answer(server: socket.socket) -> None:
    """Answer every datagram with itself."""
    while True:
        with contextlib.suppress(OSError):
            data, address = server.recvfrom(2048)
            server.sendto(data, address)


def raw(number: int, *arguments: object) -> int:
    """A system call by its number on this machine (x86-64)."""
    libc = ctypes.CDLL(None, use_errno=True)
    return int(libc.syscall(ctypes.c_long(number), *(ctypes.c_long(a) if isinstance(a, int) else a for a in arguments)))


def kept_open(folder: Path, targets: dict[str, object]) -> list[object]:
    """What other processes of this user may have open: memory, queues, semaphores, a terminal, a pipe, a folder."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.shmat.restype = ctypes.c_void_p
    segment = raw(29, 0, 4096, 0o1600)
    ctypes.memmove(libc.shmat(segment, None, 0), b"SECRET", 6)
    queue, semaphore = raw(68, 0, 0o1600), raw(64, 0, 1, 0o1600)
    for _ in range(20):
        raw(69, queue, struct.pack("l6s", 1, b"SECRET"), 6, 0o4000)
    raw(66, semaphore, 0, 16, 7)
    names = [f"kls-{os.getpid()}-{n}" for n in range(2)]
    queues = [raw(240, name.encode(), os.O_RDWR | os.O_CREAT, 0o600, None) for name in names]
    shared = Path(f"/dev/shm/{names[0]}")
    shared.write_text("SECRET")
    master, terminal = os.openpty()
    os.set_inheritable(terminal, True)
    leaked = os.open(targets["outside"], os.O_RDONLY)  # type: ignore[arg-type]
    os.set_inheritable(leaked, True)
    pipe = os.open(folder / "project" / "pipe", os.O_RDWR)
    targets.update(segment=segment, queue=queue, semaphore=semaphore, mq=names[0], mq2=names[1], shm=str(shared))
    targets["tty"] = os.ttyname(terminal)
    kinds = ("user", "net", "pid", "ipc", "uts", "cgroup", "mnt")
    targets["namespaces"] = {kind: str(Path(f"/proc/self/ns/{kind}").readlink()) for kind in kinds}
    return [*queues, master, terminal, leaked, pipe]


def let_go(targets: dict[str, object]) -> None:
    """Remove what would outlive this process."""
    raw(31, targets["segment"], 0, None)
    raw(71, targets["queue"], 0, None)
    raw(66, targets["semaphore"], 0, 0)
    for name in (targets["mq"], targets["mq2"]):
        raw(241, str(name).encode())
    for path in (str(targets["shm"]), f"/tmp/{MARK}", f"/dev/shm/{MARK}"):
        Path(path).unlink(missing_ok=True)


def meanwhile(folder: Path) -> None:
    """What a user does while the warm process waits: makes a secret, saves one the way editors do."""
    (folder / "project/late/.env").write_text("SECRET")
    (folder / "project/.env.new").write_text("SECRET=2")
    (folder / "project/.env.new").rename(folder / "project/.env")


def outside(python: str, name: str, targets: dict[str, object]) -> str:
    """An attack without a jail, in a plain process of this user's."""
    code = program(name) + f"print(attempt(attack_0, { {**targets, 'inside': False}!r}))"
    done = subprocess.run([python, "-S", "-c", code], capture_output=True, text=True, timeout=60, close_fds=False)
    lines = done.stdout.strip().splitlines()
    return lines[-1] if lines else f"exit {done.returncode}: {done.stderr[-200:]}"


def inside(session: Session, names: list[str], targets: dict[str, object]) -> dict[str, str]:
    """Attacks within a model file that is confirmed: a layer for each, which is named after the outcome.

    They are made together; where their process ended, each is made alone.
    """
    targets = {**targets, "inside": True}
    text = program(*names) + model(*(f"str({n}) + '.' + attempt(attack_{n}, {targets!r})" for n in range(len(names))))
    verdict = confirm(Path(str(targets["project"])) / "attack.py", text, None, session).models[0]
    outcomes = [layer.partition(".")[2] for layer in verdict.layers[1:]]
    if len(outcomes) == len(names):
        return dict(zip(names, outcomes, strict=True))
    if len(names) == 1:
        return {names[0]: f"not built: {verdict.assumptions}"}
    return {name: outcome for one in names for name, outcome in inside(session, [one], targets).items()}


def model(*outcomes: str) -> str:
    """A program with a layer for each outcome, which are expressions."""
    return MODEL.format(layers="\n".join(f"x = keras.layers.Dense(1, name={outcome})(x)" for outcome in outcomes))


def groups(names: list[str]) -> list[list[str]]:
    """The attacks that are made together."""
    tame = [name for name in names if name not in ALONE]
    return [*([name] for name in ALONE), *(tame[n : n + TOGETHER] for n in range(0, len(tame), TOGETHER))]


def poisoned(session: Session, name: str, targets: dict[str, object]) -> str:
    """Two programs, one after another; whether the second met what the first has left."""
    poison, probe = POISONS[name]
    site = f"site, mark = {targets['site']!r}, {MARK!r}\n"
    # What fails is the wall's doing; what follows is run all the same.
    first = f"{site}try:\n    exec({poison!r})\nexcept OSError: pass\n"
    asked = f"{site}def attempt():\n    try: return 'escaped' if {probe} else 'held'\n    except LookupError: return 'held'\n"
    asked += model("attempt()")
    path = Path(str(targets["project"])) / "attack.py"
    confirm(path, first + asked, None, session)
    verdict = confirm(path, asked, None, session).models[0]
    return verdict.layers[-1] if verdict.layers else f"not built: {verdict.assumptions}"


def poisoned_outside(python: str, name: str, targets: dict[str, object]) -> str:
    """Both programs in one process, as a server without children would run them."""
    poison, probe = POISONS[name]
    code = f"site, mark = {targets['site']!r}, {MARK!r}\n{poison}\nprint('escaped' if {probe} else 'held')"
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, timeout=120)
    lines = done.stdout.strip().splitlines()
    return lines[-1] if lines else f"exit {done.returncode}: {done.stderr[-200:]}"


def main(python: str, folder: Path, wall: str, inside_only: bool) -> dict[str, object]:
    """Run it all."""
    targets = valuables(folder)
    targets["site"] = str(next((Path(python).parent.parent / "lib").glob("python3*/site-packages")))
    os.environ["HOME"], os.environ["KLS_TEST_SECRET"] = str(targets["home"]), "1"
    kept = [*listeners(targets), *kept_open(folder, targets)]
    secret = os.open(f"{targets['outside']}/secret.txt", os.O_RDONLY)
    os.set_inheritable(secret, True)
    victim = subprocess.Popen(
        [sys.executable, "-c", VICTIM, "kls-victim"], stdout=subprocess.PIPE, start_new_session=True
    )
    assert victim.stdout is not None and victim.stdout.readline()
    targets["victim"] = victim.pid
    ATTACKS["canary"] = "return True"  # so that it is known that what gets through is seen
    jail.jails = lambda _: [Landlock() if wall == "landlock" else Bubblewrap(Path(wall))]
    try:
        session = Session(Facts(Path(python), Path(str(targets["project"])), backend="tensorflow"))
        with contextlib.closing(session):
            inside(session, ["fork"], targets)  # so that the warm process is there before what follows
            meanwhile(folder)
            before = snapshot(folder)
            held = {}
            for names in groups([*ATTACKS]):
                held |= inside(session, names, targets)
            held |= {name: poisoned(session, name, targets) for name in POISONS}
        changed = sorted(set(snapshot(folder)) ^ set(before))
        level = jail.choose()[1]
        free = {} if inside_only else {name: outside(sys.executable, name, targets) for name in ATTACKS}
        free |= {} if inside_only else {name: poisoned_outside(python, name, targets) for name in POISONS}
        return {"outside": free, "inside": held, "level": level.name, "changed": changed, "kept": len(kept)}
    finally:
        let_go(targets)
        victim.kill()
        victim.wait()


def snapshot(folder: Path) -> list[str]:
    """Every file of a folder with its size and time."""
    return [
        f"{p} {p.lstat().st_size} {p.lstat().st_mtime_ns}" for p in sorted(folder.rglob("*")) if "venv" not in p.parts
    ]


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], Path(sys.argv[2]), sys.argv[3], "--inside-only" in sys.argv)))
