//! The locked, not-dumped pages in which keys live.
#![allow(unsafe_code, reason = "mapping and locking pages has no safe interface")]

use std::fmt;
use std::ptr::NonNull;
use std::sync::{Arc, Mutex, PoisonError};

use rustix::mm::{MapFlags, ProtFlags, mlock, mmap_anonymous, munmap};
use zeroize::Zeroize;

const KEY_LENGTH: usize = 32;
const SLOTS: usize = 64;
const ARENA_LENGTH: usize = KEY_LENGTH * SLOTS;

/// A few pages, locked into memory and left out of core dumps where the system allows, that hand out
/// 32-byte slots. At most 64 keys live in one arena; a vault needs seven.
pub struct KeyArena {
    base: NonNull<u8>,
    taken: Mutex<u64>,
    locked: bool,
}

// SAFETY: the arena owns its mapping, which is not tied to a thread. `taken` is behind a mutex, and the
// bytes of a slot are reached only through the one `Key32` that owns it, by `&self` for reading.
unsafe impl Send for KeyArena {}
// SAFETY: as above; no byte of a slot changes while a shared reference to its `Key32` exists.
unsafe impl Sync for KeyArena {}

impl KeyArena {
    /// Maps an arena.
    ///
    /// # Errors
    /// If the system has no memory to map. Failing to *lock* it is tolerated (see [`is_locked`](Self::is_locked)).
    pub fn new() -> std::io::Result<Arc<Self>> {
        // SAFETY: a fresh anonymous private mapping at an address of the kernel's choice aliases nothing.
        let mapping = unsafe {
            mmap_anonymous(
                std::ptr::null_mut(),
                ARENA_LENGTH,
                ProtFlags::READ | ProtFlags::WRITE,
                MapFlags::PRIVATE,
            )
        }?;
        let base = NonNull::new(mapping.cast::<u8>()).ok_or(std::io::ErrorKind::OutOfMemory)?;
        // SAFETY: the range is exactly the mapping made above; locking does not change its contents.
        let locked = unsafe { mlock(mapping, ARENA_LENGTH) }.is_ok();
        exclude_from_dumps(mapping);
        Ok(Arc::new(Self { base, taken: Mutex::new(0), locked }))
    }

    /// Whether the pages are locked; they are not where `RLIMIT_MEMLOCK` is exhausted.
    pub fn is_locked(&self) -> bool {
        self.locked
    }

    /// Takes a slot and fills it in place, so that the key is never anywhere else.
    ///
    /// # Errors
    /// Whatever `fill` answers; the slot is then wiped and free again.
    ///
    /// # Panics
    /// If 64 keys of one arena are in use at once; no caller has as many.
    pub fn try_make<E>(
        self: &Arc<Self>,
        fill: impl FnOnce(&mut [u8; KEY_LENGTH]) -> Result<(), E>,
    ) -> Result<Key32, E> {
        let mut key = Key32 { slot: self.take_slot(), arena: Arc::clone(self) };
        fill(key.bytes_mut())?;
        Ok(key)
    }

    /// As [`try_make`](Self::try_make), for a filling that cannot fail.
    pub fn make(self: &Arc<Self>, fill: impl FnOnce(&mut [u8; KEY_LENGTH])) -> Key32 {
        let mut key = Key32 { slot: self.take_slot(), arena: Arc::clone(self) };
        fill(key.bytes_mut());
        key
    }

    fn take_slot(&self) -> usize {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let slot = taken.trailing_ones() as usize;
        assert!(slot < SLOTS, "a key arena holds {SLOTS} keys");
        *taken |= 1 << slot;
        slot
    }

    fn free_slot(&self, slot: usize) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        *taken &= !(1 << slot);
    }

    fn slot_pointer(&self, slot: usize) -> *mut [u8; KEY_LENGTH] {
        debug_assert!(slot < SLOTS);
        // SAFETY: slot < SLOTS, so the result stays inside the mapping.
        unsafe { self.base.as_ptr().add(slot * KEY_LENGTH) }.cast()
    }
}

impl Drop for KeyArena {
    fn drop(&mut self) {
        // SAFETY: every `Key32` holds an `Arc` of the arena, so no slot is in use any more; the range is
        // the mapping made in `new`. Unmapping also unlocks it.
        unsafe {
            std::slice::from_raw_parts_mut(self.base.as_ptr(), ARENA_LENGTH).zeroize();
            let _ = munmap(self.base.as_ptr().cast(), ARENA_LENGTH);
        }
    }
}

#[cfg(target_os = "linux")]
fn exclude_from_dumps(mapping: *mut std::ffi::c_void) {
    // SAFETY: the range is a mapping of ours; the advice changes dumping and forking only.
    unsafe {
        let _ = rustix::mm::madvise(mapping, ARENA_LENGTH, rustix::mm::Advice::LinuxDontDump);
        let _ = rustix::mm::madvise(mapping, ARENA_LENGTH, rustix::mm::Advice::LinuxDontFork);
    }
}

#[cfg(not(target_os = "linux"))]
fn exclude_from_dumps(_mapping: *mut std::ffi::c_void) {}

/// A 32-byte key in a locked page, wiped on drop. No `Clone`, no `Debug` of its bytes.
pub struct Key32 {
    arena: Arc<KeyArena>,
    slot: usize,
}

impl Key32 {
    /// Lends the key.
    pub fn expose(&self) -> &[u8; KEY_LENGTH] {
        // SAFETY: the slot is inside the mapping, initialised (the kernel's zero pages at least), and
        // written only through `&mut self` of the one `Key32` that owns it.
        unsafe { &*self.arena.slot_pointer(self.slot) }
    }

    /// The arena it lives in, for deriving further keys beside it.
    pub fn arena(&self) -> &Arc<KeyArena> {
        &self.arena
    }

    fn bytes_mut(&mut self) -> &mut [u8; KEY_LENGTH] {
        // SAFETY: as in `expose`; `&mut self` of the owning `Key32` makes the access exclusive.
        unsafe { &mut *self.arena.slot_pointer(self.slot) }
    }
}

impl Drop for Key32 {
    fn drop(&mut self) {
        self.bytes_mut().zeroize();
        self.arena.free_slot(self.slot);
    }
}

impl fmt::Debug for Key32 {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dropped_key_leaves_zeros_and_a_free_slot() {
        let arena = KeyArena::new().expect("mapping a page");
        let first = arena.make(|bytes| bytes.fill(7));
        let slot = first.slot;
        assert_eq!(first.expose(), &[7; 32]);
        drop(first);
        let again = arena.make(|bytes| assert_eq!(bytes, &[0; 32]));
        assert_eq!(again.slot, slot);
    }

    #[test]
    fn keys_outlive_the_handle_of_their_arena() {
        let arena = KeyArena::new().expect("mapping a page");
        let keys: Vec<Key32> = (0..SLOTS as u8).map(|n| arena.make(|bytes| bytes.fill(n))).collect();
        drop(arena);
        for (n, key) in keys.iter().enumerate() {
            assert_eq!(key.expose(), &[n as u8; 32]);
        }
    }

    #[test]
    fn a_failed_filling_gives_the_slot_back() {
        let arena = KeyArena::new().expect("mapping a page");
        let failed = arena.try_make(|bytes| {
            bytes.fill(9);
            Err(())
        });
        assert!(failed.is_err());
        assert_eq!(*arena.taken.lock().unwrap(), 0);
    }
}
