"""Pack what Lambda runs: the code as one zip, the dependencies as one layer, each named by its content.

Equal sources give equal digests under the same release of Python, wherever they lie, and equal bytes under
the same zlib: the digest is taken over names and contents. Byte code is compiled ahead with unchecked
hashes, because a normalised time stamp would make every `.pyc` look stale, and the runtime compile at each
cold start.
"""

import hashlib
import platform
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tenantry.errors import Failed

# botocore describes over 400 services; these are the ones that functions call.
SERVICES = ("dynamodb", "secretsmanager", "sesv2", "sqs")
EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time a zip can hold
# Of its metadata a package keeps METADATA: some read their own version from it when they are imported.
LEFT_OUT_OF_LAYER = ("*.dist-info/[!M]*", "bin", "tests", "*.pyi", "py.typed")
MANYLINUX = ("manylinux2014", "manylinux_2_28", "manylinux_2_34")  # Amazon Linux 2023 has glibc 2.34
ARCHITECTURES = {"x86_64": "x86_64", "arm64": "aarch64"}  # Lambda's name -> the wheels' name


class ArtifactError(Failed):
    """The code or the layer cannot be packed; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Artifact:
    path: Path
    digest: str

    @property
    def key(self) -> str:
        return f"{self.digest}.zip"


@dataclass(frozen=True, slots=True)
class Target:
    """Where the code runs: Lambda's names, such as `python3.13` and `arm64`."""

    runtime: str
    architecture: str

    def __post_init__(self) -> None:
        if self.architecture not in ARCHITECTURES:
            raise ArtifactError(
                f"there is no architecture {self.architecture}; "
                f"set tenantry:architecture to {' or '.join(sorted(ARCHITECTURES))}"
            )


def this_machine() -> Target:
    """The target that this interpreter can compile byte code for, and run."""
    machine = platform.machine().lower()
    architecture = "arm64" if machine in {"arm64", "aarch64"} else "x86_64"
    return Target(f"python{sys.version_info.major}.{sys.version_info.minor}", architecture)


def code(source: Path, build: Path, target: Target) -> Artifact:
    """The zip of every Python file below `source`, with its byte code.

    Raises:
        ArtifactError: this interpreter's version is not the target's, which would ignore its byte code.
    """
    _require_interpreter(target)
    with tempfile.TemporaryDirectory() as scratch:
        staged = Path(scratch, "code")
        for file in source.rglob("*.py"):
            copy = staged / file.relative_to(source)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, copy)
        _compile(staged, "/var/task")
        return _pack(staged, build, "code")


def layer(requirements: Path, build: Path, target: Target) -> Artifact:
    """The zip of the hashed requirements for the target, trimmed to what functions import.

    Built once for each content of `requirements` and target: wheels are fetched from the package index.

    Raises:
        ArtifactError: the interpreter is of another version, or pip could not fetch or verify a wheel.
    """
    _require_interpreter(target)
    recipe = hashlib.sha256(Path(__file__).read_bytes() + requirements.read_bytes())
    recipe.update(f"{target.runtime} {target.architecture}".encode())
    receipt = build / f"layer-{recipe.hexdigest()[:16]}.digest"
    if receipt.exists():
        digest = receipt.read_text()
        packed = build / f"layer-{digest}.zip"
        if packed.exists():
            return Artifact(packed, digest)
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch, "layer")
        packages = root / "python"
        _install(requirements, packages, target)
        _trim(packages)
        _compile(root, "/opt")
        artifact = _pack(root, build, "layer")
    receipt.write_text(artifact.digest)
    return artifact


def _require_interpreter(target: Target) -> None:
    own = this_machine().runtime
    if own != target.runtime:
        raise ArtifactError(
            f"byte code for {target.runtime} cannot be compiled by {own}; run this with {target.runtime}, "
            f"or set tenantry:runtime to {own} in the stack's configuration"
        )


def _install(requirements: Path, packages: Path, target: Target) -> None:
    architecture = ARCHITECTURES[target.architecture]
    platforms = [option for tag in MANYLINUX for option in ("--platform", f"{tag}_{architecture}")]
    command = [
        sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input",
        "--require-hashes", "--no-deps", "--no-compile", "--only-binary", ":all:", *platforms,
        "--python-version", target.runtime.removeprefix("python"), "--implementation", "cp",
        "--target", str(packages), "--requirement", str(requirements),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - own arguments only
    if done.returncode:
        reason = done.stderr.strip() or "pip gave no reason"
        raise ArtifactError(f"the layer cannot be built from {requirements}: {reason}")


def _trim(packages: Path) -> None:
    for pattern in LEFT_OUT_OF_LAYER:
        for path in [*packages.rglob(pattern)]:
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
    for description in (packages / "botocore" / "data").iterdir():
        if description.is_dir() and description.name not in SERVICES:
            shutil.rmtree(description)


def _compile(root: Path, runs_at: str) -> None:
    """Compile in an interpreter of its own: what this one has imported must not show in the byte code."""
    command = [
        sys.executable, "-I", "-S", "-m", "compileall", "-q", "-j", "1",
        "--invalidation-mode", "unchecked-hash", "-s", str(root), "-p", runs_at, str(root),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - own arguments only
    if done.returncode:
        raise ArtifactError(f"the code does not compile: {(done.stdout + done.stderr).strip()}")


def _pack(root: Path, build: Path, kind: str) -> Artifact:
    files = list(_entries(root))
    digest = hashlib.sha256()
    for name, content in files:
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    artifact = Artifact(build / f"{kind}-{digest.hexdigest()}.zip", digest.hexdigest())
    if not artifact.path.exists():
        build.mkdir(parents=True, exist_ok=True)
        # Written aside and renamed: two builds side by side, or one that is killed, leave no half of a zip.
        with tempfile.TemporaryDirectory(dir=build, suffix=".part") as aside:
            part = Path(aside, "zip")
            _write(part, files)
            part.replace(artifact.path)
    return artifact


def _write(path: Path, files: list[tuple[str, bytes]]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in files:
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)


def _entries(root: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(root.rglob("*")):
        if path.is_file():
            yield path.relative_to(root).as_posix(), path.read_bytes()
