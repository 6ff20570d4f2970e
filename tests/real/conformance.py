"""CPython's own tests of venv, with another creator in venv's place.

usage: PYTHON -I conformance.py [-k NAME] CREATOR...

PYTHON is the interpreter whose suite (Lib/test/test_venv.py) is wanted, and the base of every environment.
CREATOR is a command that makes one environment. In its words {base} stands for the base interpreter and
{dir} for the environment's directory; venv's options follow it, by their own names:

    python3.13 -I conformance.py vrun -q --create -p {base} --env {dir}

The control is venv itself. What it passes, a creator that does as venv does passes too:

    python3.13 -I conformance.py {base} -m venv {dir}

The suite reaches the creator in four ways, `venv.create`, `venv.EnvBuilder(...).create`, `venv.main` and a
process `python -m venv`. Each is replaced by a call of CREATOR, and each test runs as it was written. A test
that passes without such a call says nothing about the creator, and counts as failed.

Exit status: 0 where all passed, 1 where one failed, 2 for wrong use, 3 where PYTHON has no such suite.
"""

import ensurepip
import os
import subprocess
import sys
import sysconfig
import unittest
import venv

try:
    from test import test_venv
except (ImportError, unittest.SkipTest) as error:
    print(error)
    sys.exit(3)

# Tests that no creator but venv's own Python objects can pass or fail.
NOT_APPLICABLE = {
    "test_upgrade_dependencies": "calls a method of EnvBuilder and mocks the process it starts",
    "test_create_scm_ignore_files_multiple": "extends EnvBuilder in Python",
    "test_venv_same_path": "calls a private method of EnvBuilder",
    "test_failed_symlink": "mocks os.symlink",
    "test_devnull": "makes no environment",
}
if sys.version_info < (3, 8):
    NOT_APPLICABLE["test_prompt"] = "makes no environment before 3.8"

BASE = getattr(sys, "_base_executable", sys.executable)


