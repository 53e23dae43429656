//! Draws the pictures of the documentation anew: `cargo run --example pictures`. They are what the app itself
//! draws of the samples of `etui demo`; a test compares them.
//!
//! `cargo run --example pictures -- FOLDER` draws instead the screens of a vault of 2,000 secrets into that folder, in
//! the usual sizes and themes, to be looked at.

mod animation;
#[allow(dead_code, unused_macros, reason = "the tests of the screens use the rest")]
#[path = "../../tests/screens/harness.rs"]
mod harness;
mod scenes;
mod svg;
mod walk;

use std::path::Path;

fn main() -> std::io::Result<()> {
    if let Some(folder) = std::env::args_os().nth(1) {
        return walk::draw(Path::new(&folder));
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/pictures");
    std::fs::create_dir_all(&folder)?;
    for (name, picture) in scenes::all() {
        let path = folder.join(name).with_extension("svg");
        std::fs::write(&path, picture)?;
        println!("{}", path.display());
    }
    Ok(())
}
