//! Which files of a folder may be posts.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::problem::Problem;
use crate::clock::Timestamp;

const EXTENSIONS: &[&str] = &["md", "markdown", "html", "htm"];

/// What tells two states of a file apart without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    pub(super) size: u64,
    modified: (i64, i64),
    /// Changes with every write, also of one that sets the time of modification back.
    changed: (i64, i64),
    inode: (u64, u64),
}

impl Stamp {
    pub(super) fn of(metadata: &Metadata) -> Self {
        Self {
            size: metadata.size(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
            inode: (metadata.dev(), metadata.ino()),
        }
    }

    /// When the file was last touched, on the file system's clock.
    pub(super) fn touched(&self) -> Timestamp {
        let (seconds, nanos) = self.modified.max(self.changed);
        Timestamp(seconds.saturating_mul(1_000_000).saturating_add(nanos / 1000))
    }
}

/// A file that may be a post.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    pub(super) file: PathBuf,
    pub(super) stamp: Stamp,
}

/// What a folder holds.
#[derive(Debug, Default)]
pub(super) struct Walk {
    /// By path below the folder, with `/` between.
    pub(super) files: BTreeMap<String, Candidate>,
    pub(super) problems: Vec<Problem>,
    /// Whether each of its subfolders could be listed.
    pub(super) whole: bool,
    /// The folder itself, links followed, and its device and inode.
    pub(super) root: PathBuf,
    pub(super) root_id: (u64, u64),
}

/// Lists the folder `root` with its subfolders.
///
/// # Errors
///
/// When the folder itself cannot be listed.
pub(super) fn walk(root: &Path) -> io::Result<Walk> {
    let root = fs::canonicalize(root)?;
    let metadata = fs::metadata(&root)?;
    let root_id = (metadata.dev(), metadata.ino());
    let mut walk = Walk { whole: true, root, root_id, ..Walk::default() };
    let mut links = Vec::new();
    let mut folders = vec![(walk.root.clone(), String::new())];
    while let Some((folder, below)) = folders.pop() {
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if below.is_empty() => return Err(error),
            // Deleted since its parent was listed.
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => {
                walk.whole = false;
                let message = format!("cannot list this folder: {error}; let this user read it");
                walk.problems.push(Problem::new(below, message));
                continue;
            }
        };
        for entry in entries {
            let Ok(entry) = entry else {
                walk.whole = false;
                continue;
            };
            let name = entry.file_name();
            let Some(name) = name.to_str() else {
                let shown = join(&below, &name.to_string_lossy());
                if has_extension(Path::new(&name)) {
                    walk.problems.push(Problem::new(shown, "the file's name is not UTF-8; rename it"));
                }
                continue;
            };
            if is_passing(name) {
                continue;
            }
            let path = join(&below, name);
            let Ok(kind) = entry.file_type() else { continue };
            if kind.is_symlink() {
                links.push((entry.path(), path));
            } else if kind.is_dir() {
                folders.push((entry.path(), path));
            } else if kind.is_file()
                && has_extension(Path::new(name))
                && let Ok(metadata) = entry.metadata()
            {
                walk.files.insert(path, Candidate { file: entry.path(), stamp: Stamp::of(&metadata) });
            }
        }
    }
    follow(&mut walk, links);
    Ok(walk)
}

/// Takes in links to files that lie in the folder and are not found under their own name.
fn follow(walk: &mut Walk, mut links: Vec<(PathBuf, String)>) {
    links.sort();
    for (link, path) in links {
        // A link to nowhere is nothing.
        let Ok(target) = fs::canonicalize(&link) else { continue };
        if !target.starts_with(&walk.root) {
            let message = "this link leads out of the folder and is ignored; copy the file here instead";
            walk.problems.push(Problem::new(path, message));
            continue;
        }
        let Ok(metadata) = fs::metadata(&target) else { continue };
        let stamp = Stamp::of(&metadata);
        // What lies in the folder is found without the link, unless its own name is hidden.
        let known = walk.files.values().any(|file| file.stamp.inode == stamp.inode);
        if metadata.is_file() && has_extension(Path::new(&path)) && !known {
            walk.files.insert(path, Candidate { file: target, stamp });
        }
    }
}

fn join(below: &str, name: &str) -> String {
    if below.is_empty() { name.to_owned() } else { format!("{below}/{name}") }
}

/// Whether a file of this name may be a post.
pub(super) fn is_post(name: &Path) -> bool {
    has_extension(name)
}

fn has_extension(name: &Path) -> bool {
    let extension = name.extension().and_then(OsStr::to_str).unwrap_or_default();
    EXTENSIONS.iter().any(|known| known.eq_ignore_ascii_case(extension))
}

/// Whether a name is hidden or that of a file which an editor or a copy will take away again.
fn is_passing(name: &str) -> bool {
    let lower = name.to_lowercase();
    name.starts_with(['.', '~'])
        || name.ends_with('~')
        || (name.starts_with('#') && name.ends_with('#'))
        || [".tmp", ".swp", ".part"].iter().any(|end| lower.ends_with(end))
}
