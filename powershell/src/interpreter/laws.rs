//! What holds of any script and of any value.

use proptest::prelude::*;

use super::{Interpreter, Limits};
use crate::host::MemoryHost;
use crate::value::Value;

/// Runs a script that may be anything, within limits.
fn run(text: &str) {
    let limits = Limits {
        steps: 2_000,
        memory: 1_000_000,
        depth: 24,
    };
    let host = Box::new(MemoryHost::answering(&["1", "y"]));
    let mut session = Interpreter::new(host, crate::test_modules(), limits);
    session.run_script("C:\\x.ps1", text, Vec::new());
}

/// What a script writes, of these variables.
fn written(script: &str, variables: &[(&str, Value)]) -> Vec<Value> {
    let host = Box::new(MemoryHost::default());
    let mut session = Interpreter::new(host, crate::test_modules(), Limits::default());
    for (name, value) in variables {
        session.set_variable(name, value.clone());
    }
    session.evaluate(script).expect("a script without errors")
}

fn texts(values: &[Value]) -> Vec<String> {
    values.iter().map(crate::convert::to_text).collect()
}

/// Values, and what is done with them.
const VALUES: [&str; 36] = [
    "$null",
    "$x",
    "1",
    "0",
    "-1",
    "2147483647",
    "1.5",
    "79228162514264337593543950335d",
    "[xml]'<a b=\"1\"><c/></a>'",
    "1e400",
    "'a'",
    "''",
    "'äöü€😀'",
    "\"$x b\"",
    "@()",
    "@(1,2,3)",
    "@{}",
    "@{a=1;b='x'}",
    "$true",
    "[guid]::Empty",
    "[datetime]'2024-02-29'",
    "(Get-Date)",
    "[byte[]](1,2)",
    "{ $_ }",
    "[int]",
    "(1..5)",
    "[char]65",
    "[pscustomobject]@{a=1;b=$null}",
    "(New-TimeSpan -Days 9)",
    "[long]::MaxValue",
    "[double]::NaN",
    "$Error",
    "[uri]'http://a/b'",
    "[version]'1.2'",
    "(ConvertTo-SecureString a -AsPlainText -Force)",
    "[System.Collections.ArrayList]@(1)",
];

const BINARY: [&str; 30] = [
    "+",
    "-",
    "*",
    "/",
    "%",
    "-eq",
    "-ne",
    "-lt",
    "-like",
    "-match",
    "-replace",
    "-split",
    "-join",
    "-f",
    "-in",
    "-contains",
    "-is",
    "-as",
    "-and",
    "-xor",
    "-band",
    "-shl",
    "..",
    ",",
    "-ceq",
    "-cmatch",
    "-notin",
    "-isnot",
    "-imatch",
    "-csplit",
];

const AFTER: [&str; 52] = [
    "",
    "[0]",
    "[-1]",
    "['a']",
    "[0..9]",
    ".Length",
    ".Count",
    ".ToString()",
    ".ToString('x')",
    ".ToString('N2')",
    ".Substring(1)",
    ".Substring(3,99)",
    ".Split(',')",
    ".Replace('a','b')",
    ".PadLeft(5)",
    ".AddDays(1e9)",
    ".AddDays(-3)",
    ".ToByteArray()",
    ".a",
    ".Nothing",
    ".Trim()",
    ".IndexOf('')",
    ".Remove(9)",
    ".Insert(1,'x')",
    ".Add(1)",
    ".Contains(1)",
    " | ForEach-Object { $_ }",
    " | Where-Object { $_ -gt 1 }",
    " | Select-Object -First 1",
    " | Select-Object a, @{n='q';e={$_}}",
    " | Sort-Object",
    " | Group-Object",
    " | Measure-Object -Sum",
    " | ConvertTo-Json",
    " | ConvertTo-Json | ConvertFrom-Json",
    " | ConvertTo-Csv",
    " | Format-Table",
    " | Format-List *",
    " | Out-String",
    " | Get-Member",
    " | Sort-Object a -Descending -Unique",
    " | Format-Table a -AutoSize",
    " | Select-Object -ExpandProperty a",
    " | Out-File C:\\o.txt",
    " | Tee-Object -Variable t",
    " | Export-Csv C:\\o.csv",
    " | Compare-Object 1",
    " | Format-Wide",
    " | Measure-Object -Property a -Average",
    " | Select-Object -Last 2 -Skip 1",
    " | ForEach-Object a",
    " | Add-Member -NotePropertyName z -NotePropertyValue 1 -PassThru",
];

const CASTS: [&str; 16] = [
    "",
    "[int]",
    "[string]",
    "[guid]",
    "[datetime]",
    "[byte[]]",
    "[string[]]",
    "[bool]",
    "[double]",
    "[char]",
    "[hashtable]",
    "[timespan]",
    "[array]",
    "[regex]",
    "[long]",
    "[uri]",
];

