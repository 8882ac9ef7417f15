//! The configuration of the forest: what clients look up to find their way.
//!
//! It is a directory of its own below `CN=Configuration`, made when somebody first looks at it, so
//! that a synchronisation that never does need not hold it. It follows from the domain, the
//! schema and the domain controller alone and cannot be written to.

mod schema_objects;

use store::Text;

use super::{ClassId, Directory, DirectoryOptions, Dn, Object, ObjectId, Rdn, Value, Values};

/// instanceType of a naming context whose superior is held as well (MS-ADTS 2.2.8).
const HEAD_BELOW_ANOTHER: i64 = 13;
/// The GUID of the recycle bin among the optional features (MS-ADTS 3.1.1.9.1).
pub(crate) const RECYCLE_BIN_FEATURE: &str = "766ddcd8-acd0-445e-f3b9-a7f9b6744f2a";
/// systemFlags of a crossRef: a naming context of Active Directory, and a domain (MS-ADTS 2.2.10).
const NAMING_CONTEXT: i64 = 1;
const DOMAIN: i64 = 2;

/// Control access rights that synchronisation accounts are granted, with their GUIDs (MS-ADTS
/// 5.1.3.2.1).
const EXTENDED_RIGHTS: [(&str, &str, &str); 6] = [
    (
        "DS-Replication-Get-Changes",
        "Replicating Directory Changes",
        "1131f6aa-9c07-11d1-f79f-00c04fc2dcd2",
    ),
    (
        "DS-Replication-Get-Changes-All",
        "Replicating Directory Changes All",
        "1131f6ad-9c07-11d1-f79f-00c04fc2dcd2",
    ),
    (
        "DS-Replication-Get-Changes-In-Filtered-Set",
        "Replicating Directory Changes In Filtered Set",
        "89e95b76-444d-4c62-991a-0facbeda640c",
    ),
    (
        "User-Change-Password",
        "Change Password",
        "ab721a53-1e2f-11d0-9819-00aa0040529b",
    ),
    (
        "User-Force-Change-Password",
        "Reset Password",
        "00299570-246d-11d0-a768-00aa006e0529",
    ),
    (
        "Reanimate-Tombstones",
        "Reanimate Tombstones",
        "45ec5156-db7e-47bb-b53f-dbeb2d03c40f",
    ),
];

impl Directory {
    /// The configuration of the forest as a directory below `CN=Configuration`; that of a
    /// configuration is itself.
    pub fn configuration(&self) -> &Self {
        if self.is_configuration() {
            return self;
        }
        self.configuration.get_or_init(|| Builder::new(self).run())
    }

    /// Whether this is the configuration of a forest, whose links are kept as names.
    pub(crate) fn is_configuration(&self) -> bool {
        self.settings.head_type == HEAD_BELOW_ANOTHER
    }

    /// CN=Schema of a configuration.
    pub(crate) fn schema_container(&self) -> Option<ObjectId> {
        self.is_configuration()
            .then(|| self.child(Self::DOMAIN, &Rdn::new("CN", "Schema")))?
    }

    /// The DNS name of the domain, also of the domain that a configuration belongs to.
    pub(crate) fn root_dns_name(&self) -> String {
        let labels: Vec<&str> = self
            .forest_root()
            .components()
            .map(|rdn| &*rdn.value)
            .collect();
        labels.join(".")
    }

    /// The name of the object that describes the schema.
    pub(crate) fn subschema_dn(&self) -> Text {
        let root = self.forest_root();
        format!("CN=Aggregate,CN=Schema,CN=Configuration,{root}").into()
    }

    /// The name of the NTDS Settings of the domain controller.
    pub fn ds_service_name(&self) -> String {
        let controller = self.domain_controller();
        format!(
            "CN=NTDS Settings,CN={},CN=Servers,CN={},CN=Sites,CN=Configuration,{}",
            controller.name,
            controller.site,
            self.forest_root()
        )
    }
}

/// Puts a configuration together.
struct Builder<'a> {
    domain: &'a Directory,
    made: Directory,
}

type Attributes<'a> = Vec<(&'a str, Vec<Value>)>;

fn text(value: impl Into<Text>) -> Vec<Value> {
    vec![Value::Text(value.into())]
}

fn number(value: impl Into<i64>) -> Vec<Value> {
    vec![Value::Integer(value.into())]
}

fn truth(value: bool) -> Vec<Value> {
    vec![Value::Boolean(value)]
}

