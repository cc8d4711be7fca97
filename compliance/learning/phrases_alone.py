"""What phrases alone flag among the examples, so that thresholds are chosen with them beside.

Owns the choice of the pack that judges a language's examples; it trains nothing.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from compliance.labelled import judge, lines_of_examples
from compliance.learning.choosing import Judged
from compliance.learning.examples import ORDINARY
from compliance.learning.training import Material, Unseen
from compliance.packs import load_rules
from compliance.places import LANGUAGE_OF

# Detectors are the language's own; this jurisdiction lends its rules to them.
JUDGES = {"en": "us", "zh": "tw"}
# Whoever wrote the phrases had these authors' lines before them: on them, phrases do too well.
READ = frozenset(("a", "b", "c", "cases"))
# These authors wrote down what is said all day in plain words; the others looked for hard lines.
PLAIN = frozenset(("p", "q", "r", "s", "t", "u"))


def unread(material: Material) -> npt.NDArray[np.bool_]:
    """The examples that the phrases were written without."""
    return np.array([example.author not in READ for example in material.examples])


def judged(material: Material, found: Unseen) -> Judged:
    """The examples with what scorer and phrases said of each."""
    jurisdiction = JUDGES[material.language]
    language = LANGUAGE_OF[jurisdiction]
    rules = load_rules(jurisdiction, language, likeness=False)
    lines = judge(rules, lines_of_examples(material.examples, jurisdiction, language))
    return Judged(
        found.share,
        found.ordinary,
        found.family,
        np.array([line.flagged() for line in lines]),
        np.array([example.breach for example in material.examples]),
        np.array([example.family == ORDINARY for example in material.examples]),
        np.array([example.author in PLAIN for example in material.examples]),
    )
