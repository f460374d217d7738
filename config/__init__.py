"""The frozen settings tree and the YAML files that an office edits."""
