"""`python -m cli`: the `yuqing` command, where the script is not on the path."""

from cli.main import main

main()
