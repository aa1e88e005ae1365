"""Every route says who may use it, shows no table, and stands where the architecture puts it."""

import inspect
from pathlib import Path
from typing import get_type_hints

import pytest
from litestar.handlers import HTTPRouteHandler
from sqlmodel import SQLModel

import auth
import dossiers
import portal
import services_catalog

ROOT = Path(__file__).resolve().parent.parent.parent

# Open to everybody: nothing of a person is answered, or the handler itself proves the person.
PUBLIC = {
    "/", "/thu-tuc", "/thu-tuc/{code:str}", "/thu-tuc/{code:str}/to-khai",
    "/thu-tuc/{code:str}/ban/{number:int}", "/thu-tuc/{code:str}/ban/{number:int}/thay-doi",
    "/thu-tuc/viec/{event:str}", "/thu-tuc/linh-vuc", "/thu-tuc/linh-vuc/{code:str}",
    "/thu-tuc/co-quan", "/thu-tuc/co-quan/{code:str}",
    "/thu-tuc/bieu-mau/{sha256:str}",
    "/dang-nhap", "/dang-ky", "/tra-cuu", "/thong-ke", "/kiem-tra",
    "/kiem-tra/{code:str}", "/huong-dan", "/rieng-tu", "/docs", "/hop-thu", "/thiet-lap",
    "/health/live", "/health/ready", "/metrics", "/schema", "/schema/openapi.json",
    "/schema/{path:str}", "/dang-xuat", "/api/v1/auth/logout",
    "/tinh/{file_path:path}", "/tinh",
    "/api/v1/auth/register", "/api/v1/auth/login", "/api/v1/auth/setup", "/api/v1/tracking",
    "/api/v1/procedures", "/api/v1/procedures/{code:str}", "/api/v1/procedures/{code:str}/revisions",
    "/api/v1/procedures/suggestions",
    "/api/v1/procedures/{code:str}/revisions/{number:int}", "/api/v1/procedures/{code:str}/form",
    "/api/v1/sectors", "/api/v1/agencies", "/api/v1/units", "/api/v1/agencies/{code:str}",
    "/api/v1/downtimes", "/api/v1/procedures/{code:str}/levels",
    "/api/v1/statistics/online-rates", "/api/v1/statistics/dossiers",
    "/api/v1/statistics/online-rates.csv", "/api/v1/statistics/dossiers.csv",
    "/open-data/catalogue.json", "/open-data/catalogue.csv", "/open-data/catalogue.schema.json",
    "/api/v1/payments/{gateway:str}/callback", "/thanh-toan-thu", "/api/v1/sandbox-gateway/{payment_id:uuid}",
    "/.well-known/motcua-journal-key.pem", "/api/v1/journal/roots",
}  # fmt: skip


def handlers(app):
    for route in app.routes:
        for handler in getattr(route, "route_handlers", []):
            if isinstance(handler, HTTPRouteHandler) and handler.http_methods != {"OPTIONS"}:
                yield route.path, handler


def test_every_route_has_a_guard_or_is_known_to_be_public(client):
    open_routes = {path for path, handler in handlers(client.app) if not handler.resolve_guards()}

    assert open_routes - PUBLIC == set()


def test_no_table_crosses_the_wire(client):
    def tables(annotation):
        found = [annotation, *getattr(annotation, "__args__", ())]
        return [kind for kind in found if inspect.isclass(kind) and issubclass(kind, SQLModel)]

    ours = [
        (path, work)
        for path, handler in handlers(client.app)
        for work in [inspect.unwrap(getattr(handler.fn, "func", handler.fn))]  # below the thread it runs in
        if work.__module__.startswith(("portal", "auth", "services_catalog", "dossiers"))
    ]
    shown = {
        (path, name)
        for path, work in ours
        for name, hint in get_type_hints(work, include_extras=False).items()
        if name in ("return", "data") and tables(hint)
    }

    assert len(ours) > 100
    assert shown == set()


def test_nothing_reads_without_a_keyset():
    offenders = [
        str(path.relative_to(ROOT))
        for package in ("portal", "auth", "services_catalog", "dossiers")
        for path in (ROOT / package).rglob("*.py")
        if ".offset(" in path.read_text("utf-8") or "OFFSET " in path.read_text("utf-8")
    ]

    assert offenders == []


@pytest.mark.parametrize("package", [auth, dossiers, portal, services_catalog])
def test_our_packages_are_ours(package):
    assert Path(package.__file__).resolve().is_relative_to(ROOT)


def test_alembic_the_library_is_not_shadowed():
    assert not list((ROOT / "alembic").rglob("__init__.py"))


def test_migrations_equal_the_models(migrated):
    from alembic import command
    from alembic.config import Config

    from tests.conftest import TEMPLATE, urls

    config = Config(toml_file=str(ROOT / "pyproject.toml"))
    config.attributes["url"] = urls(migrated, TEMPLATE)["database_url_owner"]

    command.check(config)  # raises when a model and the schema differ
    assert TEMPLATE
