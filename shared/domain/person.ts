/** What Webex tells of an organization and its people, in our words: nothing but `id` is sure to be there. */

/** A person of an organization. `id` is the bare id (the uuid) behind Webex's base64 id, as are all ids here. */
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
  /** RFC 3339, as Webex gave them. */
  created?: string;
  lastModified?: string;
}

export interface PeoplePage {
  people: Person[];
  /** Where the next page is; absent on the last one. */
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
