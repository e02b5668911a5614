//! Reads a file of judgements as the page does and prints what was found, and how long
//! it took:
//!
//! ```text
//! cargo run --release -p tilt-protocol --example import -- FILE
//! ```

use std::error::Error;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::time::Instant;
use tilt_protocol::import::{ImportOptions, Intake, RowFormat, Sample};

const CHUNK_BYTES: usize = 1 << 20;
const SAMPLE: Sample = Sample {
    limit: 5000,
    seed: 1,
};

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("usage: import FILE")?;
    let name = Path::new(&path).file_name().unwrap_or_default();
    let mut intake = Intake::new(&name.to_string_lossy(), ImportOptions::default(), SAMPLE);
    let mut file = File::open(&path)?;
    let mut chunk = vec![0; CHUNK_BYTES];
    let (start, mut bytes, mut refused_bytes) = (Instant::now(), 0, 0);
    loop {
        let read = file.read(&mut chunk)?;
        if read == 0 {
            break;
        }
        bytes += read;
        intake.push(&chunk[..read], &mut |raw| refused_bytes += raw.len());
    }
    let (report, rows) = intake.finish(&mut |raw| refused_bytes += raw.len());
    let seconds = start.elapsed().as_secs_f64();
    let labels: Result<Vec<_>, _> = rows
        .into_iter()
        .map(|row| row.into_labels(&path, 0.0))
        .collect();
    println!(
        "{:?}, {}: {} rows, {} good, {} refused ({refused_bytes} bytes), {} taken, {} labels",
        report.container,
        report
            .format
            .map_or("no good row".to_owned(), RowFormat::name),
        report.rows,
        report.good,
        report.refused,
        report.taken,
        labels?.iter().map(Vec::len).sum::<usize>(),
    );
    for error in &report.errors {
        println!("{error}");
    }
    let megabytes = bytes as f64 / 1e6;
    println!(
        "{megabytes:.1} MB in {seconds:.2} s, {:.0} MB/s",
        megabytes / seconds
    );
    Ok(())
}
