//! Settings of pip that would have it install elsewhere: what vrun installs is in the environment all the same.

use crate::wheels::{ANY, BACKEND, PYPROJECT, app, installers, versions, wheel};

const TARGETS: [&str; 4] = ["user", "target", "prefix", "root"];

#[test]
fn whatever_pips_settings_say_an_install_goes_into_the_environment() {
    for key in TARGETS {
        let project = app("pip");
        wheel(&project, &["gamma", "1.0", ANY]);
        let elsewhere = project.path("elsewhere").display().to_string();
        let value = if key == "user" { "true" } else { &elsewhere };
        let config = project.path("pip.conf").display().to_string();
        let project = project
            .file("pip.conf", &format!("[global]\n{key} = {value}\n"))
            .var("PIP_CONFIG_FILE", &config)
            .file("app/pyproject.toml", PYPROJECT)
            .file("app/backend.py", BACKEND)
            .file("app/requirements.txt", "alpha==1.0\n");
        // First use, an editable project among it, then a change, then what nothing requires any more.
        versions(&project).code(0).stdout("alpha 1.0");
        let project = project.file("app/requirements.txt", "alpha==2.0\ngamma\n");
        project.run(["--sync"]).code(0);
        versions(&project).code(0).stdout("alpha 2.0\ngamma 1.0");
        let project = project.file("app/requirements.txt", "alpha==2.0\n");
        project.run(["--sync", "--exact"]).code(0);
        versions(&project).code(0).stdout("alpha 2.0");
        let import = "import importlib.metadata; print(importlib.metadata.version('app'))";
        project.run(["python", "-c", import]).code(0).stdout("1");
        assert!(!project.path("elsewhere").exists(), "{key}");
    }
}

#[test]
fn nor_do_its_variables() {
    for key in TARGETS {
        let project = app("pip").file("app/requirements.txt", "alpha==1.0\n");
        let elsewhere = project.path("elsewhere").display().to_string();
        let value = if key == "user" { "1" } else { &elsewhere };
        let project = project.var(&format!("PIP_{}", key.to_uppercase()), value);
        versions(&project).code(0).stdout("alpha 1.0");
        assert!(!project.path("elsewhere").exists(), "{key}");
    }
}

#[test]
fn uvs_settings_send_nothing_elsewhere_either() {
    if !installers().contains(&"uv") {
        return;
    }
    for (file, table) in [
        ("app/uv.toml", "[pip]"),
        ("home/.config/uv/uv.toml", "[pip]"),
        ("app/pyproject.toml", "[tool.uv.pip]"),
    ] {
        for key in ["target", "prefix", "system", "python"] {
            let project = app("uv").file("app/requirements.txt", "alpha==1.0\n");
            let elsewhere = project.path("elsewhere").display().to_string();
            let value = match key {
                "system" => "true".to_owned(),
                "python" => "'3'".to_owned(),
                _ => format!("'{elsewhere}'"),
            };
            let text = format!("{table}\n{key} = {value}\n");
            // uv is preferred, not asked for.
            let project = project.file(file, &text).var("VRUN_INSTALLER", "");
            versions(&project).code(0).stdout("alpha 1.0");
            let project = project.file("app/requirements.txt", "alpha==2.0\n");
            project.run(["--sync"]).code(0);
            versions(&project).code(0).stdout("alpha 2.0");
            assert!(!project.path("elsewhere").exists(), "{file}: {key}");
            let project = project.var("VRUN_INSTALLER", "uv");
            let project = project.file("app/requirements.txt", "alpha\n");
            let named = project.run(["--sync"]);
            if ["target", "prefix"].contains(&key) {
                named
                    .code(125)
                    .says(&[&format!("uv installs elsewhere ({key} in ")]);
                let project = project.var("UV_NO_CONFIG", "1");
                project.run(["--sync"]).code(0);
            } else {
                named.code(0);
            }
        }
    }
}

#[test]
fn nothing_is_called_installed_that_is_not_there() {
    let project = app("pip").file("app/requirements.txt", "alpha\nbeta; os_name == 'x'\n");
    // pip succeeds, and installs nothing.
    let project = project.var("PIP_DRY_RUN", "1");
    let missing = ["vrun: pip has not installed alpha into "];
    versions(&project).code(125).says(&missing);
    project.run(["--sync"]).code(125).says(&missing);
    let doctor = project.run(["--doctor"]).code(1);
    let cause = "pip succeeds, but alpha is not in the environment";
    assert!(doctor.stdout.contains(cause), "{doctor}");
}
