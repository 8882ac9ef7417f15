use proptest::prelude::*;

use super::*;

struct One(Vec<(&'static str, RuleValue)>);

impl Source for One {
    fn attribute(&self, name: &str) -> RuleValue {
        let found = self.0.iter().find(|(known, _)| *known == name);
        found.map_or(RuleValue::Null, |(_, value)| value.clone())
    }

    fn parameter(&self, name: &str) -> RuleValue {
        RuleValue::text(format!("<{name}>"))
    }
}

fn many(values: &[&str]) -> RuleValue {
    RuleValue::Many(values.iter().map(|it| RuleValue::text(*it)).collect())
}

fn person() -> One {
    One(vec![
        ("cn", RuleValue::text("Ann Lee")),
        ("mail", RuleValue::text(" ann@contoso.com ")),
        ("userAccountControl", RuleValue::Number(514)),
        ("proxyAddresses", many(&["smtp:a@x", "SMTP:b@x", "SIP:c@x"])),
        ("objectGUID", RuleValue::Bytes((0..16).collect())),
        (
            "dn",
            RuleValue::text(r"CN=Joe\, Jr.,OU=Atlanta,OU=US,DC=contoso,DC=com"),
        ),
    ])
}

fn value(text: &str) -> RuleValue {
    let read = Expression::read(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    read.evaluate(&person())
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn shown(text: &str) -> String {
    match value(text) {
        RuleValue::Many(values) => {
            let each: Vec<String> = values
                .iter()
                .map(|it| it.as_text().unwrap_or_default().to_string())
                .collect();
            each.join("|")
        }
        RuleValue::Null => "NULL".to_owned(),
        one => one
            .as_text()
            .map_or_else(|| format!("{one:?}"), |text| text.to_string()),
    }
}

/// What the Functions Reference itself says of each function, in its examples or in words.
const SAID: &[(&str, &str)] = &[
    ("BitAnd(&HF, &HF7)", "7"),
    ("BitOr(1, 4)", "5"),
    ("IsBitSet(&HF,4)", "True"),
    ("IsBitSet(&H8,4)", "False"),
    ("CBool([cn] = \"ann lee\")", "True"),
    ("CBool(NULL)", "False"),
    ("Contains([proxyAddresses],\"SMTP:\")", "2"),
    ("Contains([proxyAddresses],\"smtp:b\",CaseInsensitive)", "2"),
    ("Contains([proxyAddresses],\"nobody\")", "0"),
    (
        "ConvertFromBase64(\"SABlAGwAbABvACAAdwBvAHIAbABkACEA\")",
        "Hello world!",
    ),
    (
        "ConvertFromBase64(\"SGVsbG8gd29ybGQh\", UTF8)",
        "Hello world!",
    ),
    (
        "ConvertFromUTF8Hex(\"48656C6C6F20776F726C6421\")",
        "Hello world!",
    ),
    (
        "ConvertToBase64(\"Hello world!\")",
        "SABlAGwAbABvACAAdwBvAHIAbABkACEA",
    ),
    ("ConvertToBase64([objectGUID])", "AAECAwQFBgcICQoLDA0ODw=="),
    (
        "ConvertToUTF8Hex(\"Hello world!\")",
        "48656C6C6F20776F726C6421",
    ),
    ("Count([proxyAddresses])", "3"),
    ("ValueCount(\"proxyAddresses\")", "3"),
    ("DNComponent(CRef([dn]),1)", r"Joe\, Jr."),
    ("DNComponentRev(CRef([dn]),3)", "US"),
    ("DNComponentRev(CRef([dn]),1,\"DC\")", "US"),
    (
        "FormatDateTime(CDate(\"2007-12-25\"),\"yyyy-MM-dd\")",
        "2007-12-25",
    ),
    (
        "NumFromDate(CDate(\"2012-01-01 23:00:00\"))",
        "129699324000000000",
    ),
    (
        "FormatDateTime(DateFromNum(129699324000000000),\"yyyyMMddHHmmss.0Z\")",
        "20120101230000.0Z",
    ),
    ("IIF([cn]=\"Intern\",\"t-\" & [cn],[cn])", "Ann Lee"),
    ("InStr(\"repEated\",\"e\",3,vbBinaryCompare)", "7"),
    ("InStr(\"repEated\",\"e\",3,vbTextCompare)", "4"),
    ("InStrRev(\"abbcdbbbef\",\"bb\")", "7"),
    ("IsGuid(\"00001111-aaaa-2222-bbbb-3333cccc4444\")", "True"),
    ("IsString([objectGUID])", "False"),
    (
        "Mid(Item([proxyAddresses],Contains([proxyAddresses], \"SMTP:\")),6)",
        "b@x",
    ),
    ("ItemOrNull([proxyAddresses],9)", "NULL"),
    ("Join(Split(\"a,b,c\",\",\"),\"-\")", "a-b-c"),
    ("LCase(\"TeSt\")", "test"),
    ("Left(\"John Doe\", 3)", "Joh"),
    ("Left(\"John Doe\", -1)", "John Doe"),
    ("Left(NULL, 3)", ""),
    ("Len(\"John Doe\")", "8"),
    ("LTrim(\" Test \")", "Test "),
    ("Mid(\"John Doe\", 3, 5)", "hn Do"),
    ("Mid(\"John Doe\", 6, 999)", "Doe"),
    ("PadLeft(\"User\", 10, \"0\")", "000000User"),
    ("PadRight(\"User\", 10, \"0\")", "User000000"),
    ("PCase(\"TEsT of it\")", "Test Of It"),
    ("Count(RemoveDuplicates(Split(\"a,A,b\",\",\")))", "2"),
    (
        r#"Replace("One Way\r\nRedmond","\r\n",", ")"#,
        r"One Way\r\nRedmond",
    ),
    ("ReplaceChars(\"Räksmörgås\",\"å:a,ä:a,ö:o\")", "Raksmorgas"),
    ("Right(\"John Doe\", 3)", "Doe"),
    ("RTrim(\" Test \")", " Test"),
    (
        "Select($item,[proxyAddresses],Replace($item,\"@x\",\"\"))",
        "smtp:a|SMTP:b|SIP:c",
    ),
    ("Switch([cn]=\"x\",\"no\",True,\"yes\")", "yes"),
    ("Switch(False,\"no\")", "NULL"),
    ("Trim([mail])", "ann@contoso.com"),
    ("UCase(\"TeSt\")", "TEST"),
    (
        "Where($item,[proxyAddresses],InStr($item,\"SIP\")=0)",
        "smtp:a@x|SMTP:b@x",
    ),
    (
        "With($n,Count([proxyAddresses]),IIF($n>2,\"many\",\"few\"))",
        "many",
    ),
    ("Word(\"The quick brown fox\",3,\" \")", "brown"),
    (
        "Word(\"This,string!has&many separators\",3,\",!&#\")",
        "has",
    ),
    (
        "IIF(InStr([proxyAddresses],\"SIP:\")=1,NULL,[proxyAddresses])",
        "smtp:a@x|SMTP:b@x",
    ),
    (
        "Word([proxyAddresses],1,\"@\") & \"@contoso.com\"",
        "smtp:a@contoso.com|SMTP:b@contoso.com|SIP:c@contoso.com",
    ),
    ("IIF(BitAnd([userAccountControl],2)=0,True,False)", "False"),
    ("-2147483648 + 1", "-2147483647"),
    ("%Domain.FQDN%", "<Domain.FQDN>"),
    (
        "IsNullOrEmpty([absent]) && IsPresent([cn]) || Error(\"not reached\")",
        "True",
    ),
    ("IsPresent([absent]) = False", "True"),
];

#[test]
fn functions_do_what_their_reference_says() {
    for (text, expected) in SAID {
        assert_eq!(&shown(text), expected, "{text}");
    }
}

#[test]
fn special_values_are_handed_on() {
    assert_eq!(
        value("IIF(True,AuthoritativeNull,1)"),
        RuleValue::AuthoritativeNull
    );
    assert_eq!(
        value("IIF(False,1,IgnoreThisFlow)"),
        RuleValue::IgnoreThisFlow
    );
    let raised = Expression::read("Error(\"SourceAnchor attribute has changed.\")").unwrap();
    let raised = raised.evaluate(&person()).unwrap_err();
    assert_eq!(
        raised,
        Failure::Raised("SourceAnchor attribute has changed.".to_owned())
    );
    let wrong = Expression::read("Left([objectGUID],2)")
        .unwrap()
        .evaluate(&person());
    assert_eq!(
        wrong.unwrap_err().to_string(),
        "`Left` got binary data, expected text, in `Left([objectGUID],2)`"
    );
    let later = Expression::read("RandomNum(1,2)").unwrap();
    assert_eq!(later.not_evaluated(), ["RandomNum"]);
    assert_eq!(
        later.evaluate(&person()),
        Err(Failure::NotEvaluated("RandomNum"))
    );
}

#[test]
fn mistakes_are_told_with_their_place() {
    for (text, expected) in [
        (
            "",
            "at character 1: the expression ends, expected a value, an attribute or a function",
        ),
        (
            "Trim([mail]",
            "at character 12: the expression ends, expected `)`",
        ),
        (
            "Trim([mail)",
            "at character 6: expected an attribute such as `[mail]`",
        ),
        (
            "[mail] [cn]",
            "at character 8: found `[cn]`, expected an operator or the end",
        ),
        (
            "trim([mail])",
            "at character 1: there is no function `trim`: did you mean `Trim`?",
        ),
        (
            "Left([mail])",
            "at character 1: `Left` takes 2 arguments, and here are 1",
        ),
        (
            "“x”",
            "at character 1: text stands in straight quotes, `\"…\"`",
        ),
        (
            "\"ä\" & \"x",
            "at character 7: this text has no closing quote",
        ),
        (
            "true",
            "at character 1: `true` is no constant: did you mean `True`?",
        ),
        (
            "mail",
            "at character 1: `mail` is no constant: attributes are written `[mail]` and \
            text `\"mail\"`",
        ),
        (
            "1 ? 2",
            "at character 3: `?` does not belong in an expression",
        ),
        (
            "99999999999999999999",
            "at character 1: this number is too large",
        ),
    ] {
        assert_eq!(
            Expression::read(text).unwrap_err().to_string(),
            expected,
            "{text}"
        );
    }
    let least = "CNum(\"-9223372036854775808\")";
    assert_eq!(shown(&format!("Word(\"a b\",{least},\" \")")), "");
    assert_eq!(shown(&format!("Mid(\"a b\",{least},2)")), "a b");
    assert_eq!(
        shown(&format!("ItemOrNull([proxyAddresses],{least})")),
        "NULL"
    );
    assert!(Expression::read(&"(".repeat(100_000)).is_err());
    assert!(Expression::read(&"-".repeat(100_000)).is_err());
    assert!(Expression::read(&format!("1{}", "&1".repeat(100_000))).is_err());
}

#[test]
fn every_function_stands_once_in_order() {
    let names: Vec<&str> = FUNCTIONS.iter().map(|function| function.name).collect();
    let mut unique = names.clone();
    unique.sort_unstable();
    unique.dedup();
    assert_eq!(unique.len(), names.len());
    assert!(names.len() > 80, "{}", names.len());
}

fn piece() -> impl Strategy<Value = String> {
    let names = FUNCTIONS
        .iter()
        .map(|function| format!("{}(", function.name));
    let words = [
        "[cn]",
        "[proxyAddresses]",
        "[objectGUID]",
        "[dn]",
        "\"x\"",
        "\"\"",
        "1",
        "-1",
        "&HFF",
        "99999999",
        "NULL",
        "True",
        "IgnoreThisFlow",
        "$item",
        "%p%",
        "vbTextCompare",
        "(",
        ")",
        ")",
        ")",
        ",",
        ",",
        "=",
        "<>",
        "&",
        "&&",
        "||",
        "+",
        "-",
        "*",
        ">",
        " ",
        "ä",
        "\\",
        "\"",
    ];
    let all: Vec<String> = names
        .chain(words.iter().map(|it| (*it).to_owned()))
        .collect();
    proptest::sample::select(all)
}

proptest! {
    #[test]
    fn no_text_panics(text in any::<String>()) {
        if let Ok(read) = Expression::read(&text) {
            let _ = read.evaluate(&person());
        }
    }

    #[test]
    fn no_heap_of_words_panics(words in proptest::collection::vec(piece(), 0..24)) {
        if let Ok(read) = Expression::read(&words.concat()) {
            let _ = read.evaluate(&person());
            prop_assert_eq!(Expression::read(read.text()).unwrap(), read);
        }
    }

    #[test]
    fn every_function_takes_any_values(
        place in 0..FUNCTIONS.len(),
        values in proptest::collection::vec(piece(), 1..5),
    ) {
        let function = &FUNCTIONS[place];
        let count = values.len().clamp(function.least, function.most.min(8));
        let arguments: Vec<String> =
            (0..count).map(|it| values[it % values.len()].clone()).collect();
        let text = format!("{}({})", function.name, arguments.join(","));
        if let Ok(read) = Expression::read(&text) {
            let _ = read.evaluate(&person());
        }
    }
}
