//! How an engine is reached: who asks, which node answers, what its certificate says; and that nothing of a value or a
//! token is told on the way.

use std::net::TcpListener;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose, date_time_ymd,
};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use serde_json::json;

use super::engine_server::{EngineServer, NO_NAMESPACE, ROLE, ROLE_SECRET, TOKEN};
use super::support::{Home, PASSWORD, Run};

const PLAN: &[&str] = &["push", "team", "--dry-run"];
const PUSH: &[&str] = &["push", "team", "--yes"];

/// A home with a secret, and a server as its remote `team`.
fn home_with(server: &EngineServer) -> Home {
    let home = Home::with_secret();
    home.etui(&["remote", "add", "team", &server.url()]).succeeded();
    home
}

fn with(home: &Home, words: &[&str], variables: &[(&str, &str)]) -> Run {
    let mut command: Command = home.command(words);
    command.env("BAO_TOKEN", TOKEN).envs(variables.iter().copied());
    home.finish(command, b"")
}

/// Runs it and takes its error.
#[track_caller]
fn refused(run: Run, code: i32, sentence: &str, hint: &str) {
    let run = run.failed(code);
    let (error, hints) = (run.stderr.lines().next().unwrap_or_default(), run.stderr.contains(hint));
    assert!(error.starts_with("error: ") && error.contains(sentence) && hints, "{run}");
}

// Who asks ----------------------------------------------------------------------------------------------------

#[test]
fn a_role_of_approle_logs_in_once_and_its_token_does_the_rest() {
    let server = EngineServer::start();
    let home = home_with(&server);
    home.write_private("secret-id", &format!("{ROLE_SECRET}\n"));
    let words = [PUSH, &["--role-id", ROLE, "--secret-id-file", "secret-id"]].concat();
    // The node does not answer just after the login: the secret must not be used up by another one.
    server.answers("sys/internal/ui/mounts", 503, "", json!({}));
    let run = home.etui(&words).succeeded();
    assert_eq!(server.newest("db").unwrap()["value"], "two");
    let heard = server.heard();
    let logins = heard.iter().filter(|heard| heard.line.starts_with("POST /v1/auth/approle/login"));
    assert_eq!(logins.clone().count(), 1);
    assert!(logins.clone().all(|login| login.header("X-Vault-Token").is_none()));
    let others = heard.iter().filter(|heard| !heard.line.contains("approle"));
    assert!(others.clone().all(|heard| heard.header("X-Vault-Token") == Some(TOKEN)));
    assert!(!run.to_string().contains(TOKEN) && !run.to_string().contains(ROLE_SECRET));
}

#[test]
fn a_secret_id_that_is_used_up_is_named_and_not_told() {
    let server = EngineServer::start();
    let home = home_with(&server);
    home.write_private("secret-id", "another-secret-id");
    let run = home.etui(&[PUSH, &["--role-id", ROLE, "--secret-id-file", "secret-id"]].concat());
    assert!(!run.to_string().contains("another-secret-id"), "{run}");
    refused(run, 4, "does not accept the role id or the secret id", "auth/approle/role/ROLE/secret-id");
    home.etui(&[PUSH, &["--role-id", ROLE]].concat()).failed(2);
    assert_eq!(server.newest("db"), None);
}

#[test]
fn every_request_names_the_namespace_and_one_that_cannot_be_sent_is_refused() {
    let server = EngineServer::start();
    let home = home_with(&server);
    with(&home, PUSH, &[("VAULT_NAMESPACE", "team-a")]).succeeded();
    assert!(server.heard().iter().all(|heard| heard.header("X-Vault-Namespace") == Some("team-a")));
    assert_eq!(server.newest("db"), None);
    let current = |namespace| server.entry_in(namespace, "db", "etui.label.ACSCurrent");
    assert_eq!(current("team-a").as_deref(), Some("v2"));
    with(&home, &[PUSH, &["--namespace", "team-b/"]].concat(), &[("BAO_NAMESPACE", "team-a")]).succeeded();
    assert_eq!(current("team-b").as_deref(), Some("v2"));
    let unknown = with(&home, &[PLAN, &["--namespace", NO_NAMESPACE]].concat(), &[]);
    refused(unknown, 3, "there is no namespace 'nosuch' on 127.0.0.1:", "bao namespace list");
    let before = server.heard().len();
    for words in [&["--namespace", "a b"], &["--namespace", "a\r\nX-Vault-Token: b"]] {
        refused(with(&home, &[PLAN, words].concat(), &[]), 2, "the namespace is empty, or has spaces", "");
    }
    assert_eq!(server.heard().len(), before);
}

