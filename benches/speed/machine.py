"""Say on what machine the figures were taken, and nothing of whose it is."""

import os
import platform
import sys
from pathlib import Path

CPU_INFORMATION = Path("/proc/cpuinfo")


def described() -> dict[str, str]:
    return {
        "Processor": f"{_processor()}, {os.cpu_count()} cores",
        "Python": f"{platform.python_implementation()} {platform.python_version()}",
        "System": f"{platform.system()} {platform.release().split('-')[0]}, {platform.machine()}",
    }


def _processor() -> str:
    if sys.platform == "linux" and CPU_INFORMATION.exists():
        for line in CPU_INFORMATION.read_text().splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.processor() or "unknown"
