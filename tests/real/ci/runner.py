"""Runs a recipe as its CI would: runner.py KIND CHAPTER, in the checkout, with `vrun` in it. What CI has from
its images and actions is there already; what they would cache, the caller keeps. Prints the log, both streams in one."""

import os
import re
import subprocess
import sys

import yaml

KIND, CHAPTER = sys.argv[1:3]
TEMP = os.environ["RUNNER_TEMP"]


def recipe(is_wanted):
    """The one block that is it, in YAML."""
    with open(CHAPTER) as file:
        blocks = re.findall(r"^```yaml\n(.*?)^```", file.read(), re.S | re.M)
    (found,) = [block for block in map(yaml.safe_load, blocks) if is_wanted(block)]
    return found


def run(shell, script, env):
    path = os.path.join(TEMP, "step.sh")
    with open(path, "w") as file:
        file.write(script)
    print("+ " + script.strip().replace("\n", "\n+ "), flush=True)
    ended = subprocess.call(shell + [path], env=env, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
    if ended:
        sys.exit("the step ended with %d" % ended)


def github():
    """https://docs.github.com/actions: `bash -e {0}`; GITHUB_PATH counts from the next step on."""
    flow = recipe(lambda block: "jobs" in block)
    assert sorted(map(str, flow)) == ["True", "env", "jobs", "name"], "YAML 1.1 takes `on` for True: %s" % list(flow)
    steps = flow["jobs"]["test"]["steps"]
    known = {step["id"] for step in steps if "id" in step}
    (cache,) = [step["with"] for step in steps if step.get("uses", "").startswith("actions/cache@")]
    assert cache["path"].split() == [".venv", "~/.cache/vrun"], cache
    # Every expression is whole, and what it names is there.
    expressions = re.findall(r"\$\{\{(.*?)\}\}", cache["key"])
    assert len(expressions) == cache["key"].count("${{") == 4, cache
    for name in re.findall(r"steps\.(\w+)\.", cache["key"]):
        assert name in known, name
    env = dict(os.environ, CI="true", GITHUB_ACTIONS="true", GITHUB_WORKSPACE=os.getcwd())
    env.update((name, str(value)) for name, value in flow["env"].items())
    for name in "GITHUB_PATH", "GITHUB_ENV":
        env[name] = os.path.join(TEMP, name)
        open(env[name], "w").close()
    path = env["PATH"]
    for step in steps:
        if "run" in step:
            with open(env["GITHUB_PATH"]) as file:
                env["PATH"] = ":".join(file.read().split()[::-1] + [path])
            run(["bash", "-e"], step["run"], env)


def gitlab():
    """https://docs.gitlab.com/ci/yaml: before_script and script are one script."""
    job = recipe(lambda block: "test" in block)["test"]
    assert set(job["cache"]["key"]) == {"prefix", "files"} and len(job["cache"]["key"]["files"]) <= 2
    env = dict(os.environ, CI="true", GITLAB_CI="true", CI_PROJECT_DIR=os.getcwd())
    for name, value in job["variables"].items():
        env[name] = value.replace("$CI_PROJECT_DIR", env["CI_PROJECT_DIR"])
    kept = [os.path.join(os.getcwd(), path) for path in job["cache"]["paths"]]
    assert env["VRUN_CACHE_DIR"] in kept, kept
    # The image is the job's own; this system is not.
    own = os.path.join(TEMP, "usr-local-bin")
    os.makedirs(own, exist_ok=True)
    env["PATH"] = own + ":" + env["PATH"]
    script = "\n".join(job["before_script"] + job["script"]).replace("/usr/local/bin", own)
    run(["bash", "-e", "-o", "pipefail"], script, env)


{"github": github, "gitlab": gitlab}[KIND]()
