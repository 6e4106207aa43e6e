"""What the commands of `server/cli` do, once one has been chosen.

They are apart so that help and completion, which read the whole command line, load none of it.
"""
