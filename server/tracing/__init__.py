"""链路追踪: from a request to its operation to its statements, told to whatever collects OpenTelemetry.

Switched off, which it is unless asked for, nothing of OpenTelemetry is loaded, and an operation costs one look at
`spans.current`. Spans hold the shape of what was done: no text of a document, no variable, no value, no message of an
error, nobody's name, token or address.
"""
