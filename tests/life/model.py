"""A dossier's life in few lines, from the law (Decree 118/2025, art. 17, 18, 21), nothing of the portal."""

from dataclasses import dataclass, field

AT_WORK = ("accepted", "processing")
BACK, STAYS = "back", "stays"
WAITS = ("supplement", "financial_duty", "withdrawal_asked")
ENDS = ("refused", "stopped", "returned")
LEASE = 24  # hours

# act: who does it, from which statuses, where it leads
ACTS: dict[str, tuple[str, tuple[str, ...], str]] = {
    "submit": ("applicant", ("draft",), "submitted"),
    "receive": ("desk", ("submitted",), "accepted"),
    "refuse": ("desk", ("submitted",), "refused"),
    "claim": ("desk", AT_WORK, "processing"),
    "release": ("holder", ("processing",), STAYS),
    "ask_supplement": ("desk", ("submitted", *AT_WORK), "supplement"),
    "supplement": ("applicant", ("supplement",), BACK),
    "revoke_supplement": ("desk", ("supplement",), BACK),
    "ask_duty": ("desk", ("submitted", *AT_WORK), "financial_duty"),
    "meet_duty": ("desk", ("financial_duty",), BACK),
    "revoke_duty": ("desk", ("financial_duty",), BACK),
    "ask_withdrawal": (
        "applicant", ("submitted", *AT_WORK, "supplement", "financial_duty"), "withdrawal_asked"
    ),
    "keep": ("either", ("withdrawal_asked",), BACK),
    "withdraw": ("desk", ("withdrawal_asked",), "stopped"),
    "extend": ("desk", AT_WORK, STAYS),
    "approve": ("holder", ("processing",), "settled"),
    "reject": ("holder", ("processing",), "stopped"),
    "consult": ("holder", ("processing",), STAYS),
    "opine": ("adviser", ("processing", *WAITS), STAYS),
    "revoke_opinion": ("desk", ("processing", *WAITS), STAYS),
    "reopen": ("desk", ("settled",), "processing"),
    "deliver": ("desk", ("settled",), "returned"),
    "touch": ("desk", ("submitted", *AT_WORK, *WAITS, "settled"), STAYS),
    "note": ("desk", ("submitted", *AT_WORK, *WAITS, "settled", *ENDS), STAYS),
    "message": ("either", ("submitted", *AT_WORK, *WAITS, "settled", *ENDS), STAYS),
}  # fmt: skip


@dataclass
class Dossier:
    """What everyone must agree on; `hours` is the time since it was opened."""

    status: str = "draft"
    way: list[str] = field(default_factory=list)
    holder: str | None = None
    lease: float = 0
    asked: list[str] = field(default_factory=list)  # the stage of each request that stands
    extended: bool = False
    waits_for_opinion: bool = False
    events: int = 0

    def allows(self, act: str, who: str, hours: float, *, grounded: bool = False) -> bool:
        role, statuses, _ = ACTS[act]
        holds = self.holder == who and hours < self.lease
        able = {
            "applicant": who == "applicant",
            "desk": who in ("anh", "binh"),
            "holder": holds,
            "adviser": who == "elsewhere",
            "either": who in ("applicant", "anh", "binh"),
        }
        if not able[role] or self.status not in statuses:
            return False
        if act == "claim":
            return self.holder in (None, who) or hours >= self.lease
        if act in ("opine", "revoke_opinion", "consult"):
            return self.waits_for_opinion == (act != "consult")
        if act == "ask_supplement":
            return grounded or self.stage not in self.asked
        return not (act == "extend" and self.extended)

    @property
    def stage(self) -> str:
        return "reception" if self.status == "submitted" else "appraisal"

    def do(self, act: str, who: str, hours: float) -> None:
        after = ACTS[act][2]
        self.events += 1
        self.extended |= act == "extend"
        if act == "ask_supplement":
            self.asked.append(self.stage)
        if act == "revoke_supplement":
            self.asked.pop()
        if act == "claim":
            self.holder, self.lease = who, hours + LEASE
        if act in ("consult", "opine", "revoke_opinion"):
            self.waits_for_opinion = act == "consult"
        if after in ("settled", *ENDS):
            self.waits_for_opinion = False
        if act == "release" or after in ("settled", *ENDS):
            self.holder = None
        if after == BACK:
            self.status = self.way.pop()
        elif after != STAYS and after != self.status:
            self.way = [*self.way, self.status] if after in WAITS else []
            self.status = after
