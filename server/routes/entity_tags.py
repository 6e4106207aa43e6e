"""实体标签: answers to GET, which a client may keep if it asks before each use whether they still hold.

What is saved is the way of the bytes: the operation is run, and its look-ups are recorded, each time.
"""

from hashlib import sha256

from starlette.responses import Response

_KEPT = {
    "Cache-Control": "private, no-cache",
    "Vary": "Accept, Accept-Language, Authorization, Origin",
}
"""By the caller's own cache alone, for whoever asks in the same way with the same token."""


def revalidated(body: bytes, content_type: str, held: str | None) -> Response:
    """`held` is the If-None-Match of whoever has an earlier answer: 304, without the body, when it is this one."""
    tag = _strong_tag(body, content_type)
    headers = {**_KEPT, "ETag": tag}
    if held is not None and _names(held, tag):
        return Response(status_code=304, headers=headers)
    return Response(body, headers={**headers, "Content-Type": content_type})


def _strong_tag(body: bytes, content_type: str) -> str:
    """Of these very bytes: whoever can name it has had them."""
    digest = sha256(content_type.encode())
    digest.update(body)
    return f'"{digest.hexdigest()[:32]}"'


def _names(held: str, tag: str) -> bool:
    """RFC 9110, section 13.1.2: weakly compared, as a proxy that compressed the answer has weakened its tag."""
    return held.strip() == "*" or tag in {each.strip().removeprefix("W/") for each in held.split(",")}
