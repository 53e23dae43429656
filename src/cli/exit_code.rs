//! The number with which a command ends, from the code of the contract.

use std::process::ExitCode;

use crate::domain::ErrorCode;

/// The exit code of our own failures where the others belong to a program that we run, as `env` has it.
pub(super) const BEFORE_PROGRAM: u8 = 125;

/// How a command ended that did not fail with an error of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finish {
    /// All was done.
    Done,
    /// A refusal was answered where the command answers (`etui api`, the findings of `verify`); it only
    /// remains to say so by number.
    Refused(ErrorCode),
    /// `etui run` failed before the program started; the error has been told.
    BeforeProgram,
    /// The program of `etui run` is there and could not be run.
    ProgramFailed,
    /// The program of `etui run` is not there.
    NoProgram,
    /// How the program of `etui run --mask` ended.
    Program(u8),
}

impl Finish {
    /// The exit code.
    pub fn exit_code(self) -> ExitCode {
        match self {
            Self::Done => ExitCode::SUCCESS,
            Self::Refused(code) => ExitCode::from(exit_code(code)),
            Self::BeforeProgram => ExitCode::from(BEFORE_PROGRAM),
            Self::ProgramFailed => ExitCode::from(126),
            Self::NoProgram => ExitCode::from(127),
            Self::Program(code) => ExitCode::from(code),
        }
    }
}

/// The exit code of an error: 1 unexpected, 2 usage or invalid input, 3 not there, 4 rejected, 5 not
/// unlocked, 6 integrity, 7 busy.
pub const fn exit_code(code: ErrorCode) -> u8 {
    match code {
        ErrorCode::InternalFailure => 1,
        ErrorCode::MissingParameter
        | ErrorCode::InvalidParameter
        | ErrorCode::InvalidApiName
        | ErrorCode::ParseRequestParameterException => 2,
        ErrorCode::ResourceNotFound => 3,
        ErrorCode::UnsupportedOperation
        | ErrorCode::ResourceExist
        | ErrorCode::ResourceInDeleteWindow
        | ErrorCode::ResourceInUse
        | ErrorCode::LimitExceeded
        | ErrorCode::ResourceChanged
        | ErrorCode::DryRunOperationError
        | ErrorCode::NoPermission
        | ErrorCode::SignatureDoesNotMatch
        | ErrorCode::AccessKeyNotFound
        | ErrorCode::IllegalTimestamp
        | ErrorCode::TimestampExpired
        | ErrorCode::SignatureNonceUsed => 4,
        ErrorCode::NotUnlocked => 5,
        ErrorCode::IntegrityFailure => 6,
        ErrorCode::VaultBusy => 7,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_of_the_contract_has_its_number() {
        let table = [
            (ErrorCode::MissingParameter, 2),
            (ErrorCode::InvalidParameter, 2),
            (ErrorCode::InvalidApiName, 2),
            (ErrorCode::ParseRequestParameterException, 2),
            (ErrorCode::UnsupportedOperation, 4),
            (ErrorCode::ResourceNotFound, 3),
            (ErrorCode::ResourceExist, 4),
            (ErrorCode::ResourceInDeleteWindow, 4),
            (ErrorCode::ResourceInUse, 4),
            (ErrorCode::LimitExceeded, 4),
            (ErrorCode::ResourceChanged, 4),
            (ErrorCode::NotUnlocked, 5),
            (ErrorCode::IntegrityFailure, 6),
            (ErrorCode::VaultBusy, 7),
            (ErrorCode::InternalFailure, 1),
        ];
        for (code, number) in table {
            assert_eq!(exit_code(code), number, "{}", code.as_str());
        }
    }
}
