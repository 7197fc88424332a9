"""Traffic to judge by: the same on every run, in order, and as the scenario says."""

import json
from collections import Counter
from pathlib import Path

import pytest

from trustlane.cli.main import main
from trustlane.errors import SettingsError
from trustlane.simulate import bundled, load, traffic
from trustlane.simulate.scenario import Scenario, read
from trustlane.simulate.write import lines

TINY = {
    "seed": 7,
    "days": 3,
    "site": {"users": 20},
    "population": [
        {"name": "firms", "count": 5, "mails_a_day": [5, 20], "answered": 0.3, "forwarded": 0.1, "list_share": 0.1},
        {
            "name": "shops",
            "count": 3,
            "mails_a_day": [3, 9],
            "signs": "service",
            "service": "mailer.example",
            "sends_by_service": True,
        },
        {"name": "burst", "count": 2, "lifetime_days": 1, "mails_a_day": [10, 10], "wanted": 0.0},
    ],
    "incident": [
        {"kind": "dkim-replay", "population": "firms", "day": 1.5, "hours": 2, "mails": 30},
        {"kind": "compromise", "population": "firms", "day": 1.5, "hours": 2, "mails": 25},
        {"kind": "turn", "population": "firms", "day": 2, "rank": 1},
        {"kind": "slander", "population": "firms", "day": 1, "days": 1, "rank": 2, "reporters": 3},
        {"kind": "outage", "day": 1.25, "hours": 3},
    ],
}


def events(scenario: Scenario) -> list[dict[str, object]]:
    return [json.loads(line) for line in lines(traffic(scenario))]


def test_the_same_seed_gives_the_same_octets() -> None:
    scenario = read(TINY)
    assert list(lines(traffic(scenario))) == list(lines(traffic(scenario)))


def test_another_seed_gives_another_world() -> None:
    assert list(lines(traffic(read(TINY)))) != list(lines(traffic(read({**TINY, "seed": 8}))))


def test_events_come_in_the_order_of_time() -> None:
    times = [float(str(event["time"])) for event in events(read(TINY))]
    assert times == sorted(times)


def test_a_new_population_moves_nobody_else() -> None:
    """What one sender does depends on the seed and its own name alone."""
    more = {**TINY, "population": [*TINY["population"], {"name": "late", "count": 4}]}  # type: ignore[misc]
    mails = [event for event in events(read(TINY)) if event["type"] == "mail"]
    with_more = {str(event["id"]): event for event in events(read(more)) if event["type"] == "mail"}
    assert all(with_more[str(mail["id"])] == mail for mail in mails)


def test_each_incident_leaves_its_traces() -> None:
    mails = [event for event in events(read(TINY)) if event["type"] == "mail"]
    copies = [mail for mail in mails if str(mail["id"]).startswith("mishap0.")]
    assert len(copies) == 30
    assert len({mail["findings"][0]["signature"] for mail in copies}) == 1  # type: ignore[index]
    assert len({str(mail["ip"]).rpartition(".")[0] for mail in copies}) > 20
    misused = [mail for mail in mails if str(mail["id"]).startswith("mishap1.")]
    assert {mail["truth"] for mail in misused} == {"unwanted"}
    assert len({mail["author"] for mail in misused}) == 1
    results = Counter(finding["result"] for mail in mails for finding in mail["findings"])  # type: ignore[attr-defined]
    assert results["temperror"] > 10
    slander = [event for event in events(read(TINY)) if "grudge" in str(event.get("reporter"))]
    assert {event["kind"] for event in slander} == {"complaint"}
    assert len({event["reporter"] for event in slander}) == 3


def test_a_turned_sender_sends_nothing_wanted_any_more() -> None:
    scenario = read(TINY)
    turned = scenario.start + 2 * 86_400
    of = {}
    for event in events(scenario):
        if event["type"] == "mail" and str(event["id"]).startswith("firms"):
            domain = str(event["id"]).partition(".")[0]
            of.setdefault((domain, float(str(event["time"])) >= turned), set()).add(event["truth"])
    assert [truths for (_, is_late), truths in of.items() if is_late].count({"unwanted"}) == 1


@pytest.mark.parametrize("name", sorted(bundled()))
def test_bundled_scenarios_are_right(name: str) -> None:
    scenario = load(name)
    assert scenario.title
    assert scenario.days > scenario.warm_up_days


WRONG = [
    ({"dayz": 3}, "dayz: is not known here"),
    ({"days": "3"}, "days: must be of type int"),
    ({"population": [{"name": "a b"}]}, "population.name: must be words"),
    ({"population": [{"name": "a", "signs": "nobody"}]}, "population.signs: must be one of"),
    ({"population": [{"name": "a", "signs": "service"}]}, "population.service: is needed"),
    ({"population": [{"name": "a", "mails_a_day": 3}]}, "population.mails_a_day: must be two numbers"),
    ({"incident": [{"kind": "flood"}]}, "incident.kind: must be one of"),
    ({"incident": [{"kind": "turn", "population": "a"}]}, "incident.population: must be one of"),
    ({"site": 3}, "site: must be a table"),
]


@pytest.mark.parametrize(("tree", "said"), WRONG)
def test_a_wrong_scenario_says_what_is_wrong(tree: dict[str, object], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        read(tree)


def test_the_command_writes_a_log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "tiny.toml"
    file.write_text('title = "tiny"\ndays = 2\n[[population]]\nname = "firms"\nmails_a_day = [20, 20]\n')
    assert main(["simulate", str(file), "--out", str(tmp_path / "events.jsonl")]) == 0
    written = (tmp_path / "events.jsonl").read_text()
    assert main(["simulate", str(file)]) == 0
    assert capsys.readouterr().out == written
    assert written.count('"type":"mail"') > 20


def test_the_command_names_scenarios(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "--list"]) == 0
    assert "mixed       everybody writes" in capsys.readouterr().out


def test_an_unknown_scenario_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "no-such"]) == 2
    assert "is no scenario file that can be read, and none of betrayal" in capsys.readouterr().err
