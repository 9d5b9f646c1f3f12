//! What can be known of a template before it is rendered: constants that would be huge, and names.

use std::collections::HashSet;

use minijinja::machinery::ast::{BinOpKind, CallArg, Expr, Stmt};

use super::guard::MAX_VALUE;
use super::{Flaw, whole};

/// Refuses constants that are too large, and what only templates in files can do.
pub(super) fn check(tree: &Stmt<'_>) -> Result<(), Flaw> {
    Survey::default().statement(tree)
}

/// Every name that the template reads.
pub(super) fn names<'s>(tree: &Stmt<'s>) -> HashSet<&'s str> {
    let mut survey = Survey::default();
    // What it could say was said when the template was parsed.
    let _ = survey.statement(tree);
    survey.names
}

#[derive(Default)]
struct Survey<'s> {
    names: HashSet<&'s str>,
}

type Surveyed = Result<(), Flaw>;

impl<'s> Survey<'s> {
    fn statements(&mut self, body: &[Stmt<'s>]) -> Surveyed {
        body.iter().try_for_each(|inner| self.statement(inner))
    }

    fn statement(&mut self, statement: &Stmt<'s>) -> Surveyed {
        match statement {
            Stmt::Template(template) => self.statements(&template.children),
            Stmt::EmitExpr(emit) => self.expression(&emit.expr),
            Stmt::EmitRaw(_) => Ok(()),
            Stmt::ForLoop(each) => {
                self.expression(&each.iter)?;
                self.maybe(each.filter_expr.as_ref())?;
                self.statements(&each.body)?;
                self.statements(&each.else_body)
            }
            Stmt::IfCond(choice) => {
                self.expression(&choice.expr)?;
                self.statements(&choice.true_body)?;
                self.statements(&choice.false_body)
            }
            Stmt::WithBlock(with) => {
                for (_, value) in &with.assignments {
                    self.expression(value)?;
                }
                self.statements(&with.body)
            }
            Stmt::Set(set) => self.expression(&set.expr),
            Stmt::SetBlock(set) => {
                self.maybe(set.filter.as_ref())?;
                self.statements(&set.body)
            }
            Stmt::AutoEscape(escape) => self.statements(&escape.body),
            Stmt::FilterBlock(filter) => {
                self.expression(&filter.filter)?;
                self.statements(&filter.body)
            }
            Stmt::Macro(made) => {
                made.defaults
                    .iter()
                    .try_for_each(|value| self.expression(value))?;
                self.statements(&made.body)
            }
            Stmt::CallBlock(call) => {
                self.expression(&call.call.expr)?;
                self.arguments(&call.call.args)?;
                self.statements(&call.macro_decl.body)
            }
            Stmt::Block(block) => self.statements(&block.body),
            Stmt::Import(_) | Stmt::FromImport(_) | Stmt::Extends(_) | Stmt::Include(_) => {
                Err(whole(
                    "no loader for this environment specified: templates can't use others"
                        .to_owned(),
                ))
            }
            Stmt::Do(call) => {
                self.expression(&call.call.expr)?;
                self.arguments(&call.call.args)
            }
        }
    }

    fn maybe(&mut self, expression: Option<&Expr<'s>>) -> Surveyed {
        expression.map_or(Ok(()), |expression| self.expression(expression))
    }

    fn expression(&mut self, expression: &Expr<'s>) -> Surveyed {
        self.size(expression).map(|_| ())
    }

    fn arguments(&mut self, arguments: &[CallArg<'s>]) -> Surveyed {
        arguments.iter().try_for_each(|argument| match argument {
            CallArg::Pos(value)
            | CallArg::Kwarg(_, value)
            | CallArg::PosSplat(value)
            | CallArg::KwargSplat(value) => self.expression(value),
        })
    }

    /// About how large the expression's value is, where it is a constant: the compiler computes those.
    fn size(&mut self, expression: &Expr<'s>) -> Result<Option<usize>, Flaw> {
        let size = match expression {
            Expr::Var(var) => {
                self.names.insert(var.id);
                None
            }
            Expr::Const(constant) => Some(constant.value.as_str().map_or(16, str::len)),
            Expr::List(list) => self.sizes(&list.items)?,
            Expr::Tuple(tuple) => self.sizes(&tuple.items)?,
            Expr::Map(map) => {
                let keys = self.sizes(&map.keys)?;
                let values = self.sizes(&map.values)?;
                keys.zip(values).map(|(keys, values)| keys + values)
            }
            Expr::UnaryOp(op) => self.size(&op.expr)?,
            Expr::BinOp(op) => {
                let left = self.size(&op.left)?;
                let right = self.size(&op.right)?;
                left.zip(right).map(|(left, right)| match op.op {
                    BinOpKind::Mul => {
                        let times = |expression: &Expr<'_>| {
                            let value = expression.as_const();
                            value.and_then(|value| value.as_usize()).unwrap_or(1).max(1)
                        };
                        left.saturating_mul(times(&op.right))
                            .max(right.saturating_mul(times(&op.left)))
                    }
                    _ => left + right,
                })
            }
            Expr::Compare(compare) => {
                self.expression(&compare.expr)?;
                for op in &compare.ops {
                    self.expression(&op.expr)?;
                }
                Some(16)
            }
            Expr::Slice(slice) => {
                self.expression(&slice.expr)?;
                self.maybe(slice.start.as_ref())?;
                self.maybe(slice.stop.as_ref())?;
                self.maybe(slice.step.as_ref())?;
                None
            }
            Expr::IfExpr(choice) => {
                self.expression(&choice.test_expr)?;
                self.expression(&choice.true_expr)?;
                self.maybe(choice.false_expr.as_ref())?;
                None
            }
            Expr::Filter(filter) => {
                self.maybe(filter.expr.as_ref())?;
                self.arguments(&filter.args)?;
                None
            }
            Expr::Test(test) => {
                self.expression(&test.expr)?;
                self.arguments(&test.args)?;
                None
            }
            Expr::GetAttr(get) => {
                self.expression(&get.expr)?;
                None
            }
            Expr::GetItem(get) => {
                self.expression(&get.expr)?;
                self.expression(&get.subscript_expr)?;
                None
            }
            Expr::Call(call) => {
                self.expression(&call.expr)?;
                self.arguments(&call.args)?;
                None
            }
        };
        match size {
            Some(size) if size > MAX_VALUE => Err(whole(
                "Contains a constant that is too large. Templates can make no value larger than a mebibyte.".to_owned(),
            )),
            size => Ok(size),
        }
    }

    fn sizes(&mut self, items: &[Expr<'s>]) -> Result<Option<usize>, Flaw> {
        let mut total = Some(16);
        for item in items {
            let size = self.size(item)?;
            total = total.zip(size).map(|(total, size)| total + size);
        }
        Ok(total)
    }
}
