"""组织路径: the ids from the root down to an organisation, each followed by a slash: `1/18/162/`."""


def end_of_subtree(path: str) -> str:
    """The first path after the subtree of `path`: the last slash becomes `0`, the character after it."""
    return path[:-1] + "0"


def lies_within(path: str, ancestor: str) -> bool:
    """Whether `path` is `ancestor` or below it."""
    return path.startswith(ancestor)


def paths_above(path: str) -> list[str]:
    """Those of the organisations above, from the root down to the parent."""
    parts = path.split("/")[:-2]
    return ["".join(f"{part}/" for part in parts[:length]) for length in range(1, len(parts) + 1)]


def id_of(path: str) -> int:
    """The organisation that the path leads to."""
    return int(path[path.rfind("/", 0, -1) + 1 : -1])


def path_above(path: str) -> str:
    """The path of the parent; empty for a root."""
    return path[: path.rfind("/", 0, -1) + 1]


def ids_of_path(path: str) -> list[int]:
    """Of the organisations from the top of the tree down to the one with that path."""
    return [int(part) for part in path.split("/") if part]
