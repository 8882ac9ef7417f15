//! What every story needs: its environment, and one line a step.

use std::env;
use std::fmt::Display;

/// A variable that the tests set.
pub fn told(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| panic!("{name} is not set"))
}

/// Says how a step ended; the first that fails ends the story.
pub fn step<E: Display>(name: &str, outcome: Result<(), E>) {
    match outcome {
        Ok(()) => println!("ok {name}"),
        Err(why) => {
            println!("FAILED {name}: {why}");
            std::process::exit(1);
        }
    }
}

/// An error where something is not so.
pub fn expect(holds: bool, what: impl Display) -> Result<(), Box<dyn std::error::Error>> {
    if holds {
        Ok(())
    } else {
        Err(what.to_string().into())
    }
}
