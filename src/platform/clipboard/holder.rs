//! The small process that keeps a copied value in the system's clipboard, clears it on time and ends.
//!
//! On X11 and Wayland a selection lives in the process that offers it and dies with it; everywhere somebody
//! has to be there when the time has come, even if the app was closed meanwhile. So every copy starts this
//! binary once more. The value comes through a pipe, never through argv or the environment.
//!
//! What is read: eight bytes, the milliseconds to keep it, big endian; then the value to the end. What is
//! answered: one byte when the clipboard is within reach, or nothing.

use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use super::{ClipboardError, HOLDER_ARGUMENT};
use crate::memory::{SecretBytes, process};
use crate::platform::wait::{self, Readiness, Waiter};

/// How long the holder may take to reach the clipboard.
const PATIENCE: u64 = 3_000;

/// The answer when the clipboard is within reach.
const REACHED: u8 = b'+';

/// Starts a holder of `value`.
pub(super) fn start(value: &SecretBytes, clear_after: Duration) -> Result<Child, ClipboardError> {
    let failed = ClipboardError::system;
    let program = std::env::current_exe().map_err(failed("finding this program"))?;
    process::keep_descriptors_from_programs();
    let mut child = Command::new(program)
        .arg(HOLDER_ARGUMENT)
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        // Not in the app's group: what ends or stops that one leaves the holder alone.
        .process_group(0)
        .spawn()
        .map_err(failed("starting the holder of the clipboard"))?;
    match hand_over(&mut child, value, clear_after) {
        Ok(()) => Ok(child),
        Err(error) => {
            let _ = child.kill();
            let _ = child.wait();
            Err(error)
        }
    }
}

fn hand_over(child: &mut Child, value: &SecretBytes, clear_after: Duration) -> Result<(), ClipboardError> {
    let milliseconds = u64::try_from(clear_after.as_millis()).unwrap_or(u64::MAX);
    let mut input = child.stdin.take().ok_or(ClipboardError::NoClipboard)?;
    let sent = input.write_all(&milliseconds.to_be_bytes()).and_then(|()| input.write_all(value.expose()));
    drop(input);
    sent.map_err(|_| ClipboardError::NoClipboard)?;
    let mut answer = child.stdout.take().ok_or(ClipboardError::NoClipboard)?;
    let waiter = Waiter::new().map_err(|_| ClipboardError::NoClipboard)?;
    let ready = waiter.wait(&[answer.as_fd()], Some(wait::now() + PATIENCE));
    let mut byte = [0];
    match ready.as_deref() {
        Ok([Readiness::Readable]) if matches!(answer.read(&mut byte), Ok(1)) && byte == [REACHED] => Ok(()),
        _ => Err(ClipboardError::NoClipboard),
    }
}

/// Ends a holder before its time, and with it what it holds. A holder that has ended already had lost the
/// clipboard to somebody else, and nothing is touched.
pub(super) fn release(mut child: Child) -> Result<(), ClipboardError> {
    if matches!(child.try_wait(), Ok(Some(_))) {
        return Ok(());
    }
    // `Child` still holds the id, so it cannot have been given to another process.
    if let Some(id) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
        let _ = kill_process(id, Signal::TERM);
    }
    child.wait().map(|_| ()).map_err(ClipboardError::system("clearing the clipboard"))
}

/// The whole life of a holder: reads the value from stdin, holds it, clears it on time.
///
/// Ends early when something else was copied. For `main` to call, with the process hardened.
///
/// # Errors
/// [`ClipboardError`]: nothing is in the clipboard then.
pub fn hold_clipboard() -> Result<(), ClipboardError> {
    let (value, clear_after) = read_request(io::stdin().lock())?;
    let deadline = wait::now().saturating_add(u64::try_from(clear_after.as_millis()).unwrap_or(u64::MAX));
    keep(value, deadline)
}

