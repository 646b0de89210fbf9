"""The table of formats: it is that of the files beside the checkout, and every EDL and FCPXML that is one is read."""

from __future__ import annotations

import pytest

from tests.scan.corpus_table import CORPUS, PAGE, page, table

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not beside this checkout"),
]


def test_every_real_edl_is_read_whole_and_opentimelineio_reads_fewer() -> None:
    (edl,) = [each for each in table() if each.format == "edl"]
    assert (edl.whole, edl.in_part) == (edl.files - 1, 0), "one is named .txt"
    assert edl.otio < edl.whole


def test_all_fcpxml_but_the_one_that_is_no_xml_is_read() -> None:
    (fcpxml,) = [each for each in table() if each.format == "fcpxml"]
    assert fcpxml.whole + fcpxml.in_part == fcpxml.files - 1


def test_the_page_that_readers_see_is_the_table() -> None:
    print(page())
    assert PAGE.read_text(encoding="utf-8") == page(), "write it anew: python -m tests.scan.corpus_table --write"
