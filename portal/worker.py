"""The worker: Celery, its timetable, and SUBSCRIBERS, the one map from an event to its consequences."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from celery import Celery
from celery.signals import (
    setup_logging,
    task_failure,
    task_retry,
    task_success,
    worker_process_init,
    worker_process_shutdown,
    worker_ready,
)
from kombu import Queue

import auth.tasks  # noqa: F401
import dossiers.attachment_sweeps
import dossiers.batches
import dossiers.documents
import dossiers.draft_messages
import dossiers.forwarding_messages
import dossiers.inspection
import dossiers.notifications
import dossiers.notifications_beside
import dossiers.opinion_messages
import dossiers.overdue
import dossiers.payments
import dossiers.popularity
import dossiers.printing
import dossiers.recounting
import dossiers.sandbox
import dossiers.simulation
import dossiers.standing_in
import dossiers.turn_messages
import services_catalog.import_tasks
import services_catalog.tasks
from portal.core import queues, runtime
from portal.core.failpoints import failpoint
from portal.core.lines import log_everything
from portal.core.observability import TASKS
from portal.core.queues import FIRST, QUEUE, QUEUES
from portal.core.settings import Settings, from_environment
from portal.core.work import open_as_worker, unit_of_work
from portal.operations.supervision import notify

# Event -> tasks. Each task takes (stream_id, seq), carries no content, and applies its effect once.
SUBSCRIBERS: Final[Mapping[str, Sequence[str]]] = {
    "account.registration_repeated": ["auth.tasks.tell_owner"],
    "catalogue_import.started": [services_catalog.import_tasks.RUN],
    "attachment.completed": ["dossiers.inspection.inspect_event"],
    "attachment.removed": ["dossiers.attachments.discard"],
    "dossier.submitted": [
        "dossiers.documents.acknowledge",
        "dossiers.notifications.tell_applicant",
        "dossiers.notifications.tell_desk",
    ],
    "dossier.accepted": ["dossiers.documents.form01", "dossiers.notifications.tell_applicant"],
    "dossier.refused": ["dossiers.documents.form03", "dossiers.notifications.tell_applicant"],
    "dossier.claimed": ["dossiers.notifications.tell_applicant"],
    "dossier.fee_settled": ["dossiers.documents.receipt", "dossiers.notifications.tell_applicant"],
    "dossier.fee_waived": ["dossiers.notifications.tell_applicant"],
    "dossier.fee_refunded": ["dossiers.notifications.tell_applicant"],
    "dossier.payment_received": ["dossiers.documents.receipt", "dossiers.notifications.tell_applicant"],
    "dossier.duty_asked": ["dossiers.notifications.tell_applicant"],
    "dossier.duty_met": ["dossiers.documents.receipt", "dossiers.notifications.tell_applicant"],
    "dossier.duty_revoked": ["dossiers.notifications.tell_applicant"],
    "dossier.approved": [
        "dossiers.documents.hand_over",
        "dossiers.documents.result",
        "dossiers.notifications.tell_applicant",
    ],
    "dossier.rejected": [
        "dossiers.documents.form06",
        "dossiers.documents.form03",
        "dossiers.notifications.tell_applicant",
    ],
    "dossier.delivered": ["dossiers.documents.form06", "dossiers.notifications.tell_applicant"],
    "dossier.supplement_asked": ["dossiers.documents.form02", "dossiers.notifications.tell_applicant"],
    "dossier.supplemented": ["dossiers.notifications.tell_applicant", dossiers.turn_messages.TELL_DESK],
    "dossier.supplement_revoked": ["dossiers.notifications.tell_applicant"],
    "dossier.withdrawal_asked": ["dossiers.notifications.tell_applicant", dossiers.turn_messages.TELL_DESK],
    "dossier.kept": ["dossiers.notifications.tell_applicant", dossiers.turn_messages.TELL_DESK],
    "dossier.stopped": [
        "dossiers.documents.form05",
        "dossiers.documents.form06",
        "dossiers.notifications.tell_applicant",
        dossiers.turn_messages.TELL_DESK,
    ],
    "dossier.extended": ["dossiers.documents.form04", "dossiers.notifications.tell_applicant"],
    dossiers.batches.BEGUN: [dossiers.batches.RUN],
    dossiers.printing.SLIP_ASKED: ["dossiers.documents.form06"],
    "dossier.handed_over": ["dossiers.documents.hand_over"],
    "dossier.forwarded": [
        "dossiers.documents.hand_over",
        "dossiers.notifications.tell_applicant",
        dossiers.forwarding_messages.TELL,
    ],
    "dossier.taken_over": ["dossiers.notifications.tell_applicant"],
    "dossier.reopened": ["dossiers.notifications.tell_applicant"],
    "dossier.result_sent": ["dossiers.notifications.tell_applicant"],
    "dossier.consulted": [dossiers.opinion_messages.TELL],
    "dossier.opinion_given": [dossiers.opinion_messages.TELL],
    "dossier.opinion_revoked": [dossiers.opinion_messages.TELL],
    "dossier.message_sent": ["dossiers.notifications_beside.tell_other_side"],
    "dossier.complained": ["dossiers.notifications_beside.tell_other_side"],
    "dossier.complaint_answered": ["dossiers.notifications.tell_applicant"],
    "dossier.due_recounted": ["dossiers.notifications.tell_applicant"],
    "dossier.incident_passed": ["dossiers.notifications.tell_applicant"],
    "incident.ended": ["dossiers.recounting.pass_incident"],
    "procedure.simulation_asked": ["dossiers.simulation.run"],
    "procedure.published": ["dossiers.draft_messages.tell_drafts"],
}

# Sweepers: the queue carries hints, so each async step is looked for again. One that waited longer than
# its own interval is dropped: the next is due by then.
TIMETABLE: Final[dict[str, dict[str, Any]]] = {
    "sweep-uploads": {"task": "dossiers.attachments.sweep_uploads", "schedule": 60.0},
    "sweep-sessions": {"task": "auth.tasks.sweep", "schedule": 600.0},
    "follow-the-calendar": {"task": "services_catalog.tasks.follow_the_calendar", "schedule": 60.0},
    "sweep-import-files": {"task": services_catalog.import_tasks.SWEEP, "schedule": 3600.0},
    "count-popularity": {"task": "dossiers.popularity.count_popularity", "schedule": 3600.0},
    "sweep-supplements": {"task": dossiers.turn_messages.SWEEP, "schedule": 300.0},
    "release-left-behind": {"task": dossiers.standing_in.SWEEP, "schedule": 600.0},
    "sweep-batches": {"task": dossiers.batches.SWEEP, "schedule": 60.0},
    "reconcile-payments": {"task": "dossiers.payments.reconcile", "schedule": 60.0},
    "sandbox-gateway": {"task": "dossiers.sandbox.tell_again", "schedule": 30.0},
    "recount-due-dates": {"task": "dossiers.recounting.recount", "schedule": 60.0},
    "watch-due-dates": {"task": "dossiers.overdue.watch_due_dates", "schedule": 600.0},
    "watch-opinions": {"task": dossiers.opinion_messages.WATCH, "schedule": 600.0},
    "sweep-effects": {"task": "portal.worker.sweep_effects", "schedule": 60.0},
}

# Somebody waits on the page for a file's check, and the sweepers must run when much waits: neither stands
# behind papers and messages.
AWAITED: Final = (
    "dossiers.inspection.inspect_event",
    "dossiers.inspection.inspect_again",
    "dossiers.simulation.run",
    dossiers.batches.RUN,
)

celery_app = Celery("motcua", set_as_current=True)


def configure(settings: Settings) -> Celery:
    """Set the broker and the habits of the queue (components.md §4: nothing is lost by a kill -9)."""
    broker = settings.broker_url.get_secret_value()
    redis_like = broker.startswith(("redis", "valkey"))
    kind = {} if redis_like else {"x-queue-type": "quorum"}
    celery_app.conf.update(
        broker_url=broker,
        broker_connection_retry_on_startup=True,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],
        task_time_limit=240,
        task_soft_time_limit=200,
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        worker_cancel_long_running_tasks_on_connection_loss=True,
        task_default_queue=QUEUE,
        task_default_queue_type="classic" if redis_like else "quorum",
        task_queues=[Queue(name, queue_arguments=kind, routing_key=name) for name in QUEUES],
        task_routes={
            name: {"queue": FIRST} for name in (*AWAITED, *(one["task"] for one in TIMETABLE.values()))
        },
        broker_transport_options=(
            {
                "queue_order_strategy": "priority",  # FIRST is looked into first
                "visibility_timeout": 300,
                "unacked_restore_interval": 1,
                "unacked_restore_throttle": 1,
                "socket_timeout": 10,  # a silent broker is one that is away: the relay holds locks meanwhile
                "socket_connect_timeout": 5,
                "socket_keepalive": True,
            }
            if redis_like
            else {"confirm_publish": True}
        ),
        beat_schedule={
            name: {**entry, "options": {"expires": entry["schedule"]}} for name, entry in TIMETABLE.items()
        },
        timezone="UTC",
    )
    return celery_app


@setup_logging.connect  # type: ignore[untyped-decorator]
def _log_as_we_do(**_: Any) -> None:
    """Instead of Celery's own lines, which quote what a failed task said."""
    log_everything(from_environment().log_level)


