//! `--cache` and `--cache --clear`, of what real environments leave there.

use std::process::Stdio;

use crate::wheels::{ANY, app, wheel};

#[test]
fn what_is_cleared_is_made_again_and_what_runs_stays() {
    let project = app("pip")
        .file("app/tool.py", "# /// script\n# dependencies = ['gamma']\n# ///\nimport gamma\ninput()\nprint(gamma.VERSION)\n");
    wheel(&project, &["gamma", "1.0", ANY]);
    let mut running = project.vrun(["-q", "tool.py"]);
    let mut running = running
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("vrun");
    let scripts = project.path("home/.cache/vrun/scripts");
    let is_running = || {
        let dirs = std::fs::read_dir(&scripts).into_iter().flatten().flatten();
        let states = dirs.map(|dir| std::fs::read_to_string(dir.path().join("vrun-requirements")));
        states.flatten().any(|text| text.contains("\ndone\n"))
    };
    while !is_running() {
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    std::thread::sleep(std::time::Duration::from_secs(1));
    let shown = project.run(["--cache"]).code(0).stdout;
    for part in [
        "unpacked wheels: 1, ",
        "script environments: 1, ",
        "used today",
        "/app/tool.py)",
    ] {
        assert!(shown.contains(part), "{part} in {shown}");
    }
    let cleared = project.run(["--cache", "--clear"]).code(0);
    cleared.says(&["stays: it is in use\n", "vrun: removed 1 unpacked wheel, "]);
    drop(running.stdin.take());
    running.wait().expect("an end");
    let unused = project.run(["--cache", "--clear", "--unused"]).code(0);
    unused.says(&["vrun: removed nothing from "]);
    let cleared = project.run(["--cache", "--clear"]).code(0);
    cleared.says(&["vrun: removed 1 script environment from "]);
    project
        .run(["-q", "python", "-m", "pip", "--version"])
        .code(0);
    let shown = project.run(["--cache"]).code(0).stdout;
    assert!(shown.contains("unpacked wheels: 1, "), "{shown}");
}
