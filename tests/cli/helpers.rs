//! `etui git-credential` and `etui docker-credential`: what git and docker are answered.

use std::os::unix::process::CommandExt;

use insta::assert_snapshot;

use super::support::{Home, Run};

const PLACE: &str = "protocol=https\nhost=example.com:8443\n";

fn git(home: &Home, operation: &str, request: &str) -> Run {
    home.pipe(request, &["git-credential", operation])
}

fn docker(home: &Home, operation: &str, request: &str) -> Run {
    home.pipe(request, &["docker-credential", operation])
}

fn versions(home: &Home, name: &str) -> String {
    home.etui(&["log", name, "--all"])
        .succeeded()
        .text()
        .lines()
        .map(|line| line.split('\t').take(2).collect::<Vec<_>>().join(" ") + "\n")
        .collect()
}

#[test]
fn git_gets_what_it_stored_and_the_same_password_writes_nothing() {
    let home = Home::with_vault();
    let stored = format!("{PLACE}username=me\npassword=hunter2\ncapability[]=authtype\nunknown=x\n\n");
    assert_eq!(git(&home, "get", PLACE).succeeded().text(), "");
    assert_eq!(git(&home, "store", &stored).succeeded().text(), "");
    assert_eq!(git(&home, "get", PLACE).succeeded().text(), "username=me\npassword=hunter2\n");
    let before = home.bytes_of_vault();
    git(&home, "store", &stored).succeeded();
    assert_eq!(home.bytes_of_vault(), before);
    git(&home, "store", &stored.replace("hunter2", "hunter3")).succeeded();
    assert_eq!(git(&home, "get", PLACE).succeeded().text(), "username=me\npassword=hunter3\n");
    assert_snapshot!(versions(&home, "git/example.com_8443/me"), @r#"
        v2 ACSCurrent
        v1 ACSPrevious
        "#);
    for other in [
        "protocol=http\nhost=example.com:8443\n",
        "protocol=https\nhost=example.com\n",
        &format!("{PLACE}path=x\n"),
        &format!("{PLACE}username=you\n"),
    ] {
        assert_eq!(git(&home, "get", other).succeeded().text(), "", "{other}");
    }
    assert_eq!(git(&home, "approve-of-tomorrow", PLACE).succeeded().text(), "");
    assert_eq!(git(&home, "get", "protocol=https\n").succeeded().text(), "");
}

#[test]
fn of_two_accounts_the_one_that_is_named_or_was_stored_last_is_given() {
    let home = Home::with_vault();
    let store = |user: &str| {
        git(&home, "store", &format!("{PLACE}username={user}\npassword=of {user}\n")).succeeded()
    };
    // Not the last one by its name.
    store("two");
    // Times are whole seconds: the second one must be stored in a later one.
    let first = home.etui(&["show", "git/example.com_8443/two", "--json"]).json().to_string();
    let now = || etui::vault::Clock::now(&etui::vault::SystemClock).to_string();
    while first.contains(&now()) {
        std::thread::yield_now();
    }
    store("one");
    assert_eq!(git(&home, "get", PLACE).text(), "username=one\npassword=of one\n");
    assert_eq!(
        git(&home, "get", &format!("{PLACE}username=two\n")).text(),
        "username=two\npassword=of two\n"
    );
    // One that is scheduled for deletion is not given, and the other one is left.
    home.etui(&["rm", "git/example.com_8443/one"]).succeeded();
    assert_eq!(git(&home, "get", PLACE).text(), "username=two\npassword=of two\n");
}

#[test]
fn a_refused_password_is_marked_and_not_given_until_another_is_stored() {
    let home = Home::with_vault();
    let with = |password: &str| format!("{PLACE}username=me\npassword={password}\n");
    git(&home, "store", &with("old")).succeeded();
    git(&home, "erase", &with("another one")).succeeded();
    assert_eq!(git(&home, "get", PLACE).text(), "username=me\npassword=old\n", "it was not this one");
    git(&home, "erase", PLACE).succeeded();
    assert_eq!(git(&home, "get", PLACE).text(), "username=me\npassword=old\n", "no password was named");
    git(&home, "erase", &with("old")).succeeded();
    assert_eq!(git(&home, "get", PLACE).text(), "");
    assert_snapshot!(versions(&home, "git/example.com_8443/me"), @r#"
        v1 ACSCurrent,rejected
        "#);
    git(&home, "store", &with("new")).succeeded();
    assert_eq!(git(&home, "get", PLACE).text(), "username=me\npassword=new\n");
    git(&home, "erase", &with("new")).succeeded();
    git(&home, "store", &with("new")).succeeded();
    assert_eq!(git(&home, "get", PLACE).text(), "username=me\npassword=new\n", "it was accepted after all");
    assert_snapshot!(versions(&home, "git/example.com_8443/me"), @r#"
        v2 ACSCurrent
        v1 ACSPrevious
        "#);
}

#[test]
fn an_expired_password_and_one_with_a_line_end_are_not_given() {
    let home = Home::with_vault();
    let with = |expiry: i64| format!("{PLACE}username=me\npassword=x\npassword_expiry_utc={expiry}\n");
    git(&home, "store", &with(1)).succeeded();
    assert_eq!(git(&home, "get", PLACE).text(), "");
    git(&home, "store", &with(9_999_999_999)).succeeded();
    assert_eq!(git(&home, "get", PLACE).text(), "username=me\npassword=x\npassword_expiry_utc=9999999999\n");
    home.pipe("two\nlines", &["put", "git/example.com_8443/me"]).succeeded();
    assert_snapshot!(git(&home, "get", PLACE), @r#"
        exit 0
        stderr:
        note: the password in 'git/example.com_8443/me' has a line end, and git can take none
        "#);
}

#[test]
fn helpers_of_a_locked_vault_say_no_and_ask_nobody() {
    let home = Home::with_vault();
    let locked = |arguments: &[&str], request: &str| home.finish(home.bare(arguments), request.as_bytes());
    let store = format!("{PLACE}username=me\npassword=x\n");
    for operation in ["get", "store", "erase"] {
        let run = locked(&["git-credential", operation], &store).succeeded();
        assert_eq!((run.text(), run.stderr.as_str()), ("", ""), "{operation}");
    }
    for (operation, request) in [("get", "https://r"), ("erase", "https://r"), ("list", ""), ("store", "{}")]
    {
        let run = locked(&["docker-credential", operation], request);
        assert_eq!(
            (run.code, run.text()),
            (Some(1), "credentials not found in native keychain\n"),
            "{operation}"
        );
        assert!(run.stderr.contains("etui unlock"), "{run}");
    }
    // Where there is no vault at all it is the same.
    let empty = Home::empty();
    let run = empty.finish(empty.bare(&["git-credential", "get"]), PLACE.as_bytes()).succeeded();
    assert_eq!((run.text(), run.stderr.as_str()), ("", ""));
}

#[test]
fn docker_gets_what_it_stored() {
    let home = Home::with_vault();
    const URL: &str = "https://index.docker.io/v1/";
    let stored = r#"{"ServerURL":"https://index.docker.io/v1/","Username":"m\"e","Secret":"p\u00e4ss"}"#;
    let failed = |run: Run| {
        assert_eq!(run.code, Some(1), "{run}");
        run.text().to_owned()
    };
    assert_eq!(failed(docker(&home, "get", URL)), "credentials not found in native keychain\n");
    assert_eq!(docker(&home, "list", "").succeeded().text(), "{}\n");
    assert_eq!(docker(&home, "store", stored).succeeded().text(), "");
    assert_eq!(
        docker(&home, "get", &format!("{URL}\n")).succeeded().text(),
        "{\"ServerURL\":\"https://index.docker.io/v1/\",\"Username\":\"m\\\"e\",\"Secret\":\"päss\"}\n"
    );
    let before = home.bytes_of_vault();
    docker(&home, "store", stored).succeeded();
    assert_eq!(home.bytes_of_vault(), before);
    docker(&home, "store", &stored.replace("v1/", "v2/").replace("m\\\"e", "you")).succeeded();
    assert_eq!(
        docker(&home, "list", "").succeeded().text(),
        "{\"https://index.docker.io/v1/\":\"m\\\"e\",\"https://index.docker.io/v2/\":\"you\"}\n"
    );
    assert_eq!(home.etui(&["list", "docker"]).text().lines().count(), 2);
    docker(&home, "erase", URL).succeeded();
    assert_eq!(failed(docker(&home, "get", URL)), "credentials not found in native keychain\n");
    assert_eq!(failed(docker(&home, "erase", URL)), "credentials not found in native keychain\n");
    docker(&home, "store", stored).succeeded();
    assert!(docker(&home, "get", URL).succeeded().text().contains("päss"));
    assert_eq!(failed(docker(&home, "get", "")), "no credentials server URL\n");
    assert_eq!(
        failed(docker(&home, "store", r#"{"ServerURL":"x","Secret":"y"}"#)),
        "no credentials username\n"
    );
    assert!(docker(&home, "version", "").succeeded().text().starts_with("docker-credential-etui "));
    failed(docker(&home, "store", "no json"));
    failed(docker(&home, "unknown", ""));
}

#[test]
fn a_link_is_called_as_its_helper() {
    let home = Home::with_vault();
    let call = |name: &str, operation: &str, request: &str| {
        let mut command = home.command(&[operation]);
        command.arg0(format!("/somewhere/{name}"));
        home.finish(command, request.as_bytes())
    };
    call("git-credential-etui", "store", &format!("{PLACE}username=me\npassword=x\n")).succeeded();
    assert_eq!(call("git-credential-etui", "get", PLACE).succeeded().text(), "username=me\npassword=x\n");
    assert_eq!(call("docker-credential-etui", "list", "").succeeded().text(), "{}\n");
}
