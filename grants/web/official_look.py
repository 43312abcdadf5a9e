"""An office that has the official stylesheet of the GOV.UK Design System may show it; its fonts and its crown stay out.

GOVUK_FRONTEND_DIST names the folder of a govuk-frontend 6.x distribution. The class names are the same as ours.
"""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path

from flask import Blueprint, Flask, Response

from grants.web.access import PUBLIC, allows

STYLE_SHEET = "govuk-frontend.min.css"
# A service that is not on GOV.UK may not use its typeface (guidance on the design system's use elsewhere).
_FONT_FACE = re.compile(r"@font-face\s*\{[^}]*\}")
_FAMILY = re.compile(r"[\"']?GDS Transport[\"']?\s*,\s*")


def without_brand(css: str) -> str:
    """The stylesheet without the typeface that only GOV.UK may use."""
    return _FAMILY.sub("", _FONT_FACE.sub("", css))


def init_app(app: Flask) -> None:
    """Serve the stylesheet and have every page load it after ours; nothing at all when no folder is named."""
    folder = app.config["GOVUK_FRONTEND_DIST"]
    if not folder:
        return
    css = without_brand((Path(folder) / STYLE_SHEET).read_text(encoding="utf-8"))
    app.register_blueprint(_blueprint(css))
    app.jinja_env.globals["official_look"] = f"/look.css?v={sha256(css.encode()).hexdigest()[:12]}"


def _blueprint(css: str) -> Blueprint:
    bp = Blueprint("look", __name__)

    @bp.get("/look.css")
    @allows(PUBLIC)
    def style_sheet() -> Response:
        response = Response(css, mimetype="text/css")
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response

    return bp
