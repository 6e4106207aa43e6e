from datetime import datetime

import strawberry

from auth.default_matrix import FieldClass
from domain.codes import ExportFailure, ExportFormat, ExportState, QuerySubject
from domain.exports import ExportRecord
from schema.export_urls import url_of_export
from schema.identifiers import encoded
from schema.traits import record_field
from schema.types.node import Node

BUSINESS = FieldClass.BUSINESS


def _id(root: ExportRecord) -> strawberry.ID:
    return encoded("Export", root.id)


def _percent(root: ExportRecord) -> int:
    return root.percent


@strawberry.type(description="导出。The result of a query as a file, which is for whoever asked for it alone.")
class Export(Node):
    # fmt: off
    global_id: strawberry.ID = record_field("全局标识", "Opaque global id.", read=BUSINESS, resolver=_id, name="id")
    subject: QuerySubject = record_field("查询对象", "Of whom it is.", read=BUSINESS)
    format: ExportFormat = record_field("导出格式", "As what it is written.", read=BUSINESS)
    state: ExportState = record_field("状态", "How far it has come.", read=BUSINESS)
    is_job: bool = record_field("是否后台导出", "Whether a job writes it; a small one is written when it is downloaded, as of then.", read=BUSINESS)
    rows_done: int = record_field("已导出行数", "Rows written so far by a job; 0 of one that is written when it is downloaded.", read=BUSINESS)
    rows_total: int = record_field("总行数", "Number of rows, as it was when it was asked for.", read=BUSINESS)
    percent: int = record_field("进度", "How far it has come, from 0 to 100; 100 when it can be downloaded.", read=BUSINESS, resolver=_percent)
    size: int | None = record_field("文件大小", "Size of the file in bytes, as far as there is one already.", read=BUSINESS)
    url: str | None = record_field("下载地址", "Where on this server it is downloaded: `GET` it with the token; null until it is ready.", read=BUSINESS, resolver=url_of_export)
    failure: ExportFailure | None = record_field("失败原因", "Why it could not be written.", read=BUSINESS)
    requested_at: datetime = record_field("申请时间", "When it was asked for.", read=BUSINESS)
    ended_at: datetime | None = record_field("结束时间", "When it was ready, had failed or was cancelled.", read=BUSINESS)
    expires_at: datetime = record_field("过期时间", "When it can be downloaded no more, and is removed.", read=BUSINESS)
    # fmt: on
