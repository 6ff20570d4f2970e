//! macOS's own `/usr/bin/python3` and `/usr/bin/git`, which are there before Python and git are: without Apple's developer
//! tools they start nothing but a dialog that offers to install them (xcode-select(1)).

use std::path::Path;

use crate::os;

/// Where the developer tools are: the choice of `xcode-select --switch`, or one of the default places.
const DEVELOPER_DIRS: [&str; 3] = [
    "/var/db/xcode_select_link",
    "/Applications/Xcode.app/Contents/Developer",
    "/Library/Developer/CommandLineTools",
];

/// Whether starting `path`, a `python3` or `git`, would open that dialog.
pub(crate) fn opens_dialog(path: &Path) -> bool {
    os::OS_NAME == "macOS" && is_without_tools(path, Path::exists)
}

fn is_without_tools(path: &Path, exists: impl Fn(&Path) -> bool) -> bool {
    let has_tools = || DEVELOPER_DIRS.iter().any(|dir| exists(Path::new(dir)));
    path.parent() == Some(Path::new("/usr/bin")) && !has_tools()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_macos_has_in_their_place_is_started_only_with_developer_tools() {
        let python = Path::new("/usr/bin/python3");
        assert!(is_without_tools(python, |_| false));
        assert!(is_without_tools(Path::new("/usr/bin/git"), |_| false));
        for dir in DEVELOPER_DIRS {
            assert!(!is_without_tools(python, |path| path == Path::new(dir)));
        }
        let other = Path::new("/usr/local/bin/python3");
        assert!(!is_without_tools(other, |_| false));
    }
}
