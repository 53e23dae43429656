//! Runs every command of the README, in its order, in a fresh home.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};

use super::documents::blocks;
use super::program::write_program;
use super::support::Home;

const README: &str = include_str!("../../README.md");

/// The lines of a document's blocks of commands, but for those that say why they are not run.
pub fn commands_of(document: &str) -> Vec<String> {
    let blocks = blocks(document).into_iter().filter(|block| block.info == "sh");
    let lines = blocks.flat_map(|block| block.text.lines().map(str::to_owned).collect::<Vec<_>>());
    lines.filter(|line| !line.is_empty()).collect()
}

/// A home with what the README takes for granted: the secret of its first five minutes, and the files it names.
fn home_of_the_readme() -> Home {
    let home = Home::with_vault();
    home.pipe("first", &["new", "shop/db/password"]).succeeded();
    home.pipe("second", &["put", "shop/db/password"]).succeeded();
    home.pipe(r#"{"username":"me","password":"pw"}"#, &["new", "shop/login"]).succeeded();
    home.pipe("JBSWY3DPEHPK3PXP", &["new", "web/github"]).succeeded();
    let at = |name: &str| home.path().join(name);
    fs::write(at("new-password.txt"), "third\n").unwrap();
    fs::write(at("candidate.txt"), "fourth").unwrap();
    fs::write(at("leaked.txt"), "third\n").unwrap();
    fs::write(at("config.template"), "password = \"{{ etui://shop/db/password }}\"\n").unwrap();
    fs::write(at(".env"), "TOKEN=abc\n").unwrap();
    fs::write(at("keepassxc.csv"), "Group,Title,Username,Password\nRoot,mail,me,pw\n").unwrap();
    let lastpass = "url,username,password,totp,extra,name,grouping,fav\nhttps://a.example,me,pw,,,forum,,0\n";
    fs::write(at("lastpass_export.csv"), lastpass).unwrap();
    fs::write(at("list.csv"), "Title,Pwd,Group\nrouter,pw,Home\n").unwrap();
    let code = r#"{"type":"totp","name":"me","issuer":"shop","info":{"secret":"JBSWY3DP","algo":"SHA1","digits":6,"period":30}}"#;
    let aegis = format!(r#"{{"version":1,"header":{{}},"db":{{"version":2,"entries":[{code}]}}}}"#);
    fs::write(at("aegis.json"), aegis).unwrap();
    fs::write(at("nested.json"), r#"{"shop":{"key":"k"}}"#).unwrap();
    let item = r#"{"encrypted":false,"items":[{"id":"1","type":1,"name":"mail","login":{"password":"pw"}}]}"#;
    fs::write(at("export.json"), item).unwrap();
    write_program(&at("smoke-test"), "#!/bin/sh\ntest -n \"$PGPASSWORD\"\n");
    fs::create_dir(at("bin")).unwrap();
    fs::create_dir(at("password-store")).unwrap();
    fs::write(at("password-store/.gpg-id"), "me\n").unwrap();
    fs::write(at("password-store/mail.gpg"), "pw\n").unwrap();
    // Stands in for GnuPG, which gets the entry on stdin.
    write_program(&at("bin/gpg"), "#!/bin/sh\nexec cat\n");
    let answer = r#"{"request_id":"r","data":{"data":{"k":"v"},"metadata":{"version":1}}}"#;
    write_program(&at("bin/vault"), &format!("#!/bin/sh\necho '{answer}'\n"));
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_etui"), at("bin/etui")).unwrap();
    fs::create_dir(at("runtime")).unwrap();
    fs::set_permissions(at("runtime"), fs::Permissions::from_mode(0o700)).unwrap();
    fs::create_dir_all(at("media/stick")).unwrap();
    fs::create_dir_all(at("media/laptop")).unwrap();
    fs::copy(home.vault(), at("media/laptop/vault.etui")).unwrap();
    home
}

#[test]
fn every_command_of_the_readme_succeeds() {
    // Given
    let home = home_of_the_readme();
    let commands = commands_of(README);
    assert!(commands.len() >= 25, "the README shows {} commands", commands.len());
    let path = format!("{}:{}", home.path().join("bin").display(), std::env::var("PATH").unwrap());

    let media = format!("{}/media/", home.path().display());

    for line in commands {
        // When
        let mut shell = Command::new("sh");
        shell
            .args(["-c", &line.replace("/media/", &media)])
            .env_clear()
            .envs(home.environment())
            .env("PATH", &path);
        shell.env("XDG_RUNTIME_DIR", home.path().join("runtime")).env("TOKEN", "abc");
        shell.env("ETUI_PASSWORD_FILE", home.path().join("password"));
        let run = shell.current_dir(home.path()).stdin(Stdio::null()).output().unwrap();
        // Then
        let stderr = String::from_utf8_lossy(&run.stderr);
        assert!(run.status.success(), "`{line}` ended with {}: {stderr}", run.status);
    }
    assert_eq!(fs::read_to_string(home.path().join("config.toml")).unwrap(), "password = \"fourth\"\n");
}
