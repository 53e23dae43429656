//! Servers to be asked.

use crate::support::binary::command;
use crate::support::http::Served;
use crate::support::vaults::{Place, create_request, text};

/// A vault with one secret, `db` of the value `one`.
pub fn vault() -> Place {
    let place = Place::new();
    let mut vault = place.create_at(&place.vault_path(), Some(crate::support::binary::MACHINE));
    vault.create_secret(&create_request("db", "v1", text("one"))).unwrap();
    place
}

/// A server of it.
pub fn serve(place: &Place, flags: &[&str]) -> Served {
    let arguments: Vec<&str> = ["serve"].iter().chain(flags).copied().collect();
    Served::start(command(place, &place.folder().join("password"), &arguments))
}

/// A server that asks nobody for a signature, with its vault. It keeps no log, which nobody would read here.
pub fn open() -> (Place, Served) {
    let place = vault();
    let served = serve(&place, &["--no-auth", "--quiet"]);
    (place, served)
}
