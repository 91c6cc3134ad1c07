"""The small language of templates: Liquid without loops, files, assignments or wide filters.

A text sees a dict of facts and nothing else: no object, no attribute, no other template. What is
left of Liquid cannot run long: no loop, a handful of filters that never lengthen a text much, a
bounded depth and a bounded output.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TextIO

from liquid import BoundTemplate, Environment, RenderContext
from liquid.ast import BlockNode, Node
from liquid.builtin.output import Output, OutputNode
from liquid.builtin.tags.case_tag import CaseTag
from liquid.builtin.tags.comment_tag import CommentTag
from liquid.builtin.tags.if_tag import IfTag
from liquid.builtin.tags.unless_tag import UnlessTag
from liquid.exceptions import LiquidError, LiquidSyntaxError
from liquid.parser import get_parser
from liquid.stream import TokenStream
from liquid.tag import Tag
from liquid.token import TOKEN_CONTENT, TOKEN_EOF, TOKEN_ILLEGAL, TOKEN_TAG, Token

FIELDS = (
    "customer.name",
    "customer.first_name",
    "customer.company",
    "agent.name",
    "agent.first_name",
    "conversation.id",
    "conversation.subject",
    "inbox.name",
)
FILTERS = ("capitalize", "default", "downcase", "strip", "upcase")
MOST = 10_000  # characters of a text
DEEPEST = 8  # blocks in one another
# Around what a fact filled. Private characters: nobody types them, and facts lose theirs.
_OPEN, _SHUT = "\ue000", "\ue001"
_MARKED = re.compile(f"{_OPEN}([^{_OPEN}{_SHUT}]*){_SHUT}")
_GAP = re.compile(r"\[\[.*?\]\]", re.DOTALL)
_TAGS = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)


class _Filled(OutputNode):
    """An output that marks what it filled in, or leaves an open gap where nothing is known."""

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        """Write the value between marks; without one, the name of the missing fact."""
        value = self.expression.evaluate(context)
        if isinstance(value, str) and value:
            return buffer.write(f"{_OPEN}{value}{_SHUT}")
        return buffer.write("".join(f"[[{path}]]" for path in _paths([self])[:1]))


class _Output(Output):
    node_class = _Filled


class _OptionalNode(Node):
    """Words that the agent keeps or deletes: `[[? … ]]` in the composer."""

    def __init__(self, token: Token, block: BlockNode) -> None:
        super().__init__(token)
        self.block = block
        self.blank = False

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        """Write the block between the marks of an optional gap."""
        buffer.write("[[?")
        self.block.render(context, buffer)
        return buffer.write("]]")

    def children(
        self, static_context: RenderContext, *, include_partials: bool = True
    ) -> Iterable[Node]:
        """The words inside."""
        del static_context, include_partials
        yield self.block


class _Optional(Tag):
    name = "optional"
    end = "endoptional"

    def parse(self, stream: TokenStream) -> Node:
        """Everything up to the end tag; an optional part holds no other one."""
        token = stream.eat(TOKEN_TAG)
        block = get_parser(self.env).parse_block(stream, frozenset(("endoptional", TOKEN_EOF)))
        stream.expect(TOKEN_TAG, value="endoptional")
        if _holds_optional(block):
            raise LiquidSyntaxError("an optional part within another one", token=token)
        return _OptionalNode(token, block)


def _holds_optional(node: Node) -> bool:
    return any(
        isinstance(one, _OptionalNode) or _holds_optional(one) for one in node.children(_NO_CONTEXT)
    )


class _Language(Environment):
    block_nesting_limit = DEEPEST
    context_depth_limit = DEEPEST
    loop_iteration_limit = 1
    local_namespace_limit = 0
    output_stream_limit = 4 * MOST


def _language() -> Environment:
    made = _Language(strict_filters=True)
    made.tags = {name: made.tags[name] for name in (TOKEN_CONTENT, TOKEN_ILLEGAL)}
    for tag in (_Output, _Optional, IfTag, UnlessTag, CaseTag, CommentTag):
        made.add_tag(tag)
    made.filters = {name: made.filters[name] for name in FILTERS}
    return made


_ENVIRONMENT = _language()
_NO_CONTEXT = RenderContext(BoundTemplate(_ENVIRONMENT, []))


@dataclass(frozen=True)
class Fault:
    """What is wrong with a text; line and column count from 1, 0 where they are not known.

    kind: "syntax" (`what` is the parser's own words), "fact" or "filter" (its name), "long".
    """

    kind: str
    what: str
    line: int = 0
    column: int = 0


@dataclass(frozen=True)
class Filled:
    """A text with its facts. `spans` (start, end) tell which characters came from facts."""

    text: str
    spans: tuple[tuple[int, int], ...] = ()


@lru_cache(maxsize=1024)
def _parsed(text: str) -> BoundTemplate:
    return _ENVIRONMENT.from_string(text)


def fault(text: str) -> Fault | None:
    """The first thing for which a text is refused, or None."""
    if len(text) > MOST:
        return Fault("long", str(len(text)))
    if _OPEN in text or _SHUT in text:
        return Fault("syntax", ascii(_OPEN))
    try:
        parsed = _parsed(text)
        facts, filters = parsed.variable_paths(), parsed.analyze().filters
    except LiquidError as error:
        return _syntax(error, text)
    for kind, found, known in (("fact", facts, FIELDS), ("filter", filters, FILTERS)):
        name = next((str(one) for one in found if str(one) not in known), "")
        if name:
            return Fault(kind, name, *_place(text, text.find(name)))
    return None


def _syntax(error: LiquidError, text: str) -> Fault:
    at = error.token.start_index if error.token else -1
    said = str(error.message or "")
    words = error.token.value if error.token and error.token.value not in said else ""
    return Fault("syntax", f"{said} {words}".strip(), *_place(text, at))


def _place(text: str, at: int) -> tuple[int, int]:
    if at < 0:
        return 0, 0
    before = text[:at]
    return before.count("\n") + 1, at - before.rfind("\n")


def _paths(nodes: Iterable[Node]) -> list[str]:
    """The facts that an output asks for, as they are written."""
    found: list[str] = []
    for node in nodes:
        queue = list(node.expressions())
        while queue:
            expression = queue.pop(0)
            path = getattr(expression, "path", None)
            if isinstance(path, list):
                found.append(".".join(str(one) for one in path))
            queue.extend(expression.children())
    return found


def fill(text: str, facts: Mapping[str, str]) -> Filled:
    """The text with its facts, by their dotted names.

    A missing one without a default stays an open gap `[[customer.company]]`. A text that cannot
    be read comes out as it was written: the agent sees it before anybody else does.
    """
    try:
        marked = _parsed(text).render(_tree(facts))
    except LiquidError:
        return Filled(text)
    return _unmarked(marked)


def _tree(facts: Mapping[str, str]) -> dict[str, dict[str, str]]:
    tree: dict[str, dict[str, str]] = {}
    for name, value in facts.items():
        kind, _dot, field = name.partition(".")
        # A customer may call himself what he likes: no gap of his own, and no mark.
        safe = value.replace(_OPEN, "").replace(_SHUT, "").replace("[[", "[ [")
        known = tree.setdefault(kind, {})
        if safe:  # an empty one would count as true
            known[field] = safe
    return tree


def _unmarked(marked: str) -> Filled:
    parts: list[str] = []
    spans: list[tuple[int, int]] = []
    length = last = 0
    for found in _MARKED.finditer(marked):
        before = marked[last : found.start()]
        start = length + len(before)
        length = start + len(found[1])
        spans.append((start, length))
        parts += [before, found[1]]
        last = found.end()
    parts.append(marked[last:])
    return Filled("".join(parts), tuple(spans))


def outlined(text: str) -> str:
    """The text as a list shows it: its words for what is missing, "…" for every other gap."""
    return _GAP.sub("…", fill(text, {}).text)


def spoken(text: str) -> str:
    """Only the words of a text, for those who judge its tone."""
    return _TAGS.sub(" ", text)
