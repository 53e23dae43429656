//! TLS with a certificate that this run makes for itself.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

/// A certificate for this machine, and the authority that signed it.
pub struct Certificates {
    authority_pem: String,
    pub(super) config: Arc<ServerConfig>,
}

/// Why there is no certificate. The libraries' own words are about their insides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the certificate could not be made")]
pub struct NoCertificate;

impl Certificates {
    /// Makes an authority, and a certificate of its for localhost, 127.0.0.1 and ::1. The authority's own key is
    /// dropped at once, so that it signs nothing else.
    ///
    /// # Errors
    /// Where the system has no random bytes.
    pub fn make() -> Result<Self, NoCertificate> {
        Self::try_make().ok_or(NoCertificate)
    }

    /// The certificate that clients must trust.
    pub fn authority_pem(&self) -> &str {
        &self.authority_pem
    }

    fn try_make() -> Option<Self> {
        let mut params = CertificateParams::new(Vec::new()).ok()?;
        params.distinguished_name.push(DnType::CommonName, "etui serve, this run's authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
        let authority_key = KeyPair::generate().ok()?;
        let authority = params.self_signed(&authority_key).ok()?;
        let issuer = Issuer::new(params, authority_key);

        let names = ["localhost", "127.0.0.1", "::1"].map(str::to_owned);
        let mut params = CertificateParams::new(names).ok()?;
        params.distinguished_name.push(DnType::CommonName, "localhost");
        params.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate().ok()?;
        let certificate = params.signed_by(&key, &issuer).ok()?;

        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .ok()?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .ok()?;
        Some(Self { authority_pem: authority.pem(), config: Arc::new(config) })
    }
}
