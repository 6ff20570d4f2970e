//! How long a person waits for the offers, with hundreds of programs on PATH.

use std::path::Path;
use std::process::Command;

use super::project;
use crate::project::{Outcome, tell};

/// Programs on PATH.
const PROGRAMS: usize = 500;

/// How many times as long as `env true` a completion may take. With a vrun that is built for tests it takes up to 25
/// times as long.
const BOUND: f64 = 60.0;

/// Each prints the shortest of twenty times in microseconds: of `env true`, and of three completions.
const BASH: &str = r#"
. <(vrun --completions bash)
compopt() { :; }
best() {
    local least=999999999 start end
    for _ in {1..20}; do
        start=${EPOCHREALTIME/./}; "$@" >/dev/null 2>&1; end=${EPOCHREALTIME/./}
        (( end - start >= least )) || least=$(( end - start ))
    done
    echo "$least"
}
best /usr/bin/env true
COMP_CWORD=1; COMP_WORDS=(vrun ''); best __vrun_complete vrun
COMP_WORDS=(vrun --); best __vrun_complete vrun
COMP_CWORD=2; COMP_WORDS=(vrun -m ''); best __vrun_complete vrun
"#;

const FISH: &str = r#"
vrun --completions fish | source
function best
    set -l least 999999999
    for i in (seq 20)
        set -l start (date +%s%6N); eval $argv >/dev/null 2>&1; set -l took (math (date +%s%6N) - $start)
        test $took -ge $least; or set least $took
    end
    echo $least
end
best /usr/bin/env true
best "complete -C 'vrun '"
best "complete -C 'vrun --'"
best "complete -C 'vrun -m '"
"#;

#[test]
fn completion_is_quick_with_hundreds_of_programs_on_path() {
    let mut project = project().dir("many");
    for number in 0..PROGRAMS {
        project = project.link(&format!("many/program{number}"), "/bin/sh");
    }
    let (bin, many) = (project.path("bin"), project.path("many"));
    let path = format!("{}:{}:/usr/bin:/bin", bin.display(), many.display());
    let project = project.var("PATH", path);
    for (shell, code) in [("bash", BASH), ("fish", FISH)] {
        if !Path::new("/usr/bin").join(shell).is_file() {
            tell(format_args!(
                "not tested: how quick {shell} is, for there is none"
            ));
            continue;
        }
        let mut person = Command::new(Path::new("/usr/bin").join(shell));
        project.place(&mut person);
        let said = Outcome::of(person.args(["-c", code])).code(0).stdout;
        let times: Vec<f64> = said.lines().filter_map(|line| line.parse().ok()).collect();
        let [env, completions @ ..] = &times[..] else {
            panic!("{shell}: {said}");
        };
        assert_eq!(completions.len(), 3, "{shell}: {said}");
        tell(format_args!(
            "{shell}: env true, then completions, in microseconds: {times:?}"
        ));
        let longest = completions.iter().copied().fold(0.0, f64::max);
        assert!(longest < env * BOUND, "{shell}: {times:?}");
    }
}
