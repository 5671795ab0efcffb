"""Where names are asked for: the page on which a browser signs in, and the way out."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from flask import Blueprint, Response, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from api import callers, errors
from api.answers import told
from api.errors import NameWanted, TooManyTries
from api.sessions import LONGEST, Session, prove, sessions
from api.tries import tries
from jynco.adapters.database import secret
from jynco.errors import JyncoError
from workers.house import house

LONGEST_ADDRESS: Final = 64  # characters
MOST: Final = 10  # wrong keys of one address in a minute


def add(pages: Blueprint) -> None:
    """The page, what it sends, and what pages ask that were open meanwhile."""
    pages.add_url_rule("/sign-in", view_func=sign_in)
    pages.add_url_rule("/sign-in", view_func=enter, methods=["POST"])
    pages.add_url_rule("/sign-in/state", view_func=state)
    pages.add_url_rule("/sign-out", view_func=leave, methods=["POST"])
    for name in ("sign_in", "enter", "state", "leave"):
        callers.want(f"editor.{name}", None)


def sign_in() -> ResponseReturnValue:
    """The page. Who needs no name, or has said it, goes on at once."""
    if not callers.asked() or _here() is not None:
        return redirect(_next())
    return render_template("editor/signin.html", next=_next(), sorry=None)


def enter() -> ResponseReturnValue:
    """Sign in by a key or a token: on to the page that was wanted; scripts are told what their changes must send."""
    try:
        return _entered(request.form.get("key", "").strip())
    except JyncoError as fault:
        if by_script():
            raise
        status = errors.status_of(fault)
        return render_template("editor/signin.html", next=_next(), sorry=fault.message), status


def state() -> ResponseReturnValue:
    """Whether this browser is signed in: pages that were opened from elsewhere come without their cookie at first."""
    session = _here()
    return told({"signedIn": session is not None, "csrf": session.csrf if session else None})


def leave() -> ResponseReturnValue:
    """Sign out: this browser forgets who it was, and its cookie opens nothing any more."""
    if (session := sessions().current()) is not None:
        prove(session)
    answer = told({"signedIn": False})
    sessions().end(answer, session)
    return answer


def turned_away(_: NameWanted) -> ResponseReturnValue | None:
    """For a person who opens a page: to the door, and from there back to what was wanted. None for programs."""
    if request.method != "GET" or not _opens_a_page():
        return None
    return redirect(url_for("editor.sign_in", next=request.full_path.rstrip("?")), HTTPStatus.SEE_OTHER)


def _entered(given: str) -> Response:
    forwarded, proxies = request.headers.get("X-Forwarded-For", ""), house().settings.proxies
    address = asker(forwarded, request.remote_addr or "", proxies)
    if (wait := tries().wait(address)) > 0:
        raise TooManyTries("Too many wrong keys: wait a minute, then try again.", retry_after=wait)
    try:
        _refuse_long(given)
        callers.known(given)
    except NameWanted:
        tries().wrong(address)
        raise
    session = Session(secret.hashed(given), None) if given.startswith("jk_") else Session(None, given)
    onward = (
        told({"csrf": session.csrf})
        if by_script()
        else make_response(redirect(_next(), HTTPStatus.SEE_OTHER))
    )
    sessions().give(onward, session)
    return onward


def asker(forwarded: str, connected: str, proxies: int) -> str:
    """Who asks: whoever connects, or whom the outermost of our proxies has heard. What is said before is no matter."""
    heard = [*filter(None, map(str.strip, forwarded.split(","))), connected]
    return heard[-1 - min(proxies, len(heard) - 1)][:LONGEST_ADDRESS]


def _refuse_long(given: str) -> None:
    if not given:
        raise NameWanted("Give an API key, or a token.")
    if len(given) > LONGEST:
        raise NameWanted("This token is too long for a browser's cookie: sign in with an API key.")


def _here() -> Session | None:
    """The session of this browser, if whom it stands for is still let in."""
    session = sessions().current()
    try:
        if session is not None:
            callers.behind(session)
        return session
    except NameWanted:
        return None


def by_script() -> bool:
    """Whether a script of ours asks, which tells people in its own way what went wrong."""
    return request.accept_mimetypes.best == "application/json"


def _opens_a_page() -> bool:
    wanted = request.headers.get("Sec-Fetch-Dest")
    return wanted == "document" if wanted else "text/html" in request.headers.get("Accept", "")


def _next() -> str:
    """The page that was wanted: one of ours, whatever the address says."""
    wanted = request.values.get("next", "/")
    try:
        parts = urlsplit(wanted)
    except ValueError:  # half an address, such as "//["
        return "/"
    ours = wanted.startswith("/") and wanted[1:2] not in {"/", "\\"} and not (parts.scheme or parts.netloc)
    return wanted if ours and parts.path != url_for("editor.sign_in") else "/"


def page_words() -> dict[str, object]:
    """What every page needs to know of who has signed in."""
    session = g.get("session")
    return {"csrf": session.csrf if session else None}
