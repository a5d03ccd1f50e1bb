"""What a stranger with the handover's folder alone can do: each call is made, by each means that it names."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tenantry.handover import calls, clients, snippets
from tenantry.handover.calls import Call
from tests.support.browser import PHONE, chromium, visiting
from tests.support.command import ROOT, Command
from tests.support.platform import Platform, Tenant

SECONDS = 120
MAKE = "its generator is not here: `make generators`"


@dataclass(frozen=True)
class Handed:
    """`client` is what the operator hands over beside the folder: id and secret of a client."""

    folder: Path
    document: dict[str, Any]
    client: tuple[str, str]

    @property
    def url(self) -> str:
        return str(self.document["servers"][0]["url"])


@pytest.fixture(scope="module")
def handed(platform: Platform, command: Command, tmp_path_factory: pytest.TempPathFactory) -> Handed:
    assert platform.local.alive
    folder = tmp_path_factory.mktemp("handed") / "acme"
    done = command("handover", "acme", "--to", str(folder), "--tenants", str(command.tenants))
    assert done.returncode == 0, done.stderr
    added = command("clients", "add", "acme", "handed-over")
    assert added.returncode == 0, added.stderr
    platform.minted.append(added.stdout.strip())
    client = ("handed-over", added.stdout.strip())
    return Handed(folder, json.loads((folder / "openapi.json").read_text()), client)


@pytest.fixture
def contact(acme: Tenant) -> str:
    """The id of a message; the one in the examples is made up."""
    answer = acme.call("POST", "/contact", {"email": "ada@example.com", "message": "Here?"}, token=None)
    return str(answer.json()["id"])


def ready(acme: Tenant, handed: Handed, contact: str) -> dict[str, str]:
    """Make the item of the examples anew. By each value that they make up, the one to send in its place."""
    acme.call("DELETE", "/items/orders/order-1001")
    answer = acme.call("PUT", "/items/orders/order-1001", {"n": 1}, headers={"If-None-Match": "*"})
    assert answer.status_code == 201, answer.text
    message = calls.examples.of_schema({"$ref": "#/components/schemas/Ulid"}, handed.document)
    replacing = next(each for each in calls.of(handed.document) if "If-Match" in each.headers)
    version = replacing.headers["If-Match"].strip('"')
    return {message: contact, version: str(answer.json()["version"])}


def adapted(text: str, values: dict[str, str]) -> str:
    for made_up, value in values.items():
        text = text.replace(made_up, value)
    return text


def environment(acme: Tenant, home: Path, handed: Handed) -> dict[str, str]:
    """A stranger's: nothing of this project is in it."""
    client, secret = handed.client
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "API_KEY": acme.key,
        "API_TOKEN": acme.own_token,
        "CLIENT_ID": client,
        "CLIENT_SECRET": secret,
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def ran(command: list[str], variables: dict[str, str], folder: Path) -> str:
    done = subprocess.run(
        command, env=variables, cwd=folder, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def texts(handed: Handed, title: str, values: dict[str, str]) -> Iterator[tuple[Call, str]]:
    for call in calls.of(handed.document):
        found = next(each for each in snippets.of(call, handed.url) if each.title == title)
        yield call, adapted(found.text, values)


def succeeded(call: Call, status: int) -> bool:
    return str(status) in call.operation["responses"] and 200 <= status < 300


def test_every_call_for_curl_succeeds_as_it_stands(
    handed: Handed, acme: Tenant, contact: str, tmp_path: Path
) -> None:
    if shutil.which("curl") is None:
        pytest.skip("there is no curl on PATH: its calls were not tried")
    values = ready(acme, handed, contact)
    for call, text in texts(handed, "curl", values):
        answer = ran(["sh", "-c", text], environment(acme, tmp_path, handed), tmp_path)
        assert succeeded(call, int(answer.split()[1])), (call.route, answer)


@pytest.mark.parametrize(
    ("title", "program", "name"),
    [
        ("Python", sys.executable, "calls.py"),
        ("TypeScript", "node", "calls.mjs"),
    ],
)
def test_every_call_in_a_language_succeeds_as_it_stands(
    handed: Handed, acme: Tenant, contact: str, tmp_path: Path, title: str, program: str, name: str
) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"there is no {program} on PATH: the calls in {title} were not tried")
    listed = list(texts(handed, title, ready(acme, handed, contact)))
    block = "{{\n{}\n}}" if name.endswith("mjs") else "{}"  # each has an answer of its own
    (tmp_path / name).write_text("\n".join(block.format(text) for _, text in listed))
    answers = ran([program, name], environment(acme, tmp_path, handed), tmp_path).splitlines()
    assert len(answers) == len(listed)
    for (call, _), answer in zip(listed, answers, strict=True):
        assert succeeded(call, int(answer.split()[0])), (call.route, answer)


