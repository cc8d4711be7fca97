"""Reads YAML, JSON and TOML documents strictly, and knows where every value stood.

Owns the door through which files written by people come in: rule packs, flows, accounts, personas.
A document is checked against a pydantic schema, and every fault is told at once with line and
column.  YAML is version 1.2: `no` is the word *no*, a date is text until a schema asks for a date.
Anchors, aliases and tags are refused, as are documents of more than `MAX_BYTES`.  It must not know
what the documents mean.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar, cast

from pydantic import BaseModel, ConfigDict, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from compliance.errors import BadInput, Fault, shown
from compliance.kept_documents import kept, unkept
from compliance.pack_cache import PackCache
from compliance.toml_places import KEY, NotToml, read_toml

MAX_BYTES = 8_000_000
MAX_DEPTH = 40

Format = Literal["yaml", "json", "toml"]
_FORMATS: Mapping[str, Format] = {".json": "json", ".toml": "toml"}
Location = tuple[str | int, ...]
Plain = None | bool | int | float | str | list["Plain"] | dict[str, "Plain"]

# The core schema of YAML 1.2 (section 10.3.2).
_NULL = re.compile(r"(?:~|null|Null|NULL)?\Z")
_TRUE = re.compile(r"(?:true|True|TRUE)\Z")
_FALSE = re.compile(r"(?:false|False|FALSE)\Z")
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})\Z")
_DECIMAL = re.compile(r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]{1,3})?\Z")


# What the YAML reader quotes of a document: names of aliases and tags, single odd characters.
_QUOTED = re.compile(r"(['\"]).{3,}\1")

# What the reader itself resolves plain values to; any other tag was written by hand.
_RESOLVED = frozenset(
    ("str", "int", "float", "bool", "null", "map", "seq", "timestamp", "merge", "value")
)


class Schema(BaseModel):
    """The base of every schema: strict types, unknown keys refused, values frozen."""

    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, ser_json_inf_nan="constants"
    )


M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Document(Generic[M]):
    """A document that satisfied its schema, with the place of every value.

    `places` maps a location (keys and indexes from the root) to line and column, from 1.
    """

    value: M
    path: Path | str
    places: Mapping[Location, tuple[int, int]] = field(repr=False)

    def where(self, *location: str | int) -> tuple[Path | str, int, int]:
        """Path, line and column of a value; what stands around it where it is not there itself."""
        return (self.path, *_nearest(self.places, location))

    def place(self, *location: str | int) -> tuple[int, int]:
        """Line and column of a value, or of the nearest thing around it; (1, 1) for the root."""
        _, line, column = self.where(*location)
        return line, column

    def fault(self, message: str, *location: str | int) -> Fault:
        """A fault about the value at `location`, for what a schema cannot express."""
        return Fault(*self.where(*location), message)


Origins = dict[Location, tuple[Document[Any], Location]]


@dataclass(frozen=True, slots=True)
class Patched(Document[M]):
    """A document some of whose values stand in another; `origins` says which, and where there."""

    origins: Origins = field(default_factory=dict, repr=False)

    def where(self, *location: str | int) -> tuple[Path | str, int, int]:
        """Path, line and column of a value, in the file that it stands in."""
        for length in range(len(location), 0, -1):
            origin = self.origins.get(location[:length])
            if origin is not None:
                document, place = origin
                return document.where(*place, *location[length:])
        return Document.where(self, *location)


def load_document(path: Path, schema: type[M], cache: PackCache | None = None) -> Document[M]:
    """Read and check one file; `.json` is read as JSON, `.toml` as TOML, anything else as YAML.

    With a `cache` the file's values and places are kept there: for rules, never for customers.

    Raises:
        BadInput: the file is missing, unreadable, wrongly encoded, malformed, or breaks the schema;
            carries all faults with their places.
    """
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise _one(path, f"the file is larger than {MAX_BYTES // 1_000_000} MB", "Split it.")
        content = path.read_bytes()
    except OSError as error:
        reason = error.strerror or "it cannot be read"
        raise _one(
            path, f"cannot read the file: {reason}", "Check the path and its rights."
        ) from None
    format_ = _FORMATS.get(path.suffix.lower(), "yaml")
    if cache is None:
        return parse_document(content, schema, path=path, format=format_)
    key = cache.key("document", (format_.encode(), content))
    text = cache.get(key)
    if text is None:
        plain, places = _read(content, path, format_)
        text = kept(_as_json(plain, path), places)
        cache.put(key, text)
    values, kept_places = unkept(text)
    return Document(_validated(values, schema, path, kept_places), path, kept_places)


def parse_document(
    content: str | bytes,
    schema: type[M],
    *,
    path: Path | str = "<text>",
    format: Format = "yaml",  # noqa: A002 - the field's word for it
) -> Document[M]:
    """Check one document given as text or as UTF-8 bytes; `path` only names it in faults.

    Raises:
        BadInput: as `load_document`.
    """
    plain, places = _read(content, path, format)
    return Document(_validated(_as_json(plain, path), schema, path, places), path, places)


def _read(
    content: str | bytes, path: Path | str, format_: Format
) -> tuple[Plain, dict[Location, tuple[int, int]]]:
    text = content if isinstance(content, str) else _decode(content, path)
    if len(text) > MAX_BYTES:
        raise _one(path, f"the document is larger than {MAX_BYTES // 1_000_000} MB", "Split it.")
    places: dict[Location, tuple[int, int]] = {}
    plain: Plain
    if format_ == "json":
        plain = _read_json(text, path)
        # JSON is YAML in flow style, but for tabs, which JSON allows only between tokens.
        node = _compose(text.replace("\t", " "), path)
        if node is not None:
            faults = [*_walk_faults(node, path)]
            if faults:
                raise BadInput(f"{path} was not read", tuple(faults))
        _places_of(node, (), places)
    elif format_ == "toml":
        plain = _read_toml(text, path, places)
    else:
        plain = _read_yaml(text, path, places)
    return plain, places


def validate_mapping(value: Mapping[str, object], schema: type[M], *, path: Path | str) -> M:
    """Check a mapping that came out of a JSON line; faults have no line, only the field's name.

    Raises:
        BadInput: the mapping breaks the schema.
    """
    return _validated(_as_json(dict(value), path), schema, path, {})


def _one(path: Path | str, message: str, remedy: str = "") -> BadInput:
    return BadInput(f"{path} was not read", (Fault(path, 0, 0, message),), remedy)


def _at(path: Path | str, line: int, column: int, message: str) -> BadInput:
    return BadInput(f"{path} was not read", (Fault(path, line, column, message),))


def _decode(content: bytes, path: Path | str) -> str:
    if content[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        raise _at(path, 1, 1, "the file is UTF-16; save it as UTF-8")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line = before.count(b"\n") + 1
        start_of_line = before.rfind(b"\n") + 1
        column = len(before[start_of_line:].decode("utf-8", errors="replace")) + 1
        message = f"byte 0x{content[error.start]:02x} is not UTF-8; save the file as UTF-8"
        raise _at(path, line, column, message) from None


def _read_json(text: str, path: Path | str) -> Plain:
    def constant(name: str) -> Plain:
        raise _one(path, f"{name} is not a JSON value")

    try:
        value: Plain = json.loads(text, parse_constant=constant)
    except json.JSONDecodeError as error:
        raise _at(path, error.lineno, error.colno, f"this is not JSON: {error.msg}") from None
    except ValueError:
        raise _one(path, "this is not JSON: a number is out of bounds") from None
    except RecursionError:
        raise _one(path, f"the document is nested deeper than {MAX_DEPTH} levels") from None
    return value


def _read_toml(
    text: str, path: Path | str, places: dict[Location, tuple[int, int]]
) -> dict[str, Plain]:
    try:
        values, found = read_toml(text)
    except NotToml as error:
        message = _QUOTED.sub("(not shown)", str(error))
        raise _at(path, error.line, error.column, f"this is not TOML: {message}") from None
    except RecursionError:
        raise _one(path, f"the document is nested deeper than {MAX_DEPTH} levels") from None
    places.update(found)
    return cast("dict[str, Plain]", values)


def _compose(text: str, path: Path | str) -> Node | None:
    yaml = YAML(typ="safe", pure=True)
    yaml.version = (1, 2)
    try:
        documents = [node for node in yaml.compose_all(text) if node is not None]
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = _QUOTED.sub("(not shown)", error.problem or error.context or "malformed")
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        raise _at(path, line, column, f"this is not YAML: {problem}") from None
    except ReaderError as error:
        before = text[: error.position]
        line = before.count("\n") + 1
        column = error.position - before.rfind("\n")
        raise _at(path, line, column, "a control character is not allowed here") from None
    except (YAMLError, ValueError):
        raise _one(path, "this is not YAML: a value in it cannot be read") from None
    except RecursionError:
        raise _one(path, f"the document is nested deeper than {MAX_DEPTH} levels") from None
    if len(documents) > 1:
        line, column = _mark(documents[1])
        raise _at(path, line, column, "only one document is allowed in a file")
    return documents[0] if documents else None


def _read_yaml(text: str, path: Path | str, places: dict[Location, tuple[int, int]]) -> Plain:
    node = _compose(text, path)
    if node is None:
        raise _one(path, "the document is empty")
    faults = [*_walk_faults(node, path)]
    if faults:
        raise BadInput(f"{path} was not read", tuple(faults))
    _places_of(node, (), places)
    return _construct(node)


def _mark(node: Node) -> tuple[int, int]:
    return node.start_mark.line + 1, node.start_mark.column + 1


def _walk_faults(root: Node, path: Path | str) -> Iterable[Fault]:
    """Well-formed YAML that is not accepted: aliases, tags, keys twice or not text, depth."""
    seen: set[int] = set()
    pending: list[tuple[Node, int]] = [(root, 0)]
    while pending:
        node, depth = pending.pop()
        line, column = _mark(node)
        if id(node) in seen or node.anchor:
            yield Fault(path, line, column, "anchors and aliases are not allowed; write it out")
            continue
        seen.add(id(node))
        if depth > MAX_DEPTH:
            yield Fault(path, line, column, f"nested deeper than {MAX_DEPTH} levels")
            continue
        if _has_own_tag(node):
            yield Fault(path, line, column, "tags are not allowed")
        if isinstance(node, SequenceNode):
            pending.extend((child, depth + 1) for child in node.value)
        elif isinstance(node, MappingNode):
            yield from _key_faults(node, path)
            pending.extend((child, depth + 1) for _, child in node.value)


def _has_own_tag(node: Node) -> bool:
    tag = str(getattr(node, "tag", "") or "tag:yaml.org,2002:str")
    return tag.removeprefix("tag:yaml.org,2002:") not in _RESOLVED


def _key_faults(node: MappingNode, path: Path | str) -> Iterable[Fault]:
    keys: set[str] = set()
    for key, _ in node.value:
        line, column = _mark(key)
        if not isinstance(key, ScalarNode):
            yield Fault(path, line, column, "a key must be text")
        elif key.value in keys:
            yield Fault(path, line, column, f"the key {shown(key.value)} is given twice")
        else:
            keys.add(key.value)


def _places_of(
    node: Node | None, location: Location, places: dict[Location, tuple[int, int]]
) -> None:
    if node is None or len(location) > MAX_DEPTH:
        return
    places.setdefault(location, _mark(node))
    if isinstance(node, SequenceNode):
        for index, child in enumerate(node.value):
            _places_of(child, (*location, index), places)
    elif isinstance(node, MappingNode):
        for key, child in node.value:
            inner = (*location, str(key.value))
            # A mapping's or list's place is its key; a scalar's is the value itself.
            if not isinstance(child, ScalarNode) or child.value == "":
                places[inner] = _mark(key)
            places[(*inner, _KEY)] = _mark(key)
            _places_of(child, inner, places)


_KEY = KEY  # the place of a key itself, for keys that a schema does not know


def _construct(node: Node) -> Plain:
    if isinstance(node, MappingNode):
        return {str(key.value): _construct(child) for key, child in node.value}
    if isinstance(node, SequenceNode):
        return [_construct(child) for child in node.value]
    assert isinstance(node, ScalarNode)
    text = str(node.value)
    if node.style is not None:  # quoted or block: always text
        return text
    return _scalar(text)


def _scalar(text: str) -> Plain:
    if _NULL.match(text):
        return None
    if _TRUE.match(text):
        return True
    if _FALSE.match(text):
        return False
    if _INTEGER.match(text):
        return int(text)
    if _DECIMAL.match(text):
        return float(text)
    return text


def _as_json(value: object, path: Path | str) -> str:
    try:
        return json.dumps(value)
    except RecursionError:
        raise _one(path, f"the document is nested deeper than {MAX_DEPTH} levels") from None


def _validated(
    values: str, schema: type[M], path: Path | str, places: Mapping[Location, tuple[int, int]]
) -> M:
    # Through JSON, so that a strict schema takes an ISO date or an enum's or decimal's text.
    try:
        return schema.model_validate_json(values, strict=True)
    except ValidationError as error:
        faults = {
            _fault_of(tuple(entry["loc"]), entry["type"], entry["msg"], path, places): None
            for entry in error.errors(include_url=False, include_input=False, include_context=False)
        }
        ordered = sorted(faults, key=lambda fault: (fault.line, fault.column, fault.message))
        raise BadInput(f"{path} has faults", tuple(ordered)) from None
    except RecursionError:
        raise _one(path, f"the document is nested deeper than {MAX_DEPTH} levels") from None
    except ValueError:
        raise _one(path, "a text holds half a character (a lone surrogate)") from None


def _fault_of(
    loc: Location,
    kind: str,
    message: str,
    path: Path | str,
    places: Mapping[Location, tuple[int, int]],
) -> Fault:
    # A part of a place may be a key of the document itself, so that it is shown as any value is.
    name = ".".join(_part(part) for part in loc)
    if kind == "extra_forbidden":
        known = _known(places, loc)
        line, column = places.get((*known, _KEY), _nearest(places, loc))
        return Fault(path, line, column, f"unknown key {shown(loc[-1])}")
    if kind == "missing":
        line, column = _nearest(places, loc[:-1])
        return Fault(path, line, column, f"the key {str(loc[-1])!r} is missing")
    if kind == "json_invalid":  # a lone surrogate is all that our own writing of JSON lets through
        if "recursion" in message:
            return Fault(path, 0, 0, f"nested deeper than {MAX_DEPTH} levels")
        return Fault(path, 0, 0, "a text holds half a character (a lone surrogate)")
    line, column = _nearest(places, loc)
    text = message[0].lower() + message[1:] if message else "is not valid"
    return Fault(path, line, column, f"{name}: {text}" if name else text)


def _part(part: str | int) -> str:
    if isinstance(part, int):
        return str(part)
    text = shown(part)
    return text.strip("'") if text.startswith("'") else text


def _known(places: Mapping[Location, tuple[int, int]], loc: Location) -> Location:
    """`loc` without the parts that pydantic adds for unions and that no document has."""
    known: Location = ()
    for part in loc:
        if (*known, part) in places:
            known = (*known, part)
    return known


def _nearest(places: Mapping[Location, tuple[int, int]], loc: Location) -> tuple[int, int]:
    place = places.get(loc)
    if place is not None:
        return place
    known = _known(places, loc)
    while known and known not in places:
        known = known[:-1]
    return places.get(known, (1, 1) if places else (0, 0))
