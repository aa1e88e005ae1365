"""Our check and the published schema agree, on any answers; nothing makes them fall over."""

import json
from datetime import date

import jsonschema_rs
import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.core.text import nfc
from services_catalog import form_schema, forms
from services_catalog.content import RevisionContent, Section
from tests.services_catalog import form_strategies as some
from tests.services_catalog.asking import BIRTH, SEED, ask, said


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.data())
def test_right_answers_pass_our_check_and_the_schema(data):
    sections = data.draw(some.form())
    answers = data.draw(some.answers(sections))

    kept = forms.normalise(sections, answers)

    assert said(sections, answers) == []
    assert form_schema.validator(sections).is_valid(kept)
    assert forms.normalise(sections, kept) == kept
    assert jsonschema_rs.meta.is_valid(forms.schema(sections))


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.data())
def test_our_check_and_the_schema_agree_on_spoilt_answers(data):
    sections = data.draw(some.form())
    answers = data.draw(some.answers(sections))
    spoilt = dict(answers)
    for key in data.draw(st.lists(st.sampled_from(sorted(forms.keys(sections)) or ["x"]), max_size=3)):
        junk = (
            st.none() | st.text(max_size=20) | st.integers() | st.booleans() | st.just(["v0"]) | st.just([{}])
        )
        spoilt[key] = data.draw(junk)

    errors = forms.check(sections, spoilt, complete=True, today=date(2300, 1, 1))

    try:
        kept = forms.normalise(sections, spoilt)
    except forms.BadAnswers:
        assert errors
    else:
        assert form_schema.validator(sections).is_valid(kept) == (errors == [])


@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.data())
def test_every_seed_form_can_be_answered(data):
    path = data.draw(st.sampled_from(sorted(SEED.glob("*.json"))))
    sections = msgspec.convert(json.loads(path.read_bytes())["content"], RevisionContent).form
    answers = data.draw(some.answers(sections))

    assert said(sections, answers) == []


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_kept_in_nfc_or_refused(typed):
    try:
        kept = forms.normalise(ask("text"), {"x": typed})
    except forms.BadAnswers:
        return
    value = kept.get("x", "")
    assert value == nfc(value) == " ".join(nfc(typed).split())


@settings(max_examples=150, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_no_json_makes_it_fall_over(anything):
    answers = anything if isinstance(anything, dict) else {"mother_name": anything, "birth_place": anything}

    assert isinstance(forms.check(BIRTH, answers, complete=True), list)


def test_the_schema_of_birth_registration_is_bounded_and_refers_to_nothing():
    text = json.dumps(forms.schema(BIRTH))

    assert '"$ref"' not in text
    assert len(text) < 60_000
    assert forms.schema(BIRTH)["additionalProperties"] is False


def test_a_schema_is_compiled_once_per_content():
    again = msgspec.json.decode(msgspec.json.encode(BIRTH), type=list[Section])

    assert form_schema.validator(BIRTH) is form_schema.validator(again)
