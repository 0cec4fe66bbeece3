import json
import zipfile
from pathlib import Path

import pytest

from tests.pages.reading import check

FROZEN = Path(__file__).parents[2] / "runs" / "frozen"


def test_a_run_becomes_one_file(ganctl, trained):
    result = ganctl("report")
    assert result.code == 0
    assert result.out == "report-lines.html\n"
    page = check(Path("report-lines.html").read_bytes())
    assert page.all("h1")[0].text == "lines"
    beside = [each.text for each in page.all("figcaption")]
    assert beside == 2 * ["sample", "nearest in pixels", "nearest in features"]


def test_the_same_report_may_be_asked_for_twice_and_another_only_with_force(ganctl, trained):
    assert ganctl("report", "--out", "a.html").code == 0
    assert ganctl("report", "--out", "a.html").code == 0
    Path("a.html").write_text("mine")
    refused = ganctl("report", "--out", "a.html")
    assert refused.code == 1
    assert "--force" in refused.err
    assert Path("a.html").read_text() == "mine"
    assert ganctl("report", "--out", "a.html", "--force").code == 0


def test_json_says_what_was_written(ganctl, trained):
    result = ganctl("report", "lines@20", "--json")
    facts = json.loads(result.out)
    assert facts["run"] == "lines@20"
    assert facts["path"] == "report-lines-20.html"
    assert facts["bytes"] == Path(facts["path"]).stat().st_size <= 3_000_000
    assert facts["sections"] == [
        "samples", "generator", "figures", "previews", "curves", "neighbours", "about",
    ]  # fmt: skip


@pytest.mark.parametrize("packed", sorted(FROZEN.glob("*.zip")), ids=lambda path: path.stem)
def test_what_earlier_versions_wrote_has_a_report(ganctl, home, packed):
    with zipfile.ZipFile(packed) as archive:
        archive.extractall(home / "runs")
    assert ganctl("report", "run").code == 0
    page = check(Path("report-run.html").read_bytes())
    assert "The data at /data/lines.npz are gone." in page.words
    assert page.all("h1")[0].text == "run"


@pytest.mark.parametrize("opens", [True, False])
def test_it_opens_in_the_browser(ganctl, trained, monkeypatch, opens):
    asked = []

    def pretend(address):
        asked.append(address)
        return opens

    monkeypatch.setattr("webbrowser.open", pretend)
    result = ganctl("report", "--open")
    assert result.code == 0
    assert asked == [Path("report-lines.html").absolute().as_uri()]
    assert ("no browser could be opened" in result.err) is not opens


def test_data_that_are_gone_are_said_in_their_place(ganctl, trained, home):
    header = json.loads((trained.folder / "run.json").read_text())
    header["config"]["data"] = "/gone/lines.npz"
    (trained.folder / "run.json").write_text(json.dumps(header))
    assert ganctl("report").code == 0
    words = check(Path("report-lines.html").read_bytes()).words
    assert "The data at /gone/lines.npz are gone." in words


def test_a_generator_without_labels_has_rows_without_names(ganctl, trained_gan):
    assert ganctl("report").code == 0
    page = check(Path("report-free.html").read_bytes())
    assert "Each image has a seed of its own." in page.words
    assert len(page.all("figure")) == 30


@pytest.mark.usefixtures("trained_infogan")
def test_a_generator_with_codes(ganctl):
    assert ganctl("report").code == 0
    check(Path("report-coded.html").read_bytes())


def test_a_generator_of_attributes_says_what_its_rows_are(ganctl, faces):
    assert ganctl("report", faces).code == 0
    page = check(Path("report-faces.html").read_bytes())
    assert "A row for each value of hair, a column for each seed, 0 to 9." in page.words
    assert "hair: blond, light brown, red." in page.words


def test_a_generator_of_words(ganctl, talker):
    assert ganctl("report", talker).code == 0
    page = check(Path("report-talker.html").read_bytes())
    assert "5 of them known" in page.words
    assert "The data at nowhere are gone." in page.words


@pytest.mark.slow
def test_before_there_is_any_run_the_bundled_digits_stand_in(ganctl):
    result = ganctl("report")
    assert "uses pretrained/mnist" in result.err
    page = check(Path("report-pretrained-mnist.html").read_bytes())
    assert len(page.all("figure")) == 30


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["--out", "report.txt"], 2, "--out takes a .html file"),
        (["--out", "taken/a.html"], 1, "taken"),
        (["--out", "folder.html", "--force"], 1, "folder.html is a folder"),
        (["nothing"], 1, "There is no run 'nothing'"),
    ],
)
def test_what_is_refused(ganctl, trained, arguments, code, says):
    Path("taken").touch()
    Path("folder.html").mkdir()
    result = ganctl("report", *arguments)
    assert result.code == code
    assert says in result.err
    assert "hint: " in result.err
