//! All transcripts of this crate.

use std::path::{Path, PathBuf};

/// Their paths from the crate's folder on, and what they say.
pub(crate) fn transcripts() -> Vec<(String, String)> {
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    collect(&home.join("transcripts"), &mut files);
    files.sort();
    let read = |file: PathBuf| {
        let text = std::fs::read_to_string(&file).unwrap();
        (file.strip_prefix(home).unwrap().display().to_string(), text)
    };
    files.into_iter().map(read).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "chat") && !path.ends_with("lets.chat") {
            // Nobody acts in lets.chat: it holds what the recorder captures.
            files.push(path);
        }
    }
}
