"""演示文件: the contents that the files of the synthetic province share, under keys that are never collected."""

PORTRAITS = 24
PORTRAIT_KEYS = tuple(f"demo/portrait-{number:02d}.jpg" for number in range(1, PORTRAITS + 1))
APPLICATION_KEY = "demo/application.pdf"

_TEXT = "Application for membership. For demonstration: it is about nobody."


def portrait_key(member: int) -> str:
    return PORTRAIT_KEYS[member % PORTRAITS]


def _application() -> bytes:
    """A PDF of one page with one line of text."""
    shown = f"BT /F1 14 Tf 72 760 Td ({_TEXT}) Tj ET"
    objects = (
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        " /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        f"<< /Length {len(shown)} >>\nstream\n{shown}\nendstream",
    )
    written, places = "%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(written))
        written += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    trailer = f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(written)}\n%%EOF\n"
    return f"{written}xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}{trailer}".encode("ascii")


APPLICATION = _application()
