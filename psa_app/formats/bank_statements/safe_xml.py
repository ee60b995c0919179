"""XML from outside, read without what makes XML dangerous: no document types, no entities, bounded.

Source: OWASP, "XML External Entity Prevention Cheat Sheet": a document type is refused altogether.
"""

from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from psa_app.errors import Invalid

MOST_DEPTH = 64
MOST_NODES = 1_500_000
SEPARATOR = "}"


@dataclass(slots=True)
class Node:
    """An element: its name without the namespace, its text, attributes and children."""

    name: str
    attributes: dict[str, str]
    namespace: str = ""
    text: str = ""
    children: list["Node"] = field(default_factory=list)

    def all(self, path: str) -> list["Node"]:
        """Every element below by a path of names such as "Refs/EndToEndId"."""
        found = [self]
        for name in path.split("/"):
            found = [child for node in found for child in node.children if child.name == name]
        return found

    def first(self, *paths: str) -> "Node | None":
        """The first element at the first of these paths that has one."""
        return next((found[0] for path in paths if (found := self.all(path))), None)

    def word(self, *paths: str) -> str:
        """The text, blanks drawn together, at the first of these paths that holds some; else ""."""
        for path in paths:
            for node in self.all(path):
                if clean := " ".join(node.text.split()):
                    return clean
        return ""


def read_xml(data: bytes) -> Node:
    """The root element. Raises `Invalid` ("file") for what is no XML, or XML that could do harm."""
    tree = _Tree()
    parser = expat.ParserCreate(namespace_separator=SEPARATOR)
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    parser.StartElementHandler = tree.start
    parser.EndElementHandler = tree.end
    parser.CharacterDataHandler = tree.characters
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError) as error:
        line = getattr(error, "lineno", 0)
        where = f" It breaks off or is damaged on line {line}." if line else ""
        raise Invalid(f"This file cannot be read as XML.{where} Export it again.", "file") from None
    if tree.root is None:
        raise Invalid("This file cannot be read as XML. Export it again.", "file")
    return tree.root


def _refuse(*_: Any) -> None:
    raise Invalid("This file declares its own document type, which no bank does. It was not read.", "file")


class _Tree:
    """Builds the elements as they come."""

    def __init__(self) -> None:
        self.root: Node | None = None
        self._open: list[Node] = []
        self._count = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        namespace, _, local = name.rpartition(SEPARATOR)
        node = Node(local, attributes, namespace)
        self._count += 1
        if len(self._open) >= MOST_DEPTH or self._count > MOST_NODES:
            raise Invalid("This file is too large or too deep for a bank statement.", "file")
        if self._open:
            self._open[-1].children.append(node)
        else:
            self.root = node
        self._open.append(node)

    def end(self, _: str) -> None:
        self._open.pop()

    def characters(self, text: str) -> None:
        self._open[-1].text += text
