//! `XPath`: the part of it that scripts write.

use std::rc::Rc;

use super::{Kind, Node, attribute, local, text};

/// The most steps that one path may take through a document.
const STEPS_MAX: usize = 4_000_000;

/// The nodes that a path leads to from a node, in the order of the document; `None` where it is
/// no path, or none of those that are known here.
pub(crate) fn select(from: &Node, path: &str) -> Option<Vec<Node>> {
    let mut all: Vec<Node> = Vec::new();
    let mut budget = STEPS_MAX;
    for part in split(path, '|') {
        for node in walk(from, part.trim(), &mut budget)? {
            if !all.iter().any(|it| Rc::ptr_eq(it, &node)) {
                all.push(node);
            }
        }
    }
    Some(all)
}

/// The parts of a text between separators that stand in no brackets and no quotes.
fn split(text: &str, separator: char) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut depth, mut quote, mut start) = (0_i32, None, 0);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (None, '[' | '(') => depth += 1,
            (None, ']' | ')') => depth -= 1,
            (None, c) if c == separator && depth == 0 => {
                parts.push(&text[start..at]);
                start = at + c.len_utf8();
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

fn root(node: &Node) -> Node {
    let mut at = Rc::clone(node);
    loop {
        let above = at.borrow().parent.upgrade();
        match above {
            Some(above) => at = above,
            None => return at,
        }
    }
}

fn walk(from: &Node, path: &str, budget: &mut usize) -> Option<Vec<Node>> {
    let (mut at, rest) = match path.strip_prefix('/') {
        Some(rest) => (vec![root(from)], rest),
        None => (vec![Rc::clone(from)], path),
    };
    if path == "/" {
        return Some(at);
    }
    let mut deep = false;
    // `//a` begins with a step that is empty.
    for step in split(rest, '/') {
        if step.is_empty() {
            deep = true;
            continue;
        }
        let mut next = Vec::new();
        for node in &at {
            let starts = if deep {
                with_descendants(node, budget)?
            } else {
                vec![Rc::clone(node)]
            };
            for start in starts {
                next.extend(self::step(&start, step.trim(), budget)?);
            }
        }
        at = next;
        deep = false;
    }
    (!deep).then_some(at)
}

fn with_descendants(node: &Node, budget: &mut usize) -> Option<Vec<Node>> {
    let mut all = Vec::new();
    let mut waiting = vec![Rc::clone(node)];
    while let Some(node) = waiting.pop() {
        *budget = budget.checked_sub(1)?;
        waiting.extend(node.borrow().children.iter().rev().cloned());
        all.push(node);
    }
    Some(all)
}

fn step(from: &Node, step: &str, budget: &mut usize) -> Option<Vec<Node>> {
    let open = step.find('[').unwrap_or(step.len());
    let (test, mut conditions) = step.split_at(open);
    let test = test.trim();
    *budget = budget.checked_sub(1)?;
    let data = from.borrow();
    let mut found: Vec<Node> = match test {
        "." | "self::node()" => vec![Rc::clone(from)],
        ".." | "parent::*" | "parent::node()" => data.parent.upgrade().into_iter().collect(),
        "text()" => {
            let is_text = |it: &&Node| matches!(it.borrow().kind, Kind::Text | Kind::CData);
            data.children.iter().filter(is_text).cloned().collect()
        }
        "node()" => data.children.clone(),
        "comment()" => {
            let is_comment = |it: &&Node| it.borrow().kind == Kind::Comment;
            data.children.iter().filter(is_comment).cloned().collect()
        }
        test => {
            let wanted = test
                .strip_prefix('@')
                .or_else(|| test.strip_prefix("attribute::"));
            let (all, name) = match wanted {
                Some(name) => (&data.attributes, name),
                None => (&data.children, test.strip_prefix("child::").unwrap_or(test)),
            };
            if !name
                .chars()
                .all(|c| c.is_alphanumeric() || "_-.:*".contains(c))
            {
                return None;
            }
            all.iter()
                .filter(|it| is_named(it, name))
                .cloned()
                .collect()
        }
    };
    drop(data);
    while !conditions.is_empty() {
        let inner = conditions.strip_prefix('[')?;
        let end = closing(inner)?;
        found = filtered(&found, inner[..end].trim(), budget)?;
        conditions = inner[end + 1..].trim_start();
    }
    Some(found)
}

/// Whether a node has a name: `*`, `a`, or `p:a`, whose prefix stands for some namespace.
fn is_named(node: &Node, name: &str) -> bool {
    let data = node.borrow();
    if !matches!(data.kind, Kind::Element | Kind::Attribute) {
        return false;
    }
    match name.split_once(':') {
        _ if name == "*" => true,
        Some((_, "*")) => true,
        Some((_, wanted)) => local(&data.name) == wanted,
        // A name without a prefix is one of no namespace.
        None => data.name == name && data.namespace.is_empty(),
    }
}

/// Where the bracket that is open closes.
fn closing(text: &str) -> Option<usize> {
    let (mut depth, mut quote) = (0_i32, None);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (None, '[') => depth += 1,
            (None, ']') if depth == 0 => return Some(at),
            (None, ']') => depth -= 1,
            _ => {}
        }
    }
    None
}

