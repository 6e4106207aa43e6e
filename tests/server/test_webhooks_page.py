"""docs/webhooks.md: its samples know a request of ours from others; its tables are complete."""

import json
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from auth.webhook_secrets import new_webhook_secret, signed
from domain.codes import WebhookError
from server.webhooks.settings import WebhookSettings

PAGE = (Path(__file__).parents[2] / "docs/webhooks.md").read_text(encoding="utf-8")
BODY = '{"type": "changes", "name": "张建国"}'.encode()
Verify = Callable[[str, Mapping[str, str], bytes], bool]


def sample(name: str) -> str:
    found = re.search(rf"<!-- sample: {re.escape(name)} -->\n```\w+\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None
    return found.group(1)


def in_python(secret: str, headers: Mapping[str, str], body: bytes) -> bool:
    names: dict[str, Any] = {}
    exec(sample("verify.py"), names)  # noqa: S102 # our own
    return bool(names["is_from_dengta"](secret, headers, body))


def in_node(secret: str, headers: Mapping[str, str], body: bytes) -> bool:
    if shutil.which("node") is None:
        pytest.skip("the sample is of Node")
    call = f"\nconsole.log(isFromDengta({json.dumps(secret)}, {json.dumps(dict(headers))}, Buffer.from({list(body)})))"
    said = subprocess.run(
        ["node", "--input-type=module", "-"],
        input=sample("verify.mjs") + call,
        capture_output=True,
        text=True,
        check=True,
    )
    return said.stdout.strip() == "true"


def by_the_library(secret: str, headers: Mapping[str, str], body: bytes) -> bool:
    try:
        Webhook(secret).verify(body, dict(headers))
    except WebhookVerificationError:
        return False
    return True


@pytest.mark.parametrize("verify", [in_python, in_node, by_the_library])
def test_ours_are_known_and_others_are_not(verify: Verify) -> None:
    secret, former, now = new_webhook_secret(), new_webhook_secret(), int(time.time())
    headers = signed([secret, former], "changes-1-1-7-1-2", now, BODY)
    assert verify(secret, headers, BODY)
    assert verify(former, headers, BODY)
    assert not verify(new_webhook_secret(), headers, BODY)
    assert not verify(secret, headers, BODY + b" ")
    assert not verify(secret, {**headers, "webhook-id": "changes-1-1-7-1-3"}, BODY)
    assert not verify(secret, {**headers, "webhook-timestamp": str(now - 1)}, BODY)
    assert not verify(secret, signed([secret], "changes-1-1-7-1-2", now - 400, BODY), BODY)


def test_every_error_and_every_setting_is_explained() -> None:
    assert [error for error in WebhookError if error not in PAGE] == []
    settings = [name.removeprefix("webhook").upper() for name in WebhookSettings.model_fields]
    assert [name for name in settings if name not in PAGE] == []