/// An expression: values under casts, operators between them, something done with it.
fn expression() -> impl Strategy<Value = String> {
    let one = || {
        let value = prop::sample::select(VALUES.to_vec());
        let cast = prop::sample::select(CASTS.to_vec());
        let after = prop::sample::select(AFTER.to_vec());
        (cast, value, after).prop_map(|(cast, value, after)| format!("({cast}{value}{after})"))
    };
    let operator = prop::sample::select(BINARY.to_vec());
    let after = prop::sample::select(AFTER.to_vec());
    (one(), operator, one(), after)
        .prop_map(|(left, operator, right, after)| format!("({left} {operator} {right}){after}"))
}

const FRAMES: [&str; 12] = [
    "@",
    "$x = @",
    "if (@) { 1 } else { @ }",
    "foreach ($x in @) { @ }",
    "try { @ } catch { $_ }",
    "switch (@) { 1 { 'one' } default { @ } }",
    "function f($a) { @ } f (@)",
    "@; @",
    "$x = @; $x.a = @",
    "while (@) { @; break }",
    "\"$(@)\"",
    "& { param($x) @ } (@)",
];

fn script() -> impl Strategy<Value = String> {
    let frame = prop::sample::select(FRAMES.to_vec());
    (frame, prop::collection::vec(expression(), 2)).prop_map(|(frame, parts)| {
        let mut parts = parts.into_iter().cycle();
        let mut script = String::new();
        for (index, piece) in frame.split('@').enumerate() {
            if index > 0 {
                script.push_str(&parts.next().unwrap_or_default());
            }
            script.push_str(piece);
        }
        script
    })
}

proptest! {
    #[test]
    fn any_script_ends(text in script()) {
        run(&text);
    }

    #[test]
    fn a_text_comes_back_from_csv(rows in prop::collection::vec("[^\u{0}\r]{1,12}", 1..6)) {
        let list = Value::texts(rows.iter().map(String::as_str));
        let script = "$rows | ForEach-Object { [pscustomobject]@{ 'A, b' = $_; C = 'x' } } |
            ConvertTo-Csv -NoTypeInformation | ConvertFrom-Csv | ForEach-Object 'A, b'";
        // A line break ends a line of what ConvertTo-Csv writes: such a text goes through a file.
        let script = if rows.iter().any(|it| it.contains('\n')) {
            "$rows | ForEach-Object { [pscustomobject]@{ 'A, b' = $_; C = 'x' } } |
                Export-Csv C:\\o.csv -NoTypeInformation -Encoding UTF8
            Import-Csv C:\\o.csv | ForEach-Object 'A, b'"
        } else {
            script
        };
        prop_assert_eq!(texts(&written(script, &[("rows", list)])), rows);
    }

    #[test]
    fn values_come_back_from_json(
        text in "\\PC{0,12}",
        number in any::<i32>(),
        flag in any::<bool>(),
        list in prop::collection::vec(any::<i32>(), 2..5),
    ) {
        let numbers = Value::array(list.iter().copied().map(Value::Int));
        let variables = [
            ("t", Value::text(&text)),
            ("n", Value::Int(number)),
            ("f", Value::Bool(flag)),
            ("l", numbers),
        ];
        let script = "$o = @{ t = $t; n = $n; f = $f; l = $l; e = $null } | ConvertTo-Json |
            ConvertFrom-Json
            $o.t -ceq $t; $o.n -eq $n; $o.f -eq $f; $o.l -join ','; $null -eq $o.e";
        let joined: Vec<String> = list.iter().map(ToString::to_string).collect();
        let joined = joined.join(",");
        let expected = ["True", "True", "True", &joined, "True"].map(str::to_owned);
        prop_assert_eq!(texts(&written(script, &variables)), expected);
    }

    #[test]
    fn what_is_converted_to_text_is_converted_back(
        bits in any::<u128>(),
        number in any::<i64>(),
        bytes in prop::collection::vec(any::<u8>(), 1..40),
        seconds in 0_i64..4_000_000_000,
    ) {
        let guid = uuid::Uuid::from_u128(bits);
        let bytes = Value::array(bytes.into_iter().map(|it| Value::Int(it.into())));
        let variables = [
            ("g", Value::Guid(guid)),
            ("n", Value::Long(number)),
            ("b", bytes),
            ("s", Value::Long(seconds)),
        ];
        let script = "[guid]\"$g\" -eq $g
            [guid][byte[]]$g.ToByteArray() -eq $g
            [guid]::Parse($g.ToString('B')) -eq $g
            [long]\"$n\" -eq $n
            [decimal]\"$n\" -eq $n
            $b -join ',' -ceq ([Convert]::FromBase64String([Convert]::ToBase64String($b)) -join ',')
            $d = ([datetime]'1970-01-01').AddSeconds($s)
            $f = 'yyyy-MM-dd HH:mm:ss'
            [datetime]::ParseExact($d.ToString($f), $f, $null) -eq $d
            [datetime]$d.ToString('o') -eq $d
            [datetime]::FromFileTimeUtc($d.ToFileTimeUtc()).ToFileTimeUtc() -eq $d.ToFileTimeUtc()";
        prop_assert_eq!(texts(&written(script, &variables)), vec!["True"; 9]);
    }
}
