"""The newest answer for each open file, and whoever waits for it. Lives on the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from kls.analysis import Analysis, Cancelled
from kls.server.analyser import Analyser
from kls.server.places import Places
from kls.server.texts import OpenFile, Texts

Analyse = Callable[[OpenFile, Mapping[str, OpenFile], Callable[[], bool]], Analysis]
"""(file, all open files by path, cancelled) -> its analysis. Runs on the analysis thread."""


@dataclass(frozen=True)
class Result:
    """An analysis and the very texts that it was made from. `failure` is what stopped it; it then has nothing in it."""

    file: OpenFile
    analysis: Analysis
    places: Places
    stamp: int
    failure: Exception | None = None


class Analyses:
    """Asks for an analysis at every change and keeps the last answer, for as long as it is of the newest text."""

    def __init__(
        self, texts: Texts, analyse: Analyse, arrived: Callable[[Result], None], failed: Callable[[Exception], None]
    ) -> None:
        """`arrived` is called on the event loop with each answer that is still of the newest text, `failed` with what
        it raises."""
        self._texts = texts
        self._analyse = analyse
        self._arrived = arrived
        self._failed = failed
        self._results: dict[str, Result] = {}
        self._stamps: dict[str, int] = {}
        self._waiting: dict[str, list[asyncio.Future[Result | None]]] = {}
        self._modelling = asyncio.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._analyser = Analyser(self._work)

    def changed(self, uri: str) -> None:
        """The text of the open file `uri` is new. Open files that have read it, or are being analysed, follow."""
        path = self._texts.files[uri].path
        self._renew(uri, [other for other in self._texts.files if other != uri and self._may_have_read(other, path)])

    def changed_all(self) -> None:
        """Settings, an environment or files on disk are new."""
        first, *others = self._texts.files or (None,)
        if first is not None:
            self._renew(first, others)

    def _renew(self, uri: str, others: list[str]) -> None:
        self._loop = self._loop or asyncio.get_running_loop()
        for file in (uri, *others):
            self._stamps[file] = self._stamps.get(file, 0) + 1
        self._analyser.want(uri, tuple(others))

    def _may_have_read(self, uri: str, path: str) -> bool:
        result = self._results.get(uri)
        return result is None or result.stamp != self._stamps.get(uri) or path in result.analysis.imports.values()

    def closed(self, uri: str) -> None:
        """The file is not open any more; whoever waits for it gets None."""
        self._analyser.drop(uri)
        self._results.pop(uri, None)
        self._stamps.pop(uri, None)
        self._release(uri, None)

    def hold(self, held: bool) -> None:
        """Wait with all analyses, until the client has said what its settings are; or go on."""
        self._analyser.hold(held)

    def close(self) -> None:
        """End the thread."""
        self._analyser.close()

    def newest(self, uri: str) -> Result | None:
        """What is known of the text that is there now, without waiting."""
        result = self._results.get(uri)
        return result if result and result.file is self._texts.files.get(uri) else None

    async def current(self, uri: str) -> Result | None:
        """The answer for the text that is there now, or for newer if it changes meanwhile; None for a closed file."""
        if uri not in self._stamps:
            return None
        result = self._results.get(uri)
        if result and result.stamp == self._stamps[uri]:
            return result
        future: asyncio.Future[Result | None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(uri, []).append(future)
        return await future

    async def with_models(self, uri: str) -> Result | None:
        """As `current`; the models of the answer are there too, worked out beside the event loop."""
        result = await self.current(uri)
        if result is not None:
            async with self._modelling:
                analysis = result.analysis
                if "models" not in vars(analysis):
                    await asyncio.get_running_loop().run_in_executor(None, lambda: analysis.models)
        return result

    def _work(self, uri: str, cancelled: Callable[[], bool]) -> bool:
        """On the analysis thread: one analysis, whatever happens in it. False if newer text cut it short."""
        stamp, file, files = self._stamps.get(uri), self._texts.files.get(uri), dict(self._texts.files)
        if stamp is None or file is None or self._loop is None:
            return True
        open_files = {other.path: other for other in files.values()}
        failure: Exception | None = None
        try:
            analysis = self._analyse(file, open_files, cancelled)
        except Cancelled:
            return False
        except Exception as error:
            analysis = Analysis(file.path, (), {file.path: file.document}, False, {}, tuple)
            failure = error
        places = Places(self._texts.encoding, open_files, analysis.documents)
        result = Result(file, analysis, places, stamp, failure)
        self._loop.call_soon_threadsafe(self._deliver, uri, result)
        return True

    def _deliver(self, uri: str, result: Result) -> None:
        if result.stamp != self._stamps.get(uri):
            return
        self._results[uri] = result
        self._release(uri, result)
        try:
            self._arrived(result)
        except Exception as error:
            self._failed(error)

    def _release(self, uri: str, result: Result | None) -> None:
        for future in self._waiting.pop(uri, ()):
            if not future.done():
                future.set_result(result)
