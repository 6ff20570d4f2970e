//! The examples of README, of the chapters and of `--help`: each block of code is run here or by another test, or is
//! listed with the reason why it is not.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::project::{Outcome, Project, tell};
use crate::pythons;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// A fenced block.
pub(crate) struct Block {
    file: String,
    pub language: String,
    pub code: String,
}

/// What becomes of a block.
enum Test {
    /// Run here.
    Here,
    /// Run by these tests.
    By(&'static str),
    /// Not run, for this reason. Its syntax is checked where there is something to check it with.
    Not(&'static str),
}

/// The file, how the block begins, and its test.
const BLOCKS: &[(&str, &str, Test)] = &[
    ("README", "$ git clone", Test::Here),
    (
        "README",
        "sudo apt",
        Test::Not("it installs into this system"),
    ),
    (
        "README",
        "rustup target",
        Test::Not("it installs into this system"),
    ),
    (
        "README",
        "pipx install",
        Test::Not("nothing is published yet"),
    ),
    ("README", "vrun --completions", Test::Here),
    ("README", "mkdir -p ~/hello", Test::Here),
    ("README", "SHELL := vrun", Test::By("line/make.rs")),
    ("completions", "vrun --completions bash", Test::Here),
    (
        "completions",
        "eval \"$(vrun --completions bash",
        Test::By("completions/mod.rs"),
    ),
    (
        "completions",
        "vrun --completions nushell",
        Test::By("completions/mod.rs"),
    ),
    ("completions", "eval (vrun", Test::By("completions/mod.rs")),
    (
        "completions",
        "vrun --completions powershell",
        Test::Not("there is no PowerShell in Debian"),
    ),
    ("examples", "", Test::Here),
    (
        "export",
        "eval \"$(vrun --export bash)\"      #",
        Test::By("export.rs"),
    ),
    ("export", "vrun --export fish", Test::By("export.rs")),
    ("export", "vrun --export powershell", Test::By("export.rs")),
    (
        "export",
        "for /f",
        Test::Not("it is for cmd; tests/windows has the lines"),
    ),
    ("export", "eval", Test::By("export.rs")),
    ("export", "PS1=", Test::By("export.rs")),
    ("export", "setopt", Test::By("export.rs")),
    ("export", "functions", Test::By("export.rs")),
    ("recipes", "SHELL :=", Test::By("line/make.rs")),
    ("recipes", "set shell :=", Test::By("line/just.rs")),
    ("recipes", "greet:", Test::By("line/just.rs")),
    ("recipes", "script-shell", Test::By("line/npm.rs")),
    ("recipes", "{\n    \"version\"", Test::By("line/vscode.rs")),
    ("recipes", "{\n    \"lsp\"", Test::By("language_servers.rs")),
    ("recipes", "local servers", Test::By("language_servers.rs")),
    ("recipes", "set shell=vrun", Test::By("line/vim.rs")),
    ("recipes", "[testenv]", Test::By("inside.rs")),
    ("recipes", "session.run", Test::By("inside.rs")),
    ("recipes", "- repo:", Test::By("inside.rs")),
    ("recipes", "{\n    \"argv\"", Test::By("inside.rs")),
    (
        "recipes",
        "0 4 * * *",
        Test::Not(
            "cron, systemd and Docker are not started by tests; inside.rs has their commands",
        ),
    ),
    ("recipes", "name: test", Test::By("ci/mod.rs")),
    ("recipes", "test:", Test::By("ci/mod.rs")),
    (
        "scripts",
        "#!/usr/bin/env -S vrun -s\nimport",
        Test::Not("script.rs has others with that first line"),
    ),
    (
        "scripts",
        "#!/usr/bin/env -S vrun -s\n# ///",
        Test::Not("script_env.rs has others with such a block"),
    ),
    ("shims", "vrun --shims", Test::Here),
];

/// The blocks of README or of a chapter.
pub(crate) fn blocks(name: &str) -> Vec<Block> {
    let path = match name {
        "README" => format!("{ROOT}/README.md"),
        chapter => format!("{ROOT}/src/cli/chapters/{chapter}.md"),
    };
    let text = fs::read_to_string(&path).expect(&path);
    let blocks = text.split("```").skip(1).step_by(2);
    let blocks = blocks.filter_map(|block| block.split_once('\n'));
    blocks
        .map(|(language, code)| Block {
            file: name.to_owned(),
            language: language.to_owned(),
            code: code.to_owned(),
        })
        .collect()
}

/// The chapter's block in this language that begins with `start`.
#[track_caller]
pub(crate) fn recipe(language: &str, start: &str) -> String {
    let found = blocks("recipes")
        .into_iter()
        .find(|block| block.language == language && block.code.starts_with(start));
    found
        .map(|block| block.code)
        .unwrap_or_else(|| panic!("recipes.md has no block of {language} that begins with {start}"))
}

fn all_blocks() -> Vec<Block> {
    let chapters = fs::read_dir(format!("{ROOT}/src/cli/chapters")).expect("chapters");
    let names = chapters.flatten().map(|file| file.file_name());
    let names = names.map(|name| name.to_string_lossy().replace(".md", ""));
    let mut names: Vec<_> = names.chain(["README".to_owned()]).collect();
    names.sort();
    names.iter().flat_map(|name| blocks(name)).collect()
}

fn test_of(block: &Block) -> Option<usize> {
    BLOCKS
        .iter()
        .position(|(file, start, _)| *file == block.file && block.code.starts_with(start))
}

#[test]
fn every_example_is_run_or_says_why_it_is_not() {
    let mut used = vec![false; BLOCKS.len()];
    for block in all_blocks() {
        let Some(at) = test_of(&block) else {
            panic!("{}: which test runs this?\n{}", block.file, block.code);
        };
        used[at] = true;
        match BLOCKS[at].2 {
            Test::Here => {}
            Test::By(file) => assert!(
                Path::new(ROOT).join("tests/real").join(file).is_file(),
                "{file}"
            ),
            Test::Not(why) => {
                let start = block.code.lines().next().unwrap_or_default();
                tell(format!("not tested: `{start}` of {}: {why}", block.file));
                check_syntax(&block);
            }
        }
    }
    let stale: Vec<_> = BLOCKS.iter().zip(used).filter(|(_, used)| !used).collect();
    let stale: Vec<_> = stale
        .iter()
        .map(|((file, start, _), _)| (file, start))
        .collect();
    assert!(stale.is_empty(), "no such blocks: {stale:?}");
}

fn check_syntax(block: &Block) {
    let mut command = match block.language.as_str() {
        "sh" => Command::new("/bin/sh"),
        "python" => Command::new(&pythons::newest().exe),
        _ => return,
    };
    match block.language.as_str() {
        "sh" => command.args(["-n", "-c", &block.code]),
        _ => command.args([
            "-I",
            "-c",
            "import ast, sys; ast.parse(sys.argv[1])",
            &block.code,
        ]),
    };
    Outcome::of(&mut command).code(0);
}

/// What README's table of recipes says in one line stands in the chapters, whose blocks are run.
#[test]
fn readmes_lines_of_recipes_are_those_of_the_chapters() {
    let readme = fs::read_to_string(format!("{ROOT}/README.md")).expect("README");
    let (_, table) = readme.split_once("| in | write |\n").expect("a table");
    let (table, _) = table.split_once("\n\n").expect("its end");
    let chapters = ["recipes", "shims"]
        .map(|name| {
            fs::read_to_string(format!("{ROOT}/src/cli/chapters/{name}.md")).expect("a chapter")
        })
        .concat();
    let chapters: String = chapters.split_whitespace().collect();
    let is_there = |span: &&str| chapters.contains(&span.split_whitespace().collect::<String>());
    let strange: Vec<_> = table
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|span| !is_there(span))
        .collect();
    assert!(strange.is_empty(), "{strange:?}");
}

/// A home with vrun and the newest Python on PATH, and the index that this system's pip uses.
struct Home {
    project: Project,
}

impl Home {
    fn new() -> Home {
        let project = Project::with_python().link("bin/vrun", env!("CARGO_BIN_EXE_vrun"));
        Home { project }
    }

