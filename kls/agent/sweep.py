"""What a program leaves behind in the jail's writable folders is counted while it runs and removed before the
next one starts.
"""

# ruff: noqa: PTH101, PTH106, PTH108, PTH112, PTH116, PTH123 - plain paths; zip has no strict= on 3.9

from __future__ import annotations

import contextlib
import os
import time


def usage(pid):
    """(bytes of memory that a process holds, its threads); zeros once it is gone."""
    memory = threads = 0
    try:
        with open(f"/proc/{pid}/status") as status:
            for line in status:
                key, _, value = line.partition(":")
                if key in ("RssAnon", "RssShmem", "VmSwap", "VmPTE"):
                    memory += int(value.split()[0]) * 1024
                elif key == "Threads":
                    threads = int(value)
    except (OSError, ValueError, IndexError):
        pass
    return memory, threads


class Sweeper:
    """Knows the folders of the jail that can be written, and what was in them at the start (mount points, mostly).

    `private`: the folders are file systems of the jail's own, of limited size, whose inode counts tell what a
    program made.
    """

    def __init__(self, folders, private):
        self.private = private
        self.folders = [folder for folder in folders if os.path.isdir(folder)]
        self.kept = set()
        self.counted, self.size, self.when = 0, 0, 0.0
        for folder in self.folders:
            self._keep(folder, os.stat(folder).st_dev)
        self.at_start = self._inodes()

    def _keep(self, folder, device):
        """Remember the entries of a folder, staying on its own file system."""
        for entry in os.scandir(folder):
            self.kept.add(entry.path)
            if entry.is_dir(follow_symlinks=False) and entry.stat(follow_symlinks=False).st_dev == device:
                self._keep(entry.path, device)

    def _inodes(self):
        """How many inodes are used in the writable folders, all together."""
        used = 0
        for folder in self.folders:
            facts = os.statvfs(folder)
            used += facts.f_files - facts.f_ffree
        return used

    def made(self, limit):
        """(files there now that were not there at the start, their bytes); counting stops beyond `limit` files."""
        if self.private:
            return self._inodes() - self.at_start, 0  # the bytes are limited by the file system
        now = time.monotonic()
        if now - self.when > 0.2:
            self.counted = self.size = 0
            for folder in self.folders:
                self._count(folder, limit)
            self.when = now
        return self.counted, self.size

    def _count(self, folder, limit):
        try:
            for entry in os.scandir(folder):
                self.counted += 1
                if self.counted > limit:
                    return
                self.size += entry.stat(follow_symlinks=False).st_blocks * 512
                if entry.is_dir(follow_symlinks=False):
                    self._count(entry.path, limit)
        except (OSError, RecursionError):
            pass

    def sweep(self):
        """Remove everything that was not there at the start.

        False when that failed: this process must not be used again.
        """
        if self.private and self.made(0)[0] == 0:
            return True
        try:
            for folder in self.folders:
                self._empty(folder, 0)
        except (OSError, RecursionError):
            return False
        return not self.private or self.made(0)[0] <= 0

    def _empty(self, folder, depth):
        if depth > 200:
            raise OSError("nested too deeply")
        for entry in list(os.scandir(folder)):
            if entry.is_dir(follow_symlinks=False):
                if entry.path in self.kept and os.path.ismount(entry.path):
                    continue
                with contextlib.suppress(PermissionError):  # refused where there are no namespaces
                    os.chmod(entry.path, 0o700)
                self._empty(entry.path, depth + 1)
                if entry.path not in self.kept:
                    os.rmdir(entry.path)
            elif entry.path not in self.kept:
                os.unlink(entry.path)
