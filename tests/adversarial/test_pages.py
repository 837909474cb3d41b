"""What a person opens, in a real browser: no script of a learner's runs, nothing looks like a part of the page."""

import html
import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser

import nbformat
import pytest
import tiny
from nbconvert.exporters import HTMLExporter
from nbgrader.server_extensions.formgrader import handlers
from traitlets.config import Config

from autograder import classroom, clean, engine, report
from autograder.grading import Result
from autograder.store import Results
from autograder.verdict import RowResult, Verdict

pytestmark = [pytest.mark.filterwarnings("ignore"), pytest.mark.usefixtures("one_jail")]
BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
browser = pytest.mark.skipif(BROWSER is None, reason="needs a browser: apt-get install chromium")
ROOT = "parent.document.documentElement"
RUN = "document.documentElement.setAttribute('ran','yes')"

HTML = [
    f"<script>{RUN}</script>",
    f"<ScRiPt >{RUN}</sCrIpT >",
    f"<img src=x onerror={RUN}>",
    f'<img src="data:image/png;base64,aGk=" onerror="{RUN}">',
    f"<svg onload={RUN}></svg>",
    f"<svg><script>{RUN}</script></svg>",
    f"<svg><animate onbegin={RUN} attributeName=x dur=1s></svg>",
    f"<details open ontoggle={RUN}><summary>x</summary>y</details>",
    f"<input autofocus onfocus={RUN}>",
    f'<iframe srcdoc="<script>parent.{RUN}</script>"></iframe>',
    f'<object data="data:text/html,<script>{RUN}</script>"></object>',
    f"<style>@keyframes x{{}}</style><b style='animation-name:x' onanimationstart=\"{RUN}\">x</b>",
    f'<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror={RUN}&gt;">',
    f'<noscript><p title="</noscript><img src=x onerror={RUN}>">',
    f'<template><script>{RUN}</script></template><a title="</template><img src=x onerror={RUN}>">x</a>',
    f"<!--><img src=x onerror={RUN}>-->",
    f'<video><source onerror="{RUN}"></video>',
    f"<marquee onstart={RUN}>x</marquee>",
    f'<form><button formaction="javascript:{RUN}" autofocus onfocus="{RUN}">x</button></form>',
    f'<meta http-equiv="refresh" content="0;url=javascript:{RUN}">',
    '<link rel="stylesheet" href="https://example.org/x.css"><base href="https://example.org/">',
]
MARKDOWN = [
    *HTML,
    rf"$\text{{<img src=x onerror={RUN}>}}$",
    rf"$\href{{javascript:{RUN}}}{{x}}$ $\class{{navbar-fixed-top}}{{x}}$ $\style{{position:fixed}}{{x}}$",
    rf"\begin{{align}}</math><script>{RUN}</script>\end{{align}}",
    f'```"><script>{RUN}</script>\nx\n```',
    f"```mermaid\n<script>{RUN}</script>\n```",
    f"[x](javascript:{RUN}) ![x](x' onerror='{RUN}) [y](<x\" onmouseover=\"{RUN}>)",
    f"<javascript:{RUN}>",
    f"`</code><script>{RUN}</script>`",
    f"# heading <img src=x onerror={RUN}>",
    f"| <script>{RUN}</script> |\n|---|\n| <img src=x onerror={RUN}> |",
]
OVERLAY = '<div class="navbar navbar-fixed-top panel" id="notebook-container" style="position:fixed;top:0">fake</div>'


def opened(page, tmp_path):
    """The document as a browser has it once the page's scripts have run."""
    path = tmp_path / "page.html"
    path.write_text(page, encoding="utf-8", errors="replace")
    command = [
        BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
        f"--user-data-dir={tmp_path / 'profile'}", "--host-resolver-rules=MAP * ~NOTFOUND",
        "--virtual-time-budget=3000", "--dump-dom", path.as_uri(),
    ]  # fmt: skip
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout


def ran(dom):
    return 'ran="yes"' in re.search(r"<html[^>]*>", dom)[0]


def hostile(solved):
    """A right submission with everything above in Markdown, outputs, errors, source and messages."""
    make = nbformat.v4
    solved.cells += [make.new_markdown_cell(text) for text in [*MARKDOWN, OVERLAY]]
    solved.cells[0].source += f"\n\n<script>{RUN}</script>"  # the course's own prose, edited
    solved.cells += [make.new_raw_cell(text) for text in HTML[:3]]
    show = "from IPython.display import HTML, SVG, Javascript, Latex, Markdown, display\nimport sys\n"
    show += f"for text in {[*HTML, OVERLAY]!r}:\n"
    for kind in ("HTML", "Javascript", "Latex", "Markdown"):
        show += f"    display({kind}(text))\n"
    show += "    print(text)\n    print(text, file=sys.stderr)\n"
    solved.cells.append(make.new_code_cell(show))
    for text in HTML[:3]:
        solved.cells.append(make.new_code_cell(f"raise type({text!r}, (Exception,), {{}})({text!r})"))
    for cell in solved.cells:
        if cell.id == "exercise-stack_parameters":
            cell.source = f"def stack_parameters(parameters):\n    raise ValueError({HTML[0] + HTML[2]!r})"
    return solved


