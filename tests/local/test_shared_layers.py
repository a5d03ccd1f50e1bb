"""Workers share one unpacked copy of a layer, as functions do on AWS."""

import io
import json
import zipfile
from pathlib import Path

import pytest

from tenantry.local.clients import Session
from tests.local.cloud import make_function, make_role

WHERE = """
    import os, shared
    def handle(event, context):
        return [os.path.realpath(shared.__file__), shared.VALUE]
"""


def layer(root: Session, value: str) -> str:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("python/shared.py", f"VALUE = {value!r}\n")
    published = root.client("lambda").publish_layer_version(
        LayerName="shared", Content={"ZipFile": archive.getvalue()}, CompatibleRuntimes=["python3.11"]
    )
    return str(published["LayerVersionArn"])


def found(root: Session, function: str, arn: str) -> tuple[Path, str]:
    """Where a new function of that layer found its module, and what it holds."""
    make_function(root, function, WHERE, make_role(root, function), Layers=[arn])
    answered = json.loads(root.client("lambda").invoke(FunctionName=function)["Payload"].read())
    return Path(answered[0]), answered[1]


def test_two_functions_import_from_one_copy(root: Session) -> None:
    arn = layer(root, "first")
    assert found(root, "one", arn) == found(root, "two", arn)


def test_another_version_is_another_copy(root: Session) -> None:
    old, new = found(root, "old", layer(root, "old")), found(root, "new", layer(root, "new"))
    assert (old[1], new[1]) == ("old", "new")
    assert old[0] != new[0]


def test_a_worker_that_goes_takes_no_copy_along(root: Session) -> None:
    arn = layer(root, "kept")
    path, _ = found(root, "leaving", arn)
    root.client("lambda").delete_function(FunctionName="leaving")
    assert found(root, "staying", arn)[0] == path
    assert path.exists()


@pytest.mark.parametrize("escape", ["../escaped.py", "/escaped.py"])
def test_a_layer_that_leaves_its_folder_is_refused_as_before(root: Session, escape: str) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr(escape, "")
    published = root.client("lambda").publish_layer_version(
        LayerName="escaping", Content={"ZipFile": archive.getvalue()}, CompatibleRuntimes=["python3.11"]
    )
    name = f"escaping-{len(escape)}"
    make_function(root, name, WHERE, make_role(root, name), Layers=[published["LayerVersionArn"]])
    assert "FunctionError" in root.client("lambda").invoke(FunctionName=name)


def test_the_untouched_emulator_unpacks_a_copy_for_each(untouched: Session) -> None:
    """When this fails, the repair is no longer needed."""
    arn = layer(untouched, "first")
    one, two = found(untouched, "one", arn), found(untouched, "two", arn)
    assert one[1] == two[1]
    assert one[0] != two[0]
