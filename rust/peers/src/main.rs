//! Times the core of trustlane beside the floor under every verifier and beside mail-auth.
//!
//! Reads lines `CONTENDER FOLDER MILLISECONDS` and answers each with the nanoseconds of the fastest call, for one mail.
//! The caller takes turns among contenders, so that all of them see the same machine. A folder holds one [`case::Case`].

mod case;
mod contenders;
mod mail_auth_peer;

use std::collections::HashMap;
use std::io::{BufRead, Write};
use std::time::{Duration, Instant};

use case::Case;

fn main() -> std::io::Result<()> {
    let mut ready: HashMap<(String, String), contenders::Contender> = HashMap::new();
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let mut words = line.split('\t');
        let mut word = || words.next().unwrap_or_default().to_owned();
        let (name, folder, milliseconds) = (word(), word(), word());
        let milliseconds = milliseconds.parse().expect("a number of milliseconds");
        let contender = ready.entry((name, folder)).or_insert_with_key(|(name, folder)| {
            let case: &'static Case = Box::leak(Box::new(Case::read(folder.as_ref())));
            contenders::ready(name, case)
        });
        writeln!(out, "{:.1}", fastest_ns(contender, Duration::from_millis(milliseconds)))?;
        out.flush()?;
    }
    Ok(())
}

/// Nanoseconds of the fastest call within the time, divided among the mails of a call.
fn fastest_ns(contender: &mut contenders::Contender, time: Duration) -> f64 {
    let end = Instant::now() + time;
    let mut fastest = Duration::MAX;
    while Instant::now() < end || fastest == Duration::MAX {
        let began = Instant::now();
        (contender.call)();
        fastest = fastest.min(began.elapsed());
    }
    fastest.as_nanos() as f64 / contender.mails_a_call as f64
}
