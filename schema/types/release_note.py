from datetime import date

import strawberry

from schema.traits import open_field


@strawberry.type(description="版本说明。What a release of this program brings, and how one works with it.")
class ReleaseNote:
    # fmt: off
    version: str = open_field("版本号", "Version: three numbers, such as 0.1.0.")
    released_on: date = open_field("发布日期", "When it was released.")
    title: str = open_field("标题", "Title, in the caller's language as all that follows.")
    body: str = open_field("更新内容", "What is new, as Markdown.")
    body_html: str = open_field("更新内容 HTML", "The same as HTML, which is safe to show: no scripts, no pictures, links to http, https or beside the page alone.")
    guide: str = open_field("操作指南", "How one works with it, as Markdown.")
    guide_html: str = open_field("操作指南 HTML", "The same as HTML, safe likewise.")
    # fmt: on