@pytest.fixture
def graded(tiny_course, hand_in, solved):
    hand_in("ada", solved)
    hand_in("eve", hostile(nbformat.from_dict(solved)), name=f"{HTML[2]}.ipynb".replace("/", ""))
    ada, eve = classroom.grade(tiny_course, tiny.NAME, pool=lambda: ThreadPoolExecutor(1))
    assert (ada.score, ada.flags) == (100, []) and eve.score == 60
    return tiny_course


def feedback_page(course, student="eve"):
    return (classroom.feedback(course, tiny.NAME) / student / tiny.NAME / "tiny.html").read_text()


def autograded(course, student="eve"):
    return course.folder("autograded", tiny.NAME, student) / "tiny.ipynb"


def formgrader_page(course, student="eve", config=None):
    """The page on which a grader gives points, as the formgrader's handler makes it."""
    config = course.config.copy() if config is None else config
    extra = Config({"HTMLExporter": {"template_name": "formgrade"}})
    extra.HTMLExporter.extra_template_basedirs = [handlers.template_path]
    config.merge(extra)
    resources = dict.fromkeys(("assignment_id", "notebook_id", "submission_id", "base_url", "student"), "x")
    resources |= {"index": 0, "total": 1, "last_name": "", "first_name": "", "notebook_path": "x"}
    path = autograded(course, student)
    return HTMLExporter(config=config).from_filename(str(path), resources=resources)[0]


def formgrader_page_without_the_configuration(course, student="eve"):
    return formgrader_page(course, student, Config())


def report_page(course, student="eve"):
    return report.write(course, tiny.NAME).read_text()


def exported_page(course, student="eve"):
    return HTMLExporter(template_name="lab").from_filename(str(autograded(course, student)))[0]


PAGES = {
    "feedback": feedback_page,
    "class report": report_page,
    "formgrader": formgrader_page,
    "formgrader without the course's configuration": formgrader_page_without_the_configuration,
    "exported": exported_page,
}


@browser
def test_the_scripts_tried_here_do_run_where_nothing_is_cleaned(solved, tmp_path):
    page, _ = HTMLExporter(template_name="lab").from_notebook_node(hostile(solved))
    assert ran(opened(page, tmp_path))
    frames = [
        f'<iframe srcdoc="{html.escape(text.replace(RUN, f"{ROOT}.setAttribute(`ran{number}`,1)"))}"></iframe>'
        for number, text in enumerate(HTML)
    ]
    dom = opened(f"<html><body>{''.join(frames)}</body></html>", tmp_path)
    assert len(re.findall(r"ran\d+=", re.search(r"<html[^>]*>", dom)[0])) >= 12


@browser
@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_no_script_runs_and_nothing_lies_over_the_page(graded, tmp_path, page):
    dom = opened(page(graded), tmp_path)
    assert not ran(dom)
    added = attributes(dom) - attributes(page(graded, "ada"))
    assert not [name for _, name, _ in added if name.startswith("on")]
    assert not [value for _, name, value in added if name == "class" and "navbar" in value]
    assert not [value for _, name, value in added if name == "style" and "position" in value]
    assert not [value for _, name, value in added if name == "href" and "javascript" in value]
    assert all(value.startswith("cell-id=") for _, name, value in added if name == "id")


def attributes(dom):
    """Every attribute of every element: its tag, its name, its value."""
    found = set()

    class Reader(HTMLParser):
        def handle_starttag(self, tag, attrs):
            found.update((tag, name, value or "") for name, value in attrs)

    Reader().feed(dom)
    return found


@browser
def test_a_result_that_was_forged_altogether_runs_no_script_either(graded, tmp_path):
    """As from a run without a sandbox, where a learner's code may have written anything into the result."""
    result = Result.from_dict(Results(graded).load(tiny.NAME, "eve"))
    everything = "".join(HTML)
    data = dict.fromkeys(
        (
            "text/html",
            "text/plain",
            "text/markdown",
            "text/latex",
            "image/svg+xml",
            "image/png",
            "image/jpeg",
        ),
        everything,
    )
    data |= {"application/javascript": RUN, "application/vnd.jupyter.widget-view+json": {"model_id": "x"}}
    result.outputs = {
        index: [
            {"output_type": "display_data", "data": data, "metadata": {"image/png": {"alt": everything}}},
            {"output_type": "stream", "name": everything, "text": everything},
            {"output_type": "error", "ename": everything, "evalue": everything, "traceback": [everything]},
        ]
        for index in range(40)
    }
    result.jail = "none"
    result.flag("forged", everything)
    row = RowResult(everything, 1, 1, False, everything, everything)
    result.verdicts = {name: Verdict(everything, [row], [everything], everything) for name in result.verdicts}
    found = engine.read(graded, tiny.NAME, "eve")
    engine.write_into(found.notebook, result, "key")
    autograded(graded).chmod(0o644)
    nbformat.write(found.notebook, autograded(graded))
    Results(graded).save(tiny.NAME, "eve", "key", result.to_dict())
    for name, page in PAGES.items():
        assert not ran(opened(page(graded), tmp_path)), name


