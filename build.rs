//! What the program carries so that it needs no other file: the viewer of the API's manual, compressed to a third, and the
//! demo shop.

use std::error::Error;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use flate2::Compression;
use flate2::write::GzEncoder;

fn main() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo names no OUT_DIR")?);
    let shop = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("dialogues/shops/tea-house");
    pack_viewer(&out)?;
    list_shop(&shop, &out)?;
    // The viewer changes only with its crate, and then cargo runs this again.
    println!("cargo::rerun-if-changed=build.rs");
    Ok(())
}

fn pack_viewer(out: &Path) -> Result<(), Box<dyn Error>> {
    let viewer =
        scalar_api_reference::get_asset("scalar.js").ok_or("the crate scalar_api_reference has no scalar.js")?;
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(&viewer)?;
    fs::write(out.join("viewer.js.gz"), packed.finish()?)?;
    Ok(())
}

/// Writes `tea_house.rs`, which includes the shop's files: the compiler sees then when one of them changes.
fn list_shop(shop: &Path, out: &Path) -> Result<(), Box<dyn Error>> {
    let files = fs::read_dir(shop.join("pictures"))?.map(|file| file.map(|file| file.path()));
    let mut pictures = files.collect::<Result<Vec<_>, _>>()?;
    pictures.sort();
    let mut code = format!("const YAML: &str = include_str!({:?});\n", shop.join("shop.yaml"));
    code += "static PICTURES: &[(&str, &[u8])] = &[\n";
    for picture in pictures {
        let name = picture.file_name().unwrap_or_default().to_string_lossy().into_owned();
        writeln!(code, "    ({name:?}, include_bytes!({picture:?})),")?;
    }
    code += "];\n";
    fs::write(out.join("tea_house.rs"), code)?;
    Ok(())
}
