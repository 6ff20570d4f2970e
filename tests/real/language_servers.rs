//! The language servers that editors start, with the settings that the manual gives for them: each sees the packages of
//! the project's environment.

use std::process::Command;

use serde_json::Value;

use crate::index;
use crate::project::{Outcome, Project, tell};
use crate::pythons;

const RECIPES: &str = include_str!("../../src/cli/chapters/recipes.md");
const SHIMS: &str = include_str!("../../src/cli/chapters/shims.md");
const README: &str = include_str!("../../README.md");

/// An editor: starts a server, opens a file, and prints what the server says of it.
const EDITOR: &str = r#"
import json, pathlib, subprocess, sys, threading

root, name, command, settings = sys.argv[1], sys.argv[2], json.loads(sys.argv[3]), json.loads(sys.argv[4])
server = subprocess.Popen(command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
threading.Timer(240, server.kill).start()
uri = lambda path: pathlib.Path(path).as_uri()
file = pathlib.Path(root, name)

def send(**message):
    text = json.dumps(dict(message, jsonrpc="2.0")).encode()
    server.stdin.write(b"Content-Length: %d\r\n\r\n" % len(text) + text)
    server.stdin.flush()

def receive():
    length = 0
    while True:
        line = server.stdout.readline()
        if not line:
            sys.exit("the server ended: %s" % server.wait())
        if not line.strip():
            return json.loads(server.stdout.read(length))
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])

def setting(section):
    value = settings
    for part in (section or "").split("."):
        value = (value or {}).get(part) if part else value
    return value or None

send(id=1, method="initialize", params={
    "processId": None, "rootUri": uri(root), "workspaceFolders": [{"uri": uri(root), "name": "app"}],
    "capabilities": {"textDocument": {"publishDiagnostics": {}}, "workspace": {"configuration": True, "workspaceFolders": True}},
})
while receive().get("id") != 1:
    pass
send(method="initialized", params={})
send(method="workspace/didChangeConfiguration", params={"settings": settings})
send(method="textDocument/didOpen", params={"textDocument": {
    "uri": uri(file), "languageId": "python", "version": 1, "text": file.read_text()}})
while True:
    message = receive()
    method, params = message.get("method"), message.get("params")
    if method == "workspace/configuration":
        send(id=message["id"], result=[setting(item.get("section")) for item in params["items"]])
    elif method == "textDocument/publishDiagnostics" and params["diagnostics"]:
        for diagnostic in params["diagnostics"]:
            print(diagnostic["message"].replace("\n", " "))
        break
    elif method and "id" in message:
        send(id=message["id"], result=None)
server.kill()
import os
sys.stdout.flush()
os._exit(0)
"#;

/// The block of the recipes in this language below that heading.
fn recipe(heading: &str, language: &str) -> &'static str {
    let section = RECIPES
        .split("\n## ")
        .find(|part| part.starts_with(heading));
    let block = section.and_then(|part| part.split(&format!("```{language}\n")).nth(1));
    let block = block.and_then(|rest| rest.split("```").next());
    block.unwrap_or_else(|| panic!("no {language} below {heading}"))
}

/// A project with the servers in its environment, and a module that is there alone.
fn project() -> Option<Project> {
    let code =
        "import nowhere_else\nimport only_here\nimport os\nprint(nowhere_else, only_here.VALUE)\n";
    let project = Project::with_python()
        .link("bin/vrun", env!("CARGO_BIN_EXE_vrun"))
        .file("app/x.py", code);
    if !index::installs(&project, "app", &["basedpyright", "ruff", "ty"]) {
        return None;
    }
    let site = "import sysconfig; print(sysconfig.get_path('purelib'))";
    let site = project.run(["python", "-c", site]).code(0).stdout;
    let path = format!("{}:/usr/bin:/bin", project.path("bin").display());
    let module = format!("{}/only_here.py", site.trim_end());
    Some(project.file(&module, "VALUE: int = 1\n").var("PATH", path))
}

