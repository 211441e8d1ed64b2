/** One synthetic person, computed from the organization and a slot number, so that nothing needs to be stored. */

import { draws, hashText, mix, pick } from './chance.ts';
import { type LicenseOfOrganization, licensesOf } from './licenses.ts';
import { departments, firstNames, lastNames, spellings, timezones, titles } from './names.ts';

/** All ids are bare. The API's form of a person is in api/person-on-wire.ts. */
export interface Person {
  id: string;
  emails: string[];
  phoneNumbers: { type: 'work' | 'work_extension' | 'mobile' | 'fax'; value: string; primary?: boolean }[];
  displayName: string;
  firstName: string;
  lastName: string;
  nickName?: string;
  avatar?: string;
  extension?: string;
  locationId?: string;
  roles: string[];
  licenses: string[];
  department?: string;
  title?: string;
  managerId?: string;
  timezone: string;
  sipAddresses: { type: 'personal-room' | 'enterprise' | 'cloud-calling'; value: string; primary?: boolean }[];
  /** RFC 3339. */
  created: string;
  lastModified: string;
  invitePending: boolean;
  loginEnabled: boolean;
  type: 'person' | 'bot' | 'appuser';
}

/** What all people of an organization share. */
export interface Household {
  orgId: string;
  domain: string;
  seeds: [number, number];
  licenses: LicenseOfOrganization[];
  locations: string[];
}

const first = firstNames.map(spellings);
const last = lastNames.map(spellings);

const epoch = Date.UTC(2019, 0, 1);
const years = 365 * 86_400_000;

/** Two hashes, because among 100,000 organizations some would share one hash of 32 bits. */
export function seedsOf(orgId: string): [number, number] {
  return [hashText(orgId), hashText(orgId, 0x1234567)];
}

export function household(orgId: string, domain: string): Household {
  const seeds = seedsOf(orgId);
  return {
    orgId,
    domain,
    seeds,
    licenses: licensesOf(orgId),
    locations: [-1, -2, -3].map((slot) => slotToUuid({ seeds }, slot >>> 0)),
  };
}

const byteToHex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

const hex32 = (value: number) =>
  `${byteToHex[value >>> 24]}${byteToHex[(value >>> 16) & 255]}${byteToHex[(value >>> 8) & 255]}${byteToHex[value & 255]}`;

/** The uuid of a slot. Its last 32 bits encode the slot, so that an id leads back to the slot without an index. */
export function slotToUuid({ seeds }: Pick<Household, 'seeds'>, slot: number): string {
  const head = mix(seeds[0], slot);
  const body = hex32(mix(seeds[1], slot));
  const tail = hex32(mix(head, seeds[1]));
  const hidden = hex32(slot ^ mix(head, 7));
  return `${hex32(head)}-${body.slice(0, 4)}-4${body.slice(5)}-a${tail.slice(1, 4)}-${tail.slice(4)}${hidden}`;
}

/** The slot of a uuid, if the uuid was computed from one. */
export function uuidToSlot(home: Household, uuid: string): number | undefined {
  const slot = (Number.parseInt(uuid.slice(-8), 16) ^ mix(Number.parseInt(uuid.slice(0, 8), 16), 7)) >>> 0;
  return slotToUuid(home, slot) === uuid.toLowerCase() ? slot : undefined;
}

/** The slot that a synthetic e-mail address names. The caller checks whether the person really has the address. */
export function emailToSlot(email: string): number | undefined {
  const digits = /(\d{1,9})@/.exec(email)?.[1];
  return digits === undefined ? undefined : Number(digits) - 1;
}

/** Not part of `person`, because sorting a whole organization by these dates must stay cheap. */
export function datesOf(home: Household, slot: number): { created: number; lastModified: number } {
  const seed = mix(home.seeds[0], slot);
  const created = epoch + Math.floor((mix(seed, 101) / 0x1_0000_0000) * 5 * years);
  return { created, lastModified: created + Math.floor((mix(seed, 102) / 0x1_0000_0000) * 2 * years) };
}

export function person(home: Household, slot: number): Person {
  const draw = draws(mix(home.seeds[1], slot));
  const id = slotToUuid(home, slot);
  const given = pick(first, draw());
  const family = pick(last, draw());
  const local = `${given.ascii}.${family.ascii}${slot + 1}`;
  const dates = datesOf(home, slot);
  const invitePending = draw() < 0.04;
  const extension = String(1000 + (slot % 9000));
  const calling = draw() < 0.3;
  const work = { type: 'work' as const, value: `+1408${5_550_000 + (slot % 10_000)}`, primary: true };
  const mobile = { type: 'mobile' as const, value: `+44 7700 900${String(slot % 1000).padStart(3, '0')}` };
  const phoneNumbers = draw() < 0.1 ? [] : draw() < 0.4 ? [work, mobile] : [work];
  return {
    id,
    emails: [`${local}@${home.domain}`],
    phoneNumbers,
    displayName: `${given.name} ${family.name}`,
    firstName: given.name,
    lastName: family.name,
    ...(draw() < 0.2 && { nickName: given.name.slice(0, 3) }),
    ...(draw() < 0.3 && { avatar: `https://avatar.example/${id}~80` }),
    ...(calling && { extension, locationId: pick(home.locations, draw()) }),
    roles: draw() < 0.005 ? ['id_readonly_admin'] : [],
    licenses: home.licenses.filter(({ product }) => draw() < product.share).map(({ id }) => id),
    ...(draw() < 0.9 && { department: pick(departments, draw()) }),
    ...(draw() < 0.9 && { title: pick(titles, draw()) }),
    ...(slot > 0 && draw() < 0.85 && { managerId: slotToUuid(home, Math.floor((slot - 1) / 8)) }),
    timezone: pick(timezones, draw()),
    sipAddresses: [
      { type: 'cloud-calling', value: `${local}@${home.domain.split('.')[0]}.calls.webex.com`, primary: true },
      { type: 'personal-room', value: `${local}@${home.domain.split('.')[0]}.webex.com`, primary: false },
    ],
    created: new Date(dates.created).toISOString(),
    lastModified: new Date(dates.lastModified).toISOString(),
    invitePending,
    loginEnabled: invitePending || draw() >= 0.03,
    type: 'person',
  };
}
