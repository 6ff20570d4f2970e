//! What editors are made of, with a shim as their interpreter: Jedi, pyright, debugpy, and the debugger of PyCharm.

use crate::index;
use crate::npm;
use crate::project::{Outcome, Project};
use crate::shim;

/// A module that is in the project's environment alone.
const ONLY_HERE: &str = "VALUE: int = 1\n\n\ndef answer() -> int:\n    return 42\n";

/// A project with a shim `python`, and a module in its environment.
fn project() -> Project {
    let project = shim::project(&["python"]);
    let ask = ["-c", "import site; print(site.getsitepackages()[0])"];
    let site = shim::start(&project, project.path("shims/python"), ask)
        .code(0)
        .stdout;
    project.file(&format!("{}/only_here.py", site.trim_end()), ONLY_HERE)
}

/// A Python of the editor's own, in `editor`, runs this with the shim's path as its argument.
fn editor(project: &Project, code: &str, more: &[&str]) -> Outcome {
    let shim = project.path("shims/python");
    let args = ["-c".as_ref(), code.as_ref(), shim.as_os_str()];
    let args = args.into_iter().chain(more.iter().map(AsRef::as_ref));
    shim::start(project, project.path("editor/.venv/bin/python"), args)
}

#[test]
fn jedi_sees_the_packages_of_the_environment_through_a_shim() {
    let project = project().file("editor/setup.py", "");
    if !index::installs(&project, "editor", &["jedi"]) {
        return;
    }
    let code = "
import jedi, sys
env = jedi.create_environment(sys.argv[1], safe=False)
print(env.path)
script = jedi.Script('import only_here\\nonly_here.answer()', environment=env)
print([name.name for name in script.infer(2, 12)], [name.name for name in script.complete(2, 13)])
";
    let env = project.path("app/.venv").display().to_string();
    let told = format!("{env}\n['answer'] ['answer']");
    editor(&project, code, &[]).code(0).stdout(&told);
}

#[test]
fn a_debugger_attaches_to_what_a_shim_runs() {
    let project = project().file(
        "app/src/x.py",
        "import only_here, sys\nprint(sys.prefix, only_here.answer())\n",
    );
    if !index::installs(&project, "app", &["debugpy"]) {
        return;
    }
    let project = project.file("editor/setup.py", "");
    let made = project.path("editor");
    project
        .run([
            "-q",
            "-C",
            made.to_str().expect("a plain path"),
            "python",
            "-c",
            "",
        ])
        .code(0);
    // The Debug Adapter Protocol, as far as it takes: initialize, attach, configurationDone.
    let code = r#"
import json, socket, subprocess, sys, time
with socket.socket() as free:
    free.bind(('127.0.0.1', 0)); port = free.getsockname()[1]
child = subprocess.Popen([sys.argv[1], '-m', 'debugpy', '--listen', f'127.0.0.1:{port}', '--wait-for-client', 'x.py'], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
for _ in range(600):
    try:
        peer = socket.create_connection(('127.0.0.1', port), 60); break
    except OSError:
        assert child.poll() is None; time.sleep(.1)
stream = peer.makefile('rwb'); seq = 0
def send(command, **arguments):
    global seq; seq += 1
    text = json.dumps({'seq': seq, 'type': 'request', 'command': command, 'arguments': arguments}).encode()
    stream.write(b'Content-Length: %d\r\n\r\n' % len(text) + text); stream.flush()
def receive():
    length = int(stream.readline().split(b':')[1]); stream.readline()
    return json.loads(stream.read(length))
send('initialize', adapterID='test'); send('attach', name='test')
def until(event):
    while receive().get('event') != event: pass
until('initialized'); send('configurationDone'); until('terminated'); send('disconnect')
peer.close(); stream.close()
print(child.stdout.readline().strip(), child.wait())
"#;
    let env = project.path("app/.venv").display().to_string();
    editor(&project, code, &[])
        .code(0)
        .stdout(&format!("{env} 42 0"));
}

#[test]
fn pycharms_debugger_runs_a_file_with_a_shim() {
    let project = project().file("editor/setup.py", "").file(
        "app/src/x.py",
        "import only_here, sys\nprint(sys.prefix, only_here.answer())\n",
    );
    let download = ["download", "-q", "--no-deps", "-d", "."];
    if !index::pip_runs(&project, "editor", &download, &["pydevd-pycharm"]) {
        return;
    }
    // PyCharm brings it along, and waits for what it starts to connect. 501: versions, 101: run.
    let code = r#"
import glob, socket, subprocess, sys, tarfile, threading
tarfile.open(glob.glob(sys.argv[2] + '/pydevd*pycharm*.tar.gz')[0]).extractall(sys.argv[2])
helper = glob.glob(sys.argv[2] + '/pydevd*/**/pydevd.py', recursive=True)[0]
ide = socket.create_server(('127.0.0.1', 0))
ide.settimeout(240)
port = str(ide.getsockname()[1])
child = subprocess.Popen([sys.argv[1], helper, '--multiprocess', '--client', '127.0.0.1', '--port', port, '--file', 'x.py'],
                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
peer, _ = ide.accept()
threading.Thread(target=lambda: list(iter(lambda: peer.recv(4096), b'')), daemon=True).start()
peer.sendall(b'501\t1\t0.1\tUNIX\n101\t3\t\n')
print(child.communicate(timeout=240)[0].strip(), child.returncode)
"#;
    let env = project.path("app/.venv").display().to_string();
    let dir = project.path("editor").display().to_string();
    editor(&project, code, &[&dir])
        .code(0)
        .stdout(&format!("{env} 42 0"));
}

#[test]
fn pyright_resolves_the_imports_of_the_environment_through_a_shim() {
    let text = "import only_here\nreveal_type(only_here.VALUE)\nimport nowhere_else\n";
    let project = project().file("app/src/x.py", text);
    let Some(packages) = npm::install("pyright", &project) else {
        return;
    };
    let pyright = packages.join(".bin/pyright");
    let node = which::which("node").expect("looked for before");
    let path = format!(
        "{}:/usr/bin:/bin",
        node.parent().expect("a directory").display()
    );
    let project = project.var("PATH", path);
    let shim = project.path("shims/python").display().to_string();
    let said = shim::start(&project, pyright, ["--pythonpath", &shim, "x.py"]).stdout;
    assert!(
        said.contains("Type of \"only_here.VALUE\" is \"int\""),
        "{said}"
    );
    assert!(said.contains("1 error"), "{said}");
    assert!(
        said.contains("\"nowhere_else\" could not be resolved"),
        "{said}"
    );
}
