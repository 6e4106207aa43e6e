"""内存: how often Python looks for circles of objects that nothing else refers to."""

import gc

_BEFORE_A_LOOK = 10_000, 10, 10


def spare_what_is_loaded() -> None:
    """Modules, schema and tables stay for good; to look through them again and again made some requests wait.
    Python by itself looks after 700 new objects, which a page of a hundred members has.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_BEFORE_A_LOOK)
