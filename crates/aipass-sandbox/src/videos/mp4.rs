//! MP4 (ISO/IEC 14496-12 and -14): one track of PNG frames, one a second, whose object type 0x6D is registered for that.
//! No encoder is needed, and players that know the type show it.

use crate::images::Size;

/// Ticks of a second.
const SCALE: u32 = 1000;
/// Rotation and scale: none.
const UNITY: [u32; 9] = [0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000];

pub(super) fn encode(size: Size, frames: &[Vec<u8>]) -> Vec<u8> {
    let kind = [b"isom".as_slice(), &512_u32.to_be_bytes(), b"isomiso2mp41"].concat();
    let kind = atom(*b"ftyp", &kind);
    // The place of the frames depends on the length of what stands before them, which does not depend on the place.
    let header = kind.len() + movie(size, frames, 0).len() + 8;
    let offset = u32::try_from(header).unwrap_or(0);
    [
        kind,
        movie(size, frames, offset),
        atom(*b"mdat", &frames.concat()),
    ]
    .concat()
}

fn movie(size: Size, frames: &[Vec<u8>], offset: u32) -> Vec<u8> {
    let length = number(frames.len()) * SCALE;
    let header = full(
        *b"mvhd",
        0,
        &words(&[
            &[0, 0, SCALE, length, 0x1_0000, 0x0100_0000, 0, 0],
            &UNITY,
            &[0; 6],
            &[2],
        ]),
    );
    let track = [track_header(size, length), media(size, frames, offset, length)].concat();
    atom(*b"moov", &[header, atom(*b"trak", &track)].concat())
}

fn track_header(size: Size, length: u32) -> Vec<u8> {
    let sides = [size.width << 16, size.height << 16];
    // Enabled, in the movie, in the preview.
    full(
        *b"tkhd",
        7,
        &words(&[&[0, 0, 1, 0, length], &[0; 4], &UNITY, &sides]),
    )
}

fn media(size: Size, frames: &[Vec<u8>], offset: u32, length: u32) -> Vec<u8> {
    // The language is "und", five bits a letter.
    let header = full(*b"mdhd", 0, &words(&[&[0, 0, SCALE, length, 0x55C4_0000]]));
    let handler = full(
        *b"hdlr",
        0,
        &[&[0; 4], b"vide".as_slice(), &[0; 12], b"Sandbox\0"].concat(),
    );
    let link = full(*b"url ", 1, &[]); // the frames are in this file
    let links = full(*b"dref", 0, &[words(&[&[1]]), link].concat());
    let information = [
        full(*b"vmhd", 1, &[0; 8]),
        atom(*b"dinf", &links),
        table(size, frames, offset),
    ];
    let information = atom(*b"minf", &information.concat());
    atom(*b"mdia", &[header, handler, information].concat())
}

/// Where each frame is and how long it lasts.
fn table(size: Size, frames: &[Vec<u8>], offset: u32) -> Vec<u8> {
    let count = number(frames.len());
    let lengths: Vec<u32> = frames.iter().map(|frame| number(frame.len())).collect();
    let description = [words(&[&[1]]), sample_entry(size, &lengths)].concat();
    let parts = [
        full(*b"stsd", 0, &description),
        full(*b"stts", 0, &words(&[&[1, count, SCALE]])),
        full(*b"stsc", 0, &words(&[&[1, 1, count, 1]])),
        full(*b"stsz", 0, &words(&[&[0, count], &lengths])),
        full(*b"stco", 0, &words(&[&[1, offset]])),
    ];
    atom(*b"stbl", &parts.concat())
}

fn sample_entry(size: Size, lengths: &[u32]) -> Vec<u8> {
    // Sides are at most 2048.
    let side = |side: u32| u16::try_from(side).unwrap_or(0).to_be_bytes();
    let mut entry = vec![0, 0, 0, 0, 0, 0, 0, 1];
    entry.extend_from_slice(&[0; 16]);
    entry.extend_from_slice(&side(size.width));
    entry.extend_from_slice(&side(size.height));
    entry.extend_from_slice(&words(&[&[0x48_0000, 0x48_0000, 0]])); // 72 dots an inch
    entry.extend_from_slice(&[0, 1]); // one frame per sample
    entry.extend_from_slice(&[0; 32]); // no name of a compressor
    entry.extend_from_slice(&[0, 24, 0xFF, 0xFF]); // 24 bits of colour
    entry.extend_from_slice(&full(*b"esds", 0, &stream_descriptor(lengths)));
    atom(*b"mp4v", &entry)
}

/// ISO/IEC 14496-1 section 7.2.6: an elementary stream of PNG pictures.
fn stream_descriptor(lengths: &[u32]) -> Vec<u8> {
    let largest = lengths.iter().copied().max().unwrap_or(0);
    let mut decoder = vec![0x6D, 0x11]; // PNG; a visual stream
    decoder.extend_from_slice(&largest.to_be_bytes()[1..]);
    decoder.extend_from_slice(&words(&[&[largest.saturating_mul(8); 2]]));
    let decoder = descriptor(4, &decoder);
    let sync = descriptor(6, &[2]);
    descriptor(3, &[&[0, 1, 0], decoder.as_slice(), &sync].concat())
}

fn descriptor(tag: u8, body: &[u8]) -> Vec<u8> {
    // All of them are far shorter than 128 bytes.
    let length = u8::try_from(body.len()).unwrap_or(0);
    [&[tag, length], body].concat()
}

fn atom(name: [u8; 4], body: &[u8]) -> Vec<u8> {
    [&number(body.len() + 8).to_be_bytes(), name.as_slice(), body].concat()
}

/// An atom with a version, which is 0, and flags.
fn full(name: [u8; 4], flags: u32, body: &[u8]) -> Vec<u8> {
    atom(name, &[&flags.to_be_bytes(), body].concat())
}

fn words(parts: &[&[u32]]) -> Vec<u8> {
    let words = parts.iter().flat_map(|part| part.iter());
    words.flat_map(|word| word.to_be_bytes()).collect()
}

/// Twenty frames of a drawing have a few hundred kilobytes.
fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
