"""A scheduler of real threads, of which exactly one runs at a time, and a virtual time.

A thread runs until it blocks, or until it reaches a point at which the seed selects another
one. When no thread can run, time jumps to the next event. The same seed gives the same order of
all events. This module imports nothing of the product.
"""

from __future__ import annotations

import _thread
import hashlib
import heapq
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

_MAX_SWITCHES = 100_000


class Killed(BaseException):
    """The end of a thread whose process was killed: it performs no further action."""


class Deadlock(AssertionError):
    """No thread can run, and no event is scheduled."""


class Runaway(AssertionError):
    """A simulation that does not end."""


@dataclass(eq=False)
class Group:
    """The threads that end together: one process."""

    name: str
    dead: bool = False


@dataclass(eq=False)
class Task:
    """One thread."""

    name: str
    group: Group
    waits_for: str = ""
    done: bool = False
    doomed: bool = False
    error: BaseException | None = None
    started: bool = False
    run: Callable[[], None] | None = None
    baton: Any = field(default_factory=_thread.allocate_lock)


class Scheduler:
    """A scheduler that runs one task at a time; the main task calls `close`."""

    def __init__(self, chance: Random, *, preemption: float = 0.1) -> None:
        """Make the calling thread the first task.

        Args:
            chance: Draws the order.
            preemption: Probability of a switch at a point where the task could continue.
        """
        self.now = 0.0
        self.on_switch: Callable[[Task], None] = lambda _: None
        self._chance = chance
        self._preemption = preemption
        self._main = Task("main", Group("main"), started=True)
        self._main.baton.acquire()
        self.current = self._main
        self._ready: list[Task] = []
        self._tasks: list[Task] = [self._main]
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = 0
        self._switches = 0
        self._digest = hashlib.blake2b(digest_size=16)
        self._log: list[str] | None = None

    # The trace.

    def keep_trace(self) -> None:
        """Keep the text of the trace; by default only its digest is kept."""
        self._log = []

    def note(self, text: str) -> None:
        """Add a line to the trace."""
        line = f"{self.now:.6f} {self.current.name}: {text}"
        self._digest.update(line.encode())
        if self._log is not None:
            self._log.append(line)

    @property
    def trace(self) -> list[str]:
        """The lines of the trace so far."""
        return self._log or []

    def compute_digest(self) -> str:
        """Return a digest of the trace so far."""
        return self._digest.hexdigest()

    # Tasks.

    def spawn(self, name: str, run: Callable[[], None], group: Group | None = None) -> Task:
        """Run a function in a new thread.

        Args:
            name: Its name in the trace.
            run: The function; the task keeps its exception.
            group: Its process; by default that of the current task.
        """
        task = Task(name, group or self.current.group, run=run)
        task.baton.acquire()
        self._tasks.append(task)
        self._ready.append(task)
        return task

    def call_at(self, time: float, do: Callable[[], None]) -> Callable[[], None]:
        """Call `do`, which must not block, at a time; return a function that cancels the call."""
        self._numbers += 1
        active = [True]

        def fire() -> None:
            if active:
                do()

        heapq.heappush(self._events, (max(time, self.now), self._numbers, fire))
        return active.clear

    def maybe_switch(self) -> None:
        """Let another task continue, if the seed decides so."""
        if self._ready and self._chance.random() < self._preemption and not self.current.doomed:
            self._ready.append(self.current)
            self._switch()

    def block(self, why: str) -> None:
        """Wait until somebody wakes this task."""
        self.current.waits_for = why
        self._switch()

    def wake(self, task: Task) -> None:
        """Let a blocked task continue."""
        if task.waits_for:
            task.waits_for = ""
            self._ready.append(task)

    def sleep(self, seconds: float) -> None:
        """Let virtual time pass for this task."""
        task = self.current
        self.call_at(self.now + seconds, lambda: self.wake(task))
        self.block("time")

    def join(self, task: Task) -> None:
        """Wait for the end of a task."""
        while not task.done:
            self.block(f"the end of {task.name}")

    def kill(self, group: Group) -> None:
        """End all tasks of a process; the current one, if it is among them, at its next block."""
        group.dead = True
        for task in self._tasks:
            if task.group is group and not task.done:
                task.doomed = True
                self.wake(task)

    def close(self) -> None:
        """End all other tasks."""
        for task in self._tasks:
            if task is not self._main and not task.done:
                task.doomed = True
                self.wake(task)
        while any(not task.done for task in self._tasks if task is not self._main):
            self._main.waits_for = "the end of all others"
            self._switch()
        self._events.clear()

    def _switch(self) -> None:
        """Let another task run; return when this task runs again."""
        me = self.current
        if me.doomed and me.waits_for:
            # A doomed task waits for nothing any more.
            self.wake(me)
        following = self._pop_next()
        if following is not me:
            self._resume(following)
            me.baton.acquire()
        self.on_switch(me)
        if me.doomed:
            raise Killed

    def _resume(self, task: Task) -> None:
        self.current = task
        if task.started:
            task.baton.release()
            return
        task.started = True
        _thread.start_new_thread(self._run_task, (task,))

    def _run_task(self, task: Task) -> None:
        self.on_switch(task)
        try:
            if task.run is not None and not task.doomed:
                task.run()
        except Killed:
            pass
        except BaseException as error:  # noqa: BLE001 (whoever joins the task looks at it)
            task.error = error
        task.done, task.run = True, None
        for other in self._tasks:
            if other.waits_for in (f"the end of {task.name}", "the end of all others"):
                self.wake(other)
        self._tasks.remove(task)
        self._resume(self._pop_next())

    def _pop_next(self) -> Task:
        self._switches += 1
        if self._switches > _MAX_SWITCHES and not self._main.doomed:
            self._fail(Runaway(f"more than {_MAX_SWITCHES} switches"))
        while True:
            while self._events and (not self._ready or self._events[0][0] <= self.now):
                time, _, fire = heapq.heappop(self._events)
                self.now = max(self.now, time)
                fire()
            if self._ready:
                break
            stuck = ", ".join(f"{t.name} ({t.waits_for})" for t in self._tasks if t.waits_for)
            self._fail(Deadlock(f"no task can continue: {stuck}"))
        index = self._chance.randrange(len(self._ready)) if len(self._ready) > 1 else 0
        return self._ready.pop(index)

    def _fail(self, error: BaseException) -> None:
        self._main.error = error
        self._main.doomed = True
        self.wake(self._main)

    def raise_failure(self) -> None:
        """Raise the error that ended the simulation; the main task can then call `close`."""
        if self._main.error is not None:
            error, self._main.error, self._main.doomed = self._main.error, None, False
            self._switches = -sys.maxsize
            raise error