def test_every_request_of_the_collection_succeeds(
    handed: Handed, platform: Platform, acme: Tenant, contact: str
) -> None:
    values = ready(acme, handed, contact)
    made = json.loads(adapted((handed.folder / "collection.json").read_text(), values))
    known = {each["key"]: each["value"] for each in made["variable"]}
    known |= {"API_KEY": acme.key, "API_TOKEN": acme.own_token}
    known |= dict(zip(("CLIENT_ID", "CLIENT_SECRET"), handed.client, strict=True))
    for number, each in enumerate(item for folder in made["item"] for item in folder["item"]):
        said = json.dumps(each["request"]).replace("{{$guid}}", f"collection-{number}")
        request = json.loads(re.sub(r"\{\{(\w+)\}\}", lambda found: known[found[1]], said))
        headers = {header["key"]: header["value"] for header in request["header"]}
        if request["auth"]["type"] == "bearer":
            headers["Authorization"] = f"Bearer {request['auth']['bearer'][0]['value']}"
        body = request.get("body", {})
        form = {field["key"]: field["value"] for field in body.get("urlencoded", ())}
        answer = platform.http.request(
            request["method"], request["url"], headers=headers, content=body.get("raw"), data=form or None
        )
        assert answer.is_success, (each["name"], answer.text)


PYTHON = """
import os
from acme_api import AuthenticatedClient
from acme_api.api.items import create_item, delete_item, list_items, read_item
from acme_api.models import Item, ItemDocument, Problem

with AuthenticatedClient(
    base_url=os.environ["API_URL"],
    token=os.environ["API_TOKEN"],
    headers={"x-api-key": os.environ["API_KEY"]},
) as client:
    item = create_item.sync("generated", client=client, body=ItemDocument.from_dict({"n": 1}))
    assert isinstance(item, Item) and item["n"] == 1, item
    assert [each.id for each in list_items.sync("generated", client=client).items] == [item.id]
    assert delete_item.sync_detailed("generated", item.id, client=client).status_code == 204
    gone = read_item.sync("generated", item.id, client=client)
    assert isinstance(gone, Problem) and gone.status == 404, gone
"""


def test_the_generated_client_in_python_creates_lists_deletes_and_reads_problems(
    handed: Handed, acme: Tenant, tmp_path: Path
) -> None:
    folder = handed.folder / "clients" / "python"
    if not folder.exists():
        pytest.skip(MAKE)
    variables = {**environment(acme, tmp_path, handed), "API_URL": handed.url, "PYTHONPATH": str(folder)}
    ran([sys.executable, "-c", PYTHON], variables, tmp_path)
    shown = snippets.of_clients(reading(handed), handed.url, "acme_api").python
    assert ran([sys.executable, "-c", shown], variables, tmp_path).startswith("200 ")


TYPESCRIPT = """
import { client } from "./clients/typescript/client.mjs";

const api = client();
const path = { collection: "typed" };
const created = await api.POST("/items/{collection}", { params: { path }, body: { n: 1 } });
if (!created.data) throw new Error(JSON.stringify(created.error));
const id = created.data.id;
const listed = await api.GET("/items/{collection}", { params: { path, query: { limit: 5 } } });
console.log(listed.data?.items.length, created.data.version);
const deleted = await api.DELETE("/items/{collection}/{id}", { params: { path: { ...path, id } } });
const gone = await api.GET("/items/{collection}/{id}", { params: { path: { ...path, id } } });
console.log(deleted.response.status, gone.error?.status);
"""


def test_the_generated_client_in_typescript_creates_lists_deletes_and_reads_problems(
    handed: Handed, acme: Tenant
) -> None:
    if not (handed.folder / "clients" / "typescript").exists():
        pytest.skip(MAKE)
    program = handed.folder / "program.mts"
    program.write_text(TYPESCRIPT)
    typed = clients.GENERATORS / "node_modules" / ".bin" / "tsc"
    options = ["--strict", "--target", "es2022", "--module", "nodenext", "--skipLibCheck", "false"]
    ran([str(typed), *options, program.name], environment(acme, handed.folder, handed), handed.folder)
    answer = ran(["node", "program.mjs"], environment(acme, handed.folder, handed), handed.folder)
    assert answer.split("\n")[:2] == ["1 1", "204 404"]
    shown = snippets.of_clients(reading(handed), handed.url, "").typescript
    (handed.folder / "shown.mjs").write_text(shown)
    assert "items:" in ran(["node", "shown.mjs"], environment(acme, handed.folder, handed), handed.folder)


def reading(handed: Handed) -> Call:
    return next(each for each in calls.of(handed.document) if each.route == "GET /items/{collection}")


