# The commands of the project. `make help` lists them.
.DEFAULT_GOAL := help
.PHONY: help demo test check bench docs screenshots lock
ARGS ?=

help: ## show this list
	@grep -hE '^[a-z]+:.*## ' Makefile | sed -E 's/^([a-z]+):.*## /  make \1|/' | column -t -s '|'

demo: ## run the whole system on this machine against a simulated city (ARGS=--exit ends by itself)
	@deploy/environment.sh runtime
	@.venv/bin/yuqing demo $(ARGS)

test: ## run every test, on real servers where they can be had
	@deploy/environment.sh dev
	@deploy/servers.sh
	@.venv/bin/python -m pytest $(ARGS)

check: ## lint, types, imports, dependencies, docs
	@deploy/environment.sh dev
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	.venv/bin/deptry .
	.venv/bin/python -m pytest -q tests/docs

bench: ## measure speed and memory side by side
	@deploy/environment.sh dev
	@.venv/bin/python -m benchmarks $(ARGS)

docs: ## write the pages of docs/ that are made from the code
	@deploy/environment.sh dev
	@.venv/bin/python -m docs

screenshots: ## draw the pages of the demo for the README, in a real Chromium
	@deploy/environment.sh dev
	@.venv/bin/python -m docs.screenshots

lock: ## lock the dependencies anew
	@deploy/environment.sh dev
	.venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url pyproject.toml -o requirements/runtime.txt
	.venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url pyproject.toml --group dev -c requirements/runtime.txt -o requirements/dev.txt
