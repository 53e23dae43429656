//! 10,000 rows in one go.

use std::fmt::Write as _;
use std::ops::ControlFlow;

use etui::exchange::{browser, dotenv};
use etui::vault::{OnRefusal, VaultError};

use crate::helpers::parsed;
use crate::support::vaults::{Place, get};

const ROWS: usize = 10_000;

#[test]
fn ten_thousand_rows_come_in_one_transaction_and_the_second_time_change_nothing() {
    let mut file = String::from("name,url,username,password,note\n");
    for row in 0..ROWS {
        writeln!(file, "site {row},https://{row}.example/,user{row},\"p,{row}\",").unwrap();
    }
    let place = Place::new();
    let mut vault = place.create();
    let batch = parsed(browser::read_chrome, &file);
    assert_eq!(batch.secrets.len(), ROWS);
    let mut seen = 0;
    let report = vault
        .import(&batch, OnRefusal::ImportNothing, &mut |done| {
            seen += 1;
            assert_eq!(done, seen);
        })
        .unwrap();
    assert_eq!((report.rows.len(), seen), (ROWS, ROWS));
    assert_eq!(vault.list().unwrap().len(), ROWS);
    let expected = r#"{"username":"user9999","password":"p,9999","url":"https://9999.example/"}"#;
    assert_eq!(get(&mut vault, "site-9999").unwrap(), expected);
    let before = place.copy();
    let again = vault.import(&batch, OnRefusal::ImportNothing, &mut |_| {}).unwrap();
    assert!(!again.changes_anything());
    assert!(place.copy() == before);
    let checked = vault.verify().unwrap();
    assert!(checked.is_clean(), "{:?}", checked.findings);
    assert_eq!((checked.secrets, checked.versions), (ROWS as u64, ROWS as u64));
}

#[test]
fn an_import_that_is_stopped_leaves_the_vault_as_it_was() {
    let place = Place::new();
    let mut vault = place.create();
    let batch = parsed(dotenv::secrets, "A=1\nB=2\nC=3\n");
    let before = place.copy();
    for last in 1..=3 {
        let stopped = vault.import_watched(&batch, OnRefusal::ImportNothing, &mut |progress| {
            if progress.done == last { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        assert_eq!(stopped, Err(VaultError::Stopped));
        assert!(place.copy() == before);
    }
    assert_eq!(vault.list().unwrap().len(), 0);
    vault.import(&batch, OnRefusal::ImportNothing, &mut |_| {}).unwrap();
    assert_eq!(vault.list().unwrap().len(), 3);
}
