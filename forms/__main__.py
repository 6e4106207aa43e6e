"""`python -m forms`: forms as JSON on standard input, the PDF on standard output (see `forms/press.py`)."""

import sys

from forms.typesetting import typeset

if __name__ == "__main__":
    sys.stdout.buffer.write(typeset(sys.stdin.buffer.read()))
