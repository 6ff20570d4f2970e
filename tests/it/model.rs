//! The walk, in trees made up at random, against a plain specification of it: "How the environment is chosen" in README,
//! written down a second time.
//!
//! A few trees in each run, always the same; many where VRUN_TEST_ALL is set.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::os::unix::fs::{MetadataExt, lchown};
use std::path::Path;

use serde_json::Value;

use crate::sandbox::Sandbox;

const ROOT: u32 = 0;
/// Who runs vrun.
const ADA: u32 = 12345;
const MALLORY: u32 = 1;

const HOME: &str = "home";

/// Where a search may start or come by. The first is the sandbox itself.
const DIRS: [&str; 12] = [
    "",
    "home",
    "home/a",
    "home/a/b",
    "home/a/b/c",
    "w",
    "w/x",
    "w/x/y",
    "w/x/y/z",
    "s",
    "s/p",
    "s/p/q",
];
/// Environments that links and files lead to.
const POOL: [&str; 3] = ["pool/0", "pool/1", "pool/2"];

const FILES: [&str; 3] = ["pyproject.toml", "requirements.txt", "tox.ini"];
const NAMES: [&str; 3] = [".venv", "venv", "env"];
const OTHER_NAMES: [&str; 2] = ["odd", "py311"];

/// splitmix64.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % limit
    }

    fn percent(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[usize::try_from(self.below(from.len() as u64)).expect("small")]
    }
}

#[derive(Clone, Debug)]
struct Env {
    owner: u32,
    cfg_owner: u32,
    mode: u32,
    scripts_mode: u32,
}

#[derive(Clone, Debug)]
enum Entry {
    Env(Env),
    /// A directory with something else in it, or with nothing.
    Dir {
        owner: u32,
        mode: u32,
    },
    /// A directory with a scripts directory and no pyvenv.cfg.
    Half {
        owner: u32,
        mode: u32,
    },
    Link {
        owner: u32,
        to: &'static str,
    },
    /// A file with a line.
    File {
        owner: u32,
        line: String,
    },
}

