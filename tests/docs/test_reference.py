"""The generated reference holds every rule, field, command, key and word that there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from generate import commands, configuration, rules, schemas, vocabulary
from generate.words import any_of, indented

from otiogate.config.laws import LAWS
from otiogate.documents.schemas import schema, schema_names
from otiogate.evidence.vocabulary import FLAGS, SOURCE_TYPES, USE_KINDS
from otiogate.policy.load import policy, shipped
from otiogate.policy.model import Rule

ROOT = Path(__file__).parents[2]


def anchors(text: str) -> list[str]:
    return re.findall(r"^#+ .*\{ #(\S+) \}$", text, re.MULTILINE)


def test_every_rule_has_one_section_whose_anchor_is_its_id_in_small_letters() -> None:
    found = [each for each in anchors(rules.page()) if not each.startswith("pack-")]
    assert len(found) == len(set(found))
    assert set(found) == {rule.id.lower() for rule in policy(shipped()).rules}


@pytest.mark.parametrize("rule", policy(shipped()).rules, ids=lambda rule: f"{rule.id}-{rule.title}")
def test_a_rule_is_shown_with_its_reason_its_example_and_its_remedy(rule: Rule) -> None:
    begin = rules.page().index(f"### {rule.id} {{")
    section = rules.page()[begin:].split("\n### ")[0]
    assert rule.example, "a shipped rule has an example in its pack"
    for text in (rule.title, rule.why, rule.example, rule.remedy, rule.source.title, rule.source.url):
        assert text in section
    assert f"`{rule.severity}`: " in section


def test_conditions_and_requirements_are_said_in_words() -> None:
    text = rules.page()
    section = text[text.index("### SAG-030") :].split("\n### ")[0]
    assert (
        indented(
            """\
- any of:
    - the disclosure's `use_kind` is `alter.lipsync.translation`
    - together:
        - the disclosure's `use_kind` is `replica.*` or `alter.voice`
        - `translated` is `true` (a target language is stated)"""
        )
        in section
    )
    assert "In force\n:   until 2027-06-30." in section
    assert "In force\n:   from 2027-07-01." in section
    section = text[text.index("### CA-001") :].split("\n### ")[0]
    assert "(schemas/consent.md), of each performer, with counsel, terms clear and separately signed, or" in section
    assert "- and this does not hold:\n        - the disclosure's `in_place_of_performer` is `no`" in section


def test_the_digest_of_a_pack_is_the_one_that_a_pin_takes() -> None:
    digests = {pack.name: pack.digest for pack in policy(shipped()).packs}
    assert policy(shipped(), pins=digests).packs
    for name, digest in digests.items():
        assert f"`{digest}`" in rules.page().split(f"{{ #pack-{name} }}")[1].split("\n## ")[0]


@pytest.mark.parametrize("name", schemas.names())
def test_a_schema_is_shown_with_every_field_and_every_example(name: str) -> None:
    text = schemas.page(name)
    whole = schema(name)
    shown = set(re.findall(r"^`(\S+)`(?: \*required\*)?$", text, re.MULTILINE))
    assert set(whole["properties"]) <= shown
    for key in whole.get("required", ()):
        assert f"`{key}` *required*\n" in text
    examples = re.findall(r"^```yaml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert [yaml.safe_load(each) for each in examples] == whole["examples"]


def test_every_schema_but_the_shared_pieces_has_a_page_in_the_navigation() -> None:
    assert sorted([*schemas.names(), "common"]) == schema_names()
    navigation = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    for name in schemas.names():
        assert f"- reference/schemas/{name}.md\n" in navigation
        assert f"({name}.md)" in schemas.index()


def test_fields_of_fields_and_of_entries_are_named_by_their_path() -> None:
    text = schemas.page("consent")
    assert "`scope.excludes.territories`\n" in text
    assert "`evidence[].sha256` *required*\n" in text
    assert "Exactly one of `expires_at` and `no_expiry_reason` is stated." in text
    assert "Where `decision` is `conditional`, `conditions` is stated." in schemas.page("approval")
    assert "`reel` is stated together with `source_range`." in schemas.page("disclosure")
    assert "`reports`" in schemas.page("report")
    assert "see [report](report.md#report)" in schemas.page("report")


def test_every_command_is_shown_with_its_help() -> None:
    text = commands.page()
    for name, parser in commands.parsers():
        assert f"{name.replace(' ', '-')}" in anchors(text)
        assert parser.description is not None
        assert " ".join(parser.description.split()) in " ".join(text.split())
    assert {"otiogate-scan", "otiogate-record-import", "otiogate-rules-lint"} <= set(anchors(text))


def test_every_exit_code_is_told() -> None:
    assert re.findall(r"^\| (\d+) \|", commands.page(), re.MULTILINE) == ["0", "1", "2", "3", "4", "70"]


def test_every_configuration_key_is_told_with_its_law() -> None:
    text = configuration.page()
    keys = [key for key in schema("config")["properties"] if key not in ("format", "deliverable")]
    keys += [f"deliverable.{key}" for key in schema("config")["properties"]["deliverable"]["properties"]]
    assert set(keys) == set(LAWS)
    for key in keys:
        section = text.split(f"\n### {key} ")[1].split("\n### ")[0]
        assert f"Law: {configuration.law_of(LAWS[key])}." in section
    assert configuration.law_of(LAWS["stages"]) == "facility only"
    assert configuration.law_of(LAWS["severity"]) == "strictest of each"
    assert configuration.law_of(LAWS["on_export"]) == "strictest"


def test_a_law_without_words_is_refused() -> None:
    with pytest.raises(ValueError, match="has no words"):
        configuration.law_of(lambda key, said: None)


def test_every_word_of_the_vocabulary_is_told() -> None:
    assert set(vocabulary.MEANS) == set(USE_KINDS)
    assert set(vocabulary.FLAG_MEANS) == set(FLAGS)
    for word in (*USE_KINDS, *FLAGS, *SOURCE_TYPES):
        assert f"`{word}`" in vocabulary.page()


def test_lists_are_written_as_in_a_sentence() -> None:
    assert any_of(["a"]) == "`a`"
    assert any_of(["a", "b", True]) == "`a`, `b` or `true`"
