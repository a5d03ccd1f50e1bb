"""Hold what is stored and what was delivered against what clients were told."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from standardwebhooks import Webhook

from benches.chaos.receiver import Delivery
from benches.chaos.stored import Stored
from benches.chaos.writers import Entry, Ledger, Outcome


@dataclass(frozen=True, slots=True)
class Verdict:
    """`broken` names up to a few cases; the claim holds when there are none."""

    claim: str
    checked: int
    broken: tuple[str, ...]

    @property
    def holds(self) -> bool:
        return not self.broken


SHOWN = 5


def _verdict(claim: str, checked: int, broken: Iterable[str]) -> Verdict:
    return Verdict(claim, checked, tuple(broken))


def of_items(ledgers: list[Ledger], stored: Stored, shared_id: str) -> Iterator[Verdict]:
    entries = [entry for ledger in ledgers for entry in ledger.entries]
    own = {id_: item for id_, item in stored.items.items() if id_ != shared_id}
    by_marker = Counter(str(item.get("marker")) for item in own.values())
    sure = [entry for entry in entries if entry.made is Outcome.ACKNOWLEDGED]
    yield _verdict(
        "every acknowledged item is there once, as last acknowledged, or gone as asked",
        len(sure),
        (fault for entry in sure for fault in _faults(entry, stored)),
    )
    yield _verdict(
        "no request made two items",
        len(entries),
        (f"{marker}: {n} items" for marker, n in by_marker.items() if n > 1),
    )
    known = {entry.marker for entry in entries}
    yield _verdict("nothing is there that no client sent", len(own), (m for m in by_marker if m not in known))
    deleted = {entry.id for entry in entries if entry.gone in (Outcome.ACKNOWLEDGED, Outcome.UNKNOWN)}
    yield _verdict(
        "no key has a half state: each item has its idempotency record, each record its item",
        len(own) + len(stored.records),
        _halves(set(own) | set(stored.messages), set(stored.records), deleted | {shared_id}),
    )
    counted = Counter(item["collection"] for item in stored.items.values())
    yield _verdict(
        "the counters are the numbers of items",
        len(counted),
        (
            f"{name}: {n} counted, {counted[name]} there"
            for name, n in stored.item_counts.items()
            if n != counted[name]
        ),
    )


def of_answers(ledgers: list[Ledger]) -> Verdict:
    """Writers change only what is theirs, with keys: whatever happened, nothing may be refused in the end."""
    outcomes = sum((ledger.outcomes for ledger in ledgers), Counter[tuple[str, Outcome]]())
    refused = (f"{n} times: {what}" for (what, outcome), n in outcomes.items() if outcome is Outcome.REFUSED)
    return _verdict("no good request was refused", outcomes.total(), refused)


def of_increments(ledgers: list[Ledger], stored: Stored, shared_id: str) -> Verdict:
    """No update is lost: what all writers counted up is what the item says."""
    sums = sum((ledger.increments for ledger in ledgers), Counter[Outcome]())
    least = sums[Outcome.ACKNOWLEDGED]
    most = least + sums[Outcome.UNKNOWN]
    n = stored.items[shared_id]["n"]
    wrong = [] if least <= n <= most else [f"the item says {n}, not {least} to {most}"]
    return _verdict("no update of a shared item is lost or done twice", sums.total(), wrong)


def of_messages(
    ledgers: list[Ledger], stored: Stored, deliveries: list[Delivery], secret: str
) -> Iterator[Verdict]:
    sent = {marker: id_ for ledger in ledgers for marker, id_ in ledger.contacts.items()}
    by_marker = Counter(message["message"] for message in stored.messages.values())
    sure = {id_ for id_ in sent.values() if id_}
    yield _verdict(
        "every acknowledged message is stored once",
        len(sure),
        [
            *(f"{id_} is missing" for id_ in sure - set(stored.messages)),
            *(f"{marker}: {n} messages" for marker, n in by_marker.items() if n > 1),
        ],
    )
    yield _verdict(
        "every message has one entry, in its state",
        len(stored.entries),
        map(str, {(each["state"], id_) for id_, each in stored.messages.items()} ^ set(stored.entries)),
    )
    yield _verdict(
        "the counter is the number of messages",
        len(stored.messages),
        [] if stored.message_counts["new"] == len(stored.messages) else [str(stored.message_counts)],
    )
    arrived = {delivery.id for delivery in deliveries}
    yield _verdict(
        "every stored message was delivered",
        len(stored.messages),
        (f"{id_} did not arrive" for id_ in set(stored.messages) - arrived),
    )
    yield _verdict(
        "a receiver that keeps one of each id has each message once, and no other",
        len(arrived),
        (f"{id_} was never stored" for id_ in arrived - set(stored.messages)),
    )
    yield _verdict(
        "every delivery is signed by the tenant's own secret",
        len(deliveries),
        (f"{delivery.id}" for delivery in deliveries if not _signed(delivery, secret)),
    )
    yield _verdict(
        "the tools say that every message was delivered",
        len(stored.messages),
        (
            f"{id_}: {message.get('delivery')}"
            for id_, message in stored.messages.items()
            if message.get("delivery") != "delivered"
        ),
    )


def _faults(entry: Entry, stored: Stored) -> Iterator[str]:
    item = stored.items.get(entry.id)
    if item is None:
        if entry.gone is None:
            yield f"{entry.id} is missing"
        return
    if entry.gone is Outcome.ACKNOWLEDGED:
        yield f"{entry.id} is there, deleted though it was"
    expected = {entry.step} if entry.unsure is None else {entry.unsure, entry.unsure - 1}
    if item["marker"] != entry.marker or item["step"] not in expected:
        yield f"{entry.id} is at step {item['step']}, not {sorted(expected)}"


def _halves(written: set[str], recorded: set[str], excused: set[str]) -> Iterator[str]:
    yield from (f"{id_} has no record" for id_ in written - recorded)
    yield from (f"a record names {id_}, which is not there" for id_ in recorded - written - excused)


def _signed(delivery: Delivery, secret: str) -> bool:
    """By the scheme's own library; its `verify` would refuse what arrived more than five minutes ago."""
    sent = datetime.fromtimestamp(int(delivery.headers["webhook-timestamp"]), UTC)
    expected = Webhook(secret).sign(delivery.id, sent, delivery.body.decode())
    return expected in delivery.headers["webhook-signature"].split()