impl<'a> Builder<'a> {
    fn new(domain: &'a Directory) -> Self {
        let base: Dn = domain.base().child(Rdn::new("CN", "Configuration"));
        let mut made = Directory::empty(DirectoryOptions {
            schema: domain.schema.clone(),
            domain_sid: domain.domain_sid().clone(),
            ..DirectoryOptions::new(base)
        });
        let mut settings = (*made.settings).clone();
        settings.forest_root = domain.base().clone();
        settings
            .forest_root_text
            .clone_from(&domain.settings.base_text);
        settings.canonical_root = format!("{}/Configuration", domain.dns_name());
        domain.dns_name().clone_into(&mut settings.dns_name);
        domain.netbios_name().clone_into(&mut settings.netbios_name);
        settings.head_type = HEAD_BELOW_ANOTHER;
        settings.controller = domain.domain_controller().clone();
        settings.recycle_bin = domain.has_recycle_bin();
        made.settings = settings.into();
        Self { domain, made }
    }

    fn run(mut self) -> Directory {
        let class = self.class("configuration");
        let mut top = self.bare(class, None);
        top.name = Values::One("Configuration".into());
        self.insert(top);
        self.partitions();
        self.sites();
        self.services();
        self.extended_rights();
        self.schema_objects();
        self.made.index_values();
        self.made
    }

    fn class(&self, name: &str) -> ClassId {
        self.made.schema.class(name).unwrap_or(ClassId::CONTAINER)
    }

    fn bare(&self, class: ClassId, place: Option<(ObjectId, Text)>) -> Object {
        let name = place.as_ref().map(|(parent, name)| {
            let parent = self.made.dn_text(*parent);
            format!("{name},{parent}")
        });
        let guid = self.domain.derived_guid(&name.unwrap_or_default());
        let domain = self.domain.object(Directory::DOMAIN);
        let when = domain.map_or(jiff::Timestamp::UNIX_EPOCH, |domain| domain.when_created);
        self.made.bare_object(class, place, guid, when)
    }

    fn insert(&mut self, object: Object) -> ObjectId {
        self.made.insert(object)
    }

    /// Adds an object; attributes that the schema lacks are left out.
    fn add(
        &mut self,
        parent: ObjectId,
        class: &str,
        name: &str,
        attributes: Attributes<'_>,
    ) -> ObjectId {
        let mut object = self.bare(self.class(class), Some((parent, name.into())));
        self.set(&mut object, "showInAdvancedViewOnly", truth(true));
        for (attribute, values) in attributes {
            self.set(&mut object, attribute, values);
        }
        self.insert(object)
    }

    fn set(&self, object: &mut Object, attribute: &str, values: Vec<Value>) {
        if let Some(id) = self.made.schema.attribute(attribute) {
            object.set(id, Values::from_vec(values));
        }
    }

    fn dn(&self, id: ObjectId) -> Vec<Value> {
        text(self.made.dn_text(id))
    }

    fn level(&self) -> Vec<Value> {
        number(self.domain.domain_controller().version.functional_level())
    }

    fn contexts(&self) -> Vec<Value> {
        let base = self.domain.base();
        vec![
            format!("CN=Schema,CN=Configuration,{base}").into(),
            format!("CN=Configuration,{base}").into(),
            base.to_string().into(),
        ]
    }

    fn partitions(&mut self) {
        let base = self.domain.base().to_string();
        let host = self.domain.dns_name().to_owned();
        let mut attributes = vec![("msDS-Behavior-Version", self.level())];
        if self.domain.has_recycle_bin() {
            let feature = format!(
                "CN=Recycle Bin Feature,CN=Optional Features,CN=Directory Service,CN=Windows NT,\
                 CN=Services,CN=Configuration,{base}"
            );
            attributes.push(("msDS-EnabledFeature", text(feature)));
        }
        let top = Directory::DOMAIN;
        let partitions = self.add(top, "crossRefContainer", "Partitions", attributes);
        let netbios = self.domain.netbios_name().to_owned();
        let schema = format!("CN=Schema,CN=Configuration,{base}");
        let configuration = format!("CN=Configuration,{base}");
        for (name, context) in [
            ("Enterprise Schema", schema),
            ("Enterprise Configuration", configuration),
        ] {
            let attributes = vec![
                ("nCName", text(context)),
                ("dnsRoot", text(host.clone())),
                ("systemFlags", number(NAMING_CONTEXT)),
                ("Enabled", truth(true)),
            ];
            self.add(partitions, "crossRef", name, attributes);
        }
        let attributes = vec![
            ("nCName", text(base)),
            ("dnsRoot", text(host)),
            ("nETBIOSName", text(netbios.clone())),
            ("msDS-Behavior-Version", self.level()),
            ("nTMixedDomain", number(0)),
            ("systemFlags", number(NAMING_CONTEXT | DOMAIN)),
            ("Enabled", truth(true)),
        ];
        self.add(partitions, "crossRef", &netbios, attributes);
    }

