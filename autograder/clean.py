"""What a learner wrote or printed, with nothing in it that could run, load or break out of a page.

Markdown becomes HTML here, formulas included (MathML), so that a page needs neither scripts nor the network.
"""

import base64
import binascii
import html
import re
from collections.abc import Callable
from typing import Any

import nbformat
import nh3
from latex2mathml import converter as latex
from mistune import HTMLRenderer
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode
from pygments.token import STANDARD_TYPES

LONG_TEXT = 20_000  # characters: longer Markdown is shown as it was typed
LONG_FORMULA = 2_000
LANGUAGES = {"python", "python3", "py", "ipython", "ipython3", "pycon", "bash", "sh", "console", "json"}


def text(words: str) -> str:
    """Words as they are, in Markdown or HTML: every sign that either would act on is written as a number."""
    plain = " ".join("".join(c if c.isprintable() or c.isspace() else "�" for c in words).split())
    return re.sub(r"[^\w .,;:()'\-]|\b_|_\b", lambda sign: f"&#{ord(sign[0])};", plain)


def spreadsheet(words: str) -> str:
    """Words that no spreadsheet takes for a formula: an apostrophe stands before a sign that would begin one."""
    return f"'{words}" if words.startswith(("=", "+", "-", "@", "\t", "\r")) else words


def safe_output(output: dict[str, Any]) -> NotebookNode | None:
    """A student's output with nothing in it that could run or break out of a page."""
    kind = output.get("output_type")
    if kind == "stream":
        name = "stderr" if output.get("name") == "stderr" else "stdout"
        return nbformat.v4.new_output("stream", name=name, text=str(output.get("text", "")))
    if kind == "error":
        trace = [str(line) for line in output.get("traceback", [])]
        return nbformat.v4.new_output(
            "error", ename=str(output.get("ename")), evalue=str(output.get("evalue")), traceback=trace
        )
    data = output.get("data")
    if kind not in ("display_data", "execute_result") or not isinstance(data, dict):
        return None
    kept = {mime: SAFE[mime](text) for mime, text in data.items() if mime in SAFE and isinstance(text, str)}
    kept = {mime: text for mime, text in kept.items() if text}
    return nbformat.v4.new_output("display_data", kept) if kept else None


def image(text: str) -> str:
    """Base64 text as it is, or nothing: it goes into an attribute of a page unescaped."""
    bare = "".join(text.split())
    try:
        base64.b64decode(bare, validate=True)
    except (binascii.Error, ValueError):
        return ""
    return bare


def clean_html(html: str) -> str:
    """HTML with nothing in it that runs, loads, lies over the page or looks like a part of it.

    Every `src` is dropped; a picture in the page goes through as a number. (A filter called back from nh3 would
    do, but swallows Ctrl-C.) No `id`, no `style`, no classes but the highlighter's and a data frame's; links
    lead out of the course's pages only.
    """
    pictures: list[str] = []

    def numbered(match: re.Match[str]) -> str:
        pictures.append(match[2])
        return f'data-picture="{len(pictures) - 1}"'

    cleaned = nh3.clean(
        PICTURE.sub(numbered, html),
        tags=TAGS,
        attributes=ATTRIBUTES,
        allowed_classes=CLASSES,
        url_schemes={"http", "https", "mailto"},
        url_relative="deny",
    )
    for number, picture in enumerate(pictures):
        cleaned = cleaned.replace(f'data-picture="{number}"', f'src="{picture}"')
    return cleaned


PICTURE = re.compile(r"""src=(["'])(data:image/(?:png|jpeg);base64,[A-Za-z0-9+/=\s]*)\1""")

SAFE: dict[str, Callable[[str], str]] = {
    "text/plain": str,
    "text/html": clean_html,
    "image/png": image,
    "image/jpeg": image,
}

