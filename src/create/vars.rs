//! The user's variables -> those that a Python is handed which is asked or makes an environment: all but
//! the ones that would have it see other packages, or take another place for its own.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use crate::os;
use crate::world::World;

/// More than the view takes away: vrun's own helpers are to see nothing of the user's, his programs are.
const WITHHELD: [&str; 10] = [
    "VIRTUAL_ENV",
    "VIRTUAL_ENV_PROMPT",
    "PYTHONHOME",
    "PYTHONPATH",
    "PYTHONSTARTUP",
    "PYTHONSAFEPATH",
    "PYTHONINSPECT",
    "PYTHONPLATLIBDIR",
    "PYTHONEXECUTABLE",
    "__PYVENV_LAUNCHER__",
];

/// All variables of a Python that works for vrun. pip's own settings go too: the pip that comes with
/// an environment comes from the interpreter, not from an index.
pub fn for_python(world: &World) -> Vec<(OsString, OsString)> {
    let kept = world.vars.iter().filter(|(name, _)| !is_withheld(name));
    kept.cloned().collect()
}

/// All variables of the pip in the environment at `root`, which installs from the user's index.
pub fn for_pip(world: &World, root: &Path) -> Vec<(OsString, OsString)> {
    let kept = world.vars.iter().filter(|(name, _)| !is_pythons(name));
    let own = ("VIRTUAL_ENV".into(), root.into());
    kept.cloned().chain([own]).collect()
}

fn is_withheld(name: &OsStr) -> bool {
    is_pythons(name) || name.as_encoded_bytes().starts_with(b"PIP_")
}

fn is_pythons(name: &OsStr) -> bool {
    WITHHELD.iter().any(|known| os::same_variable(name, known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_python_that_works_for_vrun_is_not_led_astray() {
        let names = [
            "PATH",
            "PYTHONHOME",
            "PIP_INDEX_URL",
            "PYTHONINSPECT",
            "PYTHONPLATLIBDIR",
            "PYTHONDONTWRITEBYTECODE",
            "VIRTUAL_ENV",
            "PIPX_HOME",
        ];
        let world = World {
            args: Vec::new(),
            vars: names.map(|name| (name.into(), "x".into())).to_vec(),
        };
        let kept: Vec<_> = for_python(&world)
            .into_iter()
            .map(|(name, _)| name)
            .collect();
        assert_eq!(kept, ["PATH", "PYTHONDONTWRITEBYTECODE", "PIPX_HOME"]);
    }
}
