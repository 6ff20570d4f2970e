//! A person at a terminal: the program has it for itself, as if vrun were not there. A real Python plays the
//! person on a pseudo-terminal, with a real shell that has job control.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use crate::project::{self, Outcome, Project};
use crate::pythons;
use crate::wheels;

/// Starts a program on a terminal of its own, types into it, and reads what it shows.
const PERSON: &str = r#"
import os, pty, re, select, sys, time

program, terminal = pty.fork()
if program == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
shown = b""

def read():
    """Without colours, which a test of its own looks at."""
    global shown
    shown = re.sub(rb"\x1b\[[0-9]*m", b"", shown + os.read(terminal, 4096))

def wait_for(text):
    global shown
    end = time.monotonic() + 300
    while text not in shown:
        if time.monotonic() > end:
            sys.exit("%r never came after %r" % (text, shown))
        if select.select([terminal], [], [], 1)[0]:
            try:
                read()
            except OSError:
                sys.exit("the program ended before %r, after %r" % (text, shown))
    shown = shown.split(text, 1)[1]

def type(text):
    os.write(terminal, text)

def end():
    status = os.waitpid(program, 0)[1]
    return os.WEXITSTATUS(status) if os.WIFEXITED(status) else -os.WTERMSIG(status)
"#;

/// Has the person do what `acts` says with `program`.
pub(crate) fn play(project: &Project, acts: &str, program: &[&str]) {
    let script = format!("{PERSON}{acts}");
    let mut person = std::process::Command::new(&pythons::newest().exe);
    project.place(&mut person);
    person.args(["-I", "-c", &script]).args(program);
    Outcome::of(&mut person).code(0);
}

/// A project with its environment, with vrun and the system's own programs on PATH.
fn project() -> Project {
    let project = Project::with_python();
    symlink(env!("CARGO_BIN_EXE_vrun"), project.path("bin/vrun")).expect("a link");
    project.run(["true"]);
    assert!(fs::exists(project.path("app/.venv/pyvenv.cfg")).is_ok_and(|is| is));
    let project = project.first_on_path(Path::new("/usr/bin"));
    let path = format!("{}:/usr/bin:/bin", project.path("bin").display());
    project.var("PATH", path).var("TERM", "dumb")
}

#[test]
fn a_prompt_of_python_takes_ctrl_c_and_raw_keys_for_itself() {
    let acts = r#"
wait_for(b">>> ")
type(b"import os, sys, termios, time, tty\n"); wait_for(b">>> ")
type(b"print('be' 'gun', sys.prefix) or time.sleep(60)\n"); wait_for(b"begun"); wait_for(b"/.venv")
type(b"\x03"); wait_for(b"KeyboardInterrupt"); wait_for(b">>> ")
type(b"print('still ' 'here')\n"); wait_for(b"still here"); wait_for(b">>> ")
type(b"usual = termios.tcgetattr(0)\n"); wait_for(b">>> ")
type(b"_ = tty.setraw(0), print('lis' 'tening', flush=True), print(os.read(0, 1)), termios.tcsetattr(0, termios.TCSANOW, usual)\n")
wait_for(b"listening")
type(b"\x03"); wait_for(b"b'\\x03'"); wait_for(b">>> ")
type(b"exit(7)\n")
assert end() == 7
"#;
    // The plain prompt: 3.13's own draws on the terminal as it likes.
    let project = project().var("PYTHON_BASIC_REPL", "1");
    play(&project, acts, &["vrun", "python", "-q"]);
}

