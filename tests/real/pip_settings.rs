//! How pip is configured counts for uv too: no index of a company's is passed by.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use crate::project::{Outcome, Project, tell};
use crate::pythons;
use crate::wheels::{ANY, VERSIONS, uv, wheel};

/// A package index (PEP 503) on this machine.
struct Index {
    server: Child,
    url: String,
}

impl Drop for Index {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// Serves these packages from a directory of the project's.
fn index(project: &Project, name: &str, packages: &[[&str; 2]]) -> Index {
    for [package, version] in packages {
        wheel(project, &[package, version, ANY]);
        let dir = project.path(name).join(package);
        fs::create_dir_all(&dir).expect("a directory");
        let file = format!("{package}-{version}-{ANY}.whl");
        let built = project.path("links").join(&file);
        fs::rename(built, dir.join(&file)).expect("a wheel");
    }
    let mut server = Command::new(&pythons::newest().exe)
        .args(["-u", "-m", "http.server", "--bind", "127.0.0.1", "0"])
        .current_dir(project.path(name))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("a server");
    let mut line = String::new();
    let stdout = server.stdout.take().expect("a pipe");
    BufReader::new(stdout).read_line(&mut line).expect("a line");
    let port = line
        .split(" port ")
        .nth(1)
        .and_then(|it| it.split(' ').next());
    let url = format!("http://127.0.0.1:{}/", port.expect("a port"));
    Index { server, url }
}

/// A project with uv on PATH, unless there is none.
fn project() -> Option<Project> {
    let Some(uv) = uv() else {
        tell("not tested: uv, of which there is none, and pip gets none");
        return None;
    };
    let project = Project::with_python().link("bin/uv", uv);
    Some(project.file("app/requirements.txt", "alpha\n"))
}

fn versions(project: &Project) -> Outcome {
    project.run(["-v", "python", "-c", VERSIONS]).code(0)
}

const BY_UV: &[&str] = &["installing requirements.txt with uv"];
const BY_PIP: &[&str] = &["installing requirements.txt with pip"];

#[test]
fn uv_installs_from_pips_index_wherever_that_is_set() {
    for way in ["variable", "user", "named", "old", "environment"] {
        let Some(project) = project() else { return };
        let index = index(&project, "index", &[["alpha", "1.0"]]);
        let text = format!("[global]\nindex-url = {}\n", index.url);
        let project = match way {
            "variable" => project.var("PIP_INDEX_URL", &index.url),
            "user" => project.file("home/.config/pip/pip.conf", &text),
            "old" => project.file("home/.pip/pip.conf", &text),
            "named" => {
                let file = project.path("pip.conf");
                project.file("pip.conf", &text).var("PIP_CONFIG_FILE", file)
            }
            _ => {
                project.run(["--create", "--no-install"]).code(0);
                let project = project.file("app/.venv/pip.conf", &text);
                project.run(["-v", "--sync"]).code(0).says(BY_UV);
                versions(&project).stdout("alpha 1.0");
                continue;
            }
        };
        versions(&project).stdout("alpha 1.0").says(BY_UV);
    }
}

#[test]
fn the_best_version_of_all_indexes_is_taken_as_by_pip() {
    for in_file in [true, false] {
        let Some(project) = project() else { return };
        let main = index(&project, "index", &[["alpha", "2.0"], ["beta", "1.0"]]);
        let extra = index(&project, "extra", &[["alpha", "1.0"], ["gamma", "1.0"]]);
        let list = "alpha==2.0\nbeta\ngamma\n";
        let text = format!("--extra-index-url {}\n{list}", extra.url);
        let project = match in_file {
            true => project.file("app/requirements.txt", &text),
            false => project
                .file("app/requirements.txt", list)
                .var("PIP_EXTRA_INDEX_URL", &extra.url),
        };
        let project = project.var("PIP_INDEX_URL", &main.url);
        let first = versions(&project).stdout("alpha 2.0\nbeta 1.0\ngamma 1.0");
        first.says(BY_UV);
    }
}

#[test]
fn pips_directories_of_wheels_are_uvs_too() {
    let Some(project) = project() else { return };
    wheel(&project, &["alpha", "1.0", ANY]);
    let links = format!("{} /not/there", project.path("links").display());
    let project = project
        .var("PIP_FIND_LINKS", links)
        .var("PIP_NO_INDEX", "true");
    versions(&project).stdout("alpha 1.0").says(BY_UV);
}

#[test]
fn what_uv_cannot_be_told_is_left_to_pip_or_named() {
    let Some(project) = project() else { return };
    let index = index(&project, "index", &[["alpha", "1.0"], ["alpha", "2.0"]]);
    let constraints = project.path("c.txt");
    let project = project
        .file("c.txt", "alpha<2\n")
        .var("PIP_INDEX_URL", &index.url)
        .var("PIP_CONSTRAINT", constraints);
    versions(&project).stdout("alpha 1.0").says(BY_PIP);
    let project = project.var("VRUN_INSTALLER", "uv");
    let synced = project.run(["-v", "--sync"]).code(0).says(BY_UV);
    synced.says(&["vrun: uv does not read PIP_CONSTRAINT as pip does"]);
}

#[test]
fn uv_keeps_to_its_own_index_where_it_has_been_told_one() {
    let Some(project) = project() else { return };
    let pips = index(&project, "pips", &[["alpha", "1.0"]]);
    let uvs = index(&project, "uvs", &[["alpha", "2.0"]]);
    let text = format!("[[index]]\nurl = '{}'\ndefault = true\n", uvs.url);
    let project = project
        .var("PIP_INDEX_URL", &pips.url)
        .file("home/.config/uv/uv.toml", &text);
    versions(&project).stdout("alpha 2.0").says(BY_UV);
}

#[test]
fn pip_installs_a_file_that_uv_reads_in_another_way() {
    for (text, expected) in [
        ("alpha==${ALPHA}\n", "alpha 1.0"),
        ("alpha --config-settings=a=b\n", "alpha 2.0"),
        ("-r other.txt\n", "alpha 2.0"),
        ("--trusted-host example.org\nalpha<2\n", "alpha 1.0"),
        ("--index-url [OTHER]\nalpha\n", "alpha 1.0"),
    ] {
        let Some(project) = project() else { return };
        let main = index(&project, "index", &[["alpha", "1.0"], ["alpha", "2.0"]]);
        let other = index(&project, "other", &[["alpha", "1.0"]]);
        let project = project
            .file("app/requirements.txt", &text.replace("[OTHER]", &other.url))
            .var("PIP_INDEX_URL", &main.url)
            .var("ALPHA", "1.0");
        let latin_1 = b"# -*- coding: latin-1 -*-\nalpha # \xe9\n";
        fs::write(project.path("app/other.txt"), latin_1).expect("a file");
        versions(&project).stdout(expected).says(BY_PIP);
    }
}
