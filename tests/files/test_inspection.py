"""What the worker makes of good and bad files."""

import secrets

import pytest
from PIL import Image

from dossiers import examine, inspection, refusals
from dossiers.inspection import ExaminerBroken, Verdict, judge
from dossiers.models import UploadWay
from tests.files.corpus import BAD, GOOD, pdf

MOST = 4 * 1024 * 1024


def job(storage, name, data, *, accept=("pdf", "jpeg", "png", "docx"), declared=None):
    key = f"test/{secrets.token_hex(8)}"
    storage.put_bytes(key, data, "application/octet-stream")
    return inspection._Job(
        object_key=key,
        via=UploadWay.MULTIPART,
        declared_size=len(data) if declared is None else declared,
        max_bytes=MOST,
        accept=accept,
        filename=name,
    )


@pytest.fixture
def near(monkeypatch):
    """The examining program's functions, called here: the child process has tests of its own."""
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", None)
    monkeypatch.setattr(inspection, "_examine", lambda path: tuple(examine.examine(str(path)).values()))


@pytest.mark.parametrize("family", GOOD)
def test_a_good_file_is_taken_with_its_size_hash_and_kind(storage, near, family):
    name, data, kind = GOOD[family]

    verdict = judge(storage, job(storage, name, data))

    assert (verdict.reason, verdict.kind, verdict.size) == (None, kind, len(data))
    assert verdict.sha256 is not None


@pytest.mark.parametrize("family", BAD)
def test_a_bad_file_is_refused_for_its_own_reason(storage, near, family):
    name, data, reason = BAD[family]

    verdict = judge(storage, job(storage, name, data))

    assert verdict.reason == reason
    assert refusals.explain(verdict.reason, accept=["pdf", "jpeg"]) not in ("", None)


@pytest.mark.parametrize(
    "family", ["zip bomb", "pixel flood", "pdf javascript", "half a picture", "word", "png"]
)
def test_the_child_process_says_the_same(storage, family):
    name, data, expected = {**GOOD, **BAD}[family]

    verdict = judge(storage, job(storage, name, data))

    assert (verdict.reason or verdict.kind) == expected


def test_a_kind_the_paper_does_not_take_is_refused(storage, near):
    name, data, _ = GOOD["phone picture"]

    assert judge(storage, job(storage, name, data, accept=("pdf",))).reason == "kind_not_accepted"


def test_another_size_than_announced_is_refused(storage, near):
    assert judge(storage, job(storage, "a.pdf", pdf(), declared=10)).reason == "size_mismatch"


def test_an_object_that_is_not_there_is_refused(storage):
    gone = job(storage, "a.pdf", pdf())
    storage.remove(gone.object_key)

    assert judge(storage, gone) == Verdict(0, reason="size_mismatch")


def test_a_broken_examiner_is_not_taken_for_a_broken_file(storage, monkeypatch, tmp_path):
    broken = tmp_path / "examine.py"
    broken.write_text("import no_such_library")
    monkeypatch.setattr(inspection, "PROGRAM", broken)

    with pytest.raises(ExaminerBroken):
        judge(storage, job(storage, "a.pdf", pdf()))


@pytest.mark.parametrize(
    "program",
    [
        "import time; time.sleep(60)",
        "import os; os.kill(os.getpid(), 9)",
        "x = bytearray(8 << 30)",
        "pass",
    ],
    ids=["hangs", "is killed", "runs out of memory", "says nothing"],
)
def test_a_file_on_which_the_examiner_dies_is_too_complex(storage, monkeypatch, tmp_path, program):
    dying = tmp_path / "examine.py"
    limit = "import resource; resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))"
    dying.write_text(f"{limit}\nprint('ready', flush=True)\n{program}")
    monkeypatch.setattr(inspection, "PROGRAM", dying)
    monkeypatch.setattr(inspection, "WALL_SECONDS", 2)

    assert judge(storage, job(storage, "a.pdf", pdf())).reason == "too_complex"


def test_every_reason_has_a_sentence_that_says_what_to_do():
    for reason, sentence in refusals.SENTENCES.items():
        said = refusals.explain(reason, accept=["pdf", "jpeg", "png"], max_mb=20)
        assert "{" not in said, reason
        assert said.count(".") >= 2, reason
        assert "!" not in said
        assert "vui lòng" not in sentence.lower()


@pytest.mark.parametrize(
    ("called", "kind", "given_out"),
    [
        ("Giấy chứng sinh.pdf", "pdf", "Giấy chứng sinh.pdf"),
        ("ảnh.png", "jpeg", "ảnh.jpg"),
        ("a.pdf.exe", "pdf", "a.pdf.exe.pdf"),
        ("Đơn (1)", "docx", "Đơn (1).docx"),
    ],
)
def test_a_file_is_given_out_under_the_ending_of_its_content(called, kind, given_out):
    assert refusals.download_name(called, kind) == given_out
