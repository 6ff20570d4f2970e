//! Many at once, and much that is in their way: none or whole, nothing left behind, and the next run works.
//!
//! A little of it in each run; as much as is said beside it where VRUN_TEST_ALL is set.

use std::env;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::faults::tree;
use crate::project::{Outcome, Project, signal};
use crate::pythons;

fn scaled(usual: usize, all: usize) -> usize {
    match env::var_os("VRUN_TEST_ALL") {
        Some(_) => all,
        None => usual,
    }
}

const PREFIX: &str = "import sys; print(sys.prefix)";
const VERSION: &str = "import sys; print('%d.%d' % sys.version_info[:2])";

/// 200 first uses: of a project, of a script, and of another project with two requests, of which one is met.
#[test]
fn first_uses_of_a_project_a_script_and_with_two_requests_at_once() {
    let Some((old, new)) = pythons::two() else {
        return;
    };
    let script = format!("# /// script\n# dependencies = []\n# ///\n{PREFIX}\n");
    let project = Project::new()
        .python("python3", new)
        .python(&format!("python{}", old.short()), old)
        .file("app/tool.py", &script)
        .file("other/setup.py", "");
    let (old, new) = (old.short(), new.short());
    let kinds: [&[&str]; 4] = [
        &["python", "-c", PREFIX],
        &["tool.py"],
        &["-C", "../other", "-p", &old, "python", "-c", VERSION],
        &["-C", "../other", "-p", &new, "python", "-c", VERSION],
    ];
    let started: Vec<_> = (0..scaled(40, 200))
        .map(|n| {
            let mut vrun = project.vrun(kinds[n % kinds.len()]);
            let vrun = vrun.stdout(Stdio::piped()).stderr(Stdio::piped());
            vrun.spawn().expect("vrun")
        })
        .collect();
    let (mut printed, mut said) = ([const { Vec::new() }; 4], String::new());
    for (n, child) in started.into_iter().enumerate() {
        let outcome = Outcome::from(child.wait_with_output().expect("an end"));
        said.push_str(&outcome.stderr);
        if n % 4 >= 2 && outcome.status.code() == Some(125) {
            outcome.stdout("").says(&[", but --python asks for "]);
            continue;
        }
        printed[n % 4].push(outcome.code(0).stdout);
    }
    assert_eq!(said.matches("vrun: creating ").count(), 3, "{said}");
    let is_one = |all: &[String]| all.windows(2).all(|two| two[0] == two[1]);
    let [project_prefix, script_prefix, olds, news] = printed;
    let venv = project.path("app/.venv").display().to_string();
    assert_eq!(project_prefix[0].trim_end(), venv);
    assert!(is_one(&project_prefix) && is_one(&script_prefix));
    // All of one request are served, and none of the other.
    assert!(olds.is_empty() != news.is_empty(), "{olds:?} {news:?}");
    assert!(is_one(&olds) && is_one(&news));
    project.assert_only(&[".venv", "setup.py", "tool.py"]);
    assert_eq!(project.names("other"), [".venv", "setup.py"]);
    assert_eq!(project.names("home/.cache/vrun/scripts").len(), 1);
}

/// 100 creations.
#[test]
fn environments_are_whole_though_the_cache_is_removed_under_them() {
    let project = Project::with_python();
    let venv = project.path("app/.venv");
    project.run(["--create"]).code(0);
    let whole = tree::of(&venv);
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                let _ = fs::remove_dir_all(project.path("home/.cache"));
                thread::sleep(Duration::from_millis(2));
            }
        });
        let mut outcomes = (0..scaled(8, 100)).map(|_| {
            fs::remove_dir_all(&venv).expect("an environment");
            let outcome = project.run(["--create"]);
            (tree::difference(&tree::of(&venv), &whole), outcome)
        });
        let bad = outcomes.find(|(difference, outcome)| {
            !outcome.status.success() || !difference.starts_with("0 ")
        });
        is_over.store(true, Ordering::Relaxed);
        if let Some((difference, outcome)) = bad {
            panic!("{difference}\n{outcome}");
        }
    });
    project.assert_only(&[".venv", "setup.py"]);
}

/// 10,000 runs.
#[test]
fn commands_in_an_environment_that_is_there_say_and_leave_nothing() {
    let project = Project::with_python();
    project.run(["--create", "--without-pip"]).code(0);
    let before = tree::of(&project.path(""));
    let (threads, runs) = (4, scaled(200, 10_000));
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                for _ in 0..runs / threads {
                    let outcome = project.run(["/bin/echo", "here"]).code(0);
                    assert_eq!(outcome.stderr, "", "{outcome}");
                    assert_eq!(outcome.stdout, "here\n", "{outcome}");
                }
            });
        }
    });
    let after = tree::of(&project.path(""));
    assert!(before == after, "{}", tree::difference(&after, &before));
}

/// 1,000 signals.
#[test]
fn a_signal_at_any_moment_leaves_none_or_a_whole_environment() {
    let project = Project::with_python();
    let app = project.path("app");
    let none = tree::of(&app);
    let create = || {
        let mut vrun = project.interruptible(&["--create"]);
        vrun.stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = vrun.spawn().expect("vrun");
        // Until then it is what gives it the signals.
        let exe = format!("/proc/{}/exe", child.id());
        while fs::read_link(&exe).is_ok_and(|exe| !exe.ends_with("vrun")) {
            thread::sleep(Duration::from_millis(1));
        }
        child
    };
    // With what the first has left in the cache.
    for _ in 0..2 {
        let _ = fs::remove_dir_all(app.join(".venv"));
        project.run(["--create"]).code(0);
    }
    let whole = tree::of(&app);
    fs::remove_dir_all(app.join(".venv")).expect("an environment");
    let mut child = create();
    let begun = Instant::now();
    assert!(child.wait().expect("an end").success());
    let longest = begun.elapsed();
    let mut random: u32 = 17;
    for n in 0..scaled(12, 1000) {
        let _ = fs::remove_dir_all(app.join(".venv"));
        let name = ["INT", "TERM", "HUP", "KILL"][n % 4];
        let child = create();
        // Numerical Recipes' generator.
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let moment = longest.mul_f64(f64::from(random) / f64::from(u32::MAX));
        thread::sleep(moment);
        signal(&child, name);
        let outcome = Outcome::from(child.wait_with_output().expect("an end"));
        let mut found = tree::of(&app);
        let context = format!("{name} after {moment:?}: {outcome}");
        if outcome.status.signal().is_some() {
            // It could not clean up.
            found = tree::without_strays(&found);
        } else {
            assert!(matches!(outcome.status.code(), Some(0 | 130)), "{context}");
        }
        let difference = tree::difference(&found, &whole);
        assert!(found == none || found == whole, "{context}\n{difference}");
        let next = project.run(["--create"]).code(0);
        let difference = tree::difference(&tree::of(&app), &whole);
        assert!(
            difference.starts_with("0 "),
            "{context}\n{next}\n{difference}"
        );
    }
}
