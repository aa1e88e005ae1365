"""The worker's queues, by name, and how much waits in them."""

from typing import Any, Final

FIRST: Final = "motcua-first"  # looked into first: what somebody waits for, and the sweepers
QUEUE: Final = "motcua"
QUEUES: Final = (FIRST, QUEUE)


def waiting(connection: Any, queues: tuple[str, ...] = QUEUES) -> int:
    """How many messages wait in the queues, besides those in hand. `connection` is kombu's, open."""
    return sum(_in(connection, name) for name in queues)


def _in(connection: Any, name: str) -> int:
    channel = connection.channel()  # one for each: RabbitMQ closes it when there is no such queue
    try:
        return int(channel.queue_declare(name, passive=True).message_count)
    except connection.channel_errors:  # never used yet, so there is none
        return 0
    finally:
        channel.close()
