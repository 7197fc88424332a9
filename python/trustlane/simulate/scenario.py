"""Scenarios: files that say who writes, how often, and what goes wrong."""

import tomllib
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from importlib.resources import files
from pathlib import Path
from typing import Any, get_args, get_type_hints

from trustlane.errors import SettingsError


@dataclass(frozen=True, slots=True)
class Site:
    """The site that recorded the traffic.

    Attributes:
        domain: of its users.
        users: how many there are.
        junk_at: points from which its content filter put mail into the junk folder, where nobody complains.
        feedback_hours: mean delay of what a user says.
        slow_share, slow_hours: some speak up much later.
        complaint_unwanted, junk_unwanted: how likely unwanted mail in the inbox is complained of, or moved to junk.
        complaint_wanted: how likely wanted mail is complained of, by error or mood, unless the population says more.
        not_junk_wanted: how likely wanted mail is fetched out of the junk folder.
        trap_share: the share of unwanted mail that goes to addresses nobody ever used.
    """

    domain: str = "site.example"
    users: int = 2000
    junk_at: float = 6.0
    feedback_hours: float = 4.0
    slow_share: float = 0.1
    slow_hours: float = 40.0
    complaint_unwanted: float = 0.06
    junk_unwanted: float = 0.12
    complaint_wanted: float = 0.0001
    not_junk_wanted: float = 0.15
    trap_share: float = 0.01


@dataclass(frozen=True, slots=True)
class Population:
    """Senders of one kind.

    Attributes:
        name: what the kind is called, in names and in reports.
        count: how many there are; of those with a lifetime, how many begin each day.
        mails_a_day: least and most mails a day of one of them; volumes are spread evenly over orders of magnitude.
        addresses: author addresses each of them writes from.
        wanted: the share of senders whose mail is wanted; the others' mail is not.
        wanted_mail: the share of mail that is wanted, of a sender whose mail is wanted.
        signs: who signs: ``own`` domain, the ``service``, ``both``, or ``none``.
        service: the shared domain that signs and sends: each sender has a domain of its own, or, with
            ``author_at_service``, an address there.
        author_at_service: whether the author's domain is the service's, as with free mailboxes.
        sends_by_service: whether the reverse-path is the service's.
        publishes: whether SPF and DMARC are published; without them nothing but signatures validates.
        networks: how many networks each sends from.
        lifetime_days: how long one of them exists; 0 is for ever.
        weekend: volume on Saturday and Sunday, as a share.
        begins_by_day: senders start evenly spread over this many days.
        score_wanted, score_unwanted: mean and deviation of the content filter's points.
        answered: how likely wanted mail is answered.
        not_junk: how likely a user says unasked that wanted mail is good.
        complaint_wanted: how likely wanted mail is complained of all the same; below 0 it is the site's.
        written_to: how likely a user of ours wrote to the sender first, each day.
        forwarded: the share of mail that comes through a forwarder: SPF fails, signatures mostly live.
        list_share: the share of mail that comes through a mailing list that adds a footer and signs itself.
    """

    name: str = ""
    count: int = 1
    mails_a_day: tuple[float, float] = (1.0, 10.0)
    addresses: int = 1
    wanted: float = 1.0
    wanted_mail: float = 1.0
    signs: str = "own"
    service: str = ""
    author_at_service: bool = False
    sends_by_service: bool = False
    publishes: bool = True
    networks: int = 1
    lifetime_days: int = 0
    weekend: float = 1.0
    begins_by_day: int = 0
    score_wanted: tuple[float, float] = (-0.5, 2.0)
    score_unwanted: tuple[float, float] = (9.0, 4.0)
    answered: float = 0.0
    not_junk: float = 0.0
    complaint_wanted: float = -1.0
    written_to: float = 0.0
    forwarded: float = 0.0
    list_share: float = 0.0


@dataclass(frozen=True, slots=True)
class Incident:
    """Something that goes wrong.

    Attributes:
        kind: ``turn``: a sender goes bad for good, ``volume`` times its own. ``compromise``: one address of it is used
        by
            a stranger for ``hours``, ``mails`` in all. ``dkim-replay``: one signed mail of it is sent ``mails`` times
            in ``hours`` from as many networks. ``slander``: ``reporters`` users call every mail of it junk for
            ``days``. ``outage``: for ``hours`` DNS does not answer, for the ``share`` of mail.
        population: of the sender that it happens to.
        senders: how many of them it happens to, each on its own.
        rank: which: 0 is the one with most mail.
        day: when it begins, in days from the start; the next ones follow ``every_days``.
        newcomers: whether slandering users report nothing else, ever.
    """

    kind: str = ""
    population: str = ""
    senders: int = 1
    rank: int = 0
    day: float = 1.0
    every_days: float = 1.0
    hours: float = 6.0
    days: float = 7.0
    mails: int = 500
    volume: float = 1.0
    share: float = 1.0
    reporters: int = 1
    newcomers: bool = False


