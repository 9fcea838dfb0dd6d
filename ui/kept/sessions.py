"""Hold what Gradio keeps of its visitors within bounds.

By itself it keeps the page's state for the last 10,000 sessions; takes each call of an endpoint for one, of
70 kB; never forgets a session's list of questions under way; and looks a thousand times a second whether
somebody has asked. Nor does it forget the messages of a session until there are those of 2,000: then those of
the first go, though it may be waiting for an answer, and the attempt to tell it ends the queue for everybody.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from ui.stubless import SessionState, StateHolder

KEPT = 200  # sessions of the page, of windows that are open or were: some hundreds of kilobytes each
CLOSED_SECONDS = 3600.0  # after which a window is not coming back: a phone that slept does
SWEEP_SECONDS = 60.0
_LOOK_SECONDS = 0.01  # between two looks at the queue
_PROGRESS_SECONDS = 0.25  # between two looks at progress, which nothing here reports

# The id of an event, which Gradio takes for a session where a call names none. A page's sessions are shorter,
# and those of `gradio_client` have dashes.
_CALL = re.compile(r"[0-9a-f]{32}")

Lifespan = Callable[[Any], AbstractAsyncContextManager[Any]]


class _Nothing(dict[int, Any]):
    """Keeps nothing."""

    def __setitem__(self, key: int, value: Any) -> None:
        pass


class Session(SessionState):  # type: ignore[misc]
    """What one window has, without a copy of the whole page, which Gradio keeps for links into a session."""

    def __init__(self, page: Any) -> None:
        super().__init__(SimpleNamespace(default_config=page.default_config, blocks={}))
        self.config_values = _Nothing()

    def _update_config(self, key: int) -> None:
        pass

    def _update_value_in_config(self, key: int, value: Any) -> None:
        pass


class Sessions(StateHolder):  # type: ignore[misc]
    """The state of the page for each session; a call of an endpoint has one for itself, which is not kept."""

    def __getitem__(self, session_id: str) -> Session:
        if _CALL.fullmatch(session_id):
            return Session(self.blocks)
        with self.lock:
            if session_id not in self.session_data:
                self.session_data[session_id] = Session(self.blocks)
        found: Session = super().__getitem__(session_id)
        return found


def bounded(lifespan: Lifespan, kept: int = KEPT, every: float = SWEEP_SECONDS) -> Lifespan:
    """Return a lifespan for Gradio's application that bounds what is kept while `lifespan` runs.

    Args:
        lifespan: what else is to run.
        kept: how many sessions; the one not used for longest goes first.
        every: seconds between two looks at what can be forgotten.
    """

    @asynccontextmanager
    async def running(app: Any) -> AsyncIterator[None]:
        page = app.get_blocks()
        page.state_session_capacity = kept
        app.state_holder = Sessions()
        app.state_holder.set_blocks(page)
        page._queue.send_message = _teller(page._queue)
        page._queue.sleep_when_free = _LOOK_SECONDS
        page._queue.progress_update_sleep_when_free = _PROGRESS_SECONDS
        sweeping = asyncio.create_task(_sweep(app, every))
        try:
            async with lifespan(app):
                yield
        finally:
            sweeping.cancel()

    return running


def _teller(queue: Any) -> Callable[[Any, Any], None]:
    """Return `queue.send_message`, but silent where the session of an event is gone."""
    send = queue.send_message

    def tell(event: Any, event_message: Any) -> None:
        if event.session_hash in queue.pending_messages_per_session:
            send(event, event_message)

    return tell


async def _sweep(app: Any, every: float) -> None:
    while True:
        await asyncio.sleep(every)
        forget(app)


def forget(app: Any, closed: float = CLOSED_SECONDS) -> None:
    """Drop the sessions whose window has been closed for so long, and lists of questions that were answered.

    And the messages of sessions that have nothing under way: nobody listens to them any more.

    Of a session whose messages Gradio has dropped itself, nobody can be told any more that it is answered.
    """
    sessions, queue = app.state_holder, app.get_blocks()._queue
    latest = datetime.now() - timedelta(seconds=closed)
    with sessions.lock:
        for session, used in list(sessions.time_last_used.items()):
            state = sessions.session_data.get(session)
            if state is None or (state.is_closed and used < latest):
                sessions.session_data.pop(session, None)
                del sessions.time_last_used[session]
    for session, asked in list(queue.pending_event_ids_session.items()):
        awaited = session in queue.pending_messages_per_session or asked & queue.event_ids_to_events.keys()
        if not asked or not awaited:
            del queue.pending_event_ids_session[session]
    for session in list(queue.pending_messages_per_session):
        if session not in queue.pending_event_ids_session:
            del queue.pending_messages_per_session[session]
