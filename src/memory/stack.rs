//! What calls leave on the stack when they return.

use zeroize::zeroize_bytes;

/// More than the deepest of the calls that work on plaintext needs.
const DEPTH: usize = 8 * 1024;

/// Overwrites the part of the stack that lies below the caller.
///
/// Decryption works on blocks in variables of its own, which it does not wipe: after it has returned, up to eight
/// blocks of plaintext lie there until another call happens to need the place.
#[inline(never)]
pub fn wipe_stack() {
    let mut below = [0; DEPTH];
    zeroize_bytes(&mut below);
    std::hint::black_box(&below);
}
