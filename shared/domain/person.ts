/** An organization and its people as Webex describes them, in our field names. Any field but `id` may be missing. */

/** A person of an organization. All ids are bare: the uuid inside Webex's base64 id. */
export interface Person {
  id: string;
  orgId?: string;
  emails: string[];
  displayName?: string;
  firstName?: string;
  lastName?: string;
  nickName?: string;
  title?: string;
  department?: string;
  managerId?: string;
  locationId?: string;
  extension?: string;
  phoneNumbers: string[];
  sipAddresses: string[];
  licenses: string[];
  roles: string[];
  /** Webex's `person`, `bot`, `appuser`, or a newer word. */
  type?: string;
  loginEnabled?: boolean;
  invitePending?: boolean;
  /** RFC 3339, unchanged from Webex. */
  created?: string;
  lastModified?: string;
}

export interface PeoplePage {
  people: Person[];
  /** The cursor of the next page; absent on the last one. */
  next?: string;
}

export interface License {
  id: string;
  name: string;
  totalUnits?: number;
  consumedUnits?: number;
}

export interface Role {
  id: string;
  name: string;
}

export interface Organization {
  id: string;
  displayName: string;
}
