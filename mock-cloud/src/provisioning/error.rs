//! Export errors, with the codes and texts that administrators see (catalogue table 2.9).

use std::fmt::{self, Write as _};

use store::Text;
use uuid::Uuid;

use crate::ids::{CloudId, CloudKey};
use crate::tenant::ConflictProperty;

/// The code of an export error, as Synchronization Service Manager shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ErrorCode {
    /// A soft match found an account with another anchor.
    InvalidSoftMatch,
    /// A hard match is blocked.
    InvalidHardMatch,
    /// A hard match is blocked by another `onPremisesObjectIdentifier`.
    AttributeUpdateNotAllowed,
    /// An object of another type owns the address.
    ObjectTypeMismatch,
    /// Another object owns the value.
    AttributeValueMustBeUnique,
    /// The UPN has characters that the service refuses.
    IdentityDataValidationFailed,
    /// A UPN can't change from one federated domain to another.
    FederatedDomainChangeError,
    /// The object has too many values.
    LargeObject,
    /// The object to delete is not synced.
    DeletingCloudOnlyObjectNotAllowed,
    /// The object to delete is not there.
    CdMissingObject,
}

impl ErrorCode {
    /// Every code.
    pub const ALL: [Self; 10] = [
        Self::InvalidSoftMatch,
        Self::InvalidHardMatch,
        Self::AttributeUpdateNotAllowed,
        Self::ObjectTypeMismatch,
        Self::AttributeValueMustBeUnique,
        Self::IdentityDataValidationFailed,
        Self::FederatedDomainChangeError,
        Self::LargeObject,
        Self::DeletingCloudOnlyObjectNotAllowed,
        Self::CdMissingObject,
    ];

    /// The code as it is shown.
    pub const fn name(self) -> &'static str {
        match self {
            Self::InvalidSoftMatch => "InvalidSoftMatch",
            Self::InvalidHardMatch => "InvalidHardMatch",
            Self::AttributeUpdateNotAllowed => "AttributeUpdateNotAllowed",
            Self::ObjectTypeMismatch => "ObjectTypeMismatch",
            Self::AttributeValueMustBeUnique => "AttributeValueMustBeUnique",
            Self::IdentityDataValidationFailed => "IdentityDataValidationFailed",
            Self::FederatedDomainChangeError => "FederatedDomainChangeError",
            Self::LargeObject => "LargeObject",
            Self::DeletingCloudOnlyObjectNotAllowed => "DeletingCloudOnlyObjectNotAllowed",
            Self::CdMissingObject => "cd-missing-object",
        }
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// Why the service refused one exported object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportError {
    /// The code.
    pub code: ErrorCode,
    /// The attributes and values that it is about.
    pub conflicts: Vec<(ConflictProperty, Text)>,
    /// The object that owns them.
    pub in_conflict_with: Option<CloudKey>,
    /// What the service says besides, for its own support.
    pub reference: Option<Reference>,
}

/// What support finds one refused operation by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reference {
    /// The tracking id: another one at every try.
    pub tracking_id: Uuid,
    /// The object that owns a duplicate value, where newer texts name it.
    pub object_id_in_conflict: Option<CloudId>,
}

const DUPLICATE: &str = "Unable to update this object because the following attributes associated \
     with this object have values that may already be associated with another object in your local \
     directory services: ";

impl ExportError {
    pub(crate) fn new(code: ErrorCode) -> Self {
        Self {
            code,
            conflicts: Vec::new(),
            in_conflict_with: None,
            reference: None,
        }
    }

    pub(crate) fn about(
        code: ErrorCode,
        property: ConflictProperty,
        value: impl Into<Text>,
        owner: Option<CloudKey>,
    ) -> Self {
        Self {
            code,
            conflicts: vec![(property, value.into())],
            in_conflict_with: owner,
            reference: None,
        }
    }

    pub(crate) fn missing_object() -> Self {
        Self::new(ErrorCode::CdMissingObject)
    }

    pub(crate) fn cloud_only() -> Self {
        Self::new(ErrorCode::DeletingCloudOnlyObjectNotAllowed)
    }

    /// The attribute that the error names first.
    pub fn property(&self) -> Option<ConflictProperty> {
        self.conflicts.first().map(|(property, _)| *property)
    }

