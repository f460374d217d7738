"""`yuqing watch`: the role that raises alerts and sends them."""

import click


@click.command()
def watch() -> None:
    """Evaluate the alert rules and send what is to be told, until told to stop. Start it as often as you like: one works at a time.

    When the one that works dies, another takes over after YUQING_WATCH__LEASE_S seconds and goes on from the database: no alert is
    lost, and a receiver that heeds the idempotency key sees each once.

    Example: yuqing watch

    Exit codes: 0 told to stop, 1 something failed for good, 2 wrong usage or configuration.
    """
    from config.check import load_office
    from config.settings import load_settings
    from indexers.connect import connect
    from services.logs import configure_logs
    from services.stop import stop_on_signals
    from services.watch import run_watch

    settings = load_settings()
    office = load_office(settings)
    configure_logs(settings.log_level)
    stop = stop_on_signals()
    with connect(settings) as client:
        run_watch(settings, client, office, stop)
