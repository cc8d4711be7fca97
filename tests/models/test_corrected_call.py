"""Corrections in a whole call: what is judged, and what is kept."""

from pathlib import Path

from assistant.composition import RecordedCall, prepare
from assistant.demo.calls import demonstration_call
from assistant.events import FinalRecognised, UtteranceFinal, VerificationPolicy
from assistant.guidance import load_guidance
from assistant.speech.correction_files import corrector_for, load_files
from assistant.speech.corrections import Corrector
from assistant.speech.models import demonstration_model
from compliance.context import Collector
from scripts.account import load_account
from tests.models.mirror import Kept

LANGUAGE = "en-US"


def run(corrector: Corrector) -> tuple[list[FinalRecognised], list[UtteranceFinal]]:
    shown = demonstration_call(LANGUAGE)
    kept = Kept()
    call = RecordedCall(
        audio=shown.audio,
        language=LANGUAGE,
        jurisdiction=shown.jurisdiction,
        model=demonstration_model("en"),
        policy=VerificationPolicy.HEARD,
        account=load_account(shown.account),
        speed=None,
        corrector=corrector,
    )
    guidance = load_guidance(shown.jurisdiction, LANGUAGE, Collector(shown.collector))
    prepare(
        call,
        zone="UTC",
        call_id="corrected",
        guidance=guidance,
        deliver=lambda _delivery: None,
        notice=lambda _line: None,
        keeper=kept,
    ).run.run()
    events = [envelope.event for envelope in kept.envelopes]
    return (
        [event for event in events if isinstance(event, FinalRecognised)],
        [event for event in events if isinstance(event, UtteranceFinal)],
    )


def test_the_corrected_text_is_judged_and_both_are_kept(tmp_path: Path) -> None:
    (tmp_path / "corrections").mkdir()
    (tmp_path / "corrections" / "ours.yaml").write_text(
        "language: en\ncorrections:\n  - {heard: emily carter, said: amelia carter}\n"
    )
    account = load_account(demonstration_call(LANGUAGE).account)
    files = load_files(tmp_path)
    recognised, told = run(corrector_for(files, LANGUAGE, None))
    plain, _ = run(Corrector())
    assert [each.heard or each.words for each in recognised] == [each.words for each in plain]
    changed = [each for each in recognised if each.heard]
    assert changed
    assert all("amelia carter" in each.text for each in changed)
    assert all("emily" in {word.text for word in each.heard} for each in changed)
    assert [each.heard for each in told if each.heard] == [
        " ".join(word.text for word in each.heard) for each in changed
    ]
    for each in told:
        assert each.text == " ".join(word.text for word in each.words)
    assert corrector_for(files, "zh-HK", account).finders == ()
    assert len(corrector_for(files, LANGUAGE, account).finders) == 2
