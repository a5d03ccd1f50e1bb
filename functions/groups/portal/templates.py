"""What the portal's pages are made of; `$name` is a value that is filled in escaped."""

from typing import Final

# Colours are pairs, light and dark, as the console has them.
STYLE: Final = """
:root{color-scheme:light dark;--ground:#f5f6f8;--panel:#fff;--edge:#d5dae1;--soft:#eef1f5;--text:#1b2129;
--quiet:#56606d;--link:#2f4ac0;--good:#176b33;--bad:#b3261e;--on-link:#fff}
@media(prefers-color-scheme:dark){:root{--ground:#0f1318;--panel:#171c23;--edge:#323b47;--soft:#1f262f;
--text:#e8edf3;--quiet:#a0acba;--link:#91a7ff;--good:#5cc97f;--bad:#ff8a80;--on-link:#0f1318}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--ground);color:var(--text);
font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;
font-variant-numeric:tabular-nums;overflow-wrap:break-word}
a{color:var(--link);text-underline-offset:3px}
:focus-visible{outline:3px solid var(--link);outline-offset:2px;border-radius:4px}
h1{font-size:1.6rem;line-height:1.2;margin:0 0 1rem}h2{font-size:1.1rem;margin:2rem 0 .7rem}
small{color:var(--quiet);font-weight:400}
code{font:.88em/1.4 ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace;overflow-wrap:anywhere}
.bar{display:flex;flex-wrap:wrap;align-items:center;gap:.5rem 1.2rem;padding:.7rem clamp(1rem,3vw,2.5rem);
background:var(--panel);border-bottom:1px solid var(--edge)}
.bar b{margin-right:auto}.bar form{margin:0}
nav{display:flex;flex-wrap:wrap;gap:.2rem}
nav a{padding:.3rem .7rem;border-radius:7px;color:var(--text);text-decoration:none}
nav a:hover{background:var(--soft)}
nav [aria-current]{background:var(--soft);color:var(--link);font-weight:650}
main{max-width:1440px;margin:0 auto;padding:1.6rem clamp(1rem,3vw,2.5rem) 3rem}
.narrow{max-width:34rem}
.note{background:var(--soft);border:1px solid var(--edge);border-radius:8px;
padding:.7rem 1rem;margin:0 0 1rem}
.quiet{color:var(--quiet)}.good{color:var(--good)}.bad{color:var(--bad)}
dl{display:grid;grid-template-columns:repeat(auto-fit,minmax(11rem,1fr));gap:.8rem;margin:0 0 1rem}
dl div{background:var(--panel);border:1px solid var(--edge);border-radius:10px;padding:.7rem 1rem}
dt{color:var(--quiet);font-size:.88rem}dd{margin:0;font-size:1.35rem;font-weight:620}
table{width:100%;background:var(--panel);border:1px solid var(--edge);border-radius:10px;border-spacing:0}
caption{text-align:left;color:var(--quiet);font-size:.88rem;padding-bottom:.5rem}
th,td{text-align:left;padding:.5rem .8rem;border-bottom:1px solid var(--edge);vertical-align:top}
thead th{color:var(--quiet);font-size:.88rem;font-weight:550}tbody th{font-weight:600}
tbody tr:last-child>*{border-bottom:0}td form{margin:0}
form.find{display:flex;flex-wrap:wrap;gap:.6rem 1rem;align-items:center;margin:0 0 1.2rem}
label{display:inline-flex;gap:.4rem;align-items:center}
input[type=text],input[type=number],select{font:inherit;color:inherit;background:var(--panel);
border:1px solid var(--quiet);border-radius:7px;padding:.35rem .6rem;max-width:100%}
button{font:inherit;min-height:2.2rem;padding:.3rem .9rem;border-radius:7px;border:1px solid var(--link);
background:var(--link);color:var(--on-link);cursor:pointer}
button.plain{background:none;color:var(--link)}
fieldset{border:0;padding:0;margin:0 0 .8rem;display:flex;flex-wrap:wrap;gap:.3rem 1rem}
legend{padding:0;margin-bottom:.3rem}
form.new>label{display:flex;flex-wrap:wrap;margin:0 0 .8rem}input[type=number]{width:5.5rem}
summary{color:var(--link);cursor:pointer}
td details form{display:flex;flex-wrap:wrap;gap:.4rem .8rem;align-items:center;margin:.6rem 0}
dl.secret{display:block}dl.secret div{margin-bottom:.6rem}dl.secret dd{font-size:1rem}
@media(min-width:761px){.name{min-width:10rem}}
.alert{border-color:var(--bad)}
@media(min-width:761px){td:first-child{white-space:nowrap}}
@media(max-width:760px){
thead{display:block;position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
table,tbody,tr,td,tbody th,caption{display:block}caption{padding:.5rem .9rem 0}
tbody tr{border-bottom:1px solid var(--edge);padding:.4rem 0}td:empty{display:none}
tbody tr:last-child{border:0}th,td{border:0;padding:.15rem .9rem}
td[data-name]::before{content:attr(data-name) ": ";color:var(--quiet)}}
"""
WHOLE: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>$title · $tenant</title><style>$style</style></head>
<body><header class="bar"><b>$tenant</b>$navigation</header><main$narrow><h1>$title</h1>
$content</main></body></html>
"""
LINK: Final = '<a href="$page"$current>$title</a>'
NAVIGATION: Final = (
    '<nav aria-label="Pages">$links</nav>'
    '<form method="post" action="leave"><input type="hidden" name="form" value="$form">'
    '<button class="plain">Sign out</button></form>'
)
NOTE: Final = '<p class="note" role="status">$text</p>'
ENTER: Final = """<p>Sign in to see this API's calls, deliveries, usage and keys.
The link opens the portal once.</p>
<form method="post" action="enter"><input type="hidden" name="link" value="$link">
<button>Sign in</button></form>"""
CLOSED: Final = """<p class="note" role="alert">$why</p>
<p>Whoever runs the API makes a link, by <code>tenantry portal $tenant</code>.</p>"""
TROUBLE: Final = '<p class="note" role="alert">$why</p><p class="quiet">Request <code>$request</code></p>'
FIGURE: Final = "<div><dt>$name</dt><dd>$value</dd></div>"
KEYS: Final = """<dl>$figures</dl><table><caption>$caption</caption><thead><tr><th scope="col">Key</th>
<th scope="col">Today</th><th scope="col">This $period</th><th scope="col">Left of the quota</th>
<th scope="col">Last used</th></tr></thead><tbody>$rows</tbody></table>
<p class="quiet">Days are UTC's. Whoever runs the API adds, replaces and retires keys;
a value is shown to nobody here.</p>"""
KEY: Final = """<tr><th scope="row"><code>$name</code>$retired</th><td data-name="Today">$today</td>
<td data-name="This $period">$used</td><td data-name="Left of the quota">$left</td>
<td data-name="Last used">$last</td></tr>"""
FIND: Final = """<form class="find" action="calls"><label>Hours <select name="hours">$options</select></label>
<label><input type="checkbox" name="errors"$errors> errors only</label><button>Show</button></form>
<form class="find" action="calls"><label>Request's id
<input type="text" name="request" value="$request" maxlength="128" size="38" required></label>
<button class="plain">Find</button></form>$note"""
OPTION: Final = '<option value="$hours"$selected>$hours</option>'
CALLS: Final = """<table><caption>$caption</caption><thead><tr>
<th scope="col">Time</th><th scope="col">Status</th>
<th scope="col">Route</th><th scope="col">ms</th><th scope="col">Key</th><th scope="col">Subject</th>
<th scope="col">Request</th></tr></thead><tbody>$rows</tbody></table>"""
CALL: Final = """<tr><td data-name="Time">$at</td><td data-name="Status" class="$kind">$status</td>
<td data-name="Route">$method $route</td><td data-name="ms">$ms</td><td data-name="Key">$key</td>
<td data-name="Subject">$subject</td><td data-name="Request"><code>$request</code></td></tr>"""
DELIVERIES: Final = """<table><caption>$caption</caption><thead><tr><th scope="col">Message</th>
<th scope="col">Receiver</th><th scope="col">State</th><th scope="col">Attempts</th>
<th scope="col">Last error</th>
<th scope="col">Again</th></tr></thead><tbody>$rows</tbody></table>$more"""
DELIVERY: Final = """<tr><th scope="row"><code>$id</code><br><small>$made</small></th>
<td data-name="Receiver">$receiver</td><td data-name="State" class="$kind">$state</td>
<td data-name="Attempts">$attempts</td><td data-name="Last error">$error</td>
<td><form method="post" action="deliveries"><input type="hidden" name="form" value="$form">
<input type="hidden" name="id" value="$id"><input type="hidden" name="receiver" value="$name">
<button class="plain" aria-label="Send $id to $receiver again">Send again</button></form></td></tr>"""
OLDER: Final = '<p><a href="deliveries?before=$before">Older deliveries</a></p>'


NO_CALLS: Final = '<p class="quiet">No $what.</p>'
NO_DELIVERIES: Final = '<p class="quiet">Nothing was to be delivered here.</p>'
