//! Clients of the people's interface that others' generators make of `/sim/openapi.json`.

use std::path::{Path, PathBuf};
use std::process;

use telegram_simulator::{Simulator, launch};

use crate::programs::{NODE, Need, remembered};
use crate::{from_npm, from_pypi, run};

const PYPI_PACKAGES: [&str; 2] = ["openapi-spec-validator==0.9.0", "openapi-python-client==0.29.1"];
const NPM_PACKAGES: [&str; 4] =
    ["openapi-typescript@7.13.0", "openapi-fetch@0.17.0", "typescript@5.9.3", "@types/node@24.10.1"];

/// A validator and a generator for Python, in a venv.
pub(crate) struct OpenApi;

impl Need for OpenApi {
    fn check(&self) -> Result<(), String> {
        remembered("openapi", || from_pypi("openapi", &PYPI_PACKAGES))
    }
}

/// A generator for TypeScript, in a folder of its own.
pub(crate) struct OpenApiTypeScript;

impl Need for OpenApiTypeScript {
    fn check(&self) -> Result<(), String> {
        remembered("openapi-typescript", || {
            from_npm(&temporary("openapi-typescript"), "{\"type\": \"module\"}", &NPM_PACKAGES)
        })
    }
}

fn temporary(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

/// What uses the generated clients.
fn program(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/foreign/clients").join(name)
}

/// A simulator, whose description is in a file.
async fn described(file: &Path) -> http_server::Running {
    let server = launch(Simulator::new(), 0).await.unwrap();
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let document = http.get(format!("{}/sim/openapi.json", server.base_url)).send().await.unwrap();
    std::fs::write(file, document.text().await.unwrap()).unwrap();
    server
}

pub(crate) async fn a_client_that_is_generated_in_python_acts_and_reads() {
    let bin = temporary("openapi").join("bin");
    let (document, client) = (temporary("openapi/described.json"), temporary("openapi/client"));
    let server = described(&document).await;
    run(process::Command::new(bin.join("openapi-spec-validator")).arg(&document), "openapi-spec-validator").unwrap();
    let mut generate = process::Command::new(bin.join("openapi-python-client"));
    generate.args(["generate", "--meta", "none", "--overwrite", "--path"]).arg(&document);
    run(generate.arg("--output-path").arg(client.join("the_telegram_simulator_people_client")), "generate").unwrap();
    let mut act = process::Command::new(bin.join("python"));
    act.arg(program("generated.py")).arg(&server.base_url).env("PYTHONPATH", client);
    run(&mut act, "the generated client").unwrap();
}

pub(crate) async fn a_client_that_is_generated_in_typescript_acts_and_reads() {
    let folder = temporary("openapi-typescript");
    let server = described(&folder.join("described.json")).await;
    std::fs::copy(program("generated.ts"), folder.join("generated.ts")).unwrap();
    let node = |command: &str, arguments: &[&str]| {
        let mut node = process::Command::new(folder.join("node_modules/.bin").join(command));
        run(node.args(arguments).current_dir(&folder), command).unwrap();
    };
    // A field with a default value may be left out.
    node("openapi-typescript", &["described.json", "-o", "schema.d.ts", "--default-non-nullable=false"]);
    let strictly = ["--strict", "--target", "es2022", "--module", "nodenext", "--skipLibCheck", "--outDir", "out"];
    node("tsc", &[&strictly[..], &["generated.ts"]].concat());
    let mut act = process::Command::new(NODE.path());
    run(act.arg("out/generated.js").arg(&server.base_url).current_dir(&folder), "the generated client").unwrap();
}