@worker_process_init.connect  # type: ignore[untyped-decorator]
def _start_child(**_: Any) -> None:
    open_as_worker(from_environment())


@worker_process_shutdown.connect  # type: ignore[untyped-decorator]
def _stop_child(**_: Any) -> None:
    with runtime.sessions() as session:
        session.get_bind().engine.dispose()


@worker_ready.connect  # type: ignore[untyped-decorator]
def _tell_ready(**_: Any) -> None:
    notify("READY=1")


@task_success.connect  # type: ignore[untyped-decorator]
def _count_done(sender: Any, **_: Any) -> None:
    failpoint("worker.before_ack")
    TASKS.labels(sender.name, "done").inc()


@task_failure.connect  # type: ignore[untyped-decorator]
def _count_failed(sender: Any, **_: Any) -> None:
    TASKS.labels(sender.name, "failed").inc()


@task_retry.connect  # type: ignore[untyped-decorator]
def _count_retried(sender: Any, **_: Any) -> None:
    TASKS.labels(sender.name, "retried").inc()


def send(task: str, stream_id: str, seq: int) -> None:
    """Hand one consequence to the queue; raises when the broker does not take it."""
    celery_app.send_task(task, args=[stream_id, seq], retry=False)


def waiting() -> int:
    """How many messages wait in the queues, besides those in hand."""
    with celery_app.connection_for_read() as connection:
        return queues.waiting(connection)


@celery_app.task(name="portal.worker.sweep_effects")  # type: ignore[untyped-decorator]
def sweep_effects() -> int:
    """Send again every consequence whose effect is missing, once the queue has nothing left to do.

    While messages wait, what is missing is merely late, and sending it again would only grow the queue;
    but where messages always wait, what is OVERDUE must have been lost.
    """
    from dossiers.tasks import GRACE, OVERDUE, missing_effects

    with unit_of_work() as session:
        missing = missing_effects(session, SUBSCRIBERS, older_than=OVERDUE if waiting() > 0 else GRACE)
    for task, stream_id, seq in missing:
        send(task, stream_id, seq)
    return len(missing)
