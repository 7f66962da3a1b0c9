# Everything a newcomer needs. `make run` starts a gateway, `make test` proves it.
PYTHON ?= python3
VENV := .venv
STAMP := $(VENV)/.installed

.PHONY: setup run test soak promises lessons threads headline bench understanding understanding-baseline model rigs check clean
.DEFAULT_GOAL := run

$(STAMP): pyproject.toml constraints.txt
	@test -x $(VENV)/bin/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing the gateway and its tools into $(VENV) (about a minute the first time) ..."
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $(STAMP)

setup: $(STAMP)

run: setup
	@$(VENV)/bin/gateway serve

# Style and types.
check: setup
	@$(VENV)/bin/ruff check gateway tests benchmarks examples
	@$(VENV)/bin/ruff format --check gateway tests benchmarks examples
	@$(VENV)/bin/pyright

# The long versions of the kill -9 test (GATEWAY_RIG_KILLS kills), of the storm in the chats (GATEWAY_RIG_UPDATES updates),
# of the lives of a case (GATEWAY_RIG_STEPS moves) and of
# the fuzzing of all that reads mail (GATEWAY_RIG_FUZZ mails), another seed each time; GATEWAY_RIG_FORGED forged senders;
# and GATEWAY_RIG_GIGABYTES without a line end.
rigs: setup
	@GATEWAY_RIG_KILLS=$${GATEWAY_RIG_KILLS:-200} GATEWAY_RIG_SEED=$${GATEWAY_RIG_SEED:-$$(date +%s)} $(VENV)/bin/python -m pytest -s tests/end_to_end/test_kill.py
	@GATEWAY_RIG_UPDATES=$${GATEWAY_RIG_UPDATES:-10000} GATEWAY_RIG_SEED=$${GATEWAY_RIG_SEED:-$$(date +%s)} $(VENV)/bin/python -m pytest -s -n 0 tests/end_to_end/test_chat_storm.py
	@GATEWAY_RIG_STEPS=$${GATEWAY_RIG_STEPS:-1000000} GATEWAY_RIG_SEED=$${GATEWAY_RIG_SEED:-$$(date +%s)} $(VENV)/bin/python -m pytest -n 2 tests/cases/test_case_machine.py
	@GATEWAY_RIG_FUZZ=$${GATEWAY_RIG_FUZZ:-2000000} GATEWAY_RIG_SEED=$${GATEWAY_RIG_SEED:-$$(date +%s)} $(VENV)/bin/python -m pytest -s -n 2 tests/parsers/fuzz
	@GATEWAY_RIG_FORGED=$${GATEWAY_RIG_FORGED:-10000} $(VENV)/bin/python -m pytest -s -n 0 tests/trust/test_attacks.py -k forged
	@GATEWAY_RIG_GIGABYTES=$${GATEWAY_RIG_GIGABYTES:-1} $(VENV)/bin/python -m pytest -s -n 0 tests/reading/test_bombs.py -k flood

# A fifth of the suite is waiting for other processes: three workers keep two cores busy.
test: check
	@$(VENV)/bin/python -m pytest -n 3

# A season: 90 simulated days of 2,000 cases, a few minutes; GATEWAY_RIG_DAYS and GATEWAY_RIG_CASES change the size.
soak: setup
	@$(VENV)/bin/python -m tests.soak

# docs/promises.md: every promise, its rows of config.toml and its stories.
promises: setup
	@$(VENV)/bin/python -m tests.promises.table

# Threads of a mailing list through a running gateway, pairwise F1: make threads CORPORA=/path/to/corpora
threads: setup
	@$(VENV)/bin/python -m benchmarks.threads "$(CORPORA)"

# docs/lessons.md: what others learned the hard way, and the tests that hold us to it.
lessons: setup
	@$(VENV)/bin/python -m tests.lessons.table

# docs/mail.md: how mail is read, on corpora that are not ours: make headline CORPORA=/path SCORER=/path/score_parse.py
headline: setup
	@$(VENV)/bin/python -m benchmarks.headline "$(CORPORA)" "$(SCORER)"

bench: setup
	@$(VENV)/bin/python -m benchmarks.whole_job

# What the reader understands of the labelled messages, into docs/understanding.md.
understanding: setup
	@$(VENV)/bin/python -m benchmarks.understanding

# The parsers' models, trained again from their seeds into gateway/parsers/model/ (some minutes of one core).
model: setup
	@OMP_NUM_THREADS=1 nice $(VENV)/bin/python -m gateway.training.train
	@OMP_NUM_THREADS=1 nice $(VENV)/bin/python -m gateway.training.acts

# After an improvement: the figures below which no field may fall (tests/parsers/test_understanding.py).
understanding-baseline: setup
	@$(VENV)/bin/python -m benchmarks.understanding --baseline

clean:
	rm -rf $(VENV) var build
