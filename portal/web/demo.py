"""The demo's inbox: what the portal would have sent. It exists only in the demo."""

from typing import Any

from litestar import Response, get

from portal.core.errors import NotFound
from portal.core.http import AppSettings
from portal.core.mail import inbox
from portal.web.pages import AnyRequest, page


@get("/hop-thu", sync_to_thread=True, include_in_schema=False)
def inbox_page(request: AnyRequest, settings: AppSettings) -> Response[Any]:
    """The newest messages, latest first.

    Raises:
        NotFound: this is not the demo.
    """
    if not settings.demo or not settings.mail_sink:
        raise NotFound("Trang này chỉ có ở bản trình diễn.")
    return page(request, "public/inbox.html", messages=inbox(settings.mail_sink))


route_handlers: list[Any] = [inbox_page]
