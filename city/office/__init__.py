"""The files of an office that watches the simulated city: accounts, sources, topics."""

from pathlib import Path

FILES = ("accounts.yaml", "sources.yaml", "topics.yaml")
_PORT = ":PORT/"  # in the templates, which are valid but for this


def write(folder: Path, port: int) -> None:
    """Write the office's files into a folder, with the city's port filled in."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        template = (Path(__file__).parent / name).read_text(encoding="utf-8")
        (folder / name).write_text(template.replace(_PORT, f":{port}/"), encoding="utf-8")
