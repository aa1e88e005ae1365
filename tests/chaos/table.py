"""The outcome of a run as the table of docs/chaos.md."""

from collections import Counter

from tests.chaos.arena import Outcome
from tests.chaos.judge import Verdict
from tests.chaos.schedule import Plan


def table(seed: int, plan: Plan, outcome: Outcome, verdict: Verdict) -> str:
    """Rows of Markdown: what was done, and each invariant with what was looked at and what was found."""
    ledger = outcome.ledger
    answers = dict(sorted(ledger.seen.items()))
    by_point = ", ".join(f"{hit} ×{times}" for hit, times in sorted(outcome.hits.items()))
    done = [
        ("seed", f"`CHAOS_SEED={seed}`"),
        (
            "acknowledged",
            f"{ledger.acknowledged()} of {len(ledger.submissions)} begun, {outcome.seconds:.0f} s",
        ),
        ("clients", f"{plan.clients}; answers: {', '.join(f'{k} ×{v}' for k, v in answers.items())}"),
        ("kills (SIGKILL)", f"{sum(outcome.kills.values())}: {_told(outcome.kills)}"),
        ("requests in flight at the faults", str(outcome.in_flight)),
        ("network faults", f"{sum(outcome.network.values())}: {_told(outcome.network)}"),
        ("connections harmed by them", _told(outcome.harmed)),
        ("failpoints hit", f"{sum(outcome.hits.values())}: {by_point}"),
        ("longest answer, longest act", f"{ledger.longest_answer:.1f} s, {ledger.longest_wait:.1f} s"),
    ]
    rows = "\n".join(f"| {name} | {value} |" for name, value in done)
    told = "\n".join(
        f"| {name} | {what} | {count} | {found} |"
        for name, what, count, found in invariants(plan, outcome, verdict)
    )
    return (
        f"| what | how much |\n|---|---|\n{rows}\n\n"
        f"| invariant | looked at | how many | violated |\n|---|---|---|---|\n{told}"
    )


def _told(counts: object) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(dict(counts).items()))  # type: ignore[call-overload]


def invariants(plan: Plan, outcome: Outcome, verdict: Verdict) -> list[tuple[str, str, int, int]]:
    """(name, what was looked at, how many, how many violations)."""
    checked, found, ledger = Counter(verdict.checked), Counter(verdict.found), outcome.ledger
    acked, events, named = ledger.acknowledged(), checked["journal"], checked["files"]
    recovery, files = outcome.slowest_recovery(), len(verdict.lost) - len(ledger.gone)
    strange = sum(not line.startswith("verify") for line in verdict.odd)
    answers = sum(count for what, count in ledger.seen.items() if what.isdigit())
    again, broken, folded = ledger.seen["read again"], found["journal"], found["dossiers"]
    return [
        ("I1", "acknowledged dossiers, read again by their owners", again, len(ledger.gone)),
        ("I2", "files and papers, byte by byte", verdict.files + named, files + found["files"]),
        ("I3", "acknowledged: one filing event each; events in chains", acked + events, broken),
        ("I4", "effects; those that never came", checked["outbox"], len(verdict.undone) + found["outbox"]),
        ("I5", "submissions: one dossier, one reference", len(ledger.submissions), len(verdict.doubled)),
        ("I6", "keys: nothing filed or numbered twice", checked["keys"], found["keys"]),
        ("I7", "dossiers against the fold of their events", checked["dossiers"], folded),
        ("I8", "figures against a recount of events", checked["figures"], found["figures"]),
        ("I10", "objects named, none missing, none stray", named, found["files"]),
        ("I11", "versions without gap, one event each", events, broken + folded),
        ("roots", "signed roots over the journal", checked["roots"], found["roots"]),
        (
            "I12",
            f"faults; accepting again within {recovery:.1f} s",
            len(outcome.ended),
            int(recovery > plan.recovers),
        ),
        ("I13", f"answers; the longest {ledger.longest_answer:.1f} s, no 500", answers, strange),
    ]
