"""A scheduler of real threads, of which exactly one runs at a time, and a virtual time.

A thread runs until it blocks, or until it comes to a point at which the seed lets another one go
on. When no thread can run, time jumps to the next event. The same seed gives the same order of
everything. This module imports nothing of the product.
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

_MOST_SWITCHES = 100_000


class Killed(BaseException):
    """End of a thread whose process was killed: nothing that it was about to do is done."""


class Deadlock(AssertionError):
    """No thread can run, and no event is to come."""


class Runaway(AssertionError):
    """A simulation that does not come to an end."""


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
    """Runs tasks one at a time; the task that calls `close` is the main one."""

    def __init__(self, chance: Random, *, preemption: float = 0.1) -> None:
        """Make the calling thread the first task.

        Args:
            chance: Draws the order.
            preemption: Probability that a task gives way at a point where it need not.
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
        """Keep the text of the trace, for people; else only its digest is kept."""
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

    def digest(self) -> str:
        """A digest of the trace so far."""
        return self._digest.hexdigest()

    # Tasks.

    def spawn(self, name: str, run: Callable[[], None], group: Group | None = None) -> Task:
        """Let `run` be run by a thread of its own.

        Args:
            name: Its name in the trace.
            run: What it does; its exception is kept in the task.
            group: Its process; by default that of the current task.
        """
        task = Task(name, group or self.current.group, run=run)
        task.baton.acquire()
        self._tasks.append(task)
        self._ready.append(task)
        return task

    def at(self, time: float, do: Callable[[], None]) -> Callable[[], None]:
        """Call `do`, which must not block, at a time; returns a function that cancels that."""
        self._numbers += 1
        active = [True]

        def fire() -> None:
            if active:
                do()

        heapq.heappush(self._events, (max(time, self.now), self._numbers, fire))
        return active.clear

    def point(self) -> None:
        """Perhaps let another task go on."""
        if self._ready and self._chance.random() < self._preemption and not self.current.doomed:
            self._ready.append(self.current)
            self._switch()

    def block(self, why: str) -> None:
        """Wait until somebody wakes this task."""
        self.current.waits_for = why
        self._switch()

    def wake(self, task: Task) -> None:
        """Let a task that blocks go on."""
        if task.waits_for:
            task.waits_for = ""
            self._ready.append(task)

    def sleep(self, seconds: float) -> None:
        """Let virtual time pass for this task."""
        task = self.current
        self.at(self.now + seconds, lambda: self.wake(task))
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
        """Let another task run; return when this one's turn has come again."""
        me = self.current
        if me.doomed and me.waits_for:
            # A task that is to end waits for nothing any more.
            self.wake(me)
        following = self._next()
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
        _thread.start_new_thread(self._body, (task,))

    def _body(self, task: Task) -> None:
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
        self._resume(self._next())

    def _next(self) -> Task:
        self._switches += 1
        if self._switches > _MOST_SWITCHES and not self._main.doomed:
            self._fail(Runaway(f"more than {_MOST_SWITCHES} switches"))
        while True:
            while self._events and (not self._ready or self._events[0][0] <= self.now):
                time, _, fire = heapq.heappop(self._events)
                self.now = max(self.now, time)
                fire()
            if self._ready:
                break
            stuck = ", ".join(f"{t.name} ({t.waits_for})" for t in self._tasks if t.waits_for)
            self._fail(Deadlock(f"nobody can go on: {stuck}"))
        index = self._chance.randrange(len(self._ready)) if len(self._ready) > 1 else 0
        return self._ready.pop(index)

    def _fail(self, error: BaseException) -> None:
        self._main.error = error
        self._main.doomed = True
        self.wake(self._main)

    def raise_failure(self) -> None:
        """Raise what ended the simulation, in the main task, which may go on to `close`."""
        if self._main.error is not None:
            error, self._main.error, self._main.doomed = self._main.error, None, False
            self._switches = -sys.maxsize
            raise error
