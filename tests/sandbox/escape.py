"""Runs every attack outside the jail and, as a model file that is confirmed for real, inside it; prints what got through.

usage: escape.py PYTHON FOLDER BWRAP|landlock [--inside-only]

PYTHON has Keras and can write to its own packages; FOLDER is empty and ours.
Standard library only, so that any user's interpreter can run it. Prints {"outside": {name: outcome}, "inside": {...}, ...}.
"""

from __future__ import annotations

import contextlib
import http.server
import json
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT), str(Path(__file__).resolve().parent)]

from attacks import ATTACKS, program  # noqa: E402

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
inputs = keras.Input((2,))
model = keras.Model(inputs, keras.layers.Dense(1, name=attempt({targets!r}))(inputs))
"""


def valuables(folder: Path) -> dict[str, object]:
    """Everything worth attacking, made below a folder."""
    files = {
        "outside/secret.txt": "SECRET", "outside/keep.txt": "keep", "home/.ssh/id_rsa": "SECRET", "home/.bashrc": "#",
        "project/model.py": "#", "project/.env": "SECRET=1", "project/service/.env.local": "SECRET=1",
        "project/.git/config": "SECRET", "project/data.txt": "plain", "beside/readme": "",
    }  # fmt: skip
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
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
    targets.update(tcp=tcp.getsockname()[1], udp=udp.getsockname()[1], http=web.server_port)
    return [tcp, udp, unix, datagram, abstract, web]


def outside(python: str, name: str, targets: dict[str, object]) -> str:
    """An attack without a jail, in a plain process of this user's."""
    code = program(name) + f"print(attempt({ {**targets, 'inside': False}!r}))"
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, timeout=60, close_fds=False)
    lines = done.stdout.strip().splitlines()
    return lines[-1] if lines else f"exit {done.returncode}: {done.stderr[-200:]}"


def inside(session: Session, name: str, targets: dict[str, object]) -> str:
    """An attack within a model file that is confirmed: the model's layer is named after the outcome."""
    text = program(name) + MODEL.format(targets={**targets, "inside": True})
    verdict = confirm(Path(str(targets["project"])) / "attack.py", text, None, session).models[0]
    return verdict.layers[-1] if verdict.layers else f"not built: {verdict.assumptions}"


def main(python: str, folder: Path, wall: str, inside_only: bool) -> dict[str, object]:
    """Run it all."""
    targets = valuables(folder)
    targets["site"] = str(next((Path(python).parent.parent / "lib").glob("python3*/site-packages")))
    os.environ["HOME"], os.environ["KLS_TEST_SECRET"] = str(targets["home"]), "1"
    kept = listeners(targets)
    secret = os.open(f"{targets['outside']}/secret.txt", os.O_RDONLY)
    os.set_inheritable(secret, True)
    victim = subprocess.Popen(
        [sys.executable, "-c", VICTIM, "kls-victim"], stdout=subprocess.PIPE, start_new_session=True
    )
    assert victim.stdout is not None and victim.stdout.readline()
    targets["victim"] = victim.pid
    jail.jails = lambda _: [Landlock() if wall == "landlock" else Bubblewrap(Path(wall))]
    try:
        free = {} if inside_only else {name: outside(sys.executable, name, targets) for name in ATTACKS}
        before = snapshot(folder)
        session = Session(Facts(Path(python), Path(str(targets["project"])), backend="tensorflow"))
        with contextlib.closing(session):
            held = {name: inside(session, name, targets) for name in ATTACKS}
        level = jail.choose()[1]
        changed = sorted(set(snapshot(folder)) ^ set(before))
        return {"outside": free, "inside": held, "level": level.name, "changed": changed, "kept": len(kept)}
    finally:
        victim.kill()
        victim.wait()


def snapshot(folder: Path) -> list[str]:
    """Every file of a folder with its size and time."""
    return [
        f"{p} {p.lstat().st_size} {p.lstat().st_mtime_ns}" for p in sorted(folder.rglob("*")) if "venv" not in p.parts
    ]


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], Path(sys.argv[2]), sys.argv[3], "--inside-only" in sys.argv)))
