//! The flags that say what one guess at the master password costs.

use clap::Args;

use crate::cli::error::CliError;
use crate::vault::KdfCost;

/// What deriving the key costs.
#[derive(Debug, Args)]
pub(in crate::cli) struct CostArguments {
    /// Memory of Argon2id, 19 MiB or more [default: measured]
    ///
    /// Or 64 if another cost is given.
    #[arg(long, value_name = "MIB")]
    kdf_memory: Option<u32>,

    /// Passes of Argon2id, 2 or more [default: measured]
    ///
    /// Or 3 if another cost is given.
    #[arg(long, value_name = "N")]
    kdf_passes: Option<u32>,

    /// Lanes of Argon2id [default: measured]
    ///
    /// Or 4 if another cost is given.
    #[arg(long, value_name = "N")]
    kdf_lanes: Option<u32>,
}

impl CostArguments {
    /// `None` where none of the flags was given.
    pub(super) fn chosen(&self) -> Result<Option<KdfCost>, CliError> {
        if self.kdf_memory.is_none() && self.kdf_passes.is_none() && self.kdf_lanes.is_none() {
            return Ok(None);
        }
        let memory_kib = self.kdf_memory.unwrap_or(64).saturating_mul(1024);
        let cost = KdfCost::new(memory_kib, self.kdf_passes.unwrap_or(3), self.kdf_lanes.unwrap_or(4))
            .map_err(|_| {
                CliError::usage(
                    "a cost is 19 to 2048 MiB, 2 to 32 passes and 1 to 16 lanes, and memory times passes 8 GiB at most",
                    "",
                )
            })?;
        if !cost.is_at_least_floor() {
            return Err(CliError::usage(
                "a new vault costs at least 19 MiB and 2 passes",
                "choose more with --kdf-memory and --kdf-passes",
            ));
        }
        Ok(Some(cost))
    }
}
