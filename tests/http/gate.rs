//! Who is let in, and the forms of HTTP.

use super::server::{open, serve, vault};
use crate::support::http::post;

const GET: &str = "Action=GetSecretValue&SecretName=db";

#[test]
fn a_request_is_answered_with_the_api_s_own_body_and_a_request_id() {
    let (_place, served) = open();
    let answer = served.form(GET);
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.json()["SecretData"], "one");
    assert_eq!(answer.header("x-acs-request-id").as_deref(), answer.json()["RequestId"].as_str());
    assert_eq!(answer.header("content-type").unwrap(), "application/json;charset=utf-8");
    assert_eq!(answer.header("cache-control").unwrap(), "no-store");
    assert!(answer.header("date").unwrap().ends_with(" GMT"), "{answer:?}");
    let get = format!("GET /?{GET} HTTP/1.1\r\nHost: {}\r\n\r\n", served.endpoint());
    assert_eq!(served.ask(get.as_bytes()).json()["SecretData"], "one");
    let named = format!(
        "POST /?SecretName=db HTTP/1.1\r\nHost: {}\r\nx-acs-action: GetSecretValue\r\n\r\n",
        served.endpoint()
    );
    assert_eq!(served.ask(named.as_bytes()).json()["SecretData"], "one");
}

#[test]
fn a_refusal_has_its_own_status_and_xml_where_it_is_asked_for() {
    let (_place, served) = open();
    let answer = served.form("Action=GetSecretValue&SecretName=none");
    assert_eq!((answer.status, &answer.code()[..]), (404, "Forbidden.ResourceNotFound"));
    let answer = served.form("Action=GetSecretValue&SecretName=none&Format=xml");
    assert_eq!(answer.header("content-type").unwrap(), "text/xml;charset=utf-8");
    assert!(answer.body.contains("<Error><RequestId>"), "{answer:?}");
    assert_eq!(served.form(&format!("{GET}&Format=YAML")).code(), "InvalidParameter");
    assert_eq!(served.form("Action=CreateKey").code(), "InvalidApiName");
    assert_eq!(served.form("SecretName=db").code(), "MissingParameter");
    assert_eq!(served.form("Action=a&%zz=1").code(), "ParseRequestParameterException");
}

#[test]
fn a_page_of_a_browser_is_refused_and_gets_no_permission_to_read_answers() {
    let (_place, served) = open();
    let host = served.endpoint();
    for header in ["Origin: https://evil.example", "Origin: null", "Sec-Fetch-Mode: no-cors"] {
        let request = post(host, GET).replacen("\r\n", &format!("\r\n{header}\r\n"), 1);
        let answer = served.ask(request.as_bytes());
        assert_eq!((answer.status, &answer.code()[..]), (403, "Forbidden.NoPermission"), "{header}");
        assert!(answer.header("access-control-allow-origin").is_none());
    }
    // A name that was made to lead here.
    for host in ["evil.example", "evil.example:80", "127.0.0.1", "127.0.0.1:1"] {
        assert_eq!(served.ask(post(host, GET).as_bytes()).status, 403, "{host}");
    }
    let nameless = post(host, GET).replacen(&format!("Host: {host}\r\n"), "", 1);
    assert_eq!(served.ask(nameless.as_bytes()).status, 403);
    let port = host.rsplit_once(':').unwrap().1;
    assert_eq!(served.ask(post(&format!("localhost:{port}"), GET).as_bytes()).status, 200);
}

#[test]
fn other_methods_paths_and_bodies_are_told_what_there_is() {
    let (_place, served) = open();
    let host = served.endpoint();
    let ask = |line: &str| served.ask(format!("{line} HTTP/1.1\r\nHost: {host}\r\n\r\n").as_bytes());
    assert_eq!(ask("GET /favicon.ico").status, 404);
    let refused = ask("PUT /");
    assert_eq!((refused.status, refused.header("allow").as_deref()), (405, Some("GET, POST")));
    let mut client = served.connect().without_bodies();
    for _ in 0..2 {
        client.send(format!("HEAD / HTTP/1.1\r\nHost: {host}\r\n\r\n").as_bytes());
        assert_eq!(client.answer().unwrap().status, 405);
    }
    let json = post(host, "{}").replace("x-www-form-urlencoded", "json");
    assert_eq!(served.ask(json.as_bytes()).code(), "ParseRequestParameterException");
}

#[test]
fn a_connection_carries_many_requests_and_answers_them_in_order() {
    let (_place, served) = open();
    let mut client = served.connect();
    let requests: String = (0..20)
        .map(|number| post(served.endpoint(), &format!("Action=GetSecretValue&SecretName=s{number}")))
        .collect();
    client.send(requests.as_bytes());
    for number in 0..20 {
        let answer = client.answer().unwrap();
        assert!(answer.body.contains(&format!("'s{number}'")), "{answer:?}");
        assert_eq!(answer.header("connection").as_deref(), Some("keep-alive"));
    }
    let last = post(served.endpoint(), GET).replacen("\r\n", "\r\nConnection: close\r\n", 1);
    client.send(last.as_bytes());
    assert_eq!(client.answer().unwrap().header("connection").as_deref(), Some("close"));
    assert!(client.answer().is_none());
}

#[test]
fn thousands_of_refused_requests_in_one_go_are_all_refused() {
    let (_place, served) = open();
    let one = "GET /x HTTP/1.1\r\nHost: x\r\n\r\n";
    let mut client = served.connect();
    let mut sender = client.sender();
    let sending = std::thread::spawn(move || {
        std::io::Write::write_all(&mut sender, one.repeat(20_000).as_bytes()).unwrap();
    });
    for _ in 0..20_000 {
        assert_eq!(client.answer().unwrap().status, 403);
    }
    sending.join().unwrap();
}

#[test]
fn a_folder_is_all_that_is_served_of_a_vault_and_read_only_is_kept() {
    let place = vault();
    let mut vault =
        place.open_as(Some(crate::support::binary::MACHINE), etui::vault::Answers::default()).unwrap();
    let request =
        crate::support::vaults::create_request("shop/db", "v1", crate::support::vaults::text("two"));
    vault.create_secret(&request).unwrap();
    drop(vault);
    let served = serve(&place, &["--no-auth", "--prefix", "shop", "--read-only"]);
    assert_eq!(served.form("Action=GetSecretValue&SecretName=shop/db").json()["SecretData"], "two");
    assert_eq!(served.form(GET).code(), "Forbidden.ResourceNotFound");
    assert_eq!(served.form("Action=ListSecrets").json()["TotalCount"], 1);
    let put = served.form("Action=PutSecretValue&SecretName=shop/db&VersionId=v2&SecretData=x");
    assert_eq!((put.status, &put.code()[..]), (403, "Forbidden.NoPermission"));
}
