"""The embedded services: real work, nothing left behind, the same data at the next start."""

import io
import json
import os
import shutil
import signal
import smtplib
import socket
import stat
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from portal.embedded import Embedded
from portal.embedded.process import (
    can_be_entered,
    free_ports,
    kept_ports,
    place_for_services,
    port_is_free,
    reachable,
    service_uid,
)
from portal.embedded.secrets import kept_in
from tests.house.running import Running, data_folder, processes_of, wait_until

HOLDER = """
import sys, time
from pathlib import Path
from portal.embedded import Embedded
services = Embedded(Path(sys.argv[1]), fast=True).start()
print("up", flush=True)
time.sleep(600)
"""


def as_psycopg(url: str) -> str:
    return url.replace("postgresql+psycopg://", "postgresql://")


def test_secrets_are_made_once_and_for_their_owner_only(tmp_path):
    first = kept_in(tmp_path)

    assert kept_in(tmp_path) == first
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600
    assert len(set(json.loads((tmp_path / "secrets.json").read_text()).values())) == 12


def test_ports_stay_the_same_unless_another_program_took_them(tmp_path):
    first = kept_ports(tmp_path, 3)
    with socket.socket() as other:
        other.bind(("127.0.0.1", first[1]))
        second = kept_ports(tmp_path, 3)

    assert (second[0], second[2]) == (first[0], first[2])
    assert second[1] != first[1]
    assert len(set(free_ports(20))) == 20


def test_services_do_real_work_and_keep_their_data():
    with data_folder() as folder:
        with Embedded(folder) as services:
            services.start()
            settings = services.settings_environment()
            with psycopg.connect(as_psycopg(settings["MOTCUA_DATABASE_URL_OWNER"])) as owner:
                owner.execute("CREATE TABLE kept (word text)")
                owner.execute("INSERT INTO kept VALUES ('ĐƠN')")
                owner.execute("GRANT SELECT ON kept TO motcua_app")
            services.store.client().put_object(
                bucket_name="motcua", object_name="a", data=io.BytesIO(b"kept"), length=4
            )
            with smtplib.SMTP("127.0.0.1", int(settings["MOTCUA_SMTP_PORT"])) as connection:
                connection.sendmail(
                    "a@motcua.example", ["b@motcua.example"], "Subject: xin chao\r\n\r\nxin chao"
                )
            ports = [services.postgres.port, services.broker.port, services.smtp.port, services.store.port]

        assert processes_of(folder) == {}
        assert all(port_is_free(port) for port in ports)

        with Embedded(folder) as services:
            services.start()
            again = services.settings_environment()
            with psycopg.connect(as_psycopg(again["MOTCUA_DATABASE_URL"])) as app:
                assert app.execute("SELECT lower(word) FROM kept").fetchone() == ("đơn",)
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    app.execute("DELETE FROM kept")
            assert services.store.client().get_object(bucket_name="motcua", object_name="a").read() == b"kept"
            (message,) = (folder / "mail").glob("*.eml")
            assert b"X-Envelope-To: b@motcua.example" in message.read_bytes()
            assert "MOTCUA_TOKEN_KEY" in again
            assert again["MOTCUA_TOKEN_KEY"] == settings["MOTCUA_TOKEN_KEY"]


def test_under_a_closed_home_data_and_programs_lie_where_the_services_user_can_go(tmp_path):
    closed = tmp_path / "home"
    closed.mkdir(mode=0o700)
    program = closed / "lib" / "program"
    program.parent.mkdir()
    shutil.copy2("/bin/echo", program)

    place = place_for_services(closed / "var")
    if os.geteuid() != 0:  # an ordinary user's services are the user's own processes
        assert place == closed / "var"
        return
    with data_folder() as open_place:
        home = reachable(closed, ["lib/program"], open_place, "version-1")
        said = subprocess.run(
            [home / "lib" / "program", "xin chào"], user=service_uid(), capture_output=True, check=True
        )

        assert said.stdout.decode() == "xin chào\n"
        assert home.is_relative_to(open_place)
        assert reachable(closed, ["lib/program"], open_place, "version-1") == home
    assert place.parent == Path("/var/lib")
    assert can_be_entered(place)
    shutil.rmtree(place)


def test_a_mistyped_bucket_is_not_made():
    with Embedded.temporary() as services:
        services.start({"store"})
        client = services.store.client()

        with pytest.raises(Exception, match="NoSuchBucket"):
            client.put_object(bucket_name="motcau", object_name="a", data=io.BytesIO(b"x"), length=1)

        assert {bucket.name for bucket in client.list_buckets()} == {"motcua", "motcua-anchors"}


def test_services_listen_on_this_machine_only():
    with Embedded.temporary() as services:
        services.start()
        inodes = {
            os.readlink(link)[8:-1]
            for pid in processes_of(services.folder)
            for link in Path(f"/proc/{pid}/fd").iterdir()
            if link.is_symlink() and os.readlink(link).startswith("socket:")
        }
        rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        rows6 = [line.split() for line in Path("/proc/net/tcp6").read_text().splitlines()[1:]]

        listening = {row[1].split(":")[0] for row in rows if row[3] == "0A" and row[9] in inodes}
        assert listening == {"0100007F"}
        assert not [row for row in rows6 if row[3] == "0A" and row[9] in inodes]


def test_no_service_outlives_a_killed_parent():
    with data_folder() as folder, Running([sys.executable, "-c", HOLDER, str(folder)], folder, {}) as holder:
        holder.wait_for("up")
        assert len(processes_of(folder)) >= 4

        holder.end(signal.SIGKILL)

        assert wait_until(lambda: not processes_of(folder)), processes_of(folder)


def test_a_service_that_fell_is_started_again():
    with Embedded.temporary() as services:
        services.start({"broker"})
        assert services.broker.child is not None
        first = services.broker.child.pid
        os.kill(first, signal.SIGKILL)
        services.broker.child.process.wait()

        services.revive()

        assert services.broker.child.running()
        assert services.broker.child.pid != first