/// What was seen in one namespace says nothing about another: there the label is a stranger's.
#[test]
fn another_namespace_is_another_place() {
    let server = EngineServer::start();
    let home = home_with(&server);
    with(&home, PUSH, &[]).succeeded();
    server.copy_root_to("other");
    home.etui(&["stage", "db", "ACSCurrent", "--to", "v1", "--from", "v2"]).succeeded();
    let run = with(&home, &[PLAN, &["--namespace", "other"]].concat(), &[]);
    assert_eq!(run.code, Some(4), "{run}");
    assert!(run.to_string().contains("label 'ACSCurrent' marks 'v2' there, not none"), "{run}");
    with(&home, PLAN, &[]).succeeded();
}

// Which node answers ------------------------------------------------------------------------------------------

#[test]
fn a_node_on_standby_sends_to_its_leader_and_the_push_goes_there() {
    let (standby, leader) = (EngineServer::start(), EngineServer::start());
    standby.stands_by(&leader.origin());
    let home = home_with(&standby);
    with(&home, PUSH, &[]).succeeded();
    assert_eq!(leader.newest("db").unwrap()["value"], "two");
    assert_eq!(standby.newest("db"), None);
    assert_eq!(standby.heard().len(), 1, "what follows goes to the leader at once");
}

#[test]
fn nodes_that_send_to_each_other_are_left() {
    let (one, other) = (EngineServer::start(), EngineServer::start());
    one.stands_by(&other.origin());
    other.stands_by(&one.origin());
    let home = home_with(&one);
    let run = with(&home, &[PLAN, &["--wait", "1s"]].concat(), &[]);
    refused(run, 1, "is on standby and no leader answers for it; etui tried for 1 second", "name the leader");
}

#[test]
fn no_token_goes_where_a_leader_speaks_plain_http() {
    let certificates = Certificates::new("ours");
    let (secure, leader) = (certificates.server("127.0.0.1", true), EngineServer::start());
    secure.stands_by(&leader.origin());
    let home = home_with(&secure);
    home.write_private("ca.pem", &certificates.pem);
    let run = with(&home, &[PLAN, &["--ca-file", "ca.pem"]].concat(), &[]);
    refused(run, 2, "as its leader, by plain HTTP: everybody on the way could read", "`api_addr`");
    assert!(leader.heard().is_empty());
    // From this machine to another one just as little.
    let plain = EngineServer::start();
    plain.stands_by("http://bao.example:8200/");
    home.etui(&["remote", "add", "plain", &plain.url()]).succeeded();
    let run = with(&home, &["push", "plain", "--dry-run"], &[]);
    refused(run, 2, "names bao.example:8200 as its leader, by plain HTTP", "`api_addr`");
}

#[test]
fn a_busy_engine_is_asked_again_when_it_asked_to_be() {
    let server = EngineServer::start();
    let home = home_with(&server);
    server.answers("/metadata/", 429, "Retry-After: 2\r\n", json!({}));
    with(&home, PLAN, &[]).succeeded();
    let heard = server.heard();
    let asked: Vec<_> = heard.iter().filter(|heard| heard.line.contains("/metadata/")).collect();
    assert!(asked.len() == 2 && asked[1].at - asked[0].at >= Duration::from_secs(2), "{asked:?}");
    // Longer than anybody wants to wait: it is said at once.
    server.answers("/metadata/", 429, "Retry-After: 3600\r\n", json!({}));
    let run = with(&home, PLAN, &[]);
    refused(run, 1, "has too much to do and asks to wait 3,600 seconds", "wait longer with --wait");
    server.answers("/metadata/", 429, "", json!({}));
    with(&home, PLAN, &[]).succeeded();
}

