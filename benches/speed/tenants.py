"""Write as many tenants as a bench wants: the demo's three, over and over, under slugs of their own."""

from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2] / "tests" / "fixtures" / "tenants"
CELL = "bench"


def write(folder: Path, count: int, cell: str = CELL) -> Path:
    """A folder of tenants with one cell of that many; answers the folder."""
    models = sorted((SOURCE / "demo").glob("*.yaml"))
    (folder / cell).mkdir(parents=True)
    tiers = (SOURCE / "tiers.yaml").read_text()
    (folder / "tiers.yaml").write_text(f"{tiers}\ncells:\n  {cell}: {{stages_quota: {count}}}\n")
    for n in range(count):
        model = models[n % len(models)]
        slug = f"{model.stem}-{n:04}"
        text = model.read_text().replace(f"{model.stem}.example", f"{slug}.example")
        (folder / cell / f"{slug}.yaml").write_text(text)
    return folder