/// What the server says of the file.
fn diagnostics(project: &Project, command: &Value, settings: &Value) -> String {
    let mut editor = Command::new(&pythons::newest().exe);
    project.place(&mut editor);
    editor.args(["-I", "-c", EDITOR]).arg(project.path("app"));
    editor.args(["x.py", &command.to_string(), &settings.to_string()]);
    Outcome::of(&mut editor).code(0).stdout
}

/// The server sees what the environment has, and no more.
#[track_caller]
fn assert_sees_the_environment(server: &str, said: &str) {
    if server == "ruff" {
        return assert!(said.contains("`os` imported but unused"), "{said}");
    }
    assert!(said.contains("nowhere_else"), "{server}: {said}");
    let mut lines = said.lines().filter(|line| line.contains("only_here"));
    assert!(
        !lines.any(|line| line.contains("resolve")),
        "{server}: {said}"
    );
}

#[test]
fn zeds_settings_start_servers_that_see_the_environment() {
    let Some(project) = project() else { return };
    let settings: Value = serde_json::from_str(recipe("Zed", "json")).expect("Zed's settings");
    let servers = settings["lsp"].as_object().expect("servers");
    let names: Vec<_> = servers.keys().map(String::as_str).collect();
    assert_eq!(names, ["basedpyright", "ruff", "ty"]);
    for (name, server) in servers {
        let binary = &server["binary"];
        let mut command = vec![binary["path"].clone()];
        command.extend(binary["arguments"].as_array().expect("arguments").clone());
        let said = diagnostics(&project, &Value::Array(command), &serde_json::json!({}));
        assert_sees_the_environment(name, &said);
        tell(format_args!("{name}: {}", said.replace('\n', " | ")));
    }
    assert_sees_it_by_a_shim(&project);
}

/// As VS Code has it: a server from elsewhere, with a shim as its interpreter. VS Code's Python extension reads
/// `python.defaultInterpreterPath` and hands it to the server as `python.pythonPath`.
fn assert_sees_it_by_a_shim(project: &Project) {
    tell(
        "not tested: the settings in VS Code's Python extension, which no registry has; in a server, they are",
    );
    let after = SHIMS
        .split("`python.defaultInterpreterPath` in `settings.json`:")
        .nth(1);
    let setting = after
        .and_then(|text| text.split('`').nth(1))
        .expect("a value");
    assert!(README.contains(setting), "README has not {setting}");
    let path: String = serde_json::from_str(setting).expect("a string of JSON");
    let home = project.path("home").display().to_string();
    let python = path.replace("${userHome}", &home);
    let shims = python.strip_suffix("/python").expect("a shim");
    project.run(["--shims", shims, "python"]).code(0);
    let server = project.path("app/.venv/bin/basedpyright-langserver");
    let command = serde_json::json!([server, "--stdio"]);
    let settings = serde_json::json!({ "python": { "pythonPath": python } });
    let said = diagnostics(project, &command, &settings);
    assert_sees_the_environment("basedpyright", &said);
}

#[test]
fn neovims_settings_start_the_same_servers() {
    let settings: Value = serde_json::from_str(recipe("Zed", "json")).expect("Zed's settings");
    let lua = recipe("Neovim", "lua");
    for (name, server) in settings["lsp"].as_object().expect("servers") {
        let binary = &server["binary"];
        let words = binary["arguments"].as_array().expect("arguments").iter();
        let words: Vec<_> = [&binary["path"]]
            .into_iter()
            .chain(words)
            .map(Value::to_string)
            .collect();
        let line = format!("{name} = {{ {} }}", words.join(", "));
        assert!(lua.contains(&line), "no `{line}` in\n{lua}");
    }
    let Some(nvim) = crate::project::program("nvim") else {
        return tell("not tested: Neovim's settings in Neovim, for there is none");
    };
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("init.lua");
    std::fs::write(&file, lua).expect("a file");
    let mut editor = Command::new(nvim);
    Outcome::of(editor.args(["--headless", "-u"]).arg(&file).arg("+qa")).code(0);
}