class Creator:
    """The command that makes environments, and how often it was called."""

    def __init__(self, command):
        self.command = command
        self.calls = 0

    def run(self, base, directory, options, variables):
        """Calls it; returns how it ended."""
        self.calls += 1
        words = [w.replace("{base}", base).replace("{dir}", directory) for w in self.command]
        ended = subprocess.run(
            words + options,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        # Some tests look only at what is not there.
        if ended.returncode == 0 and not os.path.isfile(os.path.join(directory, "pyvenv.cfg")):
            raise RuntimeError("the creator said that it did, and made no environment")
        return ended

    def make(self, directory, options, variables=None):
        """Calls it as venv's functions are called: where it fails, it raises what they raise."""
        ended = self.run(BASE, directory, options, variables)
        if ended.returncode == 0:
            return
        told = told_by(ended)
        # A test that waits for venv's refusal of the directory is not to see one of, say, an option.
        raise ValueError(told) if directory in told else RuntimeError(told)


def told_by(ended):
    """How a process ended, and why."""
    return "exit status %d: %s" % (ended.returncode, ended.stderr.decode("utf-8", "replace"))


def replace_venv(creator):
    """Puts the creator in the place of venv's own, wherever a test reaches that."""
    check_call = subprocess.check_call

    def create(builder, env_dir):
        variables = without_index() if getattr(builder, "upgrade_deps", False) else None
        creator.make(os.fspath(env_dir), options_of(builder), variables)

    def main(args):
        *options, directory = args
        creator.make(directory, options)

    def check_call_or_create(cmd, **how):
        if cmd[1:3] != ["-m", "venv"]:
            return check_call(cmd, **how)
        base, _, _, *options, directory = cmd
        ended = creator.run(base, directory, options, how.get("env"))
        if ended.returncode != 0:
            error = subprocess.CalledProcessError(ended.returncode, cmd, ended.stdout, ended.stderr)
            raise error from RuntimeError(told_by(ended))
        return 0

    # venv.create goes this way too.
    venv.EnvBuilder.create = create
    venv.main = main
    subprocess.check_call = check_call_or_create


def options_of(builder):
    """The options of `python -m venv` that mean what an EnvBuilder was told.

    Without any, the command links and installs pip, where the EnvBuilder copies and does not.
    """
    options = ["--symlinks" if builder.symlinks else "--copies"]
    upgrades_pip = getattr(builder, "upgrade_deps", False)
    # The test mocks the upgrade of pip away. Here it takes place, so pip has to be there.
    if not builder.with_pip and not upgrades_pip:
        options.append("--without-pip")
    for is_on, option in (
        (builder.system_site_packages, "--system-site-packages"),
        (builder.clear, "--clear"),
        (builder.upgrade, "--upgrade"),
        (upgrades_pip, "--upgrade-deps"),
        # Before 3.13 venv wrote no such files and had no such option.
        (not getattr(builder, "scm_ignore_files", True), "--without-scm-ignore-files"),
    ):
        if is_on:
            options.append(option)
    # Before 3.9 the builder keeps the prompt as the scripts are to say it.
    prompt = getattr(builder, "orig_prompt", builder.prompt)
    if prompt is not None:
        options += ["--prompt", str(prompt)]
    return options


def without_index():
    """Variables with which pip upgrades itself from the wheels that came with the base: no network."""
    bundled = os.path.join(os.path.dirname(ensurepip.__file__), "_bundled")
    wheels = [bundled, sysconfig.get_config_var("WHEEL_PKG_DIR")]
    links = " ".join(path for path in wheels if path and os.path.isdir(path))
    return dict(os.environ, PIP_NO_INDEX="1", PIP_FIND_LINKS=links)


class Report(unittest.TestResult):
    """Tells of each test in a line, and of those that failed at the end."""

    def __init__(self, creator):
        super().__init__()
        self.creator = creator
        self.passed = 0
        # What a test prints is kept from stdout, and shown where it fails.
        self.buffer = True
        self.out = sys.stdout

    def tell(self, line):
        print(line, file=self.out, flush=True)

    def startTest(self, test):
        super().startTest(test)
        self.calls_before = self.creator.calls

    def addSuccess(self, test):
        if self.creator.calls == self.calls_before:
            self.addFailure(test, uncalled())
            return
        super().addSuccess(test)
        self.passed += 1
        self.tell("passed: %s" % name(test))

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.tell("skipped: %s: %s" % (name(test), reason))

    def failed(self):
        """Each test or part of one that failed, with its traceback."""
        return self.failures + self.errors

    def tell_all(self, not_applicable):
        for test, traceback in self.failed():
            self.tell("\nFAILED: %s\n%s" % (test, traceback))
        counts = (self.passed, len(self.failed()), len(self.skipped), not_applicable)
        self.tell("%d passed, %d failed, %d skipped, %d not applicable" % counts)


def uncalled():
    """What sys.exc_info() gives for a test that passed without the creator."""
    try:
        raise AssertionError("the creator was not called")
    except AssertionError:
        return sys.exc_info()


def name(test):
    return test.id().split(".")[-1]


def tests_in(suite):
    for part in suite:
        if isinstance(part, unittest.TestSuite):
            yield from tests_in(part)
        else:
            yield part


def main(args):
    loader = unittest.TestLoader()
    if args[:1] == ["-k"]:
        loader.testNamePatterns = ["*%s*" % args[1]]
        args = args[2:]
    if not args:
        print(__doc__, file=sys.stderr)
        return 2
    creator = Creator(args)
    replace_venv(creator)
    report = Report(creator)
    tests = list(tests_in(loader.loadTestsFromModule(test_venv)))
    apart = [test for test in tests if name(test) in NOT_APPLICABLE]
    for test in apart:
        report.tell("not applicable: %s: %s" % (name(test), NOT_APPLICABLE[name(test)]))
    unittest.TestSuite(test for test in tests if test not in apart).run(report)
    report.tell_all(len(apart))
    return 0 if report.passed and not report.failed() else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
