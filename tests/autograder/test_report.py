"""The class report says how a class did, in one page that needs nothing else."""

import re

import pytest

from autograder import report
from autograder.exercises import exercises
from autograder.grading import Result
from autograder.store import CourseError, Results
from autograder.verdict import RowResult, Verdict


@pytest.fixture
def results(tiny_registry):
    """One student with full marks, one with a mistake, and one with a hostile name who wrote nothing."""
    first, second = exercises("01-tiny")

    def verdict(exercise, right, mistake=None):
        rows = [
            RowResult(row.name, row.points if right else 0, row.points, right, "" if right else "no", mistake)
            for row in exercise.rows
        ]
        return Verdict(exercise.name, [*rows, RowResult("arguments left as they were", int(right), 1, right)])

    ada = Result("01-tiny", "ada", {first.name: verdict(first, True), second.name: verdict(second, True)})
    ben = Result(
        "01-tiny", "ben", {first.name: verdict(first, False, "no_bias"), second.name: verdict(second, True)}
    )
    eve = Result("01-tiny", "<script>eve", {e.name: verdict(e, False) for e in (first, second)})
    eve.flag("forged", "points <b>written</b> in by hand")
    return [ada, ben, eve]


def test_scores_fall_into_their_tenth_and_full_marks_into_the_last():
    counts = [bar.count for bar in report.histogram([0, 9.99, 10, 99, 100], 100)]
    assert counts == [2, 1, 0, 0, 0, 0, 0, 0, 0, 2]


def test_success_counts_rows_and_points(results):
    found = report.success(exercises("01-tiny")[0], results)
    assert (found["right"], found["of"]) == (1, 3)
    assert found["share"] == pytest.approx(1 / 3)
    assert {row["name"]: row["right"] for row in found["rows"]}["a_next"] == 1


def test_the_page_names_mistakes_with_their_sentence_and_flags_with_their_student(results):
    page = report.render("01-tiny", results)
    assert "The bias ba is added before the tanh." in page and "ben" in page
    assert "points &lt;b&gt;written&lt;/b&gt; in by hand" in page
    assert "&lt;script&gt;eve" in page and "<script" not in page


def test_a_name_and_a_flag_turn_no_text_round(results):
    results[2].student = "eve\u202egpj"
    results[2].flag("renamed", "called a\u202egpj\x1b[31m")
    page = report.render("01-tiny", results)
    assert "gpj" in page and "\u202e" not in page and "\x1b" not in page


def test_the_page_loads_nothing(results):
    page = report.render("01-tiny", results)
    assert "default-src 'none'" in page.split("<style>")[0]
    assert re.findall(r"(?:src|href)\s*=|url\(|@import|https?://", page) == []


def test_figures_say_in_words_what_they_show(results):
    page = report.render("01-tiny", results)
    assert page.count("<svg") == page.count('role="img" aria-label="')


def test_an_anonymous_page_has_no_names(results):
    page = report.render("01-tiny", results, anonymous=True)
    assert "ada" not in page and "ben" not in page and "eve" not in page
    assert "student 1" in page and "student 3" in page


def test_the_report_is_written_where_it_is_asked_for(tiny_course, results, tmp_path):
    with pytest.raises(CourseError, match="Nothing of 01-tiny is graded yet"):
        report.write(tiny_course, "01-tiny")
    for result in results[:2]:
        Results(tiny_course).save("01-tiny", result.student, "key", result.to_dict())
    assert report.write(tiny_course, "01-tiny") == tiny_course.root / "reports" / "01-tiny.html"
    assert report.write(tiny_course, "01-tiny", tmp_path / "here.html").is_file()
