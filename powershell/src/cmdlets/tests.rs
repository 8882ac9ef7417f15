use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use jiff::{SignedDuration, Timestamp};

use super::core;
use crate::host::{FileEntry, FileError, Host, Stream};
use crate::interpreter::{Interpreter, Limits};

#[derive(Default, Clone)]
struct Fake {
    out: Rc<RefCell<String>>,
    files: Rc<RefCell<BTreeMap<String, Vec<u8>>>>,
}

impl Host for Fake {
    fn write(&mut self, _stream: Stream, text: &str, _colour: Option<&str>) {
        self.out.borrow_mut().push_str(text);
    }
    fn ask(&mut self, _prompt: &str, _secret: bool) -> Option<String> {
        Some("answer".to_owned())
    }
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }
    fn sleep(&mut self, _duration: SignedDuration) {}
    fn random(&mut self) -> u64 {
        7
    }
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        self.files
            .borrow()
            .get(path)
            .cloned()
            .ok_or(FileError::NotFound)
    }
    fn replace(&mut self, path: &str, bytes: &[u8]) -> Result<(), FileError> {
        self.files
            .borrow_mut()
            .insert(path.to_owned(), bytes.to_vec());
        Ok(())
    }
    fn entry(&self, path: &str) -> Result<FileEntry, FileError> {
        let bytes = self.read(path)?;
        let name = path.rsplit('/').next().unwrap_or_default().to_owned();
        Ok(FileEntry {
            name,
            folder: false,
            size: bytes.len() as u64,
        })
    }
    fn list(&self, _path: &str) -> Result<Vec<FileEntry>, FileError> {
        Ok(Vec::new())
    }
    fn make_folder(&mut self, _path: &str) -> Result<(), FileError> {
        Ok(())
    }
    fn remove(&mut self, path: &str) -> Result<(), FileError> {
        self.files
            .borrow_mut()
            .remove(path)
            .map(|_| ())
            .ok_or(FileError::NotFound)
    }
}

fn run(script: &str) -> (String, Fake) {
    let host = Fake::default();
    let mut it = Interpreter::new(Box::new(host.clone()), vec![core()], Limits::default());
    it.run_script("test.ps1", script, Vec::new());
    drop(it);
    let out = host.out.borrow().clone();
    (out, host)
}

#[test]
fn scripts_show_what_powershell_shows() {
    let rows = [
        ("Write-Host a b -ForegroundColor Red", "a b\n"),
        (
            "1..3 | Where-Object { $_ -gt 1 } | ForEach-Object { $_ * 2 }",
            "4\n6\n",
        ),
        ("3,1,2 | Sort-Object -Descending", "3\n2\n1\n"),
        (
            "[pscustomobject]@{N='x';V=1} | Where-Object N -eq 'X' | Select-Object -Expand V",
            "1\n",
        ),
        ("1..9 | Select-Object -First 2 -Skip 1", "2\n3\n"),
        ("(1..4 | Measure-Object -Sum).Sum", "10\n"),
        (
            "'a','b','a' | Group-Object | ForEach-Object { \"$($_.Name)$($_.Count)\" }",
            "a2\nb1\n",
        ),
        ("Get-Date -Format yyyy-MM-dd", "1970-01-01\n"),
        (
            "[pscustomobject]@{a=1;b='x'} | ConvertTo-Json -Compress",
            "{\"a\":1,\"b\":\"x\"}\n",
        ),
        ("('{\"a\":[1,2]}' | ConvertFrom-Json).a[1]", "2\n"),
        ("Join-Path C:\\a b.txt", "C:\\a\\b.txt\n"),
        ("Split-Path C:\\a\\b.txt -Leaf", "b.txt\n"),
        ("(Read-Host 'q')", "answer\n"),
        (
            "[Convert]::ToBase64String([guid]::Empty.ToByteArray())",
            "AAAAAAAAAAAAAAAAAAAAAA==\n",
        ),
        (
            "'a,b' | ConvertFrom-Csv -Header x,y | ForEach-Object { $_.y }",
            "b\n",
        ),
        (
            "try { Import-Csv x.csv } catch { $_.Exception.Message }",
            "Could not find file 'C:\\x.csv'.\n",
        ),
    ];
    for (script, expected) in rows {
        assert_eq!(run(script).0, expected, "{script}");
    }
}

#[test]
fn csv_has_the_bytes_of_windows_powershell() {
    let script = "[pscustomobject]@{a='1';b=$null;c='x\"y'} | Export-Csv o.csv -NoTypeInformation
(Import-Csv o.csv).c";
    let (out, host) = run(script);
    let bytes = host.read("/o.csv").expect("a file");
    assert_eq!(
        String::from_utf8_lossy(&bytes),
        "\"a\",\"b\",\"c\"\r\n\"1\",,\"x\"\"y\"\r\n"
    );
    assert_eq!(out, "x\"y\n");
}