    fn sites(&mut self) {
        let controller = self.domain.domain_controller().clone();
        let sites = self.add(Directory::DOMAIN, "sitesContainer", "Sites", Vec::new());
        let site = self.add(sites, "site", &controller.site, Vec::new());
        self.add(sites, "subnetContainer", "Subnets", Vec::new());
        let transports = "interSiteTransportContainer";
        let transports = self.add(sites, transports, "Inter-Site Transports", Vec::new());
        let ip = self.add(transports, "interSiteTransport", "IP", Vec::new());
        self.add(
            ip,
            "siteLink",
            "DEFAULTIPSITELINK",
            vec![
                ("siteList", self.dn(site)),
                ("cost", number(100)),
                ("replInterval", number(180)),
            ],
        );
        self.add(site, "nTDSSiteSettings", "NTDS Site Settings", Vec::new());
        let servers = self.add(site, "serversContainer", "Servers", Vec::new());
        let computer = format!(
            "CN={},OU=Domain Controllers,{}",
            controller.name,
            self.domain.base()
        );
        let server = self.add(
            servers,
            "server",
            &controller.name,
            vec![
                ("dNSHostName", text(self.domain.dns_host_name())),
                ("serverReference", text(computer)),
            ],
        );
        let invocation = self.domain.invocation_id();
        let schema = format!("CN=Schema,CN=Configuration,{}", self.domain.base());
        self.add(
            server,
            "nTDSDSA",
            "NTDS Settings",
            vec![
                (
                    "invocationId",
                    vec![invocation.as_bytes().as_slice().into()],
                ),
                ("msDS-Behavior-Version", self.level()),
                // The domain controller is a global catalog.
                ("options", number(1)),
                ("hasMasterNCs", self.contexts()),
                ("msDS-hasMasterNCs", self.contexts()),
                ("msDS-HasDomainNCs", text(self.domain.base().to_string())),
                ("dMDLocation", text(schema)),
            ],
        );
    }

    fn services(&mut self) {
        let services = self.add(Directory::DOMAIN, "container", "Services", Vec::new());
        let windows = self.add(services, "container", "Windows NT", Vec::new());
        let mut lifetimes = vec![
            (
                "tombstoneLifetime",
                number(self.domain.tombstone_lifetime()),
            ),
            (
                "sPNMappings",
                text("host=alerter,appmgmt,cisvc,clipsrv,browser,dhcp,dnscache,http"),
            ),
        ];
        if let Some(days) = self.domain.settings.deleted_object_lifetime {
            lifetimes.push(("msDS-DeletedObjectLifetime", number(days)));
        }
        let service = self.add(windows, "nTDSService", "Directory Service", lifetimes);
        let features = self.add(service, "container", "Optional Features", Vec::new());
        let guid: Option<super::ObjectGuid> = RECYCLE_BIN_FEATURE.parse().ok();
        let bytes = guid.map(|guid| vec![guid.as_bytes().as_slice().into()]);
        let mut attributes = vec![
            ("msDS-OptionalFeatureGUID", bytes.unwrap_or_default()),
            ("msDS-OptionalFeatureFlags", number(1)),
            ("msDS-RequiredForestBehaviorVersion", number(4)),
        ];
        if self.domain.has_recycle_bin() {
            let base = self.domain.base();
            let enabled = format!("CN=Partitions,CN=Configuration,{base}");
            attributes.push(("msDS-EnabledFeatureBL", text(enabled)));
        }
        let name = "Recycle Bin Feature";
        self.add(features, "msDS-OptionalFeature", name, attributes);
    }

    fn extended_rights(&mut self) {
        let rights = self.add(
            Directory::DOMAIN,
            "container",
            "Extended-Rights",
            Vec::new(),
        );
        for (name, display, guid) in EXTENDED_RIGHTS {
            let attributes = vec![
                ("displayName", text(display)),
                ("rightsGuid", text(guid)),
                ("validAccesses", number(256)),
            ];
            self.add(rights, "controlAccessRight", name, attributes);
        }
    }
}
