"""诊断: what a database is like, for whoever operates it. Only read: nothing is made, migrated or mended."""

from storage.diagnosing.facts import DatabaseFacts, RegisterFacts
from storage.diagnosing.reading import database_facts, register_facts

__all__ = ["DatabaseFacts", "RegisterFacts", "database_facts", "register_facts"]