/// A node says 400 while it prepares a mount, as one does that has just heard of it.
#[test]
fn a_node_that_prepares_the_mount_is_asked_again() {
    let server = EngineServer::start();
    let home = home_with(&server);
    let upgrading = || {
        let words = "Upgrading from non-versioned to versioned data. This backend will be unavailable for a brief \
                     period and will resume service shortly.";
        json!({ "errors": [words] })
    };
    for to in ["GET /v1/secret/metadata/app/db", "POST /v1/secret/data/app/db"] {
        server.answers(to, 400, "", upgrading());
        server.answers(to, 400, "", upgrading());
    }
    with(&home, PUSH, &[]).succeeded();
    assert_eq!(server.newest("db").unwrap()["value"], "two");
    let asked = |to: &str| server.heard().iter().filter(|heard| heard.line.contains(to)).count();
    assert!(asked("POST /v1/secret/data/app/db") >= 3, "{:?}", server.heard());
    // One that never is ready is named in our words.
    (0..20).for_each(|_| server.answers("/metadata/", 400, "", upgrading()));
    let run = with(&home, &[PLAN, &["--wait", "1s"]].concat(), &[]);
    refused(run, 1, "it is still preparing its storage for versions; etui tried for 1 second", "");
}

#[test]
fn a_sealed_node_is_named_and_a_push_goes_on_when_it_is_not_any_more() {
    let server = EngineServer::start();
    let home = home_with(&server);
    server.seal(true);
    let run = with(&home, &[PUSH, &["--wait", "1s"]].concat(), &[]);
    refused(run, 1, "is sealed: it cannot read its storage until somebody unseals it", "operator unseal");
    std::thread::scope(|scope| {
        let run = scope.spawn(|| with(&home, PUSH, &[]));
        let before = server.heard().len();
        while server.heard().len() == before {
            std::thread::sleep(Duration::from_millis(20));
        }
        server.seal(false);
        run.join().unwrap().succeeded();
    });
    assert_eq!(server.newest("db").unwrap()["value"], "two");
}

// Certificates ------------------------------------------------------------------------------------------------

