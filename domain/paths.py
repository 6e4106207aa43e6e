"""组织路径: the ids from the root down to an organisation, each followed by a slash: `1/18/162/`."""


def end_of_subtree(path: str) -> str:
    """The first path after the subtree of `path`: the last slash becomes `0`, the character after it."""
    return path[:-1] + "0"


def lies_within(path: str, ancestor: str) -> bool:
    """Whether `path` is `ancestor` or below it."""
    return path.startswith(ancestor)


def ids_from_root(path: str) -> list[int]:
    """The organisations on the way from the root to the path's own, which comes last."""
    return [int(part) for part in path.split("/") if part]
