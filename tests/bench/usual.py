"""What a team would build instead: Django REST Framework over the same tables, as its tutorial does it.

Serves only the bench, in an environment of its own (requirements-bench.lock). It has no row-level
security, no rules, no hash chain; a token is looked up as DRF's TokenAuthentication does.
"""

import hashlib
import json
import os
import secrets
import uuid

import django
from django.conf import settings

settings.configure(
    DEBUG=False,
    SECRET_KEY="bench",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    INSTALLED_APPS=["rest_framework"],
    MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": os.environ["BENCH_NAME"],
            "USER": os.environ["BENCH_USER"],
            "PASSWORD": os.environ["BENCH_PASSWORD"],
            "HOST": "127.0.0.1",
            "PORT": os.environ["BENCH_PORT"],
            "CONN_MAX_AGE": 600,
        }
    },
    REST_FRAMEWORK={
        "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.PageNumberPagination",
        "PAGE_SIZE": 20,
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
        "UNAUTHENTICATED_USER": None,
    },
)
django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import models, transaction  # noqa: E402
from django.urls import include, path  # noqa: E402
from django.utils import timezone  # noqa: E402
from rest_framework import (  # noqa: E402
    authentication,
    exceptions,
    permissions,
    response,
    routers,
    serializers,
    viewsets,
)


