//! Moving in and out: formats on files as the real programs write them, round trips, two vaults.

#[path = "../support/mod.rs"]
mod support;

mod age_store;
mod clouds;
mod dotenv_readers;
mod helpers;
mod identity;
mod imports;
mod json_readers;
#[cfg(feature = "keepass")]
mod keepass;
mod leaves;
mod logins;
mod malformed;
mod managers;
mod many;
mod mapped_csv;
mod odd_files;
mod onepux;
mod own_json;
mod pass_store;
mod programs;
mod protected;
mod round_trips;
mod two_vaults;
mod yaml;
