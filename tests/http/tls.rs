//! TLS with the certificate that a run makes for itself.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use super::server::{serve, vault};
use crate::support::http::{Served, post};

const GET: &str = "Action=GetSecretValue&SecretName=db";

/// The answer to a client that knows the server by this name and trusts the authority in this file.
fn ask(served: &Served, name: &str, authority: &str) -> std::io::Result<String> {
    let mut trusted = RootCertStore::empty();
    trusted.add(CertificateDer::from_pem_file(authority).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(trusted)
        .with_no_client_auth();
    let name = ServerName::try_from(name.to_owned()).unwrap();
    let connection = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut stream = StreamOwned::new(connection, TcpStream::connect(served.endpoint())?);
    let request = post(served.endpoint(), GET).replacen("\r\n", "\r\nConnection: close\r\n", 1);
    stream.write_all(request.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

#[test]
fn clients_that_trust_the_authority_know_the_server_by_the_names_of_this_machine_and_no_other() {
    let place = vault();
    let served = serve(&place, &["--no-auth", "--tls"]);
    assert_eq!(served.exports["ETUI_SERVE_PROTOCOL"], "https");
    let authority = served.exports["ALIBABA_CLOUD_CA_BUNDLE"].as_str().unwrap().to_owned();
    assert_eq!(served.exports["NODE_EXTRA_CA_CERTS"], authority.as_str());
    for name in ["localhost", "127.0.0.1", "::1"] {
        let answer = ask(&served, name, &authority).unwrap();
        assert!(answer.contains(r#""SecretData":"one""#), "{name}: {answer}");
    }
    assert!(ask(&served, "example.com", &authority).is_err());
    let other = serve(&place, &["--no-auth", "--tls"]);
    let of_another_run = other.exports["ALIBABA_CLOUD_CA_BUNDLE"].as_str().unwrap();
    assert!(ask(&served, "localhost", of_another_run).is_err(), "each run has its own");
}

#[test]
fn the_certificate_goes_with_the_server() {
    let mut served = serve(&vault(), &["--demo", "--tls"]);
    let authority = served.exports["ALIBABA_CLOUD_CA_BUNDLE"].as_str().unwrap().to_owned();
    assert!(std::fs::read_to_string(&authority).unwrap().starts_with("-----BEGIN CERTIFICATE-----"));
    served.signal(rustix::process::Signal::TERM);
    assert_eq!(served.wait(), Some(0));
    assert!(!std::path::Path::new(&authority).exists());
}

#[test]
fn who_speaks_no_tls_is_answered_nothing() {
    let served = serve(&vault(), &["--no-auth", "--tls"]);
    let mut client = served.connect();
    client.send(post(served.endpoint(), GET).as_bytes());
    assert!(client.answer().is_none());
}
