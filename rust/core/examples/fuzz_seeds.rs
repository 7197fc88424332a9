//! Writes the seeds of each fuzz target into `fuzz/corpus/TARGET/`.

use std::fs;
use std::io;
use std::path::Path;

#[path = "../fuzz/seeds.rs"]
mod seeds;

fn main() -> io::Result<()> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    for (number, seed) in seeds::seeds().iter().enumerate() {
        let folder = corpus.join(seed.entry);
        fs::create_dir_all(&folder)?;
        fs::write(folder.join(format!("golden-{number:03}")), &seed.octets)?;
    }
    Ok(())
}
