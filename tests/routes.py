"""Every address of the application, as its router has them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from starlette.applications import Starlette
from starlette.routing import Mount, Route

VALUES = {"id": "x", "question": "x", "ending": "svg", "path": "x"}


@dataclass(frozen=True, slots=True)
class Address:
    method: str
    path: str


def router_of(app: Any) -> Starlette:
    """Inside of the layers around it."""
    while not isinstance(app, Starlette):
        app = app.inner
    return app


def addresses_of(app: Any) -> Iterator[Address]:
    """Whatever stands in place of a parameter, and names nothing there is."""
    for route in router_of(app).routes:
        if isinstance(route, Route):
            path = route.path
            for name in route.param_convertors:
                path = path.replace("{" + name + "}", VALUES[name])
            for method in sorted(route.methods or ()):
                yield Address(method, path)
        elif isinstance(route, Mount):
            yield Address("GET", f"{route.path}/nothing")
