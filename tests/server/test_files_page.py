"""docs/files.md: its samples run as they stand there, against a server on a socket; its tables are complete."""

import asyncio
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from domain.codes import FilePurpose
from domain.errors import Problem
from domain.files import problems
from domain.records import OrganizationRecord
from tests.asking import Api
from tests.file_contents import pdf
from tests.samples import sample
from tests.serving import served

PAGE = (Path(__file__).parents[2] / "docs/files.md").read_text(encoding="utf-8")


@pytest.mark.skipif(shutil.which("curl") is None, reason="the samples are of curl")
async def test_the_samples(api: Api, own_province_url: str, county: OrganizationRecord, tmp_path: Path) -> None:
    (tmp_path / "application.pdf").write_bytes(pdf(50_000))
    async with served(api, own_province_url) as address:

        async def run(name: str, **variables: str) -> str:
            process = await asyncio.create_subprocess_exec(
                *("sh", "-c", sample("docs/files.md", name).replace("https://register.example", f"http://{address}")),
                cwd=tmp_path,
                env={"TOKEN": api.as_(county).token, "PATH": "/usr/bin:/bin", **variables},
                stdout=asyncio.subprocess.PIPE,
            )
            return (await process.communicate())[0].decode()

        answer: dict[str, Any] = json.loads(await run("upload.sh"))
        assert answer["data"]["uploadFile"]["errors"] == []
        file = answer["data"]["uploadFile"]["file"]
        assert (file["name"], file["contentType"], file["size"]) == ("application.pdf", "application/pdf", 50_000)
        (tmp_path / "application.pdf").unlink()
        await run("download.sh", URL=file["url"])
    assert (tmp_path / "application.pdf").read_bytes() == pdf(50_000)


def test_every_problem_of_a_file_is_told() -> None:
    found = [value for value in vars(problems).values() if isinstance(value, Problem)]
    found += [make(FilePurpose.PHOTO) for make in (problems.too_large, problems.type_not_allowed)]
    told = set(re.findall(r"^\| ([A-Z_]+) \|", PAGE, re.MULTILINE))
    assert {problem.code for problem in found} == told
