"""What Gradio keeps of visitors stays within bounds, and what a window still needs is kept."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from loops import finish

from ui.kept.sessions import Sessions, bounded, forget

WINDOW, LATER, CLIENT = "x1y2z3w4v5", "a9b8c7d6e5", str(uuid4())
STATE = 7


@pytest.fixture
def app() -> Any:
    """Gradio's application as far as sessions go, with one piece of state; a page makes event loops."""
    block = SimpleNamespace(stateful=True, value=[])
    config = SimpleNamespace(blocks={STATE: block}, config_for_block=lambda *_: {})
    queue = SimpleNamespace(
        pending_event_ids_session={},
        pending_messages_per_session={},
        event_ids_to_events={},
        send_message=None,
        sleep_when_free=0.001,
        progress_update_sleep_when_free=0.01,
    )
    page = SimpleNamespace(default_config=config, blocks=config.blocks, _queue=queue)
    return SimpleNamespace(get_blocks=lambda: page, state_holder=None, queue=queue)


def running(app: Any, kept: int = 3) -> Sessions:
    """Return the sessions of an application that has started."""

    @asynccontextmanager
    async def lifespan(_: Any) -> AsyncIterator[None]:
        yield

    async def start() -> None:
        async with bounded(lifespan, kept)(app):
            pass

    finish(start())
    sessions: Sessions = app.state_holder
    return sessions


def test_a_call_of_an_endpoint_is_no_session_that_is_kept(app: Any) -> None:
    sessions = running(app)
    for _ in range(50):
        assert sessions[uuid4().hex].blocks_config.blocks.keys() == app.get_blocks().blocks.keys()
    assert len(sessions.session_data) == len(sessions.time_last_used) == 0


def test_a_window_and_a_client_of_gradio_keep_their_state(app: Any) -> None:
    sessions = running(app)
    for session in (WINDOW, CLIENT):
        sessions[session][STATE].append(f"سؤال {session}")
    assert [sessions[session][STATE] for session in (WINDOW, CLIENT)] == [
        [f"سؤال {WINDOW}"],
        [f"سؤال {CLIENT}"],
    ]


def test_the_session_not_used_for_longest_goes_first(app: Any) -> None:
    sessions = running(app, kept=2)
    for session in (WINDOW, LATER, WINDOW, CLIENT):
        _ = sessions[session]
    assert set(sessions.session_data) == set(sessions.time_last_used) == {WINDOW, CLIENT}


def test_a_window_that_was_closed_long_ago_is_forgotten_and_one_that_may_come_back_is_not(app: Any) -> None:
    sessions = running(app)
    for session in (WINDOW, LATER, CLIENT):
        _ = sessions[session]
    sessions.session_data[WINDOW].is_closed = sessions.session_data[LATER].is_closed = True
    for session in (WINDOW, CLIENT):  # one of them is still open
        sessions.time_last_used[session] = datetime.now() - timedelta(hours=2)
    forget(app)
    assert set(sessions.session_data) == set(sessions.time_last_used) == {LATER, CLIENT}


def test_lists_of_questions_go_when_they_are_answered_or_nobody_can_be_told(app: Any) -> None:
    running(app)
    queue = app.queue
    queue.pending_event_ids_session = {
        "answered": set(), "waits for its answer": {"a"}, "is answered, not told": {"b"}, "gone": {"c"}
    }  # fmt: skip
    queue.event_ids_to_events = {"a": object()}
    queue.pending_messages_per_session = {"answered": object(), "is answered, not told": object()}
    forget(app)
    assert set(queue.pending_event_ids_session) == {"waits for its answer", "is answered, not told"}
    assert set(queue.pending_messages_per_session) == {"is answered, not told"}


def test_the_queue_goes_on_where_somebody_who_waits_has_been_forgotten(app: Any) -> None:
    queue = app.queue
    queue.send_message = lambda event, said: queue.pending_messages_per_session[event.session_hash].append(
        said
    )
    queue.pending_messages_per_session = {"here": []}
    running(app)
    for session in ("gone", "here"):
        queue.send_message(SimpleNamespace(session_hash=session), f"to {session}")
    assert queue.pending_messages_per_session == {"here": ["to here"]}


def test_the_queue_is_looked_at_a_hundred_times_a_second_and_not_a_thousand(app: Any) -> None:
    running(app)
    assert app.queue.sleep_when_free == 0.01