FORMULAS = {
    "math",
    "menclose",
    "mfrac",
    "mi",
    "mn",
    "mo",
    "mover",
    "mpadded",
    "mphantom",
    "mroot",
    "mrow",
    "mspace",
    "msqrt",
    "mstyle",
    "msub",
    "msubsup",
    "msup",
    "mtable",
    "mtd",
    "mtext",
    "mtr",
    "munder",
    "munderover",
}
TAGS = (
    FORMULAS | {"section"} | nh3.ALLOWED_TAGS - {"area", "article", "aside", "footer", "header", "map", "nav"}
)
ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"alt", "width", "height", "data-picture"},
    "ol": {"start"},
    "td": {"align", "colspan", "rowspan"},
    "th": {"align", "colspan", "rowspan"},
    "details": {"open"},
    "math": {"display"},
    "mi": {"mathvariant"},
    "mo": {"accent", "fence", "form", "maxsize", "minsize", "separator", "stretchy"},
    "mover": {"accent"},
    "munder": {"accentunder"},
    "mfrac": {"linethickness"},
    "mspace": {"width"},
    "mstyle": {"displaystyle", "scriptlevel"},
    "mtable": {"columnalign", "rowspacing"},
    "mtd": {"columnalign"},
}
CLASSES = {
    "div": {"highlight"},
    "span": {name for name in STANDARD_TYPES.values() if name},
    "table": {"dataframe"},
}


def safe_markdown(source: str) -> str:
    """Markdown to HTML as nbconvert does it, then cleaned: nothing of it may run in a grader's browser."""
    try:
        rendered = MarkdownWithMath(renderer=Page()).render(source) if len(source) <= LONG_TEXT else ""
    except Exception:  # the parsers are not ours, and the text may have been written to break them
        rendered = ""
    cleaned = clean_html(rendered or f"<pre>{html.escape(source)}</pre>")
    return cleaned.replace(
        "<table>", '<table class="table table-condensed">'
    )  # the page's own style of tables


def inert_markdown(source: str) -> str:
    """Markdown that is safe wherever it is shown: what is more than plain text is made HTML and cleaned now."""
    if not re.search(r"[<&\[]|://", source):
        return source
    body = safe_markdown(source).strip().replace("$", "&#36;").replace("\\", "&#92;")
    unbroken = re.sub(r"\n[ \t]*(?=\n)", "&#10;", body)  # an empty line would end the HTML
    return f"<div>\n{unbroken}\n</div>"


class Page(IPythonRenderer):  # type: ignore[misc]
    """Markdown to HTML that needs no script: formulas as MathML, no anchors, no files from beside the notebook."""

    def __init__(self) -> None:
        """HTML in the text goes through: it is cleaned with the rest."""
        super().__init__(escape=False, allow_harmful_protocols=False, exclude_anchor_links=True)

    def block_code(self, code: str, info: str | None = None) -> str:
        """A fenced block, coloured where the language is one of the course's."""
        language = (info or "").split(maxsplit=1)[:1]
        if language and language[0] in LANGUAGES:
            return str(super().block_code(code, info))
        return str(HTMLRenderer.block_code(self, code))

    def block_math(self, body: str) -> str:
        """A formula on lines of its own."""
        return formula(body, "block")

    def inline_math(self, body: str) -> str:
        """A formula in a line."""
        return formula(body, "inline")

    def latex_environment(self, name: str, body: str) -> str:
        """A formula in an environment, `align` and the like."""
        return formula(rf"\begin{{{name}}}{body}\end{{{name}}}", "block")

    def _embed_image_or_attachment(self, src: str) -> str:
        return src


def formula(body: str, display: str) -> str:
    r"""A formula as MathML; as it was typed where it is too long or is none.

    Args:
        body: LaTeX, `\Gamma_f`.
        display: `block` or `inline`.
    """
    try:
        if len(body) <= LONG_FORMULA:
            known = body.replace("<", r"\lt ").replace("{aligned}", "{align*}")  # which latex2mathml knows
            return UPRIGHT.sub(r'<mi mathvariant="normal">\1</mi>', latex.convert(known, display=display))
    except Exception:  # the parser is not ours, and the text may have been written to break it
        pass
    return f"<code>{html.escape(body)}</code>"


# Capital Greek letters stand upright in TeX; in MathML a single letter leans unless told otherwise.
UPRIGHT = re.compile(r"<mi>(&#x003(?:9[1-9A-F]|A[0-9]);)</mi>")