class Procedure(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    code = models.TextField()
    name = models.TextField()
    origin = models.TextField()

    class Meta:
        app_label = "rest_framework"
        managed = False
        db_table = "procedure"


class Agency(models.Model):
    id = models.UUIDField(primary_key=True)
    code = models.TextField()
    name = models.TextField()

    class Meta:
        app_label = "rest_framework"
        managed = False
        db_table = "agency"


class Token(models.Model):
    token_hash = models.BinaryField(primary_key=True)
    account_id = models.UUIDField()

    class Meta:
        app_label = "rest_framework"
        managed = False
        db_table = "web_session"


class Dossier(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    status = models.TextField()
    reference = models.TextField(null=True)
    number = models.TextField(null=True)
    procedure_code = models.TextField()
    procedure_name = models.TextField()
    level = models.TextField()
    channel = models.TextField()
    submitted_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    agency = models.ForeignKey(Agency, models.DO_NOTHING, db_column="receiving_agency_id")

    class Meta:
        app_label = "rest_framework"
        managed = False
        db_table = "dossier"


class Filed(models.Model):
    """A table of the bench, for what DRF writes: a dossier's row."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    procedure_code = models.TextField()
    agency_id = models.UUIDField()
    status = models.TextField()
    answers = models.JSONField()
    owner = models.UUIDField(null=True)
    reference = models.TextField(null=True, unique=True)
    submitted_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "rest_framework"
        managed = False
        db_table = "bench_filed"


class Noted(models.Model):
    """And its event's."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    filed = models.ForeignKey(Filed, models.DO_NOTHING)
    name = models.TextField()
    data = models.JSONField()
    hash = models.TextField(default="")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "rest_framework"
        managed = False
        db_table = "bench_noted"


class Sending(models.Model):
    """Its outbox."""

    noted = models.ForeignKey(Noted, models.DO_NOTHING)

    class Meta:
        app_label = "rest_framework"
        managed = False
        db_table = "bench_sending"


class Key(models.Model):
    """Its idempotency keys."""

    principal = models.UUIDField()
    key = models.TextField()
    body_hash = models.TextField()
    resource = models.UUIDField()

    class Meta:
        app_label = "rest_framework"
        managed = False
        db_table = "bench_key"
        unique_together = ("principal", "key")


class Paper(models.Model):
    """The papers of a draft."""

    filed = models.ForeignKey(Filed, models.DO_NOTHING)
    state = models.TextField()

    class Meta:
        app_label = "rest_framework"
        managed = False
        db_table = "bench_paper"


class AgencySerializer(serializers.ModelSerializer):
    class Meta:
        model = Agency
        fields = "__all__"


class ProcedureSerializer(serializers.ModelSerializer):
    class Meta:
        model = Procedure
        fields = "__all__"


class DossierSerializer(serializers.ModelSerializer):
    agency = AgencySerializer()

    class Meta:
        model = Dossier
        fields = "__all__"


class FiledSerializer(serializers.ModelSerializer):
    class Meta:
        model = Filed
        fields = "__all__"

    def create(self, validated_data):
        with transaction.atomic():
            made = super().create(validated_data)
            Noted.objects.create(filed=made, name="dossier.submitted", data={"code": made.procedure_code})
        return made


class AnswersSerializer(serializers.Serializer):
    """The e-form of the drafts, as a serializer."""

    full_name = serializers.CharField(max_length=100)
    copies_count = serializers.IntegerField(min_value=1, max_value=20)


class ByToken(authentication.BaseAuthentication):
    def authenticate(self, request):
        given = request.headers.get("X-Token", "")
        try:
            token = Token.objects.get(token_hash=bytes.fromhex(given))
        except (Token.DoesNotExist, ValueError):
            raise exceptions.AuthenticationFailed from None
        return token, None


class Procedures(viewsets.ReadOnlyModelViewSet):
    queryset = Procedure.objects.filter(origin="own").order_by("name")
    serializer_class = ProcedureSerializer
    authentication_classes = ()
    permission_classes = (permissions.AllowAny,)


class Dossiers(viewsets.ReadOnlyModelViewSet):
    serializer_class = DossierSerializer
    authentication_classes = (ByToken,)
    permission_classes = (permissions.AllowAny,)

    def get_queryset(self):
        found = Dossier.objects.select_related("agency").order_by("due_at", "id")
        agency = self.request.query_params.get("agency")
        if agency:
            found = found.filter(agency=agency, status__in=["accepted", "processing", "supplement"])
        return found


class Filing(viewsets.ModelViewSet):
    queryset = Filed.objects.all()
    serializer_class = FiledSerializer
    authentication_classes = (ByToken,)
    permission_classes = (permissions.AllowAny,)


class Submitting(viewsets.ViewSet):
    """Filing a draft under the rules ours keeps: key, lock, owner, state, open offer, answers, papers,
    reference, event in a hash chain, outbox. Sealing of personal values is left out, in its favour."""

    authentication_classes = (ByToken,)
    permission_classes = (permissions.AllowAny,)

    @transaction.atomic
    def create(self, request, pk):
        asked = {"principal": request.user.account_id, "key": request.headers["Idempotency-Key"]}
        body_hash = hashlib.sha256(request.body).hexdigest()
        key, new = Key.objects.get_or_create(**asked, defaults={"body_hash": body_hash, "resource": pk})
        if not new and key.body_hash != body_hash:
            raise exceptions.ValidationError("the key was used for something else")
        draft = Filed.objects.select_for_update().get(pk=pk, owner=request.user.account_id)
        if new:
            self._file(draft, request.user.account_id)
        return response.Response(FiledSerializer(draft).data)

    def _file(self, draft, owner):
        if draft.status != "draft":
            raise exceptions.ValidationError("it was filed already")
        procedure = Procedure.objects.get(code=draft.procedure_code)
        if not Agency.objects.filter(id=draft.agency_id).exists() or procedure.origin != "own":
            raise exceptions.ValidationError("not offered here")
        answers = AnswersSerializer(data=draft.answers)
        answers.is_valid(raise_exception=True)
        if Paper.objects.filter(filed=draft).exclude(state="ready").exists():
            raise exceptions.ValidationError("a paper is missing")
        draft.status, draft.reference = "submitted", secrets.token_hex(5)
        draft.submitted_at = timezone.now()
        draft.save(update_fields=["status", "reference", "submitted_at"])
        last = Noted.objects.filter(filed=draft).order_by("-at").first()
        data = {"reference": draft.reference, "agency": str(draft.agency_id), "owner": str(owner)}
        before = last.hash if last else ""
        digest = hashlib.sha256((before + json.dumps(data, sort_keys=True)).encode()).hexdigest()
        event = Noted.objects.create(filed=draft, name="dossier.submitted", data=data, hash=digest)
        Sending.objects.create(noted=event)


router = routers.DefaultRouter(trailing_slash=False)
router.register("procedures", Procedures)
router.register("dossiers", Dossiers, basename="dossier")
router.register("filed", Filing)
urlpatterns = [
    path("filed/<uuid:pk>/submission", Submitting.as_view({"post": "create"})),
    path("", include(router.urls)),
]
application = get_wsgi_application()
