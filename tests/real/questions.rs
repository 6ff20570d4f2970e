//! A question that git, ssh or an index asks while requirements are installed: a person at the terminal answers it as
//! without vrun, and where there is no terminal nothing waits.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::project::{Outcome, Project, program, tell};
use crate::pythons;
use crate::terminal::play;
use crate::wheels::{ANY, BACKEND, PYPROJECT, app, from_pypi};

/// Serves a directory to `ada`, whose password is `secret`.
const SERVER: &str = "
import base64, functools, http.server, sys
class Handler(http.server.SimpleHTTPRequestHandler):
    def do_GET(self):
        login = 'Basic ' + base64.b64encode(b'ada:secret').decode()
        if self.headers.get('Authorization') == login:
            return super().do_GET()
        self.send_response(401)
        self.send_header('WWW-Authenticate', 'Basic realm=\"private\"')
        self.send_header('Content-Length', '0')
        self.end_headers()
server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), functools.partial(Handler, directory=sys.argv[1]))
print(server.server_address[1], flush=True)
server.serve_forever()
";

/// Runs what whoever has the key wants, for a client of ssh.
const SSH_SERVER: &str = "
import asyncio, asyncssh, sys
async def handle(process):
    pipe = asyncio.subprocess.PIPE
    git = await asyncio.create_subprocess_shell(process.command, stdin=pipe, stdout=pipe, stderr=pipe)
    await process.redirect(stdin=git.stdin, stdout=git.stdout, stderr=git.stderr)
    process.exit(await git.wait())
async def main():
    keys = [asyncssh.generate_private_key('ssh-ed25519')]
    server = await asyncssh.create_server(asyncssh.SSHServer, '127.0.0.1', 0, server_host_keys=keys,
        authorized_client_keys=sys.argv[1], process_factory=handle, encoding=None)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.Future()
asyncio.run(main())
";

/// What the person's session begins with: a question stands alone in its line, and nothing is drawn over it.
const ASKED: &str = r#"
def asked(question, answer):
    wait_for(question)
    end = time.monotonic() + 1
    while time.monotonic() < end:
        if select.select([terminal], [], [], 0.1)[0]:
            said = os.read(terminal, 4096)
            assert said.replace(b"\x1b[K", b"") == b"", said
    type(answer)

def log_in():
    asked(b"Password: ", b"secret\n")
    # Another question, of pip's before 23.1.
    offer = b"Save credentials to keyring [y/N]: "
    end = time.monotonic() + 60
    while offer not in shown and b"vrun: installed" not in shown and time.monotonic() < end:
        if select.select([terminal], [], [], 1)[0]:
            read()
    if offer in shown:
        wait_for(offer)
        type(b"n\n")
"#;

