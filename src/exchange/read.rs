//! Reading what an import brings, for the app and the command line alike: the format is recognised by the content
//! where nobody names it.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use super::decryptor::{identities_beside, is_age_store, is_gpg_store};
use super::pass::{self, Programs};
use super::place::{Text, without_mark};
use super::source::{Reader, Source};
use super::table::Table;
use super::{ColumnMap, ExchangeError, Locks, document, foreign, json, keepass_start, onepux};
use crate::domain::reason;
use crate::memory::{SecretBytes, read_up_to};
use crate::vault::IncomingBatch;

/// No file that is read whole may be longer.
pub const LONGEST_FILE: usize = 1 << 31;
/// With this every SQLite file begins.
const SQLITE: &[u8] = b"SQLite format 3\0";

/// Where an import is read from.
pub enum Input {
    /// A file, or the folder of a password store.
    Path(PathBuf),
    /// What came through a pipe.
    Piped(SecretBytes),
}

/// What was found there.
#[derive(Debug)]
pub struct Found {
    /// Its format.
    pub source: Source,
    /// What is in it.
    pub content: Content,
}

/// What is in it.
#[derive(Debug)]
pub enum Content {
    /// Secrets.
    Secrets(IncomingBatch),
    /// Another vault: [`Vault::open_beside`](crate::vault::Vault::open_beside) opens it.
    OtherVault,
}

