"""A report as plain text, to paste into a portal."""

from __future__ import annotations

import pytest

from emergency.domain.report_text import Paper, plain_text


@pytest.mark.parametrize(("language", "title"), [("zh", {"en": "Typhoon"}), ("en", {"zh": "台风"})])
def test_a_title_written_in_one_language_alone_stands_in_a_report_in_the_other(
    language: str, title: dict[str, str]
) -> None:
    both = {"zh": "首报", "en": "First report"}
    paper = Paper(title=both, to=both, incident=title, language=language, number=1, entries=[], cited=[])
    assert next(iter(title.values())) in plain_text(paper)
