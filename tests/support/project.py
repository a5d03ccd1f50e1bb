"""A copy of the project, for tests that edit its sources."""

import shutil
from pathlib import Path

from tenantry import paths
from tenantry.packing import artifact

COPIED = ("platform", "functions", "requirements")  # with their byte code: compiling all takes seconds


def copied(root: Path) -> Path:
    """What commands of the local platform need, below `root`; what is packed already is shared."""
    artifact.layer(paths.LAYER_REQUIREMENTS, paths.BUILD, artifact.this_machine())
    for name in COPIED:
        shutil.copytree(paths.ROOT / name, root / name)
    (root / paths.BUILD.name).symlink_to(paths.BUILD, target_is_directory=True)
    return root