@browser
@pytest.mark.parametrize("page", [feedback_page, report_page], ids=["feedback", "class report"])
def test_a_script_that_got_through_would_not_run_either(graded, tmp_path, page):
    """The pages' own policy, with a hole in the cleaning made by hand."""
    holed = page(graded).replace("</body>", f"<script>{RUN}</script><img src=x onerror={RUN}></body>")
    assert "<script>" in holed and not ran(opened(holed, tmp_path))


@browser
def test_feedback_needs_no_network_and_its_formulas_are_there(tiny_course, hand_in, solved, tmp_path):
    solved.cells.append(
        nbformat.v4.new_markdown_cell(r"$\Gamma_f \odot c^{\langle t-1 \rangle}$ and $a < b$")
    )
    lines = r"$$\begin{aligned}a &= b \\ c &= d\end{aligned}$$"
    solved.cells.append(nbformat.v4.new_markdown_cell(lines))
    hand_in("eve", solved)
    classroom.grade(tiny_course, tiny.NAME, pool=lambda: ThreadPoolExecutor(1))
    page = feedback_page(tiny_course)
    assert re.findall(r"<script|<link|@import|src=\"(?!data:)|url\(['\"]?(?:https?:)?//", page) == []
    dom = opened(page, tmp_path)
    assert (
        '<mi mathvariant="normal">Γ</mi>' in dom
        and dom.count("<mtr>") == 2
        and "<mo>⊙</mo>" in dom
        and "<mo>&lt;</mo>" in dom
        and "$" not in clean_text(dom)
    )


def clean_text(dom):
    """The words of a page, its styles and code left out."""
    return re.sub(r"<(style|pre|code)\b.*?</\1>|<[^>]*>", "", dom, flags=re.DOTALL)


def test_the_courses_markdown_loses_only_what_could_do_harm():
    source = "# One\n\n<details><summary>Hint</summary>\n\n`x` **b**\n\n</details>\n\n"
    source += "```python\nx = 1\n```\n\n| a |\n|--|\n| 1 |"
    shown = clean.safe_markdown(source)
    for part in ("<h1>One</h1>", "<details><summary>Hint</summary>", "<strong>b</strong>", "<td>1</td>"):
        assert part in shown
    assert '<div class="highlight">' in shown and '<span class="n">x</span>' in shown


@pytest.mark.parametrize("attribute", ["id", "style", "class", "name", "data-link", "role", "onclick", "for"])
def test_an_attribute_that_the_page_acts_on_is_dropped(attribute):
    for tag in ("div", "span", "h1", "a", "table", "td", "b", "img", "math"):
        made = f'<{tag} {attribute}="navbar-fixed-top top">x</{tag}>'
        for cleaned in (clean.clean_html(made), clean.safe_markdown(made)):
            assert "navbar" not in cleaned and " id=" not in cleaned


def test_a_link_leads_out_of_the_courses_pages_only():
    for address in ("page.html", "/formgrader", "//example.org", "#top", "javascript:x", "data:text/html,x"):
        assert "href" not in clean.safe_markdown(f"[x]({address})"), address
    assert 'href="https://example.org"' in clean.safe_markdown("[x](https://example.org)")


@pytest.mark.parametrize("source", ["plain words, 2 * 3", r"a formula $x_1$ \alpha", "- a\n- b"])
def test_plain_markdown_is_left_as_it_was_written(source):
    assert clean.inert_markdown(source) == source


def test_inert_markdown_shows_the_same_as_before():
    source = (
        f"a <b>bold</b> [link](https://example.org) $a<b$\n\n```python\nx = 1\n\n\ny = '$z$'\n```\n{HTML[0]}"
    )
    once, twice = clean.safe_markdown(source), clean.safe_markdown(clean.inert_markdown(source))
    assert words(once) == words(twice) and "<b>bold</b>" in twice and "script" not in twice


def words(page):
    return html.unescape(re.sub(r"<[^>]*>", "", page)).split()


@pytest.mark.parametrize("text", ["**b** [x](y) <i> & $x$ `c` \\ # _z_ ~s~ |", "a\nb\x1b[31m\u202e\x00"])
def test_words_in_a_note_are_only_words(text):
    noted = clean.safe_markdown(f"- {clean.text(text)}")
    assert noted.count("<") == noted.count("<ul") + noted.count("</ul") + noted.count("<li") + noted.count(
        "</li"
    )
    assert "\x1b" not in noted and "\u202e" not in noted


@pytest.mark.parametrize(
    "text",
    [
        "[" * 10**5,
        r"\begin{a}" * 10**4,
        "$" + "{" * 10**4 + "$",
        "> " * 10**4,
        "<div>" * 10**4,
        "$" + "x^" * 900 + "$",
    ],
    ids=["brackets", "environments", "braces", "quotes", "tags", "powers"],
)
def test_markdown_written_to_break_the_parsers_is_shown_as_it_was_typed(text):
    assert clean.safe_markdown(text).strip()