fn read_request(mut input: impl Read) -> Result<(SecretBytes, Duration), ClipboardError> {
    let failed = ClipboardError::system("reading the value");
    let mut milliseconds = [0; 8];
    input.read_exact(&mut milliseconds).map_err(failed)?;
    let mut value = SecretBytes::new();
    let mut piece = SecretBytes::zeroed(4096);
    loop {
        match input.read(piece.expose_mut()) {
            Ok(0) => break,
            Ok(read) => value.extend(&piece.expose()[..read]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(failed(error)),
        }
    }
    if value.expose_text().is_none() {
        return Err(ClipboardError::NotText);
    }
    Ok((value, Duration::from_millis(u64::from_be_bytes(milliseconds))))
}

fn answer() {
    let mut output = io::stdout().lock();
    // The app may have given up waiting; what it asked for is done all the same.
    let _ = output.write_all(&[REACHED]).and_then(|()| output.flush());
}

/// X11 and Wayland: the selection is served from another thread; whoever copies next ends it, and the end
/// of this process takes the selection away. Dropping arboard's handle instead would offer the value to a
/// clipboard manager for keeps, and a clearing write is not needed.
#[cfg(all(unix, not(target_os = "macos")))]
fn keep(value: SecretBytes, deadline: u64) -> Result<(), ClipboardError> {
    use std::os::unix::net::UnixStream;

    use arboard::SetExtLinux;

    let mut clipboard = arboard::Clipboard::new().map_err(|_| ClipboardError::NoClipboard)?;
    let (replaced, notice) = UnixStream::pair().map_err(ClipboardError::system("waiting"))?;
    answer();
    std::thread::spawn(move || {
        let text = value.expose_text().unwrap_or_default();
        let _ = clipboard.set().exclude_from_history().wait().text(text);
        // Closing the stream tells the other thread; the handle stays, see above.
        drop(notice);
        #[allow(
            clippy::disallowed_methods,
            reason = "dropping it would offer the value to a clipboard manager for keeps"
        )]
        std::mem::forget(clipboard);
    });
    let waiter = Waiter::new().map_err(ClipboardError::system("waiting"))?;
    waiter.wait(&[replaced.as_fd()], Some(deadline)).map(|_| ()).map_err(ClipboardError::system("waiting"))
}

/// macOS: the pasteboard outlives its owner, so it is looked at and cleared when the time has come, or when
/// the app asks for it by SIGTERM.
#[cfg(target_os = "macos")]
fn keep(value: SecretBytes, deadline: u64) -> Result<(), ClipboardError> {
    use arboard::SetExtApple;

    use crate::platform::signals::{Signal as Arrived, Signals};

    let failed = ClipboardError::system("waiting");
    let mut clipboard = arboard::Clipboard::new().map_err(|_| ClipboardError::NoClipboard)?;
    let mut signals = Signals::listen().map_err(failed)?;
    let waiter = Waiter::new().map_err(failed)?;
    let text = value.expose_text().unwrap_or_default();
    clipboard.set().exclude_from_history().text(text).map_err(|_| ClipboardError::NoClipboard)?;
    answer();
    while wait::now() < deadline {
        waiter.wait(&[signals.as_fd()], Some(deadline)).map_err(failed)?;
        if signals.take().contains(&Arrived::Terminate) {
            break;
        }
    }
    let now_there = clipboard.get_text().map(|text| SecretBytes::from_vec(text.into_bytes()));
    if now_there.is_ok_and(|there| there.equals(value.expose())) {
        clipboard.set().exclude_from_history().text("").map_err(|_| ClipboardError::NoClipboard)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_read_as_it_was_written() {
        let mut request = 30_000_u64.to_be_bytes().to_vec();
        request.extend(vec![b'x'; 10_000]);
        let (value, clear_after) = read_request(request.as_slice()).unwrap();
        assert_eq!(value.expose(), vec![b'x'; 10_000]);
        assert_eq!(clear_after, Duration::from_secs(30));
    }

    #[test]
    fn a_request_cut_short_or_with_other_bytes_than_text_is_refused() {
        assert!(read_request([0_u8; 7].as_slice()).is_err());
        let mut request = 1_u64.to_be_bytes().to_vec();
        request.push(0xff);
        assert_eq!(read_request(request.as_slice()).err(), Some(ClipboardError::NotText));
    }
}