/// An authority, and the certificates that it signs.
struct Certificates {
    pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Certificates {
    fn new(name: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        Self { pem, issuer: Issuer::new(params, key) }
    }

    /// A server whose certificate is for a host, and valid or not any more.
    fn server(&self, host: &str, is_valid: bool) -> EngineServer {
        let mut params = CertificateParams::new(vec![host.to_owned()]).unwrap();
        params.use_authority_key_identifier_extension = true;
        if !is_valid {
            params.not_before = date_time_ymd(2001, 1, 1);
            params.not_after = date_time_ymd(2002, 1, 1);
        }
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let config = config.unwrap().with_no_client_auth();
        EngineServer::with_tls(config.with_single_cert(vec![certificate.der().clone()], key).unwrap())
    }
}

#[test]
fn only_a_certificate_that_is_valid_for_the_host_and_signed_by_the_authority_is_taken() {
    let (ours, theirs) = (Certificates::new("ours"), Certificates::new("theirs"));
    for (server, sentence, hint) in [
        (ours.server("127.0.0.1", false), "it has expired", "its certificate must be renewed"),
        (
            ours.server("bao.example", true),
            "it is for another host",
            "a host name that its certificate is for",
        ),
        (theirs.server("127.0.0.1", true), "no authority that is trusted here has signed it", "--ca-file"),
    ] {
        let home = home_with(&server);
        home.write_private("ca.pem", &ours.pem);
        for words in [PLAN, PUSH] {
            let run = with(&home, &[words, &["--ca-file", "ca.pem"]].concat(), &[]);
            refused(run, 1, &format!("is not valid: {sentence}"), hint);
        }
        assert!(server.heard().is_empty(), "{sentence}");
    }
    let server = ours.server("127.0.0.1", true);
    let home = home_with(&server);
    home.write_private("ca.pem", &ours.pem);
    with(&home, PUSH, &[("BAO_CACERT", "ca.pem")]).succeeded();
    assert_eq!(server.newest("db").unwrap()["value"], "two");
    home.write_private("empty.pem", "no certificate\n");
    let run = with(&home, &[PLAN, &["--ca-file", "empty.pem"]].concat(), &[]);
    refused(run, 2, "there is no certificate in PEM form", "--ca-file");
    let run = with(&home, &[PLAN, &["--ca-file", "nosuch.pem"]].concat(), &[]);
    refused(run, 2, "cannot read the file of authorities 'nosuch.pem'", "--ca-file");
}

#[test]
fn a_server_that_speaks_no_tls_is_named() {
    let server = EngineServer::start();
    let certificates = Certificates::new("ours");
    let home = home_with(&server);
    home.write_private("ca.pem", &certificates.pem);
    let url = server.url().replace("http:", "https:");
    home.etui(&["remote", "add", "tls", &url]).succeeded();
    let run = with(&home, &["push", "tls", "--dry-run", "--ca-file", "ca.pem", "--wait", "1s"], &[]);
    refused(run, 1, "does not speak TLS", "check the address and the port");
}

// What is told ------------------------------------------------------------------------------------------------

const VALUE: &str = "a-value-that-nobody-tells";
const THEIR_VALUE: &str = "their-value-that-nobody-tells";

/// Whether a text that must not be told is in what was told.
#[track_caller]
fn assert_silent(told: &str, what: &str) {
    for needle in [VALUE, THEIR_VALUE, TOKEN, ROLE_SECRET, PASSWORD] {
        assert!(!told.contains(needle), "{what} tells {needle:?}:\n{told}");
    }
}

#[test]
fn no_value_and_no_token_is_told_by_any_answer_error_url_header_or_file() {
    let server = EngineServer::start();
    let home = home_with(&server);
    home.pipe(VALUE, &["put", "db"]).succeeded();
    home.pipe(format!(r#"{{"user":"{VALUE}"}}"#), &["new", "json"]).succeeded();
    server.put("theirs", THEIR_VALUE);
    // A proxy of the environment is not asked.
    let proxy = TcpListener::bind("127.0.0.1:0").unwrap();
    proxy.set_nonblocking(true).unwrap();
    let address = format!("http://{}", proxy.local_addr().unwrap());
    let variables =
        ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"].map(|name| (name, address.as_str()));
    let mut all = String::new();
    let mut tell_once = |words: &[&str]| {
        let run = with(&home, words, &variables);
        assert_silent(&run.to_string(), &format!("{words:?}"));
        all += &run.to_string();
    };
    let mut tell = |words: &[&str]| {
        for more in [&[][..], &["--json"], &["--verbose"]] {
            tell_once(&[words, more].concat());
        }
    };
    tell(PLAN);
    tell(&["push", "team", "--fields", "--yes"]);
    tell(&["diff", "team", "db"]);
    tell(&["diff", "team", "theirs"]);
    server.put("db", THEIR_VALUE);
    tell(PLAN);
    tell(&["pull", "team", "--dry-run"]);
    tell(&["pull", "team"]);
    // Whatever the server says, and however much of what it was sent.
    for status in [400, 403, 404, 413, 429, 500, 503] {
        home.pipe(format!("{VALUE} {status}"), &["put", "db"]).succeeded();
        let echo = json!({ "errors": [VALUE, TOKEN, "the value is too large"], "data": { "value": VALUE } });
        server.answers("POST /v1/secret/data", status, "", echo.clone());
        server.answers("GET /v1/secret/metadata/app/json", status, "", echo.clone());
        tell_once(&["push", "team", "--yes", "--wait", "1s", "--json"]);
        server.answers("GET /v1/secret/data", status, "", echo.clone());
        tell_once(&["pull", "team", "--dry-run", "--wait", "1s", "--verbose"]);
    }
    assert!(all.contains("\"Outcome\"") && all.contains("error: "), "the runs say something:\n{all}");
    for heard in server.heard() {
        assert_silent(&heard.line, "a request line");
        for (name, text) in heard.headers.iter().filter(|(name, _)| name != "X-Vault-Token") {
            assert_silent(text, name);
        }
    }
    assert!(proxy.accept().is_err(), "nobody asked the proxy");
    for file in files_below(home.path()) {
        if file.file_name().is_some_and(|name| name != "password") {
            let bytes = std::fs::read(&file).unwrap();
            assert_silent(&String::from_utf8_lossy(&bytes), &file.display().to_string());
        }
    }
}

fn files_below(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => files.extend(files_below(&path)),
            false if path.is_file() => files.push(path),
            false => {}
        }
    }
    files
}

/// Other users see the arguments of every program.
#[cfg(target_os = "linux")]
#[test]
fn no_token_is_in_the_arguments_of_etui_or_of_what_it_runs() {
    let server = EngineServer::start();
    let home = home_with(&server);
    home.write_private("token", TOKEN);
    let command = "cat /proc/$PPID/cmdline /proc/$$/cmdline > seen; cat token";
    home.etui(&[PUSH, &["--token-command", command]].concat()).succeeded();
    let seen = std::fs::read(home.path().join("seen")).unwrap();
    let seen = String::from_utf8_lossy(&seen);
    assert!(seen.contains("--token-command"), "{seen}");
    assert_silent(&seen, "an argument");
}
