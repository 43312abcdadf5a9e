"""What can be generated is generated: the page of lifecycles equals the tables."""

from config import ROOT
from workflows.catalogue import document


def test_the_page_of_lifecycles_is_what_the_tables_say():
    assert (ROOT / "docs" / "lifecycles.md").read_text() == document(), "run ./run flask state-diagrams"