REFRESHED = {
    "get_token.py": """
import sys, time
from get_token import Tokens
at = [time.time()]
tokens = Tokens(clock=lambda: at[0])
first = tokens.current()
at[0] += 800
assert tokens.current() == first
at[0] += 50
second = tokens.current()
tokens.forget()
print(first, second, tokens.current())
""",
    "get_token.mjs": """
import { tokens } from "./get_token.mjs";
let at = Date.now() / 1000;
const own = tokens({ clock: () => at });
const [first, same] = await Promise.all([own.current(), own.current()]);
at += 800;
if (first !== same || (await own.current()) !== first) throw new Error("asked too often");
at += 50;
const second = await own.current();
own.forget();
console.log(first, second, await own.current());
""",
}


@pytest.mark.parametrize("name", REFRESHED)
def test_the_next_token_is_there_before_the_last_one_ends(handed: Handed, acme: Tenant, name: str) -> None:
    program = {".py": sys.executable, ".mjs": "node"}[Path(name).suffix]
    if shutil.which(program) is None:
        pytest.skip(f"there is no {program} on PATH: {name} was not tried")
    variables = environment(acme, handed.folder, handed)
    driver = handed.folder / f"driver{Path(name).suffix}"
    driver.write_text(REFRESHED[name])
    got = [ran([program, name], variables, handed.folder).strip()]
    got += ran([program, driver.name], variables, handed.folder).split()
    driver.unlink()
    acme.platform.minted.extend(got)
    assert len(set(got)) == 4
    for token in got:
        assert acme.call("GET", "/items/orders", token=token).status_code == 200
    variables["CLIENT_SECRET"] = "another"
    done = subprocess.run(
        [program, name], env=variables, cwd=handed.folder, capture_output=True, text=True, check=False
    )
    assert done.returncode
    assert "invalid_client" in done.stderr


@pytest.mark.parametrize("name", ["sign_token.py", "sign_token.mjs"])
def test_a_tenant_that_signs_does_so_by_its_folder(
    command: Command, acme_eu: Tenant, tmp_path: Path, name: str
) -> None:
    """By the key that stands for the tenant's own on this machine."""
    program = {".py": sys.executable, ".mjs": "node"}[Path(name).suffix]
    if shutil.which(program) is None:
        pytest.skip(f"there is no {program} on PATH: {name} was not tried")
    folder = tmp_path / "handed"
    done = command("handover", "acme-eu", "--to", str(folder), "--tenants", str(command.tenants))
    assert done.returncode == 0, done.stderr
    key = tmp_path / "key.pem"
    key.write_text(acme_eu.signer.private_pem)
    variables = {"PATH": os.environ["PATH"], "PRIVATE_KEY_FILE": str(key)}
    variables |= {"KID": acme_eu.signer.kid, "ALGORITHM": acme_eu.signer.algorithm}
    token = ran([program, name, "items:read items:write"], variables, folder).strip()
    acme_eu.platform.minted.append(token)
    assert acme_eu.call("GET", "/items/orders", token=token).status_code == 200
    assert acme_eu.call("GET", "/items/orders", token=token[:-8] + "AAAAAAAA").status_code == 401


def test_no_file_of_it_holds_a_key_a_token_or_a_path_of_this_machine(handed: Handed, acme: Tenant) -> None:
    for file in filter(Path.is_file, handed.folder.rglob("*")):
        text = file.read_text()
        for secret in (
            acme.key,
            acme.own_token,
            handed.client[1],
            "eyJhbGciOiJFZERTQSIsI",
            "whsec_M",
            str(ROOT),
            str(handed.folder),
        ):
            assert secret not in text, (file, secret)


def test_openapi_prints_the_same_contract_with_the_address_of_the_platform(
    handed: Handed, command: Command
) -> None:
    done = command("openapi", "acme", "--local", "--json", "--tenants", str(command.tenants))
    assert json.loads(done.stdout) == handed.document


def test_the_page_reads_without_scripts_and_asks_nobody_for_anything(handed: Handed) -> None:
    address = (handed.folder / "index.html").as_uri()
    files = {(handed.folder / each).as_uri() for each in ("index.html", "handover.css", "handover.js")}
    with chromium() as browser:
        with visiting(browser, address, viewport=PHONE) as visit:
            visit.page.goto(address)
            assert set(visit.requested) == files
            assert visit.complaints == []
            assert visit.page.evaluate("document.documentElement.scrollWidth - innerWidth") == 0
            assert visit.page.locator("nav a").first.is_hidden()
            visit.page.locator("summary", has_text="Contents").click()
            assert visit.page.locator("nav a").first.is_visible()
            visit.page.locator("label", has_text="Python").click()
            assert visit.page.locator(".snippet.python").first.is_visible()
            assert visit.page.locator(".snippet.curl").first.is_hidden()
        with visiting(browser, address, java_script_enabled=False) as visit:
            visit.page.goto(address)
            assert visit.page.locator("nav a").first.is_visible()
            assert visit.page.locator(".snippet.curl").first.is_visible()
            assert visit.page.locator(".copy").count() == 0
