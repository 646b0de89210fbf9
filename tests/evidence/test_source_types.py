"""IPTC digital source types, as they are written in the field, and what is none."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otiogate.evidence.statements import Evidence, statements
from otiogate.evidence.vocabulary import (
    AMBIGUOUS_SOURCE_TYPES,
    GENAI_SOURCE_TYPES,
    OTHER_SOURCE_TYPES,
    SOURCE_TYPES,
    source_type,
)
from otiogate.timeline.model import Carrier

IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/"
C2PA = "http://c2pa.org/digitalsourcetype/trainedAlgorithmicData"
OF_IPTC = sorted(SOURCE_TYPES - {"trainedAlgorithmicData"})


def evidence(metadata: dict[str, object]) -> list[Evidence]:
    return [each for each in statements(Carrier("clip", (), metadata)) if isinstance(each, Evidence)]


def test_the_vocabulary_is_the_one_of_the_rules() -> None:
    assert {
        "trainedAlgorithmicMedia",
        "compositeWithTrainedAlgorithmicMedia",
        "compositeSynthetic",
        "trainedAlgorithmicData",
    } == GENAI_SOURCE_TYPES
    assert {"composite", "virtualRecording", "screenCapture"} == AMBIGUOUS_SOURCE_TYPES
    assert {
        "algorithmicMedia",
        "algorithmicallyEnhanced",
        "dataDrivenMedia",
        "computationalCapture",
        "digitalCapture",
        "negativeFilm",
        "positiveFilm",
        "print",
        "compositeCapture",
        "humanEdits",
        "digitalCreation",
    } == OTHER_SOURCE_TYPES


@pytest.mark.parametrize("key", OF_IPTC)
def test_every_form_of_a_key_is_that_key(key: str) -> None:
    assert source_type(key) == (key, False)
    for text in (
        IPTC + key,
        IPTC.replace("http", "https") + key,
        IPTC + key + "/",
        f"digsrctype:{key}",
        f" {IPTC}{key} ",
        (IPTC + key).upper(),
        f"DIGSRCTYPE:{key.lower()}",
        f"\u00a0{IPTC}{key}\n",
    ):
        assert source_type(text) == (key, True)


@pytest.mark.parametrize("text", [C2PA, C2PA.replace("http", "https"), C2PA + "/", C2PA.upper()])
def test_the_type_for_data_has_the_address_of_c2pa(text: str) -> None:
    assert source_type(text) == ("trainedAlgorithmicData", True)


@pytest.mark.parametrize(
    ("old", "new"),
    [("minorHumanEdits", "humanEdits"), ("digitalArt", "digitalCreation"), ("softwareImage", "digitalCreation")],
)
def test_retired_keys_normalise(old: str, new: str) -> None:
    assert source_type(old) == (new, False)
    assert source_type(IPTC + old) == (new, True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/",
        "ai",
        "trainedAlgorithmic",
        "trainedAlgorithmicMedia2",
        "a trainedAlgorithmicMedia",
        "trainedAlgorithmicMedia, composite",
        "trainedAlgorithmicMedia//",
        "https://evil.example/newscodes/digitalsourcetype/trainedAlgorithmicMedia",
        "https://cv.iptc.org.evil.example/newscodes/digitalsourcetype/trainedAlgorithmicMedia",
        "https://evilcv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia",
        "https://user@cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia",
        "https://cv.iptc.org:8080/newscodes/digitalsourcetype/trainedAlgorithmicMedia",
        "ftp://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia",
        "cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia",
        "https://cv.iptc.org/newscodes/trainedAlgorithmicMedia",
        "https://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia?x",
        "https://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia#x",
        "http://c2pa.org/digitalsourcetype/trainedAlgorithmicMedia",
        "digsrctype:http://cv.iptc.org/newscodes/digitalsourcetype/composite",
        "digsrctype: trainedAlgorithmicMedia",
        "digsrctypes:trainedAlgorithmicMedia",
        "x" * 100_000,
    ],
)
def test_nothing_else_is_a_source_type(text: str) -> None:
    assert source_type(text) is None


@settings(deadline=None, derandomize=True)
@given(st.text(max_size=80))
def test_no_text_raises(text: str) -> None:
    for whole in (text, IPTC + text, f"digsrctype:{text}", text + "/composite"):
        found = source_type(whole)
        assert found is None or found[0] in SOURCE_TYPES


@pytest.mark.parametrize("key", sorted(GENAI_SOURCE_TYPES))
def test_a_genai_type_counts_under_any_key_anywhere_in_the_metadata(key: str) -> None:
    for metadata in (
        {"anything": key},
        {"a": {"b": [{"c": key}]}},
        {"DigitalSourceType": f"digsrctype:{key}"},
        {"Iptc4xmpExt:DigitalSourceType": [key.upper()]},
    ):
        assert evidence(metadata) == [Evidence(key, ambiguous=False)]


@pytest.mark.parametrize("key", sorted(AMBIGUOUS_SOURCE_TYPES))
def test_an_ambiguous_type_counts_only_as_an_address_or_under_a_key_that_means_it(key: str) -> None:
    assert evidence({"effect": key, "name": key.title()}) == []
    assert evidence({"effect": IPTC + key}) == [Evidence(key, ambiguous=True)]
    assert evidence({"effect": f"digsrctype:{key}"}) == [Evidence(key, ambiguous=True)]
    for name in (
        "DigitalSourceType",
        "digital source type",
        "digital_source-type",
        "Digital\tSource\tType",
        "Iptc4xmpExt:DigitalSourceType",
        "xmp.digitalSourceType",
    ):
        assert evidence({name: key}) == [Evidence(key, ambiguous=True)]
        assert evidence({name: [key]}) == [Evidence(key, ambiguous=True)]


@pytest.mark.parametrize("key", sorted(OTHER_SOURCE_TYPES))
def test_any_other_type_is_no_evidence(key: str) -> None:
    assert evidence({"DigitalSourceType": IPTC + key}) == []


@pytest.mark.parametrize("value", [None, 1, 1.5, True, "", [], {}, [None], "generated by AI", "AI", "Sora"])
def test_what_is_no_source_type_is_no_evidence(value: object) -> None:
    assert evidence({"DigitalSourceType": value, "tool": value}) == []


def said(text: str) -> list[Evidence]:
    return [each for each in statements(Carrier("line 1", (text,))) if isinstance(each, Evidence)]


@pytest.mark.parametrize("key", sorted(GENAI_SOURCE_TYPES))
def test_a_text_that_is_a_genai_type_says_so_alone_or_behind_a_label(key: str) -> None:
    address = C2PA if key == "trainedAlgorithmicData" else IPTC + key
    for text in (
        key,
        key.upper(),
        f" {address} ",
        f"digsrctype:{key}",
        f"DIGITAL SOURCE TYPE: {address}",
        f"Digital Source Type {key}",
        f"digital_source-type={key}",
        f"DigitalSourceType : '{key}'",
        f"Iptc4xmpExt:DigitalSourceType: {address}",
        f'xmp.digitalSourceType = "{key}"',
    ):
        assert said(text) == [Evidence(key, ambiguous=False)], text


@pytest.mark.parametrize("key", sorted(AMBIGUOUS_SOURCE_TYPES))
def test_a_text_that_is_an_ambiguous_type_says_so_only_as_an_address_or_behind_a_label(key: str) -> None:
    assert said(key) == said(f"NOTE: {key}") == []
    assert said(IPTC + key) == said(f"Digital Source Type: {key}") == [Evidence(key, ambiguous=True)]


@pytest.mark.parametrize(
    "text",
    [
        "this is not trainedAlgorithmicMedia",
        "trainedAlgorithmicMedia, says the vendor",
        f"see {IPTC}trainedAlgorithmicMedia",
        "never write digital source type: trainedAlgorithmicMedia",
        "digital source type: is it trainedAlgorithmicMedia?",
        "digital source types: trainedAlgorithmicMedia",
        "digital source type:",
        "Digital Source Type: digitalCapture",
        "source: trainedAlgorithmicMedia",
    ],
)
def test_prose_that_mentions_a_type_is_no_evidence(text: str) -> None:
    assert said(text) == []


def test_what_a_text_says_twice_is_evidence_once() -> None:
    texts = (f"COMMENT: {IPTC}trainedAlgorithmicMedia", f"{IPTC}trainedAlgorithmicMedia", "trainedAlgorithmicMedia")
    assert list(statements(Carrier("line 1", texts))) == [Evidence("trainedAlgorithmicMedia", ambiguous=False)]
