//! The agent: `unlock`, `lock`, `status`, and the process behind them.

use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use etui::agent::{Agent, Purpose};
use etui::memory::SecretBytes;
use etui::vault::{Credentials, KdfCost, KeyIdentity, SystemClock};
use insta::assert_snapshot;
use rusqlite::Connection;
use rustix::process::{Pid, Signal, kill_process, test_kill_process};

use super::support::{Home, PASSWORD, Run};

/// Longer than any machine takes; only a hanging program comes near.
const PATIENCE: Duration = Duration::from_secs(60);

/// A home whose vault is unlocked; the agent ends with the test.
struct Unlocked(Home);

impl Unlocked {
    fn new() -> Self {
        let unlocked = Self(Home::with_secret());
        unlocked.0.etui(&["unlock", "--max", "10m", "--for", "10m"]).succeeded();
        unlocked
    }

    /// Runs it without any password.
    fn etui(&self, arguments: &[&str]) -> Run {
        self.0.finish(self.0.bare(arguments), b"")
    }

    fn socket(&self) -> PathBuf {
        let sockets: Vec<PathBuf> = fs::read_dir(self.0.path().join("state/etui/run"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "socket"))
            .collect();
        assert_eq!(sockets.len(), 1, "one vault, one socket");
        sockets[0].clone()
    }

    fn identity(&self) -> KeyIdentity {
        self.0.unlock(SystemClock).key_identity().unwrap()
    }

    fn agent(&self) -> Agent {
        Agent::new(self.socket().parent().unwrap(), self.identity().vault_id)
    }

    fn process(&self) -> Pid {
        let stream = UnixStream::connect(self.socket()).unwrap();
        rustix::net::sockopt::socket_peercred(&stream).unwrap().pid
    }
}

impl Drop for Unlocked {
    fn drop(&mut self) {
        let _ = self.0.bare(&["lock"]).output();
    }
}

fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < PATIENCE, "{what} did not come");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A process that has ended and that nobody has waited for is as good as gone: its memory is.
fn is_gone(process: Pid) -> bool {
    let stat = fs::read_to_string(format!("/proc/{}/stat", process.as_raw_nonzero()));
    test_kill_process(process).is_err()
        || stat.map_or(true, |stat| stat.rsplit(')').next().unwrap_or_default().starts_with(" Z"))
}

