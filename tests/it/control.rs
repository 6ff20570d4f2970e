//! Control characters in whatever a clone may name: none reaches a terminal by what vrun says, nor a prompt.

use std::path::Path;

use crate::sandbox::Sandbox;

/// Sets a terminal's title, and the same in one character of C1.
const TITLE: &str = "\x1b]0;t\x07\u{9b}31m";

/// A project that is named so, with an environment that says so wherever it says anything.
fn app() -> Sandbox {
    let app = format!("app{TITLE}");
    let cfg = format!(
        "home = /nonexist/{TITLE}\ninclude-system-site-packages = false\nversion = 3.12.1{TITLE}\n\
         prompt = '{TITLE}'\ncommand = /x -m venv /was/{TITLE}\nvirtualenv = {TITLE}\n"
    );
    let dir = Path::new(&app);
    let site = dir.join(".venv/lib/python3.12/site-packages");
    Sandbox::new()
        .venv_with(dir.join(".venv"), cfg)
        .file(
            dir.join("pyproject.toml"),
            format!("[project]\nname = \"{}\"\n", "\\u001b"),
        )
        .file(dir.join(".python-version"), format!("3.11{TITLE}\n"))
        .file(dir.join("requirements.txt"), format!("{TITLE}\n"))
        .file(
            site.join(format!("a{TITLE}.pth")),
            format!("import os {TITLE}\n"),
        )
        .file(
            site.join("a-1.dist-info/RECORD"),
            format!("../../../bin/{TITLE},,\n"),
        )
        .file(
            site.join("a-1.dist-info/entry_points.txt"),
            format!("[console_scripts]\n{TITLE} = a:b\n"),
        )
        .script(
            dir.join(format!(".venv/bin/tool{TITLE}")),
            format!("#!/was/{TITLE}/bin/python\n"),
        )
        .script(
            dir.join(".venv/bin/tool"),
            format!("#!/was/{TITLE}/bin/python\n"),
        )
        .file(
            dir.join(".venv/bin/activate"),
            format!("VIRTUAL_ENV='/was/{TITLE}'\n"),
        )
        .var("VIRTUAL_ENV", format!("[ROOT]/other{TITLE}"))
        .venv(format!("other{TITLE}"))
        .cwd(dir)
}

/// Those but for the ends of lines and the tabs of columns.
fn controls(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_control() && !"\n\t".contains(*c))
        .collect()
}

#[test]
fn what_vrun_says_holds_none() {
    let name = format!("tool{TITLE}");
    for sandbox in [
        app(),
        app().link(format!("app{TITLE}/.venv/bin/python3.12"), "/nonexist"),
    ] {
        for typed in [
            &["-v", "--info"][..],
            &["-v", "--doctor"],
            &["-vn", "--repair"],
            &["--info", "--json"],
            &["--doctor", "--json"],
            &["-v", "python"],
            &["-v", "tool"],
            &["-v", "nowhere"],
            &["-v", &name],
            &["-v", TITLE],
            &["-v", "-p", TITLE, "python"],
            &["-v", "--env", TITLE, "-n", "python"],
            &["-v", "-m", TITLE],
            &["-v", TITLE, "--", TITLE],
            &[&format!("--{TITLE}")],
            &["--export", TITLE],
            &["-C", TITLE, "true"],
            &["-v", "--sync", "--requirements", TITLE],
        ] {
            let (status, stdout, stderr) = sandbox.run(typed).whole();
            assert_eq!(controls(&stderr), "", "{typed:?}: {status}: {stderr:?}");
            // The probe prints what it is given, a shell reads what `-n` prints, and a program JSON.
            let is_text = !typed.contains(&"--json");
            if is_text
                && typed
                    .iter()
                    .any(|word| ["--info", "--doctor", "--repair"].contains(word))
            {
                assert_eq!(controls(&stdout), "", "{typed:?}: {status}: {stdout:?}");
            }
        }
    }
}

#[test]
fn the_prompt_holds_none() {
    let shown = "\\u{1b}]0;t\\u{7}\\u{9b}31m";
    let named = Sandbox::new()
        .venv(format!("app{TITLE}/.venv"))
        .cwd(format!("app{TITLE}"));
    for (sandbox, prompt) in [(app(), shown.to_owned()), (named, format!("app{shown}"))] {
        let sandbox = sandbox.unset("VIRTUAL_ENV");
        sandbox.run(["-q", "probe"]).line(&format!(
            "VIRTUAL_ENV_PROMPT={}",
            prompt.replace('\\', "\\\\")
        ));
    }
}
