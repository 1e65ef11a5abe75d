//! Compresses the viewer of the API's manual, so that the program carries a third of it and needs no other file.

use std::error::Error;
use std::io::Write;
use std::path::Path;
use std::{env, fs};

use flate2::Compression;
use flate2::write::GzEncoder;

fn main() -> Result<(), Box<dyn Error>> {
    let viewer =
        scalar_api_reference::get_asset("scalar.js").ok_or("the crate scalar_api_reference has no scalar.js")?;
    let out = env::var_os("OUT_DIR").ok_or("cargo names no OUT_DIR")?;
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(&viewer)?;
    fs::write(Path::new(&out).join("viewer.js.gz"), packed.finish()?)?;
    // The viewer changes only with its crate, and then cargo runs this again.
    #[expect(clippy::print_stdout, reason = "how a build script speaks to cargo")]
    {
        println!("cargo::rerun-if-changed=build.rs");
    }
    Ok(())
}
