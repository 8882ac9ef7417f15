// What every client does against mock-ad, and where it finds it.
import { readFileSync } from "node:fs";

export { step } from "./steps.mjs";

const env = (name) => {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
};

export const LDAP = env("LDAP_URL");
export const LDAPS = env("LDAPS_URL");
export const CA = readFileSync(env("CA_FILE"));
export const USER = env("BIND_DN");
export const PASSWORD = env("PASSWORD");
export const BASE = env("BASE_DN");
export const STAFF = `OU=Staff,${BASE}`;
export const PARK = `OU=Park,${BASE}`;

export const SHOW_DELETED = "1.2.840.113556.1.4.417";

// What a new user has that its author does not name.
export const DEFAULTS = {
  userAccountControl: "546",
  instanceType: "4",
  primaryGroupID: "513",
  objectCategory: `CN=Person,CN=Schema,CN=Configuration,${BASE}`,
};
