"""`yuqing up` and `yuqing work`: the roles that run for as long as the office does."""

import click


@click.command()
@click.option("--with-parent", type=int, metavar="PID", hidden=True, help="End when this process, which started this one, does.")
def up(*, with_parent: int | None) -> None:
    """Run everything on this machine: crawl, tag, index, watch, serve the pages and keep the database, in one supervised run.

    With YUQING_KAFKA__BOOTSTRAP and YUQING_ELASTICSEARCH__URL set it uses Kafka and Elasticsearch instead of files here.
    The pages are at http://127.0.0.1:8420 unless YUQING_WEB__HOST and YUQING_WEB__PORT say otherwise. Ctrl-C or SIGTERM ends it;
    nothing that was taken in is lost.

    Example: yuqing up

    Exit codes: 0 told to stop, 1 something failed for good, 2 wrong usage or configuration.
    """
    from config.check import load_office
    from config.settings import load_settings
    from services.logs import configure_logs
    from services.stop import stop_on_signals, stop_with_parent
    from services.up import Ready
    from services.up import up as run

    settings = load_settings()
    office = load_office(settings)
    configure_logs(settings.log_level)
    stop = stop_on_signals()
    if with_parent is not None:
        stop_with_parent(stop, with_parent)

    def told(ready: Ready) -> None:
        if with_parent is not None:
            return  # who started this one says it
        click.echo(f"{settings.office.name}：{len(office.sources)} 个来源、{len(office.accounts)} 个账号，运行中。页面：{ready.address}")
        if ready.users is False:
            click.echo("还没有人可以登录。在另一个终端里用同样的环境变量运行：yuqing users add 用户名 --role admin")

    run(settings, stop, told)


@click.command()
def work() -> None:
    """Tag and index what the log holds, until told to stop. Start it as often as the log has partitions.

    Example: yuqing work

    Exit codes: 0 told to stop, 1 something failed for good, 2 wrong usage or configuration.
    """
    from config.settings import load_settings
    from indexers.connect import connect
    from services.logs import configure_logs
    from services.roles import run_work
    from services.stop import stop_on_signals
    from streams.engines import open_log

    settings = load_settings()
    configure_logs(settings.log_level)
    stop = stop_on_signals()
    with connect(settings) as client, open_log(settings) as messages:
        tally = run_work(settings, client, messages, stop)
    click.echo(f"处理 {tally.posts} 条，{tally.dead} 条转入死信。")
