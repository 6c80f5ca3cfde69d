//! Runs pairs of measurements and prints the ratios as a table.

use crate::{
    Error,
    chat::{Shape, Side},
    measure::{Server, median},
};

/// Pairs of runs of each shape; the machine is noisy, so the middle one counts.
const PAIRS: usize = 9;
const CALLS: u32 = 6_400;

pub fn chat() -> Result<(), Error> {
    let server = Server::start()?;
    println!("## Chat of 1 KB\n");
    println!(
        "`facade` ÷ `raw`; raw is plain reqwest and serde_json into owned structs, against the same server, in the same run.\n"
    );
    println!("| shape | what | facade | raw | ratio | goal |");
    println!("|---|---|---|---|---|---|");
    for (shape, name) in [
        (Shape::Sequential, "one after the other"),
        (Shape::Many, "64 at once"),
    ] {
        match (
            server.instructions(Side::Facade, shape)?,
            server.instructions(Side::Raw, shape)?,
        ) {
            (Some(facade), Some(raw)) => {
                line(name, "instructions per call", [facade, raw], 1.0, facade / raw)
            }
            _ => println!("| {name} | instructions per call | valgrind is not installed | | | |"),
        }
        let mut pairs = Vec::new();
        for _ in 0..PAIRS {
            let facade = server.cpu(Side::Facade, shape, CALLS)?;
            let raw = server.cpu(Side::Raw, shape, CALLS)?;
            pairs.push((facade, raw));
        }
        let middle = |pick: fn(&(f64, f64)) -> f64| median(pairs.iter().map(pick).collect());
        line(
            name,
            "CPU time per call, µs",
            [middle(|pair| pair.0), middle(|pair| pair.1)],
            1e-3,
            middle(|pair| pair.0 / pair.1),
        );
    }
    Ok(())
}

fn line(shape: &str, what: &str, [facade, raw]: [f64; 2], unit: f64, ratio: f64) {
    println!(
        "| {shape} | {what} | {:.1} | {:.1} | **{ratio:.2}** | ≤ 1.00 |",
        facade * unit,
        raw * unit
    );
}
