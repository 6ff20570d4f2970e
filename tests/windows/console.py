"""Ctrl-C in a console: console.py VRUN.EXE, which scripts/wine calls.

wine gives a program a console where it is started on a terminal, and this makes one; the tests in Rust have pipes.
"""

import os
import pty
import select
import subprocess
import sys
import tempfile
import time

VRUN = sys.argv[1]
PIPES = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
HEEDS = """
import signal, sys, time
signal.signal(signal.SIGINT, lambda *_: sys.exit(7))
print('ready', flush=True)
time.sleep(60)
"""
IGNORES = """
import signal, time
signal.signal(signal.SIGINT, signal.SIG_IGN)
print('ready', flush=True)
time.sleep(3)
print('still here', flush=True)
"""
FALLS = "import time; print('ready', flush=True); time.sleep(60)"


def interrupted(args, ready, after=1.0):
    """Types Ctrl-C `after` seconds after `ready` was said: the low 8 bits of the exit code, and what was said."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execvp("wine", ["wine", *args])
    said, typed, end = b"", False, time.monotonic() + 120
    while time.monotonic() < end:
        if select.select([terminal], [], [], 0.2)[0]:
            try:
                said += os.read(terminal, 4096)
            except OSError:
                break
        if ready in said and not typed:
            time.sleep(after)
            os.write(terminal, b"\x03")
            typed = True
    else:
        os.kill(pid, 9)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), said


def check(what, right, told):
    print("console:", what, "... ok" if right else f"... FAILED: {told}", flush=True)
    return right


def ends(what, outcome, code, says=b""):
    return check(what, outcome[0] == code and says in outcome[1], outcome)


def main():
    with tempfile.TemporaryDirectory() as app, tempfile.TemporaryDirectory() as cache:
        os.chdir(app)
        open("setup.py", "w").close()
        # With an empty cache, so that there is something to do.
        os.environ["VRUN_CACHE_DIR"] = "Z:" + os.path.join(cache, "empty")
        made = interrupted([VRUN, "--create"], b"creating", after=0.0)
        right = [ends("Ctrl-C while an environment is made ends that", made, 130, b"interrupted")]
        right += [check("and leaves nothing", os.listdir() == ["setup.py"], os.listdir())]
        subprocess.run(["wine", VRUN, "--create", "--without-pip"], check=True, timeout=120, **PIPES)
        run = [VRUN, "python", "-c"]
        heeded = interrupted([*run, HEEDS], b"ready")
        right += [ends("Ctrl-C is the program's, and its exit code is passed on", heeded, 7)]
        ignored = interrupted([*run, IGNORES], b"ready")
        right += [ends("a program that ignores it goes on", ignored, 0, b"still here")]
        bare = interrupted(["python", "-c", FALLS], b"ready")
        fell = interrupted([*run, FALLS], b"ready")
        right += [ends("one that dies of it dies so", fell, bare[0], b"KeyboardInterrupt")]
        return all(right)


if __name__ == "__main__":
    sys.exit(not main())
