"""The worker with no second tries, so that a task's failure is seen at once; `talkative` logs as Celery does.

`python -m tests.operations.impatient worker|talkative`: the product's own command otherwise.
"""

import sys

from portal import cli, worker
from portal.core import lines

if __name__ == "__main__":
    for name, task in worker.celery_app.tasks.items():
        if name.startswith(("dossiers.notifications", "auth.tasks")):
            task.max_retries = 0
    if sys.argv[1] == "talkative":
        from celery.signals import setup_logging

        setup_logging.receivers = []
        lines.log_everything = lambda _: None
    sys.exit(cli.main(["worker"]))
