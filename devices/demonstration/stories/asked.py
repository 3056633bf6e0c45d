"""What Users ask: content they want in all release notes, and questions on the release being tested."""

from datetime import timedelta

from devices.demonstration import desk, scripts
from devices.demonstration.stage import Stage, Story
from releases.publishing.models import Release
from releases.questions import verbs as questions
from releases.questions.models import ContentRequest, Question

MANAGER = desk.MANAGER


def content(stage: Stage) -> Story:
    """Content requests in every state, some of them widely supported."""
    yield stage.day(-60, 10, 15)
    lights = _want(stage, "Tidewater Supply", "Status lights", "What the lights of the hub show while it updates.")
    yield stage.day(-52, 11)
    lights = _accept(stage, lights, "Which lights of the hub show what while it is updated.")
    yield stage.day(-40, 9, 40)
    swaps = "What a fitter must know when a meter is swapped while the rollout runs, and whom to call."
    replacement = _want(stage, "Heron Power", "Meter replacement", swaps)
    yield stage.day(-38, 14, 5)
    for supporter in ("Kittiwake Energy", "Fernlight Energy", "Gauge and Dial Services"):
        _support(stage, replacement, supporter)
    code = _want(stage, "Copperbeck Electric", "Source code", "The changed source files of the radio stack.")
    yield stage.day(-34, 16)
    why = "It belongs to the maker of the radio and may not be passed on. Section T evidence says what was tested."
    questions.decline(code, why=why, by=stage.actor(MANAGER), at=stage.at)
    energy = _want(stage, "Saltmarsh Community Energy", "Energy used by the hub", "Watts before and after.")
    yield stage.day(-33, 9, 5)
    questions.withdraw_request(energy, by=stage.actor("Saltmarsh Community Energy"), at=stage.at)
    yield stage.day(-28, 13, 30)
    samples = _want(stage, "Osprey Gas", "Sample messages", "A log of the messages a gas meter sees during activation.")
    yield stage.day(-21, 15)
    later = "A good idea: the laboratory can record them from the spring on. We come back to it then."
    questions.postpone(samples, why=later, by=stage.actor(MANAGER), at=stage.at)
    yield stage.day(-20, 10)
    gone = "The lights are the same on every model: the fitter's card says what they show."
    questions.retire(lights, why=gone, by=stage.actor(MANAGER), at=stage.at)
    yield stage.day(-4, 11, 20)
    alerts = _want(stage, "Fernlight Energy", "Alerts to expect", "Every alert a normal activation raises, with codes.")
    yield stage.day(-3, 9, 45)
    _support(stage, alerts, "Brackenhall Energy")
    yield stage.day(-1, 15, 10)
    _accept(stage, replacement, "What a fitter must know when a meter is swapped meanwhile, and whom to call.", "major")


def _want(stage: Stage, who: str, title: str, wanted: str) -> ContentRequest:
    return questions.request_content(
        title=title, wanted=wanted, organisation=stage.organisation(who), by=stage.actor(who), at=stage.at
    )


def _support(stage: Stage, request: ContentRequest, who: str) -> None:
    questions.support(request, organisation=stage.organisation(who), by=stage.actor(who), at=stage.at)


def _accept(stage: Stage, request: ContentRequest, guidance: str, *required_for: str) -> ContentRequest:
    return questions.accept(
        request,
        title=request.title,
        guidance=guidance,
        required_for=required_for,
        by=stage.actor(MANAGER),
        at=stage.at,
    )


def on_a_release(stage: Stage) -> Story:
    """Four questions on the release in user testing: in the notes, answered, withdrawn, waiting for DCC."""
    yield stage.day(-9, 11, 35)
    release = Release.objects.get(firmware_version=scripts.LOAD_CONTROL.version)
    heard = "Do switches that lose power during the restart keep the offset of the night before?"
    first = _ask(stage, release, "Kittiwake Energy", heard, "Effect on devices")
    yield stage.day(-8, 10, 20)
    answer = (
        "A switch that loses power during the restart draws a new offset when it comes back; none keeps the old one."
    )
    questions.answer(first, text=answer, by=stage.actor(MANAGER), at=stage.at)
    yield stage.at + timedelta(minutes=10)
    questions.add_to_notes(first, by=stage.actor(MANAGER), at=stage.at)
    hasty = _ask(stage, release, "Brackenhall Energy", "Is the test report for the north out?", "Test evidence")
    yield stage.at + timedelta(minutes=25)
    questions.withdraw_question(hasty, by=stage.actor("Brackenhall Energy"), at=stage.at)
    yield stage.day(-6, 14, 50)
    second = _ask(stage, release, "Millrace Utilities", "May we keep our own randomisation in the meters beside it?")
    questions.watch(
        second,
        organisation=stage.organisation("Hollin Green Power"),
        by=stage.actor("Hollin Green Power"),
        at=stage.at,
    )
    yield stage.day(-5, 9, 15)
    both = "Yes. Both offsets add up, so that a switch may act up to twice as late; nothing else changes."
    questions.answer(second, text=both, by=stage.actor(MANAGER), at=stage.at)
    yield stage.day(-1, 16, 20)
    waits = "Which of the twenty largest device combinations were tested with storage heaters?"
    _ask(stage, release, "Heron Power", waits, "Test evidence", agent="Meterwrights")


def _ask(stage: Stage, release: Release, who: str, text: str, section: str = "", *, agent: str = "") -> Question:
    return questions.ask(
        release,
        text=text,
        section=section,
        organisation=stage.organisation(who),
        by=stage.actor(agent or who),
        at=stage.at,
    )
