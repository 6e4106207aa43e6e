import os
from typing import Annotated, Literal

from pydantic import Field
from pydantic_settings import BaseSettings

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")


class TracingSettingsError(Exception):
    """Traces are asked for, and cannot be made."""


class TracingSettings(BaseSettings):
    """The part of `Settings` that says whether traces are told."""

    tracing: Annotated[
        Literal["auto", "on", "off"],
        Field(
            description="Whether traces are told by OTLP over HTTP: `auto` when `OTEL_EXPORTER_OTLP_ENDPOINT` (or "
            "`…_TRACES_ENDPOINT`) is set. Where to, how many (`OTEL_TRACES_SAMPLER`) and under which name "
            "(`OTEL_SERVICE_NAME`) the variables of OpenTelemetry say. Needs the extra `tracing`."
        ),
    ] = "auto"

    @property
    def tells_traces(self) -> bool:
        if self.tracing == "auto":
            return any(os.environ.get(name) for name in _ENDPOINTS)
        return self.tracing == "on"
