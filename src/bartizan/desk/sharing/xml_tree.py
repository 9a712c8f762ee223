"""XML from strangers as a small tree: bounded in size, depth and number, without document types, entities or fetching.

Nothing is opened, fetched or run: a document type, an entity of its own or an external reference ends the reading.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException, DTDForbidden
from defusedxml.ElementTree import DefusedXMLParser

LARGEST = 4 * 1024 * 1024  # bytes
DEEPEST = 16  # elements within elements: CAP needs 4, an XML signature within it 8
MOST_ELEMENTS = 20_000
MOST_ATTRIBUTES = 16  # of one element


@dataclass(slots=True)
class Node:
    """An element: its name space and name, its own text, attributes, children, and the line it begins on."""

    space: str
    name: str
    line: int
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Node] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The text of the element itself, without what surrounds it."""
        return "".join(self.pieces).strip()


class TooMuchError(ValueError):
    """A document beyond the bounds; the message says which, and where."""


class _Builder:
    """What the parser tells as it reads; it stops at the first thing beyond the bounds."""

    def __init__(self) -> None:
        self.parser: Any = None
        self._open: list[Node] = []
        self._root: Node | None = None
        self._count = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        line = self.parser.CurrentLineNumber if self.parser is not None else 0
        self._count += 1
        if self._count > MOST_ELEMENTS:
            raise TooMuchError(f"line {line}: more than {MOST_ELEMENTS:,} elements")
        if len(self._open) >= DEEPEST:
            raise TooMuchError(f"line {line}: elements within elements {DEEPEST} deep")
        if len(attributes) > MOST_ATTRIBUTES:
            raise TooMuchError(f"line {line}: an element of more than {MOST_ATTRIBUTES} attributes")
        space, _, name = tag[1:].rpartition("}") if tag.startswith("{") else ("", "", tag)
        node = Node(space, name, line, dict(attributes))
        if self._open:
            self._open[-1].children.append(node)
        else:
            self._root = node
        self._open.append(node)

    def data(self, text: str) -> None:
        if self._open:
            self._open[-1].pieces.append(text)

    def end(self, _: str) -> None:
        self._open.pop()

    def close(self) -> Node | None:
        return self._root


def read_tree(content: bytes) -> Node:
    """The tree of an XML document.

    Errors: ValueError in words: larger, deeper or of more parts than the bounds; not well-formed; of an encoding that
    is not known; or with a document type, which no message that is shared has.
    """
    if len(content) > LARGEST:
        raise TooMuchError(f"it has {len(content):,} bytes, more than {LARGEST:,}. Ask for a smaller one")
    builder = _Builder()
    parser = DefusedXMLParser(target=builder, forbid_dtd=True, forbid_entities=True, forbid_external=True)
    builder.parser = parser.parser
    try:
        parser.feed(content)
        root: Any = parser.close()
    except DTDForbidden as fault:
        raise ValueError("it has a document type (DOCTYPE), which may name other files. It is not read") from fault
    except DefusedXmlException as fault:
        raise ValueError(f"it has an entity of its own ({fault}). It is not read") from fault
    except ParseError as fault:
        raise ValueError(f"it is no well-formed XML: {fault}") from fault
    except TooMuchError:
        raise
    except (LookupError, ValueError) as fault:
        raise ValueError(f"its encoding is not known: {fault}. Ask for UTF-8") from fault
    if not isinstance(root, Node):
        raise ValueError("it is empty")
    return root