    /// The whole text, as Synchronization Service Manager and event 6941 have it: the message, and
    /// the tracking id where one is known to be told.
    pub fn detail(&self) -> String {
        let mut text = self.message();
        let Some(reference) = &self.reference else {
            return text;
        };
        let tracking_id = reference.tracking_id;
        match self.code {
            ErrorCode::DeletingCloudOnlyObjectNotAllowed => {
                let _ = write!(text, " Tracking Id: {tracking_id}");
            }
            ErrorCode::InvalidSoftMatch | ErrorCode::AttributeValueMustBeUnique => {
                // Newer texts; the key is not verified (question Q9.17).
                if let Some(owner) = reference.object_id_in_conflict {
                    let _ = write!(
                        text,
                        "\n\nTracking Id: {tracking_id}\nExtraErrorDetails:\n\
                         [{{\"Key\":\"ObjectIdInConflict\",\"Value\":[\"{owner}\"]}}]"
                    );
                }
            }
            _ => {}
        }
        text
    }

    /// The message without what only support needs.
    pub fn message(&self) -> String {
        match self.code {
            ErrorCode::InvalidSoftMatch => format!(
                "{DUPLICATE}{}. Correct or remove the duplicate values in your local directory.",
                self.values()
            ),
            ErrorCode::AttributeValueMustBeUnique => format!(
                "{DUPLICATE}{}. Correct or remove the duplicate values in your local directory. \
                 Please refer to https://support.microsoft.com/kb/2647098 for more information on \
                 identifying objects with duplicate attribute values.",
                self.values()
            ),
            ErrorCode::InvalidHardMatch => "Another cloud created object with the same source \
                 anchor already exists in Azure Active Directory"
                .to_owned(),
            ErrorCode::AttributeUpdateNotAllowed => "Hard match operation blocked due to security \
                 hardening. Review OnPremisesObjectIdentifier mapping."
                .to_owned(),
            ErrorCode::ObjectTypeMismatch => format!(
                "An object with the same proxy address already exists but has an incompatible \
                 object type (contact, group or user): {}.",
                self.values()
            ),
            ErrorCode::IdentityDataValidationFailed => self.invalid("UserPrincipalName"),
            ErrorCode::FederatedDomainChangeError => {
                self.invalid("FederatedUser.UserPrincipalName")
            }
            ErrorCode::LargeObject => "The provisioned object is too large. Trim the number of \
                 attribute values on this object. The operation will be retried in the next \
                 synchronization cycle..."
                .to_owned(),
            ErrorCode::DeletingCloudOnlyObjectNotAllowed => "This synchronization operation, \
                 Delete, is not valid. Contact Technical Support."
                .to_owned(),
            ErrorCode::CdMissingObject => {
                "The object to delete does not exist in the connected directory.".to_owned()
            }
        }
    }

    #[expect(clippy::unused_self, reason = "one shape for every arm of `message`")]
    fn invalid(&self, attribute: &str) -> String {
        format!(
            "Unable to update this object in Azure Active Directory, because the attribute \
             [{attribute}], is not valid. Update the value in your local directory services."
        )
    }

    /// The values in the service's brackets: `[ProxyAddresses SMTP:a@x,smtp:b@x;Mail c@x;]`.
    fn values(&self) -> String {
        let mut text = String::from("[");
        let mut last = None;
        for (property, value) in &self.conflicts {
            if last == Some(*property) {
                text.pop();
                text.push(',');
            } else {
                text.push_str(property.name());
                text.push(' ');
            }
            text.push_str(value);
            text.push(';');
            last = Some(*property);
        }
        text.push(']');
        text
    }
}

impl fmt::Display for ExportError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.code, self.message())
    }
}

impl std::error::Error for ExportError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_one_attribute_share_one_entry() {
        let mut error = ExportError::about(
            ErrorCode::InvalidSoftMatch,
            ConflictProperty::ProxyAddresses,
            "SMTP:a@x",
            None,
        );
        error
            .conflicts
            .push((ConflictProperty::ProxyAddresses, "smtp:b@x".into()));
        error
            .conflicts
            .push((ConflictProperty::UserPrincipalName, "u@x".into()));
        assert_eq!(
            error.values(),
            "[ProxyAddresses SMTP:a@x,smtp:b@x;UserPrincipalName u@x;]"
        );
    }
}
