"""Reads a call flow from YAML and refuses one that could strand an agent.

Owns the loader of `flows/<language>.yaml` and its checks, all told at once with line and column:
unknown stages and slots, lines of the debt where they might be said to a stranger, steps without a
line that can always be said, exits that lead nowhere or round in a circle.  The form of the file is
told in `flows/en-US.yaml`.  It walks nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from jinja2 import TemplateSyntaxError, nodes

from compliance.context import Collector
from compliance.documents import Document, Location, load_document
from compliance.errors import AssistantError, BadInput, Fault, MissingPart
from compliance.pack_cache import USERS
from compliance.pack_routes import route_names
from compliance.phrases import Concepts, Phrase, PhraseSet, base_language
from scripts.fields import DEBT, OPEN
from scripts.flow import (
    BEFORE_VERIFICATION,
    END,
    EXITS,
    RETURN,
    STAGES,
    Exit,
    Flow,
    Line,
    Stage,
    Step,
    TalkOff,
    line_environment,
)
from scripts.flow_schema import (
    ExitSchema,
    FlowSchema,
    LineSchema,
    LineText,
    Phrases,
    StepSchema,
    TalkOffSchema,
)
from scripts.prompt import REPLIES
from scripts.telling import tellings

_TELLS_THE_CASE = (
    "before verification everybody hears the same, whatever the case: take the strategy away,"
    " or mark the line 'verified: true'"
)
FLOWS = Path(__file__).parent / "flows"
COLLECTORS = tuple(Collector)


def flow_languages(folder: Path = FLOWS) -> tuple[str, ...]:
    """The languages that there is a flow for."""
    return tuple(
        sorted(path.stem for path in folder.glob("*.yaml") if not path.name.endswith(".cases.yaml"))
    )


def load_flow(
    language: str, collector: Collector = Collector.IN_HOUSE, folder: Path = FLOWS
) -> Flow:
    """The flow for one language and kind of collector.

    Raises:
        MissingPart: there is no flow for the language; names those that exist.
        BadInput: the flow's file has faults; carries all of them with line and column.
    """
    languages = flow_languages(folder)
    if language not in languages:
        raise MissingPart(
            f"There is no script for '{language}' yet", f"There are: {', '.join(languages)}."
        )
    return read_flow(folder / f"{language}.yaml", collector)


def read_flow(path: Path, collector: Collector = Collector.IN_HOUSE) -> Flow:
    """One flow from one file; raises `BadInput` as `load_flow`."""
    document = load_document(path, FlowSchema, USERS)
    return _Reader(document, collector).flow()


class _Reader:
    """Turns one checked document into a flow, collecting faults on the way."""

    def __init__(self, document: Document[FlowSchema], collector: Collector) -> None:
        self._document = document
        self._schema = document.value
        self._collector = collector
        self._environment = line_environment()
        self._faults: list[Fault] = []
        self._heard: list[Phrase] = []
        self._near: list[Phrase] = []
        self._cues: list[Phrase] = []
        self._unless: list[Phrase] = []
        self._routes: dict[str, list[str]] = {}
        self._ids: set[str] = set()

    def flow(self) -> Flow:
        stages = tuple(self._stages())
        exits = {slug: self._exit(slug, item) for slug, item in self._schema.exits.items()}
        talk_offs = {
            slug: self._talk_off(slug, item) for slug, item in self._schema.talk_offs.items()
        }
        withheld = Step(
            "verification.withheld",
            "verification",
            tuple(self._lines(self._schema.withheld, ("withheld",), open_only=True)),
        )
        if not any(not line.slots for line in withheld.lines):
            self._fault("needs one line without slots", "withheld")
        self._check_ways()
        concepts = self._concepts()
        listened = (self._heard, self._near, self._cues, self._unless)
        sets = [self._phrases(given, concepts) for given in listened]
        if self._faults:
            ordered = sorted(set(self._faults), key=lambda item: (item.line, item.column))
            raise BadInput(f"{self._document.path} has faults", tuple(ordered))
        flow = Flow(
            language=self._schema.language,
            jurisdiction=self._schema.jurisdiction,
            collector=self._collector,
            version=self._schema.version,
            status=self._schema.status,
            stages=stages,
            exits=exits,
            talk_offs=talk_offs,
            withheld=withheld,
            heard=sets[0],
            near=sets[1],
            cues=sets[2],
            unless=sets[3],
            routes={name: tuple(slugs) for name, slugs in self._routes.items()},
            content_hash=self._content_hash(),
        )
        lines = (
            (step.id, line.text)
            for step in flow.every_step()
            for line in (*step.lines, *step.otherwise)
        )
        return replace(flow, tellings=tuple(tellings(flow.language, lines)))

    def _content_hash(self) -> str:
        text = f"{self._collector}\n{self._schema.model_dump_json()}"
        return hashlib.sha256(text.encode()).hexdigest()

    def _fault(self, message: str, *location: str | int) -> None:
        self._faults.append(self._document.fault(message, *location))

    # ---- parts ---------------------------------------------------------------------------------

    def _stages(self) -> Iterator[Stage]:
        given = self._schema.stages
        for slug in given:
            if slug not in STAGES:
                self._fault(f"unknown stage {slug!r}; there are: {', '.join(STAGES)}",
                            "stages", slug)  # fmt: skip
        for slug in STAGES:
            if slug not in given:
                self._fault(f"the stage {slug!r} is missing", "stages")
                continue
            item = given[slug]
            location: Location = ("stages", slug)
            open_only = slug in BEFORE_VERIFICATION
            steps = tuple(self._steps(slug, item.steps, location, open_only=open_only))
            if not steps:
                self._fault(f"no step is left for {self._collector.value}", *location, "steps")
            self._check_choices(item.choices, *location)
            yield Stage(slug, steps, item.choices)

    def _exit(self, slug: str, item: ExitSchema) -> Exit:
        location: Location = ("exits", slug)
        if slug not in EXITS:
            self._fault(f"unknown exit {slug!r}; there are: {', '.join(EXITS)}", *location)
        steps = tuple(self._steps(slug, item.steps, location, open_only=not item.verified))
        if not steps:
            self._fault(f"no step is left for {self._collector.value}", *location, "steps")
        self._listen(self._cues, item.cues, slug, (*location, "cues"))
        self._listen(self._unless, item.unless, slug, (*location, "unless"))
        self._lead(item.routes, slug, (*location, "routes"))
        self._check_choices(item.choices, *location)
        return Exit(
            slug,
            steps,
            item.priority,
            item.then,
            item.verified,
            item.then == END if item.firm is None else item.firm,
            frozenset(item.answers),
            item.choices,
        )

    def _talk_off(self, slug: str, item: TalkOffSchema) -> TalkOff:
        location: Location = ("talk_offs", slug)
        if slug not in REPLIES:
            self._fault(f"unknown objection {slug!r}; there are: {', '.join(REPLIES)}", *location)
        for index, stage in enumerate(item.stages):
            if stage not in (*STAGES, *EXITS):
                self._fault(f"unknown stage {stage!r}", *location, "stages", index)
        self._listen(self._cues, item.cues, slug, (*location, "cues"))
        self._lead(item.routes, slug, (*location, "routes"))
        step = self._step(
            f"talk_off.{slug}", slug, item, location, open_only=not item.verified, required=False
        )
        return TalkOff(
            slug, step, frozenset(item.stages), item.then, item.verified, frozenset(item.answers)
        )

    def _lead(self, routes: tuple[str, ...], slug: str, location: Location) -> None:
        """What the rules hear of the customer under these names leads here."""
        known = route_names()
        for index, name in enumerate(routes):
            if name not in known:
                self._fault(
                    f"unknown route {name!r}; there are: {', '.join(known)}", *location, index
                )
            self._routes.setdefault(name, []).append(slug)

    def _steps(
        self, stage: str, items: tuple[StepSchema, ...], where: Location, *, open_only: bool
    ) -> Iterator[Step]:
        for index, item in enumerate(items):
            location = (*where, "steps", index)
            name = f"{stage}.{item.id}"
            if name in self._ids:
                self._fault(f"the step {name!r} is given twice", *location, "id")
            self._ids.add(name)
            if item.collector and self._collector not in item.collector:
                continue
            self._listen(self._heard, item.heard, name, (*location, "heard"))
            self._listen(self._near, item.near, name, (*location, "near"))
            step = self._step(
                name, stage, item, location, open_only=open_only, required=item.required
            )
            if open_only and (item.strategy or item.left_out):
                self._fault(_TELLS_THE_CASE, *location)
            yield replace(
                step,
                strategies=frozenset(item.strategy),
                left_out=frozenset(item.left_out),
                inbound=item.inbound,
            )

    def _step(
        self,
        name: str,
        stage: str,
        item: StepSchema | TalkOffSchema,
        location: Location,
        *,
        open_only: bool,
        required: bool,
    ) -> Step:
        lines = tuple(self._lines(item.lines, (*location, "lines"), open_only=open_only))
        otherwise = tuple(
            self._lines(item.otherwise, (*location, "otherwise"), open_only=open_only)
        )
        last = otherwise[-1:] or lines
        if not any(_always_sayable(line, open_only=open_only) for line in last):
            self._fault(
                f"{name}: the last line must be one that can always be said:"
                " without slots, facts, listener, collector, strategy, inbound or verified",
                *location,
            )
        return Step(name, stage, lines, otherwise, required)

    def _lines(
        self, items: Iterable[LineText], where: Location, *, open_only: bool
    ) -> Iterator[Line]:
        for index, given in enumerate(items):
            location = (*where, index)
            item = LineSchema(say=given) if isinstance(given, str) else given
            try:
                tree = self._environment.parse(item.say)
            except TemplateSyntaxError as error:
                self._fault(f"the template is wrong: {error.message}", *location)
                continue
            slots = frozenset(self._slots(tree, location))
            collectors = frozenset(item.collector)
            said_to_anybody = open_only and not item.verified
            if said_to_anybody:
                for slot in sorted(slots & DEBT):
                    self._fault(
                        f"{{{{ {slot} }}}} speaks of the debt: mark the line 'verified: true'",
                        *location,
                    )
                if "bank_name" in slots and collectors != {Collector.IN_HOUSE}:
                    self._fault(
                        "{{ bank_name }} in an agency's mouth betrays the debt:"
                        " mark the line 'collector: [in-house]' or 'verified: true'",
                        *location,
                    )
                if item.strategy:
                    self._fault(_TELLS_THE_CASE, *location)
            yield Line(
                item.say,
                _pieces(tree),
                slots,
                collectors,
                frozenset(item.listener),
                tuple(sorted(item.facts.items())),
                item.verified or not open_only,
                frozenset(item.strategy),
                item.inbound,
            )

    def _slots(self, tree: nodes.Template, location: Location) -> Iterator[str]:
        """The names of the slots; a line may do nothing but name slots."""
        for node in tree.find_all(nodes.Node):
            if isinstance(node, nodes.Name):
                if node.name not in OPEN | DEBT:
                    known = ", ".join(sorted(OPEN | DEBT))
                    self._fault(f"unknown slot {node.name!r}; there are: {known}", *location)
                yield node.name
            elif not isinstance(node, nodes.Output | nodes.TemplateData):
                kind = type(node).__name__
                self._fault(f"a line may only name slots, as {{{{ person }}}}: {kind}", *location)

    # ---- ways ----------------------------------------------------------------------------------

    def _check_choices(self, choices: tuple[str, ...], *location: str | int) -> None:
        for index, choice in enumerate(choices):
            if choice not in self._schema.exits and choice not in self._schema.talk_offs:
                self._fault(
                    f"the choice {choice!r} is no exit or talk-off of this flow",
                    *location,
                    "choices",
                    index,
                )

    def _check_ways(self) -> None:
        """Every way out leads somewhere and none runs in a circle."""
        schema = self._schema
        ways: Mapping[str, tuple[str, Location]] = {
            **{
                slug: (item.then, ("talk_offs", slug, "then"))
                for slug, item in schema.talk_offs.items()
            },
            **{slug: (item.then, ("exits", slug, "then")) for slug, item in schema.exits.items()},
        }
        for slug, (then, location) in ways.items():
            if then not in {RETURN, END, *STAGES, *schema.exits}:
                self._fault(
                    f"a dead end: {then!r} is neither '{RETURN}', '{END}', a stage nor an exit",
                    *location,
                )
            met = [slug]
            onward = then
            while onward in schema.exits and onward not in met:
                met.append(onward)
                onward = schema.exits[onward].then
            if onward in met:
                self._fault(f"a loop: {' -> '.join((*met, onward))}", *location)
        for kind, items in (("exits", schema.exits), ("talk_offs", schema.talk_offs)):
            for slug, item in items.items():
                for index, name in enumerate(item.answers):
                    if name not in self._ids:
                        self._fault(f"there is no step {name!r}", kind, slug, "answers", index)

    # ---- listening -----------------------------------------------------------------------------

    def _listen(self, into: list[Phrase], phrases: Phrases, label: str, where: Location) -> None:
        for index, text in enumerate(phrases):
            into.append(
                Phrase(text, label, self._document.path, *self._document.place(*where, index))
            )

    def _concepts(self) -> Concepts:
        language = base_language(self._schema.language)
        definitions: dict[str, tuple[Phrase, ...]] = {}
        for name, texts in self._schema.concepts.items():
            listed: list[Phrase] = []
            self._listen(listed, texts, name, ("concepts", name))
            definitions[name] = tuple(listed)
        try:
            return Concepts.compile(language, definitions, USERS)
        except BadInput as error:
            self._faults.extend(error.faults)
            return Concepts.none(language)

    def _phrases(self, phrases: list[Phrase], concepts: Concepts) -> PhraseSet:
        try:
            return PhraseSet.compile(phrases, concepts)
        except BadInput as error:
            self._faults.extend(error.faults)
            return PhraseSet.compile((), concepts)


def _always_sayable(line: Line, *, open_only: bool) -> bool:
    waits = open_only and line.verified
    limited = line.strategies or line.inbound is not None
    return not (line.slots or line.collectors or line.listeners or line.facts or limited or waits)


def _pieces(tree: nodes.Template) -> tuple[str, ...]:
    """The text and the slots of a line in turns, beginning with text."""
    pieces = [""]
    for node in tree.find_all((nodes.TemplateData, nodes.Name)):
        if isinstance(node, nodes.Name):
            pieces += [node.name, ""]
        elif isinstance(node, nodes.TemplateData):
            pieces[-1] += node.data
    return tuple(pieces)


def collector_of(slug: str) -> Collector:
    """The collector by its slug.

    Raises:
        AssistantError: there is none of that name.
    """
    try:
        return Collector(slug)
    except ValueError as error:
        known = ", ".join(item.value for item in COLLECTORS)
        raise AssistantError(f"'{slug}' is no kind of collector", f"There are: {known}.") from error