#[test]
fn a_shell_stops_resumes_and_ends_the_program_as_a_job_of_its_own() {
    let acts = r#"
type(b"PS1='rea''dy> '\n"); wait_for(b"ready> ")
type(b"vrun sleep 60\n"); wait_for(b"\n"); time.sleep(1)
type(b"\x1a"); wait_for(b"Stopped"); wait_for(b"ready> ")
type(b"fg\n"); wait_for(b"vrun sleep 60"); time.sleep(1)
type(b"\x03"); wait_for(b"ready> ")
type(b"echo code=$?\n"); wait_for(b"code=130"); wait_for(b"ready> ")
type(b"vrun sleep 60 &\n"); wait_for(b"ready> ")
type(b"kill -TERM %1; wait %1; echo code=$?\n"); wait_for(b"code=143"); wait_for(b"ready> ")
type(b"exit\n")
end()
"#;
    let Ok(bash) = which::which("bash") else {
        project::tell("not tested: there is no bash, whose job control this needs");
        return;
    };
    let bash = bash.to_str().expect("a plain path");
    play(&project(), acts, &[bash, "--norc", "--noprofile", "-i"]);
}

#[test]
fn a_person_sees_which_package_it_is_at_and_the_plain_lines_stay() {
    let acts = r#"
wait_for(b"vrun: installing requirements.txt with pip")
wait_for(b": Installing alpha")
wait_for(b"vrun: installing requirements.txt with pip\r\n")
wait_for(b"vrun: installed requirements.txt in "); wait_for(b"\n")
wait_for(b"1.0 it is"); assert end() == 0
"#;
    let project = wheels::app("pip")
        .file("app/requirements.txt", "alpha<2\n")
        .link("bin/vrun", env!("CARGO_BIN_EXE_vrun"))
        .var("TERM", "xterm");
    let code = "import alpha; print(alpha.VERSION, 'it is')";
    play(&project, acts, &["vrun", "python", "-c", code]);
}

#[test]
fn a_change_is_said_once_at_each_terminal() {
    let acts = r#"
type(b"PS1='rea''dy> '\n"); wait_for(b"ready> ")
type(b"vrun true\n"); wait_for(b"vrun: installed "); wait_for(b"ready> ")
type(b"echo beta >>requirements.txt; vrun true\n")
wait_for(b"vrun: requirements.txt changed since the last install: run `vrun --sync`"); wait_for(b"ready> ")
type(b"vrun true 2>said; test -s said; echo silent=$?\n"); wait_for(b"silent=1"); wait_for(b"ready> ")
type(b"CI=1 vrun true\n"); wait_for(b"changed since"); wait_for(b"ready> ")
type(b"setsid -w vrun true\n"); wait_for(b"changed since"); wait_for(b"ready> ")
type(b"exit\n")
end()
"#;
    let (Ok(bash), Ok(_)) = (which::which("bash"), which::which("setsid")) else {
        project::tell("not tested: what is said at a terminal, for there is no bash or no setsid");
        return;
    };
    let bash = bash.to_str().expect("a plain path");
    let project = wheels::app("pip")
        .file("app/requirements.txt", "alpha<2\n")
        .link("bin/vrun", env!("CARGO_BIN_EXE_vrun"));
    let path = format!("{}:/usr/bin:/bin", project.path("bin").display());
    play(
        &project.var("PATH", path),
        acts,
        &[bash, "--norc", "--noprofile", "-i"],
    );
}

#[test]
fn a_shim_creates_an_environment_where_a_person_sees_it() {
    let project = Project::with_python().dir("shims");
    symlink(env!("CARGO_BIN_EXE_vrun"), project.path("shims/python")).expect("a link");
    let shim = project.path("shims/python");
    let shim = shim.to_str().expect("a plain path");
    let acts = "wait_for(b'created '); wait_for(b'Python 3'); assert end() == 0\n";
    play(&project, acts, &[shim, "--version"]);
    assert!(fs::exists(project.path("app/.venv/pyvenv.cfg")).is_ok_and(|is| is));
}

