"""Examines the installation, and says what was found."""

from server.cli.failing import clear_errors, settings_from_environment
from server.doctor import Examination, Finding, Gravity, examined


def examination() -> Examination:
    settings = settings_from_environment()
    with clear_errors():
        return examined(settings)


def document(found: Examination) -> dict[str, object]:
    findings = [{**finding._asdict(), "gravity": finding.gravity.value} for finding in _worst_first(found)]
    return {"isFine": found.is_fine, "checks": found.checks, "findings": findings}


def sentence(found: Examination) -> str:
    lines = [line for finding in _worst_first(found) for line in _lines(finding)]
    problems, warnings = (sum(f.gravity is gravity for f in found.findings) for gravity in Gravity)
    return "\n".join([*lines, f"{found.checks} checks: {problems} problems, {warnings} warnings."])


def _worst_first(found: Examination) -> list[Finding]:
    return sorted(found.findings, key=lambda finding: list(Gravity).index(finding.gravity))


def _lines(finding: Finding) -> tuple[str, str, str]:
    return (
        f"{finding.gravity.value:8} {finding.code}  {finding.where}",
        f"         {finding.what}",
        f"         → {finding.mend}",
    )