fn filtered(nodes: &[Node], condition: &str, budget: &mut usize) -> Option<Vec<Node>> {
    if let Ok(place) = condition.parse::<usize>() {
        let place = place.checked_sub(1)?;
        return Some(nodes.get(place).cloned().into_iter().collect());
    }
    if condition == "last()" {
        return Some(nodes.last().cloned().into_iter().collect());
    }
    let mut kept = Vec::new();
    for (place, node) in nodes.iter().enumerate() {
        if holds(node, condition, place + 1, budget)? {
            kept.push(Rc::clone(node));
        }
    }
    Some(kept)
}

/// The two sides of a word that joins conditions, outside brackets and quotes.
fn halves<'t>(text: &'t str, word: &str) -> Option<(&'t str, &'t str)> {
    let (mut depth, mut quote) = (0_i32, None);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '[' | '(') => depth += 1,
            (None, ']' | ')') => depth -= 1,
            _ if depth == 0 && text[at..].starts_with(word) => {
                return Some((text[..at].trim(), text[at + word.len()..].trim()));
            }
            _ => {}
        }
    }
    None
}

fn holds(node: &Node, condition: &str, place: usize, budget: &mut usize) -> Option<bool> {
    let condition = condition.trim();
    if let Some((one, other)) = halves(condition, " or ") {
        return Some(holds(node, one, place, budget)? || holds(node, other, place, budget)?);
    }
    if let Some((one, other)) = halves(condition, " and ") {
        return Some(holds(node, one, place, budget)? && holds(node, other, place, budget)?);
    }
    if let Some(inner) = called(condition, "not") {
        return holds(node, inner, place, budget).map(|it| !it);
    }
    if let Some(inner) = called(condition, "contains") {
        let (one, other) = pair(node, inner, place, budget)?;
        return Some(one.contains(&other));
    }
    if let Some(inner) = called(condition, "starts-with") {
        let (one, other) = pair(node, inner, place, budget)?;
        return Some(one.starts_with(&other));
    }
    for operator in ["!=", "<=", ">=", "=", "<", ">"] {
        let Some((one, other)) = halves(condition, operator) else {
            continue;
        };
        let ones = values(node, one, place, budget)?;
        let others = values(node, other, place, budget)?;
        let is = |one: &String, other: &String| compared(one, other, operator);
        return Some(
            ones.iter()
                .any(|one| others.iter().any(|other| is(one, other))),
        );
    }
    Some(!walk(node, condition, budget)?.is_empty())
}

fn compared(one: &str, other: &str, operator: &str) -> bool {
    let numbers = (one.trim().parse::<f64>(), other.trim().parse::<f64>());
    match (operator, numbers) {
        ("=", (Ok(one), Ok(other))) => (one - other).abs() < f64::EPSILON,
        ("=", _) => one == other,
        ("!=", (Ok(one), Ok(other))) => (one - other).abs() >= f64::EPSILON,
        ("!=", _) => one != other,
        ("<", (Ok(one), Ok(other))) => one < other,
        (">", (Ok(one), Ok(other))) => one > other,
        ("<=", (Ok(one), Ok(other))) => one <= other,
        (">=", (Ok(one), Ok(other))) => one >= other,
        _ => false,
    }
}

/// What stands in the parentheses of a function.
fn called<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let rest = text.strip_prefix(name)?.trim_start();
    rest.strip_prefix('(')?.strip_suffix(')')
}

fn pair(
    node: &Node,
    arguments: &str,
    place: usize,
    budget: &mut usize,
) -> Option<(String, String)> {
    let parts = split(arguments, ',');
    let [one, other] = parts.as_slice() else {
        return None;
    };
    let one = values(node, one, place, budget)?.into_iter().next();
    let other = values(node, other, place, budget)?.into_iter().next();
    Some((one.unwrap_or_default(), other.unwrap_or_default()))
}

/// The texts that an operand stands for.
fn values(node: &Node, text: &str, place: usize, budget: &mut usize) -> Option<Vec<String>> {
    let text = text.trim();
    for quote in ['\'', '"'] {
        if let Some(inner) = text.strip_prefix(quote) {
            return Some(vec![inner.strip_suffix(quote)?.to_owned()]);
        }
    }
    if text.parse::<f64>().is_ok() {
        return Some(vec![text.to_owned()]);
    }
    match text {
        "position()" => return Some(vec![place.to_string()]),
        "name()" => return Some(vec![node.borrow().name.clone()]),
        "local-name()" => return Some(vec![local(&node.borrow().name).to_owned()]),
        _ => {}
    }
    if let Some(inner) = called(text, "count") {
        return Some(vec![walk(node, inner, budget)?.len().to_string()]);
    }
    if let Some(inner) = called(text, "normalize-space") {
        let inner = if inner.trim().is_empty() { "." } else { inner };
        let all = values(node, inner, place, budget)?;
        let words = |it: &String| it.split_whitespace().collect::<Vec<_>>().join(" ");
        return Some(all.iter().map(words).collect());
    }
    if let Some(name) = text.strip_prefix('@')
        && !name.contains(['*', ':', '/'])
    {
        let found = attribute(node, name);
        return Some(found.iter().map(|it| it.borrow().value.clone()).collect());
    }
    let found = walk(node, text, budget)?;
    Some(
        found
            .iter()
            .map(|it| text::inner_text(&it.borrow()))
            .collect(),
    )
}
