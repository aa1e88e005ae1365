"""Payment gateways as the portal asks and hears them: separate parties, believed by their signature."""

import hashlib
import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, Protocol
from uuid import UUID

import msgspec
import urllib3

from portal.core import runtime
from portal.core.clock import now
from portal.core.errors import Conflict, NotFound, Unavailable
from portal.core.settings import Settings

WINDOW: Final = 300  # seconds between the time in a message and ours
MOST_BYTES: Final = 16 * 1024
SANDBOX: Final = "sandbox"
SANDBOX_PAGE: Final = "/thanh-toan-thu"
SANDBOX_KNOWN: Final = "/api/v1/sandbox-gateway"
TIME, SIGNATURE = "x-gateway-time", "x-gateway-signature"


class ChannelClosed(Conflict):
    title = "Kênh thanh toán trực tuyến đang đóng"


class NotTheirs(NotFound):
    """No message of a gateway we know: one answer for every reason, so that it tells nothing."""

    title = "Không tìm thấy"

    def __init__(self) -> None:
        super().__init__("Không có trang này, hoặc bạn không được xem.")


class GatewaySilent(Unavailable):
    title = "Cổng thanh toán chưa trả lời"


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """A payment as a gateway is told of it. It learns the dossier's code and no name."""

    payment_id: UUID
    amount_vnd: int
    expires_at: datetime
    name: str  # what is paid, for the payer: the dossier's code
    return_url: str


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """One movement of money, or its failure, as a verified message tells it."""

    message_id: str  # the gateway's id of the movement: the same however often it is told
    payment_id: UUID
    gateway_ref: str
    paid: bool
    amount_vnd: int
    at: datetime


class PaymentGateway(Protocol):
    """What the portal needs of a gateway."""

    name: str

    def begin(self, order: Order) -> str:
        """Where the payer's browser goes. Raises GatewaySilent."""

    def read_callback(self, body: bytes, headers: Mapping[str, str]) -> Told:
        """The message of a callback. Raises NotTheirs where it is not proven to be the gateway's."""

    def query(self, payment_id: UUID) -> list[Told]:
        """All that the gateway knows of a payment, for reconciliation. Raises GatewaySilent."""


def current(settings: Settings | None = None) -> PaymentGateway:
    """The gateway payments are begun with.

    Raises:
        ChannelClosed: none is configured.
    """
    name = (settings or runtime.settings).payment_gateway
    if not name:
        raise ChannelClosed("Lúc này chưa trả trực tuyến được. Trả tại quầy, hoặc thử lại sau.")
    return named(name)


def named(name: str) -> PaymentGateway:
    """A configured gateway by its name.

    Raises:
        NotTheirs: there is none.
    """
    settings = runtime.settings
    if name != SANDBOX or settings.payment_gateway != SANDBOX:
        raise NotTheirs
    return Sandbox(settings.payment_secret.get_secret_value(), settings.public_url)


def order_proof(secret: str, body: bytes) -> str:
    """What proves an order to the gateway."""
    return signature(secret, "order", body)


def signature(secret: str, at: str, body: bytes) -> str:
    """HMAC-SHA256 over the time stamp and the raw body, in hex."""
    return hmac.new(secret.encode(), at.encode() + b"." + body, hashlib.sha256).hexdigest()


def signed(secret: str, body: bytes, at: datetime) -> dict[str, str]:
    """The headers that prove a body."""
    stamp = str(int(at.timestamp()))
    return {TIME: stamp, SIGNATURE: signature(secret, stamp, body)}


def proven(secret: str, body: bytes, headers: Mapping[str, str], *, at: datetime) -> bool:
    """Whether the body bears the party's signature of just now; compared in constant time."""
    stamp, given = headers.get(TIME, ""), headers.get(SIGNATURE, "")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) < 12 and given.isascii()):
        return False
    holds = hmac.compare_digest(signature(secret, stamp, body), given.lower())
    return holds and abs(at.timestamp() - int(stamp)) <= WINDOW


class _Message(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of a sandbox message, field by field."""

    message_id: str
    payment_id: UUID
    ref: str
    state: str
    amount_vnd: int
    currency: str
    at: datetime


def read_message(body: bytes) -> Told:
    """A message of the sandbox from its bytes; members that stand twice are refused.

    Raises:
        NotTheirs: it is none.
    """
    try:
        raw = json.loads(body, object_pairs_hook=_once, parse_constant=_never, parse_float=_never)
        told = msgspec.convert(raw, _Message)
    except (ValueError, RecursionError, msgspec.MsgspecError) as error:
        raise NotTheirs from error
    fits = (
        1 <= len(told.message_id) <= 100
        and told.message_id.isascii()
        and told.message_id.isprintable()
        and 1 <= len(told.ref) <= 100
        and told.ref.isprintable()
        and told.state in ("paid", "failed")
        and told.currency == "VND"
        and 0 <= told.amount_vnd < 2**53
        and told.at.tzinfo is not None
    )
    if not fits or (told.state == "paid" and told.amount_vnd == 0):
        raise NotTheirs
    return Told(
        message_id=told.message_id,
        payment_id=told.payment_id,
        gateway_ref=told.ref,
        paid=told.state == "paid",
        amount_vnd=told.amount_vnd,
        at=told.at.astimezone(UTC),
    )


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("a member stands twice")
    return dict(pairs)


def _never(text: str) -> Any:
    raise ValueError(f"not a whole number: {text[:20]}")


Fetch = Callable[[str, dict[str, str]], tuple[int, bytes]]


def _fetch(url: str, headers: dict[str, str]) -> tuple[int, bytes]:
    try:
        answer = urllib3.request("GET", url, headers=headers, timeout=5.0, retries=False)
    except urllib3.exceptions.HTTPError as error:
        raise GatewaySilent("Cổng thanh toán chưa trả lời. Thử lại sau.") from error
    return answer.status, answer.data


class Sandbox:
    """The client of the sandbox gateway: what it knows of it is a secret and an address."""

    name = SANDBOX

    def __init__(self, secret: str, address: str, fetch: Fetch = _fetch) -> None:
        self._secret, self._address, self._fetch = secret, address, fetch

    def begin(self, order: Order) -> str:
        """A signed order in the address: the gateway learns of it when the payer arrives."""
        body = msgspec.json.encode(order)
        proof = order_proof(self._secret, body)
        return f"{self._address}{SANDBOX_PAGE}?don={urlsafe_b64encode(body).decode().rstrip('=')}&ky={proof}"

    def read_callback(self, body: bytes, headers: Mapping[str, str]) -> Told:
        """See the protocol."""
        if len(body) > MOST_BYTES or not proven(self._secret, body, headers, at=now()):
            raise NotTheirs
        return read_message(body)

    def query(self, payment_id: UUID) -> list[Told]:
        """See the protocol."""
        path = f"{SANDBOX_KNOWN}/{payment_id}"
        proof = signed(self._secret, path.encode(), now())
        status, body = self._fetch(f"{self._address}{path}", proof)
        if status == 404:
            return []  # the payer never came to it
        try:
            if status != 200:
                raise ValueError(status)
            return [
                read_message(msgspec.json.encode(one)) for one in msgspec.json.decode(body, type=list[Any])
            ]
        except (ValueError, NotTheirs) as error:
            raise GatewaySilent("Cổng thanh toán chưa trả lời. Thử lại sau.") from error
