"""The page on the reference models states what their cards state."""

from pathlib import Path

import pytest

from seqlib import references
from seqlib.models import __main__ as door
from seqlib.models import pages
from seqlib.models.recipes import RECIPES

PAGE = Path(references.FOLDER).parents[1] / "docs" / "references.md"
ADVICE = "docs/references.md is not that of the cards: python -m seqlib.models page"


def test_the_page_is_that_of_the_cards():
    assert PAGE.read_text(encoding="utf-8") == pages.page(), ADVICE


@pytest.mark.parametrize("name", RECIPES)
def test_every_model_has_a_line_with_its_figure_and_its_machine(name):
    card = references.card(name)
    line = next(line for line in pages.page().splitlines() if line.startswith(f"| {name} |"))
    _, found = pages.headline(card)
    assert f"| {found['kept']:.4f} |" in line and f"| {card['machine']['device']} |" in line


def test_the_command_writes_it(tmp_path):
    assert door.main(["page", "--out", str(tmp_path / "page.md")]) == 0
    assert (tmp_path / "page.md").read_text(encoding="utf-8") == pages.page()
