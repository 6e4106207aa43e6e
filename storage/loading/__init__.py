"""装载: a synthetic province, brought into the database by COPY."""

from storage.loading.province import LoadReport, load_province
from storage.loading.state import (
    LoadRefusedError,
    UnfinishedLoadError,
    loaded_province,
    require_whole_register,
    unfinished_load,
)

__all__ = [
    "LoadRefusedError",
    "LoadReport",
    "UnfinishedLoadError",
    "load_province",
    "loaded_province",
    "require_whole_register",
    "unfinished_load",
]
