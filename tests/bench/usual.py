"""What a team would build instead: Django REST Framework over the same tables, as its tutorial does it.

Serves only the bench, in an environment of its own (requirements-bench.lock). It has no row-level
security, no rules, no hash chain; a token is looked up as DRF's TokenAuthentication does.
"""

import os
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
from rest_framework import authentication, exceptions, permissions, routers, serializers, viewsets  # noqa: E402


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
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "rest_framework"
        managed = False
        db_table = "bench_noted"


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


router = routers.DefaultRouter(trailing_slash=False)
router.register("procedures", Procedures)
router.register("dossiers", Dossiers, basename="dossier")
router.register("filed", Filing)
urlpatterns = [path("", include(router.urls))]
application = get_wsgi_application()
