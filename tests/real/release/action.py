"""Runs action.yml's steps as GitHub's runner would, `action.py ACTION DIRECTORY NAME=INPUT...`: but for the cache, which
is empty. Prints what the next step of the job finds first on PATH."""

import os
import re
import subprocess
import sys

import yaml

action, scratch = sys.argv[1:3]
inputs = dict(pair.split("=", 1) for pair in sys.argv[3:])
with open(os.path.join(action, "action.yml")) as file:
    known = yaml.safe_load(file)
outputs = {}


def value(expression):
    """`a || b`, of inputs and of the outputs of steps."""
    for name in expression.split("||"):
        kind, *path = name.strip().split(".")
        found = inputs.get(path[0], known["inputs"][path[0]]["default"]) if kind == "inputs" else outputs[path[-1]]
        if found:
            return found
    return ""


for name in "GITHUB_OUTPUT", "GITHUB_PATH":
    os.environ[name] = os.path.join(scratch, name)
    open(os.environ[name], "w").close()
os.environ.update(GITHUB_ACTION_PATH=action, RUNNER_TOOL_CACHE=os.path.join(scratch, "tools"), RUNNER_ARCH="X64")
for step in known["runs"]["steps"]:
    if "run" not in step:
        assert step["uses"].startswith("actions/cache@") and step["if"] == "inputs.from == ''", step
        assert value(step["with"]["path"][3:-2]) == outputs["directory"], step
        continue
    assert step["shell"] == "bash", step
    env = {key: re.sub(r"\$\{\{(.*?)\}\}", lambda it: value(it[1]), text) for key, text in step.get("env", {}).items()}
    bash = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
    ended = subprocess.call(bash, env={**os.environ, **env}, stderr=subprocess.STDOUT)
    if ended:
        sys.exit("the step ended with %d" % ended)
    with open(os.environ["GITHUB_OUTPUT"]) as file:
        outputs.update(line.rstrip("\n").split("=", 1) for line in file)
with open(os.environ["GITHUB_PATH"]) as file:
    print(file.read().strip())
