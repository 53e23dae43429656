//! The pictures of the documentation are what the app draws.

use std::path::Path;

#[path = "../../examples/pictures/animation.rs"]
mod animation;
#[path = "../../examples/pictures/scenes.rs"]
mod scenes;
#[path = "../../examples/pictures/svg.rs"]
mod svg;

/// The pictures are written by this test where `ETUI_WRITE_REFERENCE` is set, and compared otherwise.
#[test]
fn the_pictures_show_what_the_app_draws() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/pictures");
    for (name, picture) in scenes::all() {
        let path = folder.join(name).with_extension("svg");
        if std::env::var_os("ETUI_WRITE_REFERENCE").is_some() {
            std::fs::write(&path, &picture).unwrap();
        }
        let drawn = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(drawn == picture, "{name}.svg is out of date: `cargo run --example pictures` draws it anew");
    }
}
