//! What `shopkeeper check` says of a certificate.

use std::path::Path;
use std::process::Stdio;

use tokio::process::{Child, Command};

use super::stand::{Folder, until};
use crate::ports;
use crate::programs::OPENSSL;
use crate::shell::support::check::Scene;

/// `openssl s_server` with a certificate of its own making that is good for so many days.
async fn tls_server(folder: &Path, days: &str) -> (Child, u16) {
    let (key, certificate) = (folder.join("key.pem"), folder.join("certificate.pem"));
    let made = Command::new(OPENSSL.path())
        .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=127.0.0.1", "-days", days])
        .args(["-addext", "subjectAltName=IP:127.0.0.1", "-addext", "basicConstraints=critical,CA:FALSE", "-keyout"])
        .arg(&key)
        .arg("-out")
        .arg(&certificate)
        .stderr(Stdio::null())
        .status()
        .await;
    assert!(made.unwrap().success());
    let port = ports::leased();
    let server = Command::new(OPENSSL.path())
        .args(["s_server", "-quiet", "-www", "-accept", &format!("127.0.0.1:{port}"), "-key"])
        .arg(&key)
        .arg("-cert")
        .arg(&certificate)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    until("openssl listens", async || tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_ok()).await;
    (server, port)
}

pub(crate) async fn a_certificate_that_nobody_trusts_is_told_with_its_end() {
    let folder = Folder::new("tls");
    let (server, port) = tls_server(folder.path(), "30").await;
    let mut scene = Scene::open().await;
    scene.set("SHOPKEEPER_WEBHOOK_URL", &format!("https://127.0.0.1:{port}/telegram"));
    scene.check().await.tells("tls", "failure", &["not trusted", "it is good for 29 days", "fullchain.pem"]);
    drop(server);
    scene.set("SHOPKEEPER_WEBHOOK_URL", &format!("https://127.0.0.1:{}/telegram", ports::leased()));
    scene.check().await.tells("tls", "failure", &["Connection refused", "nginx"]);
    scene.close().await;
}
