"""Contexts that are made ahead, while there is no script to run."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence

from users.javascript.process.engine import Engine

# As many as a sign-in often has rules.
SIZE = 5


class Stock:
    """Contexts for the next scripts. Modules are loaded in them like in those of the last scripts, since the
    next sign-in runs the same rules: a module takes milliseconds."""

    def __init__(self, preludes: Sequence[str]) -> None:
        # Sources by name, as far as the parent has sent them.
        self.modules: dict[str, str] = {}
        self._preludes = preludes
        self._engines: list[Engine] = []
        # Which modules each of the last scripts has loaded.
        self._last: deque[tuple[str, ...]] = deque([()] * SIZE, maxlen=SIZE)

    def take(self, names: Sequence[str]) -> Engine:
        """The context for a script that may load these modules: one that has loaded the most of them, and no
        others."""
        fitting = [engine for engine in self._engines if set(engine.loaded) <= set(names)]
        if fitting:
            engine = max(fitting, key=lambda engine: len(engine.loaded))
            self._engines.remove(engine)
        else:
            engine = Engine(self._preludes)
        engine.add_modules({name: self.modules[name] for name in names})
        return engine

    def note_loaded(self, names: Iterable[str]) -> None:
        """Remember which modules a script has loaded."""
        self._last.append(tuple(dict.fromkeys(names)))

    def make_next(self) -> bool:
        """Make one context that is missing, in place of one for which there is no use. False if none is
        missing."""
        unused = list(self._engines)
        for loaded in self._last:
            found = next((engine for engine in unused if engine.loaded == loaded), None)
            if found is None:
                break
            unused.remove(found)
        else:
            return False
        if unused and len(self._engines) >= SIZE:
            self._engines.remove(unused[0])
        engine = Engine(self._preludes)
        engine.load_modules(self.modules, loaded)
        self._engines.append(engine)
        return True
