"""The documentation as a site: `python -m website build`, in an environment with Zensical (`make docs`)."""
