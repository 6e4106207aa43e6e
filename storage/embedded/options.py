"""服务器参数: what the embedded PostgreSQL is told when it starts, by the size of the machine."""

import os
from pathlib import Path

_MEGABYTE = 1024 * 1024


def server_options(build: str) -> dict[str, str]:
    """Given when a server is started, and not written to its files, so that they change with our releases."""
    memory = _memory()
    return {
        "max_connections": "200",
        "shared_buffers": _megabytes(min(memory // 4, 2048 * _MEGABYTE)),
        "effective_cache_size": _megabytes(memory * 6 // 10),
        "maintenance_work_mem": _megabytes(min(max(memory // 16, 512 * _MEGABYTE), 1024 * _MEGABYTE)),
        "work_mem": "32MB",
        "max_wal_size": "4GB",
        "wal_compression": "lz4" if "--with-lz4" in build else "pglz",
        "random_page_cost": "1.1",
        "jit": "off",
        "plan_cache_mode": "force_custom_plan",
        "max_parallel_workers_per_gather": "2",
        # No person's data in the log. The text and the details of a statement's error quote values, so that only
        # the server's own messages are kept; the client is told all the same.
        "log_min_messages": "log",
        "log_error_verbosity": "terse",
        "log_statement": "none",
        "log_min_error_statement": "panic",
        "log_parameter_max_length_on_error": "0",
        "log_checkpoints": "off",
    }


def _memory() -> int:
    """What this machine has, or this container may use."""
    of_machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        return min(of_machine, int(Path("/sys/fs/cgroup/memory.max").read_text()))
    except (OSError, ValueError):  # no container, or "max"
        return of_machine


def _megabytes(size: int) -> str:
    return f"{size // _MEGABYTE}MB"
