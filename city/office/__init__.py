"""The files of an office that watches the simulated city: accounts, sources, topics, alerts."""

from pathlib import Path

FILES = ("accounts.yaml", "alerts.yaml", "sources.yaml", "topics.yaml")
_PORT, _RECEIVER = ":PORT/", ":RECEIVER/"  # in the templates, which are valid but for these
_TOLD, _UNTOLD = "off: false", "off: true"  # of channels


def write(folder: Path, port: int, receiver: int | None = None) -> None:
    """Write the office's files into a folder, with the ports of the city and of who is told filled in.

    Without a receiver alerts are raised and nobody is told.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        template = (Path(__file__).parent / name).read_text(encoding="utf-8")
        filled = template.replace(_PORT, f":{port}/").replace(_RECEIVER, f":{receiver or 1}/")
        (folder / name).write_text(filled if receiver else filled.replace(_TOLD, _UNTOLD), encoding="utf-8")
