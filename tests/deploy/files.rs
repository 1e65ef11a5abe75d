//! Every file under `deploy/` in the eyes of the program that it is for.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use shopkeeper::config::Sources;

use super::rendered::{certify, deploy, render_nginx};
use super::stand::{Folder, binary};
use crate::programs::{HADOLINT, Installed, LOGROTATE, NFT, NGINX, PythonYaml, SHELLCHECK, SYSTEMD_ANALYZE};

/// The unit that Debian's nginx brings.
pub(crate) const NGINX_UNIT: Installed =
    Installed { file: "/lib/systemd/system/nginx.service", package: "nginx-light" };

/// Runs a program that must have nothing to say against it.
fn passes(command: &mut Command) {
    let output = command.output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{command:?} says:\n{said}");
}

/// The files directly in a folder whose names end in one of these.
fn files(folder: &str, endings: &[&str]) -> Vec<PathBuf> {
    let entries = fs::read_dir(deploy(folder)).unwrap().map(|entry| entry.unwrap().path());
    let mut found: Vec<_> =
        entries.filter(|path| endings.iter().any(|ending| path.display().to_string().ends_with(ending))).collect();
    found.sort();
    assert!(!found.is_empty(), "nothing in deploy/{folder} ends in {endings:?}");
    found
}

/// What Cargo builds the program from, and what its manifest names, must reach the builder of the container.
pub(crate) fn the_containers_builder_gets_all_that_cargo_names() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let ignored = fs::read_to_string(top.join(".dockerignore")).unwrap();
    assert!(ignored.lines().any(|line| line == "*"), "only what is named gets through:\n{ignored}");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["metadata", "--no-deps", "--locked", "--format-version=1"]);
    let metadata = cargo.current_dir(top).output().unwrap();
    let metadata: serde_json::Value = serde_json::from_slice(&metadata.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap().iter();
    let targets = packages.flat_map(|package| package["targets"].as_array().unwrap());
    let mut count = 0;
    for target in targets {
        let path = Path::new(target["src_path"].as_str().unwrap()).strip_prefix(top).unwrap();
        let first = path.components().next().unwrap().as_os_str().to_str().unwrap();
        let named = ignored.lines().any(|line| line.strip_prefix('!') == Some(first));
        assert!(named, ".dockerignore lets {first} not through, and {} is in it", path.display());
        count += 1;
    }
    assert!(count > 20, "only {count} targets were found");
}

pub(crate) fn nginx_takes_its_configuration() {
    let nginx = NGINX.path();
    let folder = Folder::new("nginx");
    certify(folder.path());
    render_nginx(folder.path(), &[8080, 8081], 8088, 8443);
    let home = folder.path().join("nginx");
    let check = |conf: &Path| {
        passes(Command::new(&nginx).args(["-t", "-e", "stderr"]).arg("-p").arg(&home).arg("-c").arg(conf));
    };
    check(&home.join("nginx.conf"));
    // What is commented out must work on the night when somebody needs it.
    let shop = home.join("shopkeeper.conf");
    let text = fs::read_to_string(&shop).unwrap();
    assert!(text.contains("#include "));
    fs::write(&shop, text.replace("#include ", "include ")).unwrap();
    check(&home.join("nginx.conf"));
}

/// The units as they will lie on the machine, but that the programs they start are where they are here.
fn units() -> Folder {
    let folder = Folder::new("units");
    for unit in files("systemd", &[".service", ".timer"]) {
        let text = fs::read_to_string(&unit).unwrap();
        let text = text.replace("/opt/shopkeeper/bin/shopkeeper", &binary().display().to_string());
        // Whether MongoDB is installed is not what is asked here.
        let text = text.replace("/usr/bin/mongod ", "/bin/true ");
        let name = unit.file_name().unwrap().to_str().unwrap().replace("@.", "@8080.");
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

/// Whether systemd has nothing to say against a unit.
fn verify(systemd: &Path, unit: &Path) {
    let output = Command::new(systemd).args(["verify", "--man=no"]).arg(unit).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.trim().is_empty(), "{}: {said}", unit.display());
}

pub(crate) fn systemd_takes_its_units_and_finds_them_safe() {
    let (systemd, folder) = (SYSTEMD_ANALYZE.path(), units());
    for entry in fs::read_dir(folder.path()).unwrap() {
        let unit = entry.unwrap().path();
        verify(&systemd, &unit);
        if unit.extension().is_some_and(|kind| kind == "service") {
            // Of 10; the worst that we allow is 2.5.
            passes(Command::new(&systemd).args(["security", "--offline=true", "--threshold=25"]).arg(&unit));
        }
    }
}

pub(crate) fn systemd_takes_what_is_added_to_the_unit_of_nginx() {
    let folder = units();
    let unit = folder.path().join("nginx.service");
    fs::copy(NGINX_UNIT.file, &unit).unwrap();
    fs::create_dir(folder.path().join("nginx.service.d")).unwrap();
    let ours = deploy("systemd/nginx.service.d/shopkeeper.conf");
    fs::copy(ours, folder.path().join("nginx.service.d/shopkeeper.conf")).unwrap();
    verify(&SYSTEMD_ANALYZE.path(), &unit);
}

pub(crate) fn shell_scripts_are_clean() {
    let scripts = files("", &["/pack", "/notices", "/setup", "/self-signed", "/first-start"]);
    assert_eq!(scripts.len(), 5);
    passes(Command::new(SHELLCHECK.path()).args(scripts));
}

pub(crate) fn the_dockerfile_is_clean() {
    passes(Command::new(HADOLINT.path()).arg(deploy("Dockerfile")));
}

pub(crate) fn the_settings_are_all_known() {
    Sources::read(Some(&deploy("shopkeeper.env"))).unwrap();
}

/// Whoever is woken by an alert finds there what to do.
pub(crate) fn the_runbook_has_every_alert() {
    let runbook = fs::read_to_string(deploy("README.md")).unwrap();
    let rules = fs::read_to_string(deploy("prometheus/alerts.yml")).unwrap();
    let alerts: Vec<_> = rules.lines().filter_map(|line| line.trim().strip_prefix("- alert: ")).collect();
    assert!(alerts.len() > 10, "deploy/prometheus/alerts.yml was misread: {alerts:?}");
    for alert in alerts {
        assert!(runbook.contains(alert), "deploy/README.md does not say what to do about {alert}");
    }
}

pub(crate) fn what_is_yaml_can_be_read() {
    let python = PythonYaml.path().unwrap();
    let read = "import sys, yaml\nfor name in sys.argv[1:]:\n    assert yaml.safe_load(open(name))";
    passes(Command::new(python).args(["-c", read]).args(files("", &[".yaml", "mongod.conf"])));
}

pub(crate) fn the_firewall_is_understood() {
    passes(Command::new(NFT.path()).arg("-c").arg("-f").arg(deploy("nftables.conf")));
}

pub(crate) fn the_log_rotation_is_understood() {
    let (logrotate, folder) = (LOGROTATE.path(), Folder::new("logrotate"));
    for file in ["mongod", "nginx"] {
        // The users of the machine are not ours.
        let text = fs::read_to_string(deploy("logrotate").join(file)).unwrap();
        let text = text.replace("mongodb mongodb", "root root").replace("www-data adm", "root root");
        fs::write(folder.path().join(file), text).unwrap();
        let state = folder.path().join("state");
        passes(Command::new(&logrotate).arg("--debug").arg("--state").arg(state).arg(folder.path().join(file)));
    }
}