struct Server {
    process: Child,
    host: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn serve(project: &Project, dir: &str) -> Server {
    start(&pythons::newest().exe, SERVER, &project.path(dir))
}

fn start(python: &Path, code: &str, arg: &Path) -> Server {
    let mut process = Command::new(python)
        .args(["-c", code])
        .arg(arg)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("a server");
    let mut port = String::new();
    let stdout = process.stdout.take().expect("a pipe");
    BufReader::new(stdout).read_line(&mut port).expect("a line");
    let host = format!("127.0.0.1:{}", port.trim());
    Server { process, host }
}

/// A project whose index, with alpha, wants a login. pip installs.
fn private_index() -> (Project, Server) {
    let project = app("pip").file("app/requirements.txt", "alpha\n");
    fs::create_dir_all(project.path("index/alpha")).expect("a directory");
    let file = format!("alpha-1.0-{ANY}.whl");
    let built = project.path("links").join(&file);
    fs::rename(built, project.path("index/alpha").join(&file)).expect("a wheel");
    let server = serve(&project, "index");
    let url = format!("http://{}/", server.host);
    let project = on_terminal(project)
        .var("PIP_NO_INDEX", "")
        .var("PIP_FIND_LINKS", "")
        .var("PIP_INDEX_URL", url);
    (project, server)
}

/// A project that requires another one from a repository that wants a login. None without git.
fn private_repository() -> Option<(Project, Server)> {
    program("git")?;
    let project = app("pip")
        .file("repo/backend.py", BACKEND)
        .file("repo/pyproject.toml", &PYPROJECT.replace("['alpha']", "[]"));
    let line = "git init -q . && git add . && git -c user.name=a -c user.email=a@b commit -qm x && \
                git clone -q --bare . ../served/repo.git && cd ../served/repo.git && git update-server-info";
    let mut git = Command::new("/bin/sh");
    project.place(git.args(["-c", line]));
    git.env("PATH", std::env::var_os("PATH").expect("a PATH"));
    git.current_dir(project.path("repo"));
    fs::create_dir_all(project.path("served")).expect("a directory");
    Outcome::of(&mut git).code(0);
    let server = serve(&project, "served");
    let line = format!("app @ git+http://{}/repo.git\n", server.host);
    let project = on_terminal(project.file("app/requirements.txt", &line));
    Some((project, server))
}

/// vrun and the system's own programs on PATH.
fn on_terminal(project: Project) -> Project {
    let project = project.link("bin/vrun", env!("CARGO_BIN_EXE_vrun"));
    let git = program("git").unwrap_or_default();
    let dirs = [
        project.path("bin"),
        git.parent().map_or_else(Default::default, Into::into),
    ];
    let path = format!("{}:{}:/usr/bin:/bin", dirs[0].display(), dirs[1].display());
    project.var("PATH", path).var("TERM", "xterm")
}

fn play_questions(project: &Project, acts: &str, command: &[&str]) {
    play(project, &format!("{ASKED}{acts}"), command);
}

#[test]
fn a_login_for_an_index_is_asked_for_on_the_terminal() {
    let older = pythons::all()
        .iter()
        .rfind(|python| python.version < (3, 11, 0));
    for python in older.into_iter().chain([pythons::newest()]) {
        let (project, server) = private_index();
        let acts = format!(
            r#"
asked(b"\r\x1b[KUser for {host}: ", b"ada\n")
log_in()
wait_for(b"vrun: installed requirements.txt in "); wait_for(b"1.0 it is"); assert end() == 0
"#,
            host = server.host
        );
        let code = "import alpha; print(alpha.VERSION, 'it is')";
        let exe = python.exe.to_str().expect("a plain path");
        play_questions(&project, &acts, &["vrun", "-p", exe, "python", "-c", code]);
    }
}

#[test]
fn a_wrong_login_is_called_that_and_not_asked_for_again() {
    let (project, server) = private_index();
    let acts = format!(
        r#"
asked(b"User for {host}: ", b"ada\n")
asked(b"Password: ", b"wrong\n")
wait_for(b"/alpha/ refuses access: the login is wrong"); assert end() == 125
assert b"User for" not in shown, shown
"#,
        host = server.host
    );
    play_questions(&project, &acts, &["vrun", "python", "-c", ""]);
}

#[test]
fn what_pip_does_not_know_what_to_do_with_is_named() {
    if program("git").is_none() {
        return tell("not tested: a directory in pip's way, for there is no git");
    }
    let line = format!("-e git+file://{}#egg=app\n", "/nowhere/repo");
    let project = app("pip").file("app/requirements.txt", &line);
    let path = std::env::var_os("PATH").expect("a PATH");
    let project = project.var("PATH", path);
    project.run(["--create", "--no-install"]).code(0);
    let project = project.file("app/.venv/src/app/notes", "");
    let dir = project.path("app/.venv/src/app").display().to_string();
    project.run(["--sync"]).code(125).says(&[
        "cause: pip asks what to do: ",
        &dir,
        "; The plan is to install the git repository file:///nowhere/repo",
    ]);
}

#[test]
fn in_a_ci_job_nothing_is_asked_on_a_terminal_either() {
    let (project, _server) = private_index();
    let acts = r#"
wait_for(b"vrun: cannot install"); wait_for(b"hint:"); assert end() == 125
"#;
    play_questions(&project.var("CI", "1"), acts, &["vrun", "--create"]);
}

#[test]
fn a_login_for_git_is_asked_for_on_the_terminal() {
    let Some((project, server)) = private_repository() else {
        return tell("not tested: a login for git, for there is no git");
    };
    let acts = format!(
        r#"
asked(b"\rUsername for 'http://{host}': ", b"ada\n")
asked(b"Password for 'http://ada@{host}': ", b"secret\n")
wait_for(b"vrun: installed requirements.txt in "); wait_for(b"it is"); assert end() == 0
"#,
        host = server.host
    );
    let code = "import importlib.metadata as m; print(m.version('app'), 'it is')";
    play_questions(&project, &acts, &["vrun", "python", "-c", code]);
}

/// A project whose repository is behind ssh, with a key that has a passphrase, and a host that is not known.
fn behind_ssh(project: Project) -> Option<(Project, Server)> {
    let (Some(_), Some(keygen)) = (program("ssh"), program("ssh-keygen")) else {
        tell("not tested: ssh's questions, for there is no ssh");
        return None;
    };
    let python = from_pypi("asyncssh", "python");
    let mut probe = Command::new(&python);
    if !probe
        .args(["-c", "import asyncssh"])
        .status()
        .is_ok_and(|status| status.success())
    {
        tell("not tested: ssh's questions, for pip gets no asyncssh, whose server this needs");
        return None;
    }
    let key = project.path("key");
    let mut keygen = Command::new(keygen);
    keygen
        .args(["-q", "-t", "ed25519", "-N", "secret", "-f"])
        .arg(&key);
    Outcome::of(&mut keygen).code(0);
    let server = start(&python, SSH_SERVER, &project.path("key.pub"));
    let (host, repository) = (&server.host, project.path("served/repo.git"));
    let line = format!("app @ git+ssh://ada@{host}{}\n", repository.display());
    let ssh = format!(
        "ssh -F none -o IdentitiesOnly=yes -o UserKnownHostsFile={} -i {}",
        project.path("hosts").display(),
        key.display()
    );
    let project = project.file("app/requirements.txt", &line);
    Some((project.var("GIT_SSH_COMMAND", ssh), server))
}

#[test]
fn a_host_and_a_passphrase_are_asked_for_on_the_terminal() {
    let Some((project, _server)) = private_repository() else {
        return tell("not tested: ssh's questions, for there is no git");
    };
    let Some((project, _server)) = behind_ssh(project) else {
        return;
    };
    let mut alone = Command::new("setsid");
    project.place(alone.args(["-w", "vrun", "true"]));
    let asked = "cause: ssh asks whether the host's key is right: it does not know it";
    Outcome::of(&mut alone).code(125).says(&[asked]);
    let acts = r#"
asked(b"(yes/no/[fingerprint])? ", b"yes\n")
asked(b"Enter passphrase for key", b"secret\n")
wait_for(b"vrun: installed requirements.txt in "); assert end() == 0
"#;
    play_questions(&project, acts, &["vrun", "--sync", "true"]);
}

#[test]
fn an_installer_blocks_none_of_the_signals_that_vrun_waits_for() {
    let line = "import signal; open('mask', 'w').write(str(signal.pthread_sigmask(signal.SIG_BLOCK, [])))\n";
    let project = app("pip")
        .file("app/backend.py", &format!("{line}{BACKEND}"))
        .file("app/pyproject.toml", PYPROJECT);
    project.run(["python", "-c", ""]).code(0);
    let mask = fs::read_to_string(project.path("app/mask")).expect("a mask");
    assert_eq!(mask, "set()");
}

#[test]
fn ctrl_c_at_a_question_ends_vrun_and_the_next_command_asks_again() {
    let mut projects = vec![(private_index(), "User for")];
    projects.extend(private_repository().map(|it| (it, "Username for")));
    for ((project, _server), question) in projects {
        let acts = format!(
            "asked(b'{question}', b'\\x03'); wait_for(b' interrupted'); assert end() == 130\n"
        );
        for _ in 0..2 {
            play_questions(&project, &acts, &["vrun", "true"]);
            assert!(!project.path("app/.venv.vrun-lock").exists());
        }
        assert_eq!(processes_in(&project), "");
    }
}

#[test]
fn a_question_can_be_stopped_and_taken_up_again() {
    let Ok(bash) = which::which("bash") else {
        return tell("not tested: there is no bash, whose job control this needs");
    };
    let bash = bash.to_str().expect("a plain path");
    let (project, _server) = private_index();
    let acts = r#"
type(b"PS1='rea''dy> '\n"); wait_for(b"ready> ")
type(b"vrun true\n"); asked(b"User for", b"\x1a"); wait_for(b"Stopped"); wait_for(b"ready> ")
type(b"fg\n"); wait_for(b"vrun true"); time.sleep(1)
type(b"ada\n"); log_in(); wait_for(b"installed requirements.txt"); wait_for(b"ready> ")
type(b"rm -rf .venv; vrun true & until jobs %1 | grep Stopped; do sleep .2; done\n"); wait_for(b"Stopped"); wait_for(b"ready> ")
type(b"fg\n"); asked(b"User for", b"ada\n"); log_in()
wait_for(b"installed requirements.txt"); wait_for(b"ready> ")
type(b"exit\n"); end()
"#;
    play_questions(&project, acts, &[bash, "--norc", "--noprofile", "-i"]);
}

#[test]
fn a_terminal_has_its_modes_again_where_vrun_is_ended_at_a_password() {
    let (project, _server) = private_index();
    let acts = r#"
import signal, termios
asked(b"User for", b"ada\n"); wait_for(b"Password: "); time.sleep(0.5)
assert not termios.tcgetattr(terminal)[3] & termios.ECHO
os.kill(program, signal.SIGTERM); wait_for(b" interrupted")
assert termios.tcgetattr(terminal)[3] & termios.ECHO
assert end() == 130
"#;
    play_questions(&project, acts, &["vrun", "true"]);
    assert_eq!(processes_in(&project), "");
}

#[test]
fn without_a_terminal_a_question_fails_at_once_and_says_who_asked() {
    if program("setsid").is_none() {
        return tell("not tested: a session without a terminal, for there is no setsid");
    }
    let alone = |project: &Project| {
        let mut command = Command::new("setsid");
        project.place(command.args(["-w", "vrun", "true"]));
        Outcome::of(&mut command).code(125)
    };
    let (project, server) = private_index();
    let cause = format!(
        "http://{}/alpha/ refuses access: 401 Unauthorized\n",
        server.host
    );
    alone(&project).says(&[
        "vrun: cannot install requirements.txt into ",
        &cause,
        "~/.netrc",
    ]);
    let Some((project, server)) = private_repository() else {
        return tell("not tested: a login for git, for there is no git");
    };
    let cause = format!("cause: git asks for a login for http://{}\n", server.host);
    alone(&project).says(&[
        "vrun: cannot install requirements.txt into ",
        &cause,
        "on a terminal",
    ]);
}

/// The processes that name the project in their command line, but for the servers.
fn processes_in(project: &Project) -> String {
    let dir = project.path("app").display().to_string();
    let output = Command::new("ps").args(["-A", "-o", "args="]).output();
    let Ok(output) = output else {
        tell("not tested: what is left running, for there is no ps");
        return String::new();
    };
    let lines = String::from_utf8_lossy(&output.stdout).into_owned();
    let left: Vec<_> = lines.lines().filter(|line| line.contains(&dir)).collect();
    left.join("\n")
}
