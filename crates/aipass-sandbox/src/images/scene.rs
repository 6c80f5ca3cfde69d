//! Drawings that follow from a text: a sky of bands with discs and blocks before it, in at most 16 colours, so that a
//! picture of any size has few bytes.

use super::encode;
use crate::digest::Dice;

/// Width and height in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Size {
    pub(crate) width: u32,
    pub(crate) height: u32,
}

impl Size {
    /// The longest side that the sandbox draws or reads.
    pub(crate) const LIMIT: u32 = 4096;

    /// `1024x1024`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (width, height) = text.split_once('x')?;
        let side = |text: &str| {
            let side = text.parse().ok()?;
            (1..=Self::LIMIT).contains(&side).then_some(side)
        };
        Some(Self {
            width: side(width)?,
            height: side(height)?,
        })
    }
}

impl std::fmt::Display for Size {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}x{}", self.width, self.height)
    }
}

pub(crate) type Rgb = [u8; 3];

/// Cells along the shorter side.
const CELLS: u32 = 96;
const BANDS: u32 = 8;
/// What is not drawn yet.
const BLANK: usize = 15;

pub(crate) struct Scene {
    size: Size,
    palette: Vec<Rgb>,
    shapes: Vec<Shape>,
}

/// Places are thousandths of the picture's sides, lengths are cells.
struct Shape {
    x: u32,
    y: u32,
    radius: u32,
    round: bool,
    colour: usize,
}

impl Scene {
    /// The drawing of a text.
    pub(crate) fn of(text: &str, size: Size) -> Self {
        let mut dice = Dice::of(text);
        let (top, bottom) = (colour(&mut dice), colour(&mut dice));
        let mut palette: Vec<Rgb> = (0..BANDS)
            .map(|band| between(top, bottom, band, BANDS - 1))
            .collect();
        palette.extend((8..BLANK).map(|_| colour(&mut dice)));
        palette.push([0x80; 3]);
        let count = 4 + dice.below(5);
        let shapes = (0..count).map(|number| Shape {
            x: dice.below(1000),
            y: dice.below(1000),
            radius: 6 + dice.below(21),
            round: dice.below(3) > 0,
            colour: 8 + usize::try_from(number).unwrap_or(0) % (BLANK - 8),
        });
        Self {
            size,
            shapes: shapes.collect(),
            palette,
        }
    }

    /// Lets the sky start in this colour.
    pub(crate) fn under(mut self, top: Rgb) -> Self {
        let bottom = self.palette[usize::try_from(BANDS).unwrap_or(0) - 1];
        for (band, colour) in (0..BANDS).zip(&mut self.palette) {
            *colour = between(top, bottom, band, BANDS - 1);
        }
        self
    }

    /// The whole drawing.
    pub(crate) fn png(&self) -> Vec<u8> {
        self.draw(1, 1, 0)
    }

    /// The drawing when only the upper `done` of `steps` parts are finished.
    pub(crate) fn stage(&self, done: u32, steps: u32) -> Vec<u8> {
        self.draw(done, steps, 0)
    }

    /// The drawing with its shapes moved by so many thousandths of the width.
    pub(crate) fn moved(&self, by: u32) -> Vec<u8> {
        self.draw(1, 1, by)
    }

    fn draw(&self, done: u32, steps: u32, by: u32) -> Vec<u8> {
        let Size { width, height } = self.size;
        let cell = (width.min(height) / CELLS).max(1);
        let (columns, rows) = (width.div_ceil(cell), height.div_ceil(cell));
        let mut packed = Vec::new();
        for row in 0..rows {
            let colours: Vec<usize> = (0..columns)
                .map(|column| {
                    if row * steps >= rows * done {
                        BLANK
                    } else {
                        self.colour_at(column, row, columns, rows, by)
                    }
                })
                .collect();
            let line = pack(&colours, width, cell);
            for _ in row * cell..((row + 1) * cell).min(height) {
                packed.extend_from_slice(&line);
            }
        }
        encode::indexed(self.size, &self.palette, &packed)
    }

    fn colour_at(&self, column: u32, row: u32, columns: u32, rows: u32, by: u32) -> usize {
        let inside = |shape: &&Shape| {
            let across = column.abs_diff((shape.x + by) % 1000 * columns / 1000);
            let down = row.abs_diff(shape.y * rows / 1000);
            if shape.round {
                across * across + down * down < shape.radius * shape.radius
            } else {
                across < shape.radius && down < shape.radius / 2
            }
        };
        match self.shapes.iter().rev().find(inside) {
            Some(shape) => shape.colour,
            None => usize::try_from(row * BANDS / rows).unwrap_or(0),
        }
    }
}

/// A row of pixels, two to a byte.
fn pack(colours: &[usize], width: u32, cell: u32) -> Vec<u8> {
    let colour = |x: u32| {
        let index = usize::try_from(x / cell).unwrap_or(0);
        // A palette has 16 colours.
        u8::try_from(colours.get(index).copied().unwrap_or(0)).unwrap_or(0)
    };
    (0..width.div_ceil(2))
        .map(|pair| (colour(2 * pair) << 4) | colour((2 * pair + 1).min(width - 1)))
        .collect()
}

fn colour(dice: &mut Dice) -> Rgb {
    [(); 3].map(|()| u8::try_from(32 + dice.below(208)).unwrap_or(0))
}

/// The colour at `step` of `steps` on the way from one to the other.
fn between(from: Rgb, to: Rgb, step: u32, steps: u32) -> Rgb {
    let mix = |(from, to): (u8, u8)| {
        let mixed = (u32::from(from) * (steps - step) + u32::from(to) * step) / steps;
        u8::try_from(mixed).unwrap_or(u8::MAX)
    };
    [
        mix((from[0], to[0])),
        mix((from[1], to[1])),
        mix((from[2], to[2])),
    ]
}

/// A colour for a text, to tint with.
pub(crate) fn tint_of(text: &str) -> Rgb {
    colour(&mut Dice::of(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_two_sides_within_the_limit() {
        assert_eq!(
            Size::parse("640x480"),
            Some(Size {
                width: 640,
                height: 480
            })
        );
        for odd in ["", "640", "0x1", "4097x1", "1x2x3", "-1x1", "ax1"] {
            assert_eq!(Size::parse(odd), None, "{odd}");
        }
    }
}
