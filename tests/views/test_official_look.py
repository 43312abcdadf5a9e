"""The official stylesheet is served to those who have it, without what only GOV.UK may use."""

from config import Settings
from grants.web.official_look import STYLE_SHEET, without_brand
from tests.apps import close, make_app
from tests.pages import read_page

CSS = (
    "@font-face{font-family:GDS Transport;src:url(x.woff2)}"
    ".govuk-body{font-family:GDS Transport,arial,sans-serif;color:#0b0c0c}"
)


def test_the_typeface_is_taken_out_and_the_rest_stays():
    assert without_brand(CSS) == ".govuk-body{font-family:arial,sans-serif;color:#0b0c0c}"


def test_pages_load_it_after_ours(tmp_path):
    (tmp_path / STYLE_SHEET).write_text(CSS)
    app = make_app(tmp_path / "data", govuk_frontend_dist=str(tmp_path))
    client = app.test_client()
    page = read_page(client.get("/sign-in"))
    sheets = [link.attributes["href"] for link in page.all("link", rel="stylesheet")]
    assert [sheet.partition("?")[0] for sheet in sheets] == ["/static/app.css", "/look.css"]
    response = client.get(sheets[1])
    assert (response.status_code, response.mimetype) == (200, "text/css")
    assert b"GDS Transport" not in response.data
    close(app)


def test_without_it_there_is_no_such_address(client):
    assert client.get("/look.css").status_code == 404


def test_a_folder_without_the_file_is_refused_in_one_line(tmp_path):
    problems = Settings(sample=True, govuk_frontend_dist=str(tmp_path)).problems()
    assert problems == ["GOVUK_FRONTEND_DIST has no govuk-frontend.min.css: set it to the folder dist/govuk."]
