"""The yuqing command, one file a group."""