INCIDENTS = ("turn", "compromise", "dkim-replay", "slander", "outage")
SIGNS = ("own", "service", "both", "none")


@dataclass(frozen=True, slots=True)
class Scenario:
    """All of it.

    Attributes:
        title: one sentence.
        seed: from which all chance comes.
        days: how long it lasts.
        warm_up_days: the first of them, which a judge does not count.
        start: Unix seconds of its first midnight.
    """

    title: str = ""
    seed: int = 1
    days: int = 37
    warm_up_days: int = 7
    start: int = 1_767_225_600
    site: Site = field(default_factory=Site)
    population: tuple[Population, ...] = ()
    incident: tuple[Incident, ...] = ()


def bundled() -> dict[str, str]:
    """The scenarios that come with trustlane: text of each by its name."""
    folder = files("trustlane.simulate") / "scenarios"
    return {it.name.removesuffix(".toml"): it.read_text() for it in folder.iterdir() if it.name.endswith(".toml")}


def load(name: str) -> Scenario:
    """A scenario from a file, or a bundled one by its name.

    Raises:
        SettingsError: there is no such scenario, or something in it is wrong.
    """
    texts = bundled()
    try:
        text = texts[name] if name in texts else Path(name).read_text("utf-8")
        tree = tomllib.loads(text)
    except (OSError, UnicodeDecodeError) as error:
        why = f"is no scenario file that can be read, and none of {', '.join(sorted(texts))}"
        raise SettingsError(name, why, "trustlane simulate mixed") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(name, f"is no TOML: {error}", "days = 37") from error
    return read(tree)


def read(tree: Mapping[str, Any]) -> Scenario:
    """A scenario from the tables of its file.

    Raises:
        SettingsError: a name is not known, or a value is wrong.
    """
    scenario: Scenario = _table(Scenario, "", tree)
    names = [population.name for population in scenario.population]
    if len(set(names)) < len(names) or not all(name.isidentifier() for name in names):
        raise SettingsError("population.name", f"must be words, each once, are {names}", 'name = "firms"')
    for population in scenario.population:
        _must(population.signs in SIGNS, "population.signs", f"must be one of {SIGNS}", 'signs = "own"')
        is_shared = population.signs in ("service", "both") or population.sends_by_service
        _must(
            bool(population.service) or not is_shared, "population.service", "is needed", 'service = "mailer.example"'
        )
    for incident in scenario.incident:
        _must(incident.kind in INCIDENTS, "incident.kind", f"must be one of {INCIDENTS}", 'kind = "turn"')
        is_known = incident.population in names or incident.kind == "outage"
        _must(is_known, "incident.population", f"must be one of {names}", 'population = "firms"')
    return scenario


def _must(holds: bool, name: str, why: str, example: str) -> None:  # noqa: FBT001 (an assertion)
    if not holds:
        raise SettingsError(name, why, example)


def _table(kind: Any, above: str, tree: Any) -> Any:
    if not isinstance(tree, Mapping):
        raise SettingsError(above, "must be a table", f"[{above}]")
    known = {key.name: key for key in fields(kind)}
    hints = get_type_hints(kind)
    values = {}
    for name, raw in tree.items():
        full = f"{above}.{name}" if above else name
        if name not in known:
            raise SettingsError(full, f"is not known here; there are {', '.join(known)}", _example(known))
        values[name] = _value(hints[name], full, raw)
    return kind(**values)


def _value(kind: Any, name: str, raw: Any) -> Any:
    items = get_args(kind)
    if items and items[1] is ...:
        if not isinstance(raw, list):
            raise SettingsError(name, "must be a list of tables", f"[[{name}]]")
        return tuple(_table(items[0], name, one) for one in raw)
    if items:
        is_pair = isinstance(raw, list) and len(raw) == 2 and all(type(one) in (int, float) for one in raw)
        _must(is_pair, name, f"must be two numbers, is {raw!r}", f"{name.rpartition('.')[2]} = [1, 10]")
        return float(raw[0]), float(raw[1])
    if isinstance(kind, type) and kind is Site:
        return _table(Site, name, raw)
    wanted = (int, float) if kind is float else (kind,)
    _must(type(raw) in wanted, name, f"must be of type {kind.__name__}, is {raw!r}", f"{name} = {kind()!r}")
    return kind(raw)


def _example(known: Mapping[str, Field[Any]]) -> str:
    first = next(iter(known.values()))
    return f"{first.name} = {first.default!r}"
