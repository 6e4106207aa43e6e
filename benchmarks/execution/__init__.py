"""Execution side by side: Dengta, an ordinary Strawberry application and a bare floor, in turn on the same data."""
