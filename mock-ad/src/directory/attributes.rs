//! The attributes that the program itself speaks of, by their place in the table of attributes.

use super::schema::AttributeId;

macro_rules! attributes {
    ($($constant:ident = $place:literal, $name:literal;)*) => {
        impl AttributeId {
            $(
                #[doc = concat!("`", $name, "`.")]
                pub const $constant: Self = Self($place);
            )*
        }

        /// The constants beside the names that the table must have at their places.
        #[cfg(test)]
        pub(super) const NAMED: &[(AttributeId, &str)] =
            &[$((AttributeId::$constant, $name)),*];
    };
}

attributes! {
    CN = 0, "cn";
    NAME = 1, "name";
    DISPLAY_NAME = 2, "displayName";
    GIVEN_NAME = 3, "givenName";
    SN = 4, "sn";
    SAM_ACCOUNT_NAME = 5, "sAMAccountName";
    USER_PRINCIPAL_NAME = 6, "userPrincipalName";
    MAIL = 7, "mail";
    MAIL_NICKNAME = 8, "mailNickname";
    PROXY_ADDRESSES = 9, "proxyAddresses";
    USER_ACCOUNT_CONTROL = 10, "userAccountControl";
    OBJECT_SID = 11, "objectSid";
    MS_DS_CONSISTENCY_GUID = 12, "mS-DS-ConsistencyGuid";
    ADMIN_DESCRIPTION = 13, "adminDescription";
    IS_CRITICAL_SYSTEM_OBJECT = 14, "isCriticalSystemObject";
    GROUP_TYPE = 15, "groupType";
    MEMBER = 16, "member";
    MEMBER_OF = 17, "memberOf";
    MANAGER = 18, "manager";
    DIRECT_REPORTS = 19, "directReports";
    TITLE = 20, "title";
    DEPARTMENT = 21, "department";
    COMPANY = 22, "company";
    DESCRIPTION = 23, "description";
    PHYSICAL_DELIVERY_OFFICE_NAME = 24, "physicalDeliveryOfficeName";
    TELEPHONE_NUMBER = 25, "telephoneNumber";
    MOBILE = 26, "mobile";
    STREET_ADDRESS = 27, "streetAddress";
    L = 28, "l";
    ST = 29, "st";
    POSTAL_CODE = 30, "postalCode";
    C = 31, "c";
    CO = 32, "co";
    COUNTRY_CODE = 33, "countryCode";
    TARGET_ADDRESS = 34, "targetAddress";
    MS_RTCSIP_PRIMARY_USER_ADDRESS = 35, "msRTCSIP-PrimaryUserAddress";
    USER_CERTIFICATE = 36, "userCertificate";
    USER_SMIME_CERTIFICATE = 37, "userSMIMECertificate";
    THUMBNAIL_PHOTO = 38, "thumbnailPhoto";
    MS_EXCH_RECIPIENT_TYPE_DETAILS = 39, "msExchRecipientTypeDetails";
    MS_EXCH_MASTER_ACCOUNT_SID = 40, "msExchMasterAccountSid";
    MS_EXCH_MAILBOX_GUID = 41, "msExchMailboxGuid";
    MS_EXCH_HIDE_FROM_ADDRESS_LISTS = 42, "msExchHideFromAddressLists";
    PWD_LAST_SET = 43, "pwdLastSet";
    OBJECT_CLASS = 44, "objectClass";
    OBJECT_GUID = 45, "objectGUID";
    DISTINGUISHED_NAME = 46, "distinguishedName";
    WHEN_CREATED = 47, "whenCreated";
    WHEN_CHANGED = 48, "whenChanged";
    USN_CREATED = 49, "uSNCreated";
    USN_CHANGED = 50, "uSNChanged";
    INFO = 51, "info";
    LEGACY_EXCHANGE_DN = 52, "legacyExchangeDN";
    EXTENSION_ATTRIBUTE_1 = 53, "extensionAttribute1";
    EXTENSION_ATTRIBUTE_2 = 54, "extensionAttribute2";
    EXTENSION_ATTRIBUTE_3 = 55, "extensionAttribute3";
    EXTENSION_ATTRIBUTE_4 = 56, "extensionAttribute4";
    EXTENSION_ATTRIBUTE_5 = 57, "extensionAttribute5";
    EXTENSION_ATTRIBUTE_6 = 58, "extensionAttribute6";
    EXTENSION_ATTRIBUTE_7 = 59, "extensionAttribute7";
    EXTENSION_ATTRIBUTE_8 = 60, "extensionAttribute8";
    EXTENSION_ATTRIBUTE_9 = 61, "extensionAttribute9";
    EXTENSION_ATTRIBUTE_10 = 62, "extensionAttribute10";
    EXTENSION_ATTRIBUTE_11 = 63, "extensionAttribute11";
    EXTENSION_ATTRIBUTE_12 = 64, "extensionAttribute12";
    EXTENSION_ATTRIBUTE_13 = 65, "extensionAttribute13";
    EXTENSION_ATTRIBUTE_14 = 66, "extensionAttribute14";
    EXTENSION_ATTRIBUTE_15 = 67, "extensionAttribute15";
    OU = 68, "ou";
    DC = 69, "dc";
    OBJECT_CATEGORY = 70, "objectCategory";
    INSTANCE_TYPE = 71, "instanceType";
    SAM_ACCOUNT_TYPE = 72, "sAMAccountType";
    IS_DELETED = 73, "isDeleted";
    LAST_KNOWN_PARENT = 74, "lastKnownParent";
    MS_DS_LAST_KNOWN_RDN = 75, "msDS-LastKnownRDN";
    IS_RECYCLED = 76, "isRecycled";
    ACCOUNT_EXPIRES = 77, "accountExpires";
    BAD_PWD_COUNT = 78, "badPwdCount";
    CODE_PAGE = 79, "codePage";
    BAD_PASSWORD_TIME = 80, "badPasswordTime";
    LAST_LOGOFF = 81, "lastLogoff";
    LAST_LOGON = 82, "lastLogon";
    PRIMARY_GROUP_ID = 83, "primaryGroupID";
    LOGON_COUNT = 84, "logonCount";
    PARENT_GUID = 85, "parentGUID";
    CANONICAL_NAME = 86, "canonicalName";
    LOCKOUT_TIME = 443, "lockoutTime";
    UNICODE_PWD = 1608, "unicodePwd";
}
