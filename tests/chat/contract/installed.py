"""A package of `examples/` as pip leaves it: importable, and known by its entry points to importlib.metadata."""

import shutil
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[3]


def install(example: str, site: Path) -> None:
    """Put it into this folder, which is to be on sys.path."""
    source = ROOT / "examples" / example
    told = tomllib.loads((source / "pyproject.toml").read_text())
    project = told["project"]
    for package in told["tool"]["setuptools"]["packages"]:
        shutil.copytree(source / package, site / package, ignore=shutil.ignore_patterns("__pycache__"))
    info = site / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    )
    groups = [
        "\n".join([f"[{group}]", *(f"{name} = {value}" for name, value in points.items())])
        for group, points in project["entry-points"].items()
    ]
    (info / "entry_points.txt").write_text("\n\n".join(groups) + "\n")