#[test]
fn a_name_that_a_checkout_brings_tells_the_terminal_nothing() {
    let acts = r#"
while True:
    try:
        shown += os.read(terminal, 4096)
    except OSError:
        break
assert end() == 127, shown
assert b"\x1b" not in shown and b"\x9b" not in shown, shown
for part in b"odd\\u{1b}]0;t\\u{7}\\u{9b}", b"export VIRTUAL_ENV", b"nowhere":
    assert part in shown, (part, shown)
"#;
    let odd = "odd\x1b]0;t\x07\u{9b}";
    let project = project().dir(&format!("app/{odd}/.git"));
    let dir = project.path("app").join(odd);
    Outcome::of(
        project
            .vrun(["-q", "--create", "--without-pip"])
            .current_dir(dir),
    )
    .code(0);
    let line = "cd odd* && for said in '-n true' '--which python' --info '--info --json' --doctor '--export sh' \
                '-v nowhere'; do vrun $said; done";
    play(&project, acts, &["sh", "-c", line]);
}

/// What `vrun --info` shows on a terminal, with these variables.
fn shown_info(project: &Project, vars: &[(&str, &str)], code: i32) -> String {
    shown(project, &["--info"], vars, code)
}

/// What vrun shows on a terminal.
fn shown(project: &Project, args: &[&str], vars: &[(&str, &str)], code: i32) -> String {
    let acts = "
while True:
    try:
        more = os.read(terminal, 4096)
    except OSError:
        break
    if not more:
        break
    shown += more
sys.stdout.write(shown.decode().replace('\\r', ''))
sys.exit(end())
";
    let script = format!("{PERSON}{acts}");
    let mut person = std::process::Command::new(&pythons::newest().exe);
    project.place(&mut person);
    person.args(["-I", "-c", &script, "vrun"]).args(args);
    person.env("TERM", "xterm").envs(vars.iter().copied());
    Outcome::of(&mut person).code(code).stdout
}

#[test]
fn a_notice_has_colour_on_a_terminal_where_that_is_wanted() {
    let project = project().var("CI", "");
    let args = ["-v", "true"];
    let colored = shown(&project, &args, &[], 0);
    let prefix = "\u{1b}[1m\u{1b}[32mvrun:\u{1b}[0m ";
    assert!(
        colored.lines().all(|line| line.starts_with(prefix)),
        "{colored:?}"
    );
    let plain = colored.replace(prefix, "vrun: ");
    for vars in [
        ("NO_COLOR", "1"),
        ("CLICOLOR", "0"),
        ("TERM", "dumb"),
        ("TERM", ""),
        ("CI", "true"),
    ] {
        assert_eq!(shown(&project, &args, &[vars], 0), plain, "{vars:?}");
    }
}

#[test]
fn info_draws_the_walk_on_a_terminal() {
    let project = project().dir("app/src/venv").dir("app/src/deep");
    let other = project.path("other/.venv").display().to_string();
    let project = project.var("VIRTUAL_ENV", &other).var("CI", "");
    let inside = project.path("app/src/deep");
    let project = project.var("VRUN_PROJECT", &inside);
    let app = project.path("app").display().to_string();
    let plain = shown_info(&project, &[("NO_COLOR", "1")], 0);
    let (_, tree) = plain.split_once("\nwalk\n").expect("a tree");
    let width = app.chars().count().max(other.chars().count()) + 2;
    let row = |left: &str, note: &str| format!("{left:<width$}{note}").trim_end().to_owned();
    let expected = [
        row(&app, "the search ended here; the project"),
        row("├─ .venv", &format!("the nearest, in {app}")),
        row("└─ src", ""),
        row("   ├─ venv", "it has no pyvenv.cfg"),
        row("   └─ deep", "the search started here"),
        row(&other, "it is active, but it has no pyvenv.cfg"),
    ];
    assert_eq!(tree.lines().collect::<Vec<_>>(), expected, "{plain}");
    let colored = shown_info(&project, &[], 0);
    assert!(colored.contains("\u{1b}[1m\u{1b}[32m.venv"), "{colored:?}");
    for vars in [&[("CI", "true")], &[("TERM", "dumb")], &[("CLICOLOR", "0")]] {
        assert_eq!(shown_info(&project, vars, 0), plain, "{vars:?}");
    }
    assert!(
        shown_info(&project, &[("CI", "true"), ("CLICOLOR_FORCE", "1")], 0).contains("\u{1b}[")
    );
    // Where there is none, it shows where that would be.
    fs::remove_dir_all(project.path("app/.venv")).expect("the environment");
    let none = shown_info(&project, &[("NO_COLOR", "1")], 125);
    assert!(
        none.contains("├─ .venv") && none.contains("there is none yet"),
        "{none}"
    );
}

