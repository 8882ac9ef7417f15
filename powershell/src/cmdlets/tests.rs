use super::core;
use crate::host::MemoryHost;
use crate::interpreter::{Interpreter, Limits};

fn run(script: &str) -> (String, MemoryHost) {
    let host = MemoryHost::answering(&["answer"]);
    let mut it = Interpreter::new(Box::new(host.clone()), vec![core()], Limits::default());
    it.run_script("test.ps1", script, Vec::new());
    drop(it);
    (host.shown(), host)
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
        ("(Read-Host 'q')", "q: \nanswer\n"),
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
    let bytes = host.file("/o.csv").expect("a file");
    assert_eq!(
        String::from_utf8_lossy(&bytes),
        "\"a\",\"b\",\"c\"\r\n\"1\",,\"x\"\"y\"\r\n"
    );
    assert_eq!(out, "x\"y\n");
}