#[derive(Debug)]
struct Dir {
    mode: u32,
    markers: Vec<(&'static str, u32)>,
    entries: BTreeMap<&'static str, Entry>,
    /// It is an environment itself, with these owners.
    env: Option<(u32, u32)>,
}

#[derive(Debug)]
struct Tree {
    dirs: BTreeMap<&'static str, Dir>,
    pool: BTreeMap<&'static str, Env>,
    ceilings: Vec<&'static str>,
}

impl Tree {
    /// `is_shared`: there are other users.
    fn new(seed: u64, is_shared: bool) -> Tree {
        let random = &mut Random(seed);
        let dirs = DIRS
            .iter()
            .map(|name| (*name, dir(name, random, is_shared)));
        let dirs = dirs.collect();
        let pool = POOL.iter().map(|name| (*name, env_of(random, is_shared)));
        let pool = pool.collect();
        let mut ceilings = Vec::new();
        while random.percent(30) {
            ceilings.push(random.pick(&DIRS));
        }
        Tree {
            dirs,
            pool,
            ceilings,
        }
    }
}

fn user(random: &mut Random, is_shared: bool) -> u32 {
    match random.below(10) {
        _ if !is_shared => ADA,
        0 => MALLORY,
        1 => ROOT,
        _ => ADA,
    }
}

fn mode(random: &mut Random) -> u32 {
    match random.below(20) {
        0 => 0o777,
        1 | 2 => 0o775,
        _ => 0o755,
    }
}

fn env_of(random: &mut Random, is_shared: bool) -> Env {
    let owner = user(random, is_shared);
    Env {
        owner,
        cfg_owner: match random.percent(10) {
            true => user(random, is_shared),
            false => owner,
        },
        mode: mode(random),
        scripts_mode: mode(random),
    }
}

fn dir(name: &str, random: &mut Random, is_shared: bool) -> Dir {
    let mut markers = Vec::new();
    if random.percent(20) {
        markers.push((random.pick(&FILES), user(random, is_shared)));
    }
    if random.percent(15) {
        markers.push((random.pick(&[".git", ".hg"]), user(random, is_shared)));
    }
    let mut entries = BTreeMap::new();
    for name in NAMES {
        if random.percent(12) {
            entries.insert(name, entry(name, random, is_shared));
        }
    }
    for name in OTHER_NAMES {
        if random.percent(12) {
            let entry = match random.percent(70) {
                true => Entry::Env(env_of(random, is_shared)),
                false => entry("odd", random, is_shared),
            };
            entries.insert(name, entry);
        }
    }
    let owner = user(random, is_shared);
    Dir {
        mode: match random.below(12) {
            _ if name.is_empty() => 0o755,
            0 => 0o1777,
            1 if is_shared => 0o777,
            2 => 0o775,
            _ => 0o755,
        },
        markers,
        entries,
        env: (!name.is_empty() && random.percent(4)).then(|| (owner, user(random, is_shared))),
    }
}

fn entry(name: &str, random: &mut Random, is_shared: bool) -> Entry {
    let owner = user(random, is_shared);
    match random.below(9) {
        0..=3 => Entry::Env(env_of(random, is_shared)),
        4 => Entry::Dir {
            owner,
            mode: mode(random),
        },
        5 => Entry::Link {
            owner,
            to: random.pick(&POOL),
        },
        6 => Entry::Half {
            owner,
            mode: mode(random),
        },
        _ if name == ".venv" => Entry::File {
            owner,
            line: match random.below(6) {
                0 => "made".to_owned(),
                1 => "/nowhere".to_owned(),
                2 => String::new(),
                _ => format!("[ROOT]/{}", random.pick(&POOL)),
            },
        },
        _ => Entry::File {
            owner,
            line: "no directory".to_owned(),
        },
    }
}

/// The tree on disk.
fn build(tree: &Tree, is_shared: bool) -> Sandbox {
    let mut sandbox = Sandbox::new();
    let own = |path: &Path, user: u32| {
        if is_shared {
            lchown(path, Some(user), Some(user)).expect("an owner");
        }
    };
    let put_env = |sandbox: Sandbox, path: &str, env: &Env| {
        let sandbox = sandbox.venv(path);
        let parts = [
            ("", env.owner, env.mode),
            ("bin", env.owner, env.scripts_mode),
            ("pyvenv.cfg", env.cfg_owner, 0o644),
        ];
        for (part, owner, mode) in parts {
            let part = Path::new(path).join(part);
            own(&sandbox.path(&part), owner);
            sandbox.chmod(&part, mode);
        }
        sandbox
    };
    for (path, env) in &tree.pool {
        sandbox = put_env(sandbox, path, env);
    }
    for (path, dir) in &tree.dirs {
        sandbox = sandbox.dir(path);
        if let Some((owner, cfg_owner)) = dir.env {
            let env = Env {
                owner,
                cfg_owner,
                mode: dir.mode,
                scripts_mode: 0o755,
            };
            sandbox = put_env(sandbox, path, &env);
        }
        for (name, owner) in &dir.markers {
            let at = Path::new(path).join(name);
            sandbox = match name.starts_with(".git") || *name == ".hg" {
                true => sandbox.dir(&at),
                false => sandbox.file(&at, ""),
            };
            own(&sandbox.path(&at), *owner);
        }
        for (name, entry) in &dir.entries {
            let at = Path::new(path).join(name);
            let text = at.to_str().expect("UTF-8");
            match entry {
                Entry::Env(env) => sandbox = put_env(sandbox, text, env),
                Entry::Dir { owner, mode } => {
                    sandbox = sandbox.dir(&at);
                    own(&sandbox.path(&at), *owner);
                    sandbox.chmod(&at, *mode);
                }
                Entry::Half { owner, mode } => {
                    sandbox = sandbox.dir(at.join("bin"));
                    own(&sandbox.path(&at), *owner);
                    sandbox.chmod(&at, *mode);
                }
                Entry::Link { owner, to } => {
                    sandbox = sandbox.link(&at, format!("[ROOT]/{to}"));
                    own(&sandbox.path(&at), *owner);
                }
                Entry::File { owner, line } => {
                    sandbox = sandbox.file(&at, format!("{line}\n"));
                    own(&sandbox.path(&at), *owner);
                }
            }
        }
        sandbox.chmod(path, dir.mode);
    }
    let ceilings = tree.ceilings.iter().map(|dir| absolute(dir));
    let ceilings: Vec<_> = ceilings.collect();
    let sandbox = sandbox.var("VRUN_CEILING_DIRECTORIES", ceilings.join(":"));
    match is_shared {
        true => sandbox.by(ADA),
        false => sandbox,
    }
}

fn absolute(path: &str) -> String {
    match path {
        "" => "[ROOT]".to_owned(),
        _ => format!("[ROOT]/{path}"),
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Answer {
    /// This environment, by this rule.
    Found(String, &'static str),
    /// None, but it would be made here; or could be, but not unasked.
    Missing(String, bool),
    Refused(&'static str),
}

/// The specification.
struct Walk<'a> {
    tree: &'a Tree,
}

fn is_trusted(owner: u32) -> bool {
    [ADA, ROOT].contains(&owner)
}

fn join(dir: &str, name: &str) -> String {
    match dir {
        "" => name.to_owned(),
        _ => format!("{dir}/{name}"),
    }
}

/// `a/b` -> `a/b`, `a`, ``.
fn up(start: &'static str) -> impl Iterator<Item = &'static str> {
    let parent = |dir: &&'static str| match dir.rsplit_once('/') {
        Some((parent, _)) => Some(parent),
        None => (!dir.is_empty()).then_some(""),
    };
    std::iter::successors(Some(start), parent)
}

impl Walk<'_> {
    fn dir(&self, path: &str) -> &Dir {
        &self.tree.dirs[path]
    }

    /// Whether everyone could put something else in the place of what `dir` holds.
    fn lets_replace(&self, dir: &str) -> bool {
        let known = self.tree.dirs.get(dir);
        known.is_some_and(|dir| dir.mode & 0o1002 == 0o002)
    }

    /// The environment, found in `dir`.
    fn is_good(&self, env: &Env, dir: &str) -> bool {
        is_trusted(env.owner)
            && is_trusted(env.cfg_owner)
            && env.mode & 0o1002 != 0o002
            && env.scripts_mode & 0o002 == 0
            && !self.lets_replace(dir)
    }

    fn found(&self, env: &Env, path: String, dir: &str, rule: &'static str) -> Answer {
        match self.is_good(env, dir) {
            true => Answer::Found(absolute(&path), rule),
            false => Answer::Refused("not-trusted"),
        }
    }

    /// What an environment's directory is that lies in `dir` as `name`, and whether a link to it counts.
    fn env(&self, dir: &str, name: &str) -> Option<(&Env, bool)> {
        match self.dir(dir).entries.get(name)? {
            Entry::Env(env) => Some((env, true)),
            Entry::Link { owner, to } => Some((&self.tree.pool[to], is_trusted(*owner))),
            _ => None,
        }
    }

    fn named(&self, dir: &str) -> Option<Answer> {
        for name in NAMES {
            if let Some((env, counts)) = self.env(dir, name) {
                return Some(match counts {
                    true => self.found(env, join(dir, name), dir, "nearest"),
                    false => Answer::Refused("not-trusted"),
                });
            }
            if let Some(Entry::File { owner, line }) = self.dir(dir).entries.get(name)
                && name == ".venv"
            {
                return Some(self.redirect(dir, *owner, line));
            }
            if let Some(Entry::Half { .. }) = self.dir(dir).entries.get(name)
                && name == ".venv"
            {
                return Some(self.made_in(dir));
            }
        }
        None
    }

    fn redirect(&self, dir: &str, owner: u32, line: &str) -> Answer {
        if !is_trusted(owner) {
            return Answer::Refused("not-trusted");
        }
        let pooled = line.strip_prefix("[ROOT]/");
        let pooled = pooled.and_then(|path| Some((path, self.tree.pool.get(path)?)));
        match pooled {
            Some((path, env)) => self.found(env, path.to_owned(), "pool", "redirect"),
            // A place in this directory, where nothing is yet.
            None if line == "made" && self.lets_replace(dir) => Answer::Refused("not-trusted"),
            None if line == "made" => Answer::Missing(absolute(&join(dir, "made")), false),
            None => Answer::Refused("undecided"),
        }
    }

    fn is_project(&self, path: &str) -> bool {
        let dir = self.dir(path);
        dir.markers.iter().any(|(name, owner)| {
            let is_vcs = [".git", ".hg"].contains(name);
            let counts = *owner == ADA || (*owner == ROOT && dir.mode & 0o002 == 0);
            counts && !(is_vcs && path == HOME)
        })
    }

    /// The environments of other names in a project's root.
    fn others(&self, dir: &'static str) -> Option<Answer> {
        let mut others: Vec<_> = Vec::new();
        for name in OTHER_NAMES {
            if let Some((env, counts)) = self.env(dir, name) {
                others.push((join(dir, name), counts && self.is_good(env, dir)));
            }
        }
        for (path, child) in &self.tree.dirs {
            if *path != dir
                && up(path).nth(1) == Some(dir)
                && let Some(env) = env_itself(child)
            {
                others.push(((*path).to_owned(), self.is_good(&env, dir)));
            }
        }
        match &others[..] {
            [] => None,
            _ if others.iter().any(|(_, is_good)| !is_good) => Some(Answer::Refused("not-trusted")),
            [(path, _)] => Some(Answer::Found(absolute(path), "only-child")),
            _ => Some(Answer::Refused("undecided")),
        }
    }

    /// Whether a walk from `start`, inside a project, does not come as far as `dir`.
    fn is_end(&self, dir: &str, start: &str) -> bool {
        dir == HOME || (dir != start && self.tree.ceilings.contains(&dir))
    }

    fn is_repository(&self, path: &str) -> bool {
        let dir = self.dir(path);
        path != HOME
            && dir.markers.iter().any(|(name, owner)| {
                let counts = *owner == ADA || (*owner == ROOT && dir.mode & 0o002 == 0);
                counts && [".git", ".hg"].contains(name)
            })
    }

    /// Whether a project below `dir` shares what `dir` holds: no repository ends between the two.
    fn is_shared(&self, dir: &'static str, start: &str) -> bool {
        let mut above = up(dir)
            .skip(1)
            .take_while(|above| !self.is_end(above, start));
        self.is_project(dir) || above.any(|above| self.is_repository(above))
    }

    fn from(&self, start: &'static str) -> Answer {
        let mut project = None;
        let mut is_outside = false;
        for dir in up(start) {
            let is_ceiling = dir != start && self.tree.ceilings.contains(&dir);
            if is_ceiling || (project.is_some() && dir == HOME) {
                break;
            }
            if let Some(env) = env_itself(self.dir(dir)) {
                let parent = up(dir).nth(1).unwrap_or("/");
                let answer = self.found(&env, dir.to_owned(), parent, "inside");
                let counts = project.is_none() || (!is_outside && self.is_shared(dir, start));
                if counts || matches!(answer, Answer::Found(..)) {
                    return answer;
                }
                continue;
            }
            if (project.is_none() || (!is_outside && self.is_shared(dir, start)))
                && let Some(answer) = self.named(dir)
            {
                return answer;
            }
            if project.is_none() && self.is_project(dir) {
                project = Some(dir);
                if let Some(answer) = self.others(dir) {
                    return answer;
                }
            }
            is_outside = is_outside || (project.is_some() && self.is_repository(dir));
        }
        let place = project.unwrap_or(start);
        let at = absolute(&join(place, ".venv"));
        if place == HOME || up(place).any(|dir| self.dir(dir).env.is_some()) {
            return Answer::Missing(at, true);
        }
        self.made_in(place)
    }

    /// One would be made as `.venv` of `place`.
    fn made_in(&self, place: &str) -> Answer {
        let is_closed = match self.dir(place).entries.get(".venv") {
            Some(Entry::Dir { owner, mode } | Entry::Half { owner, mode }) => {
                is_trusted(*owner) && mode & 0o002 == 0
            }
            _ => true,
        };
        match is_closed && !self.lets_replace(place) {
            true => Answer::Missing(absolute(&join(place, ".venv")), false),
            false => Answer::Refused("not-trusted"),
        }
    }
}

fn env_itself(dir: &Dir) -> Option<Env> {
    let (owner, cfg_owner) = dir.env?;
    Some(Env {
        owner,
        cfg_owner,
        mode: dir.mode,
        scripts_mode: 0o755,
    })
}

/// What `--info --json` says.
fn parse(text: &str) -> Answer {
    let value: Value = serde_json::from_str(text).expect("JSON");
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let known = |value: &Value, of: &[&'static str]| {
        let found = of.iter().find(|known| value == *known);
        *found.unwrap_or_else(|| panic!("unknown: {value}"))
    };
    if let (env, false) = (&value["environment"], value["environment"].is_null()) {
        let rules = ["inside", "nearest", "redirect", "only-child"];
        return Answer::Found(text(&env["path"]), known(&env["why"]["rule"], &rules));
    }
    if let (missing, false) = (&value["missing"], value["missing"].is_null()) {
        return Answer::Missing(text(&missing["path"]), !missing["refusal"].is_null());
    }
    let ids = ["not-trusted", "undecided"];
    Answer::Refused(known(&value["problem"]["id"], &ids))
}

#[test]
fn in_random_trees_the_walk_ends_where_the_specification_says() {
    let is_shared = fs::metadata(Sandbox::new().path("")).expect("a root").uid() == ROOT;
    if !is_shared {
        eprintln!("not tested: random trees with files of other users, which needs root");
    }
    let mut seen = BTreeMap::new();
    let trees = match env::var_os("VRUN_TEST_ALL") {
        Some(_) => 300,
        None => 16,
    };
    for seed in 0..trees {
        let tree = Tree::new(seed, is_shared);
        let mut sandbox = build(&tree, is_shared);
        let walk = Walk { tree: &tree };
        for start in DIRS {
            sandbox = sandbox.cwd(start);
            let (_, printed, said) = sandbox.run(["--info", "--json"]).whole();
            let (expected, found) = (walk.from(start), parse(&printed));
            let kind = match &found {
                Answer::Found(_, rule) => rule,
                Answer::Missing(_, false) => "missing",
                Answer::Missing(_, true) => "missing, and refused",
                Answer::Refused(id) => id,
            };
            *seen.entry(kind).or_insert(0) += 1;
            assert!(
                expected == found,
                "tree {seed} from {start:?}: expected {expected:?}, found {found:?}\n{said}\n{tree:#?}"
            );
        }
    }
    // None of the ends of a walk is left out; what is not trusted takes another user.
    let ends = if is_shared { 8 } else { 7 };
    assert_eq!(seen.len(), ends, "{seen:?}");
    eprintln!("the walk in {trees} random trees: {seen:?}");
}
