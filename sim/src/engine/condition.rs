//! What keeps a connector from reading and writing (rules R6.4 and R6.12).

use std::fmt;

use super::run::{ConnectorId, Step, StepStatus};

/// Whether a connector can work.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Condition {
    /// It can.
    #[default]
    Ready,
    /// Its account can't sign in.
    CredentialsInvalid,
    /// Its directory can't be reached.
    Unreachable,
    /// The connection breaks in the middle of a step. What had come by then is not staged.
    LosesConnection,
}

impl Condition {
    /// Every condition.
    pub const ALL: [Self; 4] = [
        Self::Ready,
        Self::CredentialsInvalid,
        Self::Unreachable,
        Self::LosesConnection,
    ];

    /// The name in scenarios.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::CredentialsInvalid => "credentials-invalid",
            Self::Unreachable => "unreachable",
            Self::LosesConnection => "loses-connection",
        }
    }

    /// The condition with a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }

    /// How a step ends because of it; nothing where it runs. A synchronization asks no directory.
    ///
    /// The connector of the tenant is an extension of the engine: whatever goes wrong inside it,
    /// the engine reports as that.
    pub(super) const fn status(self, connector: ConnectorId, step: Step) -> Option<StepStatus> {
        match (step, self, connector) {
            (Step::FullSynchronization | Step::DeltaSynchronization, _, _)
            | (_, Self::Ready, _) => None,
            (_, _, ConnectorId::Entra) => Some(StepStatus::StoppedExtensionDllException),
            (_, Self::CredentialsInvalid, _) => Some(StepStatus::NoStartCredentials),
            (_, Self::Unreachable, _) => Some(StepStatus::NoStartConnection),
            (_, Self::LosesConnection, _) => Some(StepStatus::StoppedConnectivity),
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}
