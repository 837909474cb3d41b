"""What a learner wrote or printed, with nothing in it that could run, load or break out of a page."""

import base64
import binascii
import functools
import re
from collections.abc import Callable
from typing import Any

import nbformat
import nh3
from jinja2 import pass_context
from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode


def text(words: str) -> str:
    """Plain text as HTML or Markdown that shows just that."""
    return nh3.clean_text(words)


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
    """HTML with nothing in it that runs or loads anything; figures that lie in the page itself may stay.

    Every `src` is dropped; a picture in the page goes through as a number. (A filter called back from nh3 would
    do, but swallows Ctrl-C.)
    """
    pictures: list[str] = []

    def numbered(match: re.Match[str]) -> str:
        pictures.append(match[2])
        return f'data-picture="{len(pictures) - 1}"'

    cleaned = nh3.clean(PICTURE.sub(numbered, html), tags=MARKUP, attributes=ATTRIBUTES)
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

# What rendered markdown may keep: highlighted code, headings with anchors, folds, MathJax's spans.
MARKUP = nh3.ALLOWED_TAGS | {"div", "section", "details", "summary"}
ATTRIBUTES = {
    **nh3.ALLOWED_ATTRIBUTES,
    "*": {"class", "id", "align"},
    "a": {"href", "title"},
    "img": {"alt", "width", "height", "data-picture"},
}


@pass_context
def safe_markdown(context: Any, source: str) -> str:
    """Markdown to HTML as nbconvert does it, then cleaned: nothing of it may run in a grader's browser."""
    html = clean_html(plain_exporter().markdown2html(context, source))
    return html.replace("<table>", '<table class="table table-condensed">')  # the page's own style of tables


@functools.cache
def plain_exporter() -> Any:
    """nbconvert's own exporter, for what it makes of markdown."""
    return HTMLExporter()
