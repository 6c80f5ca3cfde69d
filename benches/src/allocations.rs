//! How often the program asks for memory.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    sync::atomic::{AtomicU64, Ordering::Relaxed},
};

#[global_allocator]
static COUNTED: Counted = Counted;

static COUNT: AtomicU64 = AtomicU64::new(0);

/// The system's allocator, with a count.
struct Counted;

/// The allocations and the growths so far.
pub(crate) fn so_far() -> u64 {
    COUNT.load(Relaxed)
}

/// Not one step, which would cost the CPU figures more than it is worth: the client that is counted has one thread.
fn count() {
    COUNT.store(COUNT.load(Relaxed) + 1, Relaxed);
}

#[expect(unsafe_code, reason = "every call goes to the system's allocator as it is")]
// SAFETY: as of `System`.
unsafe impl GlobalAlloc for Counted {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller's promise is handed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller's promise is handed on.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: the caller's promise is handed on.
        unsafe { System.realloc(memory, layout, size) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise is handed on.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_box_counts() {
        let before = super::so_far();
        drop(std::hint::black_box(Box::new(7)));
        assert!(super::so_far() > before);
    }
}
