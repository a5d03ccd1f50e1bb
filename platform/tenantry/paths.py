"""Where the project keeps what the platform reads and writes."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TENANTS = ROOT / "tenants"
FUNCTIONS = ROOT / "functions"
GROUPS = FUNCTIONS / "groups"
CONTRACT = FUNCTIONS / "openapi.yaml"
LAYER_REQUIREMENTS = ROOT / "requirements" / "functions.txt"
BUILD = ROOT / ".build"
LOCAL_STATE = ROOT / ".tenantry"


def local_state() -> Path:
    """Where this machine keeps what is its own; TENANTRY_STATE moves it."""
    return Path(os.environ.get("TENANTRY_STATE") or LOCAL_STATE)


def shown(path: Path) -> str:
    """As messages write it: from the project's folder, if it is below that."""
    return str(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path)
