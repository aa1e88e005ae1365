"""The word with clamd; a file is never served while the scanner is silent."""

import socketserver
import struct
import threading

import pytest

from dossiers import antivirus, inspection
from dossiers.antivirus import ScannerUnavailable
from dossiers.models import UploadWay
from tests.files.corpus import pdf

EICAR = r"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-" + "STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class Clamd(socketserver.ThreadingTCPServer):
    """Speaks INSTREAM as clamd does; `answer` misbehaves on demand."""

    allow_reuse_address = True
    daemon_threads = True
    answer: bytes | None = None


class Talk(socketserver.StreamRequestHandler):
    def handle(self):
        assert self.rfile.read(10) == b"zINSTREAM\0"
        heard = b""
        while size := struct.unpack(">I", self.rfile.read(4))[0]:
            heard += self.rfile.read(size)
        found = EICAR.encode() in heard
        self.wfile.write(
            self.server.answer if self.server.answer is not None
            else b"stream: Eicar-Test-Signature FOUND\0" if found else b"stream: OK\0"
        )  # fmt: skip


@pytest.fixture
def clamd():
    with Clamd(("127.0.0.1", 0), Talk) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def address(server):
    return f"127.0.0.1:{server.server_address[1]}"


def test_malware_is_found_and_a_clean_file_is_not(clamd, tmp_path):
    bad, good = tmp_path / "bad", tmp_path / "good"
    bad.write_bytes(b"x" * 200_000 + EICAR.encode())
    good.write_bytes(pdf())

    assert antivirus.infected(address(clamd), bad) is True
    assert antivirus.infected(address(clamd), good) is False


@pytest.mark.parametrize("answer", [b"INSTREAM size limit exceeded. ERROR\0", b"", b"stream: OK but\0"])
def test_anything_but_a_verdict_is_no_verdict(clamd, tmp_path, answer):
    clamd.answer = answer
    (tmp_path / "file").write_bytes(pdf())

    with pytest.raises(ScannerUnavailable):
        antivirus.infected(address(clamd), tmp_path / "file")


def test_a_silent_scanner_leaves_the_file_unjudged(tmp_path, storage, clamd):
    gone = address(clamd)
    clamd.shutdown()
    clamd.server_close()
    storage.put_bytes("test/scan", pdf(), "application/pdf")
    job = inspection._Job("test/scan", UploadWay.MULTIPART, len(pdf()), 10**6, ("pdf",), "a.pdf")

    with pytest.raises(ScannerUnavailable):
        inspection.judge(storage, job, gone)


def test_malware_is_refused_whatever_its_kind(storage, clamd):
    data = pdf() + b"\n%" + EICAR.encode() + b"\n%%EOF"
    storage.put_bytes("test/eicar", data, "application/pdf")
    job = inspection._Job("test/eicar", UploadWay.MULTIPART, len(data), 10**6, ("pdf",), "a.pdf")

    assert inspection.judge(storage, job, address(clamd)).reason == "infected"
    assert inspection.judge(storage, job).reason is None
