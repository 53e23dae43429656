//! The pictures of the documentation are what the app draws.

use std::path::Path;

#[path = "../../examples/pictures/scenes.rs"]
mod scenes;
#[path = "../../examples/pictures/svg.rs"]
mod svg;

#[test]
fn the_pictures_show_what_the_app_draws() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/pictures");
    for (name, picture) in scenes::all() {
        let drawn = std::fs::read_to_string(folder.join(name).with_extension("svg")).unwrap_or_default();
        assert!(drawn == picture, "{name}.svg is out of date: `cargo run --example pictures` draws it anew");
    }
}
