"""Has a real shell complete lines: shells.py SHELL WORKDIR PROGRAM, where WORKDIR holds `script`, which has it complete vrun's,
`setup`, which it runs after that, and `lines`. Prints for each line what is offered, with tabs between."""

import json
import os
import pty
import subprocess
import sys
import threading
import time

SHELL, WORK, PROGRAM = sys.argv[1:4]
SCRIPT, SETUP, OUT = (os.path.join(WORK, name) for name in ("script", "setup", "out"))
with open(os.path.join(WORK, "lines")) as file:
    LINES = file.read().splitlines()


def word_of(line):
    """The word that is completed, which may be an option's value."""
    return line.rsplit(" ", 1)[1]


class Terminal:
    """A shell that a person types into. It writes to a file, for what it shows it draws as it likes."""

    def __init__(self, command):
        open(OUT, "w").close()
        self.lines = 0
        program, self.terminal = pty.fork()
        if program == 0:
            os.execvp(command[0], command)
        threading.Thread(target=self.drain, daemon=True).start()

    def drain(self):
        try:
            while os.read(self.terminal, 4096):
                pass
        except OSError:
            pass

    def type(self, text):
        os.write(self.terminal, text.encode())

    def answer(self):
        """The next line that the shell writes."""
        self.lines += 1
        end = time.monotonic() + 60
        while time.monotonic() < end:
            with open(OUT) as file:
                lines = file.read().split("\n")
            if len(lines) > self.lines:
                return lines[self.lines - 1]
            time.sleep(0.02)
        sys.exit("no answer %d" % self.lines)

    def run(self, command):
        self.type("%s; echo ok >>%s\n" % (command, OUT))
        self.answer()


def bash():
    """readline inserts what is offered, and the line is made the arguments of a function that writes them."""
    shell = Terminal(["bash", "--norc", "--noprofile"])
    shell.run(". %s; . %s" % (SCRIPT, SETUP))
    shell.run("printed() { printf '%%s\\t' \"$@\" >>%s; echo >>%s; }" % (OUT, OUT))
    for line in LINES:
        shell.type(line + "\x1b*\x01printed \n")
        yield shell.answer().strip("\t").split("\t")[len(line.split(" ")) - 1 :]


def zsh():
    """What is offered goes through compadd. The matches for other names of the same function are not ours."""
    shell = Terminal(["zsh", "-f"])
    functions = os.path.join(WORK, "functions")
    os.mkdir(functions)
    os.symlink(SCRIPT, os.path.join(functions, "_vrun"))
    shell.run("fpath+=%s; autoload -Uz compinit; compinit -u -D; . %s" % (functions, SETUP))
    heard = os.path.join(WORK, "heard")
    shell.run(
        "compadd() { if [[ \" $* \" != *' -'[OAD]' '* ]]; then local -a hits; builtin compadd -A hits \"$@\"; "
        "(( $#hits )) && print -l -- $hits >>%s; fi; builtin compadd \"$@\" }" % heard
    )
    # As a widget of its own it writes when it is done.
    shell.run("listed() { zle list-choices; echo ok >>%s; }; zle -N listed; bindkey -e; bindkey '^Xl' listed" % OUT)
    for line in LINES:
        open(heard, "w").close()
        shell.type(line + "\x18l")
        shell.answer()
        shell.type("\x15")
        with open(heard) as file:
            yield file.read().splitlines()


def fish():
    """fish tells by itself."""
    for line in LINES:
        code = "source $argv[1]; source $argv[2]; complete -C $argv[3]"
        said = subprocess.check_output(["fish", "-c", code, SCRIPT, SETUP, line])
        yield [offer.split("\t")[0] for offer in said.decode().splitlines()]


def elvish():
    """An argument completer is a function, and its answer is filtered later, by what is typed."""
    rc = os.path.join(WORK, "rc.elv")
    with open(rc, "w") as file:
        file.write("eval (slurp <%s)\neval (slurp <%s)\n" % (SCRIPT, SETUP))
        for line in LINES:
            words = " ".join("'%s'" % word for word in line.split(" "))
            file.write("var offers = [($edit:completion:arg-completer[vrun] %s)]\n" % words)
            file.write(
                "each {|offer| if (eq (kind-of $offer) string) { print $offer\"\\t\" } else { print $offer[stem]\"\\t\" } }"
                " $offers >>%s; echo >>%s\n" % (OUT, OUT)
            )
    shell = Terminal(["elvish", "-rc", rc])
    for line in LINES:
        offers = shell.answer().split("\t")
        yield [offer for offer in offers if offer.startswith(word_of(line))]


def nu():
    """Nushell completes for editors, without a terminal."""
    with open(SCRIPT) as script, open(SETUP) as setup:
        before = script.read() + setup.read()
    for line in LINES:
        with open(os.path.join(WORK, "line.nu"), "w") as file:
            file.write(before + line)
        said = subprocess.check_output([PROGRAM, "--no-config-file", "--ide-complete", str(len(before + line)), file.name])
        yield json.loads(said)["completions"]


for offers in {"bash": bash, "zsh": zsh, "fish": fish, "elvish": elvish, "nushell": nu}[SHELL]():
    print("\t".join(offers))
