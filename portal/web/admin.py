"""The catalogue for those who keep it: all its pages."""

from typing import Any

from portal.web import (
    admin_acts,
    admin_agencies,
    admin_calendar,
    admin_compare,
    admin_downtime,
    admin_editor,
    admin_files,
    admin_incidents,
    admin_list,
    admin_review,
)

route_handlers: list[Any] = [
    *admin_list.route_handlers,
    *admin_editor.route_handlers,
    *admin_acts.route_handlers,
    *admin_compare.route_handlers,
    *admin_review.route_handlers,
    *admin_files.route_handlers,
    *admin_agencies.route_handlers,
    *admin_downtime.route_handlers,
    *admin_calendar.route_handlers,
    *admin_incidents.route_handlers,
]
