"""What one run of a program may use. Reaching a limit ends the run and is named in the verdict."""

from __future__ import annotations

from dataclasses import asdict, dataclass

MEBIBYTE = 1 << 20

WORDS = {
    "time": "it ran longer than {seconds:g} s",
    "soft": "it ran longer than {soft:g} s",
    "memory": "it used more than {memory} MB of memory",
    "output": "it printed more than {printed} MB",
    "report": "its report was too long",
    "threads": "it started more than {threads} threads",
    "disk": "it wrote more than {scratch} MB",
    "files": "it made more than {files} files",
    "cancelled": "it was cancelled",
}


@dataclass(frozen=True)
class Limits:
    """Limits of one program. `soft_seconds`: when it is stopped gently, so that what it built till then is told.

    `start_seconds`: how long Keras may take to be imported before the first one.
    """

    seconds: float = 30.0
    soft_seconds: float = 25.0
    cpu_seconds: int = 120
    resident_bytes: int = 3072 * MEBIBYTE
    data_bytes: int = 8192 * MEBIBYTE
    file_bytes: int = 64 * MEBIBYTE
    printed_bytes: int = 16 * MEBIBYTE
    open_files: int = 512
    threads: int = 1024
    files: int = 20_000
    scratch_bytes: int = 256 * MEBIBYTE
    start_seconds: float = 120.0

    def wire(self) -> dict[str, object]:
        """As the agent takes it."""
        return asdict(self)

    def words(self, why: str) -> str:
        """Which limit ended a run, as a clause."""
        known = WORDS.get(why, "it was ended ({why})")
        return known.format(
            seconds=self.seconds,
            soft=self.soft_seconds,
            memory=self.resident_bytes // MEBIBYTE,
            printed=self.printed_bytes // MEBIBYTE,
            scratch=self.scratch_bytes // MEBIBYTE,
            threads=self.threads,
            files=self.files,
            why=why,
        )


def limits_for(seconds: float) -> Limits:
    """Limits for a user's own timeout in seconds."""
    return Limits(seconds=seconds, soft_seconds=max(seconds * 0.8, seconds - 5), cpu_seconds=max(2, int(seconds * 4)))
