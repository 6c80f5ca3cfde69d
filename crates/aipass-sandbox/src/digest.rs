//! Values that look random and depend on a text alone: ids, names of files, and the choices of a drawing.

use sha2::{Digest as _, Sha256};

/// 24 hexadecimal digits that stand for a text.
pub(crate) fn hex(text: impl AsRef<[u8]>) -> String {
    Sha256::digest(text)
        .iter()
        .take(12)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Numbers that follow from a text, the same ones each time (SplitMix64, seeded by SHA-256).
#[derive(Clone)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn of(text: impl AsRef<[u8]>) -> Self {
        let digest = Sha256::digest(text);
        Self(
            digest
                .iter()
                .take(8)
                .fold(0, |state, &byte| (state << 8) | u64::from(byte)),
        )
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`, which must not be zero.
    pub(crate) fn below(&mut self, end: u32) -> u32 {
        // Both fit: the remainder is below a u32.
        u32::try_from(self.next() % u64::from(end.max(1))).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_text_throws_the_same_numbers() {
        let throws = |text: &str| {
            let mut dice = Dice::of(text);
            (0..20).map(|_| dice.below(6)).collect::<Vec<_>>()
        };
        assert_eq!(throws("a cat"), throws("a cat"));
        assert_ne!(throws("a cat"), throws("a dog"));
        assert_eq!(hex("a cat").len(), 24);
    }
}
