//! Scoping filters: which objects a rule is for.

use mock_ad::directory::Dn;
use store::{eq_fold, fold};

use super::RuleValue;
use super::expression::Source;
use super::model::{Clause, Operator, SyncRule};

impl SyncRule {
    /// Nothing where the object is in scope; else the first clause that keeps it out, of the last
    /// group.
    pub fn keeps_out(&self, source: &dyn Source) -> Option<&Clause> {
        let mut kept_out = None;
        for group in &self.scope {
            match group.iter().find(|clause| !clause.holds(source)) {
                Some(clause) => kept_out = Some(clause),
                None => return None,
            }
        }
        kept_out
    }

    /// Whether objects of a class are its source objects.
    pub fn is_for(&self, class: &str) -> bool {
        self.from.iter().any(|from| from == class || from == "*")
    }
}

impl Clause {
    /// Whether it asks for the members of what is no group's name.
    pub(super) fn asks_nobody(&self) -> bool {
        let members = matches!(
            self.operator,
            Operator::IsMemberOf | Operator::IsNotMemberOf
        );
        let group = self.value.trim().parse::<Dn>();
        members && group.map_or(true, |group| group.is_empty())
    }

    /// Whether the object is as the clause asks. Text is compared without regard to case
    /// (rule R5.10). Membership is that of the object itself, whatever attribute is named.
    pub fn holds(&self, source: &dyn Source) -> bool {
        let value = source.attribute(&self.attribute);
        let asked = RuleValue::text(self.value.as_str());
        let any = |test: &dyn Fn(&str, &str) -> bool| {
            let wanted = fold(&self.value);
            value
                .values()
                .iter()
                .filter_map(RuleValue::as_text)
                .any(|it| test(&fold(&it), &wanted))
        };
        match self.operator {
            Operator::Equal | Operator::IsIn => value.values().iter().any(|it| it.equals(&asked)),
            Operator::NotEqual | Operator::IsNotIn => {
                !value.values().iter().any(|it| it.equals(&asked))
            }
            Operator::Contains => any(&|it, wanted| it.contains(wanted)),
            Operator::NotContains => !any(&|it, wanted| it.contains(wanted)),
            Operator::StartsWith => any(&|it, wanted| it.starts_with(wanted)),
            Operator::NotStartsWith => !any(&|it, wanted| it.starts_with(wanted)),
            Operator::EndsWith => any(&|it, wanted| it.ends_with(wanted)),
            Operator::NotEndsWith => !any(&|it, wanted| it.ends_with(wanted)),
            Operator::IsNull => value.values().is_empty(),
            Operator::IsNotNull => !value.values().is_empty(),
            Operator::IsBitSet | Operator::IsBitNotSet => {
                let bit = self.value.trim().parse().unwrap_or(0);
                let set = value.as_number().unwrap_or(0) & bit != 0;
                set == (self.operator == Operator::IsBitSet)
            }
            Operator::LessThan => order(&value, &self.value, std::cmp::Ordering::is_lt),
            Operator::LessThanOrEqual => order(&value, &self.value, std::cmp::Ordering::is_le),
            Operator::GreaterThan => order(&value, &self.value, std::cmp::Ordering::is_gt),
            Operator::GreaterThanOrEqual => order(&value, &self.value, std::cmp::Ordering::is_ge),
            Operator::IsMemberOf | Operator::IsNotMemberOf => {
                let group = self.value.trim().parse::<Dn>().ok();
                let member = group.map(|group| source.is_member_of(&group));
                member.is_some_and(|it| it == (self.operator == Operator::IsMemberOf))
            }
        }
    }
}

/// Numbers compare as numbers, all else as text; what is absent is neither less nor more.
fn order(value: &RuleValue, with: &str, holds: fn(std::cmp::Ordering) -> bool) -> bool {
    if let (Some(left), Ok(right)) = (value.as_number(), with.trim().parse::<i64>()) {
        return holds(left.cmp(&right));
    }
    let text = value.values().first().and_then(RuleValue::as_text);
    text.is_some_and(|text| {
        !eq_fold(&text, with) && holds(fold(&text).cmp(&fold(with)))
            || eq_fold(&text, with) && holds(std::cmp::Ordering::Equal)
    })
}
