//! A loss of power while a vault is made, and while it gets the newer format.

use etui::vault::FormatVersion;

use crate::crash_states::{open_sound, record};
use crate::format_1::power_loss::{FEW, MANY};
use crate::init::CHEAPEST;
use crate::support::binary::{MACHINE, command};
use crate::support::vaults::{PASSWORD, Place, create};
use crate::upgrade::content;

fn states_of_an_init(ways: usize) -> usize {
    let place = Place::in_memory(FormatVersion::FOR_NEW_VAULTS);
    let outside = tempfile::tempdir().unwrap();
    let recorded = record(&place, command(&place, &outside.path().join("password"), &CHEAPEST), b"");
    let mut whole = 0;
    let states = recorded.holds(&place, ways, |crash| match place.vault_path().exists() {
        false if crash.has_ended || !crash.said.is_empty() => Err("it was made, and is not there".to_owned()),
        false => Ok(()),
        true => {
            whole += 1;
            open_sound(&place, PASSWORD).map(drop)
        }
    });
    assert!(whole > 0 && whole < states, "{whole} of {states} states have a vault");
    states
}

#[test]
fn a_power_loss_in_an_init_leaves_nothing_or_a_whole_vault() {
    assert!(states_of_an_init(FEW) > 20);
}

fn states_of_an_upgrade(ways: usize) -> usize {
    let place = Place::in_memory(FormatVersion::One);
    let outside = tempfile::tempdir().unwrap();
    let mut vault = place.create_at(&place.vault_path(), Some(MACHINE));
    for name in ["a", "b"] {
        create(&mut vault, name, "v0", "first").unwrap();
    }
    let expected = content(&mut vault);
    drop(vault);
    let upgrade = command(&place, &outside.path().join("password"), &["upgrade", "--yes"]);
    let recorded = record(&place, upgrade, b"");
    recorded.holds(&place, ways, |crash| {
        let mut vault = open_sound(&place, PASSWORD)?;
        let format = vault.format().map_err(|error| error.to_string())?;
        let is_acknowledged = crash.has_ended || !crash.said.is_empty();
        match content(&mut vault) == expected {
            false => Err("it shows something else".to_owned()),
            true if is_acknowledged && format == FormatVersion::One => Err("the upgrade is gone".to_owned()),
            true => Ok(()),
        }
    })
}

#[test]
fn a_power_loss_in_an_upgrade_leaves_the_old_vault_or_the_new_one_whole() {
    assert!(states_of_an_upgrade(FEW) > 50);
}

#[test]
#[ignore = "takes minutes: cargo test --test crash power -- --ignored --nocapture"]
fn a_power_loss_in_many_ways_more() {
    println!("{} states of an init, {} of an upgrade", states_of_an_init(MANY), states_of_an_upgrade(MANY));
}
