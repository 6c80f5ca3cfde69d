//! The one thing that matters in the EXIF data of a photo: which way is up.

/// The orientation (tag 0x0112), from 1 to 8, of EXIF data that begins with its TIFF header; `None` where there is none.
pub(super) fn orientation(tiff: &[u8]) -> Option<u8> {
    const ORIENTATION: u16 = 0x0112;
    const SHORT: u16 = 3;
    let order = match tiff.first_chunk()? {
        b"II*\0" => Order::Little,
        b"MM\0*" => Order::Big,
        _ => return None,
    };
    let first = usize::try_from(order.u32(tiff, 4)?).ok()?;
    let entries = order.u16(tiff, first)?;
    let entry = (0..usize::from(entries))
        .map_while(|number| tiff.get(first.checked_add(2 + number * 12)?..))
        .find(|entry| order.u16(entry, 0) == Some(ORIENTATION))?;
    let value = (order.u16(entry, 2)? == SHORT).then(|| order.u16(entry, 8))??;
    u8::try_from(value).ok().filter(|value| (1..=8).contains(value))
}

enum Order {
    Little,
    Big,
}

impl Order {
    fn u16(&self, bytes: &[u8], at: usize) -> Option<u16> {
        let two = *bytes.get(at..)?.first_chunk()?;
        Some(match self {
            Self::Little => u16::from_le_bytes(two),
            Self::Big => u16::from_be_bytes(two),
        })
    }

    fn u32(&self, bytes: &[u8], at: usize) -> Option<u32> {
        let four = *bytes.get(at..)?.first_chunk()?;
        Some(match self {
            Self::Little => u32::from_le_bytes(four),
            Self::Big => u32::from_be_bytes(four),
        })
    }
}
