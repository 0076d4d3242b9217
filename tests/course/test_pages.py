"""Lessons as pages on the web: how they are rendered, and that the committed ones are those of the lessons."""
import re

import pytest

from numpy_dgm.__main__ import main
from numpy_dgm.course.lessons import FOLDER, find_lessons
from numpy_dgm.course.pages import render, without_output, write_page
from numpy_dgm.foundation.checks import InvalidInput

LESSON = """\
# %% [markdown]
# # Short: for the test
#
# An equation:
#
#     1 = 1                                  (98.1)

# %% (98.1) one
from numpy_dgm import plots
from numpy_dgm.foundation.verify import verify

verify("(98.1) 1 = 1", 1.0, 1)

# %% figure: two
print("above")
plots.save(plots.new_figure()[0], "98_a.png")
plots.save(plots.new_figure()[0], "98_b.png")
print("    below")


# %%
number = 3

# %% [markdown]
# Last.
"""

PAGE = """\
# Short: for the test

[This lesson as a script](../98_short.py) · [solutions](../solutions/98.md) · [all lessons](../README.md)

An equation:

    1 = 1                                  (98.1)

```python
# (98.1) one
from numpy_dgm import plots
from numpy_dgm.foundation.verify import verify

verify("(98.1) 1 = 1", 1.0, 1)
```

```text
  ok (98.1) 1 = 1   largest difference 0.0e+00
```

```python
# figure: two
print("above")
plots.save(plots.new_figure()[0], "98_a.png")
plots.save(plots.new_figure()[0], "98_b.png")
print("    below")
```

```text
above
```

![98_a](../figures/98_a.png)

![98_b](../figures/98_b.png)

```text
    below
```

```python
number = 3
```

Last.
"""


@pytest.fixture
def lesson(tmp_path):
    path = tmp_path / "98_short.py"
    path.write_text(LESSON, encoding="utf8")
    return path


def test_a_page_has_text_code_output_and_figures_in_their_places(lesson):
    page = write_page(lesson)
    assert page == lesson.parent / "pages" / "98_short.md" and page.read_text(encoding="utf8") == PAGE
    for figure in re.findall(r"\]\((\S+\.png)\)", PAGE):
        assert (page.parent / figure).is_file()


def test_a_page_without_its_output_is_the_lesson(lesson):
    assert without_output(PAGE) == render(lesson)
    assert "```text" not in render(lesson) and "figures" not in render(lesson)


def test_a_lesson_that_fails_has_no_page(lesson):
    lesson.write_text(LESSON.replace("1.0, 1)", "1.0, 2)"), encoding="utf8")
    message = r"^98_short\.py: expected a lesson that runs to its end, got .*1 of 1 entries are off"
    with pytest.raises(InvalidInput, match=message):
        write_page(lesson)
    assert not list((lesson.parent / "pages").iterdir())


def test_the_command_writes_pages(lesson, monkeypatch, capsys):
    monkeypatch.setattr("numpy_dgm.course.lessons.FOLDER", lesson.parent)
    assert main(["lessons", "98", "--pages"]) == 0
    assert capsys.readouterr().out == "pages/98_short.md   1 kB\n" and (lesson.parent / "pages/98_short.md").is_file()


# the committed pages

PAGES = FOLDER / "pages"
LESSONS = find_lessons()


@pytest.mark.skipif(not PAGES.is_dir(), reason="no pages yet")
@pytest.mark.parametrize("path", LESSONS, ids=[path.stem for path in LESSONS])
def test_text_and_code_of_a_committed_page_are_its_lesson_s(path):
    page = (PAGES / f"{path.stem}.md").read_text(encoding="utf8")
    assert without_output(page) == render(path), f"run: dgm lessons --pages {path.name[:2]}"
    drawn = re.findall(r"\]\(\.\./figures/(\S+)\)", page)
    assert drawn and all((FOLDER / "figures" / figure).stat().st_size <= 45_000 for figure in drawn)


@pytest.mark.skipif(not PAGES.is_dir(), reason="no pages yet")
def test_there_is_no_page_nor_figure_without_a_lesson_and_all_figures_are_small():
    assert {path.stem for path in PAGES.iterdir()} <= {path.stem for path in LESSONS}
    assert sum(path.stat().st_size for path in (FOLDER / "figures").iterdir()) <= 4_000_000
