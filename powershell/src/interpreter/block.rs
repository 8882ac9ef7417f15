//! Script blocks as values.

use std::rc::Rc;

use super::scope::Scope;
use crate::syntax::ast::Block;
use crate::syntax::{Source, parse};
use crate::value::{ScriptBlock, Value};

/// What stands behind a script block.
#[derive(Debug)]
pub(crate) struct BlockBody {
    pub(crate) block: Rc<Block>,
    pub(crate) source: Rc<Source>,
    /// The scope it is bound to (`GetNewClosure`).
    pub(crate) scope: Option<Rc<Scope>>,
}

/// A script block that stands in a script.
pub(crate) fn block_value(block: &Rc<Block>, source: &Rc<Source>) -> ScriptBlock {
    ScriptBlock {
        text: Rc::from(source.slice(block.span)),
        body: Rc::new(BlockBody {
            block: Rc::clone(block),
            source: Rc::clone(source),
            scope: None,
        }),
    }
}

/// The script block of a text, as a value.
pub fn script_block(text: &str) -> Result<Value, crate::syntax::ParseError> {
    let source = Rc::new(Source::new("", text));
    let block = parse(&source)?;
    Ok(Value::Block(block_value(&block, &source)))
}
