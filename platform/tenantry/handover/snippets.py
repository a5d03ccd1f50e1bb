"""Write a call for curl, Python (httpx) and TypeScript (fetch): with the address, and with nothing secret.

TypeScript's is JavaScript as well, so that Node runs it unchanged.
"""

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tenantry.handover.calls import FORM, FROM_ENVIRONMENT, JSON, Call


@dataclass(frozen=True, slots=True)
class Snippet:
    """`by` says what runs it; `language` is a name that Pygments knows."""

    title: str
    by: str
    language: str
    text: str


def of(call: Call, url: str) -> tuple[Snippet, ...]:
    return (
        Snippet("curl", "", "console", _curl(call, url)),
        Snippet("Python", ", by httpx", "python", _python(call, url)),
        Snippet("TypeScript", " or JavaScript, by fetch", "typescript", _typescript(call, url)),
    )


@dataclass(frozen=True, slots=True)
class Clients:
    """How the generated clients make a call; modules and names are as their generators choose them."""

    python: str
    typescript: str


def of_clients(call: Call, url: str, package: str) -> Clients:
    module = re.sub(r"(?<!^)(?=[A-Z])", "_", call.operation["operationId"]).lower()
    own = "".join(f"{name}={json.dumps(value)}, " for name, value in call.filled.items())
    python = [
        "import os",
        "",
        f"from {package} import AuthenticatedClient",
        f"from {package}.api.{call.group} import {module}",
        "",
        "client = AuthenticatedClient(",
        f"    base_url={json.dumps(url)},",
        '    token=os.environ["API_TOKEN"],',
        '    headers={"x-api-key": os.environ["API_KEY"]},',
        ")",
        f"answer = {module}.sync_detailed({own}client=client)",
        "print(answer.status_code, answer.parsed)",
    ]
    typescript = [
        'import { client } from "./clients/typescript/client.mjs";',
        "",
        "const api = client(); // API_KEY and API_TOKEN come from the environment",
        f"const {{ data, error }} = await api.{call.method}({json.dumps(call.template)}, {{",
        f"  params: {{ path: {json.dumps(call.filled)} }},",
        "});",
        "console.log(data ?? error);",
    ]
    return Clients("\n".join(python), "\n".join(typescript))


def _curl(call: Call, url: str) -> str:
    def lines() -> Iterator[str]:
        method = "" if call.method == "GET" else f"-X {call.method} "
        yield f'curl -i {method}"{url}{call.path}"'
        if call.keyed:
            yield '-H "x-api-key: $API_KEY"'
        if call.scope:
            yield '-H "Authorization: Bearer $API_TOKEN"'
        if call.repeatable:
            yield '-H "Idempotency-Key: try-$(date +%s)"'
        for name, value in call.headers.items():
            yield f"-H {shlex.quote(f'{name}: {value}')}"
        if call.media == FORM:
            for name, value in call.body.items():
                yield f'--data-urlencode "{name}={value}"'
        elif call.body is not None:
            yield f'-H "Content-Type: {call.media}"'
            yield f"-d {shlex.quote(json.dumps(call.body, ensure_ascii=False))}"

    return " \\\n  ".join(lines())


def _python(call: Call, url: str) -> str:
    headers = []
    if call.keyed:
        headers.append('"x-api-key": os.environ["API_KEY"],')
    if call.scope:
        headers.append('"Authorization": f"Bearer {os.environ[\'API_TOKEN\']}",')
    if call.repeatable:
        headers.append('"Idempotency-Key": str(uuid.uuid4()),')
    headers += [f"{json.dumps(name)}: {value!r}," for name, value in call.headers.items()]
    if call.media not in ("", JSON, FORM):
        headers.append(f'"Content-Type": "{call.media}",')
    lines = [
        *(["import os"] if call.keyed else []),
        *(["import uuid"] if call.repeatable else []),
        *([""] if call.keyed else []),
        "import httpx",
        "",
        "answer = httpx.request(",
        f'    "{call.method}",',
        f"    {json.dumps(url + call.path)},",
    ]
    if headers:
        lines += ["    headers={", *(f"        {each}" for each in headers), "    },"]
    if call.media == FORM:
        fields = (f"        {json.dumps(name)}: {_python_field(each)},\n" for name, each in call.body.items())
        lines.append(f"    data={{\n{''.join(fields)}    }},")
    elif call.body is not None:
        lines.append(f"    json={_python_value(call.body, 4)},")
    return "\n".join([*lines, ")", "print(answer.status_code, answer.text)"])


def _python_field(value: str) -> str:
    name = value.removeprefix(FROM_ENVIRONMENT)
    return json.dumps(value) if name == value else f"os.environ[{json.dumps(name)}]"


def _typescript_field(value: str) -> str:
    name = value.removeprefix(FROM_ENVIRONMENT)
    return json.dumps(value) if name == value else f"`${{process.env.{name}}}`"


def _python_value(value: Any, indent: int) -> str:
    if isinstance(value, dict) and value:
        inner = " " * (indent + 4)
        members = "".join(
            f"{inner}{json.dumps(name)}: {_python_value(each, indent + 4)},\n" for name, each in value.items()
        )
        return f"{{\n{members}{' ' * indent}}}"
    if isinstance(value, list):
        return f"[{', '.join(_python_value(each, indent) for each in value)}]"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)


def _typescript(call: Call, url: str) -> str:
    headers = []
    if call.keyed:
        headers.append('"x-api-key": `${process.env.API_KEY}`,')
    if call.scope:
        headers.append("Authorization: `Bearer ${process.env.API_TOKEN}`,")
    if call.repeatable:
        headers.append('"Idempotency-Key": crypto.randomUUID(),')
    headers += [f"{json.dumps(name)}: {json.dumps(value)}," for name, value in call.headers.items()]
    if call.body is not None and call.media != FORM:
        headers.append(f'"Content-Type": "{call.media}",')
    lines = [f"const answer = await fetch({json.dumps(url + call.path)}, {{", f'  method: "{call.method}",']
    if headers:
        lines += ["  headers: {", *(f"    {each}" for each in headers), "  },"]
    if call.media == FORM:
        fields = "".join(f"    {name}: {_typescript_field(each)},\n" for name, each in call.body.items())
        lines.append(f"  body: new URLSearchParams({{\n{fields}  }}),")
    elif call.body is not None:
        text = json.dumps(call.body, ensure_ascii=False, indent=2).replace("\n", "\n  ")
        lines.append(f"  body: JSON.stringify({text}),")
    return "\n".join([*lines, "});", "console.log(answer.status, await answer.text());"])
