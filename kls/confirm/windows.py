"""Windows.

A job object ends processes and bounds memory, but keeps nobody from the network or from files. So confirm
refuses there.
"""

from __future__ import annotations

from kls.confirm.jail import AGENT, ISOLATED, Cell, Level, Place, Start


class JobObject:
    """What Windows has to offer without an AppContainer.

    It is never enough, and the agent needs fork: it is never started.
    """

    def level(self) -> Level:
        """Promises nothing, and says why."""
        detail = "a job object alone withholds neither the network nor files, and Windows has no fork for the agent"
        return Level("windows job object", False, detail)

    def place(self, cell: Cell) -> Place:
        """Where the agent lies."""
        return Place(str(AGENT), (), False)

    def start(self, cell: Cell, place: Place, command: tuple[str, ...]) -> Start:
        """The interpreter as it is."""
        return Start((str(cell.interpreter.executable), *ISOLATED, *command), cell.environment)
