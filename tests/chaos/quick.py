"""The worker or the background process with impatient sweepers, so that a short run need not wait minutes.

`python -m tests.chaos.quick worker|background`: the product's own command with shorter waits, nothing else.
"""

import sys
from datetime import timedelta

import dossiers.attachment_sweeps
import dossiers.tasks
from portal import background, cli, worker

if __name__ == "__main__":
    dossiers.tasks.GRACE, dossiers.tasks.OVERDUE = timedelta(seconds=4), timedelta(seconds=40)
    vars(dossiers.attachment_sweeps).update(STUCK=timedelta(seconds=4), AGAIN=timedelta(seconds=8))
    background.EVERY.update(anchor=2.0, check=20.0)
    for entry in worker.TIMETABLE.values():
        if isinstance(entry["schedule"], float):
            entry["schedule"] = min(entry["schedule"], 3.0)
    sys.exit(cli.main(sys.argv[1:]))
