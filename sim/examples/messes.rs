//! Scratch.
fn main() {
    let args: Vec<u64> = std::env::args()
        .skip(1)
        .map(|a| a.parse().unwrap())
        .collect();
    let scope = sim::mess::Scope {
        people: args[0] as u8,
        cloud: args[1] as u8,
        oddities: args[2] as usize,
    };
    let mut all = sim::mess::all(scope);
    println!("{} messes", all.len());
    let step = args[4] as usize;
    all = all.into_iter().step_by(step).collect();
    for profile in mock_cloud::Profile::ALL {
        let t = std::time::Instant::now();
        let mut tally = sim::explore::Tally::default();
        for chunk in all.chunks(64) {
            tally.add(sim::explore::messes(chunk, profile, args[3] as u32, 50_000).unwrap());
            if tally.failures.len() > 3 {
                break;
            }
        }
        let s = t.elapsed().as_secs_f64();
        println!(
            "{profile} {} messes {} converge {} states {} trans {:.1}s {:.0}/s {:?} ends {:?}",
            tally.messes,
            tally.converge,
            tally.states,
            tally.transitions,
            s,
            tally.transitions as f64 / s,
            tally.reached,
            tally.ends
        );
        for f in tally.failures.iter().take(2) {
            println!("  FAIL {}\n  least {}", f.mess, f.least);
            if let sim::explore::Answer::Counterexample(c) = &f.exploration.answer {
                println!("   {:?}", c.violation);
                for s in &c.trace {
                    println!(
                        "     - {} [{}] {}",
                        s.text,
                        s.why.as_deref().unwrap_or(""),
                        s.note.as_deref().unwrap_or("")
                    );
                }
            }
        }
    }
}
