"""HTTP for files of a dossier: parse, one call, shape. No file's bytes come here."""

from typing import Any
from uuid import UUID

from litestar import Controller, delete, get, post
from litestar.params import FromPath, JSONBody
from litestar.response import Redirect

from auth.access_log import note_reading
from auth.actor import Role
from auth.http import CurrentActor, requires
from dossiers import attachments
from dossiers.attachment_schemas import AttachmentIn, AttachmentOut, CompletionIn, UploadPlanOut
from dossiers.models import Attachment
from portal.core.http import AppStorage, DbSession


def plan_out(plan: attachments.UploadPlan) -> UploadPlanOut:
    return UploadPlanOut(
        attachment_id=plan.attachment_id,
        part_size=plan.part_size,
        parts=plan.parts,
        stored=plan.stored,
        expires_at=plan.expires_at,
    )


def file_out(session: DbSession, file: Attachment) -> AttachmentOut:
    return AttachmentOut(
        id=file.id,
        requirement_key=file.requirement_key,
        state=file.state.value,
        reason=file.reason,
        message=attachments.message(session, file),
        kind=file.kind,
        size=file.size if file.size is not None else file.declared_size,
        sha256=file.sha256.hex() if file.sha256 else None,
    )


class AttachmentController(Controller):
    """Files go straight to the store; these calls give addresses and tell the state."""

    path = "/api/v1/dossiers/{dossier_id:uuid}/attachments"
    tags = ("Dossiers",)
    guards = [requires(Role.CITIZEN)]

    @post(status_code=201, sync_to_thread=True)
    def begin(
        self,
        session: DbSession,
        storage: AppStorage,
        actor: CurrentActor,
        dossier_id: FromPath[UUID],
        data: JSONBody[AttachmentIn],
    ) -> UploadPlanOut:
        """Announce a file and get the addresses its parts are PUT to."""
        return plan_out(
            attachments.begin(
                session,
                storage,
                actor,
                dossier_id,
                data.requirement_key,
                data.filename,
                data.size,
                attachment_id=data.attachment_id,
            )
        )

    @post("/{attachment_id:uuid}/parts", status_code=200, sync_to_thread=True)
    def renew(
        self,
        session: DbSession,
        storage: AppStorage,
        actor: CurrentActor,
        dossier_id: FromPath[UUID],
        attachment_id: FromPath[UUID],
    ) -> UploadPlanOut:
        """Get new addresses for the parts the store does not have yet, to go on after a break."""
        return plan_out(attachments.renew(session, storage, actor, dossier_id, attachment_id))

    @post("/{attachment_id:uuid}/completion", status_code=202, sync_to_thread=True)
    def complete(
        self,
        session: DbSession,
        storage: AppStorage,
        actor: CurrentActor,
        dossier_id: FromPath[UUID],
        attachment_id: FromPath[UUID],
        data: JSONBody[CompletionIn],
    ) -> AttachmentOut:
        """Say that every part is sent: the file is now checked, look at its state. Safe to repeat."""
        told = [(part.number, part.etag) for part in data.parts]
        return file_out(
            session, attachments.complete(session, storage, actor, dossier_id, attachment_id, told)
        )

    @get("/{attachment_id:uuid}", sync_to_thread=True)
    def show(
        self,
        session: DbSession,
        actor: CurrentActor,
        dossier_id: FromPath[UUID],
        attachment_id: FromPath[UUID],
    ) -> AttachmentOut:
        """Show whether the file is being sent, checked, ready or refused, and why."""
        return file_out(session, attachments.show(session, actor, dossier_id, attachment_id))

    @get("/{attachment_id:uuid}/content", status_code=303, sync_to_thread=True)
    def content(
        self,
        session: DbSession,
        storage: AppStorage,
        actor: CurrentActor,
        dossier_id: FromPath[UUID],
        attachment_id: FromPath[UUID],
    ) -> Redirect:
        """Go to a checked file, at an address that holds for a minute."""
        url, dossier = attachments.download_url(session, storage, actor, dossier_id, attachment_id)
        if dossier.applicant_id != actor.id:
            note_reading(session, actor, dossier_id, "file")
        return Redirect(url, status_code=303)

    @delete("/{attachment_id:uuid}", sync_to_thread=True)
    def remove(
        self,
        session: DbSession,
        actor: CurrentActor,
        dossier_id: FromPath[UUID],
        attachment_id: FromPath[UUID],
    ) -> None:
        """Drop a file of a draft."""
        attachments.remove(session, actor, dossier_id, attachment_id)


route_handlers: list[Any] = [AttachmentController]
