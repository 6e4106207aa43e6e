"""体检: what is wrong with an installation, found out without changing it; rules over facts, one subject a file."""

from server.doctor.examining import examined
from server.doctor.findings import Examination, Finding, Gravity

__all__ = ["Examination", "Finding", "Gravity", "examined"]
