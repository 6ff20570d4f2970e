//! Cases: an environment, where it lies, what its pyvenv.cfg says, which variables are set, what `.pth` files there are.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::envs::{Maker, Making};

#[derive(Clone, Debug)]
pub(super) struct Case {
    pub making: Making,
    pub place: Place,
    pub cfg: Cfg,
    pub vars: Vars,
    pub files: Vec<PthFile>,
    pub modules: Vec<(&'static str, Site)>,
    /// Whether the user has a directory of packages.
    pub has_user_site: bool,
}

impl Case {
    /// Whether PYTHONPATH has a directory whose name is not UTF-8.
    pub(super) fn has_bytes_in_python_path(&self) -> bool {
        let mut entries = self.vars.path.iter().flatten();
        self.place == Place::Copied("bytes") && entries.any(|entry| *entry == "[SITE]")
    }
}

/// Where it lies, and how one gets there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Where it was made.
    Made,
    /// Copied from where it was made, with this as the project's directory.
    Copied(&'static str),
    /// The same, through a link to the project.
    Linked,
    /// Its own directory is a link.
    EnvLinked,
}

/// What becomes of its pyvenv.cfg.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cfg {
    AsMade,
    Upper,
    Crlf,
    Tight,
    Spaced,
    NoHome,
    Home(&'static str),
    SlashedHome,
    TwiceHome,
    System(Option<&'static str>),
    SystemTwice,
    ByteOrderMark,
    Comments,
    NoEnd,
    CarriageReturns,
    InScripts,
}

#[derive(Clone, Debug)]
pub(super) struct Vars {
    pub path: Option<Vec<&'static str>>,
    pub home: Option<&'static str>,
    pub user_base: Option<&'static str>,
    pub platlibdir: Option<&'static str>,
    pub python_home: Option<&'static str>,
    pub no_user_site: Option<&'static str>,
    pub safe_path: Option<&'static str>,
    pub locale: Option<(&'static str, &'static str)>,
}

/// Which directory of packages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Site {
    Environment,
    User,
    PythonPath,
}

#[derive(Clone, Debug)]
pub(super) struct PthFile {
    pub site: Site,
    pub name: &'static str,
    pub lines: Vec<&'static [u8]>,
    pub end: &'static str,
}

fn making() -> impl Strategy<Value = Making> {
    let makers = select(vec![Maker::Vrun, Maker::Venv, Maker::Virtualenv, Maker::Uv]);
    (makers, any::<bool>(), any::<bool>(), any::<bool>()).prop_map(
        |(maker, has_system_site, is_copied, has_prompt)| Making {
            maker,
            has_system_site,
            is_copied,
            has_prompt,
        },
    )
}

fn place() -> impl Strategy<Value = Place> {
    select(vec![
        Place::Made,
        Place::Copied("other"),
        Place::Copied("a b/\u{e9} 'q\""),
        Place::Copied("bytes"),
        Place::Linked,
        Place::EnvLinked,
    ])
}

fn cfg() -> impl Strategy<Value = Cfg> {
    let changed = select(vec![
        Cfg::Upper,
        Cfg::Crlf,
        Cfg::Tight,
        Cfg::Spaced,
        Cfg::NoHome,
        Cfg::Home("/nonexistent/bin"),
        Cfg::Home("/bin"),
        Cfg::Home("relative/bin"),
        Cfg::SlashedHome,
        Cfg::TwiceHome,
        Cfg::System(None),
        Cfg::System(Some("TRUE")),
        Cfg::System(Some("yes")),
        Cfg::System(Some("1")),
        Cfg::System(Some("False")),
        Cfg::SystemTwice,
        Cfg::ByteOrderMark,
        Cfg::Comments,
        Cfg::NoEnd,
        Cfg::CarriageReturns,
        Cfg::InScripts,
    ]);
    prop_oneof![2 => Just(Cfg::AsMade), 1 => changed]
}

fn vars() -> impl Strategy<Value = Vars> {
    let entries = vec![
        "",
        ".",
        "src",
        "./src/",
        "src/..",
        "/nowhere",
        "[A]",
        "[A]/",
        "[A]/./b/..",
        "//[A]",
        "x.zip",
        "[SITE]",
        "~/lib",
        "[PYTHONPATH]",
    ];
    let path = option::weighted(0.4, vec(select(entries), 0..5));
    let home = prop_oneof![
        4 => Just(Some("[HOME]")),
        1 => select(vec![None, Some(""), Some("/"), Some("[HOME]/"), Some("relative")]),
    ];
    let user_base = option::weighted(
        0.3,
        select(vec![
            "",
            "[A]/base",
            "base",
            "[A]//base/",
            "~/base",
            "[A]/../app/base",
        ]),
    );
    let platlibdir = option::weighted(0.2, select(vec!["", "lib", "lib64", "lib/../lib", "lib//"]));
    let python_home = option::weighted(0.2, select(vec!["/nonexistent", "/usr"]));
    let switch = || option::weighted(0.25, select(vec!["", "1", "0"]));
    let locale = option::weighted(
        0.7,
        select(vec![
            ("LANG", "C.UTF-8"),
            ("LC_ALL", "C.UTF-8"),
            ("LANG", "C"),
            ("LC_ALL", "POSIX"),
        ]),
    );
    (
        path,
        home,
        user_base,
        platlibdir,
        python_home,
        switch(),
        switch(),
        locale,
    )
        .prop_map(
            |(path, home, user_base, platlibdir, python_home, no_user_site, safe_path, locale)| {
                Vars {
                    path,
                    home,
                    user_base,
                    platlibdir,
                    python_home,
                    no_user_site,
                    safe_path,
                    locale,
                }
            },
        )
}

fn pth_file() -> impl Strategy<Value = PthFile> {
    let names = vec![
        "a.pth",
        "B.pth",
        "z.pth",
        "z-a.pth",
        ".hidden.pth",
        "\u{e9}.pth",
        "_x.pth",
        "a.pth.txt",
        "A.PTH",
        ".pth",
        "10.pth",
        "9.pth",
    ];
    let lines: Vec<&'static [u8]> = vec![
        b"[A]",
        b"[A]/b",
        b"[A]/b/",
        b"[A]/b   ",
        b"  [A]/b",
        b"[A]/missing",
        b"rel",
        b"./rel",
        b"rel/../rel2",
        b"..",
        b".",
        b"[A]/file.zip",
        b"# comment",
        b" # odd",
        b"",
        b"   ",
        b"\t",
        b"//[A]/b",
        b"[A]/\xc3\xa9",
        b"[A]/\xff",
        b"[CODE]",
        b"[CODE]",
        b"[TABBED]",
        b" import sys",
        b"import",
        b"imports",
        b"[A]/b\x0c[A]",
        b"[A]/b\0",
        b"\xef\xbb\xbf[A]/b",
        b"[A]/b\x1c",
        b"[A]/b\xc2\x85[A]",
        b"[A]\xe2\x80\xa8[A]/b",
        b"[SITE]",
        b"[LINK]",
        b"~/x",
        b"$HOME",
        b"[A]/b\r",
        b"rel\rrel2",
    ];
    let sites = select(vec![Site::Environment, Site::Environment, Site::User]);
    let ends = select(vec!["\n", "\n", "\r\n", "\r"]);
    (sites, select(names), vec(select(lines), 0..6), ends).prop_map(|(site, name, lines, end)| {
        PthFile {
            site,
            name,
            lines,
            end,
        }
    })
}

pub(super) fn case() -> impl Strategy<Value = Case> {
    let module = (
        select(vec!["sitecustomize", "usercustomize"]),
        select(vec![Site::Environment, Site::User, Site::PythonPath]),
    );
    let files = vec(pth_file(), 0..4);
    let modules = prop_oneof![4 => Just(Vec::new()), 1 => vec(module, 1..3)];
    (
        making(),
        place(),
        cfg(),
        vars(),
        files,
        modules,
        any::<bool>(),
    )
        .prop_map(
            |(making, place, cfg, vars, files, modules, has_user_site)| Case {
                making,
                place,
                cfg,
                vars,
                files,
                modules,
                has_user_site,
            },
        )
}
