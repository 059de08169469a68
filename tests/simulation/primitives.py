"""Locks, events, futures and threads of the simulation.

`installation` puts them into the product's modules. A thread that waits on one of them is known to
the scheduler, so that a deadlock is found.
"""

from __future__ import annotations

import concurrent.futures
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Generic, TypeVar

from tests.simulation.scheduler import Killed, Scheduler, Task

_Value = TypeVar("_Value")


class Simulated:
    """The base of all primitives; one simulation runs at a time in a process of the system."""

    scheduler: ClassVar[Scheduler]


class Lock(Simulated):
    """`threading.Lock`."""

    _reentrant = False

    def __init__(self) -> None:
        self._owner: Task | None = None
        self._depth = 0
        self._waiting: list[Task] = []

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        self.scheduler.maybe_switch()
        return self._take(blocking=blocking, timeout=timeout)

    def _take(self, *, blocking: bool = True, timeout: float = -1) -> bool:
        me = self.scheduler.current
        if self._owner is me and self._reentrant:
            self._depth += 1
            return True
        deadline = self.scheduler.now + timeout if timeout >= 0 else None
        while self._owner is not None:
            if not blocking or not _wait(self._waiting, "a lock", deadline):
                return False
        self._owner, self._depth = me, 1
        return True

    def release(self) -> None:
        self._depth -= 1
        if self._depth <= 0:
            self._owner = None
            _wake(self._waiting)

    def locked(self) -> bool:
        return self._owner is not None

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()


class RLock(Lock):
    """`threading.RLock`."""

    _reentrant = True


class Condition(Simulated):
    """`threading.Condition`."""

    def __init__(self, lock: Lock | None = None) -> None:
        self._lock = lock or RLock()
        self.acquire, self.release = self._lock.acquire, self._lock.release
        self._waiting: list[Task] = []

    def __enter__(self) -> bool:
        return self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()

    def wait(self, timeout: float | None = None) -> bool:
        deadline = None if timeout is None else self.scheduler.now + timeout
        depth, self._lock._depth = self._lock._depth, 1
        self._lock.release()
        try:
            return _wait(self._waiting, "a condition", deadline)
        finally:
            me = self.scheduler.current
            if me.doomed:
                # It only unwinds; the `with` around it still gives the lock back.
                self._lock._owner = me
            else:
                self._lock._take()
            self._lock._depth = depth

    def wait_for(self, predicate: Callable[[], bool], timeout: float | None = None) -> bool:
        deadline = None if timeout is None else self.scheduler.now + timeout
        while not (result := predicate()):
            left = None if deadline is None else deadline - self.scheduler.now
            if left is not None and left <= 0:
                break
            self.wait(left)
        return result

    def notify(self, n: int = 1) -> None:
        for _ in range(n):
            _wake(self._waiting)

    def notify_all(self) -> None:
        _wake_all(self._waiting)


class Event(Simulated):
    """`threading.Event`."""

    def __init__(self) -> None:
        self._flag = False
        self._waiting: list[Task] = []

    def is_set(self) -> bool:
        return self._flag

    def set(self) -> None:
        self._flag = True
        _wake_all(self._waiting)

    def clear(self) -> None:
        self._flag = False

    def wait(self, timeout: float | None = None) -> bool:
        deadline = None if timeout is None else self.scheduler.now + timeout
        while not self._flag:
            if not _wait(self._waiting, "an event", deadline):
                break
        return self._flag


class Semaphore(Simulated):
    """`threading.Semaphore`."""

    def __init__(self, value: int = 1) -> None:
        self._value = value
        self._waiting: list[Task] = []

    def acquire(self, blocking: bool = True, timeout: float | None = None) -> bool:
        deadline = None if timeout is None else self.scheduler.now + timeout
        while not self._value:
            if not blocking or not _wait(self._waiting, "a semaphore", deadline):
                return False
        self._value -= 1
        return True

    def release(self, n: int = 1) -> None:
        self._value += n
        for _ in range(n):
            _wake(self._waiting)

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()


class Future(Event, Generic[_Value]):
    """`concurrent.futures.Future`, as far as those use it who fill it themselves."""

    def __init__(self) -> None:
        super().__init__()
        self._result: Any = None
        self._error: BaseException | None = None
        self._cancelled = False

    def set_result(self, result: _Value) -> None:
        self._result = result
        self.set()
        self.scheduler.maybe_switch()

    def set_exception(self, error: BaseException | None) -> None:
        self._error = error
        self.set()

    def cancel(self) -> bool:
        if self.is_set():
            return False
        self._cancelled = True
        self.set()
        return True

    def cancelled(self) -> bool:
        return self._cancelled

    def done(self) -> bool:
        return self.is_set()

    def result(self, timeout: float | None = None) -> _Value:
        if not self.wait(timeout):
            raise TimeoutError
        if self._cancelled:
            raise concurrent.futures.CancelledError
        if self._error is not None:
            raise self._error
        result: _Value = self._result
        return result


class Thread(Simulated):
    """`threading.Thread`."""

    _numbers = 0

    def __init__(
        self,
        group: None = None,
        target: Callable[..., object] | None = None,
        name: str | None = None,
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
        *,
        daemon: bool | None = None,
    ) -> None:
        self.name = name or "thread"
        self.daemon = daemon
        self._target = target
        self._arguments = args, kwargs or {}
        self._task: Task | None = None

    def start(self) -> None:
        self._task = self.scheduler.spawn(self.name, self._run)

    def _run(self) -> None:
        if self._target is not None:
            arguments, named = self._arguments
            self._target(*arguments, **named)

    def join(self, timeout: float | None = None) -> None:
        if self._task is not None and timeout is None:
            self.scheduler.join(self._task)

    def is_alive(self) -> bool:
        return self._task is not None and not self._task.done


class Timer(Thread):
    """`threading.Timer`: a thread from the moment on at which it fires."""

    def __init__(
        self,
        interval: float,
        function: Callable[..., object],
        args: Sequence[Any] | None = None,
        kwargs: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(target=function, args=args or (), kwargs=kwargs, name="timer")
        self._interval = interval
        self._cancel: Callable[[], None] = lambda: None

    def start(self) -> None:
        group = self.scheduler.current.group

        def fire() -> None:
            if not group.dead:
                self._task = self.scheduler.spawn(self.name, self._run, group)

        self._cancel = self.scheduler.call_at(self.scheduler.now + self._interval, fire)

    def cancel(self) -> None:
        self._cancel()


def _wait(waiting: list[Task], why: str, deadline: float | None) -> bool:
    """Wait among others; return whether somebody woke this task before the deadline."""
    scheduler = Simulated.scheduler
    me = scheduler.current
    if me.doomed:
        raise Killed
    late: list[None] = []

    def expire() -> None:
        late.append(None)
        scheduler.wake(me)

    cancel = None if deadline is None else scheduler.call_at(deadline, expire)
    waiting.append(me)
    try:
        scheduler.block(why)
    finally:
        if cancel:
            cancel()
        if me in waiting:
            waiting.remove(me)
    return not late


def _wake(waiting: list[Task]) -> None:
    if waiting:
        Simulated.scheduler.wake(waiting.pop(0))


def _wake_all(waiting: list[Task]) -> None:
    while waiting:
        _wake(waiting)