    /// Runs a script of bash's in `dir` of the home, to its first failure.
    fn run(&self, dir: &str, script: &str) -> Outcome {
        let home = self.project.path("home");
        fs::create_dir_all(home.join(dir)).expect("a directory");
        let mut bash = Command::new("bash");
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy().into_owned();
            if ["VRUN_", "VIRTUAL_ENV", "CI", "GITHUB_"]
                .iter()
                .any(|start| text.starts_with(start))
            {
                bash.env_remove(name);
            }
        }
        bash.args(["--norc", "-euc", script])
            .env("HOME", &home)
            .env(
                "PATH",
                format!("{}:/usr/bin:/bin", self.project.path("bin").display()),
            )
            .current_dir(home.join(dir));
        Outcome::of(&mut bash)
    }
}

/// README's block that begins with `start`.
fn readme(start: &str) -> String {
    let found = blocks("README")
        .into_iter()
        .find(|block| block.code.starts_with(start));
    found.expect(start).code
}

/// The examples at the end of `--help`, as lines of a shell.
fn helps_examples() -> String {
    let help = Project::new().run(["--help"]).code(0).stdout;
    let (_, examples) = help.split_once("\nExamples:\n").expect("examples");
    let lines = examples.lines().take_while(|line| line.starts_with("  "));
    let commands = lines.map(|line| line.trim().split("  ").next().unwrap_or_default());
    commands.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_quick_start_the_examples_and_the_shims_run_as_printed() {
    let home = Home::new();
    let made = home.run("hello", "vrun pip install -q pytest");
    if !made.status.success() {
        return tell(format_args!(
            "not tested: the examples, for pip installs no pytest here:\n{made}"
        ));
    }
    fs::write(
        home.project.path("home/hello/test_hello.py"),
        "def test_hello():\n    pass\n",
    )
    .expect("a file");
    fs::write(home.project.path("home/hello/tool.py"), "").expect("a file");
    let requirements = home.project.path("home/hello/requirements.txt");
    fs::write(requirements, "pytest\n").expect("a file");
    let start = home.run("", &readme("mkdir -p ~/hello")).code(0);
    let prefix = home.project.path("home/hello/.venv").display().to_string();
    let mut lines = start.stdout.lines();
    assert_eq!(lines.next(), Some(&*prefix), "{start}");
    assert!(lines.any(|line| line == "hello"), "{start}");
    assert!(
        start.stdout.contains(&format!("{prefix}/bin/python\n")),
        "{start}"
    );
    let mut examples = vec![helps_examples()];
    examples.extend(blocks("examples").into_iter().map(|block| block.code));
    assert!(
        examples.len() > 4 && examples[0].lines().count() > 4,
        "{examples:?}"
    );
    let version = pythons::newest().short();
    for example in &examples {
        home.run("hello", &example.replace("3.12", &version))
            .code(0);
    }
    let shims = &blocks("shims")[0].code;
    let ask = "\nhash -r\npython -c 'import sys; print(sys.prefix)'\npytest -q\n";
    let shimmed = home.run("hello", &format!("{shims}{ask}")).code(0);
    assert!(
        shimmed.stdout.contains(&format!("\n{prefix}\n")),
        "{shimmed}"
    );
}

#[test]
fn the_completions_and_the_man_page_go_where_it_is_said() {
    let home = Home::new();
    let dirs = "mkdir -p ~/.zfunc ~/.config/fish/completions ~/.local/share/man/man1 \
                ~/.local/share/bash-completion/completions\n";
    let mut blocks = blocks("completions").into_iter();
    let same = blocks.next().expect("a block");
    assert_eq!(
        same.code,
        readme("vrun --completions"),
        "the chapter's and README's"
    );
    home.run("", &format!("{dirs}{}", same.code)).code(0);
    for file in [
        ".zfunc/_vrun",
        ".config/fish/completions/vrun.fish",
        ".local/share/man/man1/vrun.1",
    ] {
        let path = home.project.path("home").join(file);
        assert!(
            fs::read_to_string(&path).is_ok_and(|text| text.contains("vrun")),
            "{file}"
        );
    }
}

/// The lines of vrun's in README's first example, without what depends on the machine and the day.
fn masked(text: &str) -> Vec<String> {
    // Where pip took long, uv is named, once for each user.
    let is_wanted = |line: &&str| line.starts_with("vrun: ") && !line.starts_with("vrun: uv ");
    let lines = text.lines().filter(is_wanted);
    let is_number = |word: &&str| word.starts_with(|c: char| c.is_ascii_digit());
    let mask = |line: &str| {
        let words = line.split(' ').map(|word| {
            let plain = word.trim_matches(['(', ')']);
            match is_number(&plain) || word == "s" || word == "ms" {
                true => "N".to_owned(),
                false => word.rsplit('/').next().unwrap_or_default().to_owned(),
            }
        });
        words.collect::<Vec<_>>().join(" ")
    };
    lines.map(mask).collect()
}

/// The clone is of a project like it, which is there without a network.
#[test]
fn readmes_first_example_prints_what_vrun_prints() {
    let Ok(git) = which::which("git") else {
        return tell("not tested: README's first example, for there is no git");
    };
    let home = Home::new();
    let home = Home {
        project: home.project.link("bin/git", git),
    };
    let upstream = "
mkdir -p upstream/itsdangerous/tests && cd upstream/itsdangerous
printf '[project]\\nname = \"itsdangerous\"\\nversion = \"1\"\\nrequires-python = \">=3.8\"\\n\\n[dependency-groups]\\n' >pyproject.toml
printf 'tests = [\"pytest\"]\\n\\n[tool.uv]\\npackage = false\\n' >>pyproject.toml
pip=$(vrun --env ~/other pip download -q --no-deps --no-binary :none: -d ~/wheels pytest && ls ~/wheels)
version=${pip#pytest-} version=${version%%-*}
printf 'version = 1\\nrevision = 3\\nrequires-python = \">=3.8\"\\n\\n[[package]]\\nname = \"itsdangerous\"\\n' >uv.lock
printf 'version = \"1\"\\nsource = { virtual = \".\" }\\n\\n[package.dev-dependencies]\\ntests = [{ name = \"pytest\" }]\\n\\n' >>uv.lock
printf '[[package]]\\nname = \"pytest\"\\nversion = \"%s\"\\n' \"$version\" >>uv.lock
printf 'source = { registry = \"https://pypi.org/simple\" }\\n' >>uv.lock
printf 'def test():\\n    pass\\n' >tests/test_it.py
git init -q && git add . && git -c user.name=a -c user.email=a@example.org commit -qm one
git config --global url.\"file://$HOME/upstream/\".insteadOf https://github.com/pallets/
";
    let made = home.run("", upstream);
    if !made.status.success() {
        return tell(format_args!(
            "not tested: README's first example, for pip gets no pytest here:\n{made}"
        ));
    }
    let printed = readme("$ git clone");
    let commands = printed.lines().filter_map(|line| line.strip_prefix("$ "));
    let commands: Vec<_> = commands.collect();
    assert_eq!(commands.len(), 5, "{commands:?}");
    let ran = home.run("", &format!("{}\n", commands.join("\n"))).code(0);
    assert_eq!(masked(&ran.stderr), masked(&printed), "{ran}");
    assert_eq!(ran.stdout.matches("1 passed").count(), 2, "{ran}");
}
