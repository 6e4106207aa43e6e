from server.cli.serve import ReadyAsJson
from server.cli.telling import examples, tell

WORKER_EXAMPLES = examples(
    "dengta worker",
    "DENGTA_JOBS_IN_SERVER=false dengta serve & dengta worker",
    exits="0 when it was told to stop, by Ctrl-C or SIGTERM; 1 when it could not start.",
)


def worker(as_json: ReadyAsJson = False) -> None:
    """Run the jobs (deliver messages and webhooks, clear away what has expired) without answering, until stopped."""
    from server.commands.working import work_until_stopped

    work_until_stopped(lambda: tell({"works": True}, "Dengta works on its jobs", as_json=as_json))
