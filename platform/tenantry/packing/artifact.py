"""Pack what Lambda runs: the code as one zip, the dependencies as one layer, each named by its content.

Equal sources give equal digests under the same release of Python, wherever they lie, and equal bytes under
the same zlib: the digest is taken over names and contents. Byte code takes the place of the sources, because
Lambda has nowhere to keep what it would compile at each cold start; what the layer leaves out stands in
`trimming`. The plain form of both does the same, slower (docs/decisions/0005).
"""

import hashlib
import platform
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tenantry.errors import Failed
from tenantry.packing import trimming

# In an interpreter without site-packages: strings that another shares with its modules would show in the byte
# code. Left out is what nothing reads at run time: docstrings, assertions, columns of instructions. The hash
# of a source is never looked at: there is no source.
COMPILE = (
    *(sys.executable, "-I", "-S", "-X", "no_debug_ranges", "-m", "compileall"),
    *("-q", "-b", "-o", "2", "--invalidation-mode", "unchecked-hash"),
)
EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time a zip can hold
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
class LambdaTarget:
    """Where the code runs: Lambda's names, such as `python3.13` and `arm64`."""

    runtime: str
    architecture: str

    def __post_init__(self) -> None:
        if self.architecture not in ARCHITECTURES:
            raise ArtifactError(
                f"there is no architecture {self.architecture}; "
                f"set tenantry:architecture to {' or '.join(sorted(ARCHITECTURES))}"
            )


def this_machine() -> LambdaTarget:
    """The target that this interpreter can compile byte code for, and run."""
    machine = platform.machine().lower()
    architecture = "arm64" if machine in {"arm64", "aarch64"} else "x86_64"
    return LambdaTarget(f"python{sys.version_info.major}.{sys.version_info.minor}", architecture)


def code(modules: Mapping[str, bytes], build: Path, target: LambdaTarget, *, plain: bool = False) -> Artifact:
    """The zip of these modules, as byte code; built once for each content and target.

    Args:
        modules: sources by path, such as `api/table.py`.
        plain: the sources as they are instead, which the runtime compiles at each cold start.

    Raises:
        ArtifactError: this interpreter's version is not the target's, which would refuse its byte code.
    """
    if not plain:
        _require_interpreter(target)

    def make(root: Path) -> None:
        for name, content in modules.items():
            copy = root / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(content)
        if not plain:
            _compile(root, "/var/task")

    return _made_once(build, "code", _recipe(modules, target, plain=plain), make)


def layer(
    requirements: Path, build: Path, target: LambdaTarget, *, plain: bool = False, trimmed: bool = True
) -> Artifact:
    """The zip of the hashed requirements for the target, as byte code.

    Built once for each content of `requirements` and target: wheels are fetched from the package index.

    Args:
        plain: the packages as they are instead.
        trimmed: cut to what functions import of them (`trimming`).

    Raises:
        ArtifactError: the interpreter is of another version, or pip could not fetch or verify a wheel.
    """
    if not plain:
        _require_interpreter(target)

    def make(root: Path) -> None:
        packages = root / "python"
        _install(requirements, packages, target)
        if not plain:
            if trimmed:
                trimming.trim(packages)
            _compile(root, "/opt")

    ingredients = {f"requirements, {'trimmed' if trimmed else 'whole'}": requirements.read_bytes()}
    recipe = _recipe(ingredients, target, plain=plain)
    return _made_once(build, "layer", recipe, make)


def _made_once(build: Path, kind: str, recipe: str, make: Callable[[Path], None]) -> Artifact:
    """What the recipe made before or, if that is no longer there, what `make` puts into a folder now."""
    receipt = build / f"{kind}-{recipe}.digest"
    if receipt.exists():
        digest = receipt.read_text()
        packed = build / f"{kind}-{digest}.zip"
        if packed.exists():
            return Artifact(packed, digest)
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch, kind)
        root.mkdir()
        make(root)
        artifact = _pack(root, build, kind)
    receipt.write_text(artifact.digest)
    return artifact


def _recipe(ingredients: Mapping[str, bytes], target: LambdaTarget, *, plain: bool) -> str:
    """Names all that an artifact is made of and by."""
    recipe = hashlib.sha256(f"{sys.version} {target.runtime} {target.architecture} {plain}".encode())
    for module in (__file__, trimming.__file__):
        recipe.update(Path(module).read_bytes())
    for name, content in ingredients.items():
        recipe.update(f"{name}\0{len(content)}\0".encode() + content)
    return recipe.hexdigest()[:16]


def _require_interpreter(target: LambdaTarget) -> None:
    own = this_machine().runtime
    if own != target.runtime:
        raise ArtifactError(
            f"byte code for {target.runtime} cannot be compiled by {own}; run this with {target.runtime}, "
            f"or set tenantry:runtime to {own} in the stack's configuration"
        )


def _install(requirements: Path, packages: Path, target: LambdaTarget) -> None:
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


def _compile(root: Path, runs_at: str) -> None:
    """Byte code takes the place of each source below `root`; tracebacks name it as below `runs_at`."""
    command = [*COMPILE, "-s", str(root), "-p", runs_at, str(root)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - own arguments only
    if done.returncode:
        raise ArtifactError(f"the code does not compile: {(done.stdout + done.stderr).strip()}")
    for source in root.rglob("*.py"):
        source.unlink()


def _pack(root: Path, build: Path, kind: str) -> Artifact:
    files = _entries(root)
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
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files:
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content, compresslevel=9)


def _entries(root: Path) -> list[tuple[str, bytes]]:
    files = (path for path in sorted(root.rglob("*")) if path.is_file())
    return [(path.relative_to(root).as_posix(), path.read_bytes()) for path in files]
