"""The rules' pages: every example on them has just the findings that its comments promise, and fixes do what is shown."""

from __future__ import annotations

from itertools import pairwise

import pytest

from kls.fixes import apply_edits
from kls.pages import Page, pages
from kls.rules import rules

from .checking import Example, check, examples, found, in_every_version

HEADINGS = ("What it does", "Why is this bad?", "Example", "Use instead", "By Keras version", "Fix safety")
PAGES = [pytest.param(page, id=page.code) for page in pages()]


def test_every_rule_has_a_page_and_every_page_a_rule() -> None:
    by_themselves = {"KLS001"}  # not of a rule: the ignore comments are looked at when all rules have spoken
    assert {page.code for page in pages()} == {*rules(), *by_themselves}
    assert all(page.name == rules()[page.code].name for page in pages() if page.code in rules())


def test_names_and_codes_are_used_once() -> None:
    assert len({page.name for page in pages()}) == len({page.code for page in pages()}) == len(pages())


@pytest.mark.parametrize("page", PAGES)
def test_page_has_all_its_parts(page: Page) -> None:
    assert page.text.startswith(f"# {page.code} {page.name}\n")
    at = [page.text.index(f"\n## {heading}\n") for heading in HEADINGS]
    assert at == sorted(at)
    assert page.summary


@pytest.mark.parametrize("page", PAGES)
def test_examples_have_just_the_findings_that_they_are_marked_with(page: Page) -> None:
    for example in examples(page.text):
        assert example.versions, f"counts for no version:\n{example.code}"
        for version, analysis in in_every_version(example):
            said = [f"{f.rule} {f.message}" for f in analysis.findings]
            assert found(analysis) == example.marks, f"Keras {version}:\n{example.code}\n{said}"


@pytest.mark.parametrize("page", PAGES)
def test_page_shows_the_fault_and_how_it_is_put_right(page: Page) -> None:
    parts = page.text.split("\n## ")
    shown = {part.partition("\n")[0]: examples(part) for part in parts}
    assert any(mark.rule == page.code for example in shown["Example"] for mark in example.marks)
    assert shown["Use instead"]
    assert not any(example.marks for example in shown["Use instead"])


@pytest.mark.parametrize("page", PAGES)
def test_fixes_give_what_the_page_shows(page: Page) -> None:
    blocks = examples(page.text)
    for before, after in pairwise(blocks):
        if after.is_fixed:
            for version in before.versions:
                assert fixed(before, version) == after.code, f"Keras {version}"


def fixed(example: Example, version: str) -> str:
    """The program with the first fix of each of its findings applied."""
    analysis = check(example.bare, version)
    edits = [edit for finding in analysis.findings for edit in finding.fixes[0].edits]
    return apply_edits(analysis.documents[analysis.path], edits)


@pytest.mark.parametrize("page", PAGES)
def test_messages_are_sentences_of_their_own(page: Page) -> None:
    for example in examples(page.text):
        for _, analysis in in_every_version(example):
            for finding in analysis.findings:
                assert finding.message.endswith("."), finding.message
                assert not any(bad in finding.message for bad in ("  ", "`None`", "`?`", "..", " ,")), finding.message
