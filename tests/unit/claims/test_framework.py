"""Claims are found, run once, kept by content, and shown."""

import json
import sys
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from allegory.claims import table
from allegory.claims.claim import Figure, Finding, Result
from allegory.claims.page import write_page
from allegory.claims.results import newest, path_of, settle
from allegory.cli.main import main
from allegory.errors import UserError

# tyro's own, of a function that has no other name yet
pytestmark = pytest.mark.filterwarnings("ignore:get_parser:DeprecationWarning")

FAKE = """
from dataclasses import dataclass
from pathlib import Path

from allegory.claims.claim import Claim, Figure, Finding


@dataclass(frozen=True)
class Settings:
    seeds: int
    journal: str


def experiment(s):
    with Path(s.journal).open("a") as file:
        file.write("ran\\n")
    if {raises}:
        raise KeyboardInterrupt
    figures = (Figure("size", 1.0, 0.5, 1.5, s.seeds, "nats"),)
    return Finding(figures, "holds", "It is <1>.", "<svg/>")


CLAIM = Claim("{id}", "A {id}", "It is so.", "It is 1.", experiment,
              quick=Settings(2, {journal!r}), full=Settings(5, {journal!r}))
"""


@pytest.fixture
def fakes(tmp_path, monkeypatch):
    """Two claims; the second is interrupted. Returns how often the first has run."""
    journal = tmp_path / "journal"
    journal.touch()
    for name, raises in (("C1", False), ("C2", True)):
        text = FAKE.format(id=name, raises=raises, journal=str(journal))
        (tmp_path / f"fake_{name}.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    for name in list(table.CLAIMS):
        monkeypatch.delitem(table.CLAIMS, name)
    monkeypatch.setitem(table.CLAIMS, "C1", "fake_C1")
    monkeypatch.setitem(table.CLAIMS, "C2", "fake_C2")
    yield lambda: len(journal.read_text().splitlines())
    for name in ("fake_C1", "fake_C2"):
        sys.modules.pop(name, None)


def test_every_file_with_a_number_is_a_claim_of_that_number():
    assert {"C1", "C2", "C3", "C4", "C19"} <= table.CLAIMS.keys()
    numbers = [int(name[1:]) for name in table.CLAIMS]
    assert numbers == sorted(numbers)
    for name in table.CLAIMS:
        stated = table.claim(name)
        assert stated.id == name
        assert stated.sentence.endswith(".")
        assert "95 %" in stated.rule


def test_chosen_claims_come_in_order_and_misspelt_ones_are_told():
    assert table.chosen(("c4", "C1")) == ["C1", "C4"]
    assert table.chosen(()) == list(table.CLAIMS)
    with pytest.raises(UserError, match="unknown claim 'C44': did you mean 'C4'"):
        table.chosen(("C1", "C44"))


def test_a_result_is_kept_for_its_budget_and_source(fakes, tmp_path):
    first = settle("C1", "quick", tmp_path)
    assert settle("C1", "quick", tmp_path) == first
    assert fakes() == 1
    assert newest("C1", tmp_path) == first
    full = settle("C1", "full", tmp_path)
    assert fakes() == 2
    assert full.finding.figures[0].n == 5
    assert newest("C1", tmp_path) == full


def test_a_folder_that_can_not_be_written_is_told_before_the_experiment(fakes, tmp_path):
    (tmp_path / "full").touch()
    with pytest.raises(UserError, match="cannot write"):
        settle("C1", "quick", tmp_path / "full")
    assert fakes() == 0


def test_another_source_or_a_damaged_file_is_run_again(fakes, tmp_path):
    settle("C1", "quick", tmp_path)
    path_of("C1", "quick", tmp_path).write_text("{")
    settle("C1", "quick", tmp_path)
    assert fakes() == 2
    source = tmp_path / "fake_C1.py"
    source.write_text(source.read_text() + "# another\n")
    settle("C1", "quick", tmp_path)
    assert fakes() == 3


def test_what_finished_before_an_interruption_is_kept(fakes, tmp_path):
    assert main(["claims", "--out", str(tmp_path / "out")]) == 130
    assert "A C1" in (tmp_path / "out" / "claims.html").read_text()
    assert main(["claims", "C1", "--out", str(tmp_path / "out")]) == 0
    assert fakes() == 2, "the claims, once each"


def test_json_is_one_object_and_all_else_goes_elsewhere(fakes, cache, capsys):
    assert main(["claims", "c1", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["page"] == str(cache / "claims" / "claims.html")
    claim = found["claims"]["C1"]
    assert claim["verdict"] == "holds"
    assert claim["figures"][0]["mean"] == 1.0
    assert claim["command"] == "allegory claims C1 --quick"
    assert "picture" not in claim


def test_the_list_says_sentence_and_rule(fakes, capsys):
    assert main(["claims", "--list"]) == 0
    assert "C1   It is so." in capsys.readouterr().out
    assert main(["claims", "--list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["C2"]["rule"] == "It is 1."
    assert fakes() == 0


def test_mistakes_are_told(fakes, capsys):
    assert main(["claims", "C7"]) == 2
    assert main(["claims", "--quick", "--full"]) == 2
    assert fakes() == 0
    assert "not both" in capsys.readouterr().err


class Balanced(HTMLParser):
    """Counts the elements that are open."""

    depth = 0

    def handle_starttag(self, tag, attrs):
        self.depth += tag not in ("meta", "br", "img")

    def handle_endtag(self, tag):
        self.depth -= 1


def test_the_page_is_whole_and_escaped(tmp_path):
    finding = Finding((Figure("a < b", 1, 0, 2, 3),), "does not hold", "1 < 2", "<svg></svg>")
    result = Result("C1", "T", "If a < b.", "c < d", "full", {"e": "f < g"}, finding, 61.0)
    other = replace(result, id="C2", finding=replace(finding, verdict="undecided"))
    write_page([result, other], tmp_path / "claims.html")
    page = (tmp_path / "claims.html").read_text(encoding="utf-8")
    parser = Balanced()
    parser.feed(page)
    assert parser.depth == 0
    for text in ("a &lt; b", "1 &lt; 2", "If a &lt; b.", "c &lt; d", "f &lt; g", "1 min 1 s"):
        assert text in page
    assert 'class="verdict does-not-hold"' in page
    assert "allegory claims C2 --full" in page
    assert "http" not in page
