"""The official models: which there are, and where they are published.

Owns the list of models that can be installed by name (`catalogue.yaml`), the address they come
from, and reading of the publisher's `model-list.json`, which names exact size and checksum.  It
must not download a model or touch the disk.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from compliance.documents import Schema, load_document
from compliance.errors import AssistantError, BadInput, Fault, MissingPart

CATALOGUE = Path(__file__).with_name("catalogue.yaml")
PUBLISHED_AT = "https://alphacephei.com/vosk/models/"
ADDRESS_VARIABLE = "ASSISTANT_MODELS_URL"
LIST_NAME = "model-list.json"
LARGEST_LIST_BYTES = 5_000_000  # the publisher's list has about 40 kB

# A model's name is also a folder's name, so it holds nothing that means something in a path.
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True, slots=True)
class OfficialModel:
    """One model of the catalogue.

    `language` is `en` or `zh`; sizes are megabytes (10^6 bytes), rounded; `telephone` is how well
    it suits telephone sound among those listed: `fair`, `good`, `best`; `error_rates` are the
    publisher's, word errors for English and character errors for Mandarin.
    """

    name: str
    language: str
    download_mb: int
    unpacked_mb: int
    memory_mb: int
    licence: str
    error_rates: str
    good_for: str
    telephone: str


@dataclass(frozen=True, slots=True)
class Published:
    """What the publisher's list says of one archive: exact `size_bytes` and `md5` (hex)."""

    name: str
    url: str
    size_bytes: int
    md5: str


_Megabytes = Annotated[int, Field(gt=0, lt=100_000)]


class _Model(Schema):
    name: Annotated[str, Field(pattern=NAME.pattern)]
    language: Literal["en", "zh"]
    download_mb: _Megabytes
    unpacked_mb: _Megabytes
    memory_mb: _Megabytes
    licence: str
    error_rates: str
    good_for: str
    telephone: Literal["fair", "good", "best"]


class _Catalogue(Schema):
    models: list[_Model]


@cache
def official_models() -> tuple[OfficialModel, ...]:
    """The models that can be installed by name, by language and then size."""
    listed = load_document(CATALOGUE, _Catalogue).value.models
    return tuple(OfficialModel(**model.model_dump()) for model in listed)


def official_model(name: str) -> OfficialModel | None:
    """The catalogue's entry for `name`, if it has one."""
    return next((model for model in official_models() if model.name == name), None)


def checked_name(name: str) -> str:
    """`name`, if it can be a model's name.

    Raises:
        AssistantError: it cannot; a name must not lead out of the folder of models.
    """
    if NAME.fullmatch(name) and not name.endswith("."):
        return name
    raise AssistantError(
        f"{name!r} cannot be the name of a speech model",
        "Names are letters, digits, dots, hyphens and underscores; see `assistant models list`",
    )


def base_address(told: str | None, environment: Mapping[str, str]) -> str:
    """The address that archives and list are fetched from, with a slash at its end.

    Args:
        told: what `--from` said, if it is an address; it wins.
        environment: the process's variables; `ASSISTANT_MODELS_URL` names a mirror.
    """
    address = told or environment.get(ADDRESS_VARIABLE) or PUBLISHED_AT
    return address if address.endswith("/") else f"{address}/"


def find_published(listing: bytes, name: str, base: str) -> Published:
    """Look up `name` in the publisher's list.

    The archive's address is always `base` and the name: a mirror carries the publisher's list
    unchanged, and that names the publisher's addresses.

    Raises:
        BadInput: the list is not what it should be.
        MissingPart: the list does not name this model.
    """
    place = f"{base}{LIST_NAME}"
    try:
        records = json.loads(listing)
    except ValueError:
        raise _bad_list(place, "is not JSON") from None
    if not isinstance(records, list):
        raise _bad_list(place, "is not a list of models")
    for record in records:
        if isinstance(record, dict) and record.get("name") == name:
            size, md5 = record.get("size"), record.get("md5")
            if not isinstance(size, int) or isinstance(size, bool) or size <= 0:
                raise _bad_list(place, f"gives no size for {name}")
            if not isinstance(md5, str) or not re.fullmatch(r"[0-9a-fA-F]{32}", md5):
                raise _bad_list(place, f"gives no checksum for {name}")
            return Published(name, f"{base}{name}.zip", size, md5.lower())
    raise MissingPart(
        f"{place} does not list the speech model {name}",
        "`assistant models list` names models that it should have",
    )


def _bad_list(place: str, message: str) -> BadInput:
    return BadInput(
        "The list of speech models cannot be used",
        (Fault(place, 0, 0, message),),
        "Try again later, or name another place with --from",
    )