#[test]
fn the_line_of_an_install_fits_the_terminal_when_resized_too() {
    let acts = r#"
import fcntl, re, struct, termios
def resize(columns):
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
def widths():
    """Of what is drawn in the next second and a half."""
    drawn, end = b"", time.monotonic() + 1.5
    while time.monotonic() < end:
        if select.select([terminal], [], [], 0.1)[0]:
            drawn += os.read(terminal, 4096)
    drawn = re.sub(rb"\x1b\[[0-9]*m", b"", drawn)
    lines = re.sub(rb"\x1b\[[0-9;]*[A-Za-z]", b"\r", drawn).replace(b"\n", b"\r").split(b"\r")
    assert any(b"vrun: installing" in line for line in lines), drawn
    return max(map(len, lines)), drawn
resize(100)
type(b"\n"); wait_for(b"vrun: installing requirements.txt and pyproject.toml with pip")
while not os.path.exists("begun"):
    time.sleep(0.05)
wide, drawn = widths()
assert wide <= 100 and b" s)\r" in drawn, (wide, drawn)
for columns in 40, 25:
    resize(columns)
    widths()
    width, drawn = widths()
    assert width <= columns and b" s)\r" in drawn, (columns, width, drawn)
resize(100)
os.remove("wait")
wait_for(b"vrun: installed "); wait_for(b" (2 packages, pip)\r\n")
assert end() == 0
"#;
    let project = wheels::app("pip")
        .file("app/requirements.txt", "alpha<2\n")
        .file("app/pyproject.toml", wheels::PYPROJECT)
        .file("app/backend.py", wheels::BACKEND)
        .file("app/wait", "")
        .link("bin/vrun", env!("CARGO_BIN_EXE_vrun"));
    let path = format!("{}:/usr/bin:/bin", project.path("bin").display());
    let project = project.var("PATH", path).var("TERM", "xterm");
    play(&project, acts, &["sh", "-c", "read go; exec vrun --create"]);
}

#[test]
fn a_terminal_of_no_known_kind_gets_plain_lines() {
    let acts = r#"
wait_for(b"\nvrun: installing requirements.txt with pip\r\nvrun: installed requirements.txt in ")
wait_for(b"\n"); assert end() == 0
"#;
    let project = wheels::app("pip")
        .file("app/requirements.txt", "alpha<2\n")
        .link("bin/vrun", env!("CARGO_BIN_EXE_vrun"));
    play(&project, acts, &["vrun", "--create"]);
}

#[test]
fn uv_is_named_once_where_pip_took_long() {
    let acts = r#"
while not os.path.exists("begun"):
    time.sleep(0.05)
time.sleep(10.5); os.remove("wait")
wait_for(b"vrun: uv installs faster than pip: where it is on PATH, vrun uses it\r\n")
assert end() == 0
"#;
    let project = wheels::app("pip")
        .file("app/pyproject.toml", wheels::PYPROJECT)
        .file("app/backend.py", wheels::BACKEND)
        .file("app/wait", "")
        .link("bin/vrun", env!("CARGO_BIN_EXE_vrun"))
        .var("VRUN_INSTALLER", "")
        .var("TERM", "xterm");
    play(&project, acts, &["vrun", "--create"]);
    assert!(fs::exists(project.path("home/.cache/vrun/uv-named")).is_ok_and(|is| is));
}
