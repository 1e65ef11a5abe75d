//! The files of `deploy/` as they are read here: with other ports, folders and secrets.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::stand::{SECRET, StandOptions};

/// A file under `deploy/`.
pub(crate) fn deploy(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy").join(name)
}

/// Seconds until systemd starts a unit again.
pub(crate) fn restart_seconds(unit: &str) -> Option<u32> {
    let unit = std::fs::read_to_string(deploy("systemd").join(unit)).unwrap();
    let seconds = unit.lines().find_map(|line| line.strip_prefix("RestartSec="));
    Some(seconds.expect("a unit that is started again").parse().unwrap())
}

/// Makes the machine's certificate.
pub(crate) fn certify(home: &Path) {
    let made = Command::new(deploy("self-signed")).arg("127.0.0.1").arg(home.join("tls")).status().unwrap();
    assert!(made.success());
}

/// The settings of `deploy/shopkeeper.env`, filled in as `deploy/setup` does.
pub(crate) fn write_settings(home: &Path, options: &StandOptions, [token, telegram, url, mongodb]: &[&str; 4]) {
    let owners: Vec<String> = options.owners.iter().map(ToString::to_string).collect();
    let certificate = home.join("tls/fullchain.pem").display().to_string();
    let filled = [
        ("SHOPKEEPER_TOKEN", (*token).to_owned()),
        ("SHOPKEEPER_WEBHOOK_URL", format!("{url}/telegram")),
        ("SHOPKEEPER_WEBHOOK_SECRET", SECRET.to_owned()),
        ("SHOPKEEPER_WEBHOOK_CERTIFICATE", certificate),
        ("MONGODB_URI", (*mongodb).to_owned()),
        ("SHOPKEEPER_OWNERS", owners.join(",")),
    ];
    let template = std::fs::read_to_string(deploy("shopkeeper.env")).unwrap();
    let fill = |line: &str| {
        let known = filled.iter().find(|(name, _)| line.split('=').next() == Some(name));
        known.map_or_else(|| line.to_owned(), |(name, value)| format!("{name}={value}"))
    };
    let mut settings: Vec<String> = template.lines().map(fill).collect();
    assert!(filled.iter().all(|(name, _)| settings.iter().any(|line| line.starts_with(name))), "a setting is missing");
    settings.push(format!("SHOPKEEPER_API_URL={telegram}"));
    settings.extend(options.settings.iter().cloned());
    std::fs::write(home.join("shopkeeper.env"), settings.join("\n")).unwrap();
}

/// Writes `deploy/nginx` with other ports and folders into `nginx/`, with its certificate beside it in `tls/`.
pub(crate) fn render_nginx(home: &Path, ports: &[u16], plain: u16, tls: u16) {
    let nginx = home.join("nginx");
    for folder in ["log", "acme/.well-known/acme-challenge"] {
        std::fs::create_dir_all(nginx.join(folder)).unwrap();
    }
    let place = |name: &str| nginx.join(name).display().to_string();
    let server = |port: &u16| format!("server 127.0.0.1:{port} max_fails=0");
    let alike: Vec<String> = ports.iter().map(|port| server(port) + ";").collect();
    let behind: Vec<String> = ports.iter().skip(1).map(|port| server(port) + " backup;").collect();
    let main = [
        // Folders that only root may write to, which other kinds of upstream would use.
        ("http {", format!("http {{\nfastcgi_temp_path {0}; uwsgi_temp_path {0}; scgi_temp_path {0};", place("other"))),
        ("/var/lib/nginx/body", place("body")),
        ("/var/lib/nginx/proxy", place("proxy")),
        ("/run/nginx.pid", place("nginx.pid")),
        ("/var/log/nginx/error.log", place("log/error.log")),
        ("/var/log/nginx/access.log", place("log/access.log")),
        ("/etc/nginx/shopkeeper.conf", place("shopkeeper.conf")),
    ];
    let shop = [
        ("server 127.0.0.1:8081 max_fails=0 backup;", behind.join("\n")),
        ("server 127.0.0.1:8081 max_fails=0;", alike[1..].join("\n")),
        ("server 127.0.0.1:8080 max_fails=0;", alike[0].clone()),
        ("listen 80 default_server", format!("listen 127.0.0.1:{plain} default_server")),
        ("listen [::]:80 default_server;", String::new()),
        ("listen 443 ssl http2 default_server", format!("listen 127.0.0.1:{tls} ssl http2 default_server")),
        ("listen [::]:443 ssl http2 default_server;", String::new()),
        ("/etc/shopkeeper/tls/fullchain.pem;", format!("{};", home.join("tls/fullchain.pem").display())),
        ("/etc/shopkeeper/tls/privkey.pem;", format!("{};", home.join("tls/privkey.pem").display())),
        ("/var/www/acme", place("acme")),
        ("/etc/nginx/telegram-only.conf", place("telegram-only.conf")),
    ];
    for (name, changes) in [("nginx.conf", main.as_slice()), ("shopkeeper.conf", &shop), ("telegram-only.conf", &[])] {
        let text = std::fs::read_to_string(deploy("nginx").join(name)).unwrap();
        let rendered = changes.iter().fold(text, |text, (from, to)| {
            assert!(text.contains(from), "deploy/nginx/{name} has no “{from}” any more");
            text.replace(from, to)
        });
        std::fs::write(nginx.join(name), rendered).unwrap();
    }
}