#[test]
fn an_unlocked_vault_needs_no_password_until_it_is_locked() {
    let home = Unlocked(Home::with_secret());
    assert_snapshot!(home.0.etui(&["unlock"]), @r#"
        exit 0
        stdout:
        unlocked; locks after 15 minutes without use, after 8 hours in any case
        "#);
    assert_eq!(home.etui(&["get", "db"]).succeeded().text(), "two");
    home.0.finish(home.0.bare(&["put", "db"]), b"three").succeeded();
    assert_eq!(home.etui(&["get", "db"]).succeeded().text(), "three");
    assert_snapshot!(home.etui(&["list", "-v"]), @r#"
        exit 0
        stdout:
        db

        stderr:
        etui: vault '~/data/etui/vault.etui', unlocked by the agent
        "#);
    let process = home.process();
    assert_snapshot!(home.etui(&["lock"]), @r#"
        exit 0
        stdout:
        locked
        "#);
    wait_until("the end of the agent", || is_gone(process));
    assert_snapshot!(home.etui(&["get", "db"]).failed(5), @r#"
        exit 5
        stderr:
        error: there is no terminal to ask for the master password
        hint: run `etui unlock` in a terminal first, or give the password with --password-file or --password-command
        "#);
    assert_snapshot!(home.etui(&["lock"]), @r#"
        exit 0
        stdout:
        the vault was not unlocked
        "#);
    assert_snapshot!(home.etui(&["lock", "--json"]), @r#"
        exit 0
        stdout:
        {"RequestId":"[id]","WasUnlocked":false}
        "#);
}

#[test]
fn status_tells_what_is_left() {
    let home = Unlocked(Home::with_secret());
    assert_snapshot!(home.etui(&["status"]), @r#"
        exit 5
        stdout:
        locked
        "#);
    assert_snapshot!(home.etui(&["status", "--json"]), @r#"
        exit 5
        stdout:
        {"RequestId":"[id]","Unlocked":false,"Format":2}
        "#);
    home.0.etui(&["unlock", "--for", "2d", "--max", "2d"]).succeeded();
    assert_snapshot!(home.etui(&["status"]), @r#"
        exit 0
        stdout:
        unlocked; locks in 1 day 23 hours without use, in 1 day 23 hours in any case
        state 3 · [state]
        "#);
    let json = home.etui(&["status", "--json"]).succeeded().json();
    assert_eq!(json["Unlocked"], true);
    assert!((172_000..=172_800).contains(&json["IdleSeconds"].as_u64().unwrap()), "{json}");
    assert_eq!(home.etui(&["status", "-q"]).succeeded().text(), "");

    let state = json["VaultState"].as_str().unwrap().to_owned();
    let verified = home.etui(&["verify", "--json"]).succeeded().json();
    assert_eq!(verified["VaultState"], state);
    let copied = home.etui(&["backup", "copy.etui", "--json"]).succeeded().json();
    assert_eq!(copied["VaultState"], state);
    home.0.pipe("three", &["put", "db"]).succeeded();
    assert_ne!(home.etui(&["status", "--json"]).succeeded().json()["VaultState"], state);
    assert_eq!(home.etui(&["verify", "copy.etui", "--json"]).succeeded().json()["VaultState"], state);
}

#[test]
fn status_says_why_the_state_is_not_known() {
    let home = Unlocked(Home::with_secret());
    let older = home.0.bytes_of_vault();
    home.0.pipe("three", &["put", "db"]).succeeded();
    home.0.etui(&["unlock"]).succeeded();
    fs::write(home.0.vault(), older).unwrap();
    let run = home.etui(&["status"]).succeeded();
    assert!(run.text().starts_with("unlocked; locks in "), "{run}");
    assert!(!run.text().contains("state"), "{run}");
    assert!(run.stderr.starts_with("note: its state is not known: this file is older than"), "{run}");
}

#[test]
fn limits_that_make_no_sense_are_refused() {
    let home = Home::with_secret();
    assert_snapshot!(home.etui(&["unlock", "--for", "9h"]).failed(2), @r#"
        exit 2
        stderr:
        error: --for (9 hours) is longer than --max (8 hours)
        hint: raise --max as well
        "#);
    assert_snapshot!(home.etui(&["unlock", "--for", "soon"]).failed(2), @r#"
        exit 2
        stderr:
        error: --for <TIME>: a duration is a number and a unit, 366 days at most: 90s, 15m, 8h, 2d
        "#);
    assert_snapshot!(home.etui(&["unlock", "--json", "--for", "1m", "--max", "1m"]), @r#"
        exit 0
        stdout:
        {"RequestId":"[id]","Unlocked":true,"IdleSeconds":60,"MaxSeconds":60}
        "#);
    home.etui(&["lock"]).succeeded();
}

#[test]
fn a_copy_of_the_vault_is_verified_without_a_password() {
    let unlocked = Unlocked::new();
    unlocked.etui(&["backup", "copy.etui"]).succeeded();
    unlocked.etui(&["verify", "copy.etui"]).succeeded();
    unlocked.etui(&["verify", unlocked.0.vault().to_str().unwrap()]).succeeded();
}

#[test]
fn a_wrong_password_starts_no_agent() {
    let home = Unlocked(Home::with_secret());
    fs::write(home.0.path().join("password"), "wrong").unwrap();
    home.0.etui(&["unlock"]).failed(5);
    home.etui(&["status", "-q"]).failed(5);
}

#[test]
fn unlocking_again_takes_the_place_of_the_agent_before() {
    let home = Unlocked::new();
    let before = home.process();
    home.0.etui(&["unlock", "--for", "5m", "--max", "10m"]).succeeded();
    wait_until("the end of the first agent", || is_gone(before));
    assert_ne!(home.process(), before);
    home.etui(&["get", "db"]).succeeded();
}

#[test]
fn at_the_limit_the_agent_is_gone() {
    let home = Unlocked(Home::with_secret());
    home.0.etui(&["unlock", "--for", "1s", "--max", "1h"]).succeeded();
    let agent = Agent::new(&home.0.path().join("state/etui/run"), home.identity().vault_id);
    let key_id = home.identity().key_id;
    // Peeking does not extend it, so it ends although it is asked all the time.
    wait_until("the idle limit", || agent.key(key_id, Purpose::Peek).is_none());
    home.0.etui(&["unlock", "--for", "1s", "--max", "1s"]).succeeded();
    wait_until("the absolute limit", || agent.key(key_id, Purpose::Work).is_none());
    home.etui(&["get", "db"]).failed(5);
}

#[test]
fn a_signal_ends_it_and_a_socket_left_behind_is_replaced() {
    let home = Unlocked::new();
    let process = home.process();
    let socket = home.socket();
    kill_process(process, Signal::TERM).unwrap();
    wait_until("the end of the agent", || is_gone(process));
    assert!(!socket.exists());

    home.0.etui(&["unlock"]).succeeded();
    let process = home.process();
    kill_process(process, Signal::KILL).unwrap();
    wait_until("the end of the agent", || is_gone(process));
    assert!(socket.exists(), "nobody was left to remove it");
    home.etui(&["get", "db"]).failed(5);
    home.0.etui(&["unlock"]).succeeded();
    home.etui(&["get", "db"]).succeeded();
}

// Guards: a client that waits for an agent that has gone, or takes half of a key for one.
#[test]
fn an_agent_that_is_killed_while_it_answers_hangs_nobody_and_no_value_is_wrong() {
    let home = Unlocked(Home::with_secret());
    let (mut answered, mut asked_for_the_password) = (0, 0);
    for round in 0..12 {
        home.0.etui(&["unlock"]).succeeded();
        let process = home.process();
        let clients = std::thread::scope(|scope| {
            let clients: Vec<_> = (0..6).map(|_| scope.spawn(|| home.etui(&["get", "db"]))).collect();
            // While the first ones have their answer and the others have none.
            let has_begun = || clients.iter().filter(|client| client.is_finished()).count() >= round % 6;
            wait_until("the first answers", has_begun);
            kill_process(process, Signal::KILL).unwrap();
            clients.into_iter().map(|client| client.join().unwrap()).collect::<Vec<Run>>()
        });
        for run in clients {
            match run.code {
                Some(0) => {
                    assert_eq!(run.text(), "two");
                    answered += 1;
                }
                Some(5) => {
                    assert!(run.stderr.contains("run `etui unlock` in a terminal first"), "{run}");
                    asked_for_the_password += 1;
                }
                _ => panic!("round {round}: {run}"),
            }
        }
        wait_until("the end of the agent", || is_gone(process));
    }
    assert!(answered > 0 && asked_for_the_password > 0, "{answered} answered, {asked_for_the_password} not");
    home.0.etui(&["verify"]).succeeded();
}

// Guards: half of an answer is none.
#[test]
fn an_agent_that_ends_in_the_middle_of_its_answer_has_given_no_key() {
    let home = Unlocked::new();
    let (process, socket, identity) = (home.process(), home.socket(), home.identity());
    let agent = home.agent();
    kill_process(process, Signal::KILL).unwrap();
    wait_until("the end of the agent", || is_gone(process));
    fs::remove_file(&socket).unwrap();
    let listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    // The byte that says yes, then nothing, a part of the key, and all of it but the last byte.
    for length in [0, 1, 16, 32] {
        let answers = listener.try_clone().unwrap();
        let server = std::thread::spawn(move || {
            let (mut stream, _) = answers.accept().unwrap();
            // All of the request, or closing would tell an error instead of an end.
            assert!(stream.read(&mut [0; 1024]).unwrap() > 16);
            stream.write_all(&[b'+'; 32][..length]).unwrap();
        });
        assert!(agent.key(identity.key_id, Purpose::Work).is_none(), "{length} bytes");
        server.join().unwrap();
    }
}

// Guards: on a terminal the command after a killed agent asks for the password, as if nobody had unlocked.
#[test]
fn after_a_killed_agent_the_next_command_asks_for_the_password() {
    let home = Unlocked::new();
    let process = home.process();
    kill_process(process, Signal::KILL).unwrap();
    wait_until("the end of the agent", || is_gone(process));
    home.etui(&["status", "-q"]).failed(5);
    let mut terminal = home.0.terminal(&["get", "db"]);
    terminal.wait_for("Master password").press(&format!("{PASSWORD}\n")).wait_for("two");
    assert!(terminal.end().0.success());
    assert_eq!(home.etui(&["lock"]).succeeded().text(), "the vault was not unlocked\n");
}

#[test]
fn a_hundred_clients_at_once_all_get_the_key_whoever_else_stays_silent() {
    let home = Unlocked::new();
    let silent: Vec<UnixStream> = (0..10).map(|_| UnixStream::connect(home.socket()).unwrap()).collect();
    let (agent, key_id) = (home.agent(), home.identity().key_id);
    let keys: Vec<bool> = std::thread::scope(|scope| {
        let clients: Vec<_> =
            (0..100).map(|_| scope.spawn(|| agent.key(key_id, Purpose::Work).is_some())).collect();
        clients.into_iter().map(|client| client.join().unwrap()).collect()
    });
    assert_eq!(keys, [true; 100]);
    drop(silent);
}

#[test]
fn a_rekey_elsewhere_ends_it() {
    let home = Unlocked::new();
    let process = home.process();
    let credentials = |text: &[u8]| Credentials::new(SecretBytes::copy_of(text), None).unwrap();
    let present = credentials(PASSWORD.as_bytes());
    let cheap = KdfCost::new(8, 1, 1).unwrap();
    home.0.unlock(SystemClock).rekey(&present, &present, cheap, &mut |_| {}).unwrap();
    home.etui(&["get", "db"]).failed(5);
    wait_until("the end of the agent", || is_gone(process));
    assert_eq!(home.0.etui(&["get", "db"]).succeeded().text(), "two");
}

#[test]
fn a_change_of_the_locks_takes_the_password_and_ends_it() {
    for command in ["passwd", "rekey"] {
        let home = Unlocked::new();
        let process = home.process();
        fs::write(home.0.path().join("new"), "another password").unwrap();
        let change = [command, "--new-password-file", "new", "--kdf-memory", "19", "--kdf-passes", "2"];
        home.etui(&change).failed(5);
        assert!(!is_gone(process), "nothing was changed without the present password");
        home.0.etui(&change).succeeded();
        wait_until("the end of the agent", || is_gone(process));
        home.etui(&["get", "db"]).failed(5);
    }
}

#[test]
fn a_change_of_the_password_alone_elsewhere_leaves_it() {
    let home = Unlocked::new();
    let credentials = |text: &[u8]| Credentials::new(SecretBytes::copy_of(text), None).unwrap();
    let cheap = KdfCost::new(8, 1, 1).unwrap();
    let mut vault = home.0.unlock(SystemClock);
    vault.change_password(&credentials(PASSWORD.as_bytes()), &credentials(b"new"), cheap).unwrap();
    assert_eq!(home.etui(&["get", "db"]).succeeded().text(), "two");
}

#[test]
fn a_header_changed_together_with_its_hash_is_damage_when_the_agent_opens_it() {
    let home = Unlocked::new();
    let connection = Connection::open(home.0.vault()).unwrap();
    let mut header: Vec<u8> = connection.query_row("SELECT header FROM vault", [], |row| row.get(0)).unwrap();
    // The last byte belongs to the commitment: no password would open this any more.
    *header.last_mut().unwrap() ^= 1;
    let hash = etui::crypto::sha256(&header);
    connection.execute("UPDATE vault SET header = ?1, header_hash = ?2", (&header, &hash[..])).unwrap();
    drop(connection);
    home.0.etui(&["get", "db"]).failed(5);
    assert_snapshot!(home.etui(&["get", "db"]).failed(6), @r#"
        exit 6
        stderr:
        error: the vault is damaged or was tampered with: its head does not open
        hint: do not use this file: run `etui verify` to see what is wrong, and restore a backup
        "#);
}

#[test]
fn another_vault_has_another_agent() {
    let home = Unlocked::new();
    let other = Home::with_secret();
    let at = other.vault();
    let mut command = home.0.bare(&["get", "db"]);
    command.env("ETUI_VAULT", &at);
    home.0.finish(command, b"").failed(5);
    home.etui(&["get", "db"]).succeeded();
}

#[test]
fn the_agent_is_alone_with_its_key() {
    let home = Unlocked::new();
    let process = home.process().as_raw_nonzero();
    let arguments = fs::read(format!("/proc/{process}/cmdline")).unwrap();
    assert_eq!(arguments.split(|byte| *byte == 0).skip(1).collect::<Vec<_>>(), [&b"agent-process"[..], b""]);
    assert_eq!(fs::metadata(home.socket()).unwrap().mode() & 0o777, 0o600);
    assert_eq!(fs::metadata(home.socket().parent().unwrap()).unwrap().mode() & 0o777, 0o700);
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    assert_eq!(fields[3], process.to_string(), "it leads a session of its own");
    assert_eq!(fields[4], "0", "it has no terminal");
    // Readable for root and for nobody else, since the process is not dumpable.
    if let Ok(environment) = fs::read(format!("/proc/{process}/environ")) {
        assert_eq!(environment, b"");
        assert_eq!(fs::read_link(format!("/proc/{process}/cwd")).unwrap(), PathBuf::from("/"));
        for stream in 0..3 {
            let to = fs::read_link(format!("/proc/{process}/fd/{stream}")).unwrap();
            assert_eq!(to, PathBuf::from("/dev/null"));
        }
    }
}

#[test]
fn a_directory_that_others_may_enter_gets_no_agent() {
    let home = Unlocked(Home::with_secret());
    let directory = home.0.path().join("state/etui/run");
    fs::create_dir(&directory).unwrap();
    fs::set_permissions(&directory, fs::Permissions::from_mode(0o755)).unwrap();
    assert_snapshot!(home.0.etui(&["unlock"]).failed(1), @r#"
        exit 1
        stderr:
        error: the agent's directory '~/state/etui/run' is open to others
        hint: make it yours alone (`chmod 700`), or set XDG_RUNTIME_DIR
        "#);
}

#[test]
fn a_password_that_is_given_is_used_though_the_agent_runs() {
    let home = Unlocked::new();
    fs::write(home.0.path().join("password"), "wrong").unwrap();
    home.0.etui(&["get", "db"]).failed(5);
    home.etui(&["get", "db"]).succeeded();
}

#[test]
fn verbose_says_that_a_password_was_used_though_the_agent_runs() {
    let home = Unlocked::new();
    let said = "the agent has the key too; a password was given, so that is used";
    let run = home.0.etui(&["get", "db", "-v"]).succeeded();
    assert!(run.stderr.contains(said), "{run}");
    assert!(!home.etui(&["get", "db", "-v"]).stderr.contains(said));
    home.etui(&["lock"]).succeeded();
    assert!(!home.0.etui(&["get", "db", "-v"]).stderr.contains(said));
}

/// The other half of the test below: it asks, and says how much was answered.
#[test]
#[ignore = "the test below runs it as another user"]
fn a_client_that_asks_for_the_key() {
    let [socket, request] = ["SOCKET", "REQUEST"].map(|name| std::env::var_os(name).unwrap());
    let mut stream = UnixStream::connect(socket).unwrap();
    let mut answer = Vec::new();
    // Whoever is refused may find the connection closed at any step.
    let _ = stream.write_all(&fs::read(request).unwrap()).and_then(|()| stream.read_to_end(&mut answer));
    println!("answered: {} bytes", answer.len());
}

/// Only root can be somebody else for a while; elsewhere the rule alone is tested, beside `is_same_user`.
#[test]
fn another_user_is_refused_though_the_socket_lies_open() {
    const NOBODY: u32 = 65_534;
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let home = Unlocked::new();
    let folder = home.0.path();
    for path in ["", "state", "state/etui", "state/etui/run"] {
        fs::set_permissions(folder.join(path), fs::Permissions::from_mode(0o755)).unwrap();
    }
    fs::set_permissions(home.socket(), fs::Permissions::from_mode(0o777)).unwrap();
    let identity = home.identity();
    let request = [&[1, b'K'][..], &identity.vault_id, &identity.key_id].concat();
    fs::write(folder.join("request"), request).unwrap();
    // Where the tests lie others may not go.
    fs::copy(std::env::current_exe().unwrap(), folder.join("client")).unwrap();
    let client = || {
        let mut client = Command::new(folder.join("client"));
        client.args(["--exact", "agent::a_client_that_asks_for_the_key", "--ignored", "--nocapture"]);
        client.env_clear().env("SOCKET", home.socket()).env("REQUEST", folder.join("request"));
        client.current_dir(folder);
        client
    };
    // A test beside this one may just fork and hold the copy open for writing until its own exec.
    let answered = |mut client: Command| loop {
        match client.output() {
            Ok(output) => break String::from_utf8(output.stdout).unwrap(),
            Err(error) if error.kind() == std::io::ErrorKind::ExecutableFileBusy => {}
            Err(error) => panic!("{error}"),
        }
    };
    let mut other = client();
    other.uid(NOBODY).gid(NOBODY);
    let (own, other) = (answered(client()), answered(other));
    // Private again, so that `etui lock` finds the agent.
    let run = folder.join("state/etui/run");
    fs::set_permissions(run, fs::Permissions::from_mode(0o700)).unwrap();
    assert!(own.contains("answered: 33 bytes"), "{own}");
    assert!(other.contains("answered: 0 bytes"), "{other}");
}

/// As the system tells it of any process: how much of its memory is never written to a disk.
#[test]
fn the_key_lies_in_locked_memory() {
    let home = Unlocked::new();
    let status = fs::read_to_string(format!("/proc/{}/status", home.process().as_raw_nonzero())).unwrap();
    let locked = status.lines().find_map(|line| line.strip_prefix("VmLck:")).unwrap();
    let kibibytes: u64 = locked.trim().trim_end_matches("kB").trim().parse().unwrap();
    assert!(kibibytes > 0, "{status}");
}

/// Runs a shell script in which `etui` is the binary.
fn script(home: &Home, script: &str) -> Run {
    let mut command = Command::new("bash");
    command.args(["-c", script]).env_clear().current_dir(home.path());
    let of_etui = home.command(&[]);
    command.envs(of_etui.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.env("etui", env!("CARGO_BIN_EXE_etui"));
    home.finish(command, b"")
}

#[test]
fn the_agent_holds_no_lock_and_no_pipe_of_whoever_unlocked() {
    let home = Unlocked(Home::with_secret());
    script(&home.0, "exec 9> lock; flock 9; \"$etui\" unlock --for 10m").succeeded();
    script(&home.0, "flock -n lock true").succeeded();
    // The reader of the pipe sees its end while the agent runs.
    let read = script(&home.0, "(exec 7>&1; \"$etui\" unlock --for 2m > /dev/null 7>&7) | cat; echo ended");
    assert_eq!(read.succeeded().text(), "ended\n");
    home.etui(&["get", "db"]).succeeded();
}
