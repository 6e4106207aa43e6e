"""导出下载地址: where exports are downloaded (`server/routes/exports.py`)."""

from domain.codes import ExportState
from domain.exports import ExportRecord
from schema.identifiers import encoded

EXPORTS = "/exports"


def url_of_export(root: ExportRecord) -> str | None:
    return f"{EXPORTS}/{encoded('Export', root.id)}" if root.state == ExportState.READY else None
