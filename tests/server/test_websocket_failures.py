"""What goes wrong while a WebSocket's answers are sent is logged without its text, and a client that went away is not."""

from typing import cast

import pytest
from strawberry.http.exceptions import WebSocketDisconnected
from structlog.testing import capture_logs

from server.routes.websocket import _Handler


@pytest.mark.parametrize(
    ("error", "logged"), [(WebSocketDisconnected(), []), (ValueError("13800000000"), ["ValueError"])]
)
async def test_only_what_is_wrong_is_logged_and_not_what_it_says(
    error: Exception, logged: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    with capture_logs() as lines:
        await _Handler.handle_task_exception(cast("_Handler", None), error)
    assert [line["error"] for line in lines] == logged
    assert "13800000000" not in str(lines)
    assert caplog.records == []
