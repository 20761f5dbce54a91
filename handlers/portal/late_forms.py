"""A form whose token does not count any more: what was typed is offered to be sent again, by one click."""

from flask import Response, current_app, request

from handlers.portal import visitors
from handlers.portal.frame import Frame

REFUSED = 400
#: whoever is signed in already has what these were sent for
WAYS_IN = frozenset({"sign_in.sign_in", "activation.complete"})
#: beginnings of the names of what a late form does not repeat: it is typed once more where it is asked
SECRETS = ("csrf_token", "password", "again", "current", "answer", "code", "key")


def show(frame: Frame) -> Response:
    """Say what happened, which mostly is that another tab has signed in, and keep what was typed.

    Only a browser that says it comes from a page of ours is shown what it sent: nobody else's words
    stand in a form that is one click away from acting.
    """
    ours = request.headers.get("Sec-Fetch-Site", "") == "same-origin"
    visitor = visitors.find(frame)
    if ours and visitor and request.endpoint in WAYS_IN:
        return frame.pages.go("dashboard.show")
    if ours and visitor is None and request.endpoint == "sign_in.sign_out":
        return frame.pages.go("sign_in.show")  # a second click: nobody is signed in here any more
    return frame.pages.render(
        "late_form.html",
        status=REFUSED,
        ours=ours,
        action=request.path,
        typed=_list_typed() if ours else [],
        again=ours and not request.files,
        has_page=_has_page(),
    )


def _list_typed() -> list[tuple[str, str]]:
    return [(name, value) for name, value in request.form.items(multi=True) if not name.startswith(SECRETS)]


def _has_page() -> bool:
    """Whether the address of the form is also that of a page."""
    adapter = current_app.create_url_adapter(request)
    return adapter is not None and adapter.test(method="GET")
