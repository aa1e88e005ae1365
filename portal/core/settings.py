"""Every setting of the portal, read once from the environment (prefix `MOTCUA_`)."""

import base64
import binascii
from typing import Annotated, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

DEMO_WORDS = ("demo", "change", "secret", "password", "example", "minioadmin")


class WeakSettings(ValueError):
    """A secret is missing, short or a sample: the portal does not start on it."""


class Settings(BaseSettings):
    """The settings of one process. Each field's description is its documentation."""

    model_config = SettingsConfigDict(env_prefix="MOTCUA_", frozen=True, extra="ignore")

    demo: Annotated[
        bool, Field(description="Demo people, a mail inbox page and relaxed secrets; loopback only")
    ] = False
    public_url: Annotated[str, Field(description="Address citizens type, without a closing slash")] = (
        "http://localhost:8000"
    )
    province_name: Annotated[str, Field(description="Name shown in the header and on documents")] = (
        "tỉnh Lam Giang"
    )
    support_phone: Annotated[str, Field(description="Help line printed on pages and documents")] = "1022"
    database_url: Annotated[
        SecretStr, Field(description="PostgreSQL as role motcua_app (web), postgresql+psycopg://…")
    ]
    database_url_worker: Annotated[
        SecretStr, Field(description="PostgreSQL as role motcua_worker (worker, background, verify)")
    ]
    database_url_owner: Annotated[
        SecretStr | None,
        Field(description="PostgreSQL as role motcua_owner; only `portal migrate` needs it"),
    ] = None
    broker_url: Annotated[SecretStr, Field(description="Celery broker, redis://… (Valkey) or amqp://…")]
    store_endpoint: Annotated[str, Field(description="host:port of the S3 store as servers reach it")] = (
        "127.0.0.1:8333"
    )
    store_secure: Annotated[bool, Field(description="TLS between the portal and the store")] = False
    store_public_url: Annotated[str, Field(description="Origin of the store as browsers reach it")] = (
        "http://localhost:8333"
    )
    store_access_key: Annotated[str, Field(description="Access key of the store")]
    store_secret_key: Annotated[SecretStr, Field(description="Secret key of the store")]
    store_bucket: Annotated[str, Field(description="Bucket of attachments and documents")] = "motcua"
    store_region: Annotated[str, Field(description="Region of the store")] = "us-east-1"
    anchor_bucket: Annotated[str, Field(description="Bucket (object lock) of signed event roots")] = (
        "motcua-anchors"
    )
    smtp_host: Annotated[str, Field(description="SMTP relay")] = "127.0.0.1"
    smtp_port: Annotated[int, Field(description="Port of the SMTP relay")] = 1025
    smtp_user: Annotated[str, Field(description="SMTP user; empty for none")] = ""
    smtp_password: Annotated[SecretStr, Field(description="SMTP password")] = SecretStr("")
    smtp_tls: Annotated[bool, Field(description="STARTTLS towards the relay")] = False
    mail_from: Annotated[str, Field(description="Sender of every message")] = (
        "Cổng Dịch vụ công <khong-tra-loi@motcua.example>"
    )
    mail_sink: Annotated[
        str, Field(description="Folder where the demo's SMTP sink keeps messages; empty elsewhere")
    ] = ""
    clamd_address: Annotated[
        str, Field(description="host:port of clamd; when set, files wait for its verdict (fail closed)")
    ] = ""
    data_key: Annotated[
        SecretStr, Field(description="32 bytes, base64url: wraps the key of each person's data")
    ]
    index_key: Annotated[
        SecretStr, Field(description="32 bytes, base64url: blind indexes (e-mail, phone, personal id)")
    ]
    token_key: Annotated[SecretStr, Field(description="PEM, EC P-256 private key: signs API tokens (ES256)")]
    anchor_key: Annotated[SecretStr, Field(description="PEM, EC P-256 private key: signs event roots")]
    request_threads: Annotated[
        int, Field(ge=2, le=200, description="Threads, and database connections, of one web process")
    ] = 16
    statement_timeout_ms: Annotated[int, Field(ge=100, description="Longest statement of a request, ms")] = (
        5000
    )
    upload_max_mb: Annotated[int, Field(ge=1, le=2048, description="Largest file, MB")] = 50
    form_upload_max_mb: Annotated[
        int, Field(ge=1, le=512, description="Largest file sent without JavaScript, MB")
    ] = 20
    session_idle_minutes: Annotated[int, Field(ge=5, description="A session ends after this rest")] = 60
    session_absolute_hours: Annotated[
        int, Field(ge=1, description="A session ends after this in any case")
    ] = 12
    trusted_proxies: Annotated[
        str, Field(description="Addresses of reverse proxies whose X-Forwarded-For counts, comma-separated")
    ] = ""
    payment_gateway: Annotated[
        str,
        Field(description="Gateway of online payment, empty when closed; the demo has `sandbox`"),
    ] = ""
    payment_secret: Annotated[
        SecretStr, Field(description="Secret shared with the payment gateway; signs its messages")
    ] = SecretStr("")
    receipt_series: Annotated[
        str, Field(pattern=r"^[A-Z0-9]{1,8}$", description="Series of fee receipts; year and E are added")
    ] = "MC"
    metrics_token: Annotated[
        SecretStr,
        Field(description="Bearer secret of /metrics; without it, closed (in the demo, open to loopback)"),
    ] = SecretStr("")
    failpoints: Annotated[
        str, Field(description="Proof only: where to die, fail or dawdle (docs/chaos.md); demo only")
    ] = ""
    failpoints_kept: Annotated[str, Field(description="Proof only: folder that remembers the hits")] = ""
    clock_ahead_hours: Annotated[
        int, Field(ge=0, le=24 * 400, description="Proof only: live this many hours ahead; demo only")
    ] = 0
    log_level: Annotated[str, Field(description="DEBUG, INFO, WARNING or ERROR")] = "INFO"

    @model_validator(mode="after")
    def refuse_weak_secrets(self) -> Self:
        """Refuse to start on a secret that is missing, short or, outside the demo, a sample.

        Raises:
            WeakSettings: names the variable; never its value.
        """
        for name in ("data_key", "index_key"):
            value = getattr(self, name).get_secret_value()
            try:
                size = len(base64.urlsafe_b64decode(value + "=" * (-len(value) % 4)))
            except (binascii.Error, ValueError):
                size = 0
            if size != 32:
                raise WeakSettings(f"MOTCUA_{name.upper()} must be 32 random bytes in base64url")
        if self.data_key == self.index_key:
            raise WeakSettings("MOTCUA_DATA_KEY and MOTCUA_INDEX_KEY must differ")
        for name in ("token_key", "anchor_key"):
            if "PRIVATE KEY" not in getattr(self, name).get_secret_value():
                raise WeakSettings(f"MOTCUA_{name.upper()} must be a PEM private key (EC P-256)")
        self._refuse_weak_payment()
        if self.demo:
            return self
        if self.failpoints:
            raise WeakSettings("MOTCUA_FAILPOINTS is for proofs on the demo (MOTCUA_DEMO=1); unset it")
        if self.clock_ahead_hours:
            raise WeakSettings("MOTCUA_CLOCK_AHEAD_HOURS is for proofs on the demo (MOTCUA_DEMO=1); unset it")
        store_secret = self.store_secret_key.get_secret_value()
        if len(store_secret) < 16 or any(word in store_secret.lower() for word in DEMO_WORDS):
            raise WeakSettings("MOTCUA_STORE_SECRET_KEY is short or a sample; make a random one")
        if 0 < len(self.metrics_token.get_secret_value()) < 16:
            raise WeakSettings("MOTCUA_METRICS_TOKEN is short; make a random one of 32 characters")
        if not self.public_url.startswith("https://"):
            raise WeakSettings("MOTCUA_PUBLIC_URL must be https:// outside the demo (MOTCUA_DEMO=1)")
        return self

    def _refuse_weak_payment(self) -> None:
        secret = self.payment_secret.get_secret_value()
        if not self.payment_gateway:
            return
        if self.payment_gateway != "sandbox":
            raise WeakSettings("MOTCUA_PAYMENT_GATEWAY: there is no gateway of this name")
        sample = not self.demo and any(word in secret.lower() for word in DEMO_WORDS)
        if len(secret) < 32 or sample:
            raise WeakSettings("MOTCUA_PAYMENT_SECRET is short or a sample; make a random one")
        if not self.demo:
            raise WeakSettings("MOTCUA_PAYMENT_GATEWAY=sandbox takes no money: demo only (MOTCUA_DEMO=1)")


def from_environment() -> Settings:
    """The settings of this process.

    Raises:
        pydantic.ValidationError: a variable is missing, malformed or weak; it names the variable.
    """
    return Settings()  # type: ignore[call-arg]
