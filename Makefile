# Short names for the commands in bin/, which also work without make.
.PHONY: run test fast lint format shell migrate settings

# Every command of bin/ creates or updates .venv first.
run:
	bin/run

test:
	bin/test

fast:
	bin/test --fast

lint:
	bin/lint

format:
	bin/lint --fix

shell:
	bin/flask shell

migrate:
	bin/flask db upgrade

settings:
	bin/settings
