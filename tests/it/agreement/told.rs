//! A verdict in the words that the oracle and the prediction have in common.

use std::fmt;

use sim::predict::{self, Prediction};

use crate::oracle::model::{By, Outcome, Verdict};

/// What is compared, object by object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Told {
    outcome: &'static str,
    by: Option<&'static str>,
    /// The account that was there before and is acted on.
    account: Option<String>,
    /// Code, attribute and the object that stands in the way.
    error: Option<[String; 3]>,
    /// Attribute, value and holder of each value that is kept back, sorted.
    withheld: Vec<[String; 3]>,
}

impl Told {
    /// In the oracle the attribute of a federated UPN is spelled as in the
    /// message of the error.
    pub(super) fn by_oracle(verdict: &Verdict) -> Self {
        let attribute = |name: &str| match name {
            "FederatedUser.UserPrincipalName" => "UserPrincipalName".to_owned(),
            name => name.to_owned(),
        };
        let error = verdict.error.as_ref().map(|fault| {
            let owner = fault.conflicts_with.clone().unwrap_or_default();
            [fault.code.to_owned(), attribute(fault.attribute), owner]
        });
        let withheld = verdict.withheld.iter();
        let withheld = withheld.map(|one| {
            [
                attribute(one.attribute),
                one.value.clone(),
                one.held_by.clone(),
            ]
        });
        Self {
            outcome: verdict.outcome.name(),
            by: verdict.by.map(|by| match by {
                By::HardMatch => "sourceAnchor",
                By::SoftMatchSmtp => "primarySmtp",
                By::SoftMatchUpn => "userPrincipalName",
            }),
            account: verdict.cloud_id.clone(),
            error,
            withheld: sorted(withheld),
        }
    }

    /// The prediction also names the account that was made, and the orphan of an object that is
    /// out of scope; neither is an account that is acted on.
    pub(super) fn by_prediction(prediction: &Prediction) -> Self {
        use predict::Outcome::{Create, OutOfScope, Quarantined};
        let outcome = prediction.outcome;
        let made = outcome == Create || outcome == Quarantined && prediction.by.is_none();
        let acted_on = !made && outcome != OutOfScope;
        let error = prediction.error.as_ref().map(|error| {
            let attribute = error.attribute.map(|attribute| attribute.name().to_owned());
            let owner = error
                .conflicts_with
                .as_ref()
                .map(|owner| owner.id.to_string());
            [
                error.code.name().to_owned(),
                attribute.unwrap_or_default(),
                owner.unwrap_or_default(),
            ]
        });
        let withheld = prediction.quarantined.iter().map(|one| {
            let owner = one.owner.as_ref().map(|owner| owner.id.to_string());
            [
                one.property.name().to_owned(),
                one.value.to_string(),
                owner.unwrap_or_default(),
            ]
        });
        let account = prediction.account.as_ref().filter(|_| acted_on);
        Self {
            outcome: outcome.name(),
            by: prediction.by.map(predict::By::name),
            account: account.map(|account| account.id.to_string()),
            error,
            withheld: sorted(withheld),
        }
    }
}

fn sorted(withheld: impl Iterator<Item = [String; 3]>) -> Vec<[String; 3]> {
    let mut all: Vec<_> = withheld.collect();
    all.sort();
    all
}

impl fmt::Display for Told {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.outcome)?;
        if let Some(by) = self.by {
            write!(formatter, " by {by}")?;
        }
        if let Some(account) = &self.account {
            write!(formatter, " on {account}")?;
        }
        for part in self.error.iter().chain(&self.withheld) {
            write!(formatter, " [{}]", part.join(" "))?;
        }
        Ok(())
    }
}

#[test]
fn the_outcomes_have_one_name_on_both_sides() {
    let names = predict::Outcome::ALL.map(predict::Outcome::name);
    let last = names.last().expect("there are outcomes");
    assert_eq!(*last, Outcome::Error.name());
    assert!(names.contains(&Outcome::OutOfScope.name()));
}