/// Reads an import, as the format that is named or as the only one that its content fits; where columns are named it
/// is CSV. `locks` open a file that has a password of its own. `progress` is told how many entries of how many a
/// password store has given.
///
/// # Errors
/// [`ExchangeError::Unreadable`] where it cannot be read, [`ExchangeError::NotRecognised`] and
/// [`ExchangeError::Ambiguous`] where no format is named and none, or more than one, fits; and those of the
/// readers.
pub fn read(
    input: &Input,
    named: Option<Source>,
    columns: Option<&ColumnMap>,
    locks: Option<&Locks>,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<Found, ExchangeError> {
    let csv = || Source::all().iter().find(|source| matches!(source.reader(), Reader::Columns(_))).copied();
    let source = match named.or_else(|| columns.and_then(|_| csv())) {
        Some(source) => source,
        None => match recognise(input, locks)? {
            Recognised::ByContent(found) => return Ok(found),
            Recognised::ByKind(source) => source,
        },
    };
    let content = match (source.reader(), input) {
        (Reader::PasswordStore, Input::Path(path)) => {
            Content::Secrets(pass::read(path, &Programs::with_gpg(), progress)?)
        }
        (Reader::AgeStore, Input::Path(path)) => {
            let programs = Programs::with_age(identities(path, locks)?)?;
            Content::Secrets(pass::read(path, &programs, progress)?)
        }
        (Reader::Vault, Input::Path(_)) => Content::OtherVault,
        (Reader::PasswordStore | Reader::AgeStore | Reader::Vault, Input::Piped(_)) => {
            return Err(ExchangeError::NotPiped { format: source.name() });
        }
        (_, Input::Path(path)) => {
            let batch = read_text(source, read_file(path)?.expose(), columns, locks)?;
            Content::Secrets(match source.reader() {
                Reader::Nameless(_) => named_as(path, batch),
                _ => batch,
            })
        }
        (_, Input::Piped(text)) => Content::Secrets(read_text(source, text.expose(), columns, locks)?),
    };
    Ok(Found { source, content })
}

/// The identities that are named, or that lie where passage keeps them.
fn identities(store: &Path, locks: Option<&Locks>) -> Result<SecretBytes, ExchangeError> {
    match locks.and_then(|locks| locks.key_file.as_ref()) {
        Some(named) => Ok(named.duplicate()),
        None => read_file(&identities_beside(store).ok_or(ExchangeError::NoIdentities)?),
    }
}

/// What an input was recognised by.
enum Recognised {
    /// It was read for that.
    ByContent(Found),
    /// A folder, or the first bytes of a file.
    ByKind(Source),
}

fn recognise(input: &Input, locks: Option<&Locks>) -> Result<Recognised, ExchangeError> {
    let name = match input {
        Input::Path(path) => format!("'{}'", path.display()),
        Input::Piped(_) => "stdin".to_owned(),
    };
    if let Some(source) = recognise_kind(input, &name)? {
        return Ok(Recognised::ByKind(source));
    }
    match input {
        Input::Path(path) => recognise_text(read_file(path)?.expose(), name, locks).map(|found| {
            let content = match (found.source.reader(), found.content) {
                (Reader::Nameless(_), Content::Secrets(batch)) => Content::Secrets(named_as(path, batch)),
                (_, content) => content,
            };
            Found { source: found.source, content }
        }),
        Input::Piped(text) => recognise_text(text.expose(), name, locks),
    }
    .map(Recognised::ByContent)
}

/// A password store and a vault are known before anything is read whole.
fn recognise_kind(input: &Input, name: &str) -> Result<Option<Source>, ExchangeError> {
    let of = |wanted: fn(Reader) -> bool| Source::all().iter().find(|it| wanted(it.reader())).copied();
    let vault = || of(|reader| matches!(reader, Reader::Vault));
    let path = match input {
        Input::Piped(text) => return Ok(vault().filter(|_| text.expose().starts_with(SQLITE))),
        Input::Path(path) => path,
    };
    if fs::metadata(path).map_err(|error| unreadable(path, &error))?.is_dir() {
        let store = if is_gpg_store(path) {
            of(|reader| matches!(reader, Reader::PasswordStore))
        } else {
            of(|reader| matches!(reader, Reader::AgeStore)).filter(|_| is_age_store(path))
        };
        return store.map_or_else(|| Err(not_recognised(name.to_owned())), |it| Ok(Some(it)));
    }
    Ok(vault().filter(|_| is_vault(path)))
}

/// Whether a file begins as a vault does; one that cannot be read does not.
pub fn is_vault(path: &Path) -> bool {
    let start = File::open(path).and_then(|mut head| read_up_to(&mut head, SQLITE.len() - 1));
    start.is_ok_and(|start| start.expose() == SQLITE)
}

/// Reads a text as a format, unless it is known to be something else.
fn read_text(
    source: Source,
    text: &[u8],
    columns: Option<&ColumnMap>,
    locks: Option<&Locks>,
) -> Result<IncomingBatch, ExchangeError> {
    if known_by_its_start(text) != Some(source) {
        foreign::refuse(text)?;
    }
    match source.reader() {
        Reader::File(read) | Reader::LooseFile(read) | Reader::OnlyNamed(read) | Reader::Nameless(read) => {
            read(text)
        }
        Reader::Locked(read) => read(text, locks),
        Reader::Columns(read) => read(text, columns),
        Reader::PasswordStore | Reader::AgeStore | Reader::Vault => {
            Err(ExchangeError::NotPiped { format: source.name() })
        }
    }
}

/// The format of what begins as nothing else does, or has the heading of a format: what is wrong with such a file is
/// worth saying.
fn known_by_its_start(text: &[u8]) -> Option<Source> {
    if keepass_start::is_database(text) || keepass_start::is_xml(text) {
        return Source::named("keepass");
    }
    if onepux::is_archive(text) {
        return Source::named("1password");
    }
    if json::is_own(text) {
        return Source::named("json");
    }
    Table::format_of(text).and_then(Source::named)
}

/// Calls what has no name as the file is called, without its extension.
fn named_as(path: &Path, mut batch: IncomingBatch) -> IncomingBatch {
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let names = batch.secrets.iter_mut().map(|secret| &mut secret.name);
    for name in
        names.chain(batch.losses.iter_mut().map(|loss| &mut loss.secret)).filter(|name| name.is_empty())
    {
        name.clone_from(&stem);
    }
    batch
}

/// Whether a format fits: something is in the file, and more of it can be read than cannot.
fn is_mostly_readable(batch: &IncomingBatch) -> bool {
    let unreadable = batch.secrets.iter().filter(|secret| secret.unreadable.is_some()).count();
    if batch.secrets.is_empty() { !batch.losses.is_empty() } else { batch.secrets.len() > 2 * unreadable }
}

/// A text is of the one format whose reader takes it and finds something in it.
fn recognise_text(text: &[u8], name: String, locks: Option<&Locks>) -> Result<Found, ExchangeError> {
    if let Some(source) = known_by_its_start(text) {
        return Ok(Found { source, content: Content::Secrets(read_text(source, text, None, locks)?) });
    }
    foreign::refuse(text)?;
    let mut strict = Vec::new();
    let mut loose = Vec::new();
    let mut empty = Vec::new();
    let mut closed = None;
    for source in Source::all() {
        let (batch, fitting) = match source.reader() {
            Reader::File(read) | Reader::Nameless(read) => (read(text), &mut strict),
            Reader::Locked(read) => (read(text, locks), &mut strict),
            Reader::LooseFile(read) => (read(text), &mut loose),
            Reader::OnlyNamed(_)
            | Reader::Columns(_)
            | Reader::PasswordStore
            | Reader::AgeStore
            | Reader::Vault => continue,
        };
        match batch {
            Ok(batch) if is_mostly_readable(&batch) => {
                fitting.push(Found { source: *source, content: Content::Secrets(batch) });
            }
            Ok(batch) if batch.secrets.is_empty() && !matches!(source.reader(), Reader::LooseFile(_)) => {
                empty.push(Found { source: *source, content: Content::Secrets(batch) });
            }
            // Several formats say of themselves that they are encrypted; only one can be opened.
            Err(error)
                if error.is_about_locks() && matches!(closed, None | Some(ExchangeError::Encrypted)) =>
            {
                closed = Some(error);
            }
            Ok(_) | Err(_) => {}
        }
    }
    let mut fitting = if strict.is_empty() { loose } else { strict };
    match (fitting.len(), closed) {
        (1, _) => Ok(fitting.remove(0)),
        (0, Some(error)) => Err(error),
        // An export of nothing.
        (0, None) if empty.len() == 1 => Ok(empty.remove(0)),
        (0, None) => Err(why_not_recognised(text, name)),
        _ => Err(ExchangeError::Ambiguous { name, formats: names(fitting.iter().map(|found| found.source)) }),
    }
}

/// JSON that is none is said to be that, with the place.
fn why_not_recognised(text: &[u8], name: String) -> ExchangeError {
    let is_like_json = matches!(without_mark(text).trim_ascii_start().first(), Some(b'{' | b'['));
    let fault = is_like_json.then(|| document::parse_all(&Text::of(text)).err()).flatten();
    fault.unwrap_or_else(|| match Table::is_in(text) {
        true => ExchangeError::UnknownColumns { name },
        false => not_recognised(name),
    })
}

fn not_recognised(name: String) -> ExchangeError {
    ExchangeError::NotRecognised { name, formats: names(Source::all().iter().copied()) }
}

fn names(sources: impl Iterator<Item = Source>) -> String {
    sources.map(Source::name).collect::<Vec<_>>().join(", ")
}

/// Reads a whole file.
///
/// # Errors
/// [`ExchangeError::Unreadable`] where it cannot be read, or is longer than [`LONGEST_FILE`].
pub fn read_file(path: &Path) -> Result<SecretBytes, ExchangeError> {
    let text = File::open(path).and_then(|file| read_up_to(file, LONGEST_FILE));
    let text = text.map_err(|error| unreadable(path, &error))?;
    if text.len() > LONGEST_FILE {
        return Err(failed(path, "it is longer than 2 GiB"));
    }
    Ok(text)
}

fn unreadable(path: &Path, error: &std::io::Error) -> ExchangeError {
    failed(path, &reason(error))
}

fn failed(path: &Path, reason: &str) -> ExchangeError {
    ExchangeError::Unreadable { path: path.to_owned(), reason: reason.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The format that a file or a pipe is read as, or what is said instead; both ways must agree.
    fn recognised(text: &[u8]) -> Result<&'static str, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, text).unwrap();
        let shown = format!("'{}'", path.display());
        let read = |input| read(&input, None, None, None, &mut |_, _| {}).map(|found| found.source.name());
        let of_file = read(Input::Path(path)).map_err(|error| error.to_string().replace(&shown, "it"));
        let of_pipe = read(Input::Piped(SecretBytes::copy_of(text)));
        let of_pipe = of_pipe.map_err(|error| error.to_string().replace("stdin", "it"));
        assert_eq!(of_file, of_pipe);
        of_file
    }

    const CHROME: &[u8] = b"name,url,username,password,note\nshop,https://shop.example,me,hunter2,\n";
    const AWS: &[u8] = br#"{"ARN":"arn:aws:x","Name":"db","VersionId":"1","SecretString":"x","VersionStages":["AWSCURRENT"],"CreatedDate":1}"#;

    #[test]
    fn a_text_is_known_by_what_is_in_it() {
        for (text, format) in [
            (&b"# shop\nDB_URL=postgres://db\n"[..], "dotenv"),
            (b"EMPTY=\n", "dotenv"),
            (b"A=1\nB=2\nC=3\nnot a variable\n", "dotenv"),
            (CHROME, "chrome"),
            (b"\xef\xbb\xbfname,url,username,password,note\nshop,,me,a=b,\n", "chrome"),
            (AWS, "aws"),
            (br#"{"encrypted":false,"items":[{"type":2,"name":"n","notes":"x"}]}"#, "bitwarden"),
            (b"Group,Title,Username,Password\nRoot,mail,me,pw\n", "keepassxc"),
            (b"Title,URL,Username,Password,Notes,OTPAuth\nmail,,me,pw,,\n", "1password"),
            (b"url,username,password,totp,extra,name,grouping,fav\nhttps://a,me,pw,,,mail,Work,0\n", "lastpass"),
            (b"name,url,username,password,note,cardholdername,cardnumber,folder,type\nmail,,me,pw,,,,,password\n", "nordpass"),
            (
                b"type,name,url,email,username,password,note,totp,createTime,modifyTime\nlogin,mail,,e,me,pw,,,1,1\n",
                "protonpass",
            ),
            (b"username,username2,username3,title,password,note,url,category,otpUrl\nme,,,mail,pw,,,,\n", "dashlane"),
            (b"Name,Url,MatchUrl,Login,Pwd,Note,Folder,RfFieldsV2\nmail,,,me,pw,,,,more\n", "roboform"),
            (b"\"Account\",\"Login Name\",\"Password\",\"Web Site\",\"Comments\"\n\"mail\",\"me\",\"pw\\\"\",\"\",\"\"\n", "keepass1"),
            (br#"{"request_id":"r","data":{"password":"x"},"lease_duration":1}"#, "hashicorp"),
            (
                br#"{"version":1,"header":{},"db":{"entries":[{"type":"totp","name":"n","info":{"secret":"AAAA"}}]}}"#,
                "aegis",
            ),
            (b"otpauth://totp/a?secret=JBSWY3DP\n", "otpauth"),
            (
                br#"{"encrypted":false,"vaults":{"v":{"name":"V","items":[{"data":{"metadata":{"name":"n","note":"x"},"content":{}}}]}}}"#,
                "protonpass",
            ),
            (b"mail,Username,me,*Password,pw,Website,https://a\n", "enpass"),
            (b"mail,Username,me,*Password,pw\nnote,Title,x\nshop,*Password,pw\n", "enpass"),
            (b"sep=,\r\nname,url,username,password,note\r\nshop,,me,pw,\r\n", "chrome"),
            (b"\xef\xbb\xbf\"sep=;\"\nname;url;username;password;note\nshop;;me;pw;\n", "chrome"),
            // Rows that are malformed, or none, change nothing about the heading.
            (b"name,url,username,password,note\nshop,,me,pw,,more,cells\n", "chrome"),
            (b"name,url,username,password,note\nshop,,me,\"pw,\n", "chrome"),
            (b"name,url,username,password,note\nCaf\xe9,,me,pw,\n", "chrome"),
            (b"name,url,username,password,note\n", "chrome"),
            (br#"{"encrypted":false,"folders":[],"items":[]}"#, "bitwarden"),
        ] {
            assert_eq!(recognised(text), Ok(format), "{}", String::from_utf8_lossy(text));
        }
    }

    // Guards: the heading of an unknown program has a label of Enpass too, and passwords became names of fields.
    #[test]
    fn a_table_with_unknown_columns_is_no_file_of_enpass() {
        let unknown = Err("it looks like CSV, and its columns are those of no format".to_owned());
        assert_eq!(recognised(b"Account,Password,Comment\nshop,hunter2,old\n"), unknown);
        assert_eq!(recognised(b"Account;Login;Secret\nshop;me;hunter2\n"), unknown);
        let error =
            read(&Input::Piped(SecretBytes::copy_of(b"A,B\n1,2\n")), None, None, None, &mut |_, _| {});
        assert!(error.unwrap_err().hint().contains("--map"));
    }

    // What is wrong with a file of ours is said of it, also where a newer etui wrote it.
    #[test]
    fn a_file_of_etui_s_own_format_is_known_by_its_start() {
        let newer = recognised(br#" { "Format" : "etui", "FormatVersion": 9, "Secrets": [] }"#);
        let told = "line 1, column 40: this format version is unknown; a newer etui may read it";
        assert_eq!(newer, Err(told.to_owned()));
        let odd =
            br#"{"Format":"etui","FormatVersion":1,"Secrets":[{"SecretName":"a","Versions":[],"More":1}]}"#;
        assert_eq!(recognised(odd), Ok("json"));
    }

    #[test]
    fn json_that_is_cut_off_is_said_to_be_that() {
        let cut = recognised(b"{\"encrypted\": false,\n \"items\": [{");
        assert_eq!(cut, Err("line 2, column 12: this is not JSON, or the text is cut off".to_owned()));
    }

    #[test]
    fn what_no_format_fits_is_said_to_be_unknown() {
        for text in [&b"dear diary\n"[..], b"dear diary\nnothing\nA=1\n", b"{\"a\": 1}", b"\xff"] {
            assert_eq!(recognised(text), Err("the format of it is not recognised".to_owned()));
        }
        let encrypted = recognised(br#"{"encrypted": true, "data": "x"}"#);
        assert_eq!(encrypted, Err("the file is encrypted by the program that wrote it".to_owned()));
        assert_eq!(recognised(b" \n"), Err("it is empty".to_owned()));
        let keepass = recognised(b"\x03\xd9\xa2\x9a\x67\xfb\x4b\xb5\x00");
        let expected = match cfg!(feature = "keepass") {
            true => "it is damaged or cut off",
            false => "this etui cannot read files of KeePass: it was built without the feature 'keepass'",
        };
        assert_eq!(keepass, Err(expected.to_owned()));
    }

    #[test]
    fn a_vault_and_a_password_store_are_known_by_their_kind() {
        let folder = tempfile::tempdir().unwrap();
        let read = |path: &Path| read(&Input::Path(path.to_owned()), None, None, None, &mut |_, _| {});
        assert!(read(folder.path()).unwrap_err().to_string().ends_with("is not recognised"));
        fs::write(folder.path().join(".gpg-id"), "0xAB\n").unwrap();
        let store = recognise_kind(&Input::Path(folder.path().to_owned()), "").unwrap();
        assert_eq!(store, Source::named("pass"));
        let vault = folder.path().join("copy");
        fs::write(&vault, b"SQLite format 3\0\x10\0").unwrap();
        let found = read(&vault).unwrap();
        assert_eq!(found.source.name(), "etui");
        assert!(matches!(found.content, Content::OtherVault));
        let piped = Input::Piped(SecretBytes::copy_of(b"SQLite format 3\0\x10\0"));
        let error = super::read(&piped, None, None, None, &mut |_, _| {}).unwrap_err();
        assert_eq!(error.to_string(), "'etui' cannot be read from stdin");
    }

    #[test]
    fn a_format_that_is_named_is_not_guessed() {
        let read = |name: &str| {
            let text = Input::Piped(SecretBytes::copy_of(CHROME));
            read(&text, Source::named(name), None, None, &mut |_, _| {}).map(|found| found.source.name())
        };
        assert_eq!(read("chrome"), Ok("chrome"));
        assert_eq!(read("csv"), Ok("csv"));
        assert!(matches!(read("json"), Err(ExchangeError::Malformed { .. })));
    }

    #[test]
    fn what_is_not_there_is_told_with_its_path() {
        let error = read(&Input::Path("/nowhere/file".into()), None, None, None, &mut |_, _| {}).unwrap_err();
        assert_eq!(error.to_string(), "cannot read '/nowhere/file': no such file or directory");
    }
}
