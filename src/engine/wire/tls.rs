//! Whose certificates are trusted, and what can be wrong with one.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{CertificateError, ClientConfig, RootCertStore};

use crate::domain::{reason, visible};
use crate::engine::error::CertificateFault;

/// All authorities of the world fit into it.
const LONGEST_FILE: u64 = 4 * 1024 * 1024;

/// Whose certificates are trusted.
#[derive(Debug, Clone)]
pub enum Authorities {
    /// Those that this system trusts.
    OfSystem,
    /// Those of a file, as PEM.
    OfFile(Vec<u8>),
}

impl Authorities {
    /// Those of a PEM file.
    ///
    /// # Errors
    /// [`NoAuthorities`]; whether it holds any is found when they are used.
    pub fn of_file(path: &Path) -> Result<Self, NoAuthorities> {
        let named = || visible(&path.display().to_string()).into_owned();
        let mut pem = Vec::new();
        let read = File::open(path).and_then(|file| file.take(LONGEST_FILE + 1).read_to_end(&mut pem));
        match read {
            Err(error) => Err(NoAuthorities::Unreadable { path: named(), reason: reason(&error) }),
            Ok(length) if length as u64 > LONGEST_FILE => Err(NoAuthorities::TooLong { path: named() }),
            Ok(_) => Ok(Self::OfFile(pem)),
        }
    }
}

/// Why there are no authorities.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoAuthorities {
    /// The file cannot be read.
    #[error("cannot read the file of authorities '{path}': {reason}")]
    Unreadable {
        /// The file.
        path: String,
        /// The system's words.
        reason: String,
    },
    /// The file is something else.
    #[error("the file of authorities '{path}' is too long")]
    TooLong {
        /// The file.
        path: String,
    },
    /// The file holds none.
    #[error("there is no certificate in PEM form")]
    NotPem,
    /// The system has none.
    #[error("this system has no list of trusted certificates")]
    NoneOfSystem,
}

/// What TLS needs to know.
///
/// # Errors
/// [`NoAuthorities`].
pub(in crate::engine) fn tls_with(authorities: &Authorities) -> Result<Arc<ClientConfig>, NoAuthorities> {
    let mut roots = RootCertStore::empty();
    let none = match authorities {
        Authorities::OfSystem => {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            NoAuthorities::NoneOfSystem
        }
        Authorities::OfFile(pem) => {
            roots.add_parsable_certificates(CertificateDer::pem_slice_iter(pem).flatten());
            NoAuthorities::NotPem
        }
    };
    if roots.is_empty() {
        return Err(none);
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    // It has the versions that the features of the crate name.
    let Ok(builder) = builder else { return Err(none) };
    Ok(Arc::new(builder.with_root_certificates(roots).with_no_client_auth()))
}

pub(super) const fn certificate_fault(fault: &CertificateError) -> CertificateFault {
    match fault {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => CertificateFault::Expired,
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            CertificateFault::NotYet
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            CertificateFault::OtherHost
        }
        CertificateError::UnknownIssuer => CertificateFault::UnknownAuthority,
        CertificateError::Revoked => CertificateFault::Revoked,
        _ => CertificateFault::Unverifiable,
    }
}
