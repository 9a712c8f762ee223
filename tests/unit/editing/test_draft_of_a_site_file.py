"""A draft of the site file: checked at every step, taken back, made again, saved with its comments and only whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from bartizan.adapters.files.site import load_site
from bartizan.adapters.files.site_folder import SiteFolderFiles
from bartizan.app.editing import Draft, Drafts, fields_of, in_plan, listed
from bartizan.errors import ChangeError, InputError, SiteFileError

TEXT = """schema = 1
[site]
name = "Yard"

[[area]]
id = "street" # where anybody may be
outside = true

# the one that matters
[[area]]
id = "yard"
polygon = [[0, 0], [10, 0], [10, 10], [0, 10]]

[[element]]
id = "gate"
kind = "gate"
between = ["street", "yard"]
  [[element.way]]
  id = "climb"
  delay = { mean = 20, sd = 6 } # timed twice
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "site.toml").write_text(TEXT)
    return tmp_path


@pytest.fixture
def draft(folder: Path) -> Draft:
    return Draft(SiteFolderFiles(folder))


def test_changes_are_taken_back_and_made_again(draft: Draft) -> None:
    draft.change([{"at": "area/yard", "set": {"name": "The yard"}}])
    draft.change([{"add": {"zone": {"id": "z", "area": "yard", "polygon": [[1, 1], [2, 1], [2, 2]]}}}])
    assert draft.checked().faults == ()
    both = draft.text
    draft.undo()
    assert "[[zone]]" not in draft.text
    draft.undo()
    assert (draft.text, draft.changed, draft.can_undo) == (TEXT, False, False)
    draft.redo()
    draft.redo()
    assert draft.text == both
    draft.undo()
    draft.change([{"at": "area/yard", "set": {"name": "Another"}}])
    assert not draft.can_redo, "what was taken back and left is gone"
    draft.undo()
    assert (draft.text.count("[[zone]]"), draft.text.count("The yard")) == (0, 1)


def test_it_is_saved_with_its_comments_and_every_other_letter(draft: Draft, folder: Path) -> None:
    draft.change([{"at": "element/gate/way/climb", "set": {"delay": {"mean": 25, "sd": 6}}}])
    assert [line for line in draft.lines() if line[0] in "+-"][2:] == [
        "-  delay = { mean = 20, sd = 6 } # timed twice",
        "+  delay = { mean = 25, sd = 6 } # timed twice",
    ]
    draft.save()
    saved = (folder / "site.toml").read_text()
    assert saved == TEXT.replace("mean = 20", "mean = 25")
    assert load_site(folder).element("gate").ways[0].delay.mean == 25.0
    assert (draft.changed, draft.can_undo) == (False, False)


def test_a_draft_with_faults_says_all_of_them_and_is_not_saved(draft: Draft, folder: Path) -> None:
    draft.change([{"at": "area/yard", "remove": True}])
    faults = draft.checked().faults
    (fault,) = faults
    assert fault.key == "element[0].between[1]"
    assert draft.text.splitlines()[fault.line - 1] == 'between = ["street", "yard"]'
    with pytest.raises(ChangeError, match=r"1 faults\. Mend them first"):
        draft.save()
    assert (folder / "site.toml").read_text() == TEXT


def test_what_is_tried_is_not_done(draft: Draft) -> None:
    tried = draft.tried([{"at": "element/gate", "set": {"between": ["street", "yrd"]}}])
    assert [fault.cure for fault in tried.faults] == ["Did you mean 'yard'?"]
    assert draft.text == TEXT
    assert draft.checked().faults == ()


def test_somebody_elses_change_is_not_written_over(draft: Draft, folder: Path) -> None:
    draft.change([{"at": "area/yard", "set": {"name": "Mine"}}])
    theirs = TEXT.replace('"Yard"', '"Theirs"')
    (folder / "site.toml").write_text(theirs)
    with pytest.raises(InputError, match="changed by somebody else"):
        draft.save()
    assert (folder / "site.toml").read_text() == theirs


def test_a_change_that_has_no_place_changes_nothing(draft: Draft) -> None:
    with pytest.raises(ChangeError):
        draft.change([{"at": "area/none", "set": {"name": "x"}}])
    assert (draft.text, draft.can_undo) == (TEXT, False)


def test_each_person_has_a_draft_of_their_own(folder: Path) -> None:
    drafts = Drafts(SiteFolderFiles(folder))
    drafts.of("Ada").change([{"at": "area/yard", "set": {"name": "Ada's"}}])
    assert not drafts.of("Ben").changed
    assert drafts.of("Ada").changed
    assert not drafts.begin_again("Ada").changed


def test_things_and_keys_are_listed_as_the_file_says_them(draft: Draft) -> None:
    document = draft.checked().document
    assert [one.at for one in listed(document)] == [
        "site", "area/street", "area/yard", "element/gate", "element/gate/way/climb",
    ]  # fmt: skip
    own, more = fields_of(document, "element/gate/way/climb", SiteFolderFiles(Path("x")).spelt)
    assert [(one.key, one.value) for one in own] == [("id", "climb"), ("delay", "{ mean = 20, sd = 6 }")]
    assert {"p_detection", "detect_at", "needs"} <= {one.key for one in more}
    with pytest.raises(ChangeError, match="nothing at 'area/none'"):
        fields_of(document, "area/none", str)


@pytest.mark.parametrize("spelt", ["", "1\nother = 2", "x", "{ a = ", "1 # and\n[area]", '"' + "x" * 9000 + '"'])
def test_what_is_no_value_is_refused(folder: Path, spelt: str) -> None:
    with pytest.raises(ChangeError):
        SiteFolderFiles(folder).value(spelt)


def test_places_go_back_to_degrees_where_the_file_has_them() -> None:
    plan = {"plan": {"crs": "wgs84", "origin": [16.4, 48.2], "bearing": 0.0}}
    ((longitude, latitude),) = in_plan(plan, [[0.0, 111.2]])
    # a minute of arc is a nautical mile of 1,852 m, within the flattening of the earth
    assert longitude == pytest.approx(16.4)
    assert latitude == pytest.approx(48.2 + 111.2 / 1852 / 60, abs=1e-5)
    assert in_plan({}, [[1.25, 2]]) == [[1.25, 2.0]]
    with pytest.raises(InputError, match="no origin"):
        in_plan({"plan": {"crs": "wgs84"}}, [[0, 0]])


def test_a_file_that_is_no_toml_is_said_with_its_line(folder: Path) -> None:
    checked = SiteFolderFiles(folder).check("schema = 1\n[site\n")
    assert checked.site is None
    assert [fault.line for fault in checked.faults] == [2]
    (folder / "site.toml").unlink()
    with pytest.raises(SiteFileError):
        SiteFolderFiles(folder).read()
