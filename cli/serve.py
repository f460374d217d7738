"""`yuqing serve`: the pages."""

import click


@click.command()
@click.option("--host", help="The address to listen on; 127.0.0.1 where unset. Another one only behind a proxy that speaks TLS.")
@click.option("--port", type=click.IntRange(0, 65535), help="The port to listen on; 8420 where unset, 0 for any free one.")
@click.option("--with-parent", type=int, metavar="PID", hidden=True, help="End when this process, which started this one, does.")
def serve(*, host: str | None, port: int | None, with_parent: int | None) -> None:
    """Serve the pages until told to stop: 值班, 检索, 来源, and what programs ask for as JSON.

    Users are made with `yuqing users add`. Ctrl-C or SIGTERM ends it.

    Examples: yuqing serve, yuqing serve --port 8080

    Exit codes: 0 told to stop, 1 something failed for good, 2 wrong usage or configuration.
    """
    from config.settings import load_settings
    from indexers.connect import follow
    from services.logs import configure_logs
    from services.serve import serve as run
    from services.stop import stop_on_signals, stop_with_parent

    settings = load_settings()
    given = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    settings = settings.model_copy(update={"web": settings.web.model_copy(update=given)})
    configure_logs(settings.log_level)
    stop = stop_on_signals()
    if with_parent is not None:
        stop_with_parent(stop, with_parent)
    with follow(settings) as client:
        run(settings, client, stop, lambda address: click.echo(f"{settings.office.name}：{address}"))
