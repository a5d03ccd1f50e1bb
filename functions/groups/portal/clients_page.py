"""The page of a tenant's clients. Changes are folded away, two clicks from the list, and offered only in a
session that may make them. A secret stands in one answer, which nobody keeps.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from agreed import clients
from groups.portal.changes import Done
from groups.portal.clients import Row
from groups.portal.markup import Html, fill, joined
from groups.portal.pages import note

ALERT: Final = '<p class="note alert" role="alert">$text</p>'
ABOUT: Final = """<p>Programs that get tokens themselves: each exchanges its id and secret for a token at
<code>POST /token</code>.</p>"""
LOOKING: Final = """<p class="quiet">Your link was made for looking. Whoever runs the API makes one for
changing clients, by <code>tenantry portal $tenant --clients</code>.</p>"""
NONE: Final = '<p class="quiet">There are no clients.</p>'
TABLE: Final = """<table><caption>Times are in UTC. A client that has ended gets no tokens; those that it has
are good until they expire.</caption><thead><tr><th scope="col">Client</th><th scope="col">Scopes</th>
<th scope="col">Made</th><th scope="col">Last token</th><th scope="col">Ends</th>
<th scope="col">Earlier secret works until</th>$change</tr></thead><tbody>$rows</tbody></table>"""
CHANGE: Final = '<th scope="col">Change</th>'
ROW: Final = """<tr><th scope="row" class="name"><code>$id</code></th><td data-name="Scopes">$scopes</td>
<td data-name="Made">$made</td><td data-name="Last token">$used</td>
<td data-name="Ends" class="$kind">$ends</td>
<td data-name="Earlier secret works until">$earlier</td>$forms</tr>"""
OF_ROW: Final = """<input type="hidden" name="form" value="$form">
<input type="hidden" name="client" value="$id">
<input type="hidden" name="version" value="$version">"""
FORMS: Final = """<td><details><summary aria-label="Change $id">Change</summary>
<form method="post" action="clients" autocomplete="off">$of_row
<label>Keep the current secret for
<input type="number" name="hours" min="0" max="$most_hours" value="$hours" required> hours</label>
<button name="act" value="roll">New secret</button></form>
<form method="post" action="clients" autocomplete="off">$of_row
<label>End it in
<input type="number" name="days" min="0" max="$most_days"> days (empty: never)</label>
<button class="plain" name="act" value="end">Set the end</button></form>
<form method="post" action="clients">$of_row
<button class="plain" name="act" value="remove">Remove $id for good</button></form></details></td>"""
NEW: Final = """<h2>New client</h2><form class="new" method="post" action="clients" autocomplete="off">
<input type="hidden" name="form" value="$form">
<label>Name (client_id; a-z, 0-9, . and -)
<input type="text" name="client" maxlength="63" pattern="[a-z0-9][a-z0-9.\\-]*" spellcheck="false"
required></label>
<fieldset><legend>Scopes</legend>$scopes</fieldset>
<label>End it in
<input type="number" name="days" min="1" max="$most_days"> days (empty: never)</label>
<button name="act" value="make">Make it, and show its secret</button></form>"""
SCOPE: Final = '<label><input type="checkbox" name="scope" value="$scope"> $scope</label>'
SCOPES: Final = "<code>$scope</code> "
MADE: Final = """<p class="note" role="status">$said</p>
<dl class="secret"><div><dt>client_id</dt><dd><code>$id</code></dd></div>
<div><dt>client_secret</dt><dd><code>$secret</code></dd></div></dl>
<p>Copy the secret now: it is shown this once, and kept as a digest alone. If it gets lost, give the client
a new one.</p><p><a href="clients">All clients</a></p>"""


def clients_(
    rows: Sequence[Row], scopes: Iterable[str], form: str, changed: str, alert: str, tenant: str
) -> Html:
    """`form` is empty in a session that may not change them; `changed` is whom the last form has changed."""
    change = Html(CHANGE if form else "")
    listed = fill(TABLE, change=change, rows=joined(_row(each, form) for each in rows))
    return joined(
        [
            fill(ALERT, text=alert) if alert else Html(),
            note(_changed(rows, changed)),
            Html(ABOUT),
            Html() if form else fill(LOOKING, tenant=tenant),
            listed if rows else Html(NONE),
            _new(scopes, form) if form else Html(),
        ]
    )


def secret(of: Done) -> Html:
    if of.act == "make":
        said = f"{of.client} is made. " + (
            f"It ends at {_time(of.until)}." if of.until else "It does not end."
        )
    else:
        earlier = f"works until {_time(of.until)}" if of.until else "works no more"
        said = f"{of.client} has a new secret. The one before {earlier}."
    return fill(MADE, said=said, id=of.client, secret=of.secret)


def _changed(rows: Iterable[Row], changed: str) -> str:
    if not changed:
        return ""
    there = any(each.known.id == changed for each in rows)
    return f"The end of {changed} is set." if there else f"{changed} is removed."


def _row(row: Row, form: str) -> Html:
    client = row.known
    ends = f"{'ended ' if row.ended else ''}{_time(client.ends_at)}" if client.ends_at else "never"
    return fill(
        ROW,
        id=client.id,
        scopes=joined(fill(SCOPES, scope=each) for each in client.scopes),
        made=_time(client.created_at),
        used=_time(client.used_at) if client.used_at else "none",
        ends=ends,
        kind="bad" if row.ended else "",
        earlier=_time(client.earlier_until) if row.earlier and client.earlier_until else "",
        forms=_forms(row, form) if form else Html(),
    )


def _forms(row: Row, form: str) -> Html:
    return fill(
        FORMS,
        of_row=fill(OF_ROW, form=form, id=row.known.id, version=row.version),
        id=row.known.id,
        hours=clients.GRACE_HOURS,
        most_hours=clients.MOST_GRACE_HOURS,
        most_days=clients.MOST_DAYS,
    )


def _new(scopes: Iterable[str], form: str) -> Html:
    boxes = joined(fill(SCOPE, scope=each) for each in sorted(scopes))
    return fill(NEW, form=form, scopes=boxes, most_days=clients.MOST_DAYS)


def _time(moment: str | None) -> str:
    """To the minute, as whoever reads it needs it."""
    return f"{moment[:10]} {moment[11:16]}" if moment else ""
