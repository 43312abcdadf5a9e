"""What somebody answered before they signed in, carried on by their own browser: nothing of it is stored here.

A signed cookie for a day, for one round; what does not fit into a cookie is answered again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flask import Response, after_this_request, current_app, request
from itsdangerous import BadSignature, URLSafeTimedSerializer

COOKIE = "answers"
LASTS_SECONDS = 24 * 3600
# A browser keeps 4,096 bytes of a cookie; the signature and the encoding take their share.
MOST_CHARACTERS = 2_400


def carry(round_id: int, answers: Mapping[str, Any]) -> None:
    """Have the browser bring these answers to the start of a bid in this round, in place of any others."""
    if len(json.dumps(answers)) > MOST_CHARACTERS:
        return
    value = _serializer().dumps([round_id, dict(answers)])

    @after_this_request
    def _write(response: Response) -> Any:
        secure = current_app.config["SESSION_COOKIE_SECURE"]
        response.set_cookie(
            COOKIE, str(value), max_age=LASTS_SECONDS, path="/rounds", httponly=True, secure=secure, samesite="Lax"
        )
        return response


def answers(round_id: int) -> dict[str, Any]:
    """The answers that the browser brings for this round; none when they are for another, too old or not ours."""
    try:
        found_id, found = _serializer().loads(request.cookies.get(COOKIE, ""), max_age=LASTS_SECONDS)
    except (BadSignature, ValueError, TypeError):
        return {}
    return found if found_id == round_id and isinstance(found, dict) else {}


def drop() -> None:
    """The bid is begun: the browser forgets the answers."""
    if COOKIE not in request.cookies:
        return

    @after_this_request
    def _forget(response: Response) -> Any:
        response.delete_cookie(COOKIE, path="/rounds", httponly=True, samesite="Lax")
        return response


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="answers-before-sign-in")
