//! What a script is given of the world outside: the virtual clock, answers, a sandbox.

use std::collections::{BTreeSet, VecDeque};
use std::io::Write as _;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::{SignedDuration, Timestamp};
use modules::Stage;
use powershell::error::Position;
use powershell::host::{FileEntry, FileError, Host, Stream};
use store::Entropy;

use super::sandbox::Sandbox;

/// What the seeds of scripts begin with.
const CHANCE: u64 = 0x5053_3148;

/// Where answers come from.
#[derive(Debug, Clone)]
pub(crate) enum Answers {
    /// A list, one after the other.
    Listed(VecDeque<String>),
    /// A person at the terminal.
    Terminal,
}

/// The world outside of a script that is rehearsed.
pub(crate) struct ScriptHost {
    stage: Stage,
    pub(crate) sandbox: Sandbox,
    answers: Answers,
    /// Whether a question for confirmation is answered with yes where nobody is there to answer.
    assume_yes: bool,
    chance: Entropy,
    interrupted: Arc<AtomicBool>,
    /// The lines that were reached, by file.
    pub(crate) reached: BTreeSet<(Rc<str>, u32)>,
    line: u32,
    /// Whether anything is shown.
    quiet: bool,
    /// Whether the last thing that was shown ended its line.
    at_line_start: bool,
}

impl ScriptHost {
    /// The world outside of one run.
    pub(crate) fn new(
        stage: Stage,
        sandbox: Sandbox,
        answers: Answers,
        interrupted: Arc<AtomicBool>,
    ) -> Self {
        Self {
            stage,
            sandbox,
            answers,
            assume_yes: true,
            chance: Entropy::new(CHANCE),
            interrupted,
            reached: BTreeSet::new(),
            line: 0,
            quiet: false,
            at_line_start: true,
        }
    }

    /// Asks also what can be assumed.
    pub(crate) const fn asking_everything(mut self) -> Self {
        self.assume_yes = false;
        self
    }

    /// Shows nothing.
    pub(crate) const fn quiet(mut self) -> Self {
        self.quiet = true;
        self
    }

    fn show(&mut self, text: &str) {
        if self.quiet || text.is_empty() {
            return;
        }
        self.at_line_start = text.ends_with('\n');
        let mut out = anstream::stdout().lock();
        // A reader that has gone away is no reason to stop.
        let _ = out.write_all(text.as_bytes());
        let _ = out.flush();
    }
}

/// The escape sequence of a colour of `Write-Host`.
fn paint(text: &str, colour: &str) -> String {
    let code = match colour.to_lowercase().as_str() {
        "black" => 30,
        "darkred" => 31,
        "darkgreen" => 32,
        "darkyellow" => 33,
        "darkblue" => 34,
        "darkmagenta" => 35,
        "darkcyan" => 36,
        "gray" => 37,
        "darkgray" => 90,
        "red" => 91,
        "green" => 92,
        "yellow" => 93,
        "blue" => 94,
        "magenta" => 95,
        "cyan" => 96,
        "white" => 97,
        _ => return text.to_owned(),
    };
    let (body, end) = match text.strip_suffix('\n') {
        Some(body) => (body, "\n"),
        None => (text, ""),
    };
    format!("\u{1b}[{code}m{body}\u{1b}[0m{end}")
}

impl Host for ScriptHost {
    fn write(&mut self, stream: Stream, text: &str, colour: Option<&str>) {
        let colour = colour.or(match stream {
            Stream::Error => Some("Red"),
            Stream::Warning | Stream::Verbose | Stream::Debug => Some("Yellow"),
            Stream::Progress => Some("Cyan"),
            Stream::Output | Stream::Information => None,
        });
        let painted = colour.map_or_else(|| text.to_owned(), |colour| paint(text, colour));
        self.show(&painted);
    }

    fn ask(&mut self, prompt: &str, secret: bool) -> Option<String> {
        self.show(prompt);
        let confirms = prompt.contains("[Y] Yes");
        let answer = match &mut self.answers {
            Answers::Listed(list) => match list.pop_front() {
                Some(answer) => Some(answer),
                None if confirms && self.assume_yes => Some("Y".to_owned()),
                None => None,
            },
            Answers::Terminal => {
                let mut line = String::new();
                match std::io::stdin().read_line(&mut line) {
                    Ok(0) | Err(_) => None,
                    Ok(_) => Some(line.trim_end_matches(['\r', '\n']).to_owned()),
                }
            }
        };
        if matches!(self.answers, Answers::Listed(_)) {
            let shown = match &answer {
                Some(_) if secret => "********",
                Some(answer) => answer,
                None => "",
            };
            let shown = format!("{shown}\n");
            self.show(&shown);
        }
        answer
    }

    fn now(&self) -> Timestamp {
        self.stage.now()
    }

    fn sleep(&mut self, duration: SignedDuration) {
        self.stage.sleep(self.line, duration);
    }

    fn random(&mut self) -> u64 {
        self.chance.next_u64()
    }

    fn is_interrupted(&self) -> bool {
        self.interrupted.load(Ordering::Relaxed) || self.stage.with(|lab| lab.is_frozen())
    }

    fn reached(&mut self, position: &Position) {
        self.line = position.line;
        self.reached
            .insert((Rc::clone(&position.file), position.line));
    }

    fn domain(&self) -> Option<(String, String)> {
        self.stage.with(|lab| {
            let directory = lab.world().forests().first()?;
            Some((
                directory.dns_name().to_owned(),
                directory.base().to_string(),
            ))
        })
    }

    fn environment(&self, name: &str) -> Option<String> {
        // A machine of its own: nothing of the real one is told.
        Some(match name.to_lowercase().as_str() {
            "username" => "Administrator".to_owned(),
            "userprofile" | "homepath" => "C:\\Users\\Administrator".to_owned(),
            "temp" | "tmp" => "C:\\Temp".to_owned(),
            "computername" => "SYNC01".to_owned(),
            "systemroot" | "windir" => "C:\\Windows".to_owned(),
            "programfiles" => "C:\\Program Files".to_owned(),
            "homedrive" | "systemdrive" => "C:".to_owned(),
            "userdomain" => self.stage.with(|lab| {
                let forest = lab.world().forests().first();
                forest.map_or_else(String::new, |it| it.netbios_name().to_owned())
            }),
            "userdnsdomain" => self.stage.with(|lab| {
                let forest = lab.world().forests().first();
                forest.map_or_else(String::new, |it| it.dns_name().to_uppercase())
            }),
            _ => return None,
        })
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        self.sandbox.read(path)
    }

    fn replace(&mut self, path: &str, bytes: &[u8]) -> Result<(), FileError> {
        self.sandbox.replace(path, bytes)
    }

    fn entry(&self, path: &str) -> Result<FileEntry, FileError> {
        self.sandbox.entry(path)
    }

    fn list(&self, path: &str) -> Result<Vec<FileEntry>, FileError> {
        self.sandbox.list(path)
    }

    fn make_folder(&mut self, path: &str) -> Result<(), FileError> {
        self.sandbox.make_folder(path)
    }

    fn remove(&mut self, path: &str) -> Result<(), FileError> {
        self.sandbox.remove(path)
    }
}
