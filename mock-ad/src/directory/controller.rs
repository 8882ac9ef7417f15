//! The domain controller that answers for a directory.

use super::{Directory, ObjectGuid};

/// A version of Windows Server: the functional level it brings and the build it names.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ServerVersion {
    /// Windows Server 2012 R2.
    WindowsServer2012R2,
    /// Windows Server 2016.
    WindowsServer2016,
    /// Windows Server 2019.
    #[default]
    WindowsServer2019,
    /// Windows Server 2022.
    WindowsServer2022,
    /// Windows Server 2025.
    WindowsServer2025,
}

impl ServerVersion {
    /// The functional level of a forest of such servers (MS-ADTS 6.1.4.4).
    pub fn functional_level(self) -> u8 {
        match self {
            Self::WindowsServer2012R2 => 6,
            Self::WindowsServer2016 | Self::WindowsServer2019 | Self::WindowsServer2022 => 7,
            Self::WindowsServer2025 => 10,
        }
    }

    /// The build number, which diagnostic messages end with in hexadecimal.
    pub fn build(self) -> u32 {
        match self {
            Self::WindowsServer2012R2 => 9600,
            Self::WindowsServer2016 => 14393,
            Self::WindowsServer2019 => 17763,
            Self::WindowsServer2022 => 20348,
            Self::WindowsServer2025 => 26100,
        }
    }

    /// The objectVersion of the schema that comes with it.
    pub fn schema_version(self) -> i64 {
        match self {
            Self::WindowsServer2012R2 => 69,
            Self::WindowsServer2016 => 87,
            Self::WindowsServer2019 | Self::WindowsServer2022 => 88,
            Self::WindowsServer2025 => 91,
        }
    }
}

/// The domain controller that a directory is served by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DomainController {
    /// Its computer name, such as `DC1`.
    pub name: String,
    /// The site that it stands in.
    pub site: String,
    /// What it runs.
    pub version: ServerVersion,
}

impl Default for DomainController {
    fn default() -> Self {
        Self {
            name: "DC1".to_owned(),
            site: "Default-First-Site-Name".to_owned(),
            version: ServerVersion::default(),
        }
    }
}

impl Directory {
    /// The domain controller that the directory is served by.
    pub fn domain_controller(&self) -> &DomainController {
        &self.settings.controller
    }

    /// Has the directory served by another domain controller.
    pub fn set_domain_controller(&mut self, controller: DomainController) {
        let mut settings = (*self.settings).clone();
        settings.controller = controller;
        self.settings = settings.into();
        self.configuration = std::sync::Arc::default();
    }

    /// The DNS name of the domain controller, such as `dc1.example.test`.
    pub fn dns_host_name(&self) -> String {
        let name = self.settings.controller.name.to_lowercase();
        format!("{name}.{}", self.settings.dns_name)
    }

    /// The invocationId of the domain controller's database, which follows from the domain and
    /// the name of the domain controller.
    pub fn invocation_id(&self) -> ObjectGuid {
        self.derived_guid(&format!(
            "invocationId of {}",
            self.settings.controller.name
        ))
    }

    /// A GUID that follows from the domain's and a name.
    pub(crate) fn derived_guid(&self, name: &str) -> ObjectGuid {
        let domain = self.object(Self::DOMAIN).map(|object| object.guid);
        let namespace = domain.map(ObjectGuid::to_uuid).unwrap_or_default();
        let name = format!("{}/{}", self.settings.base_text, name.to_lowercase());
        ObjectGuid::from_uuid(uuid::Uuid::new_v5(&namespace, name.as_bytes()))
    }
}
